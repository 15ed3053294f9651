"""The texts of a netting moment: what settled on each flow, and what the moment achieved as a whole."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from panel_app import text_figures as words
from panel_app.figures.columns import Columns, texts
from panel_app.figures.curves import Curves
from panel_app.figures.labels import CLEAR, free_place
from panel_app.figures.layout import Size
from panel_app.figures.letters import text_width
from panel_app.figures.moments import Netting
from panel_app.figures.numbers import short
from panel_app.figures.run_index import Floats

VALUE_SIZE, HEADLINE_SIZE, SECOND_LINE_SIZE = 12.5, 21.0, 13.5
VALUES_MOST = 8
ALONG = np.repeat([0.5, 0.42, 0.58, 0.34, 0.66], 2)
"""Where on its curve a value may stand, best first; each on both sides."""
SIDES = np.tile([1.0, -1.0], 5)


def value_labels(curves: Curves, width: Floats, value: Floats, ground: Floats, scale: float) -> tuple[Columns, Floats]:
    """The largest `value` (cents) of these curves, each beside its own, clear of the `ground` and of the other curves.

    `width`: of the curves in pixels; `ground`: boxes (n, 4) that are taken. Returns the texts and their boxes; a value
    without a free place is left out.
    """
    height = VALUE_SIZE * scale
    xs, ys = curves.points(24)
    found: list[tuple[float, float, str]] = []
    taken = ground
    for row in np.argsort(-value, kind="stable")[:VALUES_MOST]:
        text = short(int(value[row]))
        half = text_width(text, height, bold=True) / 2
        # Beside the curve: as far along its normal as the text is deep in that direction.
        heading = np.arctan2(curves.y1[row] - curves.y0[row], curves.x1[row] - curves.x0[row])
        normal_x, normal_y = SIDES * np.sin(heading), -SIDES * np.cos(heading)
        depth = half * np.abs(normal_x) + 0.36 * height * np.abs(normal_y) + 3 + max(width[row] / 2, 5 * scale)
        here = curves.rows(np.full(len(ALONG), row))
        x, y = here.at(ALONG)
        x, y = x + normal_x * depth, y + normal_y * depth + 0.36 * height
        boxes = np.stack([x - half, y - 0.76 * height, x + half, y + 0.04 * height], axis=1)
        others = np.arange(len(xs)) != row
        free = ~(_overlap(boxes, taken) | _crossed(boxes, xs[others].ravel(), ys[others].ravel()))
        if free.any():
            best = int(free.argmax())
            taken = np.concatenate([taken, boxes[best : best + 1]])
            found.append((float(x[best]), float(y[best]), text))
    columns = texts(
        [x for x, _, _ in found], [y for _, y, _ in found], [t for _, _, t in found], ["center"] * len(found)
    )
    return columns, taken[len(ground) :]


def headline(moment: Sequence[Netting], curves: Curves, taken: Floats, size: Size, span: float) -> Columns:
    """`11.19 M settled / with 1.69 M of liquidity` in the freest place of the middle, or nothing.

    `span`: how wide the ellipse of banks is.
    """
    k, w, h = size.scale, size.width, size.height
    first = words.netted(sum(netting.value for netting in moment))
    second = words.with_liquidity(sum(netting.liquidity for netting in moment))
    width = max(text_width(first, HEADLINE_SIZE * k, bold=True), text_width(second, SECOND_LINE_SIZE * k, bold=True))
    xs, ys = curves.points(16)
    across, down = np.linspace(w / 2 - 0.27 * span, w / 2 + 0.27 * span, 15), np.linspace(0.28 * h, 0.72 * h, 15)
    points = np.stack([xs.ravel(), ys.ravel()], axis=1)
    place = free_place(width, 42 * k, across, down, taken, points, (w / 2, h / 2))
    if place is None:
        return texts()
    x, y = place
    return texts([x, x], [y - 4 * k, y + 16 * k], [first, second], ["center"] * 2)


def _overlap(boxes: Floats, taken: Floats) -> NDArray[np.bool_]:
    """Which boxes come too near to one that is taken."""
    apart = (
        (taken[:, 0] >= boxes[:, 2:3] + CLEAR)
        | (taken[:, 2] <= boxes[:, 0:1] - CLEAR)
        | (taken[:, 1] >= boxes[:, 3:4] + CLEAR)
        | (taken[:, 3] <= boxes[:, 1:2] - CLEAR)
    )
    return np.asarray((~apart).any(axis=1))


def _crossed(boxes: Floats, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which boxes have one of these points in them or next to them."""
    left, top, right, bottom = (boxes[:, side : side + 1] for side in range(4))
    inside = (x > left - 3) & (x < right + 3) & (y > top - 3) & (y < bottom + 3)
    return np.asarray(inside.any(axis=1))
