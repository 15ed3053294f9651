"""The day strip: a bar a tick for what settled, by mechanism; below it what waits; netting marks above; gridlock
hatched.

`Strip` holds what stays while time runs; `Strip.moving` gives the window band, the veil over the future and the cursor.
"""

from dataclasses import dataclass

import numpy as np

from panel_app import text_figures as words
from panel_app.figures.clock import Clock
from panel_app.figures.columns import Columns
from panel_app.figures.gridlock import gridlocked
from panel_app.figures.letters import text_width
from panel_app.figures.moments import BILATERAL, CYCLE
from panel_app.figures.run_index import Bools, Floats, RunIndex, spans_of

BARS_MOST = 300
"""Above this many ticks there is one bar a pixel column."""
SMALL_BELOW = 625
"""Narrower strips (phones) have no row names and shorter marks."""
LARGEST_PART = 0.78
"""The full height stands for this part of the largest tick; longer bars are cut, so that others stay visible."""
LABEL_SIZE = 11.5


def margins(width: float, scale: float = 1.0) -> tuple[float, float]:
    """Left and right of the time axis, in pixels: room for the row names, none on phones."""
    return (12.0, 12.0) if width < SMALL_BELOW else (58.0 * scale, 10.0)


@dataclass(frozen=True)
class Rows:
    """Heights of the strip's rows in pixels: the lane of marks, the bars upward to `zero`, the queue downward to
    `bottom`.
    """

    lane: float
    zero: float
    bottom: float


