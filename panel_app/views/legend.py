"""Legend of the network."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.views.icons import sample
from panel_app.views.part import Part

_WAITING = Markup(
    '<svg width="44" height="12" viewBox="0 0 44 12" aria-hidden="true" fill="none" stroke="var(--ctl)" '
    'stroke-width="1.3">'
    '<path d="M0 3.5H27M0 8.5H27" stroke-dasharray="4 2.6"/><circle cx="37" cy="6" r="5" stroke="var(--ink2)" '
    'stroke-dasharray="2.7 1.9"/></svg>'
)
_BALANCE = Markup(
    '<svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><defs><clipPath id="disc"><circle cx="19" '
    'cy="6" r="5.5"/></clipPath>'
    '</defs><circle cx="6" cy="6" r="5.5" fill="var(--node)"/><g clip-path="url(#disc)" stroke="var(--node)" '
    'stroke-width="1.6">'
    '<path d="M10 12L22 0M14 13L26 1M12 6L18 -1M18 14L27 5"/></g><circle cx="19" cy="6" r="5.2" fill="none" '
    'stroke="var(--node)" stroke-width="1.2"/>'
    "</svg>"
)
_CREDIT = Markup(
    '<svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true" fill="none" stroke-width="3.4"><circle '
    'r="5.6" stroke="var(--line)"/>'
    '<path d="M0 -5.6A5.6 5.6 0 11-5.3 1.8" stroke="var(--alert)"/></svg>'
)


class Legend(Part):
    """What the drawing means; multilateral netting only where it occurs."""

    area = "legend"
    watches = frozenset({"run"})

    def html(self) -> Markup:
        flows = [
            Markup("<li>{}{}</li>").format(sample(mechanism), text.MECHANISMS[mechanism]) for mechanism in range(4)
        ]
        rest = [
            Markup("<li>{}{}</li>").format(_WAITING, text.WAITING),
            Markup('<li class="optional">{}{}</li>').format(_BALANCE, text.ABOVE_BELOW),
            Markup('<li class="optional">{}{}</li>').format(_CREDIT, text.CREDIT_USED),
        ]
        return Markup('<ul class="legend" aria-label="{}">{}</ul>').format(text.LEGEND, Markup("").join(flows + rest))
