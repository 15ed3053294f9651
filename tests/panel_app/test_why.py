"""Why a payment waits, as the engine explains it and the page says it; and a selection that is the same everywhere."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from panel.models.markup import HTML

from panel_app import text_why
from panel_app.app import App, build
from panel_app.figures.numbers import short
from panel_app.page import Recorder
from panel_app.session import Session
from panel_app.trace import WHATS, trace
from tests.panel_app.conftest import Open, payment, scenario


def shown(app: App, area: str) -> str:
    model = app.doc.get_model_by_name(f"{area} part")
    assert isinstance(model, HTML)
    return html.unescape(model.text)


def column(app: App, source: str, name: str) -> Any:
    model: Any = app.doc.get_model_by_name(source)
    return np.asarray(model.data[name])


@pytest.fixture
def page() -> Recorder:
    return Recorder()


@pytest.fixture
def app(page: Recorder) -> App:
    return build(Document(), page)


def waiting_at(session: Session, tick: int, name: str) -> str:
    """Select the only waiting payment of a bank and give the inspector's reasons."""
    from panel_app.views.why_box import reasons, ways_out

    session.go(tick)
    index = session.index
    line = np.concatenate(index.waiting(tick))
    own = line[index.sender[line] == session.names.index(name)]
    session.select(("payment", int(own[-1])))
    assert session.why is not None
    return str(reasons(session, session.why) + ways_out(session, session.why))


def test_every_waiting_payment_of_a_day_is_explained(eight: Session) -> None:
    for tick in range(0, eight.ticks, 7):
        eight.go(tick)
        for number in np.concatenate(eight.index.waiting(tick)).tolist():
            eight.select(("payment", number))
            why = eight.why
            assert why is not None
            assert why.reasons
            assert why.liquidity == eight.index.liquidity[tick, eight.index.sender[number]]
            if "liquidity" in why.reasons:
                assert why.short_by == eight.index.amount[number] - why.liquidity > 0
            for other in why.releasing:
                assert eight.index.receiver[other] == eight.index.sender[number]
            if why.releasing and why.needed is not None:
                assert int(eight.index.amount[list(why.releasing)].sum()) >= why.needed


def test_a_payment_that_does_not_wait_is_not_explained(eight: Session) -> None:
    settled = int(eight.index.settled_between(0, eight.tick)[0])
    eight.select(("payment", settled))
    assert eight.why is None
    assert eight.releasing == ()


def test_short_of_liquidity_and_who_would_release_it(opened: Open) -> None:
    session = opened(
        scenario(
            {"ANT": 100_000_00, "BEE": 10_000_00, "CAT": 10_000_00},
            [
                payment("ANT", "CAT", 400_000_00, 1),
                payment("BEE", "ANT", 350_000_00, 1),
                payment("CAT", "BEE", 340_000_00, 2),
            ],
            lsm_config={"enable_bilateral": False, "enable_cycles": False},
        )
    )
    said = waiting_at(session, 1, "Ant")
    assert "Ant can pay 0.10 M now. This payment needs 0.40 M, which is <b>0.30 M more</b>." in said
    assert "1 payment that waits would bring it: 0.35 M." in said
    assert "Bee pays Ant" in said
    releasing = session.releasing
    assert [(session.index.sender[n], session.index.receiver[n]) for n in releasing] == [(1, 0)]
    assert "Turn on cycle netting" not in said
    assert "Ant \u2192 Cat \u2192 Bee \u2192 Ant" in waiting_at(session, 2, "Ant")
    assert "Turn on cycle netting" in waiting_at(session, 2, "Ant")


def test_a_limit_is_named(opened: Open) -> None:
    mapping = scenario(
        {"ANT": 900_000_00, "BEE": 100_00},
        [payment("ANT", "BEE", 300_000_00, 1), payment("ANT", "BEE", 300_000_00, 2)],
    )
    mapping["agents"][0]["limits"] = {"bilateral_limits": {"BEE": 500_000_00}}
    said = waiting_at(opened(mapping), 3, "Ant")
    assert (
        "Ant has reached its limit of 0.50 M for Bee today: 0.30 M is sent, and this payment is 0.10 M too much."
        in said
    )


def test_a_policy_that_holds_is_named(opened: Open) -> None:
    mapping = scenario({"ANT": 900_000_00, "BEE": 100_00}, [payment("ANT", "BEE", 850_000_00, 1, 10)])
    mapping["agents"][0]["policy"] = {"type": "LiquidityAware", "target_buffer": 500_000_00, "urgency_threshold": 2}
    said = waiting_at(opened(mapping), 3, "Ant")
    assert "Ant holds it: " in said
    assert text_why.held("Ant", "InsufficientLiquidity", "", None).split(":")[0] in said


