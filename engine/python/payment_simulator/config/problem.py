"""What is wrong with a scenario, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake (or one warning) at one place.

    `path` is the place as the file spells it (`agents.0.opening_balance`; empty: the whole document), `line` and
    `column` count from 1 and are None where there is no text (a mapping from Python). `message` says what is wrong,
    with the value, and what to write; `value` is what was found and `allowed` what may stand there, for tools.
    `source` is the file, where it is not the scenario itself but one that it names.
    """

    path: str
    line: int | None
    column: int | None
    message: str
    value: Any = None
    allowed: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def at(self, source: str) -> str:
        """The problem as one line for people, in the scenario `source`: `file:line:column: path: message`."""
        source = self.source or source
        place = source if self.line is None else f"{source}:{self.line}:{self.column}"
        return f"{place}: {self}"


class ConfigError(ValueError):
    """A scenario cannot be used. `problems` holds every reason that was found, in the order of the text."""

    def __init__(self, problems: Sequence[Problem], source: str) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.source, problem.line or 0, problem.column or 0))
        self.source = source
        super().__init__("\n".join(problem.at(source) for problem in self.problems))


class NotADocument(ConfigError):
    """What was given is no document at all: not valid JSON or YAML, too deep, or no mapping."""


def shown(value: object) -> str:
    """A value as the scenario's author would write it, short."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int | Decimal):
        text = str(value)
        return text if len(text) <= 40 else f"{text[:37]}..."
    return repr(value)[:60]
