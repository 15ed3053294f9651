"""The parts of the pictures, tested as numbers: amounts, times, gridlock, places, labels and curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from payment_simulator.execution.run import Run

from panel_app.figures import curves, gridlock, labels, layout
from panel_app.figures.clock import Clock
from panel_app.figures.gridlock import gridlock_spans, gridlock_ticks, have_loops
from panel_app.figures.letters import initials, text_width
from panel_app.figures.moments import nettings, nettings_at
from panel_app.figures.numbers import axis, compact, count, full, percent, short
from panel_app.session import Session


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (0, "0"),
        (1, "0.01"),
        (99, "0.99"),
        (100, "1"),
        (5_000_000, "50,000"),
        (9_999_949, "99,999"),
        (10_000_000, "0.10 M"),
        (125_000_000, "1.25 M"),
        (125_500_000, "1.26 M"),
        (-84_000_000, "\u22120.84 M"),
        (-5, "\u22120.05"),
        (123_456_789_000, "1,234.57 M"),
    ],
)
def test_short_amounts(cents: int, written: str) -> None:
    assert short(cents) == written


def test_other_numbers() -> None:
    assert full(125_000_000) == "1,250,000.00"
    assert full(-5) == "\u22120.05"
    assert [compact(value) for value in (12_409_000_000, 340_000_000, 999_000_000, 5_000_000)] == [
        "124 M",
        "3.4 M",
        "10 M",
        "50,000",
    ]
    assert [axis(value) for value in (0, 4_000_000, 200_000_000, 150_000_000, -4_000_000)] == [
        "0",
        "40 k",
        "2 M",
        "1.5 M",
        "\u221240 k",
    ]
    assert percent(621, 1000) == "62.1 %"
    assert percent(1, 0) == "0.0 %"
    assert [count(number, "payment") for number in (1, 16)] == ["1 payment", "16 payments"]


def test_the_clock_counts_from_the_start_of_the_day() -> None:
    clock = Clock.of(120, 120, {"day_start": "08:00", "day_end": "18:00"})
    assert [clock.text(tick) for tick in (0, 34, 119)] == ["08:00", "10:50", "17:55"]
    assert clock.marks(5) == [
        (0.0, "08:00"),
        (24.0, "10:00"),
        (48.0, "12:00"),
        (72.0, "14:00"),
        (96.0, "16:00"),
        (120.0, "18:00"),
    ]
    days = Clock.of(60, 20, {})
    assert days.marks(8) == [(0, "day 1"), (20, "day 2"), (40, "day 3")]


@pytest.mark.parametrize(
    ("pays", "loop"),
    [
        ([], False),
        ([(0, 1), (1, 2)], False),
        ([(0, 1), (1, 0)], True),
        ([(0, 1), (1, 2), (2, 0)], True),
        ([(0, 1), (1, 2), (3, 1), (2, 3)], True),
        ([(0, 1), (0, 2), (1, 3), (2, 3)], False),
    ],
)
def test_closed_loops(pays: list[tuple[int, int]], loop: bool) -> None:
    graph = np.zeros((4, 4), bool)
    for sender, receiver in pays:
        graph[sender, receiver] = True
    none = np.zeros_like(graph)
    assert have_loops(np.array([graph, none, graph])).tolist() == [loop, False, loop]


@pytest.mark.parametrize("cells", [1, 1_000, gridlock.CELLS_AT_ONCE], ids=lambda cells: f"{cells} cells at once")
def test_gridlock_needs_a_queue_a_loop_and_no_settlement(
    eight: Session, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gridlock, "CELLS_AT_ONCE", cells)
    stuck, index = gridlock_ticks(Run(eight.run.engine, eight.config)), eight.index
    assert stuck.any()
    for tick in range(index.ticks):
        central, _ = index.waiting(tick)
        pays = np.zeros((index.banks, index.banks), bool)
        pays[index.sender[central], index.receiver[central]] = True
        walks = np.linalg.matrix_power(pays.astype(float), 1)
        closed = False
        for _ in range(index.banks):
            closed = closed or bool(np.trace(walks) > 0)
            walks = np.minimum(walks @ pays, 1.0)
        assert stuck[tick] == (closed and len(central) > 0 and index.settled_count[tick].sum() == 0), tick
    for start, end in gridlock_spans(eight.run):
        assert end - start >= 3
        assert stuck[start:end].all()


def test_nettings_agree_with_what_settled(eight: Session) -> None:
    run, index = eight.run, eight.index
    found = nettings(run)
    assert {netting.mechanism for netting in found} == {2, 3}
    for netting in found:
        assert netting.value == sum(int(index.amount[payment]) for payment in netting.payments)
        assert (index.settled[list(netting.payments)] == netting.tick).all()
        assert (index.mechanism[list(netting.payments)] == netting.mechanism).all()
        net = np.zeros(index.banks, np.int64)
        for payment in netting.payments:
            net[index.sender[payment]] -= index.amount[payment]
            net[index.receiver[payment]] += index.amount[payment]
        assert netting.liquidity == int(np.maximum(-net, 0).sum())
    for kind in (2, 3):
        assert sum(n.value for n in found if n.mechanism == kind) == int(index.settled_value[:, kind].sum())
    assert all(netting.mechanism >= 3 for netting in nettings_at(run, eight.tick, together=True))


# Places


@pytest.mark.parametrize("banks", [1, 2, 3, 8, 24, 25, 50, 60])
@pytest.mark.parametrize("size", [(390.0, 390.0), (750.0, 420.0), (1000.0, 520.0)])
def test_banks_stand_apart_and_inside(banks: int, size: tuple[float, float]) -> None:
    at = layout.places(np.arange(banks), layout.Size(*size))
    reach = at.radius_most + at.gap + at.ring
    assert (at.x > reach).all()
    assert (at.x < size[0] - reach).all()
    assert (at.y > reach).all()
    assert (at.y < size[1] - reach).all()
    apart = np.hypot(at.x[:, None] - at.x, at.y[:, None] - at.y) + np.eye(banks) * 1e9
    assert apart.min() > 2 * reach or banks == 1


def test_the_ellipse_of_the_design() -> None:
    """a = -90 degrees + (slot + 0.5) * 360 / n; rx = min(w / 2 - 154, 2.05 ry), ry = h / 2 - min(54, 0.17 h)."""
    at = layout.places(np.array([0, 1, 2, 3]), layout.Size(1000, 400))
    rx, ry = min(1000 / 2 - 154, 2.05 * (200 - 54)), 200 - 54
    half = np.sqrt(0.5)
    np.testing.assert_allclose(at.x, 500 + rx * half * np.array([1, 1, -1, -1]))
    np.testing.assert_allclose(at.y, 200 + ry * half * np.array([-1, 1, 1, -1]))


def test_area_grows_with_liquidity() -> None:
    at = layout.places(np.arange(4), layout.Size(1000, 520))
    radius = layout.radius(np.array([0.0, 50.0, 100.0, 900.0]), 100.0, at)
    assert radius[0] == at.radius_least == 11.5
    assert radius[2] == radius[3] == at.radius_most == 36.0
    assert radius[1] ** 2 == pytest.approx((radius[0] ** 2 + radius[2] ** 2) / 2)


def test_heavy_pairs_are_neighbours() -> None:
    """Banks 0-4, 1-5, 2-6 and 3-7 pay each other and nobody else: each pair ends on neighbouring slots."""
    value = np.zeros((8, 8), np.int64)
    for bank in range(4):
        value[bank, bank + 4] = value[bank + 4, bank] = 10**9
    slots = layout.choose_slots(value)
    assert sorted(slots) == list(range(8))
    assert all(abs(int(slots[bank]) - int(slots[bank + 4])) in (1, 7) for bank in range(4))
    assert (layout.choose_slots(value) == slots).all()


def test_places_of_a_scenario_win() -> None:
    slots = layout.slots_from_order(["C", "A", "B"], ["A", "B", "C"])
    assert slots is not None
    assert slots.tolist() == [1, 2, 0]
    assert layout.slots_from_order(["C", "A"], ["A", "B", "C"]) is None


# Labels


def test_initials() -> None:
    assert initials(["Alder", "Birch"]) == ["A", "B"]
    assert initials(["Bank 07", "Bank 08", "Bank 11"]) == ["07", "08", "11"]
    assert text_width("Damson", 13, bold=True) > text_width("Damson", 13) > text_width("Elm", 13)


@pytest.mark.parametrize(
    ("counts", "small", "written"),
    [
        ([8, 1_438_000_000, 0, 0], False, "8 waiting, 14.38 M"),
        ([8, 1_438_000_000, 2, 100], False, "8 waiting, 14.38 M, 2 held"),
        ([0, 0, 2, 20_000_000], False, "2 held, 0.20 M"),
        ([1, 100, 0, 0], True, "1 waiting"),
        ([0, 0, 0, 0], False, ""),
    ],
)
def test_notes(counts: list[int], small: bool, written: str) -> None:
    assert labels.note_text(counts, small) == written


def test_the_freest_place() -> None:
    steps = np.linspace(0, 100, 11)
    nothing = np.zeros((0, 4)), np.zeros((0, 2))
    assert labels.free_place(20, 10, steps, steps, *nothing, (50, 50)) == (50, 50)
    taken = np.array([[0.0, 0.0, 100.0, 60.0]])
    place = labels.free_place(20, 10, steps, steps, taken, np.zeros((0, 2)), (50, 50))
    assert place is not None
    assert place[1] - 5 >= 64
    assert (
        labels.free_place(20, 10, steps, steps, np.array([[-50.0, -50.0, 150.0, 150.0]]), np.zeros((0, 2)), (50, 50))
        is None
    )


# Curves


def one(*values: float) -> Any:
    return np.array(values, float)


def test_a_curve_bends_left_and_ends_at_the_rims() -> None:
    there = curves.between(one(0), one(0), one(200), one(0), one(0), one(30), one(40))
    back = curves.between(one(200), one(0), one(0), one(0), one(0), one(30), one(40))
    assert np.hypot(there.x0, there.y0) == pytest.approx(30, abs=0.05)
    assert np.hypot(there.x1 - 200, there.y1) == pytest.approx(40, abs=0.05)
    (_, above), (_, below) = there.at(0.5), back.at(0.5)
    # Left of travel is up on the way right, down on the way back.
    assert above[0] < -5
    assert below[0] > 5
    # Untrimmed, the middle of a quadratic lies half the bend beside the line: 0.11 * length / 2.
    whole = curves.between(one(0), one(0), one(200), one(0), one(0), one(0), one(0))
    assert whole.at(0.5)[1][0] == pytest.approx(-11)
    outer = curves.between(one(0), one(0), one(200), one(0), one(1), one(0), one(0))
    assert outer.at(0.5)[1][0] == pytest.approx(-11 - 11 / 2)


def test_a_trimmed_curve_lies_on_the_whole_one() -> None:
    whole = curves.between(one(0), one(0), one(300), one(120), one(2), one(0), one(0))
    part = curves.between(one(0), one(0), one(300), one(120), one(2), one(30), one(40))
    xs, ys = part.points(16)
    assert max(float(whole.distance(x, y)[0]) for x, y in zip(xs[0], ys[0], strict=True)) < 0.3


def test_close_banks_still_have_a_curve() -> None:
    short_one = curves.between(one(0), one(0), one(50), one(0), one(0), one(40), one(40))
    assert np.isfinite([short_one.x0, short_one.x1, short_one.cx, short_one.heading]).all()
    assert short_one.x1[0] > short_one.x0[0]
