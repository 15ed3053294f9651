"""The slider over the day strip: a native range, so that keys, touch and screen readers work without more."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.figures.gridlock import gridlock_ticks
from panel_app.moment import moment
from panel_app.views.part import Part


class Scrub(Part):
    """Invisible; the strip below it is what one sees."""

    area = "scrub"
    watches = frozenset({"run", "tick"})

    def html(self) -> Markup:
        session = self.session
        kind = moment(session, session.tick).kind
        what = text.KINDS.get(kind, "") or (text.GRIDLOCK if gridlock_ticks(session.run)[session.tick] else "")
        return Markup(
            '<div class="scrub" style="--ticks:{}"><input type="range" data-follow min="0" max="{}" step="1" '
            'value="{}" '
            'data-do="go" data-every="30" aria-label="{}" aria-valuetext="{}"><i></i></div>'
        ).format(
            session.ticks,
            session.ticks - 1,
            session.tick,
            text.TIME_OF_DAY,
            text.place(session.clock(session.tick), session.tick, session.ticks, what),
        )
