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


@pytest.fixture(scope="session")
def watched() -> list[Visit]:
    """Every visit whose page is open, or was until the test ended."""
    return []


@pytest.fixture(scope="session")
def opened(browser: Browser, watched: list[Visit]) -> Visits:
    """`opened(address)` is a page in a new profile, for as long as its user wants; keywords go to the context."""

    def visit(address: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})  # type: ignore[arg-type]
        watched.append(Visit(context, address))
        return watched[-1]

    return visit


@pytest.fixture(autouse=True)
def nobody_complains(watched: list[Visit]) -> Iterator[None]:
    """After each test, so that the one whose page complained is the one that fails."""
    yield
    wrong = [line for visit in watched for line in visit.wrong()]
    watched[:] = [visit for visit in watched if not visit.page.is_closed()]
    assert wrong == []


@pytest.fixture
def visits(opened: Visits, server: Server) -> Iterator[Visits]:
    """`visits()` is a page in a new profile at the site, `visits(address)` elsewhere; closed after the test."""
    made: list[Visit] = []

    def visit(address: str = server.address, **options: object) -> Visit:
        made.append(opened(address, **options))
        return made[-1]

    yield visit
    wrong = [line for one in made for line in one.wrong()]
    for one in made:
        one.page.context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def started(opened: Visits, server: Server) -> Iterator[Visit]:
    """One visit that is ready, for tests that leave the run as they found it."""
    visit = opened(server.address).open()
    yield visit
    visit.page.context.close()
