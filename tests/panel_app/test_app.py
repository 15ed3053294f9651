"""The page built natively, worked through messages as the page sends them, and read from its Bokeh models."""

from __future__ import annotations

import asyncio
import html
import re
import time
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document
from panel.models.markup import HTML

from panel_app import text
from panel_app.app import App, build
from panel_app.page import KEYS, Payload, Recorder
from panel_app.session import LARGE
from panel_app.theme import DARK, LIGHT, Theme

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page() -> Recorder:
    return Recorder()


@pytest.fixture
def app(page: Recorder) -> App:
    return build(Document(), page)


def shown(app: App, area: str) -> str:
    """The HTML of a part as the page decodes it."""
    model = app.doc.get_model_by_name(f"{area} part")
    assert isinstance(model, HTML)
    return html.unescape(model.text)


def test_one_root_with_every_part(app: App) -> None:
    assert len(app.doc.roots) == 1
    for area in (
        "header",
        "caption",
        "banks",
        "legend",
        "inspector",
        "transport",
        "scrub",
        "events",
        "payments",
        "what-if",
        "phone",
        "help",
    ):
        assert shown(app, area), area


def test_the_page_is_told_what_is_on_show(app: App, page: Recorder) -> None:
    session = app.session
    assert page.last("attributes") == {
        "scenario": session.scenario,
        "seed": str(session.seed),
        "tick": session.tick,
        "ticks": session.ticks,
        "logHash": session.run.log_hash,
    }
    page.say("key", name="step")
    told = page.last("attributes")
    assert told is not None
    assert told["tick"] == session.tick
    assert told["logHash"] == session.run.log_hash
    page.say("key", name="cycles", value="off")
    after = page.last("attributes")
    assert after is not None
    assert after["logHash"] == session.run.log_hash != told["logHash"]


def test_every_key_means_an_action(app: App) -> None:
    page_only = {"filter"}
    assert set(KEYS.values()) - page_only <= set(app.actions)


def test_every_control_means_an_action(app: App) -> None:
    app.session.select(("bank", 0))
    parts = " ".join(
        shown(app, area)
        for area in ("header", "banks", "inspector", "transport", "scrub", "events", "payments", "what-if", "phone")
    )
    asked = set(re.findall(r'data-do="([^"]+)"', parts))
    assert len(asked) > 30
    assert asked <= set(app.actions)


@pytest.mark.parametrize(
    ("name", "value", "tick"),
    [
        ("start", None, 0),
        ("end", None, 119),
        ("go", "7", 7),
        ("go", "999", 119),
        ("step-ten", None, 50),
        ("back", None, 39),
    ],
)
def test_moving(app: App, page: Recorder, name: str, value: Any, tick: int) -> None:
    app.session.go(40)
    page.say("key", name=name, value=value)
    assert app.session.tick == tick
    assert f'value="{tick}"' in shown(app, "scrub")


def test_buttons_that_can_do_nothing_are_disabled(app: App, page: Recorder) -> None:
    disabled = re.compile(r'data-do="([a-z]+)"[^>]* disabled>')
    page.say("key", name="start")
    assert set(disabled.findall(shown(app, "transport"))) == {"start", "back"}
    page.say("key", name="end")
    assert set(disabled.findall(shown(app, "transport"))) == {"step", "end", "next"}


def test_what_if_shows_the_change_and_the_difference(app: App, page: Recorder) -> None:
    assert re.search(rf"disabled[^<]*>{text.RESET}<", shown(app, "what-if"))
    page.say("key", name="balance", value=[0, "50000000"])
    assert app.session.what_if.balances == ((0, 50_000_000),)
    assert "1 change from the scenario." in shown(app, "what-if")
    assert text.RESET in shown(app, "what-if")
    page.say("key", name="reset")
    assert "Same as the scenario." in shown(app, "what-if")


def test_a_refused_change_says_why_and_keeps_the_run(app: App, page: Recorder) -> None:
    log_hash = app.session.run.log_hash
    page.say("key", name="balance", value=[0, str(10**30)])
    assert 'role="alert"' in shown(app, "what-if")
    assert "The last valid run stays." in shown(app, "what-if")
    assert app.session.run.log_hash == log_hash


