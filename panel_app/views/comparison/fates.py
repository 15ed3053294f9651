"""What became of each payment in both runs."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from panel_app import text
from panel_app import text_compare as words
from panel_app.compare import FATES, Comparison, Fate
from panel_app.figures.numbers import full
from panel_app.payments import payment_id
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views import icons
from panel_app.views.part import NOTHING, Part, join

ROWS_MOST = 40


class Fates(Part):
    """Payments by what changed for them from A to B, those of the largest change first."""

    area = "fates"
    watches = frozenset({"run", "kept", "selection", "view", "fate"})

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.chosen: Fate | None = None
        """What the reader asked for; until then the first that befell any payment."""

    def choose(self, fate: Any) -> None:
        """Show the payments that fared so."""
        if fate in FATES:
            self.chosen = fate
            self.update(frozenset({"fate"}))

    def html(self) -> Markup:
        comparison = self.session.comparison
        if comparison is None or not comparison.same_payments:
            return NOTHING
        return self._payments(comparison)

    def _payments(self, comparison: Comparison) -> Markup:
        session = self.session
        counts = {fate: len(rows) for fate, rows in comparison.fates.items()}
        first = next((fate for fate in FATES if counts[fate]), FATES[0])
        shown = first if self.chosen is None else self.chosen
        buttons = [
            Markup('<button data-do="fate" data-value="{}" aria-pressed="{}">{} {:,}</button>').format(
                fate, "true" if fate == shown else "false", words.FATES[fate], counts[fate]
            )
            for fate in FATES
        ]
        a, b = comparison.a, comparison.b
        rows = []
        for row in comparison.fates[shown][:ROWS_MOST].tolist():
            payment = int(b.payment[row])
            chosen = session.selection == ("payment", payment)
            rows.append(
                Markup(
                    '<tr class="{}" data-do="payment" data-value="{}"><td><button class="plain" data-do="payment" '
                    'data-value="{}">{}</button></td><td>{}</td><td>{}</td><td class="number">{}</td><td>{}</td>'
                    "<td>{}</td><td>{}</td></tr>"
                ).format(
                    "now chosen" if chosen else "",
                    payment,
                    payment,
                    payment_id(b.run, payment),
                    session.names[b.sender[row]],
                    session.names[b.receiver[row]],
                    full(int(b.amount[row])),
                    self._settles(a, row),
                    self._settles(b, row),
                    words.sooner(int(a.settled[row]), int(b.settled[row])),
                )
            )
        heads = [
            Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"') if name == words.VALUE else "", name)
            for name in (words.PAYMENT, words.FROM, words.TO, words.VALUE, words.IN_A, words.IN_B, words.SOONER)
        ]
        table = (
            Markup(
                '<div class="rows" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
                "<tbody>{}</tbody></table></div>{}"
            ).format(words.BY_PAYMENT, join(heads), join(rows), self._cut(counts[shown]))
            if rows
            else Markup('<p class="empty">{}</p>').format(words.NOTHING_HERE)
        )
        return Markup(
            '<section class="table diffs"><h2>{}</h2>{}<div class="segments fates" role="group" '
            'aria-label="{}">{}</div>{}</section>'
        ).format(words.BY_PAYMENT, self._selected(comparison), words.BY_PAYMENT, join(buttons), table)

    @staticmethod
    def _cut(payments: int) -> Markup:
        """What is said under a list that ends before its payments do."""
        if payments <= ROWS_MOST:
            return NOTHING
        return Markup('<p class="words small">{}</p>').format(words.cut(ROWS_MOST, payments))

    def _selected(self, comparison: Comparison) -> Markup:
        selection = self.session.selection
        row = comparison.row_of(selection[1]) if selection is not None and selection[0] == "payment" else None
        if row is None:
            return NOTHING
        session, b = self.session, comparison.b
        who = f"{session.names[b.sender[row]]} {text.PAYS} {session.names[b.receiver[row]]}"
        fates = [self._fate(side, row) for side in (comparison.a, comparison.b)]
        said = words.selected(payment_id(b.run, int(b.payment[row])), who, int(b.amount[row]), *fates)
        return Markup('<p class="words" id="selected-fate">{}</p>').format(said)

    def _fate(self, side: Any, row: int) -> str:
        settled = int(side.settled[row])
        how = int(side.index.mechanism[side.payment[row]])
        return words.fate(
            None if settled < 0 else self.session.clock(settled), text.HOW[how] if how >= 0 else text.IN_PARTS
        )

    def _settles(self, side: Any, row: int) -> Markup:
        settled, how = int(side.settled[row]), int(side.index.mechanism[side.payment[row]])
        if settled < 0:
            return Markup("{}{}").format(icons.WAITING, words.NEVER)
        return Markup("{}{}").format(icons.mark(how) if how >= 0 else "", self.session.clock(settled))
