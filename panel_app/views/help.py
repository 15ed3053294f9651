"""The list of keys."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.part import Part, join
from panel_app.views.what_if import toggle


class Help(Part):
    """Shown on demand, above the page."""

    area = "help"
    watches = frozenset({"single-keys"})

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self._shown.model.visible = False
        self.single_keys = True
        """Whether a letter, digit or sign alone is a key (WCAG 2.1.4 wants that they can be switched off)."""

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
            '</button></h2><dl>{keys}</dl><div class="single">{switch}<span><b>{single}.</b> {more}</span></div>'
            "</section>"
        ).format(
            title=text.HELP,
            close=text.CLOSE,
            icon=icon("close"),
            keys=keys,
            switch=toggle("single-keys", text.SINGLE_KEYS, self.single_keys),
            single=text.SINGLE_KEYS,
            more=text.SINGLE_KEYS_MORE,
        )
