"""Rows of the tables: which payments and events are listed at a tick, and what a filter leaves of them."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from panel_app.happenings import NETTING, OVERDUE, PAYMENT, happenings_of
from panel_app.payments import GONE, LATER, SETTLED, WAITING, listed, matching, payment_id, state_at
from panel_app.session import Session
from panel_app.theme import LIGHT
from panel_app.views.tables import Events, Payments

from .conftest import EMPTY, RING, Open, scenario


def test_waiting_payments_come_first_then_the_latest_settled(eight: Session) -> None:
    shown, counts = listed(eight.index, eight.tick, "all", None, 1000)
    states = [state_at(eight.index, number, eight.tick) for number in shown.tolist()]
    assert states == sorted(states, key=[WAITING, SETTLED].index)
    settled = eight.index.settled[shown[states.count(WAITING) :]]
    assert (np.diff(settled) <= 0).all()
    assert counts["waiting"] == states.count(WAITING) == eight.index.waiting_count[eight.tick]
    assert counts["all"] == len(shown) == int((eight.index.arrival <= eight.tick).sum())


@pytest.mark.parametrize("show", ["waiting", "overdue"])
def test_segments(eight: Session, show: str) -> None:
    for tick in range(eight.ticks):
        shown, counts = listed(eight.index, tick, show, None, 1000)  # type: ignore[arg-type]
        assert len(shown) == counts[show]
        if show == "overdue":
            assert (eight.index.deadline[shown] < tick).all()


def test_states_of_a_payment(ring: Session) -> None:
    assert [state_at(ring.index, 0, tick) for tick in (0, 1)] == [LATER, SETTLED]
    assert GONE not in {state_at(ring.index, number, 11) for number in range(3)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ant", [0, 2]),
        ("ANT", [0, 2]),
        ("ant bee", [0]),
        ("tx_00000002", [1]),
        ("3", [2]),
        ("fox", []),
        ("ant cat bee", []),
        ("99", []),
    ],
)
def test_filter_of_payments(ring: Session, words: str, expected: list[int]) -> None:
    found = matching(ring.index, ring.names, words.lower().split())
    assert np.flatnonzero(found).tolist() == expected


def test_ids_are_those_of_the_log(eight: Session) -> None:
    arrived = eight.run.columns("Arrival")["tx_id"]
    assert len(arrived) == len(eight.index.amount)
    logged = [event["tx_id"] for event in eight.run.events() if event["event_type"] == "Arrival"]
    assert [payment_id(eight.run, number) for number in range(len(logged))] == logged


@pytest.mark.parametrize(
    ("words", "kinds"),
    [([], {PAYMENT, NETTING, OVERDUE}), (["cycle"], {NETTING}), (["overdue"], {OVERDUE}), (["gross"], {PAYMENT})],
)
def test_filter_of_events_by_kind(eight: Session, words: list[str], kinds: set[int]) -> None:
    happenings = happenings_of(eight.run)
    assert set(happenings.kind[happenings.matching(eight.names, words)].tolist()) == kinds


def test_every_settlement_is_listed_once(eight: Session) -> None:
    happenings = happenings_of(eight.run)
    alone = happenings.number[happenings.kind == PAYMENT].tolist()
    together = [
        number for row in happenings.number[happenings.kind == NETTING] for number in happenings.nettings[row].payments
    ]
    assert sorted(alone + together) == np.flatnonzero(eight.index.settled >= 0).tolist()
    assert (np.diff(happenings.tick) >= 0).all()


def test_rows_around_a_tick(eight: Session) -> None:
    rows = happenings_of(eight.run).around(eight.tick, 9)
    assert len(rows.tick) == 9
    assert rows.ahead == 1
    assert rows.tick[0] > eight.tick >= rows.tick[1]
    assert (np.diff(rows.tick) <= 0).all()


def test_a_filter_by_payment_finds_its_netting(ring: Session) -> None:
    happenings = happenings_of(ring.run)
    found = np.flatnonzero(happenings.matching(ring.names, ["tx_00000002"]))
    assert happenings.kind[found].tolist() == [NETTING]


def test_tables_mark_the_current_tick_and_escape_names(opened: Open) -> None:
    evil = "<img src=x onerror=alert(1)>"
    session = opened(scenario(EMPTY, RING, display={"names": {"ANT": evil, "BEE": "B&B", "CAT": '"Cat"'}}))
    session.go(1)
    events, payments = str(Events(session, LIGHT).html()), str(Payments(session, LIGHT).html())
    assert 'class="now"' in events
    for html in (events, payments):
        assert "<img" not in html
        assert "&lt;img" in html
        assert "B&amp;B" in html


@pytest.mark.parametrize(("words", "said"), [("", "Nothing has happened yet."), ("fox", "No event matches.")])
def test_empty_tables_say_so(opened: Open, words: str, said: str) -> None:
    table = Events(opened(scenario(EMPTY, [])), LIGHT)
    table.filter(words)
    html = str(table.html())
    assert said in html
    assert ("Clear the filter" in html) == bool(words)


def test_a_hundred_thousand_payments_are_listed_without_an_object_each(opened: Open) -> None:
    mapping = scenario(dict.fromkeys(("ANT", "BEE", "CAT", "DOG", "EEL"), 1000000000), [], ticks=1000)
    for agent in mapping["agents"]:
        agent["arrival_config"] = {
            "rate_per_tick": 20.0,
            "amount_distribution": {"type": "Uniform", "min": 100_00, "max": 100_000_00},
            "counterparty_weights": {bank: 1.0 for bank in ("ANT", "BEE", "CAT", "DOG", "EEL") if bank != agent["id"]},
            "deadline_range": [5, 50],
        }
    session = opened(mapping)
    assert len(session.index.amount) > 95_000
    events, payments = Events(session, LIGHT), Payments(session, LIGHT)
    session.go(500)
    events.html(), payments.html()
    gc.collect()
    before = len(gc.get_objects())
    session.go(501)
    events.html(), payments.html()
    assert len(gc.get_objects()) - before < 5_000  # rows of a table, not of a run
