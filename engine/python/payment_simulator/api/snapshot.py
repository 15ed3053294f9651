"""The state of a simulation between two ticks, as a checkpoint keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from payment_simulator_core_rs import Orchestrator, SnapshotError

from payment_simulator.api.problem import bad_request


@dataclass(frozen=True)
class Snapshot:
    """`text` is the whole state, as `Orchestrator.save_json` gives it; `tick` is the one that runs next."""

    simulation_id: str
    config: dict[str, Any]
    tick: int
    payments: int
    text: str

    @property
    def day(self) -> int:
        """The day of the tick that runs next."""
        return self.tick // int(self.config["ticks_per_day"])

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def restore(text: str, digest: str) -> Orchestrator:
    """The engine of a snapshot. 400 for one that is not what was saved."""
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise bad_request("the checkpoint is damaged: its text is not the one that was saved")
    try:
        return Orchestrator.load_json(text)
    except SnapshotError as error:
        raise bad_request(f"the checkpoint cannot be restored: {error}") from None
