"""The comparison over other seeds, on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from panel_app.compare import Comparison
from panel_app.repeat import Repeated, repeat

if TYPE_CHECKING:
    from panel_app.app import App


class Repetition:
    """The comparison over other seeds, computed a seed at a time so that the page stays alive."""

    def __init__(self, app: App, show: Callable[[], None]) -> None:
        self.app, self.show = app, show
        self.found: Repeated | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        """Begin anew."""
        self.forget()
        comparison = self.app.session.comparison
        if comparison is not None:
            self._task = asyncio.get_running_loop().create_task(self._run(comparison))

    def forget(self) -> None:
        """Stop, and forget what was found."""
        self.stop()
        self.found = None

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, comparison: Comparison) -> None:
        for found in repeat(comparison.a.run.config, comparison.b.run.config):
            self.found = found
            if found.done % 5 == 0:
                await self.app.locked(self.show)
            await asyncio.sleep(0)
        self._task = None
        await self.app.locked(self.show)
