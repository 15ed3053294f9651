"""A bell that wakes everybody who waits for it."""

import asyncio


class Signal:
    """Each `fire` wakes all who wait at that moment. Look first, then wait: nothing can happen in between."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        """Wake everybody."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Until the next `fire`."""
        await self._event.wait()
