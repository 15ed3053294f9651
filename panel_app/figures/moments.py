"""Netting operations of a run, told from its log."""

from dataclasses import dataclass
from typing import Any

from panel_app.figures.run_index import per_run

BILATERAL, CYCLE, MULTILATERAL = 2, 3, 4


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
    found: list[tuple[int, Netting]] = []
    offsets = run.columns("LsmBilateralOffset")
    for row, (tick, seq) in enumerate(zip(offsets["tick"], offsets["seq"], strict=True)):
        a, b = int(offsets["amount_a"][row]), int(offsets["amount_b"][row])
        found.append(
            (
                int(seq),
                Netting(
                    int(tick),
                    BILATERAL,
                    _items(offsets, "agent_ids", row),
                    _items(offsets, "tx_ids", row),
                    a + b,
                    abs(a - b),
                ),
            )
        )
    cycles = run.columns("LsmCycleSettlement")
    for row, (tick, seq) in enumerate(zip(cycles["tick"], cycles["seq"], strict=True)):
        found.append(
            (
                int(seq),
                Netting(
                    int(tick),
                    CYCLE,
                    _items(cycles, "agent_ids", row),
                    _items(cycles, "tx_ids", row),
                    int(cycles["total_value"][row]),
                    sum(max(0, -net) for net in _items(cycles, "net_positions", row)),
                ),
            )
        )
    return tuple(netting for _, netting in sorted(found, key=lambda item: item[0]))


def _items(columns: dict[str, Any], name: str, row: int) -> tuple[int, ...]:
    offsets = columns[f"{name}_offsets"]
    return tuple(int(value) for value in columns[name][int(offsets[row]) : int(offsets[row + 1])])


def nettings_at(run: Any, tick: int, *, together: bool = False) -> tuple[Netting, ...]:
    """Those of one tick; with `together`, only the operations of three and more banks, which make a netting moment."""
    return tuple(n for n in nettings(run) if n.tick == tick and (not together or n.mechanism >= CYCLE))
