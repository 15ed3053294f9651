"""One after the other: what many readers are sent, so that a request never waits behind all of them."""

import asyncio


class Turnstile:
    """Lets one task through in each round of the event loop, in the order of coming."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a turn. It is over at once: whoever then waits for a slow reader holds up nobody."""
        async with self._lock:
            await asyncio.sleep(0)
