"""Tables of the rows around the cursor. Real HTML tables: they read, tab and zoom like text, and cost only what they
show."""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from panel_app import text
from panel_app.figures.moments import BILATERAL
from panel_app.figures.numbers import full
from panel_app.happenings import NETTING, OVERDUE, happenings_of
from panel_app.payments import SETTLED, WAITING, Show, listed, matching, payment_id
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.trace import What
from panel_app.views import icons
from panel_app.views.part import NOTHING, Part, join

ROWS_MOST = 60
ROWS_PLAYING = 12
"""While playing nobody scrolls."""


class Table(Part):
    """A filtered table. Words of the filter are joined by and; an empty filter shows all."""

    title: ClassVar[str]
    action: ClassVar[str]
    placeholder: ClassVar[str]

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.words: list[str] = []

    def filter(self, typed: str) -> None:
        """Show only what matches."""
        self.words = typed.lower().split()[:6]

    def _most(self) -> int:
        return ROWS_PLAYING if self.session.playing else ROWS_MOST

    def _frame(self, head: list[tuple[str, bool]], rows: list[Markup], empty: str, extra: Markup = NOTHING) -> Markup:
        columns = join(
            [
                Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"') if right else "", name)
                for name, right in head
            ]
        )
        if rows:
            body = Markup(
                '<div class="rows" tabindex="0" role="region" '
                'aria-label="{}"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
            )
            table = body.format(text.rows_of(self.title), columns, join(rows))
        else:
            clear = (
                Markup('<button class="link" data-do="{}" data-value="">{}</button>').format(self.action, text.CLEAR)
                if self.words
                else ""
            )
            table = Markup('<p class="empty">{} {}</p>').format(empty, clear)
        return Markup(
            '<section class="table" aria-label="{title}"><div class="heading"><h2>{title}</h2>{extra}<label '
            'class="entry">{search}'
            '<input type="search" placeholder="{placeholder}" aria-label="{placeholder}" data-do="{action}" '
            'data-every="150" value="{value}"></label>'
            "</div>{table}</section>"
        ).format(
            title=self.title,
            extra=extra,
            search=icons.icon("search"),
            placeholder=self.placeholder,
            action=self.action,
            value=" ".join(self.words),
            table=table,
        )


class Events(Table):
    """What happened, latest first, with the next thing to come on top."""

    area = "events"
    watches = frozenset({"run", "tick", "selection", "playing", "filter-events"})
    title, action, placeholder = text.EVENTS, "filter-events", text.FILTER_EVENTS

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.trace: tuple[What, int] | None = None
        """The figure whose parts are listed instead, and whose: see `panel_app.trace`."""
        self._mine = session.concerned

    def html(self) -> Markup:
        session = self.session
        self._mine = session.concerned
        if self.trace is not None:
            from panel_app.views.traced import traced

            return traced(session, *self.trace, self._most())
        happenings = happenings_of(session.run)
        match = happenings.matching(session.names, self.words) if self.words else None
        around = happenings.around(session.tick, self._most(), match)
        rows = [
            self._row(*row)
            for row in zip(around.tick.tolist(), around.kind.tolist(), around.number.tolist(), strict=True)
        ]
        head = [(text.TIME, False), (text.WHAT_HAPPENED, False), (text.VALUE, True)]
        return self._frame(head, rows, text.NO_EVENT if self.words else text.NO_EVENT_YET)

    def _row(self, tick: int, kind: int, number: int) -> Markup:
        session, index = self.session, self.session.index
        if kind == NETTING:
            netting = happenings_of(session.run).nettings[number]
            names = [session.names[bank] for bank in netting.banks]
            sign, what, value = (
                icons.mark(netting.mechanism),
                (text.bilateral if netting.mechanism == BILATERAL else text.cycle)(names),
                netting.value,
            )
            payment = netting.payments[0]
            mine = bool(self._mine[list(netting.payments)].any())
        else:
            sender, receiver = session.names[index.sender[number]], session.names[index.receiver[number]]
            payment, value, mine = number, int(index.amount[number]), bool(self._mine[number])
            if kind == OVERDUE:
                sign, what = icons.OVERDUE, text.goes_overdue(sender, receiver)
            else:
                waited = tick - int(index.arrival[number])
                sign, what = icons.mark(int(index.mechanism[number])), text.pays(sender, receiver, waited)
        when = "now" if tick == session.tick else "later" if tick > session.tick else ""
        when += " mine" if mine else ""
        return Markup(
            '<tr class="{}" data-do="payment" data-value="{}"><td><button class="plain" data-do="go" '
            'data-value="{}">{}</button></td>'
            '<td>{}{}</td><td class="number">{}</td></tr>'
        ).format(when, payment, tick, session.clock(tick), sign, what, full(value))


