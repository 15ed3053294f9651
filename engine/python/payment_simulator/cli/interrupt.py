"""Ctrl-C: at once while nothing would be lost, in order while something is being written.

An exception in the middle of loading a library ends in a traceback or in a crash of the library, and most commands do
little else. So Ctrl-C ends the process, as long as nobody says that there is something to put in order before. A thread
waits for it: Python itself hears of it when the engine or the database has done what it was asked.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from payment_simulator.cli.streams import STDERR

INTERRUPTED = 130
"""The exit code of Ctrl-C."""


def leave_at_once() -> None:
    """From now on Ctrl-C ends the process. One that was started with Ctrl-C ignored goes on to ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        told, tells = os.pipe()
        os.set_blocking(tells, False)
        signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
        threading.Thread(target=_wait, args=(told,), name="Ctrl-C", daemon=True).start()
        signal.signal(signal.SIGINT, _leave)


@contextmanager
def in_order(what: str) -> Iterator[None]:
    """Within, Ctrl-C is a `KeyboardInterrupt`; it leaves with `what` is not as it should be, in words for people."""
    leaves = signal.getsignal(signal.SIGINT) is _leave
    if leaves:
        tells = signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(what) from None
    finally:
        if leaves:
            signal.signal(signal.SIGINT, _leave)
            signal.set_wakeup_fd(tells, warn_on_full_buffer=False)


def _wait(told: int) -> None:
    """Leave when the number of a signal arrives. While something is put in order none does."""
    while os.read(told, 1) != bytes([signal.SIGINT]):
        pass
    _leave(signal.SIGINT, None)


def _leave(number: int, frame: FrameType | None) -> None:
    if not _leaving.acquire(timeout=1):  # the other thread does
        return
    with suppress(OSError):
        os.write(STDERR, b"error: interrupted\n")
    os._exit(INTERRUPTED)


_leaving = threading.Lock()
