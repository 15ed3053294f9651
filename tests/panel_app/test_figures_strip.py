"""The day strip and the charts: bars, areas, sentences and tables say the numbers of the run."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from panel_app.figures.charts import Charts, round_steps, spread
from panel_app.figures.clock import Clock
from panel_app.figures.gridlock import gridlock_spans
from panel_app.figures.moments import nettings
from panel_app.figures.numbers import full, short
from panel_app.figures.strip import Strip, margins
from panel_app.session import Session

from .conftest import Open, payment, scenario


def strip(session: Session, width: float = 1200) -> Strip:
    clock = Clock.of(session.ticks, session.ticks_per_day, session.display)
    return Strip(session.index, clock, width, 123)


def charts(session: Session) -> Charts:
    clock = Clock.of(session.ticks, session.ticks_per_day, session.display)
    return Charts(session.index, clock, session.names, 320, 138)


# The strip


def test_bars_stack_what_settled(eight: Session) -> None:
    drawn, index = strip(eight), eight.index
    bars = {name: np.asarray(column) for name, column in drawn.bars().items()}
    room = drawn.rows.zero - drawn.rows.lane
    scale = index.settled_value.sum(axis=1).max() * 0.78 / room
    for left, top, bottom, kind in zip(bars["left"], bars["top"], bars["bottom"], bars["mechanism"], strict=True):
        tick = round((left - 0.6 - drawn.left) / (1200 - drawn.left - drawn.right) * eight.ticks)
        below = index.settled_value[tick, :kind].sum() / scale
        above = below + index.settled_value[tick, kind] / scale
        assert drawn.rows.zero - bottom == pytest.approx(below)
        assert drawn.rows.zero - top == pytest.approx(min(above, room))
    stacks = np.minimum(np.cumsum(index.settled_value, axis=1) / scale, room)
    assert len(bars["left"]) == np.count_nonzero(np.diff(stacks, axis=1, prepend=0))
    assert bars["top"].min() == pytest.approx(drawn.rows.lane), "the largest tick is cut at the top"


def test_the_queue_hangs_below(eight: Session) -> None:
    drawn = strip(eight)
    depth = np.asarray(drawn.queue()["y"]) - drawn.rows.zero
    value = eight.index.waiting_value
    assert depth[1:-1:2] == pytest.approx(26 * value / value.max())
    assert depth.max() == pytest.approx(26)


def test_marks_and_gridlocks_stand_at_their_ticks(eight: Session) -> None:
    drawn = strip(eight)
    marks = {(n.tick, n.mechanism) for n in nettings(eight.run)}
    xs = sorted(drawn.x(tick + 0.5) for tick, _ in marks)
    assert sorted(np.asarray(drawn.nettings()["x"])) == pytest.approx(xs)
    spans = gridlock_spans(eight.run)
    assert np.asarray(drawn.gridlocks()["left"]) == pytest.approx([drawn.x(start) for start, _ in spans])
    assert np.asarray(drawn.gridlocks()["right"]) == pytest.approx([drawn.x(end) for _, end in spans])


def test_the_cursor_stands_at_the_end_of_its_tick(eight: Session) -> None:
    drawn = strip(eight)
    for tick in (0, 34, eight.ticks - 1):
        moving = drawn.moving(tick, 12)
        assert moving["here"][0] == pytest.approx(drawn.x(tick + 1))
        assert moving["band_left"][0] == pytest.approx(drawn.x(max(0, tick - 11)))
        assert drawn.tick_at(float(moving["here"][0])) == tick
    assert drawn.tick_at(-50) == 0
    assert drawn.tick_at(5000) == eight.ticks - 1


@pytest.mark.parametrize("width", [390.0, 625.0, 1200.0])
def test_times_do_not_overlap(eight: Session, width: float) -> None:
    times = strip(eight, width).times()
    assert margins(width) == ((12.0, 12.0) if width < 625 else (58.0, 10.0))
    places = [
        (x, text)
        for x, text, align in zip(times["text_x"], times["text"], times["align"], strict=True)
        if align == "left" and text
    ]
    assert len(places) >= 3
    assert all(b[0] - a[0] > 45 for a, b in itertools.pairwise(places))
    assert times["text"][-1] in ("18:00", "end of day")


def test_a_long_run_has_one_bar_a_pixel(opened: Open) -> None:
    events = [payment("ANT", "BEE", 1_00 + tick, tick, deadline=900) for tick in range(0, 900, 7)]
    session = opened(scenario({"ANT": 1_000_000_00, "BEE": 0}, events, ticks=900))
    drawn = strip(session, 500)
    assert drawn.columns == 500 - 24
    bars = drawn.bars()
    assert (np.asarray(bars["right"]) > np.asarray(bars["left"])).all()
    assert len(np.asarray(drawn.queue()["x"])) == 2 * drawn.columns + 2


def test_what_a_long_run_is_drawn_with_is_bounded_by_the_pixels(eight: Session) -> None:
    eight.edit(eight.base_config | {"num_days": 90}, eight.display)
    eight.select(("bank", 0))
    drawn = strip(eight, 500)
    assert eight.ticks == 10_800
    assert drawn.columns == 500 - 24
    spans, marks = gridlock_spans(eight.run), {(n.tick, n.mechanism) for n in nettings(eight.run)}
    assert min(len(spans), len(marks)) > drawn.columns
    gridlocks, chosen = drawn.gridlocks(), drawn.chosen(eight.concerned, False)
    assert 0 < len(np.asarray(drawn.nettings()["x"])) <= 2 * drawn.columns
    for table in (gridlocks, chosen):
        left, right = np.asarray(table["left"]), np.asarray(table["right"])
        assert 0 < len(left) <= drawn.columns / 2
        assert (left[1:] >= right[:-1]).all()
    for first, end in spans:
        within = (np.asarray(gridlocks["left"]) <= drawn.x(first)) & (
            np.asarray(gridlocks["right"]) >= drawn.x(end) - 1
        )
        assert within.any(), (first, end)


def test_days_are_told_apart(opened: Open) -> None:
    mapping = scenario({"ANT": 1_000_000_00, "BEE": 0}, [payment("ANT", "BEE", 1_00, 1)])
    mapping["simulation"]["num_days"] = 3
    drawn = strip(opened(mapping))
    assert drawn.times()["text"][:3] == ["day 1", "day 2", "day 3"]


# Charts


@pytest.mark.parametrize(
    ("largest", "steps"),
    [
        (0, [0]),
        (4.2e8, [0, 2e8, 4e8]),
        (6.5e8, [0, 2e8, 4e8, 6e8]),
        (334, [0, 100, 200, 300]),
        (1, [0, 1]),
        (9.9e9, [0, 5e9]),
    ],
)
def test_steps_of_an_axis(largest: float, steps: list[float]) -> None:
    assert round_steps(largest) == steps


def test_labels_at_line_ends_keep_apart() -> None:
    assert spread([10, 12, 80], 14, 0, 100) == [10, 24, 80]
    assert spread([95, 96, 97], 14, 0, 100) == [72, 86, 100]
    assert spread([], 14, 0, 100) == []


def test_the_sentences_say_what_the_run_says(eight: Session) -> None:
    drawn, index = charts(eight), eight.index
    waiting, settled, cost = drawn.waiting(), drawn.settled(), drawn.cost()
    peak = int(index.waiting_value.argmax())
    assert waiting.summary == (
        f"The queue peaks at {short(int(index.waiting_value[peak]))} at {eight.clock(peak)} "
        f"and ends at {short(int(index.waiting_value[-1]))}."
    )
    totals = eight.run.totals
    assert settled.summary.startswith(f"{short(totals['settled_value'])} of {short(totals['arrived_value'])} settle, ")
    assert cost.summary.startswith(f"The day costs {short(totals['total_cost'])}, ")
    assert cost.rows[-1][1] == full(totals["total_cost"])
    assert settled.rows[-1][:3] == ["end", full(totals["arrived_value"]), full(totals["settled_value"])]
    assert waiting.rows[-1][1] == full(int(index.waiting_value[-1]))
    own = index.liquidity[:, 4]
    assert drawn.liquidity(4).summary.startswith(f"{eight.names[4]} can pay between {short(int(own.min()))} at ")
    assert [len(row) for row in drawn.liquidity(4).rows] == [9] * len(drawn.liquidity(4).rows)


def test_areas_reach_the_totals(eight: Session) -> None:
    """The top of the stack at the right edge, read back from its pixels, is the total of the run."""
    drawn = charts(eight)
    for chart, total, largest in (
        (drawn.settled(), eight.run.totals["settled_value"], eight.run.totals["arrived_value"] * 1.02),
        (drawn.cost(), eight.run.totals["total_cost"], eight.run.totals["total_cost"] * 1.05),
    ):
        frame = drawn._frame(float(largest))
        tops = [float(ys[len(ys) // 2 - 1]) for ys in chart.areas["ys"]]
        assert (frame.bottom - min(tops)) / (frame.bottom - frame.top) * largest == pytest.approx(total, rel=1e-6)


def test_the_run_before_is_dashed(eight: Session) -> None:
    before = eight.index
    eight.change(cycles=False, bilateral=False)
    clock = Clock.of(eight.ticks, eight.ticks_per_day, eight.display)
    drawn = Charts(eight.index, clock, eight.names, 320, 138, previous=before).waiting()
    assert "before" in drawn.labels["text"]
    assert len(np.asarray(drawn.dashes["x"])) == eight.ticks
    assert len(np.asarray(charts(eight).waiting().dashes["x"])) == 0


def test_an_empty_day_draws(opened: Open) -> None:
    session = opened(scenario({"ANT": 0, "BEE": 0}, []))
    assert [chart.summary for chart in charts(session).all(0)] == [
        "Ant can pay between 0 at 08:00 and 0 at 08:00, and 0 at the end.",
        "Nothing waits all day.",
        "0 of 0 settle, nothing.",
        "The day costs 0.",
    ]
    assert len(np.asarray(strip(session).bars()["left"])) == 0
