"""The built site in Chromium. Every visit must end without a complaint and without a request to another origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.visit import Visit, chromium, serving
from web.serve import Server

expect.set_options(timeout=20_000)  # a crowded machine may take long; a test that waits for nothing loses nothing
Visits = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def visits(browser: Browser, server: Server) -> Iterator[Visits]:
    """`visits()` is a new profile at the site, `visits(address)` elsewhere; keywords go to the browser context."""
    made: list[Visit] = []

    def visit(address: str = server.address, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})  # type: ignore[arg-type]
        made.append(Visit(context, address))
        return made[-1]

    yield visit
    for one in made:
        one.page.context.close()
    assert [stranger for one in made for stranger in one.strangers] == []
    assert [complaint for one in made for complaint in one.complaints] == []


@pytest.fixture(scope="session")
def started(browser: Browser, server: Server) -> Iterator[Visit]:
    """One visit that is ready, for tests that leave the run as they found it."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    visit = Visit(context, server.address).open()
    yield visit
    context.close()
    assert visit.strangers == []
    assert visit.complaints == []
