"""The network of one tick as columns: flows, waiting payments, banks and texts. Bokeh and SVG draw the same columns.

`Network` holds what stays while time runs (places, lanes, anchors, reference values); `Network.picture` is a pure
function of tick, window and selection. Colours are numbers here: a mechanism, or a state named below.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from panel_app import text_figures as words
from panel_app.figures import labels
from panel_app.figures.columns import Columns, rows, texts
from panel_app.figures.curves import Curves, between
from panel_app.figures.flows import Reference, flow_width, flows_in
from panel_app.figures.layout import ONE_RING_MOST, Size, places, radius
from panel_app.figures.letters import initials, text_width
from panel_app.figures.moment_labels import headline as moment_headline
from panel_app.figures.moment_labels import value_labels
from panel_app.figures.moments import CYCLE, Netting, nettings_at
from panel_app.figures.numbers import short
from panel_app.figures.run_index import MECHANISMS, Floats, Ints, RunIndex
from panel_app.figures.waiting_row import OVERDUE, PLAIN, RELEASING, SELECTED, waiting_row

Selection = tuple[Literal["bank", "payment", "flow"], int] | None

FLOWS_MOST, MANY_BANKS, FLOWS_MOST_OF_MANY = 300, 60, 200
"""So many flows are drawn, the largest; fewer above 60 banks. The others are summed and said."""
HALO = 5.0


@dataclass
class Picture:
    """Everything drawn for one tick. Each table is a dict of columns of one length."""

    flows: Columns
    moment: Columns
    """The flows of a netting moment once more, to be drawn above the others with a halo of `width` + 5."""
    waiting: Columns
    queue: Columns
    """Single waiting payments under the labels: circles, or squares where the bank itself holds them."""
    queue_more: Columns
    """"+n" where a row of them is full."""
    banks: Columns
    values: Columns
    """Value labels of a netting moment."""
    headline: Columns
    """What the netting moment achieved, in two lines; or nothing."""
    rest: str
    """What was left out because it was too much to draw; or nothing."""
    flow_curves: Curves = field(repr=False)
    waiting_curves: Curves = field(repr=False)


class Network:
    """The network of one run in one size. `names` by bank number; `slots` and `reference` belong to the scenario.

    `anchors`: where the labels stand in another run of the scenario, if they are to stay there.
    """

    def __init__(
        self,
        index: RunIndex,
        names: list[str],
        slots: Ints,
        reference: Reference,
        size: Size,
        anchors: list[labels.Anchor] | None = None,
    ) -> None:
        self.index, self.names, self.reference, self.size = index, names, reference, size
        self.at = places(slots, size, labels.usual_width(names, size.scale))
        self.letters = initials(names)
        self.needs = labels.needs_of(index, names, self.at, reference.liquidity)
        beside_flows = size.small and index.banks <= ONE_RING_MOST
        self.anchors = labels.choose_anchors(self.at, self.needs, anchors, self._ways if beside_flows else None)

    def radii(self, tick: int) -> Floats:
        """Radius of each bank's disc at the end of a tick."""
        return radius(self.index.liquidity[tick].astype(float), self.reference.liquidity, self.at)

    def picture(self, tick: int, window: int, selection: Selection = None, releasing: tuple[int, ...] = ()) -> Picture:
        """The end of `tick`, with what settled in the last `window` ticks; `releasing` payments stand out."""
        index = self.index
        radii = self.radii(tick)
        reach = radii + self.at.margin
        moment = nettings_at(index.run, tick, together=True)
        central, held = index.waiting(tick)
        chosen = selection[1] if selection is not None and selection[0] == "payment" else -1

        pair = selection[1] if selection is not None and selection[0] == "flow" else -1
        if chosen >= 0 and chosen in central:
            pair = int(index.sender[chosen] * index.banks + index.receiver[chosen])

        flow = pair if chosen < 0 else -1
        flows, flow_curves, rest = self._flows(tick, window, reach, moment, flow)
        ways = np.array([index.sender[one] * index.banks + index.receiver[one] for one in releasing], np.int64)
        waiting, waiting_curves, more = self._waiting(window, reach, central, pair, ways, bool(moment) or flow >= 0)
        counts = self._waiting_by_bank(central, held)
        banks = self._banks(tick, radii, counts, selection)
        state = np.where(index.deadline < tick, OVERDUE, PLAIN)
        state[list(releasing)] = RELEASING
        if chosen >= 0:
            state[chosen] = SELECTED
        starts = np.asarray(banks.pop("row_x")), np.asarray(banks.pop("row_y"))
        largest = max(self.reference.amount, 1.0)
        queue, queue_more = waiting_row(
            index, (central, held), state, self.anchors, self.needs, self.at, starts, largest
        )
        values, headline = texts(), texts()
        hot = np.flatnonzero(np.asarray(flows["moment"]) > 0)[::-1]
        emphasised = rows(flows, hot)
        if len(hot) and not self.size.small:
            curves, ground = flow_curves.rows(hot), self._ground(reach)
            value = self._settling(tick, emphasised)
            values, boxes = value_labels(curves, np.asarray(emphasised["width"]), value, ground, self.size.scale)
            span = float(np.ptp(self.at.x))
            headline = moment_headline(moment, curves, np.concatenate([ground, boxes]), self.size, span)
        said = ". ".join(text for text in (rest, more) if text)
        return Picture(
            flows, emphasised, waiting, queue, queue_more, banks, values, headline, said, flow_curves, waiting_curves
        )

    # Flows

    def _ways(self) -> labels.Ways:
        """Where the flows of the day are, and how much of it each is."""
        value = self.index.pair_value
        sender, receiver = np.nonzero(value)
        reach = np.full(len(value), self.at.radius_least + self.at.margin)
        curves = self._curves(sender, receiver, np.zeros_like(sender), reach, np.zeros(len(sender)))
        # The value is that of both directions.
        return labels.Ways(*curves.points(), value[sender, receiver] / max(int(value.sum()), 1))

    def _flows(
        self, tick: int, window: int, reach: Floats, moment: tuple[Netting, ...], chosen: int
    ) -> tuple[Columns, Curves, str]:
        """`chosen`: the ordered pair of banks whose flows stand out, or -1."""
        k, small = self.size.scale, self.size.small
        most = FLOWS_MOST_OF_MANY if self.index.banks > MANY_BANKS else FLOWS_MOST
        flows = flows_in(self.index, tick, window, most)
        hot = (
            np.isin(flows.key, np.unique(self.index.flow[[p for n in moment for p in n.payments]]))
            if moment
            else (np.zeros(len(flows.key), bool))
        )
        width = flow_width(
            flows.value.astype(float), self.reference.flow(window), k * (0.8 if small else 1.0) * self.fineness
        )
        head = np.maximum(5.5 * k * self.fineness, 1.25 * width + 2.6 * k * self.fineness)
        curves = self._curves(flows.sender, flows.receiver, self.index.lane[flows.key], reach, 0.9 * head)
        age = (tick - flows.last) / window
        alpha = np.where(hot, 1.0, 0.28 - 0.14 * age) if moment else 0.95 - 0.6 * age
        own = flows.key // MECHANISMS == chosen
        if chosen >= 0:
            alpha = np.where(own, 1.0, np.minimum(alpha, 0.22))
        middle_x, middle_y = curves.at(0.5)
        marked = (flows.mechanism > 0) & (not small) & (self.index.banks <= ONE_RING_MOST)
        columns: Columns = {
            **_curve_columns(curves),
            **_head_columns(curves, head, 0.3, 1.56),
            "width": width,
            "alpha": alpha,
            "mechanism": flows.mechanism,
            "sender": flows.sender,
            "receiver": flows.receiver,
            "value": flows.value.astype(float),
            "last": flows.last,
            "moment": hot.astype(np.int64),
            "mark_x": middle_x,
            "mark_y": middle_y,
            # A diamond is a square on its corner: one marker, two angles.
            "mark": ["circle" if mechanism >= CYCLE else "square" for mechanism in flows.mechanism],
            "mark_size": np.where(marked, (8.4 + np.where(flows.mechanism >= CYCLE, -0.4, 0.8)) * k, 0.0),
            "mark_angle": np.where(flows.mechanism == 2, np.pi / 4, 0.0),
            "halo": width + HALO,
        }
        # Large ones first, so that small ones stay visible above them; the flows of a netting moment last.
        order = np.lexsort((-flows.value, hot, own))
        rest = (
            words.flows_drawn(len(flows.key), len(flows.key) + flows.rest_count, flows.rest_value)
            if flows.rest_count
            else ""
        )
        return rows(columns, order), curves.rows(order), rest

    @property
    def fineness(self) -> float:
        """1 where banks are large; below where many banks make everything finer."""
        return min(1.0, max(0.45, self.at.ring / (5.0 * self.size.scale)))

    def _curves(self, sender: Ints, receiver: Ints, lane: Ints, reach: Floats, head: Floats) -> Curves:
        at = self.at
        return between(
            at.x[sender],
            at.y[sender],
            at.x[receiver],
            at.y[receiver],
            lane.astype(float) * self.fineness,
            reach[sender],
            reach[receiver] + head,
        )

    # Waiting

    def _waiting(
        self, window: int, reach: Floats, central: Ints, chosen: int, releasing: Ints, dim: bool
    ) -> tuple[Columns, Curves, str]:
        """One dashed outline for each ordered pair with payments in the central queue; `chosen` and `releasing` pairs
        stand out.
        """
        index, k, n = self.index, self.size.scale, self.index.banks
        pair = index.sender[central] * n + index.receiver[central]
        value = np.bincount(pair, weights=index.amount[central], minlength=n * n)
        pairs = np.unique(pair)
        pairs = pairs[np.lexsort((pairs, -value[pairs]))]
        rest, pairs = pairs[FLOWS_MOST_OF_MANY:], pairs[:FLOWS_MOST_OF_MANY]
        sender, receiver = pairs // n, pairs % n
        fine = k * self.fineness
        width = np.maximum(
            2.2 * fine,
            flow_width(
                value[pairs].astype(float), self.reference.flow(window), (0.8 if self.size.small else 1.0) * fine
            ),
        )
        head = np.maximum(6 * fine, 1.2 * width + 2.4 * fine)
        curves = self._curves(sender, receiver, index.waiting_lane[pairs], reach, 0.95 * head)
        selected = np.where(pairs == chosen, 2, np.isin(pairs, releasing).astype(np.int64))
        columns: Columns = {
            **_curve_columns(curves),
            **_head_columns(curves, head, 0.28, 1.48),
            "width": width,
            "outline": width + np.where(selected, 3.4, 2.0),  # a browser without a GPU draws lines of 1 pixel fast
            "alpha": np.where(dim & (selected == 0), 0.5, 1.0),
            "selected": selected,
            "sender": sender,
            "receiver": receiver,
            "value": value[pairs],
        }
        more = words.more_pairs(len(rest), int(value[rest].sum())) if len(rest) else ""
        order = np.argsort(selected, kind="stable")
        return rows(columns, order), curves.rows(order), more

    def _waiting_by_bank(self, central: Ints, held: Ints) -> list[list[int]]:
        """Count and value in the central queue, count and value held, by bank."""
        result = []
        for payments in (central, held):
            sender, amount = self.index.sender[payments], self.index.amount[payments]
            result.append([int(c) for c in np.bincount(sender, minlength=self.index.banks)])
            result.append([int(v) for v in np.bincount(sender, weights=amount, minlength=self.index.banks)])
        return result

    # Banks

    def _banks(self, tick: int, radii: Floats, counts: list[list[int]], selection: Selection) -> Columns:
        at, index, k, small = self.at, self.index, self.size.scale, self.size.small
        negative = index.balance[tick] < 0
        edge = radii + at.gap + at.ring
        chosen = selection[1] if selection is not None and selection[0] == "bank" else -1
        selected = np.arange(index.banks) == chosen
        liquidity = index.liquidity[tick]
        texts: dict[str, list[Any]] = {
            name: []
            for name in (
                "name",
                "name_x",
                "name_align",
                "name_y",
                "amount",
                "amount_x",
                "amount_align",
                "note",
                "note_x",
                "note_y",
                "align",
                "row_x",
                "row_y",
            )
        }
        gap = labels.NAME_GAP * k
        for bank, anchor in enumerate(self.anchors):
            note = labels.note_text([column[bank] for column in counts], small) if anchor.level >= labels.NOTE else ""
            reach = float(edge[bank]) + (5 * k if selected[bank] and anchor.across != 0 else 0.0)
            x = labels.start(anchor, float(at.x[bank]), reach, at)
            y = labels.baseline(anchor, float(at.y[bank]), reach, bool(note), at)
            amount = short(int(liquidity[bank])) if anchor.level >= labels.AMOUNT else ""
            name = self.names[bank] if anchor.level >= labels.NAME else ""
            name_width = text_width(name, labels.NAME_SIZE * k, bold=True)
            amount_width = text_width(amount, labels.NAME_SIZE * k)
            if anchor.across > 0:
                name_x, name_align, amount_x, amount_align = x, "left", x + name_width + gap, "left"
            elif anchor.across < 0:
                name_x, name_align = x - amount_width - (gap if amount else 0.0), "right"
                amount_x, amount_align = x, "right"
            elif amount:
                # Both texts meet at the gap, so that a font of other widths moves only the outer ends.
                name_x, name_align = x + (name_width - amount_width - gap) / 2, "right"
                amount_x, amount_align = name_x + gap, "left"
            else:
                name_x, name_align, amount_x, amount_align = x, "center", x, "center"
            side = ("right", "center", "left")[anchor.across + 1]
            for column, value in zip(
                texts.values(),
                (
                    name,
                    name_x,
                    name_align,
                    y,
                    amount,
                    amount_x,
                    amount_align,
                    note,
                    x,
                    y + labels.LINE * k,
                    side,
                    x,
                    y + (labels.LINE + labels.ROW_DROP) * k,
                ),
                strict=True,
            ):
                column.append(value)
        letter_size = float(min(12.5 * k, 1.15 * at.radius_most))
        return {
            "x": at.x,
            "y": at.y,
            "radius": radii,
            "size": 2 * radii,
            "negative": negative.astype(np.int64),
            "hatched": np.where(negative, 2 * radii, 0.0),
            "ring": radii + at.gap + at.ring / 2,
            "ring_alpha": (index.credit[tick] > 0).astype(float),
            "clearing": 2 * (edge + 1.5),
            "used": index.credit_used[tick],
            "arc_end": np.pi / 2 - 2 * np.pi * index.credit_used[tick],
            "selection": np.where(selected, 2 * (edge + 4), 0.0),
            "selection_alpha": selected.astype(float),
            "ring_width": np.full(index.banks, at.ring),
            "letter_size": [f"{letter_size:.3g}px"] * index.banks,
            "letter": self.letters,
            "letter_halo": [letter if flag else "" for letter, flag in zip(self.letters, negative, strict=True)],
            "liquidity": liquidity.astype(float),
            **{
                name: column if isinstance(column[0], str) else np.array(column, float)
                for name, column in texts.items()
            },
        }

    # The netting moment

    def _settling(self, tick: int, flows: Columns) -> Floats:
        """What settles in this tick on each of these flows, in cents."""
        settled = self.index.settled_between(tick, tick + 1)
        now = np.bincount(self.index.flow[settled], self.index.amount[settled], len(self.index.lane))
        sender, receiver, mechanism = (np.asarray(flows[name]) for name in ("sender", "receiver", "mechanism"))
        value: Floats = now[(sender * self.index.banks + receiver) * MECHANISMS + mechanism].astype(float)
        return value

    def beads(self, tick: int, picture: Picture) -> tuple[Curves, Columns]:
        """What settles in this tick as beads: the curves they run along, and their size and mechanism."""
        value = self._settling(tick, picture.flows)
        now = np.flatnonzero(value > 0)
        size = 2 * (3 + 5 * np.sqrt(np.minimum(value[now] / max(self.reference.amount, 1.0), 1.0))) * self.size.scale
        return picture.flow_curves.rows(now), {"size": size, "mechanism": np.asarray(picture.flows["mechanism"])[now]}

    @cached_property
    def _label_ground(self) -> Floats:
        """Boxes that the banks' labels may cover during the day, (n, 4)."""
        boxes = [
            labels.box_of(anchor, need, float(x), float(y), self.at)
            for anchor, need, x, y in zip(self.anchors, self.needs, self.at.x, self.at.y, strict=True)
            if anchor.level > labels.NOTHING
        ]
        return np.array(boxes, float).reshape(-1, 4)

    def _ground(self, reach: Floats) -> Floats:
        """Boxes taken by banks and their labels, (n, 4)."""
        x, y = self.at.x, self.at.y
        return np.concatenate([self._label_ground, np.stack([x - reach, y - reach, x + reach, y + reach], axis=1)])


def _curve_columns(curves: Curves) -> Columns:
    return {"x0": curves.x0, "y0": curves.y0, "cx": curves.cx, "cy": curves.cy, "x1": curves.x1, "y1": curves.y1}


def _head_columns(curves: Curves, head: Floats, forward: float, breadth: float) -> Columns:
    """Arrowheads as equilateral triangles: centre, size (the side) and heading; `forward` of the head beyond the
    curve's end.
    """
    heading = curves.heading
    return {
        "head_x": curves.x1 + forward * head * np.cos(heading),
        "head_y": curves.y1 + forward * head * np.sin(heading),
        "head_size": breadth * head,
        "heading": heading,
        # A marker turns anticlockwise from pointing up.
        "head_angle": -heading - np.pi / 2,
    }
