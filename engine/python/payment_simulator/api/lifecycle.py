"""The life of a simulation as a state machine."""

from enum import StrEnum

from payment_simulator.api.problem import conflict


class Status(StrEnum):
    """Where a simulation is in its life."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"


FOLLOWING: dict[Status, frozenset[Status]] = {
    Status.CREATED: frozenset({Status.RUNNING}),
    Status.RUNNING: frozenset({Status.PAUSED, Status.COMPLETED, Status.FAILED}),
    Status.PAUSED: frozenset({Status.RUNNING}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
}
"""What may come after each status."""


class Lifecycle:
    """The status of one simulation. `failure` says why it failed."""

    def __init__(self, status: Status = Status.CREATED) -> None:
        self.status = status
        self.failure = ""

    def to(self, status: Status) -> None:
        """Go on to `status`. Raises ValueError for a step that does not exist."""
        if status not in FOLLOWING[self.status]:
            raise ValueError(f"a simulation that is {self.status} does not become {status}")
        self.status = status

    def demand_unfinished(self) -> None:
        """Refuse with 409 what a simulation that is over cannot do."""
        match self.status:
            case Status.COMPLETED:
                raise conflict("simulation-complete", "the simulation is complete; its last tick has been run")
            case Status.FAILED:
                raise conflict("simulation-failed", f"the simulation has failed: {self.failure}")

    def demand_idle(self) -> None:
        """Refuse with 409 what a simulation that is over, or that runs by itself, cannot do."""
        self.demand_unfinished()
        if self.status is Status.RUNNING:
            raise conflict("simulation-running", "the simulation is running; pause it first")
