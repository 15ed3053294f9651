"""Header: name, scenario, theme, keys."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.views.icons import LOGO, icon
from panel_app.views.part import Part, join


class Header(Part):
    """Only what exists is shown: other views come with the issues that build them."""

    area = "header"
    watches = frozenset({"run", "theme"})

    def html(self) -> Markup:
        session = self.session
        options = join(
            [
                Markup('<option value="{}"{}>{}</option>').format(
                    listed.name, Markup(" selected") if listed.name == session.scenario else "", listed.title
                )
                for listed in session.scenarios
            ]
        )
        dark = session.theme.dark
        return Markup(
            '<button class="skip" data-do="skip">{skip}</button>'
            '<header class="header"><h1 class="brand">{logo}<span>{brand}</span></h1>'
            '<label class="picker"><span class="small muted label">{scenario}</span>'
            '<select data-do="scenario" aria-label="{scenario}">{options}</select>{chevron}</label>'
            '<div class="right"><button class="button drawer" data-do="drawer">{sliders}{what_if}</button>'
            '<button class="button square" data-do="theme" aria-label="{theme}" title="{theme} '
            '(t)">{theme_icon}</button>'
            '<button class="button square" data-do="help" aria-label="{help}" title="{help} '
            '(?)">{help_icon}</button></div></header>'
        ).format(
            skip=text.SKIP,
            logo=LOGO,
            brand=text.BRAND,
            scenario=text.SCENARIO,
            options=options,
            chevron=icon("chevron"),
            sliders=icon("sliders"),
            what_if=text.WHAT_IF,
            theme=text.TO_LIGHT if dark else text.TO_DARK,
            theme_icon=icon("sun" if dark else "moon"),
            help=text.HELP,
            help_icon=icon("help"),
        )
