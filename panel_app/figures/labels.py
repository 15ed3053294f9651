"""Where each bank's label stands: chosen once a layout, so that no label lies on another, on a bank or outside the
figure.

A label has up to three lines: name and amount, what waits ("8 waiting, 14.38 M"), and the row of waiting payments. Its
place is found for the widest texts of the day; where three lines do not fit, it has fewer. While time runs only its
distance from the bank follows the size of the bank's disc.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from panel_app import text_figures as words
from panel_app.figures.layout import ONE_RING_MOST, Places, radius
from panel_app.figures.letters import text_width
from panel_app.figures.numbers import short
from panel_app.figures.run_index import Floats, RunIndex

NOTHING, NAME, AMOUNT, NOTE, ROW = range(5)
"""How much of a label there is room for, each with all before it."""
NAME_SIZE, NOTE_SIZE, MORE_SIZE = 13.0, 12.0, 11.5
NAME_GAP = 5.0
LINE, ROW_DROP, ROW_RADIUS = 15.6, 13.0, 8.0
"""From baseline to baseline, from the second baseline to the middle of the row, and half the height of the row."""
ASCENT, DESCENT = 10.5, 3.5
MORE_ROOM = 22.0
"""For "+12" at the end of a row."""
CLEAR = 2.0
CHOICES = 8
"""Places that a label may have around its bank."""
OUTWARD = 24.0
"""By how much a label above or below its bank stands farther from the middle of a small figure."""
CROSSED = 0.06, 0.15
"""In small figures: from which part of the day's value on, flows under a label make its place worse, and bad."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Anchor:
    """Where a label stands: `across` is -1 left of the bank, 1 right, 0 centred on `centre`; `down` is -1 above, 0
    beside, 1 below.
    """

    level: int
    across: int
    down: int
    centre: float = 0.0


@dataclass(frozen=True)
class Needs:
    """What a bank's label needs at most during the day, and how small and large the bank's disc gets, in pixels."""

    name: float
    amount: float
    note: float
    """0 for a bank where nothing waits all day."""
    radius_least: float
    radius_most: float


def note_text(counts: Sequence[int], small: bool) -> str:
    """`"8 waiting, 14.38 M, 2 held"`: count and value in the central queue, then of what the bank itself holds."""
    waiting, value, held, held_value = counts
    parts = [words.waiting(waiting, None if small else value)] if waiting else []
    if held:
        parts.append(words.held(held, None if small or waiting else held_value))
    return ", ".join(parts)


def row_room(anchor: Anchor, need: Needs, x: float, at: Places) -> float:
    """How long the row of waiting payments may be: about 124 pixels, less near the edge of the figure."""
    k, width = at.size.scale, at.size.width
    far = x + anchor.across * (need.radius_most + at.gap + at.ring + 8 * k)
    left = (width - far if anchor.across > 0 else far if anchor.across < 0 else width) - MORE_ROOM * k
    return min(124.0 * k, max(left, need.note))


def usual_width(names: list[str], scale: float) -> float:
    """Width of an ordinary label with the longest of these names, whatever the run."""
    widest = max((text_width(name, NAME_SIZE * scale, bold=True) for name in names), default=0.0)
    amount, note = text_width("88.88 M", NAME_SIZE * scale), text_width(words.widest_note(), NOTE_SIZE * scale)
    return max(widest + NAME_GAP * scale + amount, note)


def needs_of(index: RunIndex, names: list[str], at: Places, reference: float) -> list[Needs]:
    """What each bank's label needs, from its largest figures of the day; `reference`: see `layout.radius`."""
    k = at.size.scale
    amounts = index.liquidity.max(axis=0, initial=0)
    small, large = (radius(value.astype(float), reference, at) for value in (index.liquidity.min(axis=0), amounts))
    most = [
        column.max(axis=0, initial=0)
        for column in (index.queue2_count, index.queue2_value, index.queue1_count, index.queue1_value)
    ]
    noted = at.size.small or len(names) <= ONE_RING_MOST
    result = []
    for bank, name in enumerate(names):
        note = note_text([int(column[bank]) for column in most], at.size.small) if noted else ""
        amount = max(text_width(short(int(amounts[bank])), NAME_SIZE * k), text_width("50,000", NAME_SIZE * k))
        result.append(
            Needs(
                text_width(name, NAME_SIZE * k, bold=True),
                amount,
                text_width(note, NOTE_SIZE * k),
                float(small[bank]),
                float(large[bank]),
            )
        )
    return result


