"""stdout and stderr: that they are there, and that what was written to them has arrived."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STDOUT, STDERR = 1, 2
"""The descriptors."""
FAILED = 1
"""The exit code of whatever failed: configuration, simulation, database, file; not found, or not valid."""


def open_streams() -> None:
    """Without a stdout nothing can be done: leave. Without a stderr nobody wants to read what people are told.

    A file that is opened later must not come to lie where others write.
    """
    if sys.stderr is None:
        _silence(STDERR)
        sys.stderr = io.TextIOWrapper(io.FileIO(STDERR, "w", closefd=False), encoding="utf-8")
    if sys.stdout is None:
        sys.stderr.write("error: stdout is closed; send it somewhere, to /dev/null if it is not wanted\n")
        raise SystemExit(FAILED)


@contextmanager
def delivered() -> Iterator[None]:
    """See to it that everything has arrived before the process ends: what Python finds out later has no exit code.

    Whoever has read enough of stdout is told nothing; if there is no room for the rest that is an error.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    except OSError as error:
        _silence(STDOUT)  # leaving would try to write what is left once more
        if not isinstance(error, BrokenPipeError):
            _complain(f"error: the output cannot be written: {error.strerror}\n")
        raise SystemExit(FAILED) from None


def _complain(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:  # nobody can be told
        _silence(STDERR)


def _silence(descriptor: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
