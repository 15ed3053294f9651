"""Links and run files: what goes out comes back as the same run, and what is broken is named."""

from __future__ import annotations

import base64
import html
import json
import zlib
from typing import Any

import pytest
from bokeh.document import Document
from panel.models.markup import HTML
from payment_simulator.execution.run_file import read_run, write_run
from payment_simulator_core_rs import __version__

from panel_app import scenarios, sharing
from panel_app.app import App, build
from panel_app.lessons import library
from panel_app.lessons.player import Player
from panel_app.page import Recorder
from panel_app.run_files import open_run_file
from panel_app.session import Session
from panel_app.sharing import LinkError, LinkTooLong, Note, fragment
from panel_app.sharing import open_link as open_and_tell
from panel_app.whatif import WhatIf
from tests.panel_app.conftest import EMPTY, RING, Open, payment, scenario

CHANGES: list[dict[str, Any]] = [
    {},
    {"seed": 2**64 - 1},
    {"cycles": False, "bilateral": True, "multilateral": "best_effort"},
    {"balance": (3, 12_345), "credit": (2, 999_00), "balance_factor": 0.35, "arrivals_factor": 1.25},
    {"policy": (1, {"type": "LiquidityAware", "target_buffer": 500_000, "urgency_threshold": 5})},
]


def packed(told: Any) -> str:
    """A link with this inside."""
    return "run=" + base64.urlsafe_b64encode(zlib.compress(json.dumps(told).encode())).rstrip(b"=").decode()


