"""The command line in this process: quick, where a process of its own would prove nothing more."""

import json
from dataclasses import dataclass
from typing import Any

from payment_simulator.cli.program import app
from typer.testing import CliRunner

TERMINAL = {"COLUMNS": "200", "NO_COLOR": "1"}
TIMING = ("duration_seconds", "ticks_per_second")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def error(self) -> str:
        """What people read."""
        return self.stderr.decode()

    def json(self) -> Any:
        """The one line on stdout."""
        [line] = self.stdout.splitlines()
        return json.loads(line)


def call(*arguments: object, standard_input: bytes | None = None) -> Done:
    """Run `payment-sim` with these arguments."""
    words = [str(argument) for argument in arguments]
    done = CliRunner().invoke(app, words, prog_name="payment-sim", env=TERMINAL, input=standard_input)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout_bytes, done.stderr_bytes)


def succeeded(*arguments: object) -> Done:
    """The same, and it must have gone well."""
    done = call(*arguments)
    assert done.code == 0, done.error
    return done
