"""Decision trees once more: what the comparison needs of them, read straight from the document each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Fields = dict[str, float]
CLOSE = 1e-9
"""Numbers that differ by less are equal."""

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda left, right: abs(left - right) < CLOSE,
    "!=": lambda left, right: abs(left - right) >= CLOSE,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right or abs(left - right) < CLOSE,
    ">=": lambda left, right: left >= right or abs(left - right) < CLOSE,
}
COMPUTE: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
}


def action(node: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """The action at the end of the way through a tree."""
    while node["type"] == "condition":
        node = node["on_true" if holds(node["condition"], fields) else "on_false"]
    return node


def holds(condition: dict[str, Any], fields: Fields) -> bool:
    match condition["op"]:
        case "and":
            return all(holds(inner, fields) for inner in condition["conditions"])
        case "or":
            return any(holds(inner, fields) for inner in condition["conditions"])
        case "not":
            return not holds(condition["condition"], fields)
        case op:
            return COMPARE[op](value(condition["left"], fields), value(condition["right"], fields))


def value(node: dict[str, Any], fields: Fields) -> float:
    if "field" in node:
        return fields[node["field"]]
    if "value" in node:
        return float(node["value"])
    computation = node["compute"]
    if computation["op"] in ("min", "max"):
        values = [value(inner, fields) for inner in computation["values"]]
        return min(values) if computation["op"] == "min" else max(values)
    return COMPUTE[computation["op"]](value(computation["left"], fields), value(computation["right"], fields))


class Budget:
    """What a bank may release in a tick."""

    def __init__(self, node: dict[str, Any] | None) -> None:
        parameters = node["parameters"] if node is not None else {}
        self.left = value(parameters["max_value_to_release"], {}) if parameters else float("inf")
        each = parameters.get("max_per_counterparty")
        self.each = value(each, {}) if each is not None else float("inf")
        self.used: dict[str, int] = {}

    def spend(self, receiver: str, amount: int) -> bool:
        """Whether it is enough; then less is left of it."""
        used = self.used.get(receiver, 0) + amount
        if amount > self.left or used > self.each:
            return False
        self.left -= amount
        self.used[receiver] = used
        return True
