"""The first picture: the network of a scenario where it opens, as inline SVG from the same geometry as the live figure.

The site is built with it, so that something true is on the page before Python is. Colours are the page's custom
properties, so light and dark follow the page; `python -m panel_app.picture SCENARIO` prints it.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup

from panel_app.figures.columns import Columns
from panel_app.figures.labels import MORE_SIZE, NAME_SIZE, NOTE_SIZE
from panel_app.figures.layout import Size
from panel_app.figures.network import Network, Picture
from panel_app.figures.scenario_scale import ScenarioScale
from panel_app.session import Session
from panel_app.theme import LIGHT, Theme
from panel_app.tokens import EDGE, FONT, MECHANISM_TOKENS, STATE_TOKENS

Colour = Callable[[str], str]


def picture(
    session: Session,
    theme: Theme,
    width: float = 912.0,
    height: float = 480.0,
    scale: float = 1.0,
    name: str = "desk",
) -> str:
    """The network at the session's tick, without selection and value labels. `name` tells it from others on a page.

    `theme` gives the colours where the page defines no custom properties. The `viewBox` is the size of the live figure:
    shown in an area of that size, every bank lies where it will be.
    """
    network: Network = ScenarioScale(session).network(session, Size(width - EDGE, height - EDGE, scale))
    shown = network.picture(session.tick, session.window_ticks)

    def colour(token: str) -> str:
        return f"var(--{token.replace('_', '-')},{getattr(theme, token)})"

    body = Markup("").join(
        [
            *_flows(shown.flows, colour, halo=False),
            *_waiting(shown, colour),
            *_flows(shown.moment, colour, halo=True),
            *_banks(network, shown, colour, scale, name),
        ]
    )
    title = session.display.get("title") or session.scenario
    return str(
        Markup(
            '<svg class="first-picture {}" xmlns="http://www.w3.org/2000/svg" viewBox="{} {} {} {}" role="img" '
            'aria-label="{}" preserveAspectRatio="xMidYMid meet" font-family="{}"><defs>'
            '<pattern id="hatch-{}" width="5" height="5" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            '<rect width="5" height="5" fill="{}"/>'
            '<rect width="2.1" height="5" fill="{}"/></pattern></defs>{}</svg>'
        ).format(
            name,
            -EDGE - 0.5,
            -EDGE - 0.5,
            _short(width),
            _short(height),
            f"{title}: a picture of a finished run",
            FONT,
            name,
            colour("bg"),
            colour("node"),
            body,
        )
    )


def _short(value: float) -> str:
    """At most one decimal: a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def _rows(columns: Columns) -> Iterator[dict[str, Any]]:
    names = list(columns)
    for values in zip(*columns.values(), strict=True):
        yield {
            name: value if isinstance(value, str) else float(value) for name, value in zip(names, values, strict=True)
        }


def _path(row: dict[str, Any]) -> str:
    x0, y0, cx, cy, x1, y1 = (_short(row[name]) for name in ("x0", "y0", "cx", "cy", "x1", "y1"))
    return f"M{x0} {y0}Q{cx} {cy} {x1} {y1}"


def _triangle(row: dict[str, Any]) -> str:
    """The arrowhead: an equilateral triangle around its centre, pointing where the curve arrives."""
    reach, turns = row["head_size"] / math.sqrt(3), (0.0, 2 * math.pi / 3, -2 * math.pi / 3)
    corners = [
        (
            row["head_x"] + reach * math.cos(row["heading"] + turn),
            row["head_y"] + reach * math.sin(row["heading"] + turn),
        )
        for turn in turns
    ]
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in corners) + "Z"


def _flows(columns: Columns, colour: Colour, *, halo: bool) -> Iterator[Markup]:
    for row in _rows(columns):
        kind, path = int(row["mechanism"]), _path(row)
        token = colour(MECHANISM_TOKENS[kind])
        if halo:
            yield Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
                path, colour("bg"), _short(row["halo"])
            )
        yield Markup(
            '<g opacity="{:.2f}"><path d="{}" fill="none" stroke="{}" stroke-width="{}"/><path d="{}" fill="{}"/>'
        ).format(row["alpha"], path, token, _short(row["width"]), _triangle(row), token)
        if row["mark_size"]:
            yield _mark(row, kind, token, colour("bg"))
        yield Markup("</g>")


def _mark(row: dict[str, Any], kind: int, token: str, ground: str) -> Markup:
    x, y, half = row["mark_x"], row["mark_y"], row["mark_size"] / 2
    if row["mark"] == "circle":
        return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="2"/>').format(
            _short(x), _short(y), _short(half), ground, token
        )
    turn = Markup(' transform="rotate(45 {} {})"').format(_short(x), _short(y)) if kind == 2 else ""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="2"{}/>').format(
        _short(x - half), _short(y - half), _short(2 * half), _short(2 * half), token, ground, turn
    )


