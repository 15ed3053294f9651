"""A run with what answers need again and again."""

from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from payment_simulator_core_rs import Views

from payment_simulator.api.payment_table import PaymentTable
from payment_simulator.execution.run import Ints, Run


class RunView(Run):
    """A `Run` that knows where the events of each tick end, and every payment's fate. Kept until the next tick."""

    def __init__(self, engine: Views, config: Mapping[str, Any], ends: Sequence[int] | None = None) -> None:
        super().__init__(engine, config)
        self._ends = ends

    @cached_property
    def event_ends(self) -> Sequence[int]:
        """Where the events of each tick end in the log."""
        return event_ends(self.engine) if self._ends is None else self._ends

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The engine's figures of the run so far (`docs/metrics.md`)."""
        return self.engine.metrics()

    @cached_property
    def daily(self) -> dict[str, Ints]:
        """The engine's figures of banks and days, each of shape (days, banks)."""
        shape = (-1, len(self.agent_ids))
        return {
            name: np.frombuffer(column, "<i8").reshape(shape) for name, column in self.engine.daily_metrics().items()
        }

    @cached_property
    def table(self) -> PaymentTable:
        """Every payment, with what has become of it."""
        return PaymentTable(self)


def event_ends(engine: Views) -> "array[int]":
    """Where the events of each tick that was run end in the log."""
    return array("q", engine.event_ends())
