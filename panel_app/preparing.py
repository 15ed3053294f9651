"""What the pictures of a run are drawn from, in pieces: a page can answer between two of them.

Each is kept with the run or its index, so that whoever asks for it later has it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from panel_app.figures.gridlock import gridlock_ticks
from panel_app.figures.run_index import index_of
from panel_app.happenings import happenings_of
from panel_app.moment import figures

if TYPE_CHECKING:
    from payment_simulator.execution.run import Run

OF_THE_INDEX = ("liquidity", "credit_used", "waiting_value", "waiting_count", "pair_value", "lane")

PIECES: tuple[Callable[[Run], object], ...] = (
    attrgetter("payments"),
    attrgetter("series"),
    index_of,
    lambda run: attrgetter(*OF_THE_INDEX)(index_of(run)),
    gridlock_ticks,
    lambda run: figures(run, 0),
    happenings_of,
)
