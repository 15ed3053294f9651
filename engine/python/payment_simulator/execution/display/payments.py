"""Payments that arrive, wait, and are late: sections 1, 4 and 7."""

from payment_simulator.execution.display.moment import Event, Moment, band, money, name, plural, title

NEAR = 2
"""Ticks before the deadline in which a payment is pointed at."""


def arrivals(moment: Moment) -> list[str]:
    """Payments that arrived, and payments that are due soon."""
    arrived = moment.of("Arrival")
    lines = [title(f"{plural(len(arrived), 'payment')} arrived")] if arrived else []
    for event in arrived:
        part = f" | part of {name(event['parent_id'])}" if event["parent_id"] else ""
        lines.append(
            f"  {name(event['tx_id'])}: {event['sender_id']} → {event['receiver_id']} | {money(event['amount'])}"
            f" | {band(event['priority'])} | due in tick {event['deadline_tick']}{part}"
        )
    return lines + _near_deadline(moment)


def _near_deadline(moment: Moment) -> list[str]:
    if moment.shown.chooses_events:
        return []
    near = [
        payment
        for payment in moment.state.get_transactions_near_deadline(NEAR)
        if moment.shown.agent in (None, payment.sender_id, payment.receiver_id)
    ]
    lines = [title(f"{plural(len(near), 'payment')} due within {NEAR} ticks")] if near else []
    for payment in near:
        lines.append(
            f"  {name(payment.tx_id)}: {payment.sender_id} → {payment.receiver_id} | {money(payment.remaining_amount)}"
            f" | {plural(payment.ticks_until_deadline, 'tick')} left"
        )
    return lines


def queued(moment: Moment) -> list[str]:
    """Payments that were submitted and could not settle."""
    waiting = moment.of("QueuedRtgs")
    lines = [title(f"{plural(len(waiting), 'payment')} queued")] if waiting else []
    reasons = {
        "liquidity": "insufficient balance",
        "bilateral_limit": "bilateral limit",
        "multilateral_limit": "multilateral limit",
        "behind_earlier_payment": "behind an earlier payment",
    }
    lines += [f"  {name(event['tx_id'])}: {event['sender_id']} | {reasons[event['reason']]}" for event in waiting]
    return lines


def overdue(moment: Moment) -> list[str]:
    """Payments that became overdue, late payments that settled, and all that are overdue now."""
    lines: list[str] = []
    for event in moment.of("TransactionWentOverdue", "OverdueTransactionSettled"):
        if event["event_type"] == "TransactionWentOverdue":
            lines.append(
                f"  {_parties(event)} | {money(event['remaining_amount'])} | overdue since tick {event['tick']}"
                f" | penalty {money(event['deadline_penalty_cost'])}"
            )
        else:
            cost = event["deadline_penalty_cost"] + event["estimated_delay_cost"]
            lines.append(
                f"  {_parties(event)} | {money(event['settled_amount'])} | settled"
                f" {plural(event['total_ticks_overdue'], 'tick')} late | cost {money(cost)}"
            )
    if lines:
        lines.insert(0, title("Deadlines passed"))
    return lines + _all_overdue(moment)


def _parties(event: Event) -> str:
    return f"{name(event['tx_id'])}: {event['sender_id']} → {event['receiver_id']}"


def _all_overdue(moment: Moment) -> list[str]:
    if moment.shown.chooses_events:
        return []
    late = [
        payment
        for payment in moment.state.get_overdue_transactions()
        if moment.shown.agent in (None, payment.sender_id, payment.receiver_id)
    ]
    if not late:
        return []
    lines = [title(f"{plural(len(late), 'payment')} overdue")]
    for payment in late:
        lines.append(
            f"  {name(payment.tx_id)}: {payment.sender_id} → {payment.receiver_id} | {money(payment.remaining_amount)}"
            f" | {plural(payment.ticks_overdue, 'tick')} | penalty {money(payment.deadline_penalty_cost)}"
            f" + delay {money(payment.estimated_delay_cost)} = {money(payment.total_overdue_cost)}"
        )
    lines.append(f"  all overdue payments: {money(sum(payment.total_overdue_cost for payment in late))}")
    return lines
