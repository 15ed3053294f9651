"""The four charts of the day: available liquidity, what waits, what settled so far, what it cost so far.

`Charts` holds what stays while time runs; only the cursor moves. Each chart says its content in one sentence and in a
table of the same numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from panel_app import text_figures as words
from panel_app.figures.clock import Clock
from panel_app.figures.columns import Columns
from panel_app.figures.numbers import axis, compact, full, short
from panel_app.figures.run_index import Floats, Ints, RunIndex

POINTS_MOST = 240
"""Points along a line; a longer run is shown at so many of its ticks."""
TABLE_BANKS_MOST = 12
"""With more banks the table of liquidity has only the chosen one."""
LABEL_SIZE = 11.5
LABEL_APART = 14.0
LIQUIDITY, WAITING, SETTLED, COST = range(4)
TITLES = words.TITLES
COSTS = (
    (words.COSTS["liquidity"], ("liquidity_opportunity_cost", "collateral_cost")),
    (words.COSTS["credit"], ("liquidity_cost",)),
    (words.COSTS["delay"], ("delay_cost", "split_friction_cost")),
    (words.COSTS["late"], ("deadline_penalty",)),
    (words.COSTS["eod"], ("eod_penalty",)),
)
"""Kinds of cost from the bottom of the stack up, and the engine's categories in each."""


@dataclass
class Chart:
    """One chart in pixels, in a figure of its own."""

    areas: Columns = field(default_factory=lambda: {"xs": [], "ys": [], "kind": np.zeros(0, np.int64)})
    """Stacked areas; `kind` is a mechanism or a place in `COSTS`."""
    lines: Columns = field(default_factory=lambda: {"xs": [], "ys": []})
    """Thin lines in the background."""
    line: Columns = field(default_factory=lambda: {"x": np.zeros(0), "y": np.zeros(0)})
    """The line that matters most."""
    dashes: Columns = field(default_factory=lambda: {"x": np.zeros(0), "y": np.zeros(0)})
    grid: Columns = field(default_factory=dict)
    times: Columns = field(default_factory=dict)
    labels: Columns = field(default_factory=lambda: line_end_labels([]))
    summary: str = ""
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """Inner edges of a chart within its figure, in pixels, and the value at the top."""

    left: float
    right: float
    top: float
    bottom: float
    largest: float

    def x(self, part: Floats | float) -> Floats:
        """From a part of the run, 0 to 1."""
        return np.asarray(self.left + (self.right - self.left) * np.asarray(part, float))

    def y(self, value: Floats | Ints | float) -> Floats:
        """From a value."""
        return np.asarray(self.bottom - (self.bottom - self.top) * np.asarray(value, float) / self.largest)


def round_steps(largest: float, most: int = 4) -> list[int]:
    """At most `most` round values from 0 up to `largest`, evenly spaced by 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return [0]
    step = 10 ** max(int(np.floor(np.log10(largest))) - 1, 0)
    for factor in (1, 2, 5, 10, 20, 50, 100, 200):
        if largest // (step * factor) + 1 <= most:
            return [int(value) for value in range(0, int(largest) + 1, step * factor)]
    return [0]


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `apart` from each other, between `low` and `high` if they
    fit.
    """
    places: list[float] = []
    for value in wanted:
        places.append(max(value, low, places[-1] + apart if places else low))
    limit = high
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - apart
    return places


