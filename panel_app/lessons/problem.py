"""What is wrong with a lesson's text, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One mistake in a line (counted from 1) of a lesson."""

    line: int
    message: str


class LessonError(ValueError):
    """A lesson cannot be used. Each line of the message is one problem: `file:line: what is wrong, what to write`."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(f"{file}:{problem.line}: {problem.message}" for problem in self.problems))


class Unreadable(ValueError):
    """A phrase that means nothing; whoever reads the line knows which line it is."""


def unknown(what: str, given: str, known: Iterable[str]) -> Unreadable:
    """`"cycle" is no setting; did you mean cycles?`"""
    names = sorted(known)
    near = get_close_matches(given, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    return Unreadable(f'"{given}" is no {what}; {hint}')
