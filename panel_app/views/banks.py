"""The banks as a list for those who do not see the network: the same facts, each a button that selects its bank."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from panel_app import text
from panel_app.views.part import Part, join


class Banks(Part):
    """Visually hidden, over the network. Focus selects nothing; the button does, and the network draws the ring."""

    area = "banks"
    watches = frozenset({"run", "tick", "selection", "playing"})

    def update(self, changed: frozenset[str]) -> None:
        # Fifty buttons twenty times a second serve nobody: a screen reader hears the sentence while playing.
        if not self.session.playing:
            super().update(changed)

    def html(self) -> Markup:
        session, index, tick = self.session, self.session.index, self.session.tick
        waiting = np.bincount(index.sender[np.concatenate(index.waiting(tick))], minlength=len(session.names))
        items = []
        for number, name in enumerate(session.names):
            credit = round(100 * float(index.credit_used[tick, number])) if index.credit[tick, number] > 0 else None
            label = text.bank(name, int(index.liquidity[tick, number]), credit, int(waiting[number]))
            chosen = "true" if session.selection == ("bank", number) else "false"
            items.append(
                Markup('<li><button data-do="bank" data-value="{}" aria-pressed="{}">{}</button></li>').format(
                    number, chosen, label
                )
            )
        count, value = int(index.waiting_count[tick]), int(index.waiting_value[tick])
        label = text.network(len(session.names), session.clock(tick), count, value)
        return Markup(
            '<div class="unseen" role="group" id="network" tabindex="-1" aria-label="{}"><ul>{}</ul></div>'
        ).format(label, join(items))