class Charts:
    """The charts of one run, each in a figure of `width` by `height` pixels. `previous` is the run before the last
    change.
    """

    def __init__(
        self,
        index: RunIndex,
        clock: Clock,
        names: list[str],
        width: float,
        height: float,
        scale: float = 1.0,
        previous: RunIndex | None = None,
    ) -> None:
        self.index, self.clock, self.names, self.previous = index, clock, names, previous
        self.width, self.height, self.scale = width, height, scale
        points = min(index.ticks, POINTS_MOST)
        self._shown = (np.arange(1, points + 1) * index.ticks // points) - 1
        self._parts = (self._shown + 1) / index.ticks
        marks = [int(tick) for tick, _ in clock.marks(10) if 0 < tick < index.ticks]
        self._rows = sorted({tick - 1 for tick in marks} | {index.ticks - 1})
        series = index.run.series
        self._settled = np.cumsum(index.settled_value, axis=0)
        self._arrived = np.cumsum(index.arrived_value)
        none = np.zeros((index.ticks, index.banks), np.int64)
        self._cost = np.cumsum(
            np.stack(
                [
                    np.sum(
                        [np.asarray(series.costs.get(category, none), np.int64).sum(axis=1) for category in categories],
                        axis=0,
                    )
                    for _, categories in COSTS
                ],
                axis=1,
            ),
            axis=0,
        )

    def cursor(self, tick: int) -> Columns:
        """The vertical line at the end of `tick`, the same in all four."""
        x = float(self._frame(1.0).x((tick + 1) / self.index.ticks))
        return {"x": np.array([x]), "top": np.array([6.0]), "bottom": np.array([self._frame(1.0).bottom])}

    def subtitle(self, chart: int, tick: int, bank: int) -> str:
        """What stands beside the title; for costs it changes with the tick."""
        if chart == COST:
            return words.part_of(int(self._cost[tick].sum()), int(self._cost[-1].sum()))
        return (
            words.one_dark(self.names[bank]) if self.index.banks > 1 else self.names[bank],
            words.VALUE,
            words.BY_MECHANISM,
        )[chart]

    def liquidity(self, bank: int) -> Chart:
        """What each bank can pay, one of them dark."""
        value = self.index.liquidity
        frame = self._frame(float(value.max(initial=0)) * 1.02)
        x = frame.x(self._parts)
        own = value[:, bank]
        name = self.names[bank]
        low, high = int(own.argmin()), int(own.argmax())
        told = list(range(self.index.banks)) if self.index.banks <= TABLE_BANKS_MOST else [bank]
        return self._chart(
            frame,
            lines={"xs": [x] * self.index.banks, "ys": list(frame.y(value[self._shown]).T)},
            line={"x": x, "y": frame.y(own[self._shown])},
            labels=line_end_labels(
                [(frame.right + 6, min(float(frame.y(own[-1])) + 4, self.height - 22 * self.scale), name, 1, -1)]
            ),
            summary=words.can_pay_between(
                name, int(own[low]), self._at(low), int(own[high]), self._at(high), int(own[-1])
            ),
            header=[words.TIME, *(self.names[number] for number in told)],
            cells=lambda tick: [int(value[tick, number]) for number in told],
        )

    def waiting(self) -> Chart:
        """Value that has arrived and not settled; dashed: before the last change."""
        value = self.index.waiting_value
        before = (
            self.previous.waiting_value
            if self.previous is not None and self.previous.ticks == self.index.ticks
            else None
        )
        largest = max(int(value.max(initial=0)), int(before.max(initial=0)) if before is not None else 0)
        frame = self._frame(largest * 1.05)
        x, y = frame.x(self._parts), frame.y(value[self._shown])
        wanted = [(float(frame.y(value[-1])) + 2, short(int(value[-1])), 1)]
        if before is not None:
            wanted.append((float(frame.y(before[-1])) + 4, words.BEFORE, 0))
        wanted.sort()
        places = spread([item[0] for item in wanted], LABEL_APART * self.scale, 14.0, self.height - 22 * self.scale)
        peak = int(value.argmax())
        count = self.index.waiting_count
        summary = words.queue_peaks(int(value[peak]), self._at(peak), int(value[-1]))
        return self._chart(
            frame,
            areas={
                "xs": [np.concatenate([x[:1], x, x[-1:]])],
                "ys": [np.concatenate([frame.y(np.zeros(1)), y, frame.y(np.zeros(1))])],
                "kind": np.zeros(1, np.int64),
            },
            line={"x": x, "y": y},
            dashes={"x": x, "y": frame.y(before[self._shown])} if before is not None else None,
            labels=line_end_labels(
                [(frame.right + 6, place, item[1], item[2], -1) for place, item in zip(places, wanted, strict=True)]
            ),
            summary=summary,
            header=[words.TIME, words.VALUE_WAITING, words.PAYMENTS_WAITING],
            cells=lambda tick: [int(value[tick]), f"{int(count[tick]):,}"],
        )

    def settled(self) -> Chart:
        """Settled value by mechanism, stacked; dashed: value that arrived."""
        total = self._settled.sum(axis=1)
        frame = self._frame(float(max(self._arrived[-1], total[-1], 1)) * 1.02)
        used = [kind for kind in range(self._settled.shape[1]) if self._settled[-1, kind]]
        parts = [(int(self._settled[-1, kind]), words.MECHANISMS[kind]) for kind in used]
        return self._chart(
            frame,
            areas=self._stack(frame, self._settled, used),
            dashes={"x": frame.x(self._parts), "y": frame.y(self._arrived[self._shown])},
            labels=self._stack_labels(
                frame, self._settled, used, lambda kind: compact(int(self._settled[-1, kind])), marks=True
            ),
            summary=words.all_settled(int(total[-1]), int(self._arrived[-1]), parts),
            header=[words.TIME, words.ARRIVED, words.SETTLED, *(words.MECHANISMS[kind] for kind in used)],
            cells=lambda tick: [
                int(self._arrived[tick]),
                int(total[tick]),
                *(int(self._settled[tick, kind]) for kind in used),
            ],
        )

    def cost(self) -> Chart:
        """Cost by kind, stacked."""
        total = self._cost.sum(axis=1)
        frame = self._frame(float(max(total[-1], 1)) * 1.05)
        used = [kind for kind in range(len(COSTS)) if self._cost[-1, kind]]
        told = [kind for kind in used if self._cost[-1, kind] * 100 > total[-1]]
        largest = max(used, key=lambda kind: self._cost[-1, kind], default=None)
        most, name = (0, "") if largest is None else (int(self._cost[-1, largest]), COSTS[largest][0])
        summary = words.day_costs(int(total[-1]), most, name)
        return self._chart(
            frame,
            areas=self._stack(frame, self._cost, used),
            labels=self._stack_labels(frame, self._cost, told, lambda kind: COSTS[kind][0], marks=False),
            summary=summary,
            header=[words.TIME, words.TOTAL, *(COSTS[kind][0] for kind in used)],
            cells=lambda tick: [int(total[tick]), *(int(self._cost[tick, kind]) for kind in used)],
        )

    def all(self, bank: int) -> list[Chart]:
        """The four charts in their order."""
        return [self.liquidity(bank), self.waiting(), self.settled(), self.cost()]

    @property
    def settled_so_far(self) -> Ints:
        """Value settled up to the end of each tick, in cents."""
        total: Ints = self._settled.sum(axis=1)
        return total

    @property
    def cost_so_far(self) -> Ints:
        """Cost of all banks up to the end of each tick, in cents."""
        total: Ints = self._cost.sum(axis=1)
        return total

    # Parts of a chart

    def _frame(self, largest: float) -> Frame:
        k = self.scale
        return Frame(42 * k, max(self.width - 74 * k, 60 * k), 10 * k, self.height - 18 * k, max(largest, 1.0))

    def _at(self, tick: int) -> str:
        clock = self.clock.text(tick)
        return words.on_day(tick // self.clock.ticks_per_day + 1, clock) if self.clock.days > 1 else clock

    def _chart(
        self,
        frame: Frame,
        *,
        summary: str,
        header: list[str],
        cells: Callable[[int], list[int | str]],
        labels: Columns,
        areas: Columns | None = None,
        lines: Columns | None = None,
        line: Columns | None = None,
        dashes: Columns | None = None,
    ) -> Chart:
        steps = round_steps(frame.largest)
        room = frame.right - frame.left
        marks = self.clock.marks(int(room / (30 * self.scale)))
        chart = Chart(labels=labels, summary=summary, header=header)
        chart.grid = {
            "left": np.full(len(steps), frame.left),
            "right": np.full(len(steps), frame.right),
            "y": frame.y(np.array(steps)),
            "text_x": np.full(len(steps), frame.left - 6),
            "text_y": frame.y(np.array(steps)) + 4 * self.scale,
            "text": [axis(step) for step in steps],
            "align": ["right"] * len(steps),
        }
        texts = [text[:2] if text[2:3] == ":" else text.removeprefix(words.DAY) for _, text in marks]
        chart.times = {
            "x": frame.x(np.array([tick / self.index.ticks for tick, _ in marks])),
            "y": np.full(len(marks), self.height - 4 * self.scale),
            "text": texts,
            "align": ["center"] * len(marks),
        }
        chart.rows = [
            [self._end_of(tick), *(cell if isinstance(cell, str) else full(cell) for cell in cells(tick))]
            for tick in self._rows
        ]
        chart.areas, chart.lines = areas or chart.areas, lines or chart.lines
        chart.line, chart.dashes = line or chart.line, dashes or chart.dashes
        return chart

    def _end_of(self, tick: int) -> str:
        """The time at which a tick ends, as a row of a table says it."""
        if tick == self.index.ticks - 1:
            return words.END
        return self._at(tick + 1)

    def _stack(self, frame: Frame, value: Ints, kinds: list[int]) -> Columns:
        x = frame.x(self._parts)
        outline, base, ys = np.concatenate([x, x[::-1]]), np.zeros(len(x)), []
        for kind in kinds:
            top = base + value[self._shown, kind]
            ys.append(np.concatenate([frame.y(top), frame.y(base)[::-1]]))
            base = top
        return {"xs": [outline] * len(kinds), "ys": ys, "kind": np.array(kinds, np.int64)}

    def _stack_labels(
        self, frame: Frame, value: Ints, kinds: list[int], text: Callable[[int], str], *, marks: bool
    ) -> Columns:
        below = np.concatenate([[0], np.cumsum(value[-1])])
        # From the top of the figure down, that is from the top of the stack.
        kinds = kinds[::-1]
        wanted = [float(frame.y((below[kind] + below[kind + 1]) / 2)) + 4 for kind in kinds]
        places = spread(wanted, LABEL_APART * self.scale, 14.0, self.height - 22 * self.scale)
        shift = 19 if marks else 6
        return line_end_labels(
            [
                (frame.right + shift * self.scale, place, text(kind), 0, kind if marks else -1)
                for place, kind in zip(places, kinds, strict=True)
            ]
        )


def line_end_labels(rows: list[tuple[float, float, str, int, int]]) -> Columns:
    """Texts at line ends: x, y, text, whether it is the important one, and the mechanism whose mark stands before it,
    or -1.
    """
    mark = np.array([row[4] for row in rows], np.int64)
    x, y = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows], float)
    return {
        "x": x,
        "y": y,
        "text": ["" if row[3] else row[2] for row in rows],
        "bold": [row[2] if row[3] else "" for row in rows],
        "align": ["left"] * len(rows),
        "mark": np.maximum(mark, 0),
        "mark_x": x - 9,
        "mark_y": y - 4,
        "mark_size": np.where(mark == 0, 11.0, np.where(mark > 0, 8.0, 0.0)),
        "marker": ["triangle" if kind == 0 else "circle" if kind >= 3 else "square" for kind in mark],
        "mark_angle": np.select([mark == 0, mark == 2], [-np.pi / 2, np.pi / 4], 0.0),
    }
