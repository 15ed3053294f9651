"""Threads for everything that computes, so that the event loop only ever waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Result = TypeVar("Result")
Given = ParamSpec("Given")

SLICE_SECONDS = 0.02
"""How long the engine works on one simulation before another one has its turn."""


class Workers:
    """A few threads. The engine lets go of Python's lock while it works, so they work at once."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="engine")

    async def run(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """What `work` returns. It is waited for even when the caller is cancelled: it holds the engine until then."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    def close(self) -> None:
        """Let what was begun come to its end, and take nothing new."""
        self._threads.shutdown(wait=True, cancel_futures=True)