def test_inspector_follows_the_selection(app: App, page: Recorder) -> None:
    assert text.WHY in shown(app, "inspector")
    page.say("key", name="inspect-bank")
    assert 'aria-selected="true" data-do="inspect-bank"' in shown(app, "inspector")
    page.say("key", name="inspect-payment")
    assert 'aria-selected="true" data-do="inspect-payment"' in shown(app, "inspector")
    first = app.session.selection
    page.say("key", name="payment-next")
    assert app.session.selection != first
    page.say("key", name="bank-next")
    page.say("key", name="bank-previous")
    assert app.session.selection == ("bank", len(app.session.names) - 1)


def test_inspector_has_words_for_every_payment_at_every_stage(app: App) -> None:
    session = app.session
    for tick in (0, 30, 60, 119):
        session.go(tick)
        for number in range(0, len(session.index.amount), 7):
            session.select(("payment", number))
            assert "<section" in shown(app, "inspector")
        for bank in range(len(session.names)):
            session.select(("bank", bank))
            assert session.names[bank] in shown(app, "inspector")


def test_filter_and_segments_of_the_tables(app: App, page: Recorder) -> None:
    page.say("key", name="filter-payments", value="elm")
    rows = re.findall(r"<tr class=.*?</tr>", shown(app, "payments"))
    assert rows
    assert all("Elm" in row for row in rows)
    page.say("key", name="filter-payments", value="nobody")
    assert text.NO_MATCH in shown(app, "payments")
    page.say("key", name="filter-payments", value="")
    page.say("key", name="show-waiting")
    rows = re.findall(r"<tr class=.*?</tr>", shown(app, "payments"))
    assert rows
    assert all("waiting" in row for row in rows)


def test_another_scenario_starts_without_filters(app: App, page: Recorder) -> None:
    page.say("key", name="filter-events", value="elm")
    page.say("key", name="scenario", value="two_banks")
    assert app.session.scenario == "two_banks"
    assert app.events.words == []
    title = page.last("title")
    assert title is not None
    assert title["text"].endswith(text.BRAND)


@pytest.mark.parametrize(
    ("query", "scenario", "seed"), [({"scenario": "two_banks", "seed": "9"}, "two_banks", 9), ({"seed": "3"}, None, 3)]
)
def test_the_address_opens_a_run(page: Recorder, query: dict[str, str], scenario: str | None, seed: int) -> None:
    app = build(Document(), page, query)
    assert app.session.seed == seed
    assert app.session.scenario == (scenario or "eight_banks_scarce")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"scenario": "nowhere"}, ("There is no scenario &#39;nowhere&#39;.", "gridlock_ring")),
        ({"scenario": "../two_banks"}, ("There is no scenario &#39;../two_banks&#39;.", "two_banks")),
        ({"scenario": "two_banks", "seed": "x"}, ("&#39;x&#39; is not a seed", "18446744073709551615")),
        ({"seed": str(2**64)}, ("is not a seed",)),
    ],
)
def test_an_address_without_a_run_says_so(page: Recorder, query: dict[str, str], said: tuple[str, ...]) -> None:
    app = build(Document(), page, query)
    for words in said:
        assert words in shown(app, "caption")
    page.say("key", name="scenario", value="two_banks")
    assert "notice" not in shown(app, "caption")


def test_an_unknown_scenario_in_the_address_is_said(page: Recorder) -> None:
    app = build(Document(), page, {"scenario": "<b>none</b>"})
    assert app.session.scenario == "eight_banks_scarce"
    assert "&lt;b&gt;none&lt;/b&gt;" in shown(app, "caption")
    assert "<b>none" not in shown(app, "caption")


def test_what_is_no_seed_is_said_and_the_last_run_stays(app: App, page: Recorder) -> None:
    log_hash = app.session.run.log_hash
    for typed in ("-1", str(2**64), "1e3"):
        page.say("key", name="seed", value=typed)
        assert f"&#39;{typed}&#39; is not a seed" in shown(app, "what-if")
        assert "The last valid run stays." in shown(app, "what-if")
    page.say("key", name="seed", value="")  # a field that is being written anew
    assert app.session.run.log_hash == log_hash
    page.say("key", name="seed", value="7")
    assert "is not a seed" not in shown(app, "what-if")
    assert app.session.seed == 7


