"""Comparison: the kept run as A beside the run on show as B, under one clock.

B is the network of the other views in another place of the grid; only A's network, the strip and the curves are new.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from panel_app.session import Session
from panel_app.views.comparison.differences import Differences
from panel_app.views.comparison.drawings import CompareStrip, Curves, NetworkA
from panel_app.views.comparison.fates import Fates
from panel_app.views.comparison.heads import Bar, SideA, SideB

if TYPE_CHECKING:
    from panel_app.app import App


class Awake:
    """A part that sleeps while another view is on show, and catches up when it is looked at again."""

    first = False

    def __init__(self, session: Session, part: Any, actions: dict[str, Callable[[Any], object]] | None = None) -> None:
        self.session, self.part, self.actions = session, part, actions or {}
        self._missed: frozenset[str] = frozenset({"view"})

    def panel(self) -> Any:
        return self.part.panel()

    def update(self, changed: frozenset[str]) -> None:
        if self.session.view != "compare":
            self._missed |= changed
            return
        changed, self._missed = changed | self._missed, frozenset()
        self.part.update(changed)


class Always(Awake):
    """A part that has to know when the view is left."""

    def update(self, changed: frozenset[str]) -> None:
        self.part.update(changed)


def parts(app: App) -> list[Awake]:
    """The parts of this view in reading order, built when it is first looked at."""
    session, theme = app.session, app.session.theme
    differences, fates = Differences(session, theme, app), Fates(session, theme)
    repetition = differences.repetition

    def choose(name: Any) -> None:
        if name == "now":
            session.keep()
        elif name != "kept":
            session.keep_other(str(name))

    def start() -> None:
        repetition.start()
        repetition.show()

    def stop() -> None:
        repetition.stop()
        repetition.show()

    actions: dict[str, Callable[[Any], object]] = {
        "swap": lambda _: session.swap(),
        "choose-a": choose,
        "fate": fates.choose,
        "repeat": lambda _: start(),
        "repeat-stop": lambda _: stop(),
    }
    return [
        Awake(session, Bar(session, theme), actions),
        Awake(session, SideA(session, theme)),
        Awake(session, SideB(session, theme)),
        Always(session, NetworkA(app)),
        Awake(session, CompareStrip(session, theme, scale=session.scale)),
        Awake(session, differences),
        Awake(session, Curves(session, theme)),
        Awake(session, fates),
    ]
