"""The day strip of two runs: A upward, B downward, one clock and one scale."""

from __future__ import annotations

import numpy as np

from panel_app.figures.clock import Clock
from panel_app.figures.columns import Columns
from panel_app.figures.gridlock import gridlocked
from panel_app.figures.run_index import RunIndex
from panel_app.figures.strip import LARGEST_PART, Rows, Strip

GRIDLOCK_PX = 3.0


class MirroredStrip(Strip):
    """The strip of runs `a` and `b`; what is above the line in `Strip` is A's here, B's lies below."""

    def __init__(self, a: RunIndex, b: RunIndex, clock: Clock, width: float, height: float, scale: float = 1.0) -> None:
        super().__init__(b, clock, width, height, scale)
        self.a = Strip(a, clock, width, height, scale)
        lane, text = self.rows.lane, 17 * scale
        bottom = height - text - lane
        self.rows = Rows(lane, (lane + bottom) / 2, bottom)

    def bars(self) -> Columns:
        sides = []
        starts, edges = self._column_ticks()
        values = [np.add.reduceat(i.settled_value, starts, axis=0).astype(float) for i in (self.a.index, self.index)]
        largest = max(value.sum(axis=1).max(initial=0) for value in values) * LARGEST_PART
        room = self.rows.zero - self.rows.lane - GRIDLOCK_PX
        gap = 0.6 if self.columns and (edges[-1] - edges[0]) / self.columns > 4 else 0.0
        for value, up in zip(values, (-1.0, 1.0), strict=True):
            far = np.minimum(np.cumsum(value, axis=1) / max(largest, 1) * room, room)
            near = np.concatenate([np.zeros((len(far), 1)), far[:, :-1]], axis=1)
            column, mechanism = np.nonzero(far > near)
            sides.append(
                {
                    "left": edges[:-1][column] + gap,
                    "right": edges[1:][column] - gap,
                    "mechanism": mechanism,
                    "top": self.rows.zero + up * far[column, mechanism],
                    "bottom": self.rows.zero + up * near[column, mechanism],
                }
            )
        return {name: np.concatenate([side[name] for side in sides]) for name in sides[0]}

    def queue(self) -> Columns:
        """Nothing: what waits is among the curves."""
        return {"x": np.zeros(0), "y": np.zeros(0)}

    def gridlocks(self) -> Columns:
        """A bar along the top for A, along the bottom for B; no hatch, since there is no row of the queue."""
        sides = []
        for side, edge in ((self.a, self.rows.lane), (self, self.rows.bottom)):
            left, right = side.stretches(gridlocked(side.index.run))
            level = np.full(len(left), edge)
            sides.append(
                {
                    "left": left,
                    "right": right,
                    "top": level,
                    "bottom": level,
                    "bar_top": level - GRIDLOCK_PX / 2,
                    "bar_bottom": level + GRIDLOCK_PX / 2,
                }
            )
        return {name: np.concatenate([side[name] for side in sides]) for name in sides[0]}

    def chosen(self, concerned: np.ndarray, waiting: bool) -> Columns:
        """Along the line between both, since gridlock has the edges."""
        bars, down = super().chosen(concerned, waiting), self.rows.zero - self.rows.lane
        return {**bars, "top": np.asarray(bars["top"]) + down, "bottom": np.asarray(bars["bottom"]) + down}

    def nettings(self) -> Columns:
        """A's marks above its bars, B's below."""
        above, below = self.a.nettings(), super().nettings()
        down = self.rows.bottom + self.rows.lane - np.asarray(below["y"])
        below = {**below, "y": down}
        return {
            name: [*above[name], *below[name]]
            if isinstance(above[name], list)
            else np.concatenate([np.asarray(above[name]), np.asarray(below[name])])
            for name in above
        }

    def names(self) -> Columns:
        rows = self.rows
        texts = [] if self.small else [("A", (rows.lane + rows.zero) / 2 + 4), ("B", (rows.zero + rows.bottom) / 2 + 4)]
        return {
            "x": np.full(len(texts), self.left - 8),
            "y": np.array([y for _, y in texts], float),
            "text": [text for text, _ in texts],
            "align": ["right"] * len(texts),
        }
