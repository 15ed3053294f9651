"""Python's memory comes with the site: a start goes on from it, and takes the long way where it does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visits
from tests.visit import SITE, START_MS, Visit, serving
from web.serve import File

ROOT = Path(__file__).parents[2]
LATER = "**/{tables.wasm,library.bin,interface.bin,validation.bin}"


HAS_LIBRARY = """
import os, sys
all(os.path.getsize(place) for place in sys.path if place.endswith(".zip"))
"""
"""Whether the standard library has arrived, which holds the codings' names; until then it is an empty file. The tables
come before it.
"""

HAS_VALIDATION = """
try:
    import pydantic
except ImportError:
    pydantic = None
pydantic is not None
"""
"""Whether the last of what follows has arrived."""


def wait_for(visit: Visit, there: str) -> None:
    """Wait until something is there that follows after the start."""
    for _ in range(START_MS // 50):
        if visit.python(there):
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError(there)


def test_a_start_goes_on_from_the_memory_of_the_site(newcomers: Visits) -> None:
    visit = newcomers().open()
    assert visit.attribute("resumed") == "true"
    opened, log_hash = visit.network(), visit.attribute("logHash")
    assert log_hash == simulate(load_config(ROOT / "scenarios/eight_banks_scarce.yaml")).log_hash
    visit.press("ArrowRight")
    visit.press("ArrowLeft")
    assert visit.network() == opened
    visit.page.get_by_role("switch", name="Cycle netting").click()
    visit.wait_for("logHash", log_hash)
    visit.press("Control+z", changes="logHash")
    assert visit.attribute("logHash") == log_hash
    wait_for(visit, HAS_VALIDATION)
    assert visit.python("import tarfile; import pydantic; pydantic.TypeAdapter(int).validate_python('5')") == 5


DRAWN = """
async () => {
  const {document: file} = JSON.parse(document.getElementById("site").textContent)
  const drawn = Bokeh.require("document").Document.from_json(await (await fetch(file)).json())
  const sizes = (doc, tell) => [...doc.all_models].filter(({type}) => type === "Figure").map(tell)
  return [
    sizes(drawn, ({name, x_range, y_range}) => [name, x_range.end, y_range.start]),
    sizes(Bokeh.documents[0], ({name, inner_width, inner_height}) => [name, inner_width, inner_height]),
  ]
}
"""
"""The sizes in which figures were drawn when memory was taken, and those that they have on the page."""


def test_figures_are_drawn_in_the_size_that_they_have_in_a_usual_window(newcomers: Visits) -> None:
    then, now = newcomers(viewport={"width": 1280, "height": 720}).open().page.evaluate(DRAWN)
    assert then == now
    assert len(now) == 6


LEFT_EDGE = """
() => {
  const views = (view) => [view, ...[...view.children()].flatMap(views)]
  const figures = [...Bokeh.index.roots].flatMap(views).filter(({model}) => ["network", "strip"].includes(model.name))
  return figures.map(({canvas_view: {primary: {canvas, ctx}}}) => {
    const pixels = ctx.getImageData(0, 0, 3, canvas.height).data
    return pixels.reduce((sum, value) => sum + value, 0)
  })
}
"""
"""What is painted on the first pixels of the network and of the strip, where neither has anything on a phone."""


def test_a_drawing_for_another_window_leaves_nothing_behind(newcomers: Visits) -> None:
    visit = newcomers(viewport={"width": 390, "height": 844}, device_scale_factor=3).open("?scenario=fifty_bank_day")
    assert visit.page.evaluate(LEFT_EDGE) == [0, 0]


WHOLE = """
import gc, json
gc.unfreeze()
known = gc.get_objects()
held = [item for one in known for item in gc.get_referents(one)]
texts = [item for item in held if type(item) is str]
odd = [text for text in texts if hash(text) != hash((text + " ")[:-1])]
gc.collect()
json.dumps([len(known), len(texts), odd[:3]])
"""
"""How many objects the collector knows, and how many texts; texts whose hash is not that of their letters."""

CODINGS = ("gb2312", "gb18030", "big5", "big5hkscs", "euc-jp", "euc-kr")


def test_what_was_folded_is_whole(newcomers: Visits) -> None:
    visit = newcomers().open()
    known, texts, odd = json.loads(visit.python(WHOLE))
    assert known > 100_000
    assert texts > 100_000
    assert odd == []
    visit.press("ArrowRight")


def test_tables_of_the_runtime_follow(newcomers: Visits) -> None:
    visit = newcomers().open()
    wait_for(visit, HAS_LIBRARY)
    assert visit.python("import unicodedata; unicodedata.name('é', '')") == "LATIN SMALL LETTER E WITH ACUTE"
    for coding in CODINGS:
        assert visit.python("text.encode(coding).hex()", text="文字", coding=coding) == "文字".encode(coding).hex()


def test_it_opens_what_it_is_asked_for(newcomers: Visits) -> None:
    visit = newcomers().open("?scenario=two_banks&seed=77")
    native = simulate(load_config(ROOT / "scenarios/two_banks.yaml"), seed=77)
    assert (visit.attribute("resumed"), visit.attribute("scenario")) == ("true", "two_banks")
    assert visit.attribute("logHash") == native.log_hash


def test_nothing_waits_for_what_is_loaded_later(newcomers: Visits) -> None:
    visit = newcomers()
    held: list[Route] = []
    visit.page.context.route(LATER, lambda route: held.append(route))
    page = visit.open().page
    for view in ("Lessons", "Compare", "Edit", "Simulate"):
        page.get_by_role("button", name=view, exact=True).click()
        expect(page.get_by_role("button", name=view, exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Files and pictures").click()
    expect(page.get_by_role("region", name="Files and pictures")).to_be_visible()
    visit.page.get_by_label("Scenario", exact=True).select_option("two_banks")
    visit.page.wait_for_function("() => document.documentElement.dataset.scenario === 'two_banks'")
    assert held
    for route in held:
        route.continue_()


def damaged(body: bytes) -> bytes:
    """Not a module any more."""
    return b"\0" * len(body)


def altered(body: bytes) -> bytes:
    """A module that puts other bytes into memory."""
    middle = len(body) // 2
    return body[:middle] + bytes(byte ^ 1 for byte in body[middle : middle + 4]) + body[middle + 4 :]


@pytest.mark.parametrize("change", [damaged, altered])
def test_where_memory_does_not_fit_everything_is_built(
    newcomers: Visits, visits: Visits, change: Callable[[bytes], bytes]
) -> None:
    restored = visits().open()
    with serving() as server:
        (path,) = (path for path in server.files if path.endswith("/python.wasm"))
        server.files[path] = File(path, {"identity": change(server.files[path].forms["identity"])})
        visit = newcomers(server.address).open()
    assert (restored.attribute("resumed"), visit.attribute("resumed")) == ("true", "")
    assert visit.attribute("logHash") == restored.attribute("logHash")
    assert visit.network() == restored.network()
    visit.press("ArrowRight")


def test_nothing_of_the_machine_that_built_it_is_in_the_memory() -> None:
    (memory,) = SITE.glob("memory-*/python.wasm")
    content = memory.read_bytes()
    assert b"site-packages" in content
    assert str(ROOT).encode() not in content
    assert str(Path.home()).encode() + b"/." not in content
