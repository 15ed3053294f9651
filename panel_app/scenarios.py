"""The scenarios that come with the program, from wherever this copy of it keeps them.

In the browser they are JSON files beside this module, checked when the site was built, so that no schema library is
needed to
start. Natively they are the YAML files of the repository, read through `load_config`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKED = Path(__file__).parent / "scenarios"
SOURCES = Path(__file__).parent.parent / "scenarios"
FIRST = "eight_banks_scarce"


@dataclass(frozen=True)
class Listed:
    """A line of the scenario list: `title` to show, `teaches` in one sentence."""

    name: str
    title: str
    teaches: str


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: what the engine takes, and what is only for showing (title, hours, names, places)."""

    name: str
    config: dict[str, Any]
    display: dict[str, Any]


class UnknownScenario(LookupError):
    """No scenario has this name."""

    def __init__(self, name: str) -> None:
        known = ", ".join(listed.name for listed in available())
        super().__init__(f"There is no scenario {name!r}. Known: {known}.")


def available() -> list[Listed]:
    """All scenarios, the one that opens first on top."""
    index = PACKED / "index.json"
    if index.exists():
        lines = [Listed(**line) for line in json.loads(index.read_text(encoding="utf-8"))]
    else:
        lines = [_listed(load(path.stem)) for path in SOURCES.glob("*.yaml")]
    return sorted(lines, key=lambda line: (line.name != FIRST, line.name))


def load(name: str) -> Scenario:
    """Read one scenario. Raises `UnknownScenario`."""
    packed, source = PACKED / f"{name}.json", SOURCES / f"{name}.yaml"
    plain = name.replace("_", "").replace("-", "").isalnum()
    if plain and packed.exists():
        return _scenario(name, json.loads(packed.read_text(encoding="utf-8")))
    if plain and source.exists():
        from payment_simulator import load_config

        return _scenario(name, json.loads(load_config(source).to_json()))
    raise UnknownScenario(name)


def source_path(name: str) -> str:
    """Where the text of a scenario is kept: policy files are beside it."""
    packed = PACKED / f"{name}.yaml"
    return str(packed if packed.exists() else SOURCES / f"{name}.yaml")


def source(name: str) -> str:
    """The text of a scenario as it was written. Raises `UnknownScenario`."""
    if not name.replace("_", "").replace("-", "").isalnum() or not Path(source_path(name)).exists():
        raise UnknownScenario(name)
    return Path(source_path(name)).read_text(encoding="utf-8")


def _scenario(name: str, checked: dict[str, Any]) -> Scenario:
    display = checked.pop("display", None) or {}
    return Scenario(name, checked.get("engine_input", checked), display)


def _listed(scenario: Scenario) -> Listed:
    return Listed(scenario.name, scenario.display.get("title") or scenario.name, scenario.display.get("teaches") or "")
