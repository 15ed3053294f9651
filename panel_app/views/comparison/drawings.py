"""What is drawn for two runs: the mirrored strip, the curves, and A's network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import panel as pn
from bokeh.plotting import figure

from panel_app import text
from panel_app import text_compare as words
from panel_app.figures.clock import Clock
from panel_app.figures.compared import TITLES, BothReferences, ComparedCharts
from panel_app.figures.mirrored import MirroredStrip
from panel_app.figures.run_index import index_of
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.canvas import Canvas, put, source
from panel_app.views.charts import COMPARED, HEIGHT_PX, ChartCell
from panel_app.views.comparison.kept_side import kept_side
from panel_app.views.network import NetworkView
from panel_app.views.part import styles
from panel_app.views.strip import StripView

if TYPE_CHECKING:
    from panel_app.app import App

CURVE_NAMES = ("compared waiting", "compared settled", "compared cost", "compared liquidity")


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
                session,
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
