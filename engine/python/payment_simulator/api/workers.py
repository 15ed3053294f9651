"""Threads for everything that computes, so that the event loop only ever waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Result = TypeVar("Result")
Given = ParamSpec("Given")

SLICE_SECONDS = 0.02
"""How long the engine works on one simulation before another one has its turn."""
ASKING_MIN = 2
"""A question that takes long does not hold up all others."""


class Workers:
    """A few threads for simulations that run, and others for questions, which need not wait behind all of those.

    The engine lets go of Python's lock while it works, so they work at once.
    """

    def __init__(self, count: int) -> None:
        self._running = ThreadPoolExecutor(count, thread_name_prefix="run")
        self._asking = ThreadPoolExecutor(max(count, ASKING_MIN), thread_name_prefix="ask")

    async def run(self, work: Callable[[], Result]) -> Result:
        """What a slice of a run returns."""
        return await _result(self._running, work)

    async def ask(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """What a question returns."""
        return await _result(self._asking, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Let what was begun come to its end, and take nothing new."""
        for threads in (self._running, self._asking):
            threads.shutdown(wait=True, cancel_futures=True)


async def _result(threads: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    """What `work` returns. It is waited for even when the caller is cancelled: it holds the engine until then."""
    future = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise
