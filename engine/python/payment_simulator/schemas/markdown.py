"""Elements as Markdown."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def sections_text(title: str, version: str, sections: Mapping[str, list[dict[str, Any]]], *, compact: bool) -> str:
    """A heading a section, one a category (sorted), an entry an element. `compact`: names and descriptions alone."""
    lines = [f"# {title}", "", f"Version {version}"]
    for heading, elements in sections.items():
        if not elements:
            continue
        lines += ["", f"## {heading}"]
        by_category: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for element in elements:
            by_category[element["category"]].append(element)
        for category in sorted(by_category):
            lines += ["", f"### {category}", ""]
            for element in by_category[category]:
                lines += _entry(element, compact=compact)
    return "\n".join(lines) + "\n"


def _entry(element: dict[str, Any], *, compact: bool) -> list[str]:
    display = element.get("display_name")
    lines = [f"- `{element['name']}`{f' ({display})' if display else ''}: {element['description']}"]
    if compact:
        return lines
    for key, words in _MORE.items():
        value = element.get(key)
        if value:
            lines.append(f"  - {words}: {', '.join(value) if isinstance(value, list) else value}")
    for parameter in element.get("parameters", ()):
        needed = "required" if parameter["required"] else "optional"
        lines.append(
            f"  - parameter `{parameter['name']}` ({parameter['param_type']}, {needed}): {parameter['description']}"
        )
    if element.get("example_json"):
        lines.append(f"  - example: `{element['example_json']}`")
    example = element.get("example")
    if example:
        inputs = ", ".join(f"{name} {value}" for name, value in example["inputs"])
        lines.append(f"  - example: {example['scenario']}: {inputs}; {example['calculation']} = {example['result']}")
    return lines


_MORE = {
    "incurred_at": "charged",
    "formula": "formula",
    "default_value": "default",
    "unit": "unit",
    "valid_in_trees": "in",
}
