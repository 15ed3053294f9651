"""What a lesson notices: comparisons of facts, joined by `and`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from panel_app.lessons import facts
from panel_app.lessons.facts import Fact, Value
from panel_app.lessons.problem import Unreadable

if TYPE_CHECKING:
    from panel_app.session import Session

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is not": operator.ne,
    "is": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARISON = re.compile(r"(.+?)\s*(\bis not\b|\bis\b|<=|>=|=|<|>)\s*(.+)")


@dataclass(frozen=True)
class Comparison:
    """`day-left = 0`."""

    fact: Fact
    sign: str
    value: Value

    def holds(self, session: Session) -> bool:
        """Whether it is so now."""
        return _COMPARE[self.sign](self.fact.value(session), self.value)


@dataclass(frozen=True)
class Condition:
    """All of these comparisons."""

    comparisons: tuple[Comparison, ...]

    def holds(self, session: Session) -> bool:
        """Whether all are so now."""
        return all(comparison.holds(session) for comparison in self.comparisons)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that it looks at."""
        return tuple(comparison.fact for comparison in self.comparisons)


def read(phrase: str) -> Condition:
    """`cycles is on and day-left = 0`. Raises `Unreadable`."""
    return Condition(tuple(_comparison(part.strip()) for part in re.split(r"\band\b", phrase)))


def _comparison(phrase: str) -> Comparison:
    found = _COMPARISON.fullmatch(phrase)
    if found is None:
        raise Unreadable(f'"{phrase}" is no condition; write a fact, one of = < > <= >= is, and a value: cycles is on')
    fact = facts.read(found[1])
    value = facts.read_value(fact, found[3].strip())
    if isinstance(value, str) and found[2] not in ("is", "is not", "="):
        raise Unreadable(f'"{fact.name}" is a word: compare it with is')
    return Comparison(fact, found[2], value)
