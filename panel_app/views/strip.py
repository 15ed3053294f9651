"""The day strip with Bokeh: drawn once a run, then only the band, the veil and the cursor move. A tap or a drag moves
the cursor.
"""

from typing import Any

from bokeh.events import Pan, PanStart, Tap
from bokeh.models import Patch, Quad, Scatter, Segment
from bokeh.plotting import figure

from panel_app.figures.clock import Clock
from panel_app.figures.run_index import index_of
from panel_app.figures.strip import LABEL_SIZE, Strip
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.tokens import MARK_FILL_TOKENS, MECHANISM_TOKENS
from panel_app.views.canvas import Canvas, Token, put, source


class StripView:
    """One figure named "strip" with the sources "strip bars", "strip queue", "strip moving" and so on."""

    name = "strip"

    def __init__(
        self, session: Session, theme: Theme, width: float = 1247.0, height: float = 122.0, scale: float = 1.0
    ) -> None:
        self.session = session
        self.width, self.height, self.scale = width, height, scale
        self.strip = self._strip()
        self.canvas = Canvas(self.name, theme, width, height, scale, self.resize)
        self.sources = {name: source(f"{self.name} {name}", columns) for name, columns in self._tables().items()}
        self._draw()
        for event in (Tap, PanStart, Pan):
            self.canvas.figure.on_event(event, self._pointed)

    def panel(self) -> figure:
        """The Bokeh figure."""
        return self.canvas.figure

    def update(self, changed: frozenset[str]) -> None:
        """Show what the session shows now."""
        if "theme" in changed:
            self.canvas.repaint(self.session.theme)
        if "size" in changed:
            self.resize(self.width, self.height, self.session.scale)
        if "run" in changed:
            self._rebuild()
            return
        if changed & {"tick", "window"}:
            put(self.sources["moving"], self._moving())
        if "selection" in changed:
            put(self.sources["chosen"], self._chosen())

    def resize(self, width: float, height: float, scale: float = 1.0) -> None:
        """Draw in another size, in CSS pixels."""
        if (width, height, scale) != (self.width, self.height, self.scale):
            self.width, self.height, self.scale = width, height, scale
            self.canvas.resize(width, height, scale)
            self._rebuild()

    def _strip(self) -> Strip:
        run = self.session.run
        clock = Clock.of(run.ticks, run.ticks_per_day, self.session.display)
        return Strip(index_of(run), clock, self.width, self.height, self.scale)

    def _rebuild(self) -> None:
        self.strip = self._strip()
        for name, columns in self._tables().items():
            put(self.sources[name], columns)

    def _tables(self) -> dict[str, Any]:
        strip = self.strip
        return {
            "bars": strip.bars(),
            "queue": strip.queue(),
            "gridlocks": strip.gridlocks(),
            "nettings": strip.nettings(),
            "times": strip.times(),
            "names": strip.names(),
            "moving": self._moving(),
            "chosen": self._chosen(),
        }

    def _chosen(self) -> Any:
        session = self.session
        return self.strip.chosen(session.concerned, session.selection is not None and session.selection[0] == "payment")

    def _moving(self) -> Any:
        return self.strip.moving(self.session.tick, self.session.window_ticks)

    def _draw(self) -> None:
        canvas, tables = self.canvas, self.sources
        moving, gridlock, bg, alert = tables["moving"], tables["gridlocks"], Token("bg"), Token("alert")
        boxes: dict[str, Any] = {"top": "top", "bottom": "bottom", "left": "left", "right": "right", "line_color": None}
        canvas.draw(
            moving,
            Quad,
            left="band_left",
            right="here",
            top="lane",
            bottom="bottom",
            line_color=None,
            fill_color=Token("band"),
        )
        canvas.draw(
            tables["times"],
            Segment,
            x0="x",
            x1="x",
            y0="top",
            y1="bottom",
            line_width="line_width",
            line_color=canvas.by_number("strong", "line", "ctl"),
        )
        canvas.draw(
            gridlock,
            Quad,
            **boxes,
            fill_color=None,
            hatch_pattern="left_diagonal_line",
            hatch_scale=8,
            hatch_weight=1.8,
            hatch_color=alert,
        )
        canvas.draw(gridlock, Quad, **{**boxes, "top": "bar_top", "bottom": "bar_bottom"}, fill_color=alert)
        canvas.draw(tables["queue"], Patch, x="x", y="y", line_color=None, fill_alpha=0.62, fill_color=Token("cost2"))
        canvas.draw(tables["bars"], Quad, **boxes, fill_color=canvas.by_number("mechanism", *MECHANISM_TOKENS))
        canvas.draw(moving, Segment, x0="axis_left", x1="end", y0="zero", y1="zero", line_color=Token("ctl"))
        canvas.draw(
            moving,
            Quad,
            left="here",
            right="end",
            top="lane",
            bottom="bottom",
            line_color=None,
            fill_color=Token("veil"),
        )
        canvas.draw(
            tables["nettings"],
            Scatter,
            x="x",
            y="y",
            size="size",
            angle="angle",
            marker={"field": "marker"},
            line_width=2.2,
            fill_color=canvas.by_number("mechanism", *MARK_FILL_TOKENS),
            line_color=canvas.by_number("mechanism", *MECHANISM_TOKENS),
        )
        canvas.draw(tables["chosen"], Quad, **boxes, fill_color=Token("ink"))
        canvas.write(tables["names"], LABEL_SIZE, "ink2")
        canvas.write(tables["times"], LABEL_SIZE, "ink2", x="text_x", y="text_y")
        ink = Token("ink")
        canvas.draw(
            moving, Segment, x0="here", x1="here", y0="cursor_top", y1="cursor_bottom", line_width=2, line_color=ink
        )
        canvas.draw(moving, Scatter, x="here", y="zero", size=13, line_width=2.5, fill_color=bg, line_color=ink)

    def _pointed(self, event: Any) -> None:
        if event.x is not None:
            self.session.go(self.strip.tick_at(float(event.x)))
