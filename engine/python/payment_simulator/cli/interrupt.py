"""Ctrl-C: at once while nothing would be lost, in order while something is being written.

An exception in the middle of loading a library ends in a traceback or in a crash of the library, and most commands do
little else. So Ctrl-C ends the process, as long as nobody says that there is something to put in order before.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

INTERRUPTED = 130
"""The exit code of Ctrl-C."""
STDERR = 2


def leave_at_once() -> None:
    """From now on Ctrl-C ends the process. One that was started with Ctrl-C ignored goes on to ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


@contextmanager
def in_order(what: str) -> Iterator[None]:
    """Within, Ctrl-C is a `KeyboardInterrupt`; it leaves with `what` is not as it should be, in words for people."""
    before = signal.getsignal(signal.SIGINT)
    if before is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(what) from None
    finally:
        if before is _leave:
            signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(STDERR, b"error: interrupted\n")
    os._exit(INTERRUPTED)
