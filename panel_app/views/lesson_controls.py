"""The controls of the what-if panel that a step of a lesson puts into its text."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import short
from panel_app.lessons import facts
from panel_app.lessons.document import Do
from panel_app.lessons.facts import Fact
from panel_app.session import Session
from panel_app.views.icons import mark
from panel_app.views.what_if import slider, toggle

SWITCHES = {"bilateral": 2, "cycles": 3}
_FACTORS = {
    "balances": ("balance-factor", text.OPENING_BALANCE),
    "credit": ("credit-factor", text.CREDIT),
    "arrivals": ("arrivals-factor", text.ARRIVALS),
}


def control(name: str, block: Do, session: Session) -> Markup:
    """A switch or slider by the name that a lesson gives it."""
    word, _, bank = name.partition(" ")
    if word in SWITCHES:
        mechanism = SWITCHES[word]
        label = text.SWITCHES[mechanism]
        switch = toggle(word, label, bool(Fact(word).value(session)))
        return Markup('<div class="switch">{}<span>{}</span>{}</div>').format(mark(mechanism, 14), label, switch)
    if word in _FACTORS:
        action, label = _FACTORS[word]
        percent = int(Fact(word).value(session))
        return slider(label, action, text.times(percent), percent, 0 if word != "arrivals" else 10, 300, 5)
    number = facts.bank_number(session, bank)
    opening = int(Fact("opening-balance", bank).value(session))
    wanted = [setting.value for setting in block.show_me if setting.bank == bank and setting.name == word]
    high = max([opening, *(value * 3 // 2 for value in wanted)])
    step = 10 ** max(2, len(str(high)) - 3)
    return slider(session.names[number], "balance", short(opening), opening, 0, -(-high // step) * step, step, number)