class Payments(Table):
    """Payments that wait, then those that settled, latest first."""

    area = "payments"
    watches = frozenset({"run", "tick", "selection", "playing", "filter-payments"})
    title, action, placeholder = text.PAYMENTS, "filter-payments", text.FILTER_PAYMENTS

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.show: Show = "all"

    def html(self) -> Markup:
        session = self.session
        match = matching(session.index, session.names, self.words) if self.words else None
        shown, counts = listed(session.index, session.tick, self.show, match, self._most())
        mine, releasing = session.concerned, frozenset(session.releasing)
        rows = [self._row(payment, bool(mine[payment]), payment in releasing) for payment in shown.tolist()]
        kinds: tuple[tuple[Show, str], ...] = (
            ("all", text.ALL),
            ("waiting", text.WAITING_ONLY),
            ("overdue", text.OVERDUE_ONLY),
        )
        buttons = [
            Markup('<button data-do="show-{}" aria-pressed="{}">{} {:,}</button>').format(
                kind, "true" if kind == self.show else "false", label, counts[kind]
            )
            for kind, label in kinds
        ]
        segments = Markup('<div class="segments" role="group" aria-label="{}">{}</div>').format(
            text.SHOW, join(buttons)
        )
        head = [
            (text.PAYMENT, False),
            (text.FROM, False),
            (text.TO, False),
            (text.VALUE, True),
            (text.ARRIVED, False),
            (text.DEADLINE, False),
        ]
        empty = text.NO_MATCH if self.words or self.show != "all" else text.NO_PAYMENT_YET
        return self._frame([*head, (text.STATE, False)], rows, empty, segments)

    def _row(self, payment: int, mine: bool, releases: bool) -> Markup:
        session, index, tick = self.session, self.session.index, self.session.tick
        settled, arrival, deadline = (
            int(index.settled[payment]),
            int(index.arrival[payment]),
            int(index.deadline[payment]),
        )
        state = SETTLED if 0 <= settled <= tick else WAITING
        if state == SETTLED:
            how = int(index.mechanism[payment])
            shown = Markup("{}{}").format(
                icons.mark(how), text.HOW_SHORT[how] if how != 1 else text.after(settled - arrival)
            )
        else:
            shown = Markup("{}{}").format(icons.WAITING, text.waits(tick - arrival))
        late = (
            Markup(' <span class="alert">{}</span>').format(text.OVERDUE)
            if state == WAITING and tick > deadline
            else ""
        )
        if releases:
            shown += Markup(' <span class="releases">{}</span>').format(text.RELEASES)
        chosen = session.selection == ("payment", payment)
        return Markup(
            '<tr class="{}" data-do="payment" data-value="{}"{}><td><button class="plain" data-do="payment" '
            'data-value="{}">{}</button></td>'
            '<td>{}</td><td>{}</td><td class="number">{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>'
        ).format(
            "now chosen" if chosen else "releasing" if releases else "mine" if mine else "",
            payment,
            Markup(' aria-current="true"') if chosen else "",
            payment,
            payment_id(session.run, payment),
            session.names[index.sender[payment]],
            session.names[index.receiver[payment]],
            full(int(index.amount[payment])),
            session.clock(arrival),
            session.clock(min(deadline, session.ticks - 1)),
            late,
            shown,
        )
