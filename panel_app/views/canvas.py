"""A Bokeh figure used as a sheet of pixels: y downwards, no axes, no tools, colours from the theme.

The views draw columns made by `panel_app.figures`. Only columns that changed are sent to the page, and a change of
theme patches the colours of models that are already there; nothing is ever built twice.
"""

from collections.abc import Callable
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from bokeh.core.properties import value
from bokeh.document.events import ColumnDataChangedEvent
from bokeh.models import AllIndices, CDSView, ColumnDataSource, LinearColorMapper, Range1d
from bokeh.models.glyph import Glyph
from bokeh.models.glyphs import Text
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from panel_app.figures.columns import Columns
from panel_app.theme import Theme
from panel_app.tokens import EDGE, FONT

BASELINE = 0.345
"""From the baseline of a text up to the middle of its box, in parts of the font size: Bokeh places texts by their
boxes.
"""
LEAST_PX = 40
"""A figure that is not on show measures next to nothing; it is drawn when it has a size again."""


class Token(str):
    """Name of a colour of the theme."""


class Canvas:
    """One figure of fixed ranges in CSS pixels, and the colours to patch when the theme changes."""

    def __init__(
        self,
        name: str,
        theme: Theme,
        width: float,
        height: float,
        scale: float,
        resized: Callable[[float, float, float], None],
        sizing_mode: Literal["stretch_both", "stretch_width"] = "stretch_both",
    ) -> None:
        """`width` and `height` of what is drawn; views begin with those of a window of 1280 x 720.
        `resized` is called with width, height and scale when the page gives the figure another size.
        """
        self.theme, self.scale = theme, scale
        self._resized = resized
        self.figure = figure(
            name=name,
            width=round(width) + EDGE,
            height=round(height) + EDGE,
            sizing_mode=sizing_mode,
            x_range=Range1d(start=0, end=width),
            y_range=Range1d(start=height, end=0),
            min_border_left=EDGE,
            min_border_top=EDGE,
            min_border_right=0,
            min_border_bottom=0,
            x_axis_type=None,
            y_axis_type=None,
            toolbar_location=None,
            tools="",
            outline_line_color=None,
            background_fill_color=None,
            border_fill_color=None,
            output_backend="canvas",
        )
        self._paint: list[Callable[[Theme], None]] = []
        # Glyphs share what need not be made for each: every model that is not there starts the page sooner.
        self._everything = AllIndices()
        self._views: dict[str, CDSView] = {}
        self._mappers: dict[tuple[str, ...], LinearColorMapper] = {}
        self._fonts: list[tuple[Any, float]] = []
        # The page tells one side after the other; until then the other is unset, not zero.
        self._measures = {"inner_width": 0, "inner_height": 0}
        for side in self._measures:
            self.figure.on_change(side, self._measured)

    def _measured(self, side: str, _old: int, new: int) -> None:
        self._measures[side] = new or 0
        width, height = self._measures["inner_width"], self._measures["inner_height"]
        if min(width, height) >= LEAST_PX:
            self._resized(width, height, self.scale)

    def resize(self, width: float, height: float, scale: float) -> None:
        """Draw in another size; texts grow with `scale`."""
        self.scale = scale
        self.figure.x_range.update(start=0, end=width)
        self.figure.y_range.update(start=height, end=0)
        for glyph, size in self._fonts:
            glyph.update(text_font_size=f"{size * scale:.4g}px", y_offset=-BASELINE * size * scale)

    def repaint(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.theme = theme
        for paint in self._paint:
            paint(theme)

    def coloured(self, model: Any, **tokens: str) -> None:
        """Give a model's colour properties the colours of the theme, now and after every change of theme."""

        def paint(theme: Theme) -> None:
            model.update(**{name: getattr(theme, token) for name, token in tokens.items()})

        paint(self.theme)
        self._paint.append(paint)

    def by_number(self, column: str, *tokens: str) -> Any:
        """A colour from a column of whole numbers: 0 is the first token."""
        if tokens not in self._mappers:
            mapper = LinearColorMapper(low=-0.5, high=len(tokens) - 0.5, palette=["#000000"] * len(tokens))

            def paint(theme: Theme) -> None:
                mapper.palette = [getattr(theme, token) for token in tokens]

            paint(self.theme)
            self._paint.append(paint)
            self._mappers[tokens] = mapper
        return {"field": column, "transform": self._mappers[tokens]}

    def draw(self, source: ColumnDataSource, glyph: type[Glyph], **properties: Any) -> Any:
        """Draw a glyph for each row of a source and return it; a property that is a `Token` follows the theme."""
        tokens = {name: item for name, item in properties.items() if isinstance(item, Token)}
        drawn = glyph(**{name: item for name, item in properties.items() if name not in tokens})
        self.coloured(drawn, **tokens)
        view = self._views.setdefault(source.id, CDSView(filter=self._everything))
        self.figure.renderers.append(
            GlyphRenderer(
                data_source=source,
                view=view,
                glyph=drawn,
                selection_glyph=None,
                nonselection_glyph=None,
                muted_glyph=None,
            )
        )
        return drawn

    def write(
        self,
        source: ColumnDataSource,
        size: float,
        token: str,
        *,
        x: str = "x",
        y: str = "y",
        text: str = "text",
        align: str = "align",
        bold: bool = False,
        halo: float = 0.0,
    ) -> None:
        """Texts of a source at `size` pixels, on a halo of the ground's colour."""
        common: dict[str, Any] = {
            "x": x,
            "y": y,
            "text": text,
            "text_align": align,
            "text_baseline": "middle",
            "text_font": value(FONT),
            "text_font_size": f"{size * self.scale:.4g}px",
            "y_offset": -BASELINE * size * self.scale,
            "text_font_style": "bold" if bold else "normal",
        }
        if halo:
            # The outline is painted over the letters, so the halo is a text of its own below the text.
            ground = Token("bg")
            under = self.draw(
                source, Text, **common, text_outline_width=halo, text_color=ground, text_outline_color=ground
            )
            self._fonts.append((under, size))
        self._fonts.append((self.draw(source, Text, **common, text_color=Token(token)), size))


def put(source: ColumnDataSource, columns: Columns) -> None:
    """Show these columns: only those that changed are sent, in one message."""
    current, given = source.data, _GIVEN.setdefault(source, {})
    news = {name: column for name, column in columns.items() if column is not given.get(name)}
    packed = _packed(news)
    changed = {
        name: column for name, column in packed.items() if name not in current or not _same(current[name], column)
    }
    if changed and any(len(column) != len(current[name]) for name, column in changed.items() if name in current):
        changed = _packed(columns)
    given.update(news)
    if changed:
        # As `source.data.update` does, without checking every column of the source again.
        dict.update(current, changed)
        if document := source.document:
            document.callbacks.trigger_on_change(ColumnDataChangedEvent(document, source, "data", cols=list(changed)))


_GIVEN: WeakKeyDictionary[ColumnDataSource, Columns] = WeakKeyDictionary()
"""The columns that each source was given last: what is the same object still need not be looked at."""
FLOAT32_MOST = 1e5


def _packed(columns: Columns) -> Columns:
    """Half the bytes where a pixel needs no more; whole numbers as the page reads them; cents as they are."""
    packed: Columns = {}
    pixels: list[str] = []
    for name, column in columns.items():
        if not isinstance(column, np.ndarray):
            # The page measures even an empty text; it skips what is not there.
            packed[name] = [item or None for item in column] if column and isinstance(column[0], str) else column
        elif column.dtype == np.float64:
            pixels.append(name)
        else:
            packed[name] = column.astype(np.int32) if column.dtype.kind == "i" else column
    if pixels:
        table = np.array([columns[name] for name in pixels])
        fits = np.abs(table).max(axis=1, initial=0.0) < FLOAT32_MOST
        rows = table.astype(np.float32)
        packed |= {name: rows[row] if fits[row] else table[row] for row, name in enumerate(pixels)}
    return packed


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        return old.dtype == new.dtype and old.tobytes() == new.tobytes()
    if isinstance(new, list) and new and isinstance(new[0], np.ndarray):
        return isinstance(old, list) and len(old) == len(new) and all(map(_same, old, new))
    return type(old) is type(new) and bool(old == new)


def source(name: str, columns: Columns | None = None) -> ColumnDataSource:
    """A named source; tests and the page find it by its name."""
    return ColumnDataSource(name=name, data=_packed(columns or {}))
