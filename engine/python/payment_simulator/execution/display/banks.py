"""The banks: sections 8 and 9."""

from payment_simulator.execution.display.moment import Moment, money, name, names, percent, title
from payment_simulator.execution.state_provider import AccumulatedCosts

LABELS = {
    "liquidity_cost": "overdraft",
    "delay_cost": "delay",
    "collateral_cost": "collateral",
    "deadline_penalty": "deadline",
    "eod_penalty": "end of day",
    "split_friction_cost": "splitting",
    "liquidity_opportunity_cost": "opportunity",
}
"""How costs are called here."""


def figures(moment: Moment) -> list[str]:
    """Money, credit, queue and costs of every bank."""
    lines = [title("Banks")] if moment.agent_ids else []
    for agent_id in moment.agent_ids:
        bank = moment.state.banks[agent_id]
        used = max(0, -bank.balance)
        headroom = bank.credit_limit - used
        value = sum(payment.remaining for payment in bank.queue1.values())
        available = max(bank.balance, 0) + max(headroom, 0)
        lines += [
            f"  {agent_id}: {money(bank.balance)}{' (overdraft)' if used else ''} | available {money(available)}",
            f"    credit limit {money(bank.credit_limit)} | used {money(used)}"
            f" | headroom {percent(max(headroom, 0), bank.credit_limit)} | collateral {money(bank.posted_collateral)}",
            f"    own queue {len(bank.queue1)} of {money(value)}",
            f"    costs {_costs(moment.state.get_agent_accumulated_costs(agent_id))}",
        ]
    return lines


def _costs(costs: AccumulatedCosts) -> str:
    parts = [f"{label} {money(amount)}" for field, label in LABELS.items() if (amount := getattr(costs, field))]
    return f"{money(costs.total_cost)}{' = ' if parts else ''}{' + '.join(parts)}"


def states(moment: Moment) -> list[str]:
    """Banks whose balance changed, or that have payments waiting, with these payments."""
    lines: list[str] = []
    for agent_id in moment.agent_ids:
        bank = moment.state.banks[agent_id]
        change = bank.balance - moment.previous_balances[agent_id]
        if not (change or bank.queue1 or bank.queue2):
            continue
        used = percent(max(0, -bank.balance), bank.credit_limit)
        lines.append(
            f"  {agent_id}: {money(bank.balance)} ({'+' if change >= 0 else ''}{money(change)})"
            f" | credit used {used} | collateral {money(bank.posted_collateral)}"
        )
        own = moment.state.get_agent_queue1_contents(agent_id)
        if own:
            lines.append(f"    own queue ({len(own)}):")
            lines += [f"      {_payment(moment, tx_id)}" for tx_id in own]
        if bank.queue2:
            lines.append(f"    central queue ({len(bank.queue2)}): {names(bank.queue2)}")
    return [title("Balances and queues"), *lines] if lines else []


def _payment(moment: Moment, tx_id: str) -> str:
    payment = moment.state.get_transaction_details(tx_id)
    assert payment is not None
    return (
        f"{name(tx_id)} → {payment.receiver_id} | {money(payment.remaining_amount)} | P:{payment.priority}"
        f" | due in tick {payment.deadline_tick}"
    )
