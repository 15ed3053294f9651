"""JSON text as a tree of nodes. The standard library's decoder tells neither positions nor duplicate keys."""

import re
from bisect import bisect_right
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # unnamed in the stubs
from typing import Any

from payment_simulator.config.node import DEPTH_MAX, DocumentError, Node, Path, scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"true|false|null")


EMPTY = "is empty; a scenario needs at least `simulation` and `agents`"


def parse_json(text: str, *, empty: str = EMPTY) -> Node:
    """The document in `text`; `empty` says what is wrong when there is none.

    Raises `DocumentError`, with line and column, for text that is not one JSON document.
    """
    return _Parser(text).document(empty)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [0] + [match.end() for match in re.finditer("\n", text)]
        self.position = 0

    def document(self, empty: str) -> Node:
        self.space()
        if self.position == len(self.text):
            raise DocumentError(empty)
        node = self.value((), 0)
        self.space()
        if self.position < len(self.text):
            raise self.error("something follows the end of the document")
        return node

    def value(self, path: Path, depth: int) -> Node:
        if depth > DEPTH_MAX:
            raise self.error(f"nests deeper than {DEPTH_MAX} levels")
        line, column = self.place()
        return Node(self.content(path, depth), path, line, column)

    def content(self, path: Path, depth: int) -> Any:
        match self.peek():
            case "{":
                return self.mapping(path, depth)
            case "[":
                return self.list(path, depth)
            case '"':
                return self.string()
        for pattern in (_NUMBER, _WORD):
            if match := pattern.match(self.text, self.position):
                self.position = match.end()
                return scalar(match[0])
        raise self.error("a value should stand here")

    def mapping(self, path: Path, depth: int) -> dict[str, Node]:
        self.position += 1
        nodes: dict[str, Node] = {}
        while not self.closes("}", first=not nodes):
            line, column = self.place()
            if self.peek() != '"':
                raise self.error('a key in "..." should stand here')
            key = self.string()
            if key in nodes:
                message = f"the key stands here twice, first in line {nodes[key].key_line}; keep one"
                raise DocumentError(message, line, column, (*path, key))
            self.expect(":")
            nodes[key] = self.value((*path, key), depth + 1)
            nodes[key].key_line, nodes[key].key_column = line, column
        return nodes

    def list(self, path: Path, depth: int) -> list[Node]:
        self.position += 1
        nodes: list[Node] = []
        while not self.closes("]", first=not nodes):
            nodes.append(self.value((*path, len(nodes)), depth + 1))
        return nodes

    def closes(self, end: str, *, first: bool) -> bool:
        self.space()
        if self.peek() == end:
            self.position += 1
            return True
        if not first:
            self.expect(",")
        return False

    def expect(self, sign: str) -> None:
        self.space()
        if self.peek() != sign:
            raise self.error(f"{sign!r} should stand here")
        self.position += 1
        self.space()

    def string(self) -> str:
        try:
            text, self.position = scanstring(self.text, self.position + 1, True)
        except JSONDecodeError as error:
            self.position = error.pos
            raise self.error(error.msg) from None
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self.error("half of a character stands here; write both halves of the \\u pair")
        return str(text)

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def space(self) -> None:
        match = _SPACE.match(self.text, self.position)
        assert match is not None
        self.position = match.end()

    def place(self) -> tuple[int, int]:
        line = bisect_right(self.lines, self.position)
        return line, self.position - self.lines[line - 1] + 1

    def error(self, message: str) -> DocumentError:
        return DocumentError(f"is not valid JSON: {message}", *self.place())
