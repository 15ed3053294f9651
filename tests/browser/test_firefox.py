"""Debian's Firefox starts the site, computes the native log, and answers keys and the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from payment_simulator import load_config, simulate

from tests.firefox import FIREFOX, Firefox, firefox
from tests.visit import START_MS
from web.serve import Server

SCENARIO = Path(__file__).parents[2] / "scenarios" / "two_banks.yaml"
LEFT_ARROW, RIGHT_ARROW = "\ue012", "\ue014"


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox here (Debian: apt-get install firefox-esr)")
def test_the_site_works_in_firefox(server: Server) -> None:
    with firefox() as page:
        page.go(f"{server.address}?scenario=two_banks&seed=77")
        said = page.wait_for(
            "document.documentElement.dataset.logHash || document.documentElement.dataset.appFailed", START_MS / 1000
        )
        assert said == simulate(load_config(SCENARIO), seed=77).log_hash
        for gesture in (step, play, scrub, change, select_a_bank, mistake):
            gesture(page)
        assert page.evaluate("document.querySelector('#picture') === null")
        assert page.complaints == []


def tick(page: Firefox) -> int:
    return int(page.evaluate("document.documentElement.dataset.tick"))


def step(page: Firefox) -> None:
    """A tick forward and back by keys."""
    page.evaluate("document.body.focus()")
    before = tick(page)
    for key, there in ((RIGHT_ARROW, before + 1), (LEFT_ARROW, before)):
        page.press(key)
        page.wait_for(f"document.documentElement.dataset.tick === '{there}'", 20)


def play(page: Firefox) -> None:
    """The play button starts the clock and stops it."""
    before = tick(page)
    page.click("button.play")
    page.wait_for(f"Number(document.documentElement.dataset.tick) > {before + 1}", 20)
    page.click("button.play")
    page.wait_for(page.found("button.play[aria-label=Play]") + " !== null", 20)


def scrub(page: Firefox) -> None:
    """The cursor is dragged along the day to where it was not."""
    rect = "const {x, y, width, height} = find('.scrub input').getBoundingClientRect();"
    left, right = (page.point(f"{rect} return [x + {part} * width, y + height / 2]") for part in (0.2, 0.75))
    page.drag(left, right)
    page.wait_for("Number(document.documentElement.dataset.tick) >= 25", 20)


def change(page: Firefox) -> None:
    """The slider of all opening balances runs the day again."""
    before = page.evaluate("document.documentElement.dataset.logHash")
    rect = 'const {x, y, width, height} = find("input[data-do=balance-factor]").getBoundingClientRect();'
    page.drag(*(page.point(f"{rect} return [x + {part} * width, y + height / 2]") for part in (0.33, 0.1)))
    there = "document.documentElement.dataset.logHash"
    page.wait_for(f"{there} && {there} !== '{before}'", 20)


def select_a_bank(page: Firefox) -> None:
    """A click on a bank in the network selects it."""
    at = page.point(
        "const {x, y} = find('.network').getBoundingClientRect();"
        "const {renderers} = Bokeh.documents[0].get_model_by_name('network');"
        "const {data} = renderers.map(one => one.data_source).find(source => source.name === 'banks');"
        "const column = name => data instanceof Map ? data.get(name) : data[name];"
        "return [x + column('x')[1], y + column('y')[1]]"
    )
    page.drag(at)
    page.wait_for(page.found("#network li:nth-child(2) button[aria-pressed=true]") + " !== null", 20)


def mistake(page: Firefox) -> None:
    """What is written wrongly in the editor is named."""
    page.click('button[data-do="view"][data-value="edit"]')
    page.wait_for(page.found("code-editor") + " !== null", 30)
    page.click("code-editor")
    page.type("{")
    page.wait_for(page.found(".messages li") + " !== null", 30)