def baseline(anchor: Anchor, y: float, reach: float, noted: bool, at: Places) -> float:
    """Baseline of the first line for a bank at `y` whose ring ends `reach` pixels from its centre."""
    k = at.size.scale
    lines = (
        0.0 if not noted or anchor.level < NOTE else LINE if anchor.level == NOTE else LINE + ROW_DROP + ROW_RADIUS
    ) * k
    if anchor.across == 0:
        return y - reach - 4 * k - lines - (DESCENT - 2) * k if anchor.down < 0 else y + reach + 4 * k + ASCENT * k
    if anchor.down == 0:
        return y + 4.5 * k if lines == 0 else y - 9 * k
    if anchor.down < 0:
        return y - 8 * k if lines == 0 else y - lines + 0.5 * k
    return y + 16 * k if lines == 0 else y + 6 * k


def start(anchor: Anchor, x: float, reach: float, at: Places) -> float:
    """x at which a label to the right begins, a label to the left ends, or where a centred one has its middle."""
    if anchor.across == 0:
        return anchor.centre
    return x + anchor.across * (reach + (8 if anchor.down == 0 else 6) * at.size.scale)


def width_of(need: Needs, level: int, scale: float) -> float:
    """Width of the widest line up to this level."""
    first = need.name + (NAME_GAP * scale + need.amount if level >= AMOUNT else 0.0)
    return max(first, need.note if level >= NOTE else 0.0)


def box_of(anchor: Anchor, need: Needs, x: float, y: float, at: Places) -> Box:
    """All the ground a label may cover during the day."""
    k, width = at.size.scale, width_of(need, anchor.level, at.size.scale)
    noted, margin = need.note > 0, at.gap + at.ring
    reaches = need.radius_least + margin, need.radius_most + margin
    below = 0.0 if anchor.level < NOTE else DESCENT + LINE if anchor.level == NOTE else LINE + ROW_DROP + ROW_RADIUS
    starts = [start(anchor, x, reach, at) for reach in reaches]
    firsts = [baseline(anchor, y, reach, False, at) for reach in reaches]
    bottom = max(firsts) + DESCENT * k
    if noted:
        filled = [baseline(anchor, y, reach, True, at) for reach in reaches]
        firsts += filled
        bottom = max(bottom, max(filled) + max(below, DESCENT) * k)
    left = width * (1 - anchor.across) / 2
    return min(starts) - left, min(firsts) - ASCENT * k, max(starts) - left + width, bottom


def _choices(angle: float, small: bool) -> list[tuple[int, int]]:
    """(across, down) from best to worst for a bank in this direction from the middle."""
    across = 1 if np.cos(angle) > 1e-9 else -1
    down = 1 if np.sin(angle) > 0 else -1
    if small:
        return [
            (0, down),
            (0, -down),
            (across, down),
            (across, 0),
            (-across, down),
            (across, -down),
            (-across, -down),
            (-across, 0),
        ]
    if abs(np.cos(angle)) < 0.42:
        return [
            (across, down),
            (0, down),
            (-across, down),
            (across, 0),
            (-across, 0),
            (across, -down),
            (-across, -down),
            (0, -down),
        ]
    return [
        (across, 0),
        (across, down),
        (0, down),
        (across, -down),
        (0, -down),
        (-across, down),
        (-across, -down),
        (-across, 0),
    ]


@dataclass(frozen=True)
class Ways:
    """Where the flows of a day are: points along each, (ways, points), and what part of the day's value it has."""

    x: Floats
    y: Floats
    share: Floats

    def under(self, box: Box) -> float:
        """What part of the day's value flows under a box."""
        left, top, right, bottom = box
        inside = (self.x > left) & (self.x < right) & (self.y > top) & (self.y < bottom)
        return float(self.share[inside.any(axis=1)].sum())


