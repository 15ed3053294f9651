"""Collateral, pools, and what the scenario did: section 6."""

import json

from payment_simulator.execution.display.moment import Event, Moment, money, title

VERBS = {
    "CollateralPost": "posted",
    "CollateralWithdraw": "withdrawn",
    "CollateralTimerWithdrawn": "withdrawn by timer",
}


def activity(moment: Moment) -> list[str]:
    """What was posted and withdrawn, what pools gave and took back, and the events of the scenario."""
    collateral = [_line(moment, event) for event in moment.of(*VERBS, "CollateralTimerBlocked")]
    pools = [_pool(event) for event in moment.of("LiquidityAllocation", "LiquidityReturn")]
    scenario = [
        f"{event['scenario_event_type']}: {json.dumps(event['details'], ensure_ascii=False)}"
        for event in moment.of("ScenarioEventExecuted")
    ]
    lines: list[str] = []
    for heading, entries in (("Collateral", collateral), ("Liquidity pools", pools), ("Scenario events", scenario)):
        if entries:
            lines += [title(heading), *(f"  {entry}" for entry in entries)]
    return lines


def _line(moment: Moment, event: Event) -> str:
    agent_id = event["agent_id"]
    if event["event_type"] == "CollateralTimerBlocked":
        requested = f"{agent_id}: {money(event['requested_amount'])} stays posted"
        return f"{requested} | {event['reason']} | {event['original_reason']}"
    limit = moment.state.get_agent_credit_limit(agent_id)
    headroom = limit - max(0, -moment.state.get_agent_balance(agent_id))
    reason = event.get("reason") or f"{event['original_reason']}, posted in tick {event['posted_at_tick']}"
    return (
        f"{agent_id}: {money(event['amount'])} {VERBS[event['event_type']]} | {reason}"
        f" | now {money(event['new_total'])}"
        f" | at the end of the tick: credit limit {money(limit)}, headroom {money(headroom)}"
    )


def _pool(event: Event) -> str:
    verb = "allocated" if event["event_type"] == "LiquidityAllocation" else "given back"
    return f"{event['agent_id']}: {money(event['amount'])} {verb} | balance {money(event['balance_after'])}"
