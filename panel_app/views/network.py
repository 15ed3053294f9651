"""The network of banks, drawn with Bokeh from the columns of `panel_app.figures.network`.

Flows are `quadratic` glyphs: six numbers a curve, so that the ends can follow the banks' size in every tick. Bokeh
cannot tell which of them was tapped, but the geometry here can, so taps are resolved in Python.
"""

from typing import Any, Protocol

import numpy as np
from bokeh.core.properties import value
from bokeh.events import Tap
from bokeh.models import Arc, Quadratic, Scatter, Text
from bokeh.plotting import figure

from panel_app.figures.columns import Columns
from panel_app.figures.flows import Reference
from panel_app.figures.labels import MORE_SIZE, NAME_SIZE, NOTE_SIZE
from panel_app.figures.layout import Size
from panel_app.figures.moment_labels import HEADLINE_SIZE, SECOND_LINE_SIZE, VALUE_SIZE
from panel_app.figures.network import Picture, Selection
from panel_app.figures.scenario_scale import ScenarioScale
from panel_app.theme import Theme
from panel_app.tokens import FONT, MARK_FILL_TOKENS, MARK_LINE_TOKENS, MECHANISM_TOKENS, STATE_FILL_TOKENS, STATE_TOKENS
from panel_app.views.beads import Beads, duration
from panel_app.views.canvas import Canvas, Token, put, source

REACH_PX = 6.0
"""A flow is hit this near to its edge, a finger's help."""
GROUND = Token("bg")
HEAD_COLUMNS: dict[str, Any] = {
    "x": "head_x",
    "y": "head_y",
    "size": "head_size",
    "angle": "head_angle",
    "marker": "triangle",
}
CURVE_COLUMNS: dict[str, Any] = {name: name for name in ("x0", "y0", "cx", "cy", "x1", "y1")}


class Scene(Protocol):
    """What is needed of a session: one of its runs, and the cursor."""

    scenario: str
    run: Any
    display: dict[str, Any]
    names: list[str]
    tick: int
    theme: Theme
    playing: bool
    ticks_per_second: int
    selection: Selection

    @property
    def releasing(self) -> tuple[int, ...]: ...
    @property
    def window_ticks(self) -> int: ...
    @property
    def scale(self) -> float: ...
    def select(self, selection: Selection) -> None: ...