def choose_anchors(
    at: Places, needs: list[Needs], usual: list[Anchor] | None = None, ways: Callable[[], Ways] | None = None
) -> list[Anchor]:
    """An anchor for each bank; the level is the highest at which three quarters of the banks find room.

    `usual`: where the labels stand in another run of the scenario. Those that still can stay there. `ways`: where
    there is little room, the flows that labels should not lie on; each bank's label is then as long as it can be beside
    them.
    """
    ladder = (
        [NOTE, AMOUNT, NAME]
        if at.size.small
        else [AMOUNT, NAME]
        if len(needs) > ONE_RING_MOST
        else [ROW, NOTE, AMOUNT, NAME]
    )
    reach = np.array([need.radius_most for need in needs]) + at.gap + at.ring
    others = np.where(np.eye(len(needs), dtype=bool), 0.0, reach)
    choices = [_choices(float(angle), at.size.small) for angle in at.angle]

    def label(bank: int, level: int, across: int, down: int) -> tuple[Anchor, Box]:
        half, x = width_of(needs[bank], level, at.size.scale) / 2, float(at.x[bank])
        outside = x + (OUTWARD * float(np.cos(at.angle[bank])) if at.size.small else 0.0)
        anchor = Anchor(level, across, down, max(half + 4, min(outside, max(at.size.width - half - 4, half + 4))))
        return anchor, box_of(anchor, needs[bank], x, float(at.y[bank]), at)

    @cache
    def standing(bank: int, level: int, rank: int) -> tuple[Anchor, Box] | None:
        """A bank's label at one of its choices, unless it is outside the figure or lies on another bank there."""
        anchor, box = label(bank, level, *choices[bank][rank])
        return (anchor, box) if is_inside(box, at) and not covers(box, at.x, at.y, others[bank]) else None

    known = None if ways is None else cache(ways)

    def badness(bank: int, level: int, rank: int) -> int:
        """0 for a place with next to no flows, 2 for one with many."""
        found = standing(bank, level, rank)
        under = known().under(found[1]) if known is not None and found is not None else 0.0
        return sum(under > part for part in CROSSED)

    @cache
    def ranked(bank: int, level: int) -> list[tuple[int, int, int]]:
        """(badness, level, choice) from best to worst."""
        options = [(depth, rank) for depth in range(level, NOTHING, -1) for rank in range(CHOICES)]
        if known is None:
            return [(0, *option) for option in options]
        return sorted(((badness(bank, *option), *option) for option in options), key=lambda option: option[0])

    def enough(anchors: list[Anchor], level: int) -> bool:
        return known is not None or sum(anchor.level == level for anchor in anchors) * 4 >= 3 * len(anchors)

    if usual and all(anchor.level > NOTHING for anchor in usual):
        stay = [label(bank, anchor.level, anchor.across, anchor.down) for bank, anchor in enumerate(usual)]
        if all_clear(np.array([box for _, box in stay]), at, others):
            return [anchor for anchor, _ in stay]
    clockwise = [int(bank) for bank in np.argsort(at.angle, kind="stable")]
    if usual:
        level = max(anchor.level for anchor in usual)
        places = [
            (anchor.level, choices[bank].index((anchor.across, anchor.down))) for bank, anchor in enumerate(usual)
        ]
        _, found = _place(standing, ranked, clockwise, level, places)
        if enough(found, level):
            return found
    found = []
    for level in ladder:
        tried = [_place(standing, ranked, order, level) for order in (clockwise, clockwise[::-1])]
        _, found = max(tried, key=lambda item: item[0])
        if enough(found, level):
            break
    return found


