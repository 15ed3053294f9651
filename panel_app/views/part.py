"""A part of the page made of HTML: a pure function from the session to text, redrawn when what it watches changes.

The page updates a part in place (`page.js`), so focus and dragging survive. All text from data goes through
`Markup.format`, which
escapes it. A part asks for actions with `data-do="action"` and `data-value`; they arrive as `key` messages.
"""

from __future__ import annotations

import html as markup_text
from abc import abstractmethod
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from bokeh.models import InlineStyleSheet
from markupsafe import Markup
from panel.models.markup import HTML

from panel_app.session import Session
from panel_app.theme import Theme

NOTHING = Markup("")
STYLES = Path(__file__).parent.parent / "styles"


@cache
def styles(name: str) -> str:
    """A stylesheet of the app, as text: it is sent inside the document, since parts live in shadow roots."""
    return (STYLES / f"{name}.css").read_text(encoding="utf-8")


_SHEETS: WeakKeyDictionary[Session, dict[str, InlineStyleSheet]] = WeakKeyDictionary()


def _sheet(session: Session, name: str) -> InlineStyleSheet:
    """One model of a stylesheet a page, shared by all that have it, so that it travels once."""
    sheets = _SHEETS.setdefault(session, {})
    if name not in sheets:
        sheets[name] = InlineStyleSheet(css=styles(name))
    return sheets[name]


class Html:
    """A piece of HTML on the page.

    It holds Panel's Bokeh model rather than a pane: a pane sends its stylesheets again with every text, which lays out
    the whole page
    anew, and costs more to update than most parts cost to write.
    """

    def __init__(self, session: Session, area: str, *sheets: str) -> None:
        """`sheets`: the names of its stylesheets, beside those of all parts."""
        self._html = ""
        options: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": 0, "disable_math": True}
        stylesheets: list[Any] = [_sheet(session, name) for name in ("parts", *sheets)]
        self.model = HTML(css_classes=[area], stylesheets=stylesheets, **options)

    def show(self, html: Markup) -> None:
        """Show this; nothing is sent if it is on show already."""
        if html != self._html:
            self._html = str(html)
            # The model wants its HTML as text; the page decodes it.
            self.model.text = markup_text.escape(self._html)


class Part:
    """Base of the HTML parts. `area` is its place in `styles/layout.css`; `sheets` are styles of its own.

    One that is built later and read before the simulator is `first`.

    `actions` are those that only this part asks for, by name, each called with a value.
    """

    area: ClassVar[str]
    watches: ClassVar[frozenset[str]]
    sheets: ClassVar[tuple[str, ...]] = ()
    first: ClassVar[bool] = False

    def __init__(self, session: Session, theme: Theme) -> None:
        self.session = session
        self.actions: dict[str, Callable[[Any], object]] = {}
        self._shown = Html(session, self.area, *self.sheets)
        self._shown.model.name = f"{self.area} part"

    @abstractmethod
    def html(self) -> Markup:
        """What the part shows now."""

    def panel(self) -> HTML:
        """The model, drawn."""
        self._shown.show(self.html())
        return self._shown.model

    def leave_out(self) -> None:
        """Show nothing until the next change."""
        self._shown.show(NOTHING)

    def update(self, changed: frozenset[str]) -> None:
        """Draw again if something changed that this part shows."""
        if changed & self.watches:
            self._shown.show(self.html())


def join(parts: list[Markup]) -> Markup:
    """Pieces of HTML, one after another."""
    return Markup("").join(parts)