def unpacked(link: str) -> dict[str, Any]:
    body = link.removeprefix("run=")
    told: dict[str, Any] = json.loads(zlib.decompress(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    return told


def changed(link: str, **changes: Any) -> str:
    return packed({**unpacked(link), **changes})


def open_link(session: Session, link: str) -> Note | None:
    """What is told of a link that opens at once."""
    notes: list[Note | None] = []
    open_and_tell(session, link, notes.append)
    (note,) = notes
    return note


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_a_link_opens_as_the_same_run(eight: Session, changes: dict[str, Any]) -> None:
    eight.change(**changes)
    eight.go(77)
    eight.show("day")
    eight.select(("bank", 5))
    link = fragment(eight)
    assert len(link) <= sharing.LARGEST_LINK
    other = Session()
    assert open_link(other, "#" + link) is None
    assert other.run.log_hash == eight.run.log_hash
    assert (other.scenario, other.seed, other.tick, other.window, other.selection, other.what_if) == (
        eight.scenario,
        eight.seed,
        77,
        "day",
        ("bank", 5),
        eight.what_if,
    )
    assert fragment(other) == link


@pytest.mark.parametrize(("step", "shown"), [(1, 1), (999, None)])
def test_the_lesson_and_its_step_travel_and_the_run_stays_as_it_was(step: int, shown: int | None) -> None:
    teacher = Session()
    teacher.open(scenarios.FIRST)
    player = Player(teacher)
    lesson = library.lessons()[1]
    player.open(lesson.name, 1)
    teacher.change(balance_factor=1.35)
    teacher.look("lessons")
    teacher.go(3)
    link = changed(fragment(teacher), lesson=[lesson.name, step])
    learner = Session()
    assert open_link(learner, link) is None
    other = Player(learner)
    other.follow()
    assert other.lesson == lesson
    assert other.number == (len(lesson.steps) - 1 if shown is None else shown)
    assert (learner.run.log_hash, learner.tick, learner.view) == (teacher.run.log_hash, 3, "lessons")
    player.close()
    assert open_link(learner, fragment(teacher)) is None
    other.follow()
    assert other.lesson is None


def test_a_comparison_travels_too(eight: Session) -> None:
    eight.keep()
    eight.change(cycles=False)
    eight.look("compare")
    other = Session()
    open_link(other, fragment(eight))
    assert other.view == "compare"
    assert other.kept is not None
    assert eight.kept is not None
    assert other.kept.run.log_hash == eight.kept.run.log_hash


def test_a_scenario_of_ones_own_travels_whole(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from panel_app import scenarios

    session = opened(scenario(EMPTY, RING))
    monkeypatch.undo()
    with pytest.raises(scenarios.UnknownScenario):
        scenarios.load("small")
    other = Session()
    assert open_link(other, fragment(session)) is None
    assert other.run.log_hash == session.run.log_hash
    assert other.names == session.names
    assert other.title == "A small day"


def test_what_does_not_fit_is_too_long(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [payment("ANT", "BEE", 1_000_00 + 7919 * n * n % 99_991, n % 12) for n in range(2000)]
    session = opened(scenario(EMPTY, many))
    monkeypatch.undo()
    with pytest.raises(LinkTooLong, match=r"too large for a link: \d+\.\d kB, and 8 kB fit"):
        fragment(session)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda link: link[:-30], "damaged"),
        (lambda link: link[:40] + "!" + link[41:], "missing or was changed"),
        (lambda link: "run=", "damaged"),
        (lambda link: "run=" + "A" * 20_000, "longer than any link"),
        (lambda link: packed([1, 2]), "does not hold a run"),
        (lambda link: packed({**unpacked(link), "x": "0" * 2_000_000}), "holds more than any link"),
        (lambda link: changed(link, format=2), "made by version"),
        (lambda link: changed(link, scenario="no_such"), "There is no scenario 'no_such'"),
        (lambda link: changed(link, scenario="../../etc/passwd"), "There is no scenario"),
        (lambda link: changed(link, scenario=None), "names no scenario and holds none"),
        (lambda link: changed(link, tick=-1), "tick is -1"),
        (lambda link: changed(link, tick="x"), "tick is 'x'"),
        (lambda link: changed(link, changes={"colour": 1}), "unknown change 'colour'"),
        (lambda link: changed(link, changes={"seed": 0.5}), "seed: a whole number"),
        (lambda link: changed(link, changes={"balances": [[0, 0.5]]}), "balances: pairs"),
        (lambda link: changed(link, changes={"balance_factor": 1e9}), "balance_factor: a factor from 0 to 100"),
        (lambda link: changed(link, changes={"policies": [[0, {"type": "Nothing"}]]}), "engine does not take"),
        (lambda link: changed(link, scenario=None, config={"agents": [1]}), "banks are not as the engine takes them"),
        (lambda link: changed(link, scenario=None, config={"agents": []}), "engine does not take"),
    ],
)
def test_a_broken_link_is_named_and_changes_nothing(eight: Session, broken: Any, message: str) -> None:
    link = broken(fragment(eight))
    before = eight.run
    with pytest.raises(LinkError, match=message):
        open_link(eight, link)
    assert eight.run is before


@pytest.mark.parametrize(("days", "rate", "what"), [(10**6, 0.1, "ticks"), (1, 10**6, "payments")])
def test_a_link_cannot_keep_a_browser_busy(eight: Session, days: int, rate: float, what: str) -> None:
    config = json.loads(json.dumps(eight.base_config))
    config["num_days"] = days
    for agent in config["agents"]:
        agent["arrivals"][0]["rate_per_tick"] = rate
    link = changed(fragment(eight), scenario=None, config=config, display={})
    with pytest.raises(LinkError, match=f"{what}, and a link may hold"):
        open_link(eight, link)


def test_another_log_is_said(eight: Session) -> None:
    other = Session()
    note = open_link(other, changed(fragment(eight), hash="0" * 64))
    assert note is not None
    assert note.kind == "warning"
    assert "not the same as it was" in note.rest
    note = open_link(other, changed(fragment(eight), hash="0" * 64, version="0.0.9"))
    assert note is not None
    assert (
        note.rest
        == f"Made with version 0.0.9, opened with {__version__}: the results differ from those that were shared."
    )
    note = open_link(other, changed(fragment(eight), version="0.0.9"))
    assert note is not None
    assert note.kind == "info"
    assert "event log is the same" in note.rest


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_changes_survive_json(changes: dict[str, Any]) -> None:
    what_if = WhatIf().with_changes(changes)
    assert WhatIf.from_json(json.loads(json.dumps(what_if.to_json()))) == what_if


def test_a_run_file_opens_as_the_recorded_run(eight: Session) -> None:
    eight.change(cycles=False, seed=9)
    content = write_run(eight.run.engine, eight.display)
    other = Session()
    note = open_run_file(other, "day.payrun", content)
    assert note.kind == "info"
    assert other.run.log_hash == eight.run.log_hash
    assert other.names == eight.names
    assert other.title == eight.title
    assert (other.run.payments.settled_tick == eight.run.payments.settled_tick).all()
    other.change(balance_factor=0.5)
    other.undo()
    assert other.run.log_hash == eight.run.log_hash


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a run file"),
        (b"simulation:\n  num_days: 1\n", "is not a run file"),
        ("cut", "truncated"),
        ("flipped", "damaged|changed"),
    ],
)
def test_a_broken_file_is_named_and_changes_nothing(eight: Session, content: Any, message: str) -> None:
    whole = write_run(eight.run.engine)
    if content == "cut":
        content = whole[: len(whole) // 2]
    elif content == "flipped":
        content = whole[:4000] + bytes([whole[4000] ^ 255]) + whole[4001:]
    before = eight.run
    with pytest.raises(LinkError, match=message):
        open_run_file(eight, "x.payrun", content)
    assert eight.run is before


# On the page


@pytest.fixture
def page() -> Recorder:
    return Recorder()


def shown(app: App, area: str) -> str:
    model = app.doc.get_model_by_name(f"{area} part")
    assert isinstance(model, HTML)
    return html.unescape(model.text)


def test_share_copies_a_link_and_says_what_is_in_it(page: Recorder) -> None:
    app = build(Document(), page)
    page.say("key", name="share")
    sent = page.last("share")
    assert sent is not None
    assert sent["fragment"] == fragment(app.session)
    page.say("copied", link="http://x/#" + sent["fragment"], copied=True)
    assert "Link copied" in shown(app, "exchange")
    assert app.session.clock(app.session.tick) in shown(app, "exchange")
    page.say("copied", link="http://x/#y", copied=False)
    assert 'value="http://x/#y"' in shown(app, "exchange")
    page.say("key", name="dismiss")
    assert shown(app, "exchange") == ""


def test_a_page_opens_with_its_link(eight: Session, page: Recorder) -> None:
    eight.keep()
    eight.change(bilateral=False)
    eight.go(30)
    eight.look("compare")
    app = build(Document(), page, {"link": "#" + fragment(eight)})
    assert app.session.tick == 30
    assert app.session.run.log_hash == eight.run.log_hash
    assert "view-compare" in app.root.css_classes
    assert "Same 321 payments" in shown(app, "compare-bar")
    page.say("query", link="#" + changed(fragment(eight), tick=31))
    assert app.session.tick == 31


def test_a_broken_link_shows_the_first_scenario_and_says_why(page: Recorder) -> None:
    app = build(Document(), page, {"link": "#run=xyz"})
    assert app.session.scenario == "eight_banks_scarce"
    assert 'role="alert"' in shown(app, "exchange")
    assert "This link cannot be opened." in shown(app, "exchange")


def test_names_in_a_link_are_text(eight: Session, page: Recorder) -> None:
    evil = "<img src=x onerror=alert(1)>"
    config = json.loads(json.dumps(eight.base_config))
    display = {"title": evil, "names": {"ALDER": evil}, "day_start": evil, "places": [evil]}
    link = changed(fragment(eight), scenario=None, config=config, display=display, hash=evil, version=evil)
    app = build(Document(), page, {"link": "#" + link})
    assert app.session.names[0] == evil
    page.say("key", name="bank", value="0")
    texts = [model.text for model in app.doc.select({"type": HTML}) if isinstance(model, HTML)]
    decoded = [html.unescape(text) for text in texts]
    assert any("&lt;img" in text for text in decoded)
    assert not any("<img" in text for text in decoded)


def test_a_file_that_is_dropped_is_opened(eight: Session, page: Recorder) -> None:
    app = build(Document(), page)
    eight.change(seed=4)
    page.say("file", name="day.payrun", bytes=write_run(eight.run.engine, eight.display))
    assert app.session.run.log_hash == eight.run.log_hash
    assert "checked by its hash" in shown(app, "exchange")
    page.say("file", name="<b>.txt", bytes=b"nothing")
    assert "&lt;b&gt;.txt is not a run file" in shown(app, "exchange")
    assert app.session.run.log_hash == eight.run.log_hash


def test_the_run_is_saved_as_payment_sim_exports_it(page: Recorder) -> None:
    app = build(Document(), page)
    page.say("key", name="save-run")
    sent = page.last("download")
    assert sent is not None
    assert sent["name"] == "eight_banks_scarce-seed3548.payrun"
    assert read_run(sent["bytes"]).log_hash == app.session.run.log_hash


def test_the_last_session_is_offered_again(eight: Session, page: Recorder) -> None:
    app = build(Document(), page)
    eight.change(cycles=False)
    eight.go(50)
    page.say("last", link=fragment(eight))
    assert "Go on where you left off?" in shown(app, "exchange")
    assert "1 change, at 12:10" in shown(app, "exchange")
    assert app.session.run.log_hash != eight.run.log_hash
    page.say("key", name="go-on")
    assert app.session.run.log_hash == eight.run.log_hash
    assert app.session.tick == 50


def test_a_last_session_that_is_broken_is_forgotten(page: Recorder) -> None:
    app = build(Document(), page)
    page.say("last", link="run=broken")
    assert page.last("store") == {"last": ""}
    assert app.doc.get_model_by_name("exchange part") is None


def test_within_another_page_only_the_network_and_its_clock(page: Recorder) -> None:
    app = build(Document(), page, {"embed": ""})
    assert "embed" in app.root.css_classes
    page.say("last", link=fragment(app.session))
    assert "left off" not in shown(app, "exchange")
