"""How a command ends when it cannot go on: one message on stderr, and the documented exit code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from payment_simulator.cli.console import say

FAILED = 1
"""Configuration, simulation, database or file failed; something was not found or is not valid."""
INTERRUPTED = 130
"""Ctrl-C."""


class CommandError(Exception):
    """A command cannot go on. The message says what is wrong, where, and what to do."""


@contextmanager
def exit_codes(scenario: Path | None = None) -> Iterator[None]:
    """Turn what a command cannot go on with into its message and exit code. `scenario` is named in messages."""
    from payment_simulator_core_rs import SimulationError

    from payment_simulator.config.problem import ConfigError
    from payment_simulator.execution.event_filter import FilterError
    from payment_simulator.persistence.errors import DatabaseError

    try:
        yield
    except ConfigError as error:
        raise _failed(*str(error).splitlines()) from None
    except SimulationError as error:
        raise _failed(f"{scenario}: {error}" if scenario else str(error)) from None
    except (CommandError, DatabaseError, FilterError) as error:
        raise _failed(str(error)) from None
    except BrokenPipeError:  # whoever read our output has read enough
        _leave_stdout()
        raise typer.Exit(FAILED) from None
    except OSError as error:
        _leave_stdout()
        raise _failed(f"{error.filename or 'the output'} cannot be written: {error.strerror}") from None
    except KeyboardInterrupt:
        say("error", "interrupted; the run is not complete")
        raise typer.Exit(INTERRUPTED) from None


def _failed(*messages: str) -> typer.Exit:
    for message in messages:
        say("error", message)
    return typer.Exit(FAILED)


def _leave_stdout() -> None:
    """Point stdout elsewhere, so that leaving does not try to write what is left once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


_STDOUT = 1
"""The descriptor."""
