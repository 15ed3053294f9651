"""Which events are shown. A filter never changes what is counted or stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payment_simulator.execution.event_codes import event_codes
from payment_simulator.execution.payment_name import number_and_part

DIGITS = 18
"""Of a tick, at the most."""


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

    def unknown_types(self) -> list[str]:
        """Names that are no event types."""
        return sorted((self.types or frozenset()) - event_codes().keys())

    def shows_nothing(self, agent_ids: Sequence[str], ticks: int) -> list[str]:
        """Why nothing can pass in a run of so many ticks with these banks, in words; nothing if something may."""
        reasons = []
        if self.agent is not None and self.agent not in agent_ids:
            reasons.append(f"--filter-agent: there is no bank {self.agent!r}; there are {', '.join(agent_ids)}")
        if self.tx is not None and not self.tx.startswith("scheduled_settlement_") and not number_and_part(self.tx):
            reasons.append(f"--filter-tx: no payment is called {self.tx!r}; names are such as tx_00000007")
        if self.first_tick is not None and self.first_tick >= ticks:
            reasons.append(f"--filter-tick-range: there is no tick {self.first_tick}; there are 0 to {ticks - 1}")
        return reasons

    def has_tick(self, tick: int) -> bool:
        """Whether the tick is in the range."""
        return (self.first_tick is None or tick >= self.first_tick) and (
            self.last_tick is None or tick <= self.last_tick
        )


def _range(text: str) -> tuple[int | None, int | None]:
    first, hyphen, last = (part.strip() for part in text.partition("-"))
    for part in (first, last):
        if part and not (part.isascii() and part.isdigit() and len(part) <= DIGITS):
            raise FilterError(f"tick range {text!r}: {part!r} is no tick; write 10-20, 10-, -20 or 10")
    if not first and not last:
        raise FilterError(f"tick range {text!r} names no tick; write 10-20, 10-, -20 or 10")
    bounds = int(first) if first else None, int(last) if last else None
    if not hyphen:
        return bounds[0], bounds[0]
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        raise FilterError(f"tick range {text!r} ends before it begins; write {bounds[1]}-{bounds[0]}")
    return bounds