def test_single_keys_are_switched_off_and_on(app: App, page: Recorder) -> None:
    for wanted in ("off", "on"):
        page.say("key", name="single-keys", value=wanted)
        assert page.last("single-keys") == {"on": wanted == "on"}
        assert f'aria-checked="{"true" if wanted == "on" else "false"}"' in shown(app, "help")


def test_theme_tabs_help_and_drawer(app: App, page: Recorder) -> None:
    page.say("theme", dark=True, still=True)
    assert app.session.theme is DARK
    assert page.last("theme") == {"dark": True, "large": False}
    assert app.still
    page.say("key", name="tab-why")
    assert app.root.css_classes == ["view-simulate", "tab-why", "alone"]
    assert 'aria-selected="true" data-do="tab-why"' in shown(app, "phone")
    page.say("key", name="drawer")
    assert app.root.css_classes == ["view-simulate", "tab-why", "drawer", "alone"]
    page.say("key", name="help")
    assert app.help.open
    page.say("key", name="close")
    assert not app.help.open
    assert app.root.css_classes == ["view-simulate", "tab-why", "alone"]


def test_large_type_draws_larger(app: App, page: Recorder) -> None:
    page.say("key", name="large")
    assert page.last("theme") == {"dark": False, "large": True}
    assert "large" in app.root.css_classes
    assert app.network.size.scale == app.strip.scale == app.charts.scale == LARGE
    page.say("key", name="large")
    assert app.network.size.scale == app.strip.scale == app.charts.scale == 1


def test_playing_moves_the_clock_and_stops_at_the_end(page: Recorder) -> None:
    async def play() -> App:
        app = build(Document(), page)
        session = app.session
        session.set_speed(30)
        session.go(session.ticks - 4)
        page.say("key", name="play")
        assert session.playing
        assert text.PAUSE in shown(app, "transport")
        assert 'aria-live="off"' in shown(app, "caption")
        for _ in range(100):
            await asyncio.sleep(0.02)
            if not session.playing:
                break
        return app

    app = asyncio.run(play())
    assert app.session.tick == app.session.ticks - 1
    assert not app.session.playing
    assert text.PLAY in shown(app, "transport")
    assert 'aria-live="polite"' in shown(app, "caption")


def test_a_slow_page_gets_fewer_frames_not_later_ones(page: Recorder) -> None:
    async def play() -> tuple[int, int]:
        app = build(Document(), page)
        session = app.session
        session.go(0)
        session.set_speed(30)
        frames: list[int] = []

        def slow(changed: frozenset[str]) -> None:
            if "tick" in changed:
                frames.append(session.tick)
                time.sleep(0.1)

        session.subscribe(slow)
        session.play(True)
        await asyncio.sleep(1.0)
        session.play(False)
        return len(frames), frames[-1]

    frames, tick = asyncio.run(play())
    assert frames <= 15
    assert tick >= 20


def test_no_picture_is_drawn_that_the_page_would_not_paint() -> None:
    class Hidden(Recorder):
        """A page out of sight: it is never painted."""

        def send(self, name: str, payload: Payload) -> None:
            self.sent.append((name, dict(payload)))

    async def play() -> tuple[int, int, int]:
        page = Hidden()
        session = build(Document(), page).session
        session.go(0)
        session.set_speed(30)
        session.play(True)
        await asyncio.sleep(0.5)
        drawn = sum(name == "painted" for name, _ in page.sent)
        page.say("painted")
        await asyncio.sleep(0.1)
        return drawn, sum(name == "painted" for name, _ in page.sent), session.tick

    drawn, after, tick = asyncio.run(play())
    assert drawn == 2
    assert after == 3
    assert tick >= 10


@pytest.mark.parametrize(
    ("theme", "block"), [(LIGHT, r":root \{(.*?)\}"), (DARK, r":root\[data-theme=dark\] \{(.*?)\}")]
)
def test_the_pages_tokens_are_the_themes(theme: Theme, block: str) -> None:
    css = (ROOT / "web/styles/app.css").read_text(encoding="utf-8")
    found = re.search(block, css, re.DOTALL)
    assert found is not None
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]+);", found.group(1)))
    assert tokens == dict(re.findall(r"--([a-z0-9-]+):(#[0-9A-F]+);", theme.css()))