def test_the_payments_that_would_release_it_stand_out(app: App, page: Recorder) -> None:
    session = app.session
    for tick in range(session.ticks):
        page.say("key", name="go", value=tick)
        for number in np.concatenate(session.index.waiting(tick)).tolist():
            session.select(("payment", number))
            if session.releasing:
                break
        if session.releasing:
            break
    assert session.releasing
    states = dict(zip(column(app, "queue", "payment").tolist(), column(app, "queue", "state").tolist(), strict=True))
    drawn = [one for one in session.releasing if one in states]
    assert drawn
    assert all(states[one] == 3 for one in drawn)
    assert (column(app, "waiting", "selected") == 1).any()
    assert (column(app, "waiting", "selected") == 2).any()
    assert shown(app, "payments").count("would release it") == len(session.releasing)
    assert 'id="releasing"' in shown(app, "inspector")


# The selection


def test_a_flow_is_selected_everywhere(app: App, page: Recorder) -> None:
    session = app.session
    before = column(app, "flows", "alpha").copy()
    row = int(column(app, "flows", "value").argmax())
    sender, receiver = int(column(app, "flows", "sender")[row]), int(column(app, "flows", "receiver")[row])
    page.say("key", name="flow", value=str(sender * 8 + receiver))
    assert session.selection == ("flow", sender * 8 + receiver)
    own = (column(app, "flows", "sender") == sender) & (column(app, "flows", "receiver") == receiver)
    alpha = column(app, "flows", "alpha")
    assert own.any()
    assert (alpha[own] == 1).all()
    assert (alpha[~own] < 0.3).all()
    assert before.max() > 0.3
    names = session.names
    assert f"<b>{names[sender]}</b> pays <b>{names[receiver]}</b>" in shown(app, "inspector")
    assert " mine" in shown(app, "events")
    assert f"{names[sender]} dark" in str([cell.title.model.text for cell in app.charts.cells])
    assert len(column(app, "strip chosen", "left")) > 0
    page.say("key", name="inspect-payment")
    assert session.selection is not None
    assert session.selection[0] == "payment"
    assert session.index.sender[session.selection[1]] == sender
    page.say("key", name="inspect-flow")
    assert session.selection == ("flow", sender * 8 + receiver)


def test_the_strip_shows_how_long_the_selected_payment_waits(app: App) -> None:
    session, strip = app.session, app.strip.strip
    assert session.selection is not None
    number = session.selection[1]
    settled = int(session.index.settled[number])
    end = settled + 1 if settled >= 0 else session.ticks
    assert column(app, "strip chosen", "left").tolist() == pytest.approx([strip.x(session.index.arrival[number])])
    assert column(app, "strip chosen", "right").tolist() == pytest.approx([strip.x(end)])


@pytest.mark.parametrize("flow", [0, 9, -1, 64, 10_000])
def test_no_bank_pays_itself(app: App, flow: int) -> None:
    app.session.select(("flow", flow))
    assert app.session.selection is None


# From figures to events


@pytest.mark.parametrize("name", ["eight_banks_scarce", "gridlock_ring", "liquidity_and_delay"])
@pytest.mark.parametrize("tick", [0, 41, 119])
def test_a_figure_is_the_sum_of_what_it_is_traced_to(name: str, tick: int) -> None:
    from panel_app.moment import figures

    session = Session()
    session.open(name)
    session.go(tick)
    now = figures(session.run, session.tick)
    wanted = {
        "settled": now.settled,
        "arrived": now.arrived,
        "waiting": now.waiting,
        "credit": now.credit_in_use,
        "cost": now.cost,
    }
    for what, cents in wanted.items():
        found = trace(session, what, most=10**6)  # type: ignore[arg-type]
        assert found.total == cents, what
        assert sum(line.cents for line in found.lines) == cents, what
        assert len(found.lines) == found.count
    for bank in range(len(session.names)):
        found = trace(session, "balance", bank, most=10**6)
        assert sum(line.cents for line in found.lines) == session.index.balance[session.tick, bank]
    assert sum(trace(session, "cost", bank).total for bank in range(len(session.names))) == now.cost


def test_a_line_names_its_event(eight: Session) -> None:
    events = eight.run.events()
    for line in trace(eight, "settled", most=40).lines:
        event = events[line.seq]
        assert event["event_type"] == line.event
        assert event["tick"] == line.tick
        ids = event.get("tx_ids", [event.get("tx_id")])
        assert eight.run.payment_id(line.payment) in ids
    for line in trace(eight, "cost", most=40).lines:
        assert events[line.seq]["event_type"] == "CostAccrual"
        assert events[line.seq]["agent_id"] == eight.run.agent_ids[line.bank]


def test_a_click_on_a_figure_lists_its_events(app: App, page: Recorder) -> None:
    for what in WHATS:
        number = ".1" if what in ("balance", "to-pay", "to-receive", "flow", "flow-waiting") else ""
        page.say("key", name="view", value="lessons")
        page.say("key", name="trace", value=what + number)
        assert app.session.view == "simulate", what
        assert 'id="trace"' in shown(app, "events"), what
    page.say("key", name="trace", value="settled")
    assert f"Settled: {short(int(trace(app.session, 'settled').total))}" in shown(app, "events")
    page.say("key", name="trace", value="")
    assert 'id="trace"' not in shown(app, "events")
    page.say("key", name="trace", value="<x>.1")
    page.say("key", name="trace", value="")
    assert page.last("focus") == {"part": "#trace"}
