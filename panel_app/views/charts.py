"""The four charts with Bokeh, each with its title, a sentence on what it shows, and a table of the same numbers."""

from typing import Any

import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.models.glyphs import Line, MultiLine, Patches, Scatter, Segment
from markupsafe import Markup

from panel_app import text
from panel_app.figures.charts import COST, LABEL_SIZE, LIQUIDITY, SETTLED, TITLES, WAITING, Chart, Charts
from panel_app.figures.clock import Clock
from panel_app.figures.columns import Columns
from panel_app.figures.run_index import index_of
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.tokens import MARK_FILL_TOKENS, MARK_LINE_TOKENS, MECHANISM_TOKENS
from panel_app.views.canvas import Canvas, Token, put, source
from panel_app.views.part import Html, styles

NAMES = ("liquidity chart", "waiting chart", "settled chart", "cost chart")
COMPARED = 4
"""The look of a chart of two runs: a gap, a line and a dashed line."""
AREA_TOKENS = {
    WAITING: ("cost2",),
    SETTLED: MECHANISM_TOKENS,
    COST: ("cost3", "cost1", "cost2", "alert", "bg"),
    COMPARED: ("cost3",),
}
AREA_ALPHA = {WAITING: 0.42, SETTLED: 0.9, COST: 1.0, COMPARED: 0.4}
HEIGHT_PX = 137.0


class ChartCell:
    """One chart: title, figure, table. `number`: which look it has, one of the four charts or `COMPARED`."""

    def __init__(
        self,
        session: Session,
        number: int,
        chart: Chart,
        cursor: ColumnDataSource,
        canvas: Canvas,
        subtitle: str,
        name: str = "",
        heading: str = "",
    ) -> None:
        self.number, self.canvas = number, canvas
        self.heading = heading or TITLES[number]
        name = name or NAMES[number]
        self.sources = {table: source(f"{name} {table}", columns) for table, columns in _tables(chart).items()}
        self._draw(cursor)
        self.title = Html(session, "chart-text", "charts")
        self.table = Html(session, "chart-text", "charts")
        self.title.show(_title(self.heading, subtitle, chart.summary))
        self._tell(chart)

    def panel(self) -> pn.Column:
        return pn.Column(
            self.title.model,
            self.canvas.figure,
            self.table.model,
            css_classes=["chart"],
            margin=0,
            stylesheets=[styles("charts")],
            sizing_mode="stretch_width",
        )

    def show(self, chart: Chart, subtitle: str) -> None:
        """Another run, size or bank."""
        for name, columns in _tables(chart).items():
            put(self.sources[name], columns)
        self.entitle(subtitle, chart.summary)
        if (chart.summary, chart.header, chart.rows) != self.told:  # another size has the same
            self._tell(chart)

    def entitle(self, subtitle: str, summary: str) -> None:
        """Another subtitle."""
        self.title.show(_title(self.heading, subtitle, summary))

    def _tell(self, chart: Chart) -> None:
        self.told = chart.summary, chart.header, chart.rows
        self.table.show(_table(self.heading, chart))

    def _draw(self, cursor: ColumnDataSource) -> None:
        canvas, tables, number = self.canvas, self.sources, self.number
        canvas.draw(tables["grid"], Segment, x0="left", x1="right", y0="y", y1="y", line_color=Token("line"))
        canvas.write(tables["grid"], 11, "ink2", x="text_x", y="text_y")
        canvas.write(tables["times"], 11, "ink2")
        if number in AREA_TOKENS:
            # What the end of the day costs is hatched in the colour of what is late.
            hatch: dict[str, Any] = {
                "hatch_pattern": {"field": "hatch"},
                "hatch_scale": 8,
                "hatch_weight": 2.4,
                "hatch_color": Token("alert"),
            }
            canvas.draw(
                tables["areas"],
                Patches,
                xs="xs",
                ys="ys",
                line_width=0.8,
                line_color=Token("bg"),
                fill_alpha=AREA_ALPHA[number],
                fill_color=canvas.by_number("kind", *AREA_TOKENS[number]),
                **(hatch if number == COST else {}),
            )
        if number == LIQUIDITY:
            canvas.draw(tables["lines"], MultiLine, xs="xs", ys="ys", line_width=1.1, line_color=Token("cost3"))
            canvas.draw(tables["line"], Line, x="x", y="y", line_width=4.5, line_color=Token("bg"))
            canvas.draw(tables["line"], Line, x="x", y="y", line_width=2.2, line_color=Token("ink"))
        if number in (WAITING, COMPARED):
            colour = Token("cost1" if number == WAITING else "ink")
            canvas.draw(tables["line"], Line, x="x", y="y", line_width=1.8, line_color=colour)
        canvas.draw(tables["dashes"], Line, x="x", y="y", line_width=1.2, line_dash=[4, 3], line_color=Token("ctl"))
        canvas.draw(cursor, Segment, x0="x", x1="x", y0="top", y1="bottom", line_width=1.5, line_color=Token("ink"))
        labels = tables["labels"]
        canvas.write(labels, LABEL_SIZE, "ink")
        canvas.write(labels, 12, "ink", text="bold", bold=True)
        canvas.draw(
            labels,
            Scatter,
            x="mark_x",
            y="mark_y",
            size="mark_size",
            angle="mark_angle",
            marker={"field": "marker"},
            line_width=2,
            fill_color=canvas.by_number("mark", *MARK_FILL_TOKENS),
            line_color=canvas.by_number("mark", *MARK_LINE_TOKENS),
        )


