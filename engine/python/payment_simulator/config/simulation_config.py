"""A scenario that has been read and found right."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from payment_simulator.config.engine_input import engine_input
from payment_simulator.config.problem import Problem
from payment_simulator.config.schema import Scenario


@dataclass(frozen=True)
class SimulationConfig:
    """A checked scenario.

    `scenario` is the document with its defaults, `name` says where it came from, `warnings` what its author should
    know, `documents` are the policy documents as JSON has them, by place in `agents`.
    """

    scenario: Scenario
    name: str
    warnings: tuple[Problem, ...] = ()
    documents: Mapping[int, Any] = field(default_factory=dict)

    def engine_input(self) -> dict[str, Any]:
        """The canonical, flat form that `payment_simulator_core_rs.Orchestrator` takes."""
        return engine_input(self.scenario, self.documents)

    @cached_property
    def display(self) -> dict[str, Any]:
        """How the scenario is shown.

        `title, teaches, day_start, day_end, currency, names` (of every bank), `open_at` (a tick, or `largest_netting`),
        `places` (ids clockwise, or None: computed by the picture).
        """
        display = self.scenario.display.model_dump()
        display["names"] = {agent.id: display["names"].get(agent.id, agent.id) for agent in self.scenario.agents}
        display["title"] = display["title"] or _title(self.name)
        return display

    def to_json(self) -> str:
        """The checked scenario as JSON: the engine input with `display` beside it. It needs no validation to be run."""
        return json.dumps({**self.engine_input(), "display": self.display}, ensure_ascii=False, allow_nan=False)


def _title(name: str) -> str:
    """A title from the name of a file; a text or mapping without a name has none."""
    return "" if name.startswith("<") else Path(name).stem.replace("_", " ").capitalize()
