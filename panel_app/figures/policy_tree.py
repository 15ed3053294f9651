"""A policy's decision tree as boxes and lines: a pure function of the document, in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from payment_simulator_core_rs import policy_catalogue

from panel_app import text
from panel_app.figures.letters import text_width
from panel_app.figures.numbers import short

TITLE_SIZE, NOTE_SIZE = 13.0, 11.5
GAP, DEEP, HEIGHT, MARGIN, PAD = 14.0, 84.0, 44.0, 8.0, 14.0
SIGNS = {"==": "=", "!=": "\u2260", "<=": "\u2264", ">=": "\u2265", "<": "<", ">": ">"}
OPERATIONS = {"+": "+", "-": "\u2212", "*": "\u00d7", "/": "\u00f7"}
NOTE_MOST = 40
"""Characters of a note in a box; the words below the drawing say all of it."""


@dataclass(frozen=True)
class Box:
    """A node: `x`, `y` are its middle. `words` is its condition or action in full."""

    node_id: str
    is_condition: bool
    action: str
    title: str
    note: str
    words: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Line:
    """From a condition to what follows; `yes`: where it holds."""

    start: Box
    end: Box
    yes: bool


@dataclass(frozen=True)
class Drawing:
    """All boxes, the root first, and the lines between them."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def drawing(document: Mapping[str, Any], tree: str = "payment_tree") -> Drawing | None:
    """The drawing of one of a document's trees, or None if the document does not have it."""
    root = document.get(tree)
    if not root:
        return None
    boxes: list[Box] = []
    lines: list[Line] = []
    right = _place(root, document.get("parameters") or {}, 0, MARGIN, boxes, lines)[1]
    order = sorted(boxes, key=lambda box: (box.y, box.x))
    height = order[-1].y + HEIGHT / 2 + MARGIN
    return Drawing(tuple(order), tuple(lines), right - GAP + MARGIN, height)


def _place(
    node: Mapping[str, Any],
    parameters: Mapping[str, Any],
    depth: int,
    left: float,
    boxes: list[Box],
    lines: list[Line],
) -> tuple[Box, float]:
    """Put a node and what is below it to the right of `left`; its box, and where the next one may begin."""
    title, note, words = told(node, parameters)
    width = PAD * 2 + max(text_width(title, TITLE_SIZE, bold=True), text_width(note, NOTE_SIZE))
    y = MARGIN + HEIGHT / 2 + depth * DEEP
    shared: dict[str, Any] = {"node_id": str(node["node_id"]), "title": title, "note": note, "words": words}
    if node["type"] == "action":
        box = Box(**shared, is_condition=False, action=str(node["action"]), x=left + width / 2, y=y, width=width)
        boxes.append(box)
        return box, left + width + GAP
    yes, middle = _place(node["on_true"], parameters, depth + 1, left, boxes, lines)
    no, right = _place(node["on_false"], parameters, depth + 1, middle, boxes, lines)
    # Half-way between its two branches, but never further left than where it may begin.
    x = max((yes.x + no.x) / 2, left + width / 2)
    box = Box(**shared, is_condition=True, action="", x=x, y=y, width=width)
    boxes.append(box)
    lines += [Line(box, yes, True), Line(box, no, False)]
    return box, max(right, x + width / 2 + GAP)


def told(node: Mapping[str, Any], parameters: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title and note of a box, and the node in full."""
    description = str(node.get("description") or "")
    if node["type"] == "condition":
        words = expression(node["condition"], parameters)
        return (description, _cut(words), words) if description else (_cut(words), "", words)
    given = node.get("parameters") or {}
    written = ", ".join(f"{name.replace('_', ' ')} {_argument(value, parameters)}" for name, value in given.items())
    name = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in str(node["action"])).strip()
    name = name.replace("from rtgs", "from queue").replace("to rtgs", "to queue").capitalize()
    return name, _cut(description or written), f"{name} ({written})" if written else name


def expression(condition: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """A condition as it is read: `ticks_to_deadline <= 3`, with real signs."""
    operator = condition["op"]
    if operator in ("and", "or"):
        return f" {operator} ".join(expression(part, parameters) for part in condition["conditions"])
    if operator == "not":
        return f"not ({expression(condition['condition'], parameters)})"
    money = _is_money(condition["left"]) or _is_money(condition["right"])
    left, right = (_value(condition[side], parameters, money) for side in ("left", "right"))
    return f"{left} {SIGNS.get(operator, operator)} {right}"


def _value(value: Mapping[str, Any], parameters: Mapping[str, Any], money: bool) -> str:
    if "field" in value:
        return text.FIELD_WORDS.get(value["field"], str(value["field"]).replace("_", " "))
    if "param" in value:
        return _number(parameters.get(value["param"], value["param"]), money)
    if "value" in value:
        return _number(value["value"], money)
    return _computed(value.get("compute") or {}, parameters, money)


def _computed(compute: Mapping[str, Any], parameters: Mapping[str, Any], money: bool) -> str:
    operator = str(compute.get("op"))
    if operator in OPERATIONS:
        left, right = (_value(compute[side], parameters, money) for side in ("left", "right"))
        return f"{left} {OPERATIONS[operator]} {right}"
    inner = compute.get("values") or [part for part in compute.values() if isinstance(part, dict)]
    return f"{operator}({', '.join(_value(part, parameters, money) for part in inner)})"


def _argument(value: Any, parameters: Mapping[str, Any]) -> str:
    if isinstance(value, Mapping):
        plain = value.get("value")
        return _spaced(plain) if isinstance(plain, str) else _value(value, parameters, False)
    return ", ".join(map(str, value)) if isinstance(value, list) else _spaced(str(value))


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _number(value: Any, money: bool) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if money and value == int(value):
        return short(int(value))
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _is_money(value: Mapping[str, Any]) -> bool:
    if "field" in value:
        return units().get(value["field"]) == "cents"
    compute = value.get("compute") or {}
    return any(_is_money(part) for part in compute.values() if isinstance(part, dict))


@cache
def units() -> dict[str, str]:
    """The unit of each field, from the engine's own table."""
    return {field["name"]: field["unit"] for field in policy_catalogue()["fields"]}


def _cut(words: str) -> str:
    return words if len(words) <= NOTE_MOST else words[: NOTE_MOST - 1].rstrip() + "\u2026"
