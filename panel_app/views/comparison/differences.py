"""The figures of both runs and what changed for each bank; the same with other seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from panel_app import text
from panel_app import text_compare as words
from panel_app.compare import Comparison, Measure
from panel_app.repeat import SEEDS
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.comparison.repetition import Repetition
from panel_app.views.part import NOTHING, Part, join

if TYPE_CHECKING:
    from panel_app.app import App


class Differences(Part):
    """The figures of both runs, how often they differ so with other seeds, and what changed for each bank."""

    area = "difference"
    watches = frozenset({"run", "kept", "selection", "view", "repeated"})

    def __init__(self, session: Session, theme: Theme, app: App) -> None:
        super().__init__(session, theme)
        self.repetition = Repetition(app, lambda: self.update(frozenset({"repeated"})))

    def update(self, changed: frozenset[str]) -> None:
        if changed & {"run", "kept"}:
            self.repetition.forget()
        super().update(changed)

    def html(self) -> Markup:
        comparison = self.session.comparison
        if comparison is None:
            return NOTHING
        return Markup('<section class="table diffs">{}{}{}</section>').format(
            self._measures(comparison), self._other_seeds(), self._banks(comparison)
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

    def _other_seeds(self) -> Markup:
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
        return Markup('<p class="words" role="status">{}</p>').format(more)

    def _banks(self, comparison: Comparison) -> Markup:
        session = self.session
        rows = []
        for number, measures in enumerate(comparison.by_bank()):
            chosen = number == session.payer
            rows.append(
                Markup(
                    '<tr class="{}" data-do="bank" data-value="{}"><th scope="row"><button class="plain" '
                    'data-do="bank" data-value="{}">{}</button></th>{}<td class="change">{}</td></tr>'
                ).format(
                    "now chosen" if chosen else "",
                    number,
                    number,
                    session.names[number],
                    join([_cell(_change(measure)) for measure in measures.values()]),
                    _bar(measures["cost"]),
                )
            )
            if chosen:
                rows += [
                    Markup('<tr class="both"><td>{}</td>{}<td></td></tr>').format(
                        words.IN_RUN[side],
                        join([_cell(words.amount(one, one.a if side == "a" else one.b)) for one in measures.values()]),
                    )
                    for side in "ab"
                ]
        heads = [Markup('<th scope="col" class="number">{}</th>').format(name) for name in words.BANK_MEASURES.values()]
        return Markup(
            '<h2>{} <small class="muted">{}</small></h2><div class="rows" tabindex="0" role="region" '
            'aria-label="{}"><table><thead><tr><th scope="col">{}</th>{}<td></td></tr></thead><tbody>{}</tbody>'
            "</table></div>"
        ).format(words.BY_BANK, words.BY_BANK_MORE, words.BY_BANK, words.BANK, join(heads), join(rows))


def _link(action: str, label: str) -> Markup:
    return Markup('<button class="link" data-do="{}">{}</button>').format(action, label)


def _cell(content: str) -> Markup:
    return Markup('<td class="number">{}</td>').format(content)


def _change(measure: Measure) -> Markup:
    change = words.signed(measure) if measure.unit != "cents" else text.difference(int(measure.change))
    return Markup("<b>{}</b>").format(change) if measure.change else Markup('<span class="muted">0</span>')


def _bar(measure: Measure) -> Markup:
    """The change as a bar from the middle: full at a doubling, or when nothing is left."""
    percent = measure.percent if measure.percent is not None else 100.0 if measure.change else 0.0
    size = 48 * min(1.0, abs(percent) / 100)
    return Markup(
        '<svg width="84" height="14" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="M50 0V14" '
        'stroke="var(--ctl)"/><rect x="{:.1f}" y="3" width="{:.1f}" height="8" fill="var(--ink)"/></svg>'
    ).format(50 - size if percent < 0 else 50, size)
