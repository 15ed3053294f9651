"""The types of events by the codes that they have in the canonical log."""

from __future__ import annotations

from functools import cache

from payment_simulator_core_rs import event_catalogue


@cache
def event_codes() -> dict[str, int]:
    """The code of every type of event, by its name."""
    return {event["event_type"]: event["code"] for event in event_catalogue()}


@cache
def codes_with_payment() -> tuple[int, ...]:
    """The types of events that have a field `tx_id`, whether it names a payment or money that moved without one."""
    return tuple(
        event["code"]
        for event in event_catalogue()
        if any((field["name"], field["column"]) == ("tx_id", "payment") for field in event["fields"])
    )
