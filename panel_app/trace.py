"""From a figure to the events that it is the sum of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from panel_app.session import Session

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
What = Literal[
    "settled", "arrived", "waiting", "credit", "cost", "balance", "to-pay", "to-receive", "flow", "flow-waiting"
]
WHATS: tuple[What, ...] = (
    "settled",
    "arrived",
    "waiting",
    "credit",
    "cost",
    "balance",
    "to-pay",
    "to-receive",
    "flow",
    "flow-waiting",
)
SETTLED_BY = (
    "RtgsImmediateSettlement",
    "Queue2LiquidityRelease",
    "LsmBilateralOffset",
    "LsmCycleSettlement",
    "LsmMultilateralSettlement",
)
"""The event that settles a payment, by mechanism."""


@dataclass(frozen=True)
class Line:
    """One part of a figure. `cents` with its sign; `payment`, `bank` and `seq` (place in the log) are -1 for none."""

    tick: int
    cents: int
    event: str
    seq: int = -1
    payment: int = -1
    bank: int = -1


@dataclass(frozen=True)
class Trace:
    """A figure and its parts: `lines` are the latest of `count`, which all together make `total` cents."""

    what: What
    number: int
    total: int
    count: int
    lines: list[Line]


def trace(session: Session, what: What, number: int = -1, most: int = 60) -> Trace:
    """The parts of a figure at the end of the session's tick; `number` is a bank, or for flows an ordered pair."""
    if what == "cost":
        return _cost(session, number, most)
    if what == "credit":
        return _credit(session, most)
    if what == "balance":
        return _balance(session, number, most)
    index, banks, tick = session.index, len(session.names), session.tick
    of = np.ones(len(index.amount), dtype=bool)
    if what in ("flow", "flow-waiting"):
        of = (index.sender == number // banks) & (index.receiver == number % banks)
    elif number >= 0:
        of = index.receiver == number if what == "to-receive" else index.sender == number
    if what in ("settled", "flow"):
        return _settled(session, what, number, of & (index.settled >= 0) & (index.settled <= tick), most)
    if what == "arrived":
        here = of & (index.arrival <= tick) & (np.asarray(session.run.payments.parent) < 0)
    else:
        here = np.zeros(len(of), dtype=bool)
        here[np.concatenate(index.waiting(tick))] = True
        here &= of
    chosen = np.flatnonzero(here)
    latest = chosen[np.lexsort((chosen, index.arrival[chosen]))][::-1][:most]
    lines = [Line(int(index.arrival[p]), int(index.amount[p]), "Arrival", -1, p) for p in latest.tolist()]
    return Trace(what, number, int(index.amount[chosen].sum()), len(chosen), lines)


def _settled(session: Session, what: What, number: int, here: Bools, most: int) -> Trace:
    index = session.index
    chosen = np.flatnonzero(here)
    lines = [_settlement(session, payment) for payment in _latest(session, chosen)[:most]]
    return Trace(what, number, int(index.amount[chosen].sum()), len(chosen), lines)


def _latest(session: Session, chosen: Ints) -> list[int]:
    """Settled payments, the last one first."""
    by = np.asarray(session.run.payments.settled_by, np.int64)
    order: list[int] = chosen[np.argsort(by[chosen], kind="stable")][::-1].tolist()
    return order


def _settlement(session: Session, payment: int, sign: int = 1) -> Line:
    index, by = session.index, session.run.payments.settled_by
    event = SETTLED_BY[int(index.mechanism[payment])]
    return Line(int(index.settled[payment]), sign * int(index.amount[payment]), event, int(by[payment]), payment)


def _cost(session: Session, bank: int, most: int) -> Trace:
    run, tick = session.run, session.tick
    every: Any = sum((np.asarray(costs, np.int64) for costs in run.series.costs.values()), np.int64(0))
    cost = every[: tick + 1]
    ticks, banks = np.nonzero(cost if bank < 0 else cost * (np.arange(cost.shape[1]) == bank))
    columns = run.columns("CostAccrual")
    lines = []
    for at, number in zip(ticks[::-1][:most].tolist(), banks[::-1][:most].tolist(), strict=True):
        place = np.flatnonzero((columns["tick"] == at) & (columns["agent_id"] == number))
        seq = int(columns["seq"][place[0]]) if len(place) else -1
        lines.append(Line(at, int(cost[at, number]), "CostAccrual", seq, bank=number))
    return Trace("cost", bank, int(cost[ticks, banks].sum()), len(ticks), lines)


def _credit(session: Session, most: int) -> Trace:
    """Banks whose balance is below zero: their balance can be traced further."""
    used = np.maximum(-session.index.balance[session.tick], 0)
    banks = np.flatnonzero(used)
    banks = banks[np.argsort(-used[banks], kind="stable")]
    lines = [Line(session.tick, int(used[bank]), "", -1, bank=bank) for bank in banks[:most].tolist()]
    return Trace("credit", -1, int(used.sum()), len(banks), lines)


def _balance(session: Session, bank: int, most: int) -> Trace:
    """What a bank had at the opening, and every payment from and to it since."""
    index, tick = session.index, session.tick
    settled = (index.settled >= 0) & (index.settled <= tick)
    chosen = np.flatnonzero(settled & ((index.sender == bank) | (index.receiver == bank)))
    sign = np.where(index.sender[chosen] == bank, -1, 1)
    moved = int((sign * index.amount[chosen]).sum())
    signs = dict(zip(chosen.tolist(), sign.tolist(), strict=True))
    opening = int(
        sorted(session.config["agents"], key=lambda agent: str(agent["id"]).encode())[bank]["opening_balance"]
    )
    now = int(index.balance[tick, bank])
    lines = [_settlement(session, payment, signs[payment]) for payment in _latest(session, chosen)[:most]]
    other = now - opening - moved
    if other:
        lines.append(Line(-1, other, "other"))
    lines.append(Line(-1, opening, "opening"))
    return Trace("balance", bank, now, len(chosen) + 1 + bool(other), lines)
