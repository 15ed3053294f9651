"""What is fixed for a scenario, from the run with which it opens: the banks' slots and what counts as large."""

from collections.abc import Sequence
from typing import Any, Protocol

from panel_app.figures.flows import Reference
from panel_app.figures.labels import Anchor
from panel_app.figures.layout import Size, choose_slots, slots_from_order
from panel_app.figures.network import Network
from panel_app.figures.run_index import Ints, index_of


class Scene(Protocol):
    """The part of a session that is needed here."""

    scenario: str
    run: Any
    display: dict[str, Any]
    names: list[str]


class ScenarioScale:
    """Slots and reference values of one scenario; they outlive every change the reader makes to it."""

    def __init__(self, scene: Scene) -> None:
        self._of = scene.scenario, list(scene.run.agent_ids)
        index = index_of(scene.run)
        order: Sequence[str] | None = scene.display.get("places")
        slots = slots_from_order(order, scene.run.agent_ids) if order else None
        self.slots: Ints = choose_slots(index.pair_value) if slots is None else slots
        self.reference = Reference(index)
        self._anchors: dict[Size, list[Anchor]] = {}
        """Where the labels stood first in each size: while a slider is dragged they stay there, if they can."""

    def fits(self, scene: Scene) -> bool:
        """Whether it is still the same scenario; an edited one may have other banks."""
        return self._of == (scene.scenario, list(scene.run.agent_ids))

    def network(self, scene: Scene, size: Size, reference: Reference | None = None) -> Network:
        """The geometry of the run on show in this size; `reference` where something else is to count as large."""
        usual, reference = self._anchors.get(size), reference or self.reference
        network = Network(index_of(scene.run), scene.names, self.slots, reference, size, usual)
        self._anchors.setdefault(size, network.anchors)
        return network
