"""How a command ends when it cannot go on: one message on stderr, and the documented exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.interrupt import INTERRUPTED
from payment_simulator.cli.streams import FAILED


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
    except OSError as error:
        if error.filename is None:
            raise  # of the output; `delivered` tells of it
        raise _failed(f"{error.filename}: cannot be used: {error.strerror}") from None
    except KeyboardInterrupt as interrupt:
        say("error", f"interrupted; {interrupt}" if interrupt.args else "interrupted")
        raise typer.Exit(INTERRUPTED) from None


def _failed(*messages: str) -> typer.Exit:
    for message in messages:
        say("error", message)
    return typer.Exit(FAILED)
