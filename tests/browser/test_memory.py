"""Python's memory, kept after the first start: a later start goes on from it and is otherwise like any other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from playwright.sync_api import Browser

from tests.browser.conftest import Visits
from tests.visit import Visit
from web.serve import Server

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SPOIL = """
async (name) => {
  for (const key of await caches.keys()) {
    if (!key.startsWith("python-memory-")) continue
    const cache = await caches.open(key)
    const place = (await cache.keys()).find((request) => request.url.endsWith(`/${name}`))
    await cache.put(place, new Response(new Uint8Array(1000)))
  }
}
"""
KEEPS = "from panel_app import browser; browser.keep() is not None"


@pytest.fixture(scope="module")
def visitor(browser: Browser, server: Server, watched: list[Visit]) -> Iterator[Visit]:
    """Somebody who comes again and again, in a profile of their own."""
    visit = Visit(browser.new_context(viewport={"width": 1280, "height": 720}), server.address).open()
    watched.append(visit)
    yield visit
    visit.page.context.close()


def again(visit: Visit, query: str = "") -> Visit:
    """Come again when memory is kept."""
    if not visit.attribute("resumed"):
        visit.wait_for("kept")
    visit.page.goto("about:blank")
    return visit.open(query)


def shown(visit: Visit) -> tuple[str, ...]:
    return visit.network(), visit.attribute("logHash"), visit.attribute("tick")


def test_a_later_start_goes_on_where_the_first_was(visitor: Visit) -> None:
    first = shown(visitor)
    visit = again(visitor)
    assert visit.attribute("resumed") == "true"
    assert shown(visit) == first
    visit.press("ArrowRight")
    visit.press("ArrowLeft")
    assert shown(visit) == first
    visit.page.locator("[data-do=cycles]").first.click()
    visit.wait_for("logHash", first[1])
    visit.press("Control+z", changes="logHash")
    assert visit.attribute("logHash") == first[1]
    assert visit.python("import pydantic, tarfile; pydantic.TypeAdapter(int).validate_python('5')") == 5


@pytest.mark.parametrize("name", ["memory", "note"])
def test_memory_that_does_not_fit_is_forgotten(visitor: Visit, name: str) -> None:
    """And what is kept instead, of whatever was on show, opens what a later visit asks for."""
    visitor.page.evaluate(SPOIL, name)
    visit = again(visitor, "?scenario=gridlock_ring&seed=3")
    assert visit.attribute("resumed") == ""
    for scenario, seed, query in (("eight_banks_scarce", None, ""), ("two_banks", 77, "?scenario=two_banks&seed=77")):
        again(visit, query)
        assert visit.attribute("resumed") == "true"
        assert visit.attribute("scenario") == scenario
        assert visit.attribute("logHash") == simulate(load_config(SCENARIOS / f"{scenario}.yaml"), seed=seed).log_hash


def test_what_the_reader_did_is_not_kept(visits: Visits) -> None:
    visit = visits().open()
    deadline = time.monotonic() + 20
    while not visit.python(KEEPS):
        assert time.monotonic() < deadline, "something is always under way"
    visit.press("ArrowRight")
    assert not visit.python(KEEPS)
