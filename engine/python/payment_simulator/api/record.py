"""What can be asked about: a simulation, live or stored."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from payment_simulator.api.lifecycle import Lifecycle
from payment_simulator.api.run_view import RunView
from payment_simulator.api.submission import SubmittedPayment

Answer = TypeVar("Answer")


class Record(Protocol):
    """A simulation whose log can be read."""

    id: str
    document: dict[str, Any]
    """The scenario as it was handed over."""
    created_at: datetime
    lifecycle: Lifecycle
    busy_seconds: float
    """How long the engine has worked on it."""

    @property
    def submissions(self) -> Mapping[str, SubmittedPayment]:
        """Payments that clients have submitted and that arrive in the tick that runs next, by name."""

    async def look(self, query: Callable[[RunView], Answer]) -> Answer:
        """What `query` says of the run as it is now. It has the engine to itself, on another thread."""

    def time(self, tick: int) -> datetime:
        """When `tick` was run, as well as it is known."""


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)
