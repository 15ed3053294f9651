"""Quadratic curves between banks: bent to the left of travel, trimmed where they meet a bank's ring."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel_app.figures.run_index import Floats

BEND = 0.11
"""How far the control point lies beside the straight line, as a part of its length."""
LANE = 11.0
"""And how much farther for each lane, in pixels."""


@dataclass(frozen=True)
class Curves:
    """Quadratic Bezier curves from (x0, y0) to (x1, y1) with control point (cx, cy), one row each, in pixels."""

    x0: Floats
    y0: Floats
    cx: Floats
    cy: Floats
    x1: Floats
    y1: Floats

    def at(self, part: float | Floats) -> tuple[Floats, Floats]:
        """The points at `part` (0 to 1) of each curve."""
        a, b, c = (1 - part) ** 2, 2 * part * (1 - part), part**2
        return a * self.x0 + b * self.cx + c * self.x1, a * self.y0 + b * self.cy + c * self.y1

    @property
    def heading(self) -> Floats:
        """Direction in which each curve arrives, clockwise from the right (y points down)."""
        found: Floats = np.arctan2(self.y1 - self.cy, self.x1 - self.cx)
        return found

    def points(self, count: int = 16) -> tuple[Floats, Floats]:
        """`count` points along each curve, two arrays (curves, count)."""
        part = np.linspace(0, 1, count)
        a, b, c = (1 - part) ** 2, 2 * part * (1 - part), part**2
        return (
            self.x0[:, None] * a + self.cx[:, None] * b + self.x1[:, None] * c,
            self.y0[:, None] * a + self.cy[:, None] * b + self.y1[:, None] * c,
        )

    def distance(self, x: float, y: float) -> Floats:
        """How far each curve is from a point."""
        xs, ys = self.points(24)
        dx, dy = np.diff(xs, axis=1), np.diff(ys, axis=1)
        px, py = x - xs[:, :-1], y - ys[:, :-1]
        along = np.clip((px * dx + py * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0, 1)
        found: Floats = np.hypot(px - along * dx, py - along * dy).min(axis=1, initial=np.inf)
        return found

    def rows(self, chosen: NDArray[Any]) -> "Curves":
        """Some of the curves, by row number."""
        return Curves(*(column[chosen] for column in (self.x0, self.y0, self.cx, self.cy, self.x1, self.y1)))


def between(x0: Floats, y0: Floats, x1: Floats, y1: Floats, lane: Floats, leave: Floats, arrive: Floats) -> Curves:
    """Curves from bank to bank that begin `leave` and end `arrive` pixels from the two centres.

    Opposite directions bend away from each other, so they never lie on one line; each `lane` lies outside the one
    before.
    """
    dx, dy = x1 - x0, y1 - y0
    length = np.maximum(np.hypot(dx, dy), 1e-6)
    bend = (BEND * length + LANE * lane) / length
    cx, cy = (x0 + x1) / 2 + dy * bend, (y0 + y1) / 2 - dx * bend
    start = _where_distance(cx - x0, cy - y0, dx, dy, leave)
    end = 1 - _where_distance(cx - x1, cy - y1, -dx, -dy, arrive)
    end = np.maximum(end, start + 0.02)

    def blossom(a: Floats, b: Floats) -> tuple[Floats, Floats]:
        u, v, w = (1 - a) * (1 - b), (1 - a) * b + a * (1 - b), a * b
        return u * x0 + v * cx + w * x1, u * y0 + v * cy + w * y1

    (ax, ay), (bx, by), (ex, ey) = blossom(start, start), blossom(start, end), blossom(end, end)
    return Curves(ax, ay, bx, by, ex, ey)


def _where_distance(cx: Floats, cy: Floats, ex: Floats, ey: Floats, wanted: Floats) -> Floats:
    """The parameter at which a curve from 0 (control `c`, end `e`) is `wanted` pixels from 0, at most 0.48."""
    part = np.clip(wanted / (2 * np.maximum(np.hypot(cx, cy), 1e-6)), 0, 0.48)
    for _ in range(4):
        a, b = 2 * part * (1 - part), part * part
        part = np.clip(part * wanted / np.maximum(np.hypot(a * cx + b * ex, a * cy + b * ey), 1e-6), 0, 0.48)
    found: Floats = part
    return found
