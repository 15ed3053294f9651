"""Where the banks stand: slots on an ellipse (two rings for many banks), chosen once a scenario so that heavy pairs are
near.

A place is computed from the size of the figure alone, so banks never move while time runs or a scenario is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panel_app.figures.run_index import Floats, Ints

ONE_RING_MOST = 24
INNER_PART = 0.58
"""Radius of the inner ring as a part of the outer one."""
SMALL_BELOW = 460
"""Figures narrower than this (phones) have shorter labels above and below the banks, and no marks on the flows."""
GAP, RING = 3.0, 5.0
"""Between a bank's disc and its credit ring, and the width of the ring."""


@dataclass(frozen=True)
class Size:
    """A figure in CSS pixels; `scale` is 1, or 1.22 in large type."""

    width: float
    height: float
    scale: float = 1.0

    @property
    def small(self) -> bool:
        return self.width < SMALL_BELOW


@dataclass(frozen=True)
class Places:
    """Centres of the banks in pixels and what follows from how close they stand; arrays by bank number."""

    size: Size
    x: Floats
    y: Floats
    angle: Floats
    """Direction from the middle of the figure, clockwise from the right."""
    radius_least: float
    radius_most: float
    gap: float
    ring: float

    @property
    def margin(self) -> float:
        """From the rim of a bank's disc to where its flows end."""
        return self.gap + self.ring + 3 * self.size.scale


def unit_places(banks: int) -> tuple[Floats, Floats, Floats]:
    """x, y (in half axes, -1 to 1) and angle of every slot, clockwise from the top; the outer ring comes first."""
    outer = banks if banks <= ONE_RING_MOST else round(banks * 0.62)
    rings = ((outer, 1.0), (banks - outer, INNER_PART))
    angle = np.concatenate([-np.pi / 2 + (np.arange(count) + 0.5) * 2 * np.pi / max(count, 1) for count, _ in rings])
    part = np.concatenate([np.full(count, part) for count, part in rings])
    return part * np.cos(angle), part * np.sin(angle), angle


def choose_slots(pair_value: Ints) -> Ints:
    """The slot of each bank, so that pairs that settle much stand near each other.

    `pair_value`: cents settled between two banks, symmetric, (banks, banks). Swaps two banks as long as that shortens
    the sum of value times distance, from a few fixed starts. In integers throughout: the same scenario gives the same
    picture everywhere.
    """
    banks = len(pair_value)
    if banks < 4:
        return np.arange(banks, dtype=np.int64)
    x, y, _ = unit_places(banks)
    # Ellipses are about 1.6 times as wide as high; thousandths are exact enough and need no floats in the search.
    distance = np.rint(1000 * np.hypot(1.6 * (x[:, None] - x), y[:, None] - y)).astype(np.int64)
    weight = pair_value // max(1, int(pair_value.max()) // 1_000_000)
    np.fill_diagonal(weight, 0)
    numbers = np.arange(banks, dtype=np.int64)
    starts = [numbers, np.argsort(numbers % 2, kind="stable"), np.argsort(numbers % 3, kind="stable")]
    if banks > ONE_RING_MOST:
        # The banks that settle most go inside: everything is near there.
        starts = [np.argsort(np.argsort(weight.sum(axis=1), kind="stable"), kind="stable").astype(np.int64)]
    found = [_improve(start.astype(np.int64), weight, distance) for start in starts]
    return min(found, key=lambda item: item[0])[1]


def _improve(slots: Ints, weight: Ints, distance: Ints) -> tuple[int, Ints]:
    """The cost reached and the slots, after the best swap of two banks was made until none helps."""
    slots = slots.copy()
    for _ in range(40 * len(slots)):
        apart = distance[np.ix_(slots, slots)]
        product = weight @ apart
        own = np.diag(product)
        gain = product + product.T - own[:, None] - own + 2 * weight * apart
        best = int(gain.argmin())
        if gain.flat[best] >= 0:
            break
        a, b = divmod(best, len(slots))
        slots[[a, b]] = slots[[b, a]]
    return int((weight * distance[np.ix_(slots, slots)]).sum()), slots


def slots_from_order(order: Sequence[str], agent_ids: Sequence[str]) -> Ints | None:
    """Slots from a scenario's `display.places` (agent ids clockwise); None unless every agent stands in it once."""
    if sorted(order) != sorted(agent_ids):
        return None
    return np.array([list(order).index(agent) for agent in agent_ids], np.int64)


def places(slots: Ints, size: Size, label_width: float = 0.0) -> Places:
    """Centres in a figure of this size, leaving room at its sides for labels of `label_width` pixels."""
    k, w, h = size.scale, size.width, size.height
    gap, ring = GAP * k, RING * k
    most = min((23 if size.small else 36) * k, 0.088 * h)
    side, top = (56.0, 60.0) if size.small else (154.0 * k, min(54.0 * k, 0.17 * h))
    if len(slots) > ONE_RING_MOST:
        side = min(side, 96.0 * k)
    elif not size.small:
        side = max(side, min(label_width + most + gap + ring + 14 * k, 0.2 * w))
    radius_y = max(h / 2 - top, 1.0)
    radius_x = max(min(w / 2 - side, 2.05 * radius_y), 1.0)
    unit_x, unit_y, angle = unit_places(len(slots))
    x, y = w / 2 + radius_x * unit_x[slots], h / 2 + radius_y * unit_y[slots]
    nearest = _nearest(x, y)
    # Neighbours keep room for an arrow between their rings; where many stand, discs get finer first, then rings.
    if nearest / 2 - gap - ring - 3 * k < most:
        finer = float(np.clip((nearest / 2 - 3) / (most + gap + ring), 0.3, 1.0))
        gap, ring = gap * max(finer, 0.4), ring * max(finer, 0.4)
        most = max(min(most * finer, nearest / 2 - gap - ring - 1), 2.0)
    least = min(11.5 * k * (0.85 if size.small else 1.0), 0.62 * most if len(slots) > ONE_RING_MOST else most)
    return Places(size, x, y, angle[slots], least, most, gap, ring)


def _nearest(x: Floats, y: Floats) -> float:
    if len(x) < 2:
        return float("inf")
    apart: NDArray[np.float64] = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    return float(apart.min())


def radius(liquidity: Floats, reference: float, at: Places) -> Floats:
    """Radius of a disc whose area grows with `liquidity` (cents); `reference` cents and more give the largest."""
    part = np.clip(liquidity / reference, 0.0, 1.0) if reference > 0 else np.zeros(len(liquidity))
    least, most = at.radius_least, at.radius_most
    found: Floats = np.sqrt(least**2 + (most**2 - least**2) * part)
    return found
