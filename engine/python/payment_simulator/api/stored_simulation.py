"""A simulation that is in the database and not live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from payment_simulator.api.lifecycle import Lifecycle, Status
from payment_simulator.api.run_view import RunView
from payment_simulator.api.submission import SubmittedPayment
from payment_simulator.api.workers import Workers
from payment_simulator.persistence.stored_run import StoredRun

Answer = TypeVar("Answer")


class StoredSimulation:
    """Answers what a live one answers, from the log in the database. One that broke off says how far it came."""

    def __init__(self, stored: StoredRun, workers: Workers) -> None:
        row = stored.row
        self.id: str = row["simulation_id"]
        self.document: dict[str, Any] = {**stored.config(), "display": stored.display()}
        self.created_at = _zoned(row["started_at"])
        self.lifecycle = Lifecycle(Status.COMPLETED if stored.is_complete else Status.FAILED)
        if not stored.is_complete:
            total = row["ticks_per_day"] * row["num_days"]
            self.lifecycle.failure = f"it stopped after {stored.ticks} of {total} ticks; those are stored"
        self.busy_seconds: float = row["duration_seconds"] or 0.0
        self.submissions: Mapping[str, SubmittedPayment] = {}
        self._stored = stored
        self._workers = workers
        self._lock = asyncio.Lock()
        self._view: RunView | None = None

    def time(self, tick: int) -> datetime:
        """When the run began: when each tick was run is not told by the log."""
        return self.created_at

    async def look(self, query: Callable[[RunView], Answer]) -> Answer:
        """What `query` says of the run. The first question reads its log."""
        async with self._lock:
            return await self._workers.ask(self._ask, query)

    def _ask(self, query: Callable[[RunView], Answer]) -> Answer:
        if self._view is None:
            self._view = RunView(self._stored.recording(), self._stored.config())
        return query(self._view)


def _zoned(time: datetime) -> datetime:
    """A time of the database, which is in UTC, with its zone."""
    return time.replace(tzinfo=UTC)