class Strip:
    """The strip of one run in a figure of `width` by `height` pixels."""

    def __init__(self, index: RunIndex, clock: Clock, width: float, height: float, scale: float = 1.0) -> None:
        self.index, self.clock, self.width, self.height, self.scale = index, clock, width, height, scale
        self.small = width < SMALL_BELOW
        self.left, self.right = margins(width, scale)
        lane, down, text = (12.0 if self.small else 17 * scale), 26 * scale, 17 * scale
        zero = max(lane + 20, height - down - text)
        self.rows = Rows(lane, zero, zero + down)

    def x(self, tick: float) -> float:
        """Where a tick begins."""
        return self.left + (self.width - self.left - self.right) * tick / max(self.index.ticks, 1)

    def tick_at(self, x: float) -> int:
        """The tick whose end is nearest to a point: that is where the cursor stands when it is on show."""
        part = (x - self.left) / max(self.width - self.left - self.right, 1)
        return int(np.clip(round(part * self.index.ticks) - 1, 0, self.index.ticks - 1))

    @property
    def columns(self) -> int:
        """Bars along the axis."""
        ticks = self.index.ticks
        return ticks if ticks <= BARS_MOST else min(ticks, int(self.width - self.left - self.right))

    def _column_ticks(self) -> tuple[np.ndarray, np.ndarray]:
        """First tick of each bar, and the edges of the bars in pixels."""
        starts = np.arange(self.columns + 1) * self.index.ticks // self.columns
        return starts[:-1], self.left + (self.width - self.left - self.right) * starts / self.index.ticks

    def bars(self) -> Columns:
        """What settled: one row for each bar and mechanism, stacked upward."""
        starts, edges = self._column_ticks()
        value = np.add.reduceat(self.index.settled_value, starts, axis=0).astype(float)
        largest = value.sum(axis=1).max(initial=0) * LARGEST_PART
        room = self.rows.zero - self.rows.lane
        top = np.minimum(np.cumsum(value, axis=1) / max(largest, 1) * room, room)
        bottom = np.concatenate([np.zeros((len(top), 1)), top[:, :-1]], axis=1)
        column, mechanism = np.nonzero(top > bottom)
        gap = 0.6 if self.columns and (edges[-1] - edges[0]) / self.columns > 4 else 0.0
        return {
            "left": edges[:-1][column] + gap,
            "right": edges[1:][column] - gap,
            "mechanism": mechanism,
            "top": self.rows.zero - top[column, mechanism],
            "bottom": self.rows.zero - bottom[column, mechanism],
        }

    def queue(self) -> Columns:
        """What waits, downward: the outline of one area with a step a bar."""
        starts, edges = self._column_ticks()
        value = np.maximum.reduceat(self.index.waiting_value, starts).astype(float)
        depth = value / max(float(self.index.waiting_value.max(initial=0)), 1.0) * (self.rows.bottom - self.rows.zero)
        x, y = np.repeat(edges, 2)[1:-1], self.rows.zero + np.repeat(depth, 2)
        return {"x": np.concatenate([x[:1], x, x[-1:]]), "y": np.concatenate([[self.rows.zero], y, [self.rows.zero]])}

    def stretches(self, ticks: Bools) -> tuple[Floats, Floats]:
        """Where these ticks are, as stretches from left to right; of a run with more ticks than bars, in whole bars."""
        starts, edges = self._column_ticks()
        left, right = spans_of(np.logical_or.reduceat(ticks, starts)).T
        return edges[left], edges[right]

    def gridlocks(self) -> Columns:
        """Gridlocks as boxes over the row of the queue."""
        left, right = self.stretches(gridlocked(self.index.run))
        return {
            "left": left,
            "right": right,
            "top": np.full(len(left), self.rows.zero),
            "bottom": np.full(len(left), self.rows.bottom),
            "bar_top": np.full(len(left), self.rows.bottom - 1.5),
            "bar_bottom": np.full(len(left), self.rows.bottom + 1.5),
        }

    def chosen(self, concerned: np.ndarray, waiting: bool) -> Columns:
        """Where the selection takes part, as bars under the lane of marks: ticks in which one of the `concerned`
        payments settles, or with `waiting` the ticks from arrival on.
        """
        index = self.index
        ticks = np.zeros(index.ticks + 1, np.int64)
        payments = np.flatnonzero(concerned)
        ends = np.where(index.settled[payments] >= 0, index.settled[payments] + 1, index.ticks)
        begins = index.arrival[payments] if waiting else ends - 1
        here = slice(None) if waiting else index.settled[payments] >= 0
        np.add.at(ticks, begins[here], 1)
        np.add.at(ticks, ends[here], -1)
        left, right = self.stretches(np.cumsum(ticks)[:-1] > 0)
        level = self.rows.lane
        return {
            "left": left,
            "right": right,
            "top": np.full(len(left), level - 2 * self.scale),
            "bottom": np.full(len(left), level + 1 * self.scale),
        }

    def nettings(self) -> Columns:
        """One mark for each bar and kind of netting, in the lane on top."""
        starts, edges = self._column_ticks()
        used = np.add.reduceat(self.index.settled_count, starts, axis=0)[:, BILATERAL:] > 0
        # Multilateral netting shares the mark of cycles.
        used = np.stack([used[:, 0], used[:, 1:].any(axis=1)], axis=1)
        column, kind = np.nonzero(used)
        mechanism = BILATERAL + kind
        size = 8.6 * self.scale
        return {
            "x": (edges[column] + edges[column + 1]) / 2,
            "y": np.full(len(column), 6.0 if self.small else 8 * self.scale),
            "mechanism": mechanism,
            "marker": ["circle" if kind >= CYCLE else "square" for kind in mechanism],
            "angle": np.where(mechanism == BILATERAL, np.pi / 4, 0.0),
            "size": np.where(mechanism == BILATERAL, 0.85 * size, 0.95 * size),
        }

    def times(self) -> Columns:
        """Lines at round times with their texts; the last one, `strong`, is the end of the run."""
        size, room = LABEL_SIZE * self.scale, self.width - self.left - self.right
        marks = [mark for mark in self.clock.marks(int(room / (58 * self.scale))) if mark[0] < self.index.ticks]
        end = self.clock.text(self.index.ticks - 1)
        if self.clock.days == 1 and self.index.ticks == self.clock.ticks_per_day:
            end = words.END_OF_DAY if room / max(len(marks), 1) > 100 * self.scale else _hour(self.clock.end)
        last_x = self.x(self.index.ticks)
        free = last_x - text_width(end, size) - 8
        rows = [
            (self.x(tick), text if self.x(tick) + 3 + text_width(text, size) < free else "", "left", 0)
            for tick, text in marks
        ]
        rows.append((last_x, end, "right", 1))
        return {
            "x": np.array([row[0] for row in rows], float),
            "text": [row[1] for row in rows],
            "text_x": np.array([row[0] + (1 if row[3] else 3) for row in rows], float),
            "align": [row[2] for row in rows],
            "text_y": np.full(len(rows), self.height - 3),
            "top": np.full(len(rows), self.rows.lane),
            "bottom": np.full(len(rows), self.rows.bottom + 3 * self.scale),
            "strong": np.array([row[3] for row in rows], np.int64),
            "line_width": np.array([1.0 + row[3] for row in rows]),
        }

    def names(self) -> Columns:
        """Names of the rows, left of the axis; none on phones."""
        rows = self.rows
        texts = (
            []
            if self.small
            else [
                (words.ROWS[0], rows.lane - 5 * self.scale),
                (words.ROWS[1], (rows.lane + rows.zero) / 2 + 4),
                (words.ROWS[2], (rows.zero + rows.bottom) / 2 + 4),
            ]
        )
        return {
            "x": np.full(len(texts), self.left - 8),
            "y": np.array([y for _, y in texts], float),
            "text": [text for text, _ in texts],
            "align": ["right"] * len(texts),
        }

    def moving(self, tick: int, window: int) -> Columns:
        """One row: the window that ends with `tick`, the future, and the cursor at the tick's end."""
        rows, here, end = self.rows, self.x(tick + 1), self.x(self.index.ticks)
        columns = {
            "band_left": self.x(max(0, tick - window + 1)),
            "here": here,
            "end": max(here, end),
            "lane": rows.lane,
            "zero": rows.zero,
            "bottom": rows.bottom,
            "cursor_top": rows.lane - 3,
            "cursor_bottom": rows.bottom + 3,
            "axis_left": self.left,
        }
        return {name: np.array([value], float) for name, value in columns.items()}


def _hour(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
