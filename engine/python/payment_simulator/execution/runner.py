"""The only loop over ticks."""

from collections.abc import Sequence

from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.source import Source


class View:
    """Receives frames. Every method does nothing; a view overrides what it needs."""

    def start(self, ticks: int) -> None:
        """Before the first of so many frames."""

    def show(self, frame: TickFrame) -> None:
        """A tick has been run (or read)."""

    def finish(self) -> None:
        """After the last frame; not called when the run broke off."""

    def close(self) -> None:
        """In every case, last: give back what is held."""


class SimulationRunner:
    """Leads the frames of a source to views, so that a run and a replay differ in their source alone."""

    def __init__(self, source: Source, views: Sequence[View]) -> None:
        self.source = source
        self.views = views

    def run(self) -> None:
        """Show every frame to every view, in the order of the views. An exception closes the views and goes on."""
        try:
            for view in self.views:
                view.start(len(self.source))
            for frame in self.source:
                for view in self.views:
                    view.show(frame)
            for view in self.views:
                view.finish()
        finally:
            for view in self.views:
                view.close()
