"""What happens in a tick, in one sentence, and the figures beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from panel_app import text
from panel_app.figures.gridlock import gridlock_ticks
from panel_app.figures.moments import CYCLE, nettings_at
from panel_app.figures.run_index import index_of, per_run

if TYPE_CHECKING:
    from payment_simulator.execution.run import Run

Ints = NDArray[np.int64]
Kind = Literal["cycle", "bilateral", "gridlock", "plain", "quiet", "end"]


@dataclass(frozen=True)
class Moment:
    """One tick in words."""

    kind: Kind
    sentence: str


@dataclass(frozen=True)
class Figures:
    """The run so far, in cents, at the end of a tick."""

    settled: int
    arrived: int
    waiting: int
    waiting_count: int
    credit_in_use: int
    cost: int


class Scene(Protocol):
    """What is needed of a session."""

    run: Any
    names: list[str]


def moment(session: Scene, tick: int) -> Moment:
    """What is worth saying about a tick: netting first, then the end, then gridlock, then what settles."""
    run, names, index = session.run, session.names, index_of(session.run)
    waiting, value = int(index.waiting_count[tick]), int(index.waiting_value[tick])
    settled, settled_value = int(index.settled_count[tick].sum()), int(index.settled_value[tick].sum())
    here = nettings_at(run, tick)
    together = [netting for netting in here if netting.mechanism >= CYCLE]
    if together:
        number = sum(len(netting.payments) for netting in together)
        worth, liquidity = sum(netting.value for netting in together), sum(netting.liquidity for netting in together)
        return Moment("cycle", text.netting_moment(number, worth, liquidity))
    if len(here) == 1:
        one, other = (names[bank] for bank in here[0].banks[:2])
        return Moment("bilateral", text.offset(one, other, here[0].value, here[0].liquidity))
    if here:
        worth, difference = sum(netting.value for netting in here), sum(netting.liquidity for netting in here)
        return Moment("bilateral", text.offsets(len(here), worth, difference))
    if tick == run.ticks - 1:
        return Moment(
            "end", text.end_of_day(int(index.settled_count.sum()), int(run.series.arrived_count.sum()), value)
        )
    if gridlock_ticks(run)[tick]:
        return Moment("gridlock", text.gridlock(waiting, value))
    if settled:
        return Moment("plain", text.plain(settled, settled_value, waiting, value))
    return Moment("quiet", text.quiet(waiting, value))


def figures(run: Run, tick: int) -> Figures:
    """The figures line at the end of a tick; the last one there is, if the run is shorter."""
    tick = min(tick, run.ticks - 1)
    so_far, index = _so_far(run), index_of(run)
    return Figures(
        settled=int(so_far["settled"][tick]),
        arrived=int(so_far["arrived"][tick]),
        waiting=int(index.waiting_value[tick]),
        waiting_count=int(index.waiting_count[tick]),
        credit_in_use=int(np.maximum(-index.balance[tick], 0).sum()),
        cost=int(so_far["cost"][tick]),
    )


@per_run
def _so_far(run: Any) -> dict[str, Ints]:
    series = run.series
    cost = sum((np.asarray(values).sum(axis=1) for values in series.costs.values()), np.zeros(run.ticks, np.int64))
    return {
        "settled": np.cumsum(series.settled_value.sum(axis=1)),
        "arrived": np.cumsum(series.arrived_value),
        "cost": np.cumsum(cost),
    }
