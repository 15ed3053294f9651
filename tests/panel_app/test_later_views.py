"""Views that are built when they are first looked at: lessons, worked through messages as the page sends them."""

from __future__ import annotations

import re

import pytest
from bokeh.document import Document

from panel_app import text
from panel_app.app import LATER, App, build
from panel_app.lessons import library
from panel_app.page import Recorder
from tests.panel_app.test_app import shown


@pytest.fixture
def page() -> Recorder:
    return Recorder()


@pytest.fixture
def app(page: Recorder) -> App:
    return build(Document(), page)


def test_a_view_is_built_when_it_is_first_looked_at(app: App, page: Recorder) -> None:
    before = len(app.views)
    assert "lesson" not in app.actions
    page.say("key", name="view", value="lessons")
    assert len(app.views) == before + 1
    assert "view-lessons" in app.root.css_classes
    page.say("key", name="view", value="simulate")
    page.say("key", name="view", value="lessons")
    assert len(app.views) == before + 1
    page.say("key", name="view", value="nowhere")
    assert app.session.view == "lessons"
    assert {"lessons", "edit"} <= set(LATER)


def test_the_story_stands_before_the_simulator_in_reading_order(app: App, page: Recorder) -> None:
    page.say("key", name="view", value="lessons")
    names = [getattr(getattr(pane, "object", pane), "name", "") for pane in app.root.objects]
    assert names.index("story part") < names.index("caption part")


def test_a_step_is_shown_noticed_and_left(app: App, page: Recorder) -> None:
    page.say("key", name="view", value="lessons")
    story = shown(app, "story")
    assert all(lesson.title in story for lesson in library.lessons())
    page.say("key", name="lesson", value="gridlock_and_netting.1")
    assert page.last("focus") == {"part": "#story-title"}
    assert text.SHOW_ME in shown(app, "story")
    page.say("key", name="step")
    assert "Now 5 payments worth 5.13 M" in shown(app, "story")
    page.say("key", name="lesson-answer", value="2.0")
    assert text.NOT_QUITE in shown(app, "story")
    page.say("key", name="lesson-answer", value="2.1")
    assert text.RIGHT in shown(app, "story")
    page.say("key", name="lesson-next")
    assert "Step 2 of 4" in shown(app, "story")
    page.say("key", name="lesson-back")
    assert "Now 5 payments worth 5.13 M" in shown(app, "story")
    page.say("key", name="scenario", value="two_banks")
    assert text.OTHER_SCENARIO in shown(app, "story")
    page.say("key", name="lesson-again")
    assert app.session.scenario == "gridlock_ring"
    page.say("key", name="lessons")
    assert text.GO_ON in shown(app, "story")


def test_every_control_of_every_step_means_an_action(app: App, page: Recorder) -> None:
    page.say("key", name="view", value="lessons")
    for lesson in library.lessons():
        page.say("key", name="lesson", value=lesson.name)
        for _ in lesson.steps:
            asked = set(re.findall(r'data-do="([^"]+)"', shown(app, "story")))
            assert asked <= set(app.actions)
            assert "{" not in re.sub(r"<[^>]*>", "", shown(app, "story"))
            page.say("key", name="lesson-next")
    assert text.ALL_LESSONS not in shown(app, "story")


def test_a_curve_is_drawn_of_the_days_that_were_tried(app: App, page: Recorder) -> None:
    page.say("key", name="view", value="lessons")
    page.say("key", name="lesson", value="liquidity_and_delay.3")
    assert '<svg class="curves"' not in shown(app, "story")
    for percent in ("40", "60", "200"):
        page.say("key", name="credit-factor", value=percent)
    story = shown(app, "story")
    assert story.count("<polyline") == 3
    assert story.count(text.IS_LOWEST) == 1
    assert len(re.findall("<tr", story)) == 5
