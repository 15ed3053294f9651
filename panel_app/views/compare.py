"""Comparison: the kept run as A beside the run on show as B, under one clock.

B is the network of the other views in another place of the grid; only A's network, the strip and the curves are new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import panel as pn
from bokeh.plotting import figure
from markupsafe import Markup

from panel_app import text
from panel_app import text_compare as words
from panel_app.compare import FATES, Comparison, Fate, Measure
from panel_app.differences import mechanisms
from panel_app.figures.clock import Clock
from panel_app.figures.compared import TITLES, BothReferences, ComparedCharts
from panel_app.figures.mirrored import MirroredStrip
from panel_app.figures.network import Selection
from panel_app.figures.numbers import full, short
from panel_app.figures.run_index import index_of
from panel_app.moment import figures, moment
from panel_app.payments import payment_id
from panel_app.repeat import SEEDS, Repeated, repeat
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views import icons
from panel_app.views.canvas import Canvas, put, source
from panel_app.views.charts import COMPARED, HEIGHT_PX, ChartCell
from panel_app.views.network import NetworkView
from panel_app.views.part import NOTHING, Part, join, styles
from panel_app.views.strip import StripView

if TYPE_CHECKING:
    from panel_app.app import App

ROWS_MOST = 40
CURVE_NAMES = ("compared waiting", "compared settled", "compared cost", "compared liquidity")


class KeptSide:
    """The kept run with the session's cursor, window and selection: what a network needs of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    @property
    def run(self) -> Any:
        return self._session.kept.run if self._session.kept is not None else self._session.run

    @property
    def selection(self) -> Selection:
        """The same bank, or the same payment under the number that it has in A."""
        chosen, comparison = self._session.selection, self._session.comparison
        if chosen is None or chosen[0] != "payment" or comparison is None:
            return chosen
        payment = comparison.in_a(chosen[1])
        return None if payment is None else ("payment", payment)

    @property
    def releasing(self) -> tuple[int, ...]:
        """Nothing: what would release a payment is told of B."""
        return ()

    def select(self, selection: Selection) -> None:
        """Select in B what was tapped in A."""
        comparison = self._session.comparison
        if selection is not None and selection[0] == "payment" and comparison is not None:
            other = Comparison(comparison.b.run, comparison.a.run).in_a(selection[1])
            selection = None if other is None else ("payment", other)
        self._session.select(selection)


def kept_side(session: Session) -> Any:
    """A `KeptSide`, which passes for a session wherever one is looked at."""
    return KeptSide(session)


