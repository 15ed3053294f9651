"""The network of a tick: sizes, flows, waiting payments and texts follow from the run by the rules of the design."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from panel_app.figures import labels
from panel_app.figures.flows import Reference, flow_width, flows_in
from panel_app.figures.layout import ONE_RING_MOST, Size
from panel_app.figures.letters import text_width
from panel_app.figures.network import Network, Picture
from panel_app.figures.numbers import short
from panel_app.figures.scenario_scale import ScenarioScale
from panel_app.scenarios import available
from panel_app.session import Session

from .conftest import Open, payment, scenario

WIDE = Size(1000, 500)
SIZES = [Size(390, 390), Size(750, 440), Size(1000, 500), Size(740, 380, 1.22)]


def network(session: Session, size: Size = WIDE) -> Network:
    return ScenarioScale(session).network(session, size)


@pytest.fixture(params=[scenario.name for scenario in available()])
def every(request: pytest.FixtureRequest) -> Session:
    """Each scenario that comes with the program."""
    session = Session()
    session.open(request.param)
    return session


# Flows


def test_flows_are_what_settled_in_the_window(every: Session) -> None:
    index = every.index
    for tick, window in itertools.product((0, every.tick, every.ticks - 1), (1, 12, every.ticks)):
        flows = flows_in(index, tick, window)
        told = every.run.flows(max(0, tick - window + 1), tick + 1)
        value = np.zeros_like(told.value)
        value[flows.mechanism, flows.sender, flows.receiver] = flows.value
        assert (value == told.value).all()
        assert (told.last_tick[flows.mechanism, flows.sender, flows.receiver] == flows.last).all()
        assert (np.diff(flows.value) <= 0).all()


def test_flows_left_out_are_counted(eight: Session) -> None:
    everything = flows_in(eight.index, eight.tick, eight.ticks)
    some = flows_in(eight.index, eight.tick, eight.ticks, most=5)
    assert len(some.key) == 5
    assert some.rest_count == len(everything.key) - 5
    assert some.rest_value == int(everything.value[5:].sum())


def test_widths_and_fading(eight: Session) -> None:
    drawn = network(eight)
    quiet = next(tick for tick in range(20, eight.ticks) if not eight.index.settled_count[tick, 3:].any())
    flows = drawn.picture(quiet, 12).flows
    value, last = np.asarray(flows["value"]), np.asarray(flows["last"])
    reference = drawn.reference.flow(12)
    assert np.asarray(flows["width"]) == pytest.approx(np.minimum(8.5, 1.3 + 6.7 * np.sqrt(value / reference)))
    assert np.asarray(flows["alpha"]) == pytest.approx(0.95 - 0.6 * (quiet - last) / 12)
    assert flow_width(np.array([0.0, 1e30]), 1.0, 1.0).tolist() == [1.3, 8.5]


def test_references_stay_when_the_scenario_is_changed(eight: Session) -> None:
    scale = ScenarioScale(eight)
    before = scale.network(eight, Size(1000, 500))
    eight.change(balance_factor=3.0)
    after = scale.network(eight, Size(1000, 500))
    assert (before.at.x == after.at.x).all()
    assert (before.at.y == after.at.y).all()
    assert before.reference.liquidity == after.reference.liquidity == 0.8 * before.index.liquidity.max()
    assert not np.array_equal(before.radii(eight.tick), after.radii(eight.tick))


def test_a_flow_keeps_its_lane_all_day(eight: Session) -> None:
    index = eight.index
    used = {int(key) for key in index.flow[index.settled_order]}
    for key in used:
        pair = key // 5
        mechanisms = sorted(other % 5 for other in used if other // 5 == pair)
        assert index.lane[key] == mechanisms.index(key % 5)
        assert index.waiting_lane[pair] == len(mechanisms)


def test_flows_begin_and_end_at_the_rings(every: Session) -> None:
    drawn = network(every)
    picture = drawn.picture(every.tick, every.window_ticks)
    reach = drawn.radii(every.tick) + drawn.at.margin
    flows = picture.flows
    sender, receiver = np.asarray(flows["sender"]), np.asarray(flows["receiver"])
    if not len(sender):
        pytest.skip("nothing settled where this scenario opens")
    away = np.hypot(np.asarray(flows["x0"]) - drawn.at.x[sender], np.asarray(flows["y0"]) - drawn.at.y[sender])
    assert away == pytest.approx(reach[sender], abs=1.0)
    near = np.hypot(np.asarray(flows["x1"]) - drawn.at.x[receiver], np.asarray(flows["y1"]) - drawn.at.y[receiver])
    assert (near > reach[receiver] - 1.0).all()


# Waiting


def test_everything_that_waits_is_shown(every: Session) -> None:
    drawn, index = network(every), every.index
    for tick in (every.tick, every.ticks // 2, every.ticks - 1):
        picture = drawn.picture(tick, every.window_ticks)
        central, held = index.waiting(tick)
        assert len(central) == index.queue2_count[tick].sum()
        assert len(held) == index.queue1_count[tick].sum()
        assert np.asarray(picture.waiting["value"]).sum() == index.amount[central].sum()
        if len(every.names) <= 24:
            for bank, note in enumerate(picture.banks["note"]):
                counts = [
                    int(c[tick, bank])
                    for c in (index.queue2_count, index.queue2_value, index.queue1_count, index.queue1_value)
                ]
                assert note == labels.note_text(counts, False)


def test_the_row_of_waiting_payments(opened: Open) -> None:
    """First in line nearest the bank, overdue ones marked, "+n" when the row is full."""
    many = [payment("ANT", "BEE", 900_00 + number, 1 + number % 3, deadline=4) for number in range(12)]
    session = opened(scenario({"ANT": 1_00, "BEE": 0}, many))
    drawn = network(session)
    early, late = drawn.picture(3, 6), drawn.picture(9, 6)
    assert set(np.asarray(early.queue["state"])) == {0}
    assert set(np.asarray(late.queue["state"])) == {1}
    shown = len(np.asarray(early.queue["x"]))
    assert 3 <= shown < 12
    assert early.queue_more["text"] == [f"+{12 - shown}"]
    line = [int(number) for number in np.asarray(early.queue["payment"])]
    assert line == [int(number) for number in session.index.waiting(3)[0][:shown]]
    away = np.hypot(np.asarray(early.queue["x"]) - drawn.at.x[0], np.asarray(early.queue["y"]) - drawn.at.y[0])
    assert (np.diff(away) > 0).all()
    width = abs(np.asarray(early.queue["x"])[-1] - np.asarray(early.queue["x"])[0])
    assert width < 124


def test_a_selected_payment_stands_out(eight: Session) -> None:
    drawn = network(eight)
    number = int(eight.index.waiting(eight.tick)[0][0])
    picture = drawn.picture(eight.tick, 12, ("payment", number))
    chosen = np.flatnonzero(np.asarray(picture.waiting["selected"]))
    assert len(chosen) == 1
    assert (picture.waiting["sender"][chosen[0]], picture.waiting["receiver"][chosen[0]]) == (
        eight.index.sender[number],
        eight.index.receiver[number],
    )
    assert np.asarray(picture.queue["state"])[np.asarray(picture.queue["payment"]) == number].tolist() == [2]
    bank = drawn.picture(eight.tick, 12, ("bank", 3))
    assert np.flatnonzero(np.asarray(bank.banks["selection"])).tolist() == [3]


# Banks


def test_discs_rings_and_hatching(every: Session) -> None:
    drawn, index, tick = network(every), every.index, every.tick
    banks = drawn.picture(tick, every.window_ticks).banks
    assert (np.asarray(banks["hatched"]) > 0).tolist() == (index.balance[tick] < 0).tolist()
    assert (np.asarray(banks["ring_alpha"]) > 0).tolist() == (index.credit[tick] > 0).tolist()
    used = np.where(index.credit[tick] > 0, np.maximum(-index.balance[tick], 0) / np.maximum(index.credit[tick], 1), 0)
    assert np.asarray(banks["used"]) == pytest.approx(np.minimum(used, 1))
    shown = [amount for amount in banks["amount"] if amount]
    assert set(shown) <= {short(int(value)) for value in index.liquidity[tick]}


def lines(drawn: Network, picture: Picture) -> list[tuple[str, labels.Box]]:
    """Every text of the banks with the box it needs."""
    found, k, banks = [], drawn.size.scale, picture.banks
    for text, x, y, align, size, bold in (
        ("name", "name_x", "name_y", "name_align", 13, True),
        ("amount", "amount_x", "name_y", "amount_align", 13, False),
        ("note", "note_x", "note_y", "align", 12, False),
    ):
        for row, words in enumerate(banks[text]):
            if words:
                width = text_width(str(words), size * k, bold=bold)
                left = float(banks[x][row]) - width * {"left": 0.0, "center": 0.5, "right": 1.0}[str(banks[align][row])]
                base = float(banks[y][row])
                found.append((str(words), (left, base - 0.75 * size * k, left + width, base + 0.1 * size * k)))
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.width:.0f}x{size.height:.0f}")
def test_no_label_overlaps_another_or_a_bank(every: Session, size: Size) -> None:
    drawn = network(every, size)
    for tick in sorted({0, every.tick, every.ticks // 3, every.ticks // 2, every.ticks - 1}):
        picture = drawn.picture(tick, every.window_ticks)
        texts = lines(drawn, picture)
        for (one, a), (other, b) in itertools.combinations(texts, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], f"{one} lies on {other} at tick {tick}"
        reach = drawn.radii(tick) + drawn.at.gap + drawn.at.ring
        for text, box in texts:
            assert min(box[:2]) >= 0, f"{text} leaves the figure"
            assert box[2] <= size.width, f"{text} leaves the figure"
            assert box[3] <= size.height, f"{text} leaves the figure"
            assert not labels.covers(box, drawn.at.x, drawn.at.y, reach - 0.5), f"{text} lies on a bank at tick {tick}"


def test_labels_are_all_clear_together_when_each_of_them_is(every: Session) -> None:
    at, draw = network(every).at, np.random.default_rng(2)
    banks = len(at.x)
    seen = set()
    for reach in (0.0, 2.0, 9.0):
        others = np.where(np.eye(banks, dtype=bool), 0.0, reach)
        for spread in (0.0, 4.0, 40.0, 900.0):
            left, top = at.x + 4 + spread * draw.normal(size=banks), at.y + 4 + spread * draw.normal(size=banks)
            boxes = np.column_stack([left, top, left + 12, top + 8])
            clear = all(
                box[0] >= 1
                and box[1] >= 1
                and box[2] <= at.size.width - 1
                and box[3] <= at.size.height - 1
                and not labels.covers(tuple(box), at.x, at.y, others[bank])
                and not labels.overlaps(tuple(box), [tuple(other) for other in boxes[:bank]])
                for bank, box in enumerate(boxes)
            )
            assert labels.all_clear(boxes, at, others) == clear
            seen.add(clear)
    assert seen == {False, True}


def test_every_bank_of_a_small_scenario_has_a_whole_label(every: Session) -> None:
    if len(every.names) <= 24:
        assert {anchor.level for anchor in network(every).anchors} == {labels.ROW}


# The netting moment


def test_a_netting_moment_stands_out(eight: Session) -> None:
    drawn = network(eight)
    picture = drawn.picture(eight.tick, 12)
    hot = np.asarray(picture.flows["moment"]) > 0
    assert hot.any()
    alpha = np.asarray(picture.flows["alpha"])
    assert (alpha[hot] == 1).all()
    assert (alpha[~hot] <= 0.28).all()
    assert (np.asarray(picture.waiting["alpha"]) == 0.5).all()
    assert len(np.asarray(picture.moment["x0"])) == hot.sum()
    assert np.asarray(picture.moment["halo"]) == pytest.approx(np.asarray(picture.moment["width"]) + 5)
    value, liquidity = (sum(getattr(n, name) for n in labels_of_moment(eight)) for name in ("value", "liquidity"))
    assert picture.headline["text"] == [f"{short(value)} settled", f"with {short(liquidity)} of liquidity"]
    cycles = eight.run.flows(eight.tick, eight.tick + 1).value[3]
    assert set(picture.values["text"]) <= {short(int(amount)) for amount in cycles[cycles > 0]}
    assert len(picture.values["text"]) >= 2
    assert not drawn.picture(eight.tick - 1, 12).headline["text"] or eight.index.settled_count[eight.tick - 1, 3:].any()


def labels_of_moment(session: Session) -> Any:
    from panel_app.figures.moments import nettings_at

    return nettings_at(session.run, session.tick, together=True)


def test_on_a_phone_labels_stand_beside_the_flows(every: Session) -> None:
    drawn = network(every, Size(390, 360))
    if drawn.index.banks > ONE_RING_MOST:
        return
    assert all(anchor.level >= labels.NAME for anchor in drawn.anchors)
    ways = drawn._ways()
    for bank, anchor in enumerate(drawn.anchors):
        box = labels.box_of(anchor, drawn.needs[bank], float(drawn.at.x[bank]), float(drawn.at.y[bank]), drawn.at)
        assert ways.under(box) <= labels.CROSSED[0], drawn.names[bank]


def test_phones_have_no_value_labels(eight: Session) -> None:
    picture = network(eight, Size(390, 390)).picture(eight.tick, 12)
    assert picture.headline["text"] == picture.values["text"] == []
    assert not np.asarray(picture.flows["mark_size"]).any()


# Many banks


def test_above_sixty_banks_the_rest_is_summed_and_said(opened: Open) -> None:
    names = [f"B{number:02d}" for number in range(61)]
    rng = np.random.default_rng(3)
    pairs = {tuple(int(bank) for bank in rng.choice(61, 2, replace=False)) for _ in range(320)}
    events = [payment(names[a], names[b], 1_000_00 + 10 * row, 1 + row % 5) for row, (a, b) in enumerate(sorted(pairs))]
    session = opened(scenario(dict.fromkeys(names, 10_000_000_00), events))
    picture = network(session).picture(8, 12)
    assert len(np.asarray(picture.flows["x0"])) == 200
    assert picture.rest.startswith(f"200 of {len(pairs)} flows drawn, the rest ")
    assert Reference(session.index).flow(12) > 0


def test_the_same_tick_gives_the_same_picture(every: Session) -> None:
    drawn = network(every)
    first = drawn.picture(every.tick, every.window_ticks)
    drawn.picture(0, 1)
    again = network(every).picture(every.tick, every.window_ticks)
    for table in ("flows", "waiting", "banks", "queue", "values", "headline"):
        for name, column in getattr(first, table).items():
            other = getattr(again, table)[name]
            assert column == other if isinstance(column, list) else np.array_equal(column, other), f"{table}.{name}"
