"""The picture of how the engine's cost grows: the JSON of `./build.sh bench engine` on stdin, an SVG on stdout.

./build.sh bench engine | tee figures.json | .venv/bin/python -m tests.growth_picture > docs/images/growth.svg
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

CURVES = {"engine_growth": ("liquidity scarce", "#0b6e99"), "engine_growth_long_queue": ("Queue 2 grows", "#b5533c")}
"""What each curve is called, and its colour."""
LEFT, RIGHT, TOP, BOTTOM = 70, 560, 30, 270
STEP = 500
"""Nanoseconds from one line of the grid to the next."""


def picture(figures: dict[str, dict[str, Any]]) -> str:
    """Nanoseconds for a payment over the length of the run: a flat line is a cost that grows linearly."""
    curves = {name: points(figures, name) for name in CURVES}
    most = max(nanoseconds for curve in curves.values() for _, nanoseconds in curve)
    top = math.ceil(most / STEP) * STEP
    exponents = sorted({round(math.log10(payments)) for curve in curves.values() for payments, _ in curve})
    first, last = exponents[0], exponents[-1]

    def x(payments: float) -> float:
        return LEFT + (math.log10(payments) - first) / (last - first) * (RIGHT - LEFT)

    def y(nanoseconds: float) -> float:
        return BOTTOM - nanoseconds / top * (BOTTOM - TOP)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 320" font-family="sans-serif" font-size="13">',
        "<title>Nanoseconds for each payment, by the number of payments in the run</title>",
        '<rect width="720" height="320" fill="#fff"/>',
        text((LEFT + RIGHT) / 2, 310, "payments in the run", "middle"),
        text(LEFT - 55, 18, "nanoseconds a payment", "start"),
    ]
    for level in range(0, top + 1, STEP):
        parts.append(f'<path d="M{LEFT} {y(level):.1f}H{RIGHT}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, y(level) + 4, f"{level:,}", "end"))
    for exponent in exponents:
        parts.append(text(x(10**exponent), BOTTOM + 20, f"{10**exponent:,}", "middle"))
    for name, curve in curves.items():
        words, colour = CURVES[name]
        way = " ".join(f"{x(payments):.1f},{y(nanoseconds):.1f}" for payments, nanoseconds in curve)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x(p):.1f}" cy="{y(n):.1f}" r="4" fill="{colour}"/>' for p, n in curve]
        parts.append(text(RIGHT + 12, y(curve[-1][1]) + 4, words, "start", colour))
    return "\n".join([*parts, "</svg>\n"])


def points(figures: dict[str, dict[str, Any]], name: str) -> list[tuple[int, float]]:
    """Payments and nanoseconds of a curve, by payments."""
    found = [(key.removeprefix(f"{name}_"), figure["value"]) for key, figure in figures.items() if key.startswith(name)]
    return sorted((int(payments), value) for payments, value in found if payments.isdigit())


def text(x: float, y: float, words: str, anchor: str, colour: str = "#333") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


if __name__ == "__main__":
    sys.stdout.write(picture(json.load(sys.stdin)))
