"""Curves of two runs over each other: A dashed, B solid, the gap between them filled; the same numbers as a table."""

from __future__ import annotations

import numpy as np

from panel_app import text_figures as words
from panel_app.figures.charts import LABEL_APART, POINTS_MOST, Chart, Charts, line_end_labels, spread
from panel_app.figures.clock import Clock
from panel_app.figures.flows import Reference
from panel_app.figures.numbers import compact
from panel_app.figures.run_index import Ints, RunIndex
from panel_app.text_compare import compared_series

TITLES = (*words.TITLES[1:], words.TITLES[0])


class BothReferences(Reference):
    """What counts as large in either of two runs, so that a size means the same on both sides."""

    def __init__(self, a: RunIndex, b: RunIndex) -> None:
        self.both = Reference(a), Reference(b)
        super().__init__(b)
        self.liquidity = max(one.liquidity for one in self.both)
        self.amount = max(one.amount for one in self.both)

    def flow(self, window: int) -> float:
        return max(one.flow(window) for one in self.both)


class ComparedCharts(Charts):
    """The curves of runs `a` and `b`, each in a figure of `width` by `height` pixels."""

    def __init__(
        self, a: RunIndex, b: RunIndex, clock: Clock, names: list[str], width: float, height: float, scale: float = 1.0
    ) -> None:
        super().__init__(b, clock, names, width, height, scale)
        self.a = Charts(a, clock, names, width, height, scale)

    def compared(self, bank: int | None) -> list[Chart]:
        """One chart for each of `TITLES`; liquidity is that of one bank, or of all together."""
        a, b = self.a, self
        return [
            self._both(TITLES[0], a.index.waiting_value, b.index.waiting_value),
            self._both(TITLES[1], a.settled_so_far, b.settled_so_far),
            self._both(TITLES[2], a.cost_so_far, b.cost_so_far),
            self._both(TITLES[3], _liquidity(a.index, bank), _liquidity(b.index, bank)),
        ]

    def _both(self, title: str, a: Ints, b: Ints) -> Chart:
        frame = self._frame(float(max(a.max(initial=0), b.max(initial=0), 1)) * 1.05)
        points = min(self.index.ticks, POINTS_MOST)
        shown = (np.arange(1, points + 1) * self.index.ticks // points) - 1
        x = frame.x((shown + 1) / self.index.ticks)
        y_a, y_b = frame.y(a[shown]), frame.y(b[shown])
        ends = sorted(
            ((float(frame.y(value[-1])) + 4, f"{side} {compact(int(value[-1]))}", side == "B"))
            for side, value in (("A", a), ("B", b))
        )
        places = spread([end[0] for end in ends], LABEL_APART * self.scale, 14.0, self.height - 22 * self.scale)
        gap = np.abs(a - b)
        far = int(gap.argmax())
        return self._chart(
            frame,
            areas={
                "xs": [np.concatenate([x, x[::-1]])],
                "ys": [np.concatenate([y_a, y_b[::-1]])],
                "kind": np.zeros(1, np.int64),
            },
            line={"x": x, "y": y_b},
            dashes={"x": x, "y": y_a},
            labels=line_end_labels(
                [
                    (frame.right + 6, place, text, int(bold), -1)
                    for place, (_, text, bold) in zip(places, ends, strict=True)
                ]
            ),
            summary=compared_series(title, int(a[-1]), int(b[-1]), int(gap[far]), self._at(far)),
            header=[words.TIME, words.A, words.B, words.B_MINUS_A],
            cells=lambda tick: [int(a[tick]), int(b[tick]), int(b[tick] - a[tick])],
        )


def _liquidity(index: RunIndex, bank: int | None) -> Ints:
    total: Ints = index.liquidity.sum(axis=1) if bank is None else index.liquidity[:, bank]
    return total
