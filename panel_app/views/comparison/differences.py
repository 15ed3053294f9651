"""The figures of both runs, in a table and in words; each bank; payment by payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from panel_app import text
from panel_app import text_compare as words
from panel_app.compare import FATES, Comparison, Fate, Measure
from panel_app.figures.numbers import full
from panel_app.payments import payment_id
from panel_app.repeat import SEEDS
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views import icons
from panel_app.views.comparison.repetition import Repetition
from panel_app.views.part import NOTHING, Part, join

if TYPE_CHECKING:
    from panel_app.app import App

ROWS_MOST = 40


class Differences(Part):
    """The figures of both runs, the comparison in words, each bank, and payment by payment."""

    area = "difference"
    watches = frozenset({"run", "kept", "selection", "view", "fate", "repeated"})

    def __init__(self, session: Session, theme: Theme, app: App) -> None:
        super().__init__(session, theme)
        self.fate: Fate = "only-b"
        self.repetition = Repetition(app, lambda: self.update(frozenset({"repeated"})))

    def update(self, changed: frozenset[str]) -> None:
        if changed & {"run", "kept"}:
            self.repetition.forget()
        super().update(changed)

    def html(self) -> Markup:
        comparison = self.session.comparison
        if comparison is None:
            return NOTHING
        return Markup('<section class="table diffs">{}{}{}{}</section>').format(
            self._measures(comparison),
            self._words(comparison),
            self._banks(comparison),
            self._payments(comparison) if comparison.same_payments else "",
        )

    def _measures(self, comparison: Comparison) -> Markup:
        labels = [words.run_label(comparison.differences, self.session.names, side) for side in "ab"]
        rows = [
            Markup(
                '<tr><th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td>'
                '<td class="number"><b>{}</b></td><td class="change">{}</td><td class="number muted">{}</td></tr>'
            ).format(
                words.MEASURES[measure.name],
                words.amount(measure, measure.a, measure.of_a),
                words.amount(measure, measure.b, measure.of_b),
                words.signed(measure),
                _bar(measure),
                words.percent(measure),
            )
            for measure in comparison.measures()
        ]
        return Markup(
            '<h2>{}</h2><div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr>'
            '<th scope="col">{}</th><th scope="col" class="number">A, {}</th><th scope="col" class="number">B, {}</th>'
            '<th scope="col" class="number">{}</th><th scope="colgroup" colspan="2" class="number">{}</th></tr></thead>'
            "<tbody>{}</tbody></table></div>"
        ).format(
            words.DIFFERENCE,
            words.DIFFERENCE,
            words.MEASURE,
            *(label[:1].lower() + label[1:] for label in labels),
            words.MINUS_A,
            words.CHANGE,
            join(rows),
        )

    def _words(self, comparison: Comparison) -> Markup:
        found = self.repetition.found
        if self.repetition.running and found is not None:
            more = Markup("{} {}").format(words.progress(found.done, SEEDS), _link("repeat-stop", words.STOP))
        elif found is not None and found.done:
            low, middle, high = found.quartiles()
            more = Markup('<span id="repeated">{}</span>').format(
                words.repeated(found.done, sum(found.settled_more), found.dearer, low, middle, high)
            )
        else:
            more = Markup("{} {} {}").format(words.ONE_DAY, _link("repeat", words.REPEAT.lower()), words.TO_SEE)
        return Markup('<p class="words" id="in-words" role="status">{} {}</p>').format(
            words.summary(comparison, self.session.names), more
        )

    def _banks(self, comparison: Comparison) -> Markup:
        session = self.session
        chosen = session.selection[1] if session.selection and session.selection[0] == "bank" else None
        rows = []
        for number, measures in enumerate(comparison.by_bank()):
            cells = [
                Markup('<td class="number" title="A {}, B {}">{}</td>').format(
                    words.amount(measure, measure.a), words.amount(measure, measure.b), _change(measure)
                )
                for measure in measures.values()
            ]
            rows.append(
                Markup(
                    '<tr class="{}" data-do="bank" data-value="{}"><th scope="row"><button class="plain" '
                    'data-do="bank" data-value="{}">{}</button></th>{}<td class="change">{}</td></tr>'
                ).format(
                    "now chosen" if number == chosen else "",
                    number,
                    number,
                    session.names[number],
                    join(cells),
                    _bar(measures["cost"]),
                )
            )
        heads = [Markup('<th scope="col" class="number">{}</th>').format(name) for name in words.BANK_MEASURES.values()]
        return Markup(
            '<h2>{} <small class="muted">{}</small></h2><div class="scroll" tabindex="0" role="region" '
            'aria-label="{}"><table><thead><tr><th scope="col">{}</th>{}<td></td></tr></thead><tbody>{}</tbody>'
            "</table></div>"
        ).format(words.BY_BANK, words.MINUS_A, words.BY_BANK, words.BANK, join(heads), join(rows))

    def _payments(self, comparison: Comparison) -> Markup:
        session = self.session
        counts = {fate: len(rows) for fate, rows in comparison.fates.items()}
        buttons = [
            Markup('<button data-do="fate" data-value="{}" aria-pressed="{}">{} {:,}</button>').format(
                fate, "true" if fate == self.fate else "false", words.FATES[fate], counts[fate]
            )
            for fate in FATES
        ]
        a, b = comparison.a, comparison.b
        rows = []
        for row in comparison.fates[self.fate][:ROWS_MOST].tolist():
            payment = int(b.payment[row])
            chosen = session.selection == ("payment", payment)
            rows.append(
                Markup(
                    '<tr class="{}" data-do="payment" data-value="{}"><td><button class="plain" data-do="payment" '
                    'data-value="{}">{}</button></td><td>{}</td><td>{}</td><td class="number">{}</td><td>{}</td>'
                    "<td>{}</td></tr>"
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
                )
            )
        heads = [
            Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"') if name == words.VALUE else "", name)
            for name in (words.PAYMENT, words.FROM, words.TO, words.VALUE, words.IN_A, words.IN_B)
        ]
        table = (
            Markup(
                '<div class="rows" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
                "<tbody>{}</tbody></table></div>"
            ).format(words.BY_PAYMENT, join(heads), join(rows))
            if rows
            else Markup('<p class="empty">{}</p>').format(words.NOTHING_HERE)
        )
        return Markup('<h2>{}</h2>{}<div class="segments fates" role="group" aria-label="{}">{}</div>{}').format(
            words.BY_PAYMENT, self._selected(comparison), words.BY_PAYMENT, join(buttons), table
        )

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


def _link(action: str, label: str) -> Markup:
    return Markup('<button class="link" data-do="{}">{}</button>').format(action, label)


def _change(measure: Measure) -> Markup:
    change = words.signed(measure) if measure.unit != "cents" else text.difference(int(measure.change))
    return Markup("<b>{}</b>").format(change) if measure.change else Markup('<span class="muted">0</span>')


def _bar(measure: Measure) -> Markup:
    """The change as a bar from the middle: full at a doubling, or when nothing is left."""
    percent = measure.percent if measure.percent is not None else 100.0 if measure.change else 0.0
    size = 48 * min(1.0, abs(percent) / 100)
    return Markup(
        '<svg width="66" height="14" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="M50 0V14" '
        'stroke="var(--ctl)"/><rect x="{:.1f}" y="3" width="{:.1f}" height="8" fill="var(--ink)"/></svg>'
    ).format(50 - size if percent < 0 else 50, size)
