"""Redrawing leaves no memory behind. `REDRAWS=12000` for the long test."""

from __future__ import annotations

import os

import pytest

from tests.bench import heap
from tests.browser.conftest import Visits
from tests.patience import PATIENCE
from tests.visit import START_MS, Visit

REDRAWS = int(os.environ.get("REDRAWS", "500"))
WARM_UP = 150
"""The first pictures fill caches."""
GROWTH_BYTES = 1_500_000
"""Far below what a leak of one kilobyte a redraw and source would be; collection is never quite complete."""

REDRAW = """
import asyncio
from panel_app import browser

async def redraw(times):
    session = browser.app.session
    for _ in range(times):
        session.go((session.tick + 7) % session.ticks)
        await asyncio.sleep(0.005)

redraw(times)
"""


def redraw(visit: Visit, times: int) -> None:
    """Go to another tick so many times, each drawn."""
    code = "([code, times]) => pyodide.runPythonAsync(code, {globals: pyodide.toPy({times})})"
    visit.page.workers[0].evaluate(code, [REDRAW, times])
    drawn = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    visit.page.evaluate(drawn)


def used(visit: Visit) -> tuple[int, int]:
    """Bytes of the page's heap, and of the memory of WebAssembly."""
    visit.python("import gc; gc.collect()")
    size = visit.page.workers[0].evaluate("pyodide._module.HEAP8.length")
    return heap(visit.page.context.new_cdp_session(visit.page)), int(size)


@pytest.mark.timeout(max(300, REDRAWS // 5) * PATIENCE)
def test_redraws_leave_no_memory_behind(visits: Visits) -> None:
    visit = visits().open()
    visit.page.set_default_timeout(max(START_MS, 60 * REDRAWS * PATIENCE))
    visit.page.wait_for_timeout(1500)
    redraw(visit, WARM_UP)
    page, webassembly = used(visit)
    redraw(visit, REDRAWS)
    page_after, webassembly_after = used(visit)
    assert webassembly_after == webassembly
    assert page_after - page < GROWTH_BYTES
