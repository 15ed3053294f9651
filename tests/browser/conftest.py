"""The built site in Chromium. Every visit must end without a complaint and without a request to another origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.patience import PATIENCE
from tests.visit import Visit, chromium, serving
from web.serve import Server

expect.set_options(
    timeout=20_000 * PATIENCE
)  # a crowded machine may take long; a test that waits for nothing loses nothing
Visits = Callable[..., Visit]

OWN_STORAGE = "try { Object.defineProperty(window, 'localStorage', {value: sessionStorage}) } catch {}"
"""What one page of the profile has kept of its session is not offered to the next. (An empty page has no storage.)"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def watched() -> list[Visit]:
    """Every visit whose page is open, or was until the test ended."""
    return []


@pytest.fixture(autouse=True)
def nobody_complains(watched: list[Visit]) -> Iterator[None]:
    """After each test, so that the one whose page complained is the one that fails."""
    yield
    wrong = [line for visit in watched for line in visit.wrong()]
    watched[:] = [visit for visit in watched if not visit.page.is_closed()]
    assert wrong == []


@pytest.fixture(scope="session")
def started(browser: Browser, server: Server, watched: list[Visit]) -> Iterator[Visit]:
    """One visit that is ready, for tests that leave the run as they found it. Its profile is where `visits` go on."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, permissions=["clipboard-read", "clipboard-write"]
    )
    visit = Visit(context, server.address)
    watched.append(visit)
    visit.page.add_init_script(OWN_STORAGE)
    visit.open().wait_for("offline")
    yield visit
    context.close()


@pytest.fixture(scope="session")
def opened(started: Visit, watched: list[Visit]) -> Visits:
    """`opened()` is a page for as long as its user wants, in a profile that has been at the site before: it starts from
    what the service worker keeps there. Keywords: width and height; whether the profile remembers its session; what
    `Page.emulate_media` takes.
    """

    def visit(width: int = 1280, height: int = 720, remembers: bool = False, **media: Any) -> Visit:
        made = Visit(started.page.context, started.address)
        watched.append(made)
        if not remembers:
            made.page.add_init_script(OWN_STORAGE)
        made.page.set_viewport_size({"width": width, "height": height})
        made.page.emulate_media(**media)
        return made

    return visit


@pytest.fixture
def visits(opened: Visits) -> Iterator[Visits]:
    """The same for one test."""
    made: list[Visit] = []

    def visit(**options: Any) -> Visit:
        made.append(opened(**options))
        return made[-1]

    yield visit
    for one in made:
        one.close()


@pytest.fixture
def newcomers(browser: Browser, server: Server, watched: list[Visit]) -> Iterator[Visits]:
    """`newcomers()` is a page in a new profile, `newcomers(address)` elsewhere; keywords go to the browser context."""
    made: list[Visit] = []

    def visit(address: str = server.address, **options: Any) -> Visit:
        made.append(Visit(browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options}), address))
        watched.append(made[-1])
        return made[-1]

    yield visit
    for one in made:
        one.close()
        one.page.context.close()
