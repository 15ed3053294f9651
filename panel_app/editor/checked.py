"""A scenario's text, checked: what is wrong with it and where, or the run that it describes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payment_simulator.config.node import Node
    from payment_simulator.config.problem import Problem


@dataclass(frozen=True)
class Checked:
    """`config` and `display` are there when nothing is wrong. `root` is the document in canonical spelling, each value
    with its place in the text; None while the text cannot be read at all.
    """

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    config: dict[str, Any] | None = None
    display: dict[str, Any] | None = None
    root: Node | None = None


def check(text: str, name: str) -> Checked:
    """Check a text as the file `name` (a path: policy files are looked for beside it).

    Raises `ImportError` while the checking code has not arrived in the browser.
    """
    from payment_simulator.config.loader import parse_config
    from payment_simulator.config.problem import ConfigError

    root = _root(text)
    try:
        config = parse_config(text, name)
    except ConfigError as error:
        return Checked(problems=tuple(error.problems), root=root)
    display = json.loads(config.to_json())["display"]
    return Checked(warnings=tuple(config.warnings), config=config.engine_input(), display=display, root=root)


def _root(text: str) -> Node | None:
    """For the form: the tree is read a second time, since checking uses it up."""
    from payment_simulator.config.aliases import canonical
    from payment_simulator.config.node import DocumentError
    from payment_simulator.config.yaml_text import parse_yaml

    try:
        root = parse_yaml(text)
    except DocumentError:
        return None
    return canonical(root).root if isinstance(root.value, dict) else None
