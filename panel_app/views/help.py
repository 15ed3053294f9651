"""The list of keys."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.part import Part, join


class Help(Part):
    """Shown on demand, above the page."""

    area = "help"
    watches = frozenset()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self._shown.model.visible = False

    @property
    def open(self) -> bool:
        return bool(self._shown.model.visible)

    def show(self, visible: bool) -> None:
        self._shown.model.visible = visible

    def html(self) -> Markup:
        keys = join(
            [Markup("<div><dt><kbd>{}</kbd></dt><dd>{}</dd></div>").format(key, does) for key, does in text.KEYS]
        )
        return Markup(
            '<section class="help" aria-label="{title}"><h2>{title}<button class="button square" data-do="close" '
            'aria-label="{close}">{icon}'
            "</button></h2><dl>{keys}</dl></section>"
        ).format(title=text.HELP, close=text.CLOSE, icon=icon("close"), keys=keys)
