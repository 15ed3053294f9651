"""The one loop: sources of frames, and views that receive them."""

from collections.abc import Iterator

import pytest
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import SimulationRunner, View


class Stored:
    """A source of three frames without an engine; `broken` fails before the last one."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[TickFrame]:
        for tick in range(3):
            if self.broken and tick == 2:
                raise RuntimeError("torn")
            yield TickFrame(tick, 2, {})


class Notes(View):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.notes: list[object] = []

    def start(self, ticks: int) -> None:
        self.notes.append(("start", ticks))

    def show(self, frame: TickFrame) -> None:
        self.notes.append((frame.tick, frame.day, frame.ends_day))

    def finish(self) -> None:
        self.notes.append("finish")

    def close(self) -> None:
        self.notes.append("close")


FRAMES = [
    ("start", 3),
    (0, 0, False),
    (1, 0, True),
    (2, 1, False),
]


def test_every_view_sees_every_frame() -> None:
    views = [Notes(), View(), Notes()]
    SimulationRunner(Stored(), views).run()
    for view in (views[0], views[2]):
        assert isinstance(view, Notes)
        assert view.notes == [*FRAMES, "finish", "close"]


def test_views_are_closed_when_a_run_breaks_off() -> None:
    view = Notes()
    with pytest.raises(RuntimeError, match="torn"):
        SimulationRunner(Stored(broken=True), [view]).run()
    assert view.notes == [*FRAMES[:3], "close"]
