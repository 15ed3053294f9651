"""Tabs at the foot of a narrow screen."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.part import Part, join

_ICONS = {"network": "network", "why": "help", "charts": "charts", "what-if": "sliders", "events": "list"}


class Phone(Part):
    """Which of the five parts a narrow screen shows; wide screens show them all."""

    area = "phone"
    watches = frozenset({"tab"})

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.tab = "network"

    def html(self) -> Markup:
        buttons = [
            Markup('<button role="tab" aria-selected="{}" data-do="tab-{}">{}{}</button>').format(
                "true" if tab == self.tab else "false", tab, icon(_ICONS[tab]), label
            )
            for tab, label in text.TABS
        ]
        return Markup('<div class="phone" role="tablist" aria-label="{}">{}</div>').format(text.PARTS, join(buttons))
