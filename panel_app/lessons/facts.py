"""What a lesson can say of the simulator, and notice: one table of named facts.

A fact is of the moment under the cursor, of the whole run (`day-...`), of the changes to the scenario, or of what is
selected. Some take a bank: `balance ALPHA`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from panel_app import text
from panel_app.figures.gridlock import gridlock_ticks
from panel_app.figures.moments import nettings_at
from panel_app.figures.numbers import short
from panel_app.lessons import amounts
from panel_app.lessons.problem import Unreadable, unknown
from panel_app.moment import figures

if TYPE_CHECKING:
    from panel_app.session import Session

Kind = Literal["money", "count", "percent", "switch", "word"]
Value = int | str
READERS: dict[Kind, Callable[[str], Value]] = {
    "money": amounts.cents,
    "count": amounts.whole,
    "percent": amounts.percent,
}
SWITCH = {"on": 1, "yes": 1, "off": 0, "no": 0}


@dataclass(frozen=True)
class Known:
    """A line of the table: of which kind a fact is, how it is found, and whether it is one of a bank."""

    kind: Kind
    find: Callable[[Session, int], Value]
    of_bank: bool = False


@dataclass(frozen=True)
class Fact:
    """A fact as a lesson names it: `waiting-value`, or `balance` of the bank `ALPHA`."""

    name: str
    bank: str = ""

    @property
    def kind(self) -> Kind:
        """What its value is."""
        return FACTS[self.name].kind

    def value(self, session: Session) -> Value:
        """Cents, a number, a percentage, 1 or 0 for a switch, or a word."""
        return FACTS[self.name].find(session, bank_number(session, self.bank) if self.bank else -1)

    def words(self, session: Session) -> str:
        """As it is written on the screen."""
        return written(self.kind, self.value(session))


def written(kind: Kind, value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return value
    if kind == "money":
        return short(value)
    if kind == "percent":
        return f"{value} %"
    if kind == "switch":
        return text.ON if value else text.OFF
    return f"{value:,}"


def read(phrase: str) -> Fact:
    """`waiting-value`, `balance ALPHA`. Raises `Unreadable`."""
    name, _, bank = phrase.strip().partition(" ")
    bank = bank.strip()
    if name not in FACTS:
        raise unknown("fact", name, FACTS)
    if FACTS[name].of_bank != bool(bank):
        raise Unreadable(
            f'"{phrase}" should name a bank' if not bank else f'"{name}" is not of one bank; leave "{bank}" out'
        )
    return Fact(name, bank)


def read_value(fact: Fact, phrase: str) -> Value:
    """A value that a fact is compared with. Raises `Unreadable`."""
    if fact.kind == "switch":
        if phrase not in SWITCH:
            raise unknown(f"value of {fact.name}", phrase, SWITCH)
        return SWITCH[phrase]
    return READERS[fact.kind](phrase) if fact.kind in READERS else phrase


def bank_number(session: Session, bank: str) -> int:
    """The number of a bank by its id or name."""
    if bank in session.run.agent_ids:
        return session.run.agent_ids.index(bank)
    return session.names.index(bank)


def _selected(session: Session) -> str:
    return "nothing" if session.selection is None else session.selection[0]


def _selected_waits(session: Session) -> int:
    if session.selection is None or session.selection[0] != "payment":
        return 0
    return int(session.selection[1] in np.concatenate(session.index.waiting(session.tick)))


def _selected_bank(session: Session) -> str:
    selection = session.selection
    return session.run.agent_ids[selection[1]] if selection is not None and selection[0] == "bank" else ""


def _opening(session: Session, bank: int) -> int:
    bank_id = session.run.agent_ids[bank]
    return int(next(agent for agent in session.config["agents"] if agent["id"] == bank_id)["opening_balance"])


def _netting(session: Session, what: str) -> int:
    return sum(int(getattr(netting, what)) for netting in nettings_at(session.run, session.tick))


def _lsm(session: Session, key: str) -> int:
    return int(bool((session.config.get("lsm_config") or {}).get(key)))


def _cost(*categories: str) -> Callable[[Session, int], Value]:
    return lambda session, _: sum(int(session.run.totals["costs"][category]) for category in categories)


FACTS: dict[str, Known] = {
    # Of the moment under the cursor, up to the end of its tick.
    "tick": Known("count", lambda s, _: s.tick + 1),
    "time": Known("word", lambda s, _: s.clock(s.tick)),
    "at-end": Known("switch", lambda s, _: int(s.tick == s.ticks - 1)),
    "settled": Known("count", lambda s, _: int(s.index.settled_count[: s.tick + 1].sum())),
    "settled-value": Known("money", lambda s, _: figures(s.run, s.tick).settled),
    "waiting": Known("count", lambda s, _: figures(s.run, s.tick).waiting_count),
    "waiting-value": Known("money", lambda s, _: figures(s.run, s.tick).waiting),
    "credit-in-use": Known("money", lambda s, _: figures(s.run, s.tick).credit_in_use),
    "cost": Known("money", lambda s, _: figures(s.run, s.tick).cost),
    "gridlock": Known("switch", lambda s, _: int(gridlock_ticks(s.run)[s.tick])),
    "netted-value": Known("money", lambda s, _: _netting(s, "value")),
    "netted-liquidity": Known("money", lambda s, _: _netting(s, "liquidity")),
    "balance": Known("money", lambda s, bank: int(s.index.balance[s.tick, bank]), of_bank=True),
    "can-pay": Known("money", lambda s, bank: int(s.index.liquidity[s.tick, bank]), of_bank=True),
    # Of the whole run.
    "day-arrived": Known("count", lambda s, _: int(s.run.totals["total_arrivals"])),
    "day-settled": Known("count", lambda s, _: int(s.run.totals["total_settlements"])),
    "day-left": Known("count", lambda s, _: int(s.run.totals["total_arrivals"] - s.run.totals["total_settlements"])),
    "day-arrived-value": Known("money", lambda s, _: int(s.run.totals["arrived_value"])),
    "day-settled-value": Known("money", lambda s, _: int(s.run.totals["settled_value"])),
    "day-cost": Known("money", _cost("total_cost")),
    "day-credit-cost": Known("money", _cost("liquidity_cost")),
    "day-delay-cost": Known("money", _cost("delay_cost")),
    "day-late-cost": Known("money", _cost("deadline_penalty", "eod_penalty")),
    "day-waiting-cost": Known("money", _cost("delay_cost", "deadline_penalty", "eod_penalty")),
    # Of the changes to the scenario.
    "bilateral": Known("switch", lambda s, _: _lsm(s, "enable_bilateral")),
    "cycles": Known("switch", lambda s, _: _lsm(s, "enable_cycles")),
    "balances": Known("percent", lambda s, _: round(s.what_if.balance_factor * 100)),
    "credit": Known("percent", lambda s, _: round(s.what_if.credit_factor * 100)),
    "arrivals": Known("percent", lambda s, _: round(s.what_if.arrivals_factor * 100)),
    "seed": Known("count", lambda s, _: s.seed),
    "opening-balance": Known("money", _opening, of_bank=True),
    # Of what is selected.
    "selected": Known("word", lambda s, _: _selected(s)),
    "selected-bank": Known("word", lambda s, _: _selected_bank(s)),
    "selected-waits": Known("switch", lambda s, _: _selected_waits(s)),
}
