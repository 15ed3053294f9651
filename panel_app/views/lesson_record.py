"""The days that a learner has tried: a table, and, where one thing was varied in percent, its curves."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from panel_app import text
from panel_app.lessons.document import Record
from panel_app.lessons.facts import Fact, Value, written
from panel_app.session import Session
from panel_app.views.icons import mark
from panel_app.views.lesson_controls import SWITCHES
from panel_app.views.part import join

Rows = Sequence[tuple[Value, ...]]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 330.0, 150.0, 8.0, 74.0, 12.0, 20.0
_STROKES = ("var(--cost1)", "var(--cost2)", "var(--ink)")
_DASHES = ("", "5 3", "")
LABELS_APART = 14.0


def record(block: Record, rows: Rows, session: Session) -> Markup:
    """The table, newest last; the row of the run on show is marked, and the lowest of `best`."""
    now = tuple(fact.value(session) for fact in block.facts)
    best = block.facts.index(block.best) if block.best is not None and len(rows) > 1 else None
    lowest = min((row[best] for row in rows), default=None, key=int) if best is not None else None
    heads = [_column_head(fact) for fact in block.facts]
    body = []
    for row in rows:
        cells = []
        for place, (fact, value) in enumerate(zip(block.facts, row, strict=True)):
            is_best = place == best and value == lowest
            shown = written(fact.kind, value)
            cells.append(
                Markup('<td class="number">{}{}</td>').format(
                    Markup("<b>{}</b>").format(shown) if is_best else shown,
                    Markup(' <span class="small">{}</span>').format(text.IS_LOWEST) if is_best else "",
                )
            )
        body.append(
            Markup("<tr{}>{}</tr>").format(
                Markup(' class="now" aria-current="true"') if row == now else "", join(cells)
            )
        )
    return Markup(
        '<div class="tried"><h3>{title}</h3>{curves}<div class="rows" tabindex="0" role="region" aria-label="{title}">'
        "<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></div>"
    ).format(
        title=text.YOUR_DAYS,
        curves=_curves(block, rows, now),
        heads=join([Markup('<th class="number" scope="col">{}</th>').format(head) for head in heads]),
        body=join(body),
    )


def _column_head(fact: Fact) -> Markup | str:
    """A kind of netting is told by its mark, which leaves room for the figures."""
    if fact.name in SWITCHES:
        return Markup('{}<span class="unseen">{}</span>').format(mark(SWITCHES[fact.name], 14), _head(fact))
    return _head(fact)


def _head(fact: Fact) -> str:
    name = text.FACTS.get(fact.name, fact.name)
    return f"{name} {fact.bank}".strip()


def _curves(block: Record, rows: Rows, now: tuple[Value, ...]) -> Markup:
    """Amounts over the one percentage, for the days that are alike in everything else; hidden, since the table says
    the same.
    """
    varied = [place for place, fact in enumerate(block.facts) if fact.kind == "percent"]
    amounts = [place for place, fact in enumerate(block.facts) if fact.kind == "money"]
    if len(varied) != 1 or not 2 <= len(amounts) <= 3:
        return Markup("")
    (across,) = varied
    others = [place for place in range(len(block.facts)) if place not in (across, *amounts)]
    alike = sorted((row for row in rows if all(row[place] == now[place] for place in others)), key=lambda r: r[across])
    if len(alike) < 2:
        return Markup("")
    most_x = max(int(row[across]) for row in rows)
    most_y = max(int(row[place]) for row in rows for place in amounts)

    def x(value: Value) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * int(value) / max(most_x, 1)

    def y(value: Value) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - int(value) / max(most_y, 1))

    drawn = []
    ends = _apart([y(alike[-1][place]) for place in amounts])
    for number, place in enumerate(amounts):
        colour, dash = _STROKES[number - len(amounts)], _DASHES[number - len(amounts)]
        points = " ".join(f"{x(row[across]):.1f},{y(row[place]):.1f}" for row in alike)
        drawn.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>').format(
                points, colour, 2.2 if place == amounts[-1] else 1.6, dash
            )
        )
        for row in alike:
            drawn.append(
                Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}"/>').format(
                    x(row[across]), y(row[place]), 4 if row == now else 2.4, colour
                )
            )
        drawn.append(
            Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>').format(
                x(alike[-1][across]) + 8,
                ends[number] + 4,
                Markup(' font-weight="650"') if place == amounts[-1] else "",
                _head(block.facts[place]),
            )
        )
    best = block.facts.index(block.best) if block.best is not None else amounts[-1]
    for row in rows:
        if row not in alike:
            drawn.append(
                Markup(
                    '<circle cx="{:.1f}" cy="{:.1f}" r="2.6" fill="none" stroke="var(--ink2)" stroke-width="1.3"/>'
                ).format(x(row[across]), y(row[best]))
            )
    ground = HEIGHT - BOTTOM
    return Markup(
        '<svg class="curves" viewBox="0 0 {w:.0f} {h:.0f}" aria-hidden="true"><path d="M{l} {g}H{r}" '
        'stroke="var(--ctl)"/>{drawn}<text x="{l}" y="{below}" class="muted">0 %</text>'
        '<text x="{r}" y="{below}" text-anchor="end" class="muted">{most} %</text></svg>'
    ).format(w=WIDTH, h=HEIGHT, l=LEFT, r=WIDTH - RIGHT, g=ground, below=HEIGHT - 5, most=most_x, drawn=join(drawn))


def _apart(places: list[float]) -> list[float]:
    """The places of labels, none nearer than a line to the one above it."""
    moved = dict.fromkeys(range(len(places)), 0.0)
    before = TOP - LABELS_APART
    for number in sorted(moved, key=lambda number: places[number]):
        before = moved[number] = max(places[number], before + LABELS_APART)
    over = max(0.0, before - (HEIGHT - BOTTOM))
    return [moved[number] - over for number in range(len(places))]
