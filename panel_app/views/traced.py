"""A figure as the list of its parts, in the place of the events."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import full
from panel_app.session import Session
from panel_app.trace import Line, What, trace
from panel_app.views import icons
from panel_app.views.part import NOTHING, join


def traced(session: Session, what: What, number: int, most: int) -> Markup:
    """The table that `views.tables.Events` shows while a figure is traced."""
    found = trace(session, what, number, most)
    names = session.names
    whose = ""
    if number >= 0:
        pair = what in ("flow", "flow-waiting")
        whose = (
            f"{names[number // len(names)]} \N{RIGHTWARDS ARROW} {names[number % len(names)]}"
            if pair
            else names[number]
        )
    strong, rest = text.traced(what, whose, found.total, found.count)
    rows = [_row(session, line) for line in found.lines]
    heads = [(text.TIME, False), (text.WHAT_HAPPENED, False), (text.EVENT, False), (text.VALUE, True)]
    columns = [
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"') if right else "", name)
        for name, right in heads
    ]
    table = (
        Markup(
            '<div class="rows" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(text.rows_of(strong), join(columns), join(rows))
        if rows
        else Markup('<p class="empty">{}</p>').format(text.NO_EVENT)
    )
    left = found.count - len(rows)
    more = Markup('<p class="small muted">{}</p>').format(text.and_more(left)) if left > 0 else NOTHING
    return Markup(
        '<section class="table" aria-label="{0}"><div class="heading" id="trace" tabindex="-1"><h2>{0}</h2>'
        '<span class="muted">{1}</span><button class="button outline" data-do="trace" data-value="">{2}</button></div>'
        "{3}{4}</section>"
    ).format(strong, rest, text.ALL_EVENTS, table, more)


def _row(session: Session, line: Line) -> Markup:
    index, names = session.index, session.names
    place = f" no. {line.seq:,}" if line.seq >= 0 else ""
    do, value, sign = "go", str(line.tick), NOTHING
    if line.payment >= 0:
        sender, receiver = names[index.sender[line.payment]], names[index.receiver[line.payment]]
        what, do, value = f"{sender} {text.PAYS} {receiver}", "payment", str(line.payment)
        sign = icons.WAITING if line.event == "Arrival" else icons.mark(int(index.mechanism[line.payment]))
    elif line.event == "CostAccrual":
        what = text.COST_OF.format(names[line.bank])
    elif line.bank >= 0:
        what, do, value = text.USES_CREDIT.format(names[line.bank]), "trace", f"balance.{line.bank}"
    else:
        what, do = (text.OPENING if line.event == "opening" else text.OTHER_MOVEMENTS), ""
    when = session.clock(line.tick) if line.tick >= 0 else session.clock(0)
    action = Markup(' data-do="{}" data-value="{}"').format(do, value) if do else NOTHING
    chosen = line.payment >= 0 and session.selection == ("payment", line.payment)
    return Markup(
        '<tr class="{}"{}><td><button class="plain" data-do="go" data-value="{}">{}</button></td><td>{}{}</td>'
        '<td class="muted small event">{}{}</td><td class="number">{}</td></tr>'
    ).format(
        "now chosen" if chosen else "",
        action,
        max(line.tick, 0),
        when,
        sign,
        what,
        line.event if line.event not in ("opening", "other") else "",
        place,
        full(line.cents),
    )