class Bar(Part):
    """What both runs have in common, and which run A is; without a kept run, how to come to one."""

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
            '<section class="bar" aria-label="{}"><p><b>{}</b> <span class="muted">{}</span></p><div class="right">'
            '<button class="button outline" data-do="swap">{}{}</button><label class="picker"><span '
            'class="small muted label">{}</span><select data-do="choose-a" aria-label="{}">{}</select>{}</label>'
            "</div></section>"
        ).format(
            words.COMPARE,
            common,
            words.SAME_CLOCK,
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
            Markup("<div><dt>{}</dt><dd>{}</dd>{}</div>").format(
                name, short(value), Markup("<small>{}</small>").format(note) if note else ""
            )
            for name, value, note in shown
        ]
        return Markup(
            '<section class="head" aria-label="{letter}: {label}"><h2><i class="{letter}">{letter}</i>{label}'
            '<small class="muted">{which}</small></h2><p class="say" aria-live="{live}">{sentence}</p>'
            '<dl class="figures">{items}</dl></section>'
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


class Repetition:
    """The comparison over other seeds, computed a seed at a time so that the page stays alive."""

    def __init__(self, app: App, show: Callable[[], None]) -> None:
        self.app, self.show = app, show
        self.found: Repeated | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        """Begin anew."""
        self.forget()
        comparison = self.app.session.comparison
        if comparison is not None:
            self._task = asyncio.get_running_loop().create_task(self._run(comparison))

    def forget(self) -> None:
        """Stop, and forget what was found."""
        self.stop()
        self.found = None

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, comparison: Comparison) -> None:
        for found in repeat(comparison.a.run.config, comparison.b.run.config):
            self.found = found
            if found.done % 5 == 0:
                await self.app.locked(self.show)
            await asyncio.sleep(0)
        self._task = None
        await self.app.locked(self.show)


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
        return Markup('<section class="table diffs" aria-label="{}">{}{}{}{}</section>').format(
            words.DIFFERENCE,
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
            'aria-label="{}"><table><thead><tr><th scope="col">{}</th>{}<th></th></tr></thead><tbody>{}</tbody>'
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


class CompareStrip(StripView):
    """The mirrored strip, a figure named "compared strip"."""

    name = "compared strip"

    def _strip(self) -> MirroredStrip:
        run = self.session.run
        clock = Clock.of(run.ticks, run.ticks_per_day, self.session.display)
        other = kept_side(self.session).run
        return MirroredStrip(index_of(other), index_of(run), clock, self.width, self.height, self.scale)

    def panel(self) -> figure:
        self.canvas.figure.css_classes = ["compared-strip"]
        return self.canvas.figure

    def update(self, changed: frozenset[str]) -> None:
        super().update(changed | {"run"} if "kept" in changed else changed)


class Curves:
    """Four curves of both runs, one source "compared cursor" for all of them."""

    def __init__(self, session: Session, theme: Theme, width: float = 480.0, height: float = HEIGHT_PX) -> None:
        self.session = session
        self.width, self.height, self.scale = width, height, session.scale
        self.charts = self._charts()
        self.cursor = source("compared cursor", self.charts.cursor(session.tick))
        self.cells = [
            ChartCell(
                COMPARED,
                chart,
                self.cursor,
                Canvas(name, theme, width, height, self.scale, self.resize, sizing_mode="stretch_width"),
                self._subtitle(number),
                name,
                title,
            )
            for number, (name, title, chart) in enumerate(
                zip(CURVE_NAMES, TITLES, self.charts.compared(self.session.payer), strict=True)
            )
        ]

    def panel(self) -> pn.Column:
        return pn.Column(
            *(cell.panel() for cell in self.cells),
            css_classes=["curves"],
            margin=0,
            stylesheets=[styles("compare-curves")],
            sizing_mode="stretch_width",
        )

    def update(self, changed: frozenset[str]) -> None:
        if "theme" in changed:
            for cell in self.cells:
                cell.canvas.repaint(self.session.theme)
        if "size" in changed:
            self.resize(self.width, self.height, self.session.scale)
        if changed & {"run", "kept", "selection"}:
            self._rebuild()
        elif "tick" in changed:
            put(self.cursor, self.charts.cursor(self.session.tick))

    def resize(self, width: float, height: float, scale: float = 1.0) -> None:
        """Draw in another size; all figures have the same."""
        if (width, height, scale) != (self.width, self.height, self.scale):
            self.width, self.height, self.scale = width, height, scale
            for cell in self.cells:
                cell.canvas.resize(width, height, scale)
            self._rebuild()

    def _subtitle(self, number: int) -> str:
        if number == len(TITLES) - 1:
            return text.ALL_BANKS if self.session.payer is None else self.session.names[self.session.payer]
        return words.CURVES_NOTE if number == 0 else text.ALL_BANKS

    def _charts(self) -> ComparedCharts:
        session = self.session
        clock = Clock.of(session.run.ticks, session.run.ticks_per_day, session.display)
        a, b = index_of(kept_side(session).run), index_of(session.run)
        return ComparedCharts(a, b, clock, session.names, self.width, self.height, self.scale)

    def _rebuild(self) -> None:
        self.charts = self._charts()
        put(self.cursor, self.charts.cursor(self.session.tick))
        for number, (cell, chart) in enumerate(zip(self.cells, self.charts.compared(self.session.payer), strict=True)):
            cell.show(chart, self._subtitle(number))


class NetworkA:
    """A's network; keeps both networks to one set of places and sizes."""

    def __init__(self, app: App) -> None:
        self.app, self.session = app, app.session
        shown, scale = app.network, app.session.scale
        self.view = NetworkView(
            kept_side(app.session), app.session.theme, 600.0, 320.0, scale, "A ", shown.scenario_scale
        )
        self._both: tuple[Any, Any, BothReferences] | None = None

    def panel(self) -> figure:
        drawn = self.view.panel()
        drawn.css_classes = ["network-a"]
        return drawn

    def update(self, changed: frozenset[str]) -> None:
        session, network = self.session, self.app.network
        comparing = session.view == "compare" and session.comparison is not None
        network.measure_by(network.scenario_scale, self._reference() if comparing else None)
        if not comparing:
            return
        self.view.motion = network.motion
        changed = changed | {"run"} if "kept" in changed else changed
        self.view.update(changed)
        self.view.measure_by(network.scenario_scale, self._reference())

    def _reference(self) -> BothReferences:
        a, b = kept_side(self.session).run, self.session.run
        if self._both is None or self._both[0] is not a or self._both[1] is not b:
            self._both = a, b, BothReferences(index_of(a), index_of(b))
        return self._both[2]


class Awake:
    """A part that sleeps while another view is on show, and catches up when it is looked at again."""

    first = False

    def __init__(self, session: Session, part: Any, actions: dict[str, Callable[[Any], object]] | None = None) -> None:
        self.session, self.part, self.actions = session, part, actions or {}
        self._missed: frozenset[str] = frozenset({"view"})

    def panel(self) -> Any:
        return self.part.panel()

    def update(self, changed: frozenset[str]) -> None:
        if self.session.view != "compare":
            self._missed |= changed
            return
        changed, self._missed = changed | self._missed, frozenset()
        self.part.update(changed)


class Always(Awake):
    """A part that has to know when the view is left."""

    def update(self, changed: frozenset[str]) -> None:
        self.part.update(changed)


def parts(app: App) -> list[Awake]:
    """The parts of this view in reading order, built when it is first looked at."""
    session, theme = app.session, app.session.theme
    differences = Differences(session, theme, app)
    repetition = differences.repetition

    def choose(name: Any) -> None:
        if name == "now":
            session.keep()
        elif name != "kept":
            session.keep_other(str(name))

    def show_fate(fate: Any) -> None:
        if fate in FATES:
            differences.fate = fate
            differences.update(frozenset({"fate"}))

    def start() -> None:
        repetition.start()
        repetition.show()

    def stop() -> None:
        repetition.stop()
        repetition.show()

    actions: dict[str, Callable[[Any], object]] = {
        "swap": lambda _: session.swap(),
        "choose-a": choose,
        "fate": show_fate,
        "repeat": lambda _: start(),
        "repeat-stop": lambda _: stop(),
    }
    return [
        Awake(session, Bar(session, theme), actions),
        Awake(session, SideA(session, theme)),
        Awake(session, SideB(session, theme)),
        Always(session, NetworkA(app)),
        Awake(session, CompareStrip(session, theme, scale=session.scale)),
        Awake(session, differences),
        Awake(session, Curves(session, theme)),
    ]


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
