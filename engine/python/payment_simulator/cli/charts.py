"""Charts of what a run cost, as PNG files."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError
from payment_simulator.cli.files import write_whole

if TYPE_CHECKING:
    import polars as pl

DOLLAR = 100
"""Cents."""
FOLDER = Path("examples/charts")
"""Where the charts of `run --cost-chart` are written, in the working directory."""
MISSING = "matplotlib is missing: install payment-simulator[charts]"


@dataclass(frozen=True)
class CostCharts:
    """The two charts of a run: what each tick cost each bank, and what it had cost by then.

    `per_tick` and `accumulated` are where their axes end, in dollars; None: where the curves do.
    """

    base: Path
    per_tick: int | None
    accumulated: int | None

    @classmethod
    def parse(cls, bounds: str, scenario: Path) -> CostCharts:
        """From `P[:A]`; what is no number above 0 bounds nothing. Raises `CommandError` without matplotlib."""
        if find_spec("matplotlib") is None:
            raise CommandError(MISSING)
        first, _, second = bounds.partition(":")
        return cls(FOLDER / scenario.stem, _bound(first), _bound(second))

    def draw(self, database: Path, simulation_id: str, *, quiet: bool) -> None:
        """Write `BASE_per_tick.png` and `BASE_accumulated.png` from what is stored. Raises `CommandError`."""
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.reports import cost_timeline

        self.base.parent.mkdir(parents=True, exist_ok=True)
        with Database(database, read_only=True) as opened:
            for name, largest in (("per_tick", self.per_tick), ("accumulated", self.accumulated)):
                accumulated = name == "accumulated"
                table = cost_timeline(opened.connection, simulation_id, accumulated=accumulated)
                path = self.base.with_name(f"{self.base.name}_{name}.png")
                write_chart(path, table, accumulated=accumulated, largest=largest)
                say("success", f"{path}: written", quiet=quiet)


def _bound(text: str) -> int | None:
    return int(text) or None if text.isascii() and text.isdigit() else None


def write_chart(path: Path, table: pl.DataFrame, *, accumulated: bool, largest: int | None = None) -> None:
    """A line a bank over the ticks. `table` is that of `cost_timeline`; `largest` bounds the axis, in dollars.

    Raises `CommandError` without matplotlib, and for a file that cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise CommandError(MISSING) from None
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.add_subplot()
    ticks = table["tick"].to_list()
    for bank in table.columns[2:]:
        axes.step(ticks, [cents / DOLLAR for cents in table[bank]], where="post", label=bank)
    axes.set_xlabel("tick")
    axes.set_ylabel(f"{'accumulated cost' if accumulated else 'cost of the tick'} ($)")
    axes.set_ylim(bottom=0, top=largest)
    if len(table.columns) > 2:
        axes.legend(fontsize="small")
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    write_whole(path, content.getvalue())
