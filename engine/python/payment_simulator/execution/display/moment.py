"""What a section is made of, and how money and names are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from payment_simulator.execution.event_filter import EventFilter
from payment_simulator.execution.log_state import LogState

Event = Mapping[str, Any]
WIDTH = 80
BANDS = ((8, "HIGH"), (4, "MED"), (0, "LOW"))


@dataclass(frozen=True)
class Moment:
    """A tick that has ended. `events` are those that pass the filter, `all_events` those of the tick."""

    tick: int
    state: LogState
    all_events: list[dict[str, Any]]
    previous_balances: Mapping[str, int]
    shown: EventFilter = field(default_factory=EventFilter)

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events that are shown."""
        if self.shown.is_empty:
            return self.all_events
        return [event for event in self.all_events if self.shown.has(event)]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of these types that are shown, in log order."""
        return _of(self._shown_by_type, self.events, kinds)

    def all_of(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of these types, shown or not, in log order."""
        return _of(self._all_by_type, self.all_events, kinds)

    @cached_property
    def _all_by_type(self) -> dict[str, list[dict[str, Any]]]:
        return _by_type(self.all_events)

    @cached_property
    def _shown_by_type(self) -> dict[str, list[dict[str, Any]]]:
        return self._all_by_type if self.shown.is_empty else _by_type(self.events)

    @property
    def agent_ids(self) -> list[str]:
        """The banks that are shown, in order of id; none where events are chosen one by one."""
        if self.shown.chooses_events:
            return []
        return [agent_id for agent_id in self.state.banks if self.shown.agent in (None, agent_id)]

    def concerns(self, agent_id: str) -> bool:
        """Whether the figures of a bank may be shown."""
        return self.shown.agent in (None, agent_id)


def _by_type(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        found[event["event_type"]].append(event)
    return found


def _of(
    by_type: Mapping[str, list[dict[str, Any]]], events: list[dict[str, Any]], kinds: tuple[str, ...]
) -> list[dict[str, Any]]:
    there = [kind for kind in kinds if kind in by_type]
    if len(there) < 2:
        return by_type[there[0]] if there else []
    return [event for event in events if event["event_type"] in there]


def money(cents: int) -> str:
    """Dollars with two places: `$1,234.50`, `-$0.05`."""
    if cents < 0:
        return f"-{money(-cents)}"
    return f"${cents // 100:,}.{cents % 100:02d}"


def name(tx_id: str) -> str:
    """A payment's number without what all of them begin with."""
    return tx_id.removeprefix("tx_")


def names(tx_ids: Iterable[str]) -> str:
    """Several of them."""
    return ", ".join(map(name, tx_ids))


def band(priority: int) -> str:
    """The band of a priority, as the engine has them, and the priority."""
    return f"{next(word for least, word in BANDS if priority >= least)} P:{priority}"


def percent(part: int, whole: int) -> str:
    """`62.5%`, with one place, rounded half up, without floating point; `-` of nothing."""
    if whole <= 0:
        return "-"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def title(text: str) -> str:
    """The first line of a section."""
    return f"-- {text} ".ljust(WIDTH, "-")


def plural(number: int, word: str) -> str:
    """`1 payment`, `2 payments`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
