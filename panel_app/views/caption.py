"""The sentence that says what happens now, and the figures of the run so far."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import short
from panel_app.moment import figures, moment
from panel_app.views.part import Part


class Caption(Part):
    """Read out by screen readers when it changes; while playing the app announces it once a second instead."""

    area = "caption"
    watches = frozenset({"run", "tick", "playing", "message"})

    def html(self) -> Markup:
        session = self.session
        now = figures(session.run, session.tick)
        before = figures(session.previous, session.tick) if session.previous is not None and session.changed else None
        waiting = text.in_payments(now.waiting_count) if now.waiting_count else ""
        shown = (
            (text.SETTLED, "settled", now.settled, text.of_arrived(now.arrived), before.settled if before else None),
            (text.WAITING, "waiting", now.waiting, waiting, before.waiting if before else None),
            (text.CREDIT_IN_USE, "credit", now.credit_in_use, "", before.credit_in_use if before else None),
            (text.COST, "cost", now.cost, "", before.cost if before else None),
        )
        items = [
            Markup(
                '<div><dt>{}</dt><dd><button class="plain" data-do="trace" data-value="{}" title="{}">{}</button>{}'
                "</dd></div>"
            ).format(
                name,
                what,
                text.trace_to(name),
                short(value),
                Markup("<small>{}</small>").format(text.difference(value - was))
                if was is not None and was != value
                else Markup('<small class="note">{}</small>').format(note)
                if note
                else "",
            )
            for name, what, value, note, was in shown
        ]
        notice = (
            Markup('<p class="error" role="alert" id="notice">{}</p>').format(session.notice) if session.notice else ""
        )
        return Markup(
            '<div class="caption">{}<p class="say" id="say" aria-live="{}">{}</p><dl class="figures">{}</dl></div>'
        ).format(
            notice,
            "off" if session.playing else "polite",
            moment(session, session.tick).sentence,
            Markup("").join(items),
        )
