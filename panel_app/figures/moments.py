"""Netting operations of a run, told from its log."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from panel_app.figures.run_index import index_of, per_run

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


@per_run
def nettings(run: Any) -> tuple[Netting, ...]:
    """Every netting operation of a run, in log order."""
    used = index_of(run).settled_count.sum(axis=0)
    return _in_order(item for mechanism in EVENTS if used[mechanism] for item in _read(run, mechanism))


def nettings_at(run: Any, tick: int, *, together: bool = False) -> tuple[Netting, ...]:
    """Those of one tick; with `together`, only operations of three and more banks, which make a netting moment."""
    used = index_of(run).settled_count[tick]
    kinds = [mechanism for mechanism in EVENTS if used[mechanism] and (not together or mechanism >= CYCLE)]
    return _in_order(item for mechanism in kinds for item in _read(run, mechanism, tick))


def _in_order(found: Iterable[tuple[int, Netting]]) -> tuple[Netting, ...]:
    return tuple(netting for _, netting in sorted(found, key=lambda item: item[0]))


@per_run
def _columns(run: Any) -> Callable[[int], dict[str, Any]]:
    """The events of one kind of operation as columns; each kind is read from the log when it is first asked for."""
    return cache(lambda mechanism: run.columns(EVENTS[mechanism]))


def _read(run: Any, mechanism: int, only: int | None = None) -> Iterator[tuple[int, Netting]]:
    """The operations of one kind, of one tick or of all, each with its place in the log."""
    columns = _columns(run)(mechanism)
    ticks = columns["tick"]
    rows = range(len(ticks)) if only is None else range(*np.searchsorted(ticks, [only, only + 1]).tolist())
    for row in rows:
        if mechanism == BILATERAL:
            a, b = int(columns["amount_a"][row]), int(columns["amount_b"][row])
            value, liquidity = a + b, abs(a - b)
        else:
            value = int(columns["total_value"][row])
            liquidity = sum(max(0, -net) for net in _items(columns, "net_positions", row))
        banks, payments = _items(columns, "agent_ids", row), _items(columns, "tx_ids", row)
        yield int(columns["seq"][row]), Netting(int(ticks[row]), mechanism, banks, payments, value, liquidity)


def _items(columns: dict[str, Any], name: str, row: int) -> tuple[int, ...]:
    """The list in one row of a list field."""
    offsets = columns[f"{name}_offsets"]
    return tuple(columns[name][offsets[row] : offsets[row + 1]].tolist())
