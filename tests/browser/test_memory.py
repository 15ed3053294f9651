"""Python's memory, kept after the first start: a later start goes on from it and is otherwise like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from payment_simulator import load_config, simulate

from tests.browser.conftest import Visits
from tests.visit import Visit

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


def again(visit: Visit, query: str = "") -> Visit:
    """The same visitor, another time."""
    visit.wait_for("kept")
    return Visit(visit.page.context, visit.address).open(query)


def test_a_later_start_goes_on_where_the_first_was(visits: Visits) -> None:
    first = visits().open()
    shown = first.network(), first.attribute("logHash"), first.attribute("tick")
    later = again(first)
    assert later.attribute("resumed") == "true"
    assert (later.network(), later.attribute("logHash"), later.attribute("tick")) == shown
    later.press("ArrowRight")
    later.press("ArrowLeft")
    assert later.network() == shown[0]
    later.page.locator("[data-do=cycles]").first.click()
    later.wait_for("logHash", shown[1])
    later.press("Control+z", changes="logHash")
    assert later.attribute("logHash") == shown[1]
    later.page.wait_for_timeout(500)
    assert later.python("import pydantic, tarfile; pydantic.TypeAdapter(int).validate_python('5')") == 5
    assert not later.complaints


@pytest.mark.parametrize(("first", "then"), [("", "two_banks"), ("?scenario=gridlock_ring&seed=3", "")])
def test_it_opens_what_it_is_asked_for(visits: Visits, first: str, then: str) -> None:
    later = again(visits().open(first), f"?scenario={then}&seed=77" if then else "")
    name = then or "eight_banks_scarce"
    native = simulate(load_config(SCENARIOS / f"{name}.yaml"), seed=77 if then else None)
    assert later.attribute("resumed") == "true"
    assert later.attribute("scenario") == name
    assert later.wait_for("logHash").attribute("logHash") == native.log_hash
    assert not later.complaints


@pytest.mark.parametrize("name", ["memory", "note"])
def test_memory_that_does_not_fit_is_forgotten(visits: Visits, name: str) -> None:
    first = visits().open()
    first.wait_for("kept")
    first.page.evaluate(SPOIL, name)
    later = again(first)
    later.wait_for("kept")
    assert later.attribute("resumed") == ""
    assert later.attribute("logHash") == first.attribute("logHash")
    assert not later.complaints


def test_what_the_reader_did_is_not_kept(visits: Visits) -> None:
    first = visits().open()
    opened = first.attribute("tick")
    first.press("ArrowRight")
    first.page.wait_for_timeout(2000)
    later = Visit(first.page.context, first.address).open()
    assert later.attribute("tick") == opened
