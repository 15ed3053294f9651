"""How far a day is that takes long to compute, and the way to give it up."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.views.part import NOTHING, Part


class Progress(Part):
    """Over the page while something is under way; the run before it stays on show below."""

    area = "progress"
    watches = frozenset({"progress"})

    def html(self) -> Markup:
        if self.session.under_way is None:
            return NOTHING
        under_way = self.session.under_way
        computation = under_way.computation
        return Markup(
            '<section class="under-way" aria-label="{name}"><p id="under-way">{said}</p>'
            '<progress max="{ticks}" value="{done}" aria-labelledby="under-way"></progress>'
            '<button class="button" data-do="cancel" title="{title}">{cancel}</button></section>'
        ).format(
            name=text.COMPUTING,
            said=text.preparing(computation.ticks)
            if under_way.computed
            else text.computing(computation.done, computation.ticks),
            ticks=computation.ticks,
            done=computation.done,
            cancel=text.CANCEL,
            title=text.CANCEL_KEY,
        )
