"""Payments that settle: sections 3 and 5."""

from payment_simulator.execution.display.moment import Event, Moment, money, name, names, percent, plural, title

NETTING = ("LsmBilateralOffset", "EntryDispositionOffset", "LsmCycleSettlement", "LsmMultilateralSettlement")
SETTLING = ("RtgsImmediateSettlement", "Queue2LiquidityRelease", *NETTING)


def details(moment: Moment) -> list[str]:
    """Each settlement, by the way in which it came about."""
    groups = {
        "RTGS immediate": [_immediate(moment, event) for event in moment.of("RtgsImmediateSettlement")],
        "Released from the central queue": [_released(moment, event) for event in moment.of("Queue2LiquidityRelease")],
        "Offset between two banks": [_pair(moment, event) for event in moment.of(*NETTING[:2])],
        "Settled in a cycle": [_cycle(moment, event) for event in moment.of("LsmCycleSettlement")],
        "Settled together": [_together(moment, event) for event in moment.of("LsmMultilateralSettlement")],
    }
    count = sum(len(payments(event)) for event in moment.of(*SETTLING))
    deferred = [
        f"  {event['agent_id']}: {money(event['amount'])} from {names(event['source_transactions'])}"
        for event in moment.of("DeferredCreditApplied")
    ]
    lines = [title(f"{plural(count, 'payment')} settled")] if count or any(groups.values()) else []
    for heading, entries in groups.items():
        if entries:
            lines += [f"  {heading} ({len(entries)}):", *(f"    {entry}" for entry in entries)]
    if deferred:
        lines += [title("Deferred credits applied"), *deferred]
    return lines


def payments(event: Event) -> list[str]:
    """The payments that an event settles."""
    kind = event["event_type"]
    if kind in ("RtgsImmediateSettlement", "Queue2LiquidityRelease"):
        return [event["tx_id"]] if event["tx_id"].startswith("tx_") else []
    if kind == "EntryDispositionOffset":
        return [event["incoming_tx_id"], event["queued_tx_id"]]
    return list(event["tx_ids"]) if kind in NETTING else []


def _immediate(moment: Moment, event: Event) -> str:
    line = f"{name(event['tx_id'])}: {event['sender_id']} → {event['receiver_id']} | {money(event['amount'])}"
    if moment.concerns(event["sender_id"]):
        before, after = event["sender_balance_before"], event["sender_balance_after"]
        return f"{line} | {event['sender_id']} {money(before)} → {money(after)}"
    return _incoming(moment, event, line)


def _released(moment: Moment, event: Event) -> str:
    line = (
        f"{name(event['tx_id'])}: {event['sender_id']} → {event['receiver_id']} | {money(event['amount'])}"
        f" | waited {plural(event['queue_wait_ticks'], 'tick')} | {event['release_reason'].replace('_', ' ')}"
    )
    return line if moment.concerns(event["sender_id"]) else _incoming(moment, event, line)


def _incoming(moment: Moment, event: Event, line: str) -> str:
    if event["receiver_id"] == moment.shown.agent:
        return f"{line} | {event['receiver_id']} +{money(event['amount'])}"
    return line


def _pair(moment: Moment, event: Event) -> str:
    first, second = event["agent_ids"]
    there, back = gross(event)
    line = f"{first} ⇄ {second} | {money(there)} against {money(back)} | {names(payments(event))}"
    return line + _net_change(moment, {first: back - there, second: there - back})


def _cycle(moment: Moment, event: Event) -> str:
    path = " → ".join([*event["agent_ids"], event["agent_ids"][0]])
    legs = ", ".join(
        f"{name(tx_id)} {money(amount)}" for tx_id, amount in zip(event["tx_ids"], event["tx_amounts"], strict=True)
    )
    saved = event["total_value"] - event["max_net_outflow"]
    line = f"{path} | {legs} | saved {money(saved)} ({percent(saved, event['total_value'])})"
    return line + _net_change(moment, dict(zip(event["agent_ids"], event["net_positions"], strict=True)))


def _together(moment: Moment, event: Event) -> str:
    line = (
        f"{plural(len(event['agent_ids']), 'bank')} | {plural(len(event['tx_ids']), 'payment')}:"
        f" {names(event['tx_ids'])} | {money(event['total_value'])}"
    )
    return line + _net_change(moment, dict(zip(event["agent_ids"], event["net_positions"], strict=True)))


def _net_change(moment: Moment, nets: dict[str, int]) -> str:
    agent = moment.shown.agent
    if agent is None or agent not in nets:
        return ""
    return f" | {agent} {'+' if nets[agent] > 0 else ''}{money(nets[agent])}"


def gross(event: Event) -> tuple[int, int]:
    """What the first bank pays the second, and back."""
    if event["event_type"] == "EntryDispositionOffset":
        return event["incoming_amount"], event["queued_amount"]
    return event["amount_a"], event["amount_b"]


def netting(moment: Moment) -> list[str]:
    """What netting saved, leg by leg and bank by bank."""
    lines: list[str] = []
    for event in moment.of(*NETTING):
        lines += _pair_saved(event) if event["event_type"] in NETTING[:2] else _ring_saved(moment, event)
    return [title("Netting"), *lines] if lines else []


def _pair_saved(event: Event) -> list[str]:
    first, second = event["agent_ids"]
    there, back = gross(event)
    payer, payee = (first, second) if there >= back else (second, first)
    net = abs(there - back)
    direction = f"net {payer} → {payee} {money(net)}" if net else "net nothing"
    return [
        f"  {first} → {second} {money(there)}",
        f"  {second} → {first} {money(back)}",
        f"    {direction} | saved {money(there + back - net)} of {money(there + back)}",
    ]


def _ring_saved(moment: Moment, event: Event) -> list[str]:
    nets = list(zip(event["agent_ids"], event["net_positions"], strict=True))
    outflow = max(0, -min(event["net_positions"]))
    saved = event["total_value"] - sum(-net for _, net in nets if net < 0)
    lines = [
        f"  {' → '.join([*event['agent_ids'], event['agent_ids'][0]])}"
        if event["event_type"] == "LsmCycleSettlement"
        else f"  {', '.join(event['agent_ids'])}",
        f"    gross {money(event['total_value'])} | largest net outflow {money(outflow)} | saved {money(saved)}",
    ]
    positions = [
        f"{agent_id} {'+' if net > 0 else ''}{money(net)}" for agent_id, net in nets if moment.concerns(agent_id)
    ]
    return [*lines, f"    net: {', '.join(positions)}"] if positions else lines
