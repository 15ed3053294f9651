"""Single waiting payments in a row under their bank's label, first in line nearest the bank."""

import numpy as np
from numpy.typing import NDArray

from panel_app.figures import labels
from panel_app.figures.columns import Columns, texts
from panel_app.figures.layout import Places
from panel_app.figures.run_index import Floats, Ints, RunIndex

PLAIN, OVERDUE, SELECTED, RELEASING = range(4)
"""States of a waiting payment; one that is releasing would release the selected one."""
LEAST, GROWTH = 2.6, 5.4
"""Radius in pixels of the smallest payment, and what a large one has more; the root of the amount counts."""
BETWEEN = 2.2


def waiting_row(
    index: RunIndex,
    waiting: tuple[Ints, Ints],
    state: NDArray[np.int64],
    anchors: list[labels.Anchor],
    needs: list[labels.Needs],
    at: Places,
    starts: tuple[Floats, Floats],
    reference: float,
) -> tuple[Columns, Columns]:
    """Payments as marks (circles; squares where the bank itself holds them), and "+n" where a row is full.

    `waiting`: payments in the central queue and held, in order. `state`: of each payment of the run. `starts`: x and y
    of each bank's row. `reference`: cents that count as large. Only banks whose label has room for a row have one.
    """
    k = at.size.scale
    every = np.concatenate(waiting)
    central, sender = len(waiting[0]), index.sender[every]
    marks: list[tuple[float, float, float, int, bool]] = []
    more: list[tuple[float, float, str, str]] = []
    for bank, anchor in enumerate(anchors):
        if anchor.level < labels.ROW:
            continue
        mine = np.flatnonzero(sender == bank)
        direction = anchor.across or 1
        here = begin = float(starts[0][bank])
        y, first = float(starts[1][bank]), len(marks)
        room = labels.row_room(anchor, needs[bank], float(at.x[bank]), at)
        for shown, place in enumerate(mine):
            payment = int(every[place])
            radius = (LEAST + GROWTH * min(1.0, float(index.amount[payment]) / reference) ** 0.5) * k
            if abs(here + direction * 2 * radius - begin) > room:
                side = "left" if direction > 0 else "right"
                more.append((here + direction * 3, y + 4 * k, f"+{len(mine) - shown:,}", side))
                break
            marks.append((here + direction * radius, y, 2 * radius, payment, bool(place >= central)))
            here += direction * (2 * radius + BETWEEN * k)
        if anchor.across == 0:
            # Under a centred label the row is centred too.
            shift = (here - begin) / 2
            marks[first:] = [(x - shift, *rest) for x, *rest in marks[first:]]  # type: ignore[misc]
    payments = np.array([mark[3] for mark in marks], np.int64)
    columns: Columns = {
        "x": np.array([mark[0] for mark in marks], float),
        "y": np.array([mark[1] for mark in marks], float),
        "size": np.array([mark[2] for mark in marks], float),
        "payment": payments,
        "state": state[payments],
        "marker": ["square" if mark[4] else "circle" for mark in marks],
        # The selected one is a full circle, not a dashed one.
        "outline": np.where(state[payments] == SELECTED, 0.0, 1.0),
    }
    return columns, texts(*zip(*more, strict=True)) if more else texts()
