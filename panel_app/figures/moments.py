"""Netting operations of a run, told from its log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    found = [item for mechanism in EVENTS if used[mechanism] for item in _read(run, mechanism)]
    return tuple(netting for _, netting in sorted(found, key=lambda item: item[0]))


def nettings_at(run: Any, tick: int, *, together: bool = False) -> tuple[Netting, ...]:
    """Those of one tick; with `together`, only operations of three and more banks, which make a netting moment."""
    return tuple(n for n in nettings(run) if n.tick == tick and (not together or n.mechanism >= CYCLE))


def _read(run: Any, mechanism: int) -> Iterator[tuple[int, Netting]]:
    """The operations of one kind, each with its place in the log."""
    columns = {
        name: column if isinstance(column, list) else column.tolist()
        for name, column in run.columns(EVENTS[mechanism]).items()
    }
    for row, (tick, place) in enumerate(zip(columns["tick"], columns["seq"], strict=True)):
        if mechanism == BILATERAL:
            a, b = columns["amount_a"][row], columns["amount_b"][row]
            value, liquidity = a + b, abs(a - b)
        else:
            value = columns["total_value"][row]
            liquidity = sum(max(0, -net) for net in _items(columns, "net_positions", row))
        banks, payments = _items(columns, "agent_ids", row), _items(columns, "tx_ids", row)
        yield place, Netting(tick, mechanism, banks, payments, value, liquidity)


def _items(columns: dict[str, list[Any]], name: str, row: int) -> tuple[int, ...]:
    """The list in one row of a list field."""
    offsets = columns[f"{name}_offsets"]
    return tuple(columns[name][offsets[row] : offsets[row + 1]])
