"""What the banks' policies decided, and what else changed a payment's standing: section 2."""

from collections import defaultdict
from collections.abc import Callable

from payment_simulator.execution.display.moment import Event, Moment, money, name, names, plural, title


def decisions(moment: Moment) -> list[str]:
    """Decisions by bank, then registers, budgets, priorities, and what the central queue was told."""
    by_agent: dict[str, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for event in moment.of(*DECISIONS):
        by_agent[event["agent_id"]].append(DECISIONS[event["event_type"]](event))
    for event in moment.of(*OTHERS):
        heading, words = OTHERS[event["event_type"]]
        line = words(event)
        if line:
            others[heading].append(line)
    count = sum(map(len, by_agent.values()))
    lines = [title(f"Policy: {plural(count, 'decision')}")] if by_agent else []
    for agent_id in sorted(by_agent):
        lines += [f"  {agent_id}:", *(f"    {line}" for line in by_agent[agent_id])]
    for heading in dict.fromkeys(heading for heading, _ in OTHERS.values()):
        if heading in others:
            lines += [title(heading), *(f"  {line}" for line in others[heading])]
    return lines


def _hold(event: Event) -> str:
    reason = event["reason_detail"] or event["reason"]
    ticks = f", {plural(event['ticks_to_deadline'], 'tick')} left" if event["reason"] == "NearDeadline" else ""
    return f"HOLD {name(event['tx_id'])} | {reason}{ticks}"


def _split(event: Event) -> str:
    return f"SPLIT {name(event['tx_id'])} → {event['num_splits']} parts: {names(event['child_ids'])}"


DECISIONS: dict[str, Callable[[Event], str]] = {
    "PolicySubmit": lambda event: f"SUBMIT {name(event['tx_id'])}",
    "PolicyHold": _hold,
    "PolicyDrop": lambda event: f"DROP {name(event['tx_id'])} | {event['reason']}",
    "PolicySplit": _split,
    "PolicyError": lambda event: f"ERROR in {event['tree']} | {event['reason_detail']}",
}


def _register(event: Event) -> str:
    if event["old_value"] == event["new_value"]:
        return ""
    change = f"{event['agent_id']}: {event['register_key']} {event['old_value']!r} → {event['new_value']!r}"
    if event["reason"] == "eod_reset":
        return f"({change} | end of day)"
    path = f" | {event['decision_path']}" if event["decision_path"] else ""
    return f"{change} | {event['reason']}{path}"


def _budget(event: Event) -> str:
    words = [f"{event['agent_id']}: releases at most {money(event['max_value'])}"]
    if event["focus_counterparties"]:
        words.append(f"to {', '.join(event['focus_counterparties'])} only")
    if event["max_per_counterparty"] is not None:
        words.append(f"at most {money(event['max_per_counterparty'])} to each")
    return ", ".join(words)


def _escalation(event: Event) -> str:
    return (
        f"{name(event['tx_id'])}: {event['sender_id']} | {event['original_priority']} → {event['escalated_priority']}"
        f" | boost {event['boost_applied']} | {plural(event['ticks_until_deadline'], 'tick')} left"
    )


def _reprioritised(event: Event) -> str:
    return f"{name(event['tx_id'])}: {event['agent_id']} | {event['old_priority']} → {event['new_priority']}"


def _submission(event: Event) -> str:
    return (
        f"{name(event['tx_id'])}: {event['sender_id']} → {event['receiver_id']} | {money(event['amount'])}"
        f" | submitted, {event['rtgs_priority']} | P:{event['internal_priority']}"
    )


def _limit(event: Event) -> str:
    bilateral = event["event_type"] == "BilateralLimitExceeded"
    towards = f" → {event['receiver_id']}" if bilateral else ""
    now = event["current_bilateral_outflow" if bilateral else "current_total_outflow"]
    most = event["bilateral_limit" if bilateral else "multilateral_limit"]
    return (
        f"{name(event['tx_id'])}: {event['sender_id']}{towards} | {money(event['amount'])}"
        f" | over the {'bilateral' if bilateral else 'multilateral'} limit: {money(now)} of {money(most)} used"
    )


def _algorithm(event: Event) -> str:
    return (
        f"algorithm {event['algorithm']}: {event['result']} | {plural(event['settlements'], 'settlement')}"
        f" | {money(event['settled_value'])}"
    )


def _entry(event: Event) -> str:
    return (
        f"{name(event['incoming_tx_id'])} offset on entry against {name(event['queued_tx_id'])}:"
        f" {' ⇄ '.join(event['agent_ids'])} | {money(event['offset_amount'])}"
    )


_SYSTEM = "Central queue"
OTHERS: dict[str, tuple[str, Callable[[Event], str]]] = {
    "StateRegisterSet": ("Registers", _register),
    "BankBudgetSet": ("Budgets", _budget),
    "PriorityEscalated": ("Priorities raised as deadlines come near", _escalation),
    "TransactionReprioritized": ("Priorities changed", _reprioritised),
    "RtgsSubmission": (_SYSTEM, _submission),
    "RtgsWithdrawal": (
        _SYSTEM,
        lambda event: f"{name(event['tx_id'])}: {event['sender_id']} | withdrawn, {event['original_rtgs_priority']}",
    ),
    "RtgsResubmission": (
        _SYSTEM,
        lambda event: (
            f"{name(event['tx_id'])}: {event['sender_id']} | declared"
            f" {event['old_rtgs_priority']} → {event['new_rtgs_priority']}"
        ),
    ),
    "BilateralLimitExceeded": (_SYSTEM, _limit),
    "MultilateralLimitExceeded": (_SYSTEM, _limit),
    "EntryDispositionOffset": (_SYSTEM, _entry),
    "AlgorithmExecution": (_SYSTEM, _algorithm),
    "LsmCycleSearchBounded": (
        _SYSTEM,
        lambda event: f"the search for cycles ended at its bound of {event['max_cycle_candidates']} candidates",
    ),
}
"""Under which heading an event stands, and its words; none where nothing changed."""
