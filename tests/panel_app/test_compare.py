"""Two runs side by side: what differs, what became of each payment, and what is said about it."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from panel.models.markup import HTML

from panel_app import text_compare as words
from panel_app.app import App, build
from panel_app.compare import FATES, Comparison
from panel_app.differences import differences
from panel_app.figures.numbers import full
from panel_app.page import Recorder
from panel_app.repeat import repeat
from panel_app.session import Session
from panel_app.views.comparison.fates import Fates
from panel_app.whatif import WhatIf
from tests.panel_app.conftest import EMPTY, RING, Open, payment, scenario


def compared(session: Session) -> Comparison:
    comparison = session.comparison
    assert comparison is not None
    return comparison


def measure(session: Session, name: str) -> tuple[float, float]:
    found = next(measure for measure in compared(session).measures() if measure.name == name)
    return found.a, found.b


def test_nothing_is_compared_until_a_run_is_kept(ring: Session) -> None:
    assert ring.comparison is None
    ring.keep()
    comparison = compared(ring)
    assert comparison.differences == []
    assert comparison.same_payments
    assert all(measure.change == 0 for measure in comparison.measures())
    assert words.summary(comparison) == "A and B are the same run."


def test_netting_off_leaves_the_ring_unsettled(ring: Session) -> None:
    ring.keep()
    ring.change(cycles=False, bilateral=False)
    assert measure(ring, "settled") == (3, 0)
    assert measure(ring, "value") == (2_000_000_00, 0)
    assert measure(ring, "left") == (0, 2_000_000_00)
    comparison = compared(ring)
    assert {fate: len(rows) for fate, rows in comparison.fates.items()} == {
        **dict.fromkeys(FATES, 0),
        "only-a": 3,
    }
    said = words.summary(comparison)
    assert said.startswith("In B, 3 fewer payments settle, payments wait")
    assert said.endswith("than in A, with the same money.")
    assert words.same(3, comparison.differences, ring.names, True) == "Same 3 payments, one difference: netting."


def test_every_payment_has_one_fate_and_it_is_the_engines(eight: Session) -> None:
    eight.keep()
    eight.change(balance=(0, 1_000_00))
    comparison = compared(eight)
    rows = np.sort(np.concatenate(list(comparison.fates.values())))
    assert rows.tolist() == list(range(len(comparison.b.payment)))
    for fate, here in comparison.fates.items():
        for row in here.tolist():
            a, b = int(comparison.a.settled[row]), int(comparison.b.settled[row])
            expected = (
                "same" if a == b else "only-b" if a < 0 else "only-a" if b < 0 else "earlier" if b < a else "later"
            )
            assert fate == expected


def test_what_changed_for_whom_adds_up(eight: Session) -> None:
    eight.keep()
    eight.change(cycles=False)
    banks = compared(eight).by_bank()
    for of_bank, of_all in (("settled", "value"), ("left", "left"), ("cost", "cost")):
        sums = sum(bank[of_bank].a for bank in banks), sum(bank[of_bank].b for bank in banks)
        assert sums == measure(eight, of_all)


@pytest.mark.parametrize(
    ("changes", "kind", "label_b"),
    [
        ({"bilateral": False, "cycles": False}, "netting", "Netting off"),
        ({"multilateral": "queue_order"}, "netting", "Bilateral, cycle and multilateral netting"),
        ({"balance": (4, 100_000_00)}, "balance", "Opening balance of Elm 0.10 M"),
        ({"credit_factor": 2.0}, "credit", "Credit lines 13.86 M"),
        ({"arrivals_factor": 2.0}, "arrivals", "5.1 payments a tick"),
        ({"seed": 5}, "seed", "Seed 5"),
    ],
)
def test_what_differs_is_named(eight: Session, changes: dict[str, Any], kind: str, label_b: str) -> None:
    eight.keep()
    eight.change(**changes)
    comparison = compared(eight)
    assert [difference.kind for difference in comparison.differences] == [kind]
    label = words.run_label(comparison.differences, eight.names, "b")
    assert label == label_b or kind == "credit"
    assert comparison.same_payments == (kind not in ("arrivals", "seed"))
    if not comparison.same_payments:
        assert "not like for like" in words.same(1, comparison.differences, eight.names, False)


def test_any_other_key_is_named_by_its_path() -> None:
    session = Session()
    session.open("eight_banks_scarce")
    config = session.config
    other = {**config, "lsm_config": {**config["lsm_config"], "max_cycle_length": 3}}
    (difference,) = differences(config, other)
    assert (difference.kind, difference.path, difference.a, difference.b) == (
        "other",
        "lsm_config.max_cycle_length",
        4,
        3,
    )


def test_swap_and_undo(eight: Session) -> None:
    eight.keep()
    first = eight.run.log_hash
    eight.change(cycles=False)
    second = eight.run.log_hash
    eight.swap()
    assert eight.kept is not None
    assert (eight.kept.run.log_hash, eight.run.log_hash) == (second, first)
    assert eight.what_if == WhatIf()
    eight.undo()
    assert eight.run.log_hash == second


def test_other_runs_to_compare_with(eight: Session) -> None:
    assert eight.keep_other("no-netting")
    assert eight.kept is not None
    assert eight.kept.run.totals["lsm_settled_payments"] == 0
    assert not eight.keep_other("before")
    log_hash = eight.run.log_hash
    eight.change(balance_factor=0.5)
    for name in ("before", "scenario"):
        assert eight.keep_other(name)
        assert eight.kept.run.log_hash == log_hash


def test_another_scenario_lets_the_kept_run_go(eight: Session) -> None:
    eight.keep()
    eight.open("two_banks")
    assert eight.kept is None
    assert eight.comparison is None


def test_parts_of_a_payment_settle_it_when_the_last_one_does(opened: Open) -> None:
    mapping = scenario(
        {"ANT": 100_000_00, "BEE": 100_000_00},
        [payment("ANT", "BEE", 400_000_00, 1, 9), payment("BEE", "ANT", 90_000_00, 4, 9)],
    )
    mapping["agents"][0]["policy"] = {"type": "LiquiditySplitting", "max_splits": 4, "min_split_amount": 10_000_00}
    session = opened(mapping)
    assert (session.run.payments.parent >= 0).any()
    session.keep()
    outcome = compared(session).b
    assert len(outcome.payment) == 2
    parts = session.run.payments.settled_tick[session.run.payments.parent >= 0]
    assert outcome.settled[0] == (-1 if (parts < 0).any() else parts.max())


def test_repeating_with_other_seeds_gives_what_each_seed_gives(ring: Session) -> None:
    ring.keep()
    ring.change(cycles=False, bilateral=False)
    kept = ring.kept
    assert kept is not None
    found = list(repeat(kept.run.config, ring.run.config, 3))[-1]
    assert found.settled_more == [False] * 3
    assert found.dearer == sum(change > 0 for change in found.cost_change)


@pytest.fixture
def page() -> Recorder:
    return Recorder()


@pytest.fixture
def app(page: Recorder) -> App:
    app = build(Document(), page)
    for name, value in (("keep", None), ("cycles", "off"), ("bilateral", "off"), ("compare", None)):
        page.say("key", name=name, value=value)
    return app


def shown(app: App, area: str) -> str:
    model = app.doc.get_model_by_name(f"{area} part")
    assert isinstance(model, HTML)
    return html.unescape(model.text)


def column(app: App, source: str, name: str) -> Any:
    model: Any = app.doc.get_model_by_name(source)
    return np.asarray(model.data[name])


def test_both_sides_are_on_show_and_move_together(app: App, page: Recorder) -> None:
    assert app.session.view == "compare"
    assert "view-compare" in app.root.css_classes
    assert "alone" not in app.root.css_classes
    assert "Bilateral and cycle netting" in shown(app, "side-a")
    assert "Netting off" in shown(app, "side-b")
    before = shown(app, "side-a"), shown(app, "side-b"), column(app, "A banks", "liquidity").tolist()
    page.say("key", name="go", value=100)
    assert shown(app, "side-a") != before[0]
    assert shown(app, "side-b") != before[1]
    assert column(app, "A banks", "liquidity").tolist() != before[2]
    assert column(app, "compared strip moving", "here") == column(app, "strip moving", "here")


def test_a_bank_has_the_same_place_and_scale_on_both_sides(app: App) -> None:
    width = app.network.size.width
    for name in ("x", "y"):
        scale = width / app.views[[type(view).__name__ for view in app.views].index("Always")].part.view.size.width
        assert np.allclose(np.argsort(column(app, "A banks", name)), np.argsort(column(app, "banks", name)))
        assert scale > 0
    largest = app.network.network.reference
    assert largest.liquidity == max(
        0.8 * run.index.liquidity.max() for run in (compared(app.session).a, compared(app.session).b)
    )


def test_leaving_the_view_gives_the_network_its_own_scale_back(app: App, page: Recorder) -> None:
    page.say("key", name="view", value="simulate")
    assert app.network.network.reference is app.network.scenario_scale.reference


def test_the_table_says_what_the_figures_are(app: App, page: Recorder) -> None:
    told = shown(app, "difference")
    for found in compared(app.session).measures():
        assert words.MEASURES[found.name] in told
        assert words.signed(found) in told
    page.say("key", name="fate", value="same")
    assert words.cut(40, len(compared(app.session).fates["same"])) in shown(app, "fates")
    assert f"{words.FATES['only-a']} {len(compared(app.session).fates['only-a'])}" in shown(app, "fates")


def test_the_list_of_payments_begins_with_a_fate_that_befell_any(ring: Session) -> None:
    ring.keep()
    ring.change(cycles=False, bilateral=False)
    assert 'data-value="only-a" aria-pressed="true"' in Fates(ring, ring.theme).html()


def test_a_chosen_bank_shows_the_figures_of_both_runs(app: App, page: Recorder) -> None:
    page.say("key", name="bank", value="5")
    cost = compared(app.session).by_bank()[5]["cost"]
    for value in (cost.a, cost.b):
        assert f'<td class="number">{full(int(value))}</td>' in shown(app, "difference")


def test_gridlock_and_the_chosen_payment_do_not_cover_each_other(app: App, page: Recorder) -> None:
    waiting, _ = app.session.index.waiting(app.session.tick)
    page.say("key", name="payment", value=str(waiting[0]))
    chosen = column(app, "compared strip chosen", "bottom")
    assert len(chosen)
    for edge in column(app, "compared strip gridlocks", "bar_top"):
        assert np.all(np.abs(chosen - edge) > 10)


def test_until_something_is_changed_it_says_what_to_do(page: Recorder) -> None:
    app = build(Document(), page)
    page.say("key", name="keep")
    page.say("key", name="compare")
    assert words.CHANGE_SOMETHING in shown(app, "compare-bar")
    page.say("key", name="drawer")
    assert "drawer" in app.root.css_classes
    page.say("key", name="cycles", value="off")
    assert words.CHANGE_SOMETHING not in shown(app, "compare-bar")
    assert words.summary(compared(app.session)) in shown(app, "compare-bar")


def test_every_control_of_the_comparison_means_an_action(app: App) -> None:
    import re

    asked = {
        name
        for area in ("compare-bar", "difference", "fates")
        for name in re.findall(r'data-do="([^"]+)"', shown(app, area))
    }
    assert {"swap", "choose-a", "fate", "bank", "payment", "repeat"} <= asked <= set(app.actions)


def test_without_a_kept_run_it_says_how_to_come_to_one(page: Recorder) -> None:
    app = build(Document(), page)
    page.say("key", name="compare")
    assert "alone" in app.root.css_classes
    assert words.NO_RUN in shown(app, "compare-bar")
    page.say("key", name="choose-a", value="no-netting")
    assert "Same 321 payments, one difference: netting." in shown(app, "compare-bar")


def test_names_of_banks_are_text_here_too(opened: Open, page: Recorder) -> None:
    mapping = scenario(EMPTY, RING)
    mapping["display"]["names"]["ANT"] = "<img src=x>"
    opened(mapping)
    app = build(Document(), page, {"scenario": "small"})
    page.say("key", name="choose-a", value="x")
    page.say("key", name="keep")
    page.say("key", name="balance", value=["0", "100"])
    page.say("key", name="compare")
    assert "&lt;img src=x&gt;" in shown(app, "difference")
    assert not any("<img" in shown(app, area) for area in ("difference", "compare-bar", "side-a", "side-b"))
