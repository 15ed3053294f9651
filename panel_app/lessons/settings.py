"""What a lesson sets: changes to the scenario, the place of the cursor, what is selected, which flows are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from panel_app import jumps
from panel_app.figures.clock import minutes
from panel_app.figures.gridlock import gridlock_spans
from panel_app.lessons import amounts, facts
from panel_app.lessons.problem import Unreadable, unknown
from panel_app.session import WINDOWS

if TYPE_CHECKING:
    from panel_app.session import Session
    from panel_app.whatif import WhatIf


@dataclass(frozen=True)
class Setting:
    """One phrase of a lesson, such as `cycles on`: a name of `CHANGES` or `LOOKS`, a value, and a bank or nothing."""

    name: str
    value: Any = None
    bank: str = ""


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise unknown("switch position", text, ("on", "off"))
    return text == "on"


def _time(text: str) -> int:
    if not re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9]", text):
        raise Unreadable(f'"{text}" is no time of day; write it as 09:50')
    return minutes(text)


def _window(text: str) -> str:
    if text not in WINDOWS:
        raise unknown("choice of flows", text, WINDOWS)
    return text


def _nothing(text: str) -> None:
    if text:
        raise Unreadable(f'"{text}" is too much here')


CHANGES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "bilateral": ("bilateral", _switch),
    "cycles": ("cycles", _switch),
    "balances": ("balance_factor", lambda text: amounts.percent(text) / 100),
    "credit": ("credit_factor", lambda text: amounts.percent(text) / 100),
    "arrivals": ("arrivals_factor", lambda text: amounts.percent(text) / 100),
    "seed": ("seed", amounts.whole),
    "opening-balance": ("balance", amounts.cents),
}
"""Changes to the scenario: the key of `WhatIf.with_changes`, and how the value is read."""

LOOKS: dict[str, Callable[[str], Any]] = {
    "tick": amounts.whole,
    "time": _time,
    "start": _nothing,
    "end": _nothing,
    "netting": _nothing,
    "gridlock": _nothing,
    "flows": _window,
    "bank": str,
    "payment": _nothing,
    "nothing": _nothing,
}
"""Where to look, in the order in which they are obeyed: the payment is one of those that wait where the cursor is."""


def read(phrase: str) -> Setting:
    """`cycles on`, `opening-balance ALPHA 0.6 M`, `time 09:50`. Raises `Unreadable`."""
    name, _, rest = phrase.strip().partition(" ")
    rest = rest.strip()
    if name == "opening-balance":
        bank, _, amount = rest.partition(" ")
        return Setting(name, amounts.cents(amount), bank)
    if name in CHANGES:
        return Setting(name, CHANGES[name][1](rest))
    if name not in LOOKS:
        raise unknown("setting", name, (*CHANGES, *LOOKS))
    if name == "bank":
        if not rest:
            raise Unreadable('"bank" should name a bank')
        return Setting(name, None, rest)
    return Setting(name, LOOKS[name](rest))


def read_all(phrases: str) -> tuple[Setting, ...]:
    """Settings between commas. A number has its comma only inside: `12,500.00`."""
    return tuple(read(phrase) for phrase in re.split(r",(?!\d{3})", phrases) if phrase.strip())


def what_if(session: Session, settings: tuple[Setting, ...], before: WhatIf) -> WhatIf:
    """`before` with the changes among the settings."""
    after = before
    for setting in settings:
        if setting.name in CHANGES:
            key = CHANGES[setting.name][0]
            value = (facts.bank_number(session, setting.bank), setting.value) if setting.bank else setting.value
            after = after.with_changes({key: value})
    return after


def look(session: Session, settings: tuple[Setting, ...]) -> None:
    """Go where the settings say, and select what they name."""
    given = {setting.name: setting for setting in settings}
    for name in LOOKS:
        if name in given:
            _look(session, given[name])


def _look(session: Session, setting: Setting) -> None:
    match setting.name:
        case "tick":
            session.go(setting.value - 1)
        case "time":
            session.go(tick_at(session, setting.value))
        case "start":
            session.go(0)
        case "end":
            session.go(session.ticks - 1)
        case "netting":
            session.go(jumps.largest_netting(session.run) or 0)
        case "gridlock":
            spans = gridlock_spans(session.run)
            session.go(spans[0][1] - 1 if spans else 0)
        case "flows":
            session.show(setting.value)
        case "bank":
            session.select(("bank", facts.bank_number(session, setting.bank)))
        case "payment":
            session.select(_largest_waiting(session))
        case "nothing":
            session.select(None)


def tick_at(session: Session, minute: int) -> int:
    """The tick of the first day that has begun at a minute of the day."""
    times = session.times
    return (minute - times.start) * times.ticks_per_day // (times.end - times.start)


def _largest_waiting(session: Session) -> tuple[Any, int] | None:
    waiting = np.concatenate(session.index.waiting(session.tick))
    return ("payment", int(waiting[np.argmax(session.index.amount[waiting])])) if len(waiting) else None
