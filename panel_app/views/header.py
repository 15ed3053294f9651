"""Header: name, scenario, theme, keys."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text, text_share
from panel_app.session import VIEWS, Session, View
from panel_app.theme import Theme
from panel_app.views.icons import LOGO, icon
from panel_app.views.part import Part, join


class Header(Part):
    """`views`: those that exist, beside the one that everything begins with."""

    area = "header"
    watches = frozenset({"run", "theme", "view", "size", "wanted"})

    def __init__(self, session: Session, theme: Theme, views: frozenset[View] = frozenset()) -> None:
        self.views = [view for view in VIEWS if view == "simulate" or view in views]
        super().__init__(session, theme)

    def html(self) -> Markup:
        session = self.session
        names = {listed.name for listed in session.scenarios}
        wanted = session.wanted_scenario if session.wanted_scenario in names else session.scenario
        known = wanted in names
        here = Markup("") if known else Markup('<option value="" selected>{}</option>').format(session.title)
        options = here + join(
            [
                Markup('<option value="{}"{}>{}</option>').format(
                    listed.name,
                    Markup(" selected") if listed.name == wanted else "",
                    text.edited_title(session.title)
                    if listed.name == wanted == session.scenario and session.edited
                    else listed.title,
                )
                for listed in session.scenarios
            ]
        )
        buttons = join(
            [
                Markup('<button data-do="view" data-value="{}"{}>{}</button>').format(
                    view, Markup(' aria-current="page"') if view == session.view else "", text.VIEW_NAMES[view]
                )
                for view in self.views
            ]
        )
        views = Markup('<nav class="views" aria-label="{}">{}</nav>').format(text.VIEWS, buttons)
        dark = session.theme.dark
        return Markup(
            '<button class="skip" data-do="skip">{skip}</button>'
            '<header class="header"><h1 class="brand">{logo}<span>{brand}</span></h1>'
            '<label class="picker"><span class="small muted label">{scenario}</span>'
            '<select data-do="scenario" aria-label="{scenario}"{follow}>{options}</select>{chevron}</label>'
            '{views}<div class="right"><button class="button drawer{always}" data-do="drawer" '
            'aria-label="{what_if}">{sliders}<span>{what_if}</span></button>'
            '<button class="button labelled" data-do="share" aria-label="{share}" title="{share}">{share_icon}'
            '<span>{share_word}</span></button><button class="button labelled" data-do="export" '
            'aria-label="{export}" title="{export}">{export_icon}<span>{export_word}</span></button>'
            '<button class="button square wide" data-do="large" aria-label="{large}" aria-pressed="{is_large}" '
            'title="{large} (g)">{large_icon}</button>'
            '<button class="button square wide" data-do="theme" aria-label="{theme}" title="{theme} '
            '(t)">{theme_icon}</button>'
            '<button class="button square" data-do="help" aria-label="{help}" title="{help} '
            '(?)">{help_icon}</button></div></header>'
        ).format(
            skip=text.SKIP,
            logo=LOGO,
            brand=text.BRAND,
            scenario=text.SCENARIO,
            options=options,
            follow=Markup(" data-follow") if session.taken_back else "",
            chevron=icon("chevron"),
            views=views if len(self.views) > 1 else "",
            always=" always" if session.view in ("lessons", "compare") else "",
            share=text_share.SHARE_TITLE,
            share_word=text_share.SHARE,
            share_icon=icon("share"),
            export=text_share.EXPORT_TITLE,
            export_word=text_share.EXPORT,
            export_icon=icon("export"),
            large=text.LARGE_TYPE,
            is_large="true" if session.large else "false",
            large_icon=icon("letters"),
            sliders=icon("sliders"),
            what_if=text.WHAT_IF,
            theme=text.TO_LIGHT if dark else text.TO_DARK,
            theme_icon=icon("sun" if dark else "moon"),
            help=text.HELP,
            help_icon=icon("help"),
        )
