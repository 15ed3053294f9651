"""A bank's policy drawn as a tree, with the way that a payment took through it, and the same in words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from markupsafe import Markup

from panel_app import text
from panel_app.figures.numbers import short
from panel_app.figures.policy_tree import Box, Drawing, Line, drawing
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.part import Part, join

PAYMENTS_MOST = 40
LEAST = 0.92
"""A tree shrinks to this part of its size, and no further: its notes would be too small to read."""
RELEASING = {"Release", "ReleaseWithCredit"}


class PolicyTree(Part):
    """The tree of the bank that is selected, or of the bank whose payment is."""

    area = "policy"
    first = True
    watches = frozenset({"run", "tick", "selection", "view", "theme"})
    sheets = ("editor",)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self._drawn: dict[int, tuple[Any, Drawing | None]] = {}

    def update(self, changed: frozenset[str]) -> None:
        if self.session.view == "edit" and changed & self.watches:
            self._shown.show(self.html())

    def html(self) -> Markup:
        session = self.session
        bank, payment = self._chosen()
        policy = self._policy(bank)
        kind = str(policy.get("type") or "Fifo")
        shape = self._drawing(policy) if kind == "Tree" else None
        path, said = self._path(payment) if shape is not None else ([], "")
        head = Markup(
            '<section class="policy" aria-label="{label}"><div class="titled"><h2>{title}</h2>{picker}</div>'
            '<p class="small muted" role="status">{said}</p>'
        ).format(
            label=text.policy_of(session.names[bank]),
            title=text.policy_of(session.names[bank]),
            picker=self._picker(bank, payment) if shape is not None else "",
            said=said,
        )
        if shape is None:
            words = text.NO_PAYMENT_TREE if kind == "Tree" else text.POLICY_WORDS.get(kind, kind)
            return head + Markup('<p>{}</p><p class="muted">{}</p></section>').format(words, text.TREES_ELSEWHERE)
        return head + Markup(
            '{svg}<details class="words"><summary>{in_words}</summary>{words}</details></section>'
        ).format(svg=_svg(shape, path, session.names[bank]), in_words=text.IN_WORDS, words=_words(shape, path))

    def _chosen(self) -> tuple[int, int | None]:
        selection = self.session.selection
        if selection is None:
            return self._first_tree(), None
        if selection[0] == "payment":
            return int(self.session.index.sender[selection[1]]), selection[1]
        return selection[1], None

    def _first_tree(self) -> int:
        banks = range(len(self.session.names))
        return next((bank for bank in banks if self._policy(bank).get("type") == "Tree"), 0)

    def _policy(self, bank: int) -> dict[str, Any]:
        ident = self.session.run.agent_ids[bank]
        agent = next(agent for agent in self.session.config["agents"] if agent["id"] == ident)
        return dict(agent.get("policy") or {})

    def _drawing(self, policy: dict[str, Any]) -> Drawing | None:
        """Drawn once for each document: most banks share one."""
        document = policy["document"]
        known = self._drawn.get(id(document))
        if known is None or known[0] is not document:
            known = self._drawn[id(document)] = (document, drawing(document))
        return known[1]

    def _path(self, payment: int | None) -> tuple[list[dict[str, Any]], Markup | str]:
        """The nodes on the way, and a sentence about it."""
        session = self.session
        if payment is None:
            return [], text.CHOOSE_PAYMENT
        name, clock = session.run.payment_id(payment), session.clock(session.tick)
        found = session.run.engine.decision_path(name, session.tick)
        if found is not None:
            return list(found["nodes"]), text.path_of(name, clock)
        submitted, arrival = int(session.index.submitted[payment]), int(session.index.arrival[payment])
        last = submitted if submitted >= 0 else arrival
        go = Markup(' <button class="link" data-do="go" data-value="{}">{}</button>').format(
            last, text.go_to(session.clock(last))
        )
        return [], Markup("{}{}").format(text.no_decision(name, clock), go if last != session.tick else "")

    def _picker(self, bank: int, chosen: int | None) -> Markup:
        """The payments about which this bank decided in this tick, and the one that is chosen."""
        session, index = self.session, self.session.index
        mine = (index.sender == bank) & (index.arrival <= session.tick)
        open_still = (index.submitted < 0) | (index.submitted >= session.tick)
        listed = [int(number) for number in np.flatnonzero(mine & open_still)[-PAYMENTS_MOST:]]
        if chosen is not None and chosen not in listed:
            listed.append(chosen)
        if not listed:
            return Markup("")
        options = [
            Markup('<option value="{}"{}>{}</option>').format(
                number,
                Markup(" selected") if number == chosen else "",
                text.payment_option(
                    session.run.payment_id(number),
                    session.names[int(index.receiver[number])],
                    short(int(index.amount[number])),
                ),
            )
            for number in listed
        ]
        if chosen is None:
            options.insert(0, Markup('<option value="-1" selected>{}</option>').format(text.CHOOSE_ONE))
        return Markup(
            '<label class="picker"><span class="small muted label">{}</span>'
            '<select data-do="payment" aria-label="{}">{}</select>{}</label>'
        ).format(text.PAYMENT, text.PAYMENT, join(options), icon("chevron"))


def _svg(shape: Drawing, path: list[dict[str, Any]], bank: str) -> Markup:
    taken = [node["node_id"] for node in path]
    lines = join(
        [_line(line, _follows(line, taken)) for line in sorted(shape.lines, key=lambda line: _follows(line, taken))]
    )
    boxes = join([_box(box, box.node_id in taken) for box in shape.boxes])
    return Markup(
        '<div class="drawn" tabindex="0" role="region" aria-label="{label}"><svg viewBox="0 0 {w:.0f} {h:.0f}" '
        'style="max-width:calc({w:.0f}px * var(--k, 1));min-width:calc({least:.0f}px * var(--k, 1))" '
        'role="img" aria-label="{label}">{lines}{boxes}</svg></div>'
    ).format(
        label=text.tree_of(bank, len(shape.boxes)),
        w=shape.width,
        h=shape.height,
        least=shape.width * LEAST,
        lines=lines,
        boxes=boxes,
    )


def _follows(line: Line, taken: list[str]) -> bool:
    """Whether the way leads along a line."""
    return (line.start.node_id, line.end.node_id) in pairwise(taken)


def _line(line: Line, bold: bool) -> Markup:
    start, end = line.start, line.end
    top, bottom = start.y + 22, end.y - 22
    middle = (top + bottom) / 2
    return Markup(
        '<path d="M{x1:.1f} {top:.1f}C{x1:.1f} {m:.1f} {x2:.1f} {m:.1f} {x2:.1f} {bottom:.1f}" class="{css}"/>'
        '<text x="{tx:.1f}" y="{ty:.1f}" class="branch {css}" text-anchor="middle">{word}</text>'
    ).format(
        x1=start.x,
        x2=end.x,
        top=top,
        bottom=bottom,
        m=middle,
        css="taken" if bold else "",
        tx=start.x + (end.x - start.x) * 0.62,
        ty=middle + 8,
        word=text.YES if line.yes else text.NO,
    )


def _box(box: Box, bold: bool) -> Markup:
    css = " ".join(
        name
        for name, holds in (
            ("condition", box.is_condition),
            ("release", box.action in RELEASING),
            ("taken", bold),
        )
        if holds
    )
    first = box.y - 3 if box.note else box.y + 4.5
    note = Markup('<text x="{:.1f}" y="{:.1f}" class="note" text-anchor="middle">{}</text>').format(
        box.x, box.y + 13, box.note
    )
    return Markup(
        '<g class="box {css}"><rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="44" rx="{r}"/>'
        '<text x="{cx:.1f}" y="{ty:.1f}" class="title" text-anchor="middle">{title}</text>{note}</g>'
    ).format(
        css=css,
        x=box.x - box.width / 2,
        y=box.y - 22,
        w=box.width,
        r=22 if box.is_condition else 4,
        cx=box.x,
        ty=first,
        title=box.title,
        note=note if box.note else "",
    )


def _words(shape: Drawing, path: list[dict[str, Any]]) -> Markup:
    """The tree as a list in a list; the way that was taken is bold, with the values that were compared."""
    below = {(line.start.node_id, line.yes): line.end for line in shape.lines}
    taken = {node["node_id"]: node for node in path}

    def told(box: Box) -> Markup:
        words = Markup("<b>{}</b>" if box.node_id in taken else "{}").format(box.words)
        if not box.is_condition:
            return words
        compared = taken.get(box.node_id, {}).get("compared") or []
        seen = ", ".join(text.compared(item["left_value"], item["operator"], item["right_value"]) for item in compared)
        branches = [
            Markup("<li>{} {}</li>").format(text.IF_YES if yes else text.IF_NO, told(below[box.node_id, yes]))
            for yes in (True, False)
        ]
        return Markup("{}{}<ul>{}</ul>").format(
            words, Markup(' <span class="muted">({})</span>').format(seen) if seen else "", join(branches)
        )

    return Markup('<div class="told">{}</div>').format(told(shape.boxes[0]))
