"""What happened in a run, as a list to read: payments that settle, netting, payments that become overdue.

Kept as columns and sorted once a run; only the rows on show become words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel_app.figures.moments import nettings
from panel_app.figures.run_index import index_of, per_run
from panel_app.payments import banks_matching, payments_called

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PAYMENT, NETTING, OVERDUE = 0, 1, 2
KIND_WORDS = (
    ("gross",),
    ("queue", "released"),
    ("bilateral", "offset", "netting"),
    ("cycle", "netting"),
    ("multilateral", "netting"),
)


@dataclass(frozen=True)
class Rows:
    """Part of the list, latest first. `number`: of a payment, or of a netting in `nettings(run)`."""

    tick: Ints
    kind: Ints
    number: Ints
    ahead: int
    """How many of the rows lie after the tick asked for."""


class Happenings:
    """The list of one run."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.index = index_of(run)
        self.nettings = nettings(run)
        settled_by = np.asarray(run.payments.settled_by, np.int64)
        single = np.flatnonzero((self.index.settled >= 0) & (self.index.mechanism < 2))
        overdue_tick = np.asarray(run.payments.overdue_tick, np.int64)
        overdue = np.flatnonzero(overdue_tick >= 0)
        together, first = np.arange(len(self.nettings)), self.nettings.first_payment
        self.kind = np.repeat([PAYMENT, NETTING, OVERDUE], [len(single), len(together), len(overdue)])
        self.number = np.concatenate([single, together, overdue])
        tick = np.concatenate([self.index.settled[single], self.index.settled[first], overdue_tick[overdue]])
        place = np.concatenate([settled_by[single], settled_by[first], np.full(len(overdue), -1)])
        # By tick and place in the log as one number; payments become overdue first, in their order.
        order = np.argsort(tick * (place.max(initial=0) + 2) + place + 1, kind="stable")
        self.tick, self.kind, self.number = tick[order], self.kind[order], self.number[order]

    @cached_property
    def _banks(self) -> Bools:
        """Shape (rows, banks): who takes part. Only a filter needs it."""
        taking_part = np.zeros((len(self.kind), self.index.banks), dtype=bool)
        one = np.flatnonzero(self.kind != NETTING)
        taking_part[one, self.index.sender[self.number[one]]] = True
        taking_part[one, self.index.receiver[self.number[one]]] = True
        together = np.flatnonzero(self.kind == NETTING)
        row = np.empty_like(together)
        row[self.number[together]] = together
        number, bank = self.nettings.members("agent_ids")
        taking_part[row[number], bank] = True
        return taking_part

    @cached_property
    def _mechanism(self) -> Ints:
        mechanism = np.full(len(self.kind), -1)
        single = self.kind == PAYMENT
        mechanism[single] = self.index.mechanism[self.number[single]]
        netting = self.kind == NETTING
        mechanism[netting] = self.nettings.mechanism[self.number[netting]]
        return mechanism

    def matching(self, names: list[str], words: list[str]) -> Bools:
        """Shape (rows,): every word is the beginning of a bank's name, a payment's id, or a kind (`cycle`, `overdue`,
        ...)."""
        found = np.ones(len(self.kind), dtype=bool)
        for word in words:
            hit = self._banks[:, banks_matching(names, word)].any(axis=1)
            called = payments_called(self.run, word)
            if len(called):
                hit |= (self.kind != NETTING) & np.isin(self.number, called)
                number, payment = self.nettings.members("tx_ids")
                hit |= (self.kind == NETTING) & np.isin(self.number, number[np.isin(payment, called)])
            for mechanism, kind_words in enumerate(KIND_WORDS):
                if any(kind.startswith(word) for kind in kind_words):
                    hit |= self._mechanism == mechanism
            if "overdue".startswith(word):
                hit |= self.kind == OVERDUE
            found &= hit
        return found

    def around(self, tick: int, most: int, match: Bools | None = None) -> Rows:
        """The rows up to the end of a tick, latest first, with the one that comes next on top; at most `most`."""
        rows = np.arange(len(self.tick)) if match is None else np.flatnonzero(match)
        past = int(np.searchsorted(self.tick[rows], tick, side="right"))
        ahead = min(1, len(rows) - past)
        shown = rows[max(0, past + ahead - most) : past + ahead][::-1]
        return Rows(self.tick[shown], self.kind[shown], self.number[shown], ahead)


@per_run
def happenings_of(run: Any) -> Happenings:
    """The list of a run, shared by all who show it."""
    return Happenings(run)
