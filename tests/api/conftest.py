"""One server for all tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.api.serving import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server without a limit on the rate of requests."""
    with serving() as running:
        yield running
