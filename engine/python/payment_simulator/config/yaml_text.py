"""YAML text as a tree of nodes.

The tree is built from PyYAML's events and not by its loader, so that depth and size are bounded before anything is
built, decimals keep their digits, duplicate keys are seen, and every value knows its line and column.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from payment_simulator.config.node import COPIES_MAX, DEPTH_MAX, DocumentError, Node, Path, scalar

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    node: Node
    anchor: str | None
    key: str | None = None
    key_place: tuple[int | None, int | None] = (None, None)
    merged: list[Node] = field(default_factory=list)


def parse_yaml(text: str) -> Node:
    """The document in `text`. Raises `DocumentError`, with line and column, for text that is not one YAML document."""
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise DocumentError(f"is not valid YAML: {what}", line, column) from None
    except yaml.YAMLError as error:
        raise DocumentError(f"is not valid YAML: {' '.join(str(error).split())}") from None


class _Builder:
    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.copies = 0

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=_Loader):
            match event:
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self.start(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.end()
                case yaml.ScalarEvent():
                    self.scalar(event)
                case yaml.AliasEvent():
                    self.alias(event)
                case yaml.DocumentStartEvent() if self.root is not None:
                    raise DocumentError("holds more than one document; keep one", *_place(event))
        if self.root is None or self.root.value is None:
            raise DocumentError("is empty; a scenario needs at least `simulation` and `agents`")
        return self.root

    def path(self) -> Path:
        """The path of the value that comes next."""
        if not self.open:
            return ()
        top = self.open[-1]
        step = len(top.node.value) if isinstance(top.node.value, list) else top.key
        return (*top.node.path, step if step is not None else "")

    def start(self, event: Any, value: Any) -> None:
        line, column = _place(event)
        if len(self.open) >= DEPTH_MAX:
            raise DocumentError(f"nests deeper than {DEPTH_MAX} levels", line, column)
        if self.wants_key():
            raise DocumentError("a key must be text", line, column, self.open[-1].node.path)
        self.open.append(_Open(Node(value, self.path(), line, column), event.anchor))

    def end(self) -> None:
        done = self.open.pop()
        for merged in done.merged:
            for key, node in merged.items():
                done.node.value.setdefault(key, self.copy(node, (*done.node.path, key)))
        self.add(done.node, done.anchor)

    def scalar(self, event: Any) -> None:
        line, column = _place(event)
        if self.wants_key():
            self.key(event.value, line, column)
        else:
            plain = event.style in (None, "") and event.tag is None
            self.add(Node(scalar(event.value) if plain else event.value, self.path(), line, column), event.anchor)

    def alias(self, event: Any) -> None:
        line, column = _place(event)
        target = self.anchors.get(event.anchor)
        if target is None:
            raise DocumentError(f"*{event.anchor} names no anchor that is complete here", line, column, self.path())
        if self.wants_key():
            self.key(str(target.value), line, column)
        else:
            self.add(self.copy(target, self.path()), None)

    def wants_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node.value, dict) and self.open[-1].key is None

    def key(self, key: str, line: int | None, column: int | None) -> None:
        top = self.open[-1]
        if key in top.node.value:
            first = top.node.value[key].key_line
            raise DocumentError(
                f"the key stands here twice, first in line {first}; keep one", line, column, (*top.node.path, key)
            )
        top.key, top.key_place = key, (line, column)

    def add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if isinstance(top.node.value, list):
            top.node.value.append(node)
            return
        assert top.key is not None
        node.key_line, node.key_column = top.key_place
        if top.key == "<<":
            top.merged += node.value if isinstance(node.value, list) else [node]
        else:
            top.node.value[top.key] = node
        top.key = None

    def copy(self, node: Node, path: Path) -> Node:
        """The same value at another place: what an alias stands for."""
        self.copies += 1
        if self.copies > COPIES_MAX:
            raise DocumentError(f"has aliases that stand for more than {COPIES_MAX:,} values; use fewer")
        value = node.value
        if isinstance(value, dict):
            value = {key: self.copy(child, (*path, key)) for key, child in value.items()}
        elif isinstance(value, list):
            value = [self.copy(child, (*path, index)) for index, child in enumerate(value)]
        if len(path) > DEPTH_MAX:
            raise DocumentError(f"nests deeper than {DEPTH_MAX} levels", node.line, node.column)
        return Node(value, path, node.line, node.column, node.key_line, node.key_column)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