def _waiting(shown: Picture, colour: Colour) -> Iterator[Markup]:
    for row in _rows(shown.waiting):
        path = _path(row)
        yield Markup(
            '<g opacity="{:.2f}"><path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="4 3"/></g>'
        ).format(row["alpha"], path, colour("ctl"), _short(row["outline"]))
        yield Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>').format(
            path, colour("bg"), _short(row["width"])
        )
        yield Markup('<path d="{}" fill="{}" stroke="{}" stroke-width="1.3" stroke-opacity="{:.2f}"/>').format(
            _triangle(row), colour("bg"), colour("ctl"), row["alpha"]
        )


def _banks(network: Network, shown: Picture, colour: Colour, scale: float, name: str) -> Iterator[Markup]:
    for row in _rows(shown.banks):
        x, y, ring, width = _short(row["x"]), _short(row["y"]), row["ring"], _short(row["ring_width"])
        yield _circle(x, y, row["clearing"] / 2, fill=colour("bg"))
        if row["ring_alpha"]:
            yield _circle(x, y, ring, fill="none", stroke=colour("line"), stroke_width=width)
        if row["used"] > 0:
            around = 2 * math.pi * ring
            yield _circle(
                x,
                y,
                ring,
                fill="none",
                stroke=colour("alert"),
                stroke_width=width,
                stroke_dasharray=f"{_short(around * row['used'])} {_short(around)}",
                transform=f"rotate(-90 {x} {y})",
            )
        yield _circle(
            x,
            y,
            row["radius"],
            data_disc="",
            fill=f"url(#hatch-{name})" if row["negative"] else colour("node"),
            stroke=colour("node"),
            stroke_width="1.5",
        )
        size = float(row["letter_size"].removesuffix("px"))
        yield _text(
            row["x"],
            row["y"] + 0.36 * size,
            row["letter"],
            "center",
            size,
            colour("ink" if row["negative"] else "node_text"),
            halo=colour("bg") if row["negative"] else "",
            bold=True,
        )
        for name, at, align, height, px, token in (
            ("name", "name_x", "name_align", "name_y", NAME_SIZE, "ink"),
            ("amount", "amount_x", "amount_align", "name_y", NAME_SIZE, "ink2"),
            ("note", "note_x", "align", "note_y", NOTE_SIZE, "ink2"),
        ):
            if row[name]:
                yield _text(
                    row[at],
                    row[height],
                    row[name],
                    row[align],
                    px * scale,
                    colour(token),
                    halo=colour("bg"),
                    bold=name == "name",
                )
    for row in _rows(shown.queue_more):
        size = MORE_SIZE * scale
        yield _text(row["x"], row["y"], row["text"], row["align"], size, colour("ink2"), halo=colour("bg"))
    for row in _rows(shown.queue):
        x, y, half, stroke = row["x"], row["y"], row["size"] / 2, colour(STATE_TOKENS[int(row["state"])])
        if row["marker"] == "circle":
            yield _circle(
                _short(x), _short(y), half, fill=colour("bg"), stroke=stroke, stroke_width="1.5", stroke_dasharray="3 2"
            )
        else:
            yield Markup(
                '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="1.5" '
                'stroke-dasharray="1.5 2"/>'
            ).format(_short(x - half), _short(y - half), _short(2 * half), _short(2 * half), colour("bg"), stroke)


def _circle(x: str, y: str, radius: float, **attributes: str) -> Markup:
    rest = Markup("").join(
        Markup(' {}="{}"').format(name.replace("_", "-"), value) for name, value in attributes.items()
    )
    return Markup('<circle cx="{}" cy="{}" r="{}"{}/>').format(x, y, _short(radius), rest)


def _text(
    x: float, y: float, text: str, align: str, size: float, fill: str, *, halo: str = "", bold: bool = False
) -> Markup:
    anchor = {"left": "start", "center": "middle", "right": "end"}[align]
    under = (
        Markup(' stroke="{}" stroke-width="4" paint-order="stroke" stroke-linejoin="round"').format(halo)
        if halo
        else ""
    )
    weight = Markup(' font-weight="bold"') if bold else ""
    return Markup('<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="{}"{}{}>{}</text>').format(
        _short(x), _short(y), _short(size), anchor, fill, weight, under, text
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the first picture of a scenario."""
    parser = argparse.ArgumentParser(prog="python -m panel_app.picture", description=__doc__.splitlines()[0])
    parser.add_argument("scenario")
    parser.add_argument("--width", type=float, default=912.0, help="of the live figure, in CSS pixels")
    parser.add_argument("--height", type=float, default=480.0, help="of the live figure, in CSS pixels")
    chosen = parser.parse_args(arguments)
    session = Session()
    session.open(chosen.scenario)
    print(picture(session, LIGHT, chosen.width, chosen.height))
    return 0


if __name__ == "__main__":
    sys.exit(main())
