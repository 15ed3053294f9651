"""What both runs have in common, and the head of each side."""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from panel_app import text
from panel_app import text_compare as words
from panel_app.differences import mechanisms
from panel_app.figures.numbers import short
from panel_app.moment import figures, moment
from panel_app.views import icons
from panel_app.views.comparison.kept_side import kept_side
from panel_app.views.part import NOTHING, Part, join


class Bar(Part):
    """What both runs have in common, what came of it, and which run A is; without a kept run, how to come to one."""

    area = "compare-bar"
    watches = frozenset({"run", "kept", "view"})

    def html(self) -> Markup:
        session, comparison = self.session, self.session.comparison
        if comparison is None or session.kept is None:
            return self._empty()
        common = words.same(len(comparison.b.payment), comparison.differences, session.names, comparison.same_payments)
        made = session.kept.name
        choices = [(made or "kept", words.RUN_NAMES[made or "kept"])]
        choices += [(name, words.RUN_NAMES[name]) for name in ("scenario", "no-netting", "before") if name != made]
        choices += [("now", words.CURRENT_RUN)]
        options = [
            Markup('<option value="{}"{}>{}</option>').format(name, Markup(" selected") if not at else "", label)
            for at, (name, label) in enumerate(choices)
        ]
        return Markup(
            '<section class="bar" aria-label="{}"><p><b>{}</b> <span id="in-words">{}</span></p><div class="right">'
            '<button class="button outline" data-do="swap">{}{}</button><label class="picker"><span '
            'class="small muted label">{}</span><select data-do="choose-a" aria-label="{}">{}</select>{}</label>'
            "</div></section>"
        ).format(
            words.COMPARE,
            common,
            words.summary(comparison) if comparison.differences else _hint(),
            icons.icon("swap"),
            words.SWAP,
            words.CHOOSE_A,
            words.CHOOSE_A,
            join(options),
            icons.icon("chevron"),
        )

    def _empty(self) -> Markup:
        session = self.session
        ways = [("keep", "", words.KEEP, "solid")]
        ways += [("choose-a", "no-netting", words.WITHOUT_NETTING, "outline")] if mechanisms(session.config) else []
        ways += [("choose-a", "scenario", words.WITH_FILE, "outline")] if session.changed else []
        buttons = [
            Markup('<button class="button {}" data-do="{}" data-value="{}">{}</button>').format(look, do, value, label)
            for do, value, label, look in ways
        ]
        return Markup(
            '<section class="bar alone" aria-label="{}"><h2>{}</h2><p>{}</p><div class="ways">{}</div></section>'
        ).format(words.COMPARE, words.NO_RUN, words.NO_RUN_MORE, join(buttons))


def _hint() -> Markup:
    """What to do next, where the two runs are the same still."""
    return Markup('{} <button class="link" data-do="drawer">{}</button>').format(words.CHANGE_SOMETHING, text.WHAT_IF)


class Side(Part):
    """Head of one side: the letter, what the run is called, its sentence and its figures."""

    watches = frozenset({"run", "kept", "tick", "view", "playing"})
    letter: ClassVar[str]

    def html(self) -> Markup:
        session, comparison = self.session, self.session.comparison
        if comparison is None:
            return NOTHING
        side = kept_side(session) if self.letter == "A" else session
        now = figures(side.run, session.tick)
        label = words.run_label(comparison.differences, session.names, self.letter.lower())
        shown = (
            (words.SETTLED, now.settled, ""),
            (words.WAITING, now.waiting, text.in_payments(now.waiting_count) if now.waiting_count else ""),
            (words.COST, now.cost, ""),
        )
        items = [
            Markup("<div><dt>{}</dt><dd>{}{}</dd></div>").format(
                name, short(value), Markup("<small>{}</small>").format(note) if note else ""
            )
            for name, value, note in shown
        ]
        return Markup(
            '<section class="head" aria-label="{letter}: {label}"><h2><i class="{letter}">{letter}</i>{label}'
            '<small class="muted">{which}</small></h2><dl class="figures">{items}</dl>'
            '<p class="say" aria-live="{live}">{sentence}</p></section>'
        ).format(
            letter=self.letter,
            label=label,
            which=words.KEPT_RUN if self.letter == "A" else words.CURRENT_RUN,
            live="polite" if self.letter == "B" and not session.playing else "off",
            sentence=moment(side, session.tick).sentence,
            items=join(items),
        )


class SideA(Side):
    area, letter = "side-a", "A"


class SideB(Side):
    area, letter = "side-b", "B"
