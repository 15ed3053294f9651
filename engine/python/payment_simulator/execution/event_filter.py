"""Which events are shown. A filter never changes what is counted or stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from payment_simulator.execution.event_codes import event_codes

RECEIVED = frozenset(
    {
        "RtgsImmediateSettlement",
        "Queue2LiquidityRelease",
        "LsmBilateralOffset",
        "LsmCycleSettlement",
        "OverdueTransactionSettled",
    }
)
"""Events that concern who receives as much as who pays."""

_AGENT_FIELDS = ("agent_id", "sender_id", "from_agent", "to_agent", "agent", "counterparty")
_TX_FIELDS = ("tx_id", "incoming_tx_id", "queued_tx_id", "parent_id")
_TX_LISTS = ("tx_ids", "child_ids", "source_transactions", "removed_tx_ids")


class FilterError(ValueError):
    """A filter that cannot be understood; says what would be right."""


@dataclass(frozen=True)
class EventFilter:
    """What an event has to meet, all of it. None: anything will do.

    `types` are names of event types; `agent` matches who acts in the event, and who receives where money moves; `tx`
    matches any payment that the event names; ticks are included, both.
    """

    types: frozenset[str] | None = None
    agent: str | None = None
    tx: str | None = None
    first_tick: int | None = None
    last_tick: int | None = None

    @classmethod
    def parse(cls, types: str | None, agent: str | None, tx: str | None, ticks: str | None) -> EventFilter:
        """From words on a command line: `types` is a list with commas, `ticks` is `a-b`, `a-`, `-b` or `n`."""
        names = None if types is None else frozenset(name.strip() for name in types.split(",") if name.strip())
        first, last = (None, None) if ticks is None else _range(ticks)
        return cls(names, agent, tx, first, last)

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return self == EventFilter()

    @property
    def chooses_events(self) -> bool:
        """Whether it asks for events of some type or of some payment, rather than for a bank or a time."""
        return self.types is not None or self.tx is not None

    def unknown_types(self) -> list[str]:
        """Names that are no event types."""
        return sorted((self.types or frozenset()) - event_codes().keys())

    def has_tick(self, tick: int) -> bool:
        """Whether the tick is in the range."""
        return (self.first_tick is None or tick >= self.first_tick) and (
            self.last_tick is None or tick <= self.last_tick
        )

    def has(self, event: Mapping[str, Any]) -> bool:
        """Whether the event passes."""
        return (
            (self.types is None or event["event_type"] in self.types)
            and self.has_tick(event["tick"])
            and (self.agent is None or self.agent in _agents(event))
            and (self.tx is None or self.tx in _payments(event))
        )


def _range(text: str) -> tuple[int | None, int | None]:
    first, hyphen, last = (part.strip() for part in text.partition("-"))
    for part in (first, last):
        if part and not (part.isascii() and part.isdigit()):
            raise FilterError(f"tick range {text!r}: {part!r} is no tick; write 10-20, 10-, -20 or 10")
    if not first and not last:
        raise FilterError(f"tick range {text!r} names no tick; write 10-20, 10-, -20 or 10")
    bounds = int(first) if first else None, int(last) if last else None
    if not hyphen:
        return bounds[0], bounds[0]
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        raise FilterError(f"tick range {text!r} ends before it begins; write {bounds[1]}-{bounds[0]}")
    return bounds


def _agents(event: Mapping[str, Any]) -> Iterable[str]:
    for part in (event, event.get("details", {})):
        yield from (part[field] for field in _AGENT_FIELDS if field in part)
    yield from event.get("agent_ids", ())
    if event["event_type"] in RECEIVED and "receiver_id" in event:
        yield event["receiver_id"]


def _payments(event: Mapping[str, Any]) -> Iterable[str]:
    for part in (event, event.get("details", {})):
        yield from (part[field] for field in _TX_FIELDS if part.get(field) is not None)
    for field in _TX_LISTS:
        yield from event.get(field, ())