class NetworkView:
    """One figure named "network", with the sources "flows", "waiting" and "banks" and a few for what is drawn above
    them; `before` stands before the names of another one on the same page.
    """

    def __init__(
        self,
        session: Scene,
        theme: Theme,
        width: float = 752.0,
        height: float = 377.0,
        scale: float = 1.0,
        before: str = "",
        scenario_scale: ScenarioScale | None = None,
    ) -> None:
        self.session = session
        self.size = Size(width, height, scale)
        self.scenario_scale = scenario_scale or ScenarioScale(session)
        self._reference: Reference | None = None
        self.network = self.scenario_scale.network(session, self.size)
        self.picture: Picture = self._picture()
        self.canvas = Canvas(f"{before}network", theme, width, height, scale, self.resize)
        self.sources = {name: source(before + name, columns) for name, columns in self._tables().items()}
        self._draw()
        self.beads = Beads(self.canvas)
        self.motion = False
        """Whether beads may run; the app says so when the reader has not asked for less motion."""
        self._shown_tick = session.tick
        self.canvas.figure.on_event(Tap, self._tapped)

    def panel(self) -> figure:
        """The Bokeh figure."""
        return self.canvas.figure

    def update(self, changed: frozenset[str]) -> None:
        """Show what the session shows now."""
        if "theme" in changed:
            self.canvas.repaint(self.session.theme)
        if "size" in changed:
            self.resize(self.size.width, self.size.height, self.session.scale)
        if "run" in changed:
            if not self.scenario_scale.fits(self.session):
                self.scenario_scale = ScenarioScale(self.session)
            self.network = self.scenario_scale.network(self.session, self.size, self._reference)
        if changed & {"run", "tick", "window", "selection", "playing"}:
            self._show()
        self._move(changed)

    def measure_by(self, scale: ScenarioScale, reference: Reference | None) -> None:
        """Place the banks as `scale` says, and let `reference` say what counts as large (None: the scenario)."""
        if scale is not self.scenario_scale or reference is not self._reference:
            self.scenario_scale, self._reference = scale, reference
            self.network = scale.network(self.session, self.size, reference)
            self._show()

    def _move(self, changed: frozenset[str]) -> None:
        """Beads run after a step forward; any other move shows the tick as it is."""
        session = self.session
        if changed & {"run", "tick", "window"}:
            self.beads.stop()
        forward = changed == {"tick"} and session.tick == self._shown_tick + 1
        seconds = duration(session.ticks_per_second if session.playing else None)
        self._shown_tick = session.tick
        if self.motion and forward and seconds:
            self.beads.run(*self.network.beads(session.tick, self.picture), seconds)

    def resize(self, width: float, height: float, scale: float = 1.0) -> None:
        """Draw in another size, in CSS pixels; `scale` is 1.22 in large type."""
        size = Size(width, height, scale)
        if size != self.size:
            self.size = size
            self.network = self.scenario_scale.network(self.session, size, self._reference)
            self.canvas.resize(width, height, scale)
            self._show()

    def _picture(self) -> Picture:
        session = self.session
        return self.network.picture(session.tick, session.window_ticks, session.selection, session.releasing)

    def _show(self) -> None:
        self.picture = self._picture()
        for name, columns in self._tables().items():
            put(self.sources[name], columns)

    def _tables(self) -> dict[str, Any]:
        picture = self.picture
        return {
            "flows": _sent(picture.flows),
            "moment": _sent(picture.moment),
            "waiting": _sent(picture.waiting),
            "queue": picture.queue,
            "queue more": picture.queue_more,
            "banks": picture.banks,
            "values": picture.values,
            **_lines(picture, self.size.height),
        }

    # Drawing, from the ground up

    def _draw(self) -> None:
        canvas, sources = self.canvas, self.sources
        self._draw_flows("flows")
        waiting = sources["waiting"]
        colour = canvas.by_number("selected", "ctl", "ink2", "ink")
        canvas.draw(
            waiting,
            Quadratic,
            **CURVE_COLUMNS,
            line_width="outline",
            line_alpha="alpha",
            line_dash=[4, 3],
            line_color=colour,
        )
        canvas.draw(waiting, Quadratic, **CURVE_COLUMNS, line_width="width", line_color=GROUND)
        canvas.draw(
            waiting, Scatter, **HEAD_COLUMNS, line_width=1.3, line_alpha="alpha", line_color=colour, fill_color=GROUND
        )
        canvas.draw(sources["moment"], Quadratic, **CURVE_COLUMNS, line_width="halo", line_color=GROUND)
        self._draw_flows("moment")
        self._draw_banks()
        canvas.write(sources["values"], VALUE_SIZE, "cycle", bold=True, halo=4)
        canvas.write(sources["headline"], HEADLINE_SIZE, "cycle", bold=True, halo=6)
        canvas.write(sources["headline2"], SECOND_LINE_SIZE, "ink", bold=True, halo=6)
        canvas.write(sources["rest"], 11.5, "ink2", halo=4)

    def _draw_flows(self, name: str) -> None:
        canvas, data = self.canvas, self.sources[name]
        colour = canvas.by_number("mechanism", *MECHANISM_TOKENS)
        canvas.draw(data, Quadratic, **CURVE_COLUMNS, line_width="width", line_alpha="alpha", line_color=colour)
        canvas.draw(data, Scatter, **HEAD_COLUMNS, line_color=None, fill_alpha="alpha", fill_color=colour)
        # Square, diamond or ring: the mechanism can be told without its colour.
        canvas.draw(
            data,
            Scatter,
            x="mark_x",
            y="mark_y",
            size="mark_size",
            angle="mark_angle",
            marker={"field": "mark"},
            line_width=2,
            line_alpha="alpha",
            fill_alpha="alpha",
            fill_color=canvas.by_number("mechanism", *MARK_FILL_TOKENS),
            line_color=canvas.by_number("mechanism", *MARK_LINE_TOKENS),
        )

    def _draw_banks(self) -> None:
        canvas, banks, node = self.canvas, self.sources["banks"], Token("node")
        canvas.draw(banks, Scatter, x="x", y="y", size="clearing", line_color=None, fill_color=GROUND)
        canvas.draw(
            banks,
            Scatter,
            x="x",
            y="y",
            size="selection",
            fill_color=None,
            line_alpha="selection_alpha",
            line_width=2,
            line_color=Token("ink"),
        )
        ring: dict[str, Any] = {
            "x": "x",
            "y": "y",
            "radius": "ring",
            "start_angle": np.pi / 2,
            "direction": "clock",
            "line_width": "ring_width",
        }
        canvas.draw(banks, Arc, **ring, end_angle=-3 * np.pi / 2, line_alpha="ring_alpha", line_color=Token("line"))
        canvas.draw(banks, Arc, **ring, end_angle="arc_end", line_color=Token("alert"))
        disc = canvas.by_number("negative", "node", "bg")
        canvas.draw(banks, Scatter, x="x", y="y", size="size", line_width=1.5, line_color=node, fill_color=disc)
        # The hatch is a glyph of its own: with one pattern for all, Bokeh makes it once and not for every bank.
        hatch: dict[str, Any] = {"hatch_pattern": "right_diagonal_line", "hatch_scale": 9, "hatch_weight": 2}
        canvas.draw(
            banks, Scatter, x="x", y="y", size="hatched", fill_color=None, line_color=None, hatch_color=node, **hatch
        )
        letter: dict[str, Any] = {
            "x": "x",
            "y": "y",
            "text_align": "center",
            "text_baseline": "middle",
            "text_font": value(FONT),
            "text_font_style": "bold",
            "text_font_size": {"field": "letter_size"},
        }
        canvas.draw(
            banks,
            Text,
            **letter,
            text="letter_halo",
            text_outline_width=3.5,
            text_color=GROUND,
            text_outline_color=GROUND,
        )
        canvas.draw(banks, Text, **letter, text="letter", text_color=canvas.by_number("negative", "node_text", "ink"))
        queue = self.sources["queue"]
        canvas.draw(
            queue,
            Scatter,
            x="x",
            y="y",
            size="size",
            marker={"field": "marker"},
            line_width=1.5,
            line_dash=[3, 2],
            line_alpha="outline",
            fill_color=canvas.by_number("state", *STATE_FILL_TOKENS),
            line_color=canvas.by_number("state", *STATE_TOKENS),
        )
        canvas.write(
            banks, NAME_SIZE, "ink", x="name_x", y="name_y", text="name", align="name_align", bold=True, halo=4
        )
        canvas.write(banks, NAME_SIZE, "ink2", x="amount_x", y="name_y", text="amount", align="amount_align", halo=4)
        canvas.write(banks, NOTE_SIZE, "ink2", x="note_x", y="note_y", text="note", align="align", halo=4)
        canvas.write(self.sources["queue more"], MORE_SIZE, "ink2", halo=4)

    # Taps

    def _tapped(self, event: Any) -> None:
        if event.x is not None and event.y is not None:
            found = self.hit(float(event.x), float(event.y))
            if found is not None:
                self.session.select(found)

    def hit(self, x: float, y: float) -> Selection:
        """What lies at a point of the figure: a bank, a waiting payment, or a flow."""
        at, picture, banks = self.network.at, self.picture, self.network.index.banks
        away = np.hypot(at.x - x, at.y - y)
        bank = int(away.argmin())
        if away[bank] <= max(float(np.asarray(picture.banks["clearing"])[bank]) / 2, 12.0):
            return "bank", bank
        queue = picture.queue
        away = np.hypot(np.asarray(queue["x"]) - x, np.asarray(queue["y"]) - y) - np.asarray(queue["size"]) / 2
        if len(away) and away.min() <= 3:
            return "payment", int(np.asarray(queue["payment"])[away.argmin()])
        best = REACH_PX
        selection: Selection = None
        for table, curves in ((picture.waiting, picture.waiting_curves), (picture.flows, picture.flow_curves)):
            away = curves.distance(x, y) - np.asarray(table["width"]) / 2
            if len(away) and away.min() < best:
                row = int(away.argmin())
                best = float(away[row])
                selection = "flow", int(np.asarray(table["sender"])[row] * banks + np.asarray(table["receiver"])[row])
        return selection


def _sent(columns: Columns) -> Columns:
    """Without what the page does not need twenty times a second."""
    return {name: column for name, column in columns.items() if name not in ("heading", "last", "moment")}


def _lines(picture: Picture, height: float) -> dict[str, Any]:
    """The headline's two lines and the note about what is left out, each as a table of its own size of type."""
    headline = picture.headline
    lines = {
        name: {key: column[row : row + 1] for key, column in headline.items()}
        for row, name in enumerate(("headline", "headline2"))
    }
    rest = [picture.rest] if picture.rest else []
    return {
        **lines,
        "rest": {
            "x": np.full(len(rest), 8.0),
            "y": np.full(len(rest), height - 6.0),
            "text": rest,
            "align": ["left"] * len(rest),
        },
    }
