"""A document as a tree of values that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payment_simulator.config.problem import Problem

Path = tuple[str | int, ...]

DEPTH_MAX = 200
"""How deep a document may nest: a decision tree of a hundred nodes, with a condition at its end."""

COPIES_MAX = 300_000
"""How many values the aliases of a document may stand for. Without a bound, a short text can fill any memory."""


class DocumentError(Exception):
    """The text is not a document at all; there is one problem, because reading stops at the first."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.problem = Problem(dotted(path), line, column, message)


@dataclass(slots=True)
class Node:
    """A value, where it stands in the text, and its path as the author spelled it.

    `value` is a dict of nodes, a list of nodes, or a scalar (None, bool, int, Decimal, str; never float). Lines and
    columns count from 1; `key_line` and `key_column` are those of the key, for a value in a mapping.
    """

    value: Any
    path: Path
    line: int | None = None
    column: int | None = None
    key_line: int | None = None
    key_column: int | None = None

    def plain(self) -> Any:
        """The value without positions."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, value: Any) -> Node:
        """A node at the same place that holds something else."""
        return Node(value, self.path, self.line, self.column, self.key_line, self.key_column)

    def get(self, *path: str) -> Node | None:
        """The node below, or None where there is none."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and nodes of a mapping; nothing for any other value."""
        return iter(list(self.value.items()) if isinstance(self.value, dict) else [])

    def elements(self) -> Iterator[Node]:
        """The nodes of a list; nothing for any other value."""
        return iter(list(self.value) if isinstance(self.value, list) else [])

    def problem(self, message: str, allowed: str = "", *, at_key: bool = False) -> Problem:
        """A problem at this place."""
        line, column = (self.key_line, self.key_column) if at_key and self.key_line else (self.line, self.column)
        return Problem(dotted(self.path), line, column, message, self.plain(), allowed)

    def problem_at(self, path: str, message: str) -> Problem:
        """A problem at a dotted path below, in the text as near to it as the tree goes."""
        node, rest = self, path.split(".") if path else []
        while rest and (child := node._step(rest[0])) is not None:
            node, rest = child, rest[1:]
        return Problem(dotted((*node.path, *rest)), node.line, node.column, message, node.plain())

    def _step(self, step: str) -> Node | None:
        if isinstance(self.value, list):
            return self.value[int(step)] if step.isdigit() and int(step) < len(self.value) else None
        return self.get(step)


def dotted(path: Path) -> str:
    """A path as people read it."""
    return ".".join(str(part) for part in path)


_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value
    for text, value in (("true", True), ("false", False))
    for word in (text, text.capitalize(), text.upper())
}
_NUMBER_LENGTH_MAX = 60


def scalar(text: str) -> Any:
    """What unquoted text stands for (YAML's core schema): nothing, a truth value, an int, a Decimal, or text.

    `18:00`, `no` and `off` are text, as in YAML 1.2; decimals are read digit by digit and never become a float.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _NUMBER_LENGTH_MAX:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def from_python(value: Any, path: Path = ()) -> Node:
    """A tree from Python data. A float becomes the decimal that Python prints for it."""
    if len(path) > DEPTH_MAX:
        raise DocumentError(f"nests deeper than {DEPTH_MAX} levels", path=path)
    if isinstance(value, Mapping):
        return Node({str(key): from_python(child, (*path, str(key))) for key, child in value.items()}, path)
    if isinstance(value, list | tuple):
        return Node([from_python(child, (*path, index)) for index, child in enumerate(value)], path)
    if isinstance(value, float):
        return Node(Decimal(repr(value)), path)
    return Node(value, path)
