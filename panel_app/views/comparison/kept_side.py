"""The kept run as a network and a head look at it."""

from __future__ import annotations

from typing import Any

from panel_app.compare import Comparison
from panel_app.figures.network import Selection
from panel_app.session import Session


class KeptSide:
    """The kept run with the session's cursor, window and selection: what a network needs of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    @property
    def run(self) -> Any:
        return self._session.kept.run if self._session.kept is not None else self._session.run

    @property
    def selection(self) -> Selection:
        """The same bank, or the same payment under the number that it has in A."""
        chosen, comparison = self._session.selection, self._session.comparison
        if chosen is None or chosen[0] != "payment" or comparison is None:
            return chosen
        payment = comparison.in_a(chosen[1])
        return None if payment is None else ("payment", payment)

    @property
    def releasing(self) -> tuple[int, ...]:
        """Nothing: what would release a payment is told of B."""
        return ()

    def select(self, selection: Selection) -> None:
        """Select in B what was tapped in A."""
        comparison = self._session.comparison
        if selection is not None and selection[0] == "payment" and comparison is not None:
            other = Comparison(comparison.b.run, comparison.a.run).in_a(selection[1])
            selection = None if other is None else ("payment", other)
        self._session.select(selection)


def kept_side(session: Session) -> Any:
    """A `KeptSide`, which passes for a session wherever one is looked at."""
    return KeptSide(session)
