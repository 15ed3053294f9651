"""Where a value stands in a YAML text, and the text with another value there; everything else stays, comments too."""

from __future__ import annotations

from typing import Any

import yaml

Path = tuple[str | int, ...]


class Shared(ValueError):
    """The value belongs to an anchor that other places use: changing it would change them."""


def with_value(text: str, path: Path, literal: str) -> str:
    """The text with `literal` at `path`, in place of what is there or as a new key of its mapping.

    Raises `Shared`, and `ValueError` when there is no mapping to put it into.
    """
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for place, step in enumerate(path):
        below, earliest = _child(node, step)
        if below is None:
            return _inserted(text, node, path[place:], literal)
        # An alias stands for a value further up in the text, and other places stand for the same one.
        if below.start_mark.index < earliest:
            raise Shared("is shared with other places of the text; change it there")
        node = below
    start, end = node.start_mark.index, _end(node)
    return text[:start] + literal + text[end:]


def _child(node: Any, step: str | int) -> tuple[Any, int]:
    """The node below, or None, and where it can begin at the earliest if it is written here."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, int(key.end_mark.index)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        before = node.value[step - 1] if step else node
        return node.value[step], int(before.start_mark.index)
    return None, 0


def _end(node: Any) -> int:
    """Where a value ends. A block collection ends with its last value; its own mark stands behind the comments."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)


def _inserted(text: str, node: Any, path: Path, literal: str) -> str:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("there is no mapping in the text to put this into")
    *inner, last = [str(step) for step in path]
    if node.flow_style:
        written = "".join(f"{step}: {{" for step in inner) + f"{last}: {literal}" + "}" * len(inner)
        place = int(node.end_mark.index) - 1
        before = text[:place].rstrip()
        return f"{before}{'' if before.endswith('{') else ', '}{written}{text[place:]}"
    column = node.start_mark.column
    lines = [f"{' ' * (column + 2 * depth)}{step}:" for depth, step in enumerate(inner)]
    lines.append(f"{' ' * (column + 2 * len(inner))}{last}: {literal}")
    for key, value in node.value:
        if isinstance(value, yaml.ScalarNode) and value.start_mark.line == key.start_mark.line:
            end = text.find("\n", value.end_mark.index)
            place = len(text) if end < 0 else end
            return text[:place] + "\n" + "\n".join(lines) + text[place:]
    if column == 0:
        return text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
    # In front of the first key: its line has its indentation already.
    start = int(node.start_mark.index)
    return text[:start] + "\n".join(lines).lstrip() + "\n" + " " * column + text[start:]