class ChartsView:
    """Four figures, "liquidity chart" to "cost chart"; one source "chart cursor" for all of them."""

    def __init__(
        self, session: Session, theme: Theme, width: float = 286.0, height: float = HEIGHT_PX, scale: float = 1.0
    ) -> None:
        self.session = session
        self.width, self.height, self.scale = width, height, scale
        self.charts = self._charts()
        self.drawn = self.charts.all(self.bank)
        self.cursor = source("chart cursor", self.charts.cursor(session.tick))
        self.cells = [
            ChartCell(
                session,
                number,
                chart,
                self.cursor,
                Canvas(NAMES[number], theme, width, height, scale, self.resize, sizing_mode="stretch_width"),
                self._subtitle(number),
            )
            for number, chart in enumerate(self.drawn)
        ]

    @property
    def bank(self) -> int:
        """The bank that is dark: the one selected, or the one that pays the selected payment."""
        return self.session.payer or 0

    def panel(self) -> pn.Column:
        """The four charts side by side, two by two or one below the other."""
        return pn.Column(
            *(cell.panel() for cell in self.cells),
            css_classes=["charts"],
            margin=0,
            stylesheets=[styles("charts")],
            sizing_mode="stretch_width",
        )

    def update(self, changed: frozenset[str]) -> None:
        """Show what the session shows now."""
        if "theme" in changed:
            for cell in self.cells:
                cell.canvas.repaint(self.session.theme)
        if "size" in changed:
            self.resize(self.width, self.height, self.session.scale)
        if "run" in changed:
            self._rebuild()
            return
        if "selection" in changed:
            self.drawn[LIQUIDITY] = self.charts.liquidity(self.bank)
            self.cells[LIQUIDITY].show(self.drawn[LIQUIDITY], self._subtitle(LIQUIDITY))
        if "tick" in changed:
            put(self.cursor, self.charts.cursor(self.session.tick))
            self.cells[COST].entitle(self._subtitle(COST), self.drawn[COST].summary)

    def resize(self, width: float, height: float, scale: float = 1.0) -> None:
        """Draw in another size; all four figures have the same."""
        if (width, height, scale) != (self.width, self.height, self.scale):
            self.width, self.height, self.scale = width, height, scale
            for cell in self.cells:
                cell.canvas.resize(width, height, scale)
            self._rebuild()

    def _charts(self) -> Charts:
        session = self.session
        clock = Clock.of(session.run.ticks, session.run.ticks_per_day, session.display)
        previous = index_of(session.previous) if session.previous is not None else None
        return Charts(index_of(session.run), clock, session.names, self.width, self.height, self.scale, previous)

    def _rebuild(self) -> None:
        self.charts = self._charts()
        self.drawn = self.charts.all(self.bank)
        put(self.cursor, self.charts.cursor(self.session.tick))
        for cell, chart in zip(self.cells, self.drawn, strict=True):
            cell.show(chart, self._subtitle(cell.number))

    def _subtitle(self, number: int) -> str:
        return self.charts.subtitle(number, self.session.tick, self.bank)


def _tables(chart: Chart) -> dict[str, Columns]:
    areas: Columns = {
        **chart.areas,
        "hatch": ["right_diagonal_line" if kind == 4 else "blank" for kind in chart.areas["kind"]],
    }
    return {
        "areas": areas,
        "lines": chart.lines,
        "line": chart.line,
        "dashes": chart.dashes,
        "grid": chart.grid,
        "times": chart.times,
        "labels": chart.labels,
    }


def _title(heading: str, subtitle: str, summary: str) -> Markup:
    return Markup('<div class="title"><b>{}</b><span>{}</span></div><p class="sentence">{}</p>').format(
        heading, subtitle, summary
    )


def _table(heading: str, chart: Chart) -> Markup:
    def row(cells: list[str], tag: str) -> Markup:
        first = Markup('<th scope="{}">{}</th>').format("col" if tag == "th" else "row", cells[0])
        rest = Markup('<th scope="col">{}</th>' if tag == "th" else "<td>{}</td>")
        return Markup("<tr>{}{}</tr>").format(first, Markup("").join(rest.format(cell) for cell in cells[1:]))

    return Markup(
        '<details><summary>{}</summary><p>{}</p><div class="scroll" tabindex="0" role="region" '
        'aria-label="{}"><table><thead>{}</thead><tbody>{}</tbody></table></div></details>'
    ).format(
        text.SHOW_AS_TABLE,
        chart.summary,
        heading,
        row(chart.header, "th"),
        Markup("").join(row(cells, "td") for cells in chart.rows),
    )