def _place(
    standing: Callable[[int, int, int], tuple[Anchor, Box] | None],
    ranked: Callable[[int, int], list[tuple[int, int, int]]],
    order: list[int],
    level: int,
    usual: Sequence[tuple[int, int]] = (),
) -> tuple[int, list[Anchor]]:
    """Anchors found one bank after the other, and a score: fewer flows below are better, then more lines,
    then the better choices.

    `usual`: level and choice that a bank is given first, if it can have it.
    """
    taken: list[Box] = []
    score, anchors = 0, [Anchor(NOTHING, 1, 0)] * len(order)
    kept = [(bank, [(0, *usual[bank])]) for bank in order] if usual else []
    for bank, tried in [*kept, *((bank, ranked(bank, level)) for bank in order)]:
        if anchors[bank].level > NOTHING:
            continue
        for bad, depth, rank in tried:
            found = standing(bank, depth, rank)
            if found is not None and not overlaps(found[1], taken):
                taken.append(found[1])
                anchors[bank] = found[0]
                score += 100 * depth - rank - 1_000 * bad
                break
    return score, anchors


def overlaps(box: Box, boxes: list[Box]) -> bool:
    """Whether a box comes too near to one of the others."""
    left, top, right, bottom = box
    return any(
        other[0] < right + CLEAR and other[2] > left - CLEAR and other[1] < bottom + CLEAR and other[3] > top - CLEAR
        for other in boxes
    )


def is_inside(box: Box, at: Places) -> bool:
    """Whether a box is inside the figure."""
    return bool(box[0] >= 1 and box[1] >= 1 and box[2] <= at.size.width - 1 and box[3] <= at.size.height - 1)


def covers(box: Box | tuple[Floats, ...], x: Floats, y: Floats, reach: Floats) -> bool:
    """Whether a box lies on one of these discs; one of radius 0 is nowhere. Or one of several: sides (boxes, 1), reach
    (boxes, discs).
    """
    left, top, right, bottom = box
    across = np.maximum(np.maximum(left - x, x - right), 0)
    down = np.maximum(np.maximum(top - y, y - bottom), 0)
    return bool((across * across + down * down < reach * reach).any())


def all_clear(boxes: Floats, at: Places, others: Floats) -> bool:
    """Whether boxes (banks, 4) are inside the figure, apart from each other, and on nobody else's disc: all at once
    what `overlaps` and `covers` say of one. `others`: (banks, banks), radii of the discs that count.
    """
    left, top, right, bottom = (boxes[:, side, None] for side in range(4))
    touching = (right + CLEAR > left.T) & (left < right.T + CLEAR) & (bottom + CLEAR > top.T) & (top < bottom.T + CLEAR)
    apart = np.count_nonzero(touching) == len(boxes)  # each touches itself
    around = left.min(), top.min(), right.max(), bottom.max()
    return is_inside(around, at) and apart and not covers((left, top, right, bottom), at.x, at.y, others)


def free_place(
    width: float,
    height: float,
    xs: Floats,
    ys: Floats,
    taken: NDArray[np.float64],
    points: NDArray[np.float64],
    middle: tuple[float, float],
    least: float = 4.0,
) -> tuple[float, float] | None:
    """The centre, among `xs` by `ys`, of the freest place for a box of this size; None if it is not `least` pixels
    clear.

    `taken`: boxes (n, 4); `points`: (n, 2). Places near the `middle` win among equally free ones.
    """
    x, y = (grid.ravel()[:, None] for grid in np.meshgrid(xs, ys))
    obstacles = np.concatenate([taken, np.concatenate([points, points], axis=1)])
    if not len(obstacles):
        return middle
    across = np.maximum(np.maximum(obstacles[:, 0] - x, x - obstacles[:, 2]) - width / 2, 0)
    down = np.maximum(np.maximum(obstacles[:, 1] - y, y - obstacles[:, 3]) - height / 2, 0)
    clear = np.hypot(across, down).min(axis=1)
    score = np.minimum(clear, 26) - 0.02 * np.hypot(x[:, 0] - middle[0], 1.3 * (y[:, 0] - middle[1]))
    score[clear < least] = -np.inf
    best = int(score.argmax())
    return (float(x[best, 0]), float(y[best, 0])) if np.isfinite(score[best]) else None
