"""The sentence and the figures, told from runs of the real engine."""

from __future__ import annotations

from typing import Any

import pytest

from panel_app import text
from panel_app.moment import figures, moment
from panel_app.session import Session

from .conftest import EMPTY, RING, Open, payment, scenario

NO_NETTING = {"enable_bilateral": False, "enable_cycles": False}
PAIR = [payment("ANT", "BEE", 800_000_00, 1), payment("BEE", "ANT", 700_000_00, 1)]
CASES: list[tuple[str, list[dict[str, Any]], dict[str, Any], int, str, str]] = [
    ("cycle", RING, {}, 1, "cycle", "Three blocked payments settle together: 2.00 M with 0.30 M of liquidity."),
    (
        "bilateral",
        PAIR,
        {},
        1,
        "bilateral",
        "Ant and Bee offset payments worth 1.50 M. Only the difference, 0.10 M, moves.",
    ),
    (
        "gridlock",
        RING,
        NO_NETTING,
        2,
        "gridlock",
        "Gridlock: nothing can settle one by one. 3 payments worth 2.00 M wait for each other.",
    ),
    ("plain", [payment("ANT", "BEE", 50_00, 1)], {}, 1, "plain", "1 payment worth 50 settles. Nothing waits."),
    (
        "plain, and more waits",
        [payment("ANT", "BEE", 50_00, 1), payment("CAT", "BEE", 999_999_00, 1), payment("CAT", "ANT", 999_999_00, 1)],
        {},
        1,
        "plain",
        "1 payment worth 50 settles. 2 payments worth 2.00 M wait for liquidity.",
    ),
    (
        "quiet",
        [payment("CAT", "BEE", 999_999_00, 1)],
        {},
        2,
        "quiet",
        "Nothing settles in this tick. 1 payment worth 1.00 M waits.",
    ),
    ("quiet, nothing waits", [], {}, 2, "quiet", "Nothing settles in this tick. Nothing waits."),
    (
        "end, nothing came",
        [],
        {},
        11,
        "end",
        "The day ends without a payment. Under Edit, give a bank payments per tick.",
    ),
    ("end, one settled", [payment("ANT", "BEE", 50_00, 1)], {}, 11, "end", "The day ends. The payment has settled."),
    ("end, all settled", RING, {}, 11, "end", "The day ends. All 3 payments have settled."),
    (
        "end, some left",
        RING,
        NO_NETTING,
        11,
        "end",
        "The day ends. 0 of 3 payments have settled; 3 worth 2.00 M are left in the queue.",
    ),
]


@pytest.mark.parametrize(
    ("name", "payments", "lsm", "tick", "kind", "sentence"), CASES, ids=[case[0] for case in CASES]
)
def test_sentence(
    opened: Open, name: str, payments: list[dict[str, Any]], lsm: dict[str, Any], tick: int, kind: str, sentence: str
) -> None:
    session = opened(scenario(EMPTY, payments, lsm_config=lsm))
    told = moment(session, tick)
    assert (told.kind, told.sentence) == (kind, sentence)


def test_every_tick_of_the_first_scenario_has_a_sentence(eight: Session) -> None:
    kinds = {moment(eight, tick).kind for tick in range(eight.ticks)}
    assert {"cycle", "bilateral", "plain", "end"} <= kinds
    assert all(moment(eight, tick).sentence.endswith(".") for tick in range(eight.ticks))


def test_figures_are_the_runs_totals_at_its_end(eight: Session) -> None:
    end, totals = figures(eight.run, eight.ticks - 1), eight.run.totals
    assert end.settled == totals["settled_value"]
    assert end.arrived == totals["arrived_value"]
    assert end.cost == totals["total_cost"]
    assert end.waiting == totals["arrived_value"] - totals["settled_value"]
    assert end.waiting_count == totals["total_arrivals"] - totals["total_settlements"]
    assert end.credit_in_use == sum(max(0, -agent["final_balance"]) for agent in totals["agents"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            text.netting_moment(13, 1_119_000_000, 169_000_000),
            "13 blocked payments settle together: 11.19 M with 1.69 M of liquidity.",
        ),
        (
            text.offset("Alder", "Hazel", 519_000_000, 0),
            "Alder and Hazel offset payments worth 5.19 M. No money moves.",
        ),
        (
            text.offsets(2, 519_000_000, 100_00),
            "Two pairs of banks offset payments worth 5.19 M. Only the differences, 100, move.",
        ),
        (text.bank("Birch", 24_000_000, 76, 8), "Birch: can pay 0.24 M, credit used 76 percent, 8 payments waiting"),
        (text.bank("Birch", 24_000_000, None, 0), "Birch: can pay 0.24 M, nothing waiting"),
        (text.place("10:50", 34, 120, "netting cycle"), "10:50, tick 35 of 120, netting cycle"),
        (text.tick_of(34, 240, 0, 2), "tick 35 of 240, day 1 of 2"),
        (text.network(8, "10:50", 1, 100), "Network of 8 banks at 10:50. 1 payment worth 1 is waiting."),
        (text.priority(8), "8, urgent"),
        (text.priority(3), "3, low"),
        (text.difference(-125_000_000), "\N{MINUS SIGN}1.25 M"),
        (text.difference(125_000_000), "+1.25 M"),
        (
            "".join(text.short_of("Elm", 192_000_000, 415_000_000)),
            "Elm can pay 1.92 M now. This payment needs 4.15 M, which is 2.23 M more",
        ),
        (
            "".join(text.offset_with("Elm", "Alder", 100_000_000, 400_000_000, 350_000_000)),
            "Offset with Alder, which has 3.50 M waiting for Elm. Only 0.50 M would move.",
        ),
        (
            "".join(text.cycle_open(["Elm", "Fir", "Ash", "Elm"])),
            "A cycle is open: Elm \u2192 Fir \u2192 Ash \u2192 Elm.",
        ),
    ],
)
def test_words(said: str, expected: str) -> None:
    assert said == expected
