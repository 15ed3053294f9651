"""Netting operations of a run, told from its log."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from panel_app.figures.run_index import Ints, index_of, per_run

BILATERAL, CYCLE, MULTILATERAL = 2, 3, 4
EVENTS = {BILATERAL: "LsmBilateralOffset", CYCLE: "LsmCycleSettlement", MULTILATERAL: "LsmMultilateralSettlement"}


@dataclass(frozen=True)
class Netting:
    """One netting operation: payments that settled together, and what it took."""

    tick: int
    mechanism: int
    banks: tuple[int, ...]
    payments: tuple[int, ...]
    value: int
    """Sum of the payments, in cents."""
    liquidity: int
    """What the banks had to pay on balance, in cents: the sum of the negative net positions."""


class Nettings:
    """Every netting operation of a run, in log order: columns, of which one operation is read when it is asked for."""

    def __init__(self, run: Any) -> None:
        self._run = run
        used = index_of(run).settled_count.sum(axis=0)
        kinds = [mechanism for mechanism in EVENTS if used[mechanism]]
        self._tables = {mechanism: _columns(run)(mechanism) for mechanism in kinds}
        sizes = [len(table["tick"]) for table in self._tables.values()]
        order = np.argsort(self._joined([table["seq"] for table in self._tables.values()]))
        self._number = np.empty_like(order)
        self._number[order] = np.arange(len(order))
        self._row = self._joined([np.arange(size) for size in sizes])[order]
        self.mechanism: Ints = np.repeat(np.array(kinds, np.int64), sizes)[order]
        self.tick: Ints = self._joined([table["tick"] for table in self._tables.values()])[order]
        first = [table["tx_ids"][table["tx_ids_offsets"][:-1]] for table in self._tables.values()]
        self.first_payment: Ints = self._joined(first)[order]

    def __len__(self) -> int:
        return len(self.tick)

    def __iter__(self) -> Iterator[Netting]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Netting:
        return _read(self._run, int(self.mechanism[number]), int(self._row[number]))

    def members(self, name: str) -> tuple[Ints, Ints]:
        """Who takes part (`agent_ids`) or which payments (`tx_ids`): the number of an operation, and a member of it."""
        lengths = self._joined([np.diff(table[f"{name}_offsets"]) for table in self._tables.values()])
        return np.repeat(self._number, lengths), self._joined([table[name] for table in self._tables.values()])

    @staticmethod
    def _joined(columns: list[Ints]) -> Ints:
        return np.concatenate([np.zeros(0, np.int64), *columns])


@per_run
def nettings(run: Any) -> Nettings:
    """Every netting operation of a run."""
    return Nettings(run)


def nettings_at(run: Any, tick: int, *, together: bool = False) -> tuple[Netting, ...]:
    """Those of one tick; with `together`, only operations of three and more banks, which make a netting moment."""
    used = index_of(run).settled_count[tick]
    found = []
    for mechanism in EVENTS:
        if used[mechanism] and (not together or mechanism >= CYCLE):
            columns = _columns(run)(mechanism)
            rows = range(*np.searchsorted(columns["tick"], [tick, tick + 1]).tolist())
            found += [(int(columns["seq"][row]), _read(run, mechanism, row)) for row in rows]
    return tuple(netting for _, netting in sorted(found, key=lambda item: item[0]))


@per_run
def _columns(run: Any) -> Callable[[int], dict[str, Any]]:
    """The events of one kind of operation as columns; each kind is read from the log when it is first asked for."""
    return cache(lambda mechanism: run.columns(EVENTS[mechanism]))


def _read(run: Any, mechanism: int, row: int) -> Netting:
    """The operation in one row of the events of its kind."""
    columns = _columns(run)(mechanism)
    if mechanism == BILATERAL:
        a, b = int(columns["amount_a"][row]), int(columns["amount_b"][row])
        value, liquidity = a + b, abs(a - b)
    else:
        value = int(columns["total_value"][row])
        liquidity = sum(max(0, -net) for net in _items(columns, "net_positions", row))
    banks, payments = _items(columns, "agent_ids", row), _items(columns, "tx_ids", row)
    return Netting(int(columns["tick"][row]), mechanism, banks, payments, value, liquidity)


def _items(columns: dict[str, Any], name: str, row: int) -> tuple[int, ...]:
    """The list in one row of a list field."""
    offsets = columns[f"{name}_offsets"]
    return tuple(columns[name][offsets[row] : offsets[row + 1]].tolist())
