"""A part of the page made of HTML: a pure function from the session to text, redrawn when what it watches changes.

The page updates a part in place (`page.js`), so focus and dragging survive. All text from data goes through `Markup.format`, which
escapes it. A part asks for actions with `data-do="action"` and `data-value`; they arrive as `key` messages.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cache
from pathlib import Path
from typing import ClassVar

import panel as pn
from markupsafe import Markup

from panel_app.session import Session
from panel_app.theme import Theme

STYLES = Path(__file__).parent.parent / "styles"


@cache
def styles(name: str) -> str:
    """A stylesheet of the app, as text: it is sent inside the document, since parts live in shadow roots."""
    return (STYLES / f"{name}.css").read_text(encoding="utf-8")


class Part:
    """Base of the HTML parts. `area` is its place in `styles/layout.css`."""

    area: ClassVar[str]
    watches: ClassVar[frozenset[str]]

    def __init__(self, session: Session, theme: Theme) -> None:
        self.session = session
        self._pane = pn.pane.HTML("", stylesheets=[styles("parts")], css_classes=[self.area], margin=0, sizing_mode="stretch_width")

    @abstractmethod
    def html(self) -> Markup:
        """What the part shows now."""

    def panel(self) -> pn.pane.HTML:
        """The pane, drawn."""
        self._pane.object = str(self.html())
        return self._pane

    def update(self, changed: frozenset[str]) -> None:
        """Draw again if something changed that this part shows."""
        if changed & self.watches:
            html = str(self.html())
            if html != self._pane.object:
                self._pane.object = html


def join(parts: list[Markup]) -> Markup:
    """Pieces of HTML, one after another."""
    return Markup("").join(parts)
