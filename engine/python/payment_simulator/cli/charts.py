"""Charts of what a run cost, as PNG files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from payment_simulator.cli.commands.run_files import write_whole
from payment_simulator.cli.exit_codes import CommandError

if TYPE_CHECKING:
    import polars as pl

DOLLAR = 100
"""Cents."""


def write_chart(path: Path, table: pl.DataFrame, *, accumulated: bool, largest: int | None = None) -> None:
    """A line a bank over the ticks. `table` is that of `cost_timeline`; `largest` bounds the axis, in dollars.

    Raises `CommandError` without matplotlib, and for a file that cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise CommandError("matplotlib is missing: install payment-simulator[charts]") from None
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
