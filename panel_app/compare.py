"""Two runs side by side: what differs between them, and what that changed for whom.

With the same seed both runs have the same payments (each bank draws them from a stream of its own), so every
difference in outcome comes from what was changed, and payments are compared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panel_app.differences import Difference, differences
from panel_app.figures.gridlock import gridlock_ticks
from panel_app.figures.run_index import index_of, per_run

Ints = NDArray[np.int64]
Unit = Literal["payments", "cents", "ticks"]
Fate = Literal["only-b", "only-a", "earlier", "later", "same"]
FATES: tuple[Fate, ...] = ("only-b", "only-a", "earlier", "later", "same")


@dataclass(frozen=True)
class Kept:
    """A run that is kept to be compared with, and what it takes to make it the current one again."""

    scenario: str
    base_config: dict[str, Any]
    display: dict[str, Any]
    what_if: Any
    run: Any
    name: str = ""
    """What was asked for when it was made for the comparison (`scenario`, `no-netting`); empty: the reader kept it."""


@dataclass(frozen=True)
class Measure:
    """One figure of both runs. `of`: out of how many, where that is worth saying (payments)."""

    name: str
    unit: Unit
    a: float
    b: float
    of_a: int = 0
    of_b: int = 0

    @property
    def change(self) -> float:
        """B minus A."""
        return self.b - self.a

    @property
    def percent(self) -> float | None:
        """The change in percent of A; None of nothing."""
        return 100 * self.change / abs(self.a) if self.a else None


class Outcome:
    """What became of the payments of one run, those that are no parts of others; one row a payment."""

    def __init__(self, run: Any) -> None:
        index, payments = index_of(run), run.payments
        self.run, self.index = run, index
        parent = np.asarray(payments.parent, np.int64)
        whole = np.flatnonzero(parent < 0)
        order = whole[np.argsort(np.asarray(payments.number, np.int64)[whole], kind="stable")]
        self.payment: Ints = order
        """Their numbers in the run, in the order in which they arose."""
        settled = index.settled.copy()
        # A payment that was split has settled when its last part has; parts arise after their whole.
        for part in np.flatnonzero(parent >= 0)[::-1]:
            of = parent[part]
            known = settled[of] if settled[of] != -1 else -2
            settled[of] = -3 if settled[part] < 0 or known == -3 else max(known, settled[part])
        self.settled: Ints = np.where(settled[order] < 0, -1, settled[order])
        """The tick in which each had settled in full; -1 for never."""
        self.sender, self.receiver = index.sender[order], index.receiver[order]
        self.amount, self.arrival = index.amount[order], index.arrival[order]
        self.deadline = index.deadline[order]

    @property
    def done(self) -> NDArray[np.bool_]:
        return self.settled >= 0

    @property
    def delay(self) -> Ints:
        """Ticks from arrival to settlement, or to the end of the run."""
        end: Ints = np.where(self.done, self.settled, self.run.ticks - 1) - self.arrival
        return end

    def mean_delay(self, payments: Any = slice(None)) -> float:
        """The mean delay in ticks, weighted by amount."""
        weight = self.amount[payments].astype(float)
        return float((self.delay[payments] * weight).sum() / weight.sum()) if weight.sum() else 0.0

    @cached_property
    def cost_by_bank(self) -> Ints:
        """Cents, (banks,)."""
        costs: Ints = np.sum([np.asarray(c, np.int64).sum(axis=0) for c in self.run.series.costs.values()], axis=0)
        return costs

    @property
    def credit_peak(self) -> int:
        """The most credit that all banks together used at the end of a tick, in cents."""
        return int(np.maximum(-self.index.balance, 0).sum(axis=1).max(initial=0))


@per_run
def outcome_of(run: Any) -> Outcome:
    """The outcome of a run, shared by all who compare it."""
    return Outcome(run)


def comparable(a: Any, b: Any) -> bool:
    """Whether two runs have the same banks and the same hours."""
    return bool(list(a.agent_ids) == list(b.agent_ids) and a.ticks == b.ticks and a.ticks_per_day == b.ticks_per_day)


class Comparison:
    """Runs `a` and `b` of the same banks and hours."""

    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = outcome_of(a), outcome_of(b)

    @cached_property
    def differences(self) -> list[Difference]:
        """What differs between the two scenarios."""
        config_a: Mapping[str, Any] = self.a.run.config
        return differences(config_a, self.b.run.config)

    @cached_property
    def same_payments(self) -> bool:
        """Whether both runs have the same payments, arriving at the same time."""
        a, b = self.a, self.b
        return all(
            np.array_equal(getattr(a, name), getattr(b, name)) for name in ("sender", "receiver", "amount", "arrival")
        )

    def measures(self) -> list[Measure]:
        """The figures of the whole run, B against A."""
        a, b = self.a, self.b

        def both(name: str, unit: Unit, of: Any) -> Measure:
            return Measure(name, unit, of(a), of(b))

        return [
            Measure("settled", "payments", int(a.done.sum()), int(b.done.sum()), len(a.payment), len(b.payment)),
            both("value", "cents", lambda side: int(side.index.settled_value.sum())),
            both("left", "cents", lambda side: int(side.index.waiting_value[-1])),
            both("late", "payments", lambda side: int((side.settled > side.deadline).sum() + (~side.done).sum())),
            both("credit", "cents", lambda side: side.credit_peak),
            both("delay", "ticks", lambda side: side.mean_delay()),
            both("gridlock", "ticks", lambda side: int(gridlock_ticks(side.run).sum())),
            both("cost", "cents", lambda side: int(side.cost_by_bank.sum())),
        ]

    def by_bank(self) -> list[dict[str, Measure]]:
        """For each bank as sender: `settled` (value), `left`, `delay`, `cost`, and `lowest` (its lowest liquidity)."""
        rows = []
        for bank in range(self.b.index.banks):

            def both(name: str, unit: Unit, of: Any, bank: int = bank) -> Measure:
                return Measure(name, unit, of(self.a, bank), of(self.b, bank))

            rows.append(
                {
                    measure.name: measure
                    for measure in (
                        both("settled", "cents", lambda s, n: int(s.amount[s.done & (s.sender == n)].sum())),
                        both("left", "cents", lambda s, n: int(s.amount[~s.done & (s.sender == n)].sum())),
                        both("delay", "ticks", lambda s, n: s.mean_delay(s.sender == n)),
                        both("lowest", "cents", lambda s, n: int(s.index.liquidity[:, n].min())),
                        both("cost", "cents", lambda s, n: int(s.cost_by_bank[n])),
                    )
                }
            )
        return rows

    @cached_property
    def fates(self) -> dict[Fate, Ints]:
        """Payments by what changed for them, the largest change first; rows of `Outcome`. Only of the same payments."""
        if not self.same_payments:
            return {fate: np.zeros(0, np.int64) for fate in FATES}
        a, b = self.a.settled, self.b.settled
        both = (a >= 0) & (b >= 0)
        chosen = {
            "only-b": (a < 0) & (b >= 0),
            "only-a": (a >= 0) & (b < 0),
            "earlier": both & (b < a),
            "later": both & (b > a),
            "same": (a == b),
        }
        weight = np.abs(self.a.delay - self.b.delay) * self.a.amount.astype(float)
        found: dict[Fate, Ints] = {}
        for fate in FATES:
            rows = np.flatnonzero(chosen[fate])
            found[fate] = rows[np.argsort(-weight[rows], kind="stable")]
        return found

    def in_a(self, payment: int) -> int | None:
        """Number in run A of the payment that has this number in B; None where there is none, as for a part."""
        index_a, index_b = self.a.run.payments, self.b.run.payments
        if not self.same_payments:
            return None
        same = (index_a.number == index_b.number[payment]) & (index_a.part == index_b.part[payment])
        if len(found := np.flatnonzero(same)) != 1:
            return None
        return int(found[0])

    def row_of(self, payment: int) -> int | None:
        """Row in `Outcome` of a payment of B, or of the whole that it is a part of; None unless both have it."""
        if not self.same_payments:
            return None
        return int(self.b.run.payments.number[payment]) - 1
