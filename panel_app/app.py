"""Arranges the page: the parts in reading order, the actions a reader can take, and the clock that plays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn
from bokeh.document import Document

from panel_app import scenarios, text
from panel_app.differences import agents_of
from panel_app.exchange import Exchange
from panel_app.moment import moment
from panel_app.page import KEYS, Page, Payload
from panel_app.policies import BUILT_IN, with_defaults, with_parameter
from panel_app.session import SPEEDS, WINDOWS, Session, View
from panel_app.theme import DARK, LIGHT
from panel_app.trace import WHATS
from panel_app.views.banks import Banks
from panel_app.views.caption import Caption
from panel_app.views.charts import ChartsView
from panel_app.views.header import Header
from panel_app.views.help import Help
from panel_app.views.inspector import Inspector
from panel_app.views.legend import Legend
from panel_app.views.network import NetworkView
from panel_app.views.part import styles
from panel_app.views.phone import Phone
from panel_app.views.progress import Progress
from panel_app.views.scrub import Scrub
from panel_app.views.strip import StripView
from panel_app.views.tables import Events, Payments
from panel_app.views.transport import Transport
from panel_app.views.what_if import WhatIfPanel
from panel_app.whatif import MULTILATERAL

if TYPE_CHECKING:
    from panel_app.sharing import Note

ANNOUNCE_SECONDS = 1.0
HOLD_SECONDS = 0.9
HOLD_SPEED_MOST = 4
"""A netting moment holds the clock, up to this many ticks per second."""
STRIP_SECONDS, SLOW_SECONDS = 0.1, 0.25
"""While playing, how often the strip and what is read beside it are drawn, and what nobody can follow at 30 frames a
second.
"""
AHEAD_MOST, UNSEEN_SECONDS = 2, 1.0
"""While playing, so many pictures at most are on their way to the page, which paints slower than Python draws; a page
that paints none is out of sight, and gets one in so many seconds.
"""
REST_SECONDS = 0.04
"""How long after the picture of a new run what is not in it follows: the page has painted the picture by then."""

FIRST_PARTS = 2
"""Header and help: whatever is read first comes after them."""
LATER: dict[View, str] = {
    "compare": "panel_app.views.compare",
    "lessons": "panel_app.views.lessons",
    "edit": "panel_app.views.editor",
}
"""Views that are imported and built when they are first looked at: the module of each, which has `parts(app)`."""

Action = Callable[[Any], object]


class App:
    """One page: a session, its views and the line to the page."""

    def __init__(
        self, page: Page, session: Session, doc: Document, linked: bool = False, note: Note | None = None
    ) -> None:
        """`linked`: the session is what the link of the address says; `note`: what there is to say about that."""
        self.page = page
        self._note = note
        self.doc = doc
        self.session = session
        self.still = False
        self._clock: asyncio.Task[None] | None = None
        self._resting: asyncio.Task[None] | None = None
        self._computing: asyncio.Task[None] | None = None
        self._announced = ("", 0.0)
        self._ahead = 0
        self._seen = asyncio.Event()
        self._on_show = asyncio.Event()
        self._on_show.set()
        theme = session.theme
        self.help = Help(session, theme)
        self.inspector = Inspector(session, theme)
        self.events, self.payments = Events(session, theme), Payments(session, theme)
        self.phone = Phone(session, theme)
        self.what_if = WhatIfPanel(session, theme)
        self.caption, self.progress = Caption(session, theme), Progress(session, theme)
        self.network, self.strip, self.charts = (
            NetworkView(session, theme),
            StripView(session, theme),
            ChartsView(session, theme),
        )
        transport, scrub = Transport(session, theme), Scrub(session, theme)
        # In reading order; styles/layout.css gives each its place.
        self.views: list[Any] = [
            Header(session, theme, frozenset(LATER)),
            self.help,
            self.caption,
            self.progress,
            self.network,
            Banks(session, theme),
            Legend(session, theme),
            self.inspector,
            transport,
            self.strip,
            scrub,
            self.charts,
            self.events,
            self.payments,
            self.what_if,
            self.phone,
        ]
        self.every = {
            **dict.fromkeys((self.strip, self.caption, transport, scrub), STRIP_SECONDS),
            **dict.fromkeys((self.charts, self.events, self.payments, self.inspector), SLOW_SECONDS),
        }
        self.picture = {self.network, self.strip, self.caption}
        """What shows a new run at once; all other views follow when the page has painted these."""
        self._late: dict[Any, frozenset[str]] = {}
        """Views that have not followed yet, and what has changed since they were drawn."""
        self._later = dict(LATER)
        self._drawn = dict.fromkeys(self.every, 0.0)
        self.exchange = Exchange(self, linked)
        self.actions = self._actions() | self.exchange.actions | self.what_if.actions
        session.can_wait = lambda: self._loop() is not None
        session.subscribe(self._changed)
        page.on("key", self._key)
        page.on("theme", self._theme)
        page.on("query", self._query)
        page.on("painted", self._painted)
        page.on("shown", lambda _: self._on_show.set())

    def panel(self) -> pn.Column:
        """The whole page as one Panel object."""
        drawn: dict[Any, Any] = {view: view.panel() for view in self.views}
        for view, area in ((self.network, "network"), (self.strip, "strip"), (self.charts, "charts")):
            drawn[view].css_classes = [area]
        tables = pn.Column(
            drawn.pop(self.events),
            drawn.pop(self.payments),
            css_classes=["tables"],
            margin=0,
            sizing_mode="stretch_both",
        )
        parts = list(drawn.values())
        parts.insert(parts.index(drawn[self.charts]) + 1, tables)
        self.root = pn.Column(
            *parts,
            css_classes=["view-simulate", "tab-network"],
            stylesheets=[styles("layout")],
            margin=0,
            sizing_mode="stretch_both",
        )
        return self.root

    def start(self) -> None:
        """Tell the page what is on show."""
        self.look(self.session.view)
        self._classes()
        self.exchange.start(self._note)
        self._note = None
        self._tell_look()
        self._tell_page()

    def leave_out(self) -> None:
        """Do not show what is out of sight at first: the page of a later visit is drawn sooner without it."""
        for table in (self.events, self.payments):
            table.leave_out()

    def resume(self, query: Payload) -> None:
        """A later visit goes on where nobody had done anything yet: show what it asks for.

        What was left out follows when the page is on show.
        """
        self._on_show.clear()
        self._late = dict.fromkeys((self.events, self.payments), frozenset({"run"}))
        session, link = self.session, str(query.get("link") or "").removeprefix("#")
        asked = str(query.get("scenario") or scenarios.FIRST), str(query.get("seed") or "")
        shown = session.scenario, "" if session.what_if.seed is None else str(session.seed)
        session.embedded = "embed" in query
        if asked != shown and not open_query(session, query):
            notice = session.notice
            session.open(scenarios.FIRST)
            session.notify(notice)
        self._announced = ("", 0.0)  # the clock of a new visit begins at 0
        self._drawn = dict.fromkeys(self._drawn, 0.0)
        self.exchange.forget()
        self.start()
        if link.startswith("run="):
            self.exchange.open_link(link)

    # From the page

    def _key(self, payload: Payload) -> None:
        action = self.actions.get(str(payload.get("name")))
        if action is not None:
            action(payload.get("value"))

    def _theme(self, payload: Payload) -> None:
        self.still = bool(payload.get("still"))
        self.network.motion = not self.still
        self.session.set_dark(bool(payload.get("dark")))

    def _query(self, payload: Payload) -> None:
        link = str(payload.get("link") or "").removeprefix("#")
        self.session.embedded = self.session.embedded or "embed" in payload
        if link.startswith("run="):
            self.exchange.open_link(link)
        else:
            open_query(self.session, payload)
            self.exchange.forget()
        self.start()

    def _actions(self) -> dict[str, Action]:
        session = self.session
        actions: dict[str, Action] = {
            "play": lambda _: session.play(not session.playing),
            "step": lambda _: self._move(1),
            "back": lambda _: self._move(-1),
            "step-ten": lambda _: self._move(10),
            "back-ten": lambda _: self._move(-10),
            "start": lambda _: self._go(0),
            "end": lambda _: self._go(session.ticks - 1),
            "go": lambda tick: self._go(int(tick)),
            "next": lambda _: self._jump(1),
            "previous": lambda _: self._jump(-1),
            "slower": lambda _: self._speed(-1),
            "faster": lambda _: self._speed(1),
            "speed": lambda ticks: session.set_speed(int(ticks)),
            "bank": lambda bank: session.select(("bank", int(bank))),
            "payment": lambda payment: session.select(("payment", int(payment))),
            "flow": lambda pair: session.select(("flow", int(pair))),
            "inspect-flow": lambda _: self._inspect_flow(),
            "trace": lambda asked: self._trace(str(asked)),
            "bank-next": lambda _: self._next_bank(1),
            "bank-previous": lambda _: self._next_bank(-1),
            "payment-next": lambda _: self._next_payment(),
            "inspect-bank": lambda _: self._inspect_bank(),
            "inspect-payment": lambda _: self._inspect_payment(),
            "keep": lambda _: session.keep(),
            "compare": lambda _: self.look("compare"),
            "keep-compare": lambda _: self._keep_and_compare(),
            "undo": lambda _: session.undo(),
            "redo": lambda _: session.redo(),
            "reset": lambda _: session.reset(),
            "cancel": lambda _: session.cancel(),
            "bilateral": lambda on: session.change(bilateral=on == "on"),
            "cycles": lambda on: session.change(cycles=on == "on"),
            "multilateral": lambda mode: session.change(multilateral=str(mode)) if mode in MULTILATERAL else None,
            "credit": lambda value: session.change(credit=(int(value[0]), int(value[1]))),
            "policy": lambda value: self._policy(int(value[0]), str(value[1])),
            "balance": lambda value: session.change(balance=(int(value[0]), int(value[1]))),
            "balance-factor": lambda percent: session.change(balance_factor=int(percent) / 100),
            "credit-factor": lambda percent: session.change(credit_factor=int(percent) / 100),
            "arrivals-factor": lambda percent: session.change(arrivals_factor=int(percent) / 100),
            "seed": self._seed,
            "seed-next": lambda _: session.change(seed=session.seed + 1),
            "scenario": lambda name: self._open(str(name)) if name else None,
            "view": lambda view: self.look(view),
            "theme": lambda _: session.set_dark(not session.theme.dark),
            "large": lambda _: session.set_large(not session.large),
            "filter-events": partial(self._filter, self.events, "filter-events"),
            "filter-payments": partial(self._filter, self.payments, "filter-payments"),
            "help": lambda _: self.help.show(not self.help.open),
            "single-keys": lambda wanted: self._set_single_keys(wanted == "on"),
            "close": lambda _: self._close(),
            "drawer": lambda _: self._drawer(),
            "skip": lambda _: self.page.send("focus", {"part": "#network"}),
        }
        for parameter in {parameter.name for parameters in BUILT_IN.values() for parameter in parameters}:
            actions[f"policy-{parameter}"] = partial(self._policy_parameter, parameter)
        for window in WINDOWS:
            actions[f"window-{window}"] = lambda _, window=window: session.show(window)  # type: ignore[misc]
        for tab, _ in text.TABS:
            actions[f"tab-{tab}"] = lambda _, tab=tab: self._tab(tab)  # type: ignore[misc]
        for show in ("all", "waiting", "overdue"):
            actions[f"show-{show}"] = lambda _, show=show: self._show(show)  # type: ignore[misc]
        return actions

    def _move(self, ticks: int) -> None:
        self.session.play(False)
        self.session.step(ticks)

    def _go(self, tick: int) -> None:
        self.session.go(tick)

    def _jump(self, direction: int) -> None:
        self.session.play(False)
        self.session.next_event(direction)

    def _speed(self, direction: int) -> None:
        place = SPEEDS.index(self.session.ticks_per_second) + direction
        self.session.set_speed(SPEEDS[max(0, min(len(SPEEDS) - 1, place))])

    def _policy(self, bank: int, kind: str) -> None:
        """Give a bank a policy with its usual parameters, or the one of the scenario; -1: all banks."""
        policy = with_defaults(kind) if kind in BUILT_IN else None
        if policy is not None or kind == "scenario":
            self._give(bank, lambda _: policy)

    def _policy_parameter(self, name: str, value: Any) -> None:
        bank, typed = int(value[0]), str(value[1])
        if typed.isdigit():
            cents = 100 if name == "target_buffer" else 1
            self._give(bank, lambda policy: with_parameter(policy, name, int(typed) * cents))

    def _give(self, bank: int, policy: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
        session, what_if = self.session, self.session.wanted
        for number, agent in enumerate(agents_of(session.wanted_config)):
            if bank in (-1, number):
                what_if = what_if.with_changes({"policy": (number, policy(agent.get("policy") or {"type": "Fifo"}))})
        session.set_changes(what_if, at_once=False)

    def _seed(self, typed: Any) -> None:
        if not str(typed):  # a field that is being written anew
            return
        try:
            seed = _seed_of(str(typed))
        except ValueError as none:
            self.session.complain(str(none))
            return
        self.session.change(seed=seed)

    def _next_bank(self, direction: int) -> None:
        selection, banks = self.session.selection, len(self.session.names)
        now = selection[1] if selection and selection[0] == "bank" else -1 if direction > 0 else 0
        self.session.select(("bank", (now + direction) % banks))

    def _next_payment(self) -> None:
        session = self.session
        central, held = session.index.waiting(session.tick)
        waiting = sorted([*central.tolist(), *held.tolist()])
        if waiting:
            now = session.selection[1] if session.selection and session.selection[0] == "payment" else -1
            session.select(("payment", next((payment for payment in waiting if payment > now), waiting[0])))

    def _inspect_bank(self) -> None:
        payer = self.session.payer
        self.session.select(("bank", payer if payer is not None else 0))

    def _inspect_payment(self) -> None:
        """From a bank or a flow to one of its payments: one that waits, else the last one that settled."""
        session, selection = self.session, self.session.selection
        if selection is not None and selection[0] == "payment":
            return
        concerned = session.concerned
        if selection is not None and selection[0] == "bank":
            concerned &= session.index.sender == selection[1]
        central, held = session.index.waiting(session.tick)
        waiting = [*central.tolist(), *held.tolist()]
        done = session.index.settled_between(0, session.tick + 1)
        own = [payment for payment in waiting if concerned[payment]] or done[concerned[done]][-1:].tolist()
        for payment in (own or waiting or done[-1:].tolist())[:1]:
            session.select(("payment", payment))

    def _inspect_flow(self) -> None:
        """From a payment to the flow that it belongs to; from a bank to its largest one of the day."""
        session, selection = self.session, self.session.selection
        index, banks = session.index, len(session.names)
        if selection is not None and selection[0] == "flow":
            return
        if selection is not None and selection[0] == "payment":
            session.select(("flow", int(index.sender[selection[1]] * banks + index.receiver[selection[1]])))
            return
        concerned = index.sender == selection[1] if selection is not None else np.ones(len(index.amount), dtype=bool)
        pair = (index.sender * banks + index.receiver)[concerned]
        if len(pair):
            session.select(("flow", int(np.bincount(pair, weights=index.amount[concerned]).argmax())))

    def _trace(self, asked: str) -> None:
        """Show what a figure is the sum of, as `what` or `what.number`; empty shows all events again."""
        asked_what, _, number = asked.partition(".")
        what = next((what for what in WHATS if what == asked_what), None)
        banks = len(self.session.names)
        of = int(number) if number.isdigit() else -1
        fits = what is not None and of < (banks * banks if what.startswith("flow") else banks)
        self.events.trace = (what, of) if what is not None and fits else None
        self.events.update(frozenset({"filter-events"}))
        if self.events.trace is not None:
            self.look("simulate")
            self._tab("events")
            self.page.send("focus", {"part": "#trace"})

    def _open(self, name: str) -> None:
        self.events.filter("")
        self.events.trace = None
        self.payments.filter("")
        self.session.open(name, at_once=False)

    def _filter(self, table: Events | Payments, name: str, typed: Any) -> None:
        table.filter(str(typed or ""))
        table.update(frozenset({name}))

    def _show(self, show: Any) -> None:
        self.payments.show = show
        self.payments.update(frozenset({"filter-payments"}))

    def _tab(self, tab: str) -> None:
        self.phone.tab = tab
        self.phone.update(frozenset({"tab"}))
        self._classes()

    def look(self, view: View) -> None:
        """Turn to a view; the first time, its parts join the others."""
        if view in self._later:
            parts = import_module(self._later.pop(view)).parts(self)
            self.views += parts
            for part in parts:
                self.actions |= part.actions
            # What is read before the simulator stands before it in the document too.
            first = [part.panel() for part in parts if part.first]
            self.root.objects = [
                *self.root.objects[:FIRST_PARTS],
                *first,
                *self.root.objects[FIRST_PARTS:],
                *(part.panel() for part in parts if not part.first),
            ]
        self.session.look(view)

    def _keep_and_compare(self) -> None:
        self.session.keep()
        self.look("compare")

    def _drawer(self) -> None:
        self._classes(drawer="drawer" not in self.root.css_classes)

    def _close(self) -> None:
        """What Escape ends: first of all a day that is being computed."""
        if self.session.cancel():
            return
        self.help.show(False)
        self.exchange.close()
        self._classes()

    def _set_single_keys(self, on: bool) -> None:
        self.help.single_keys = on
        self.help.update(frozenset({"single-keys"}))
        self.page.send("single-keys", {"on": on})

    def _classes(self, drawer: bool = False) -> None:
        session = self.session
        states = {
            "large": session.large,
            "drawer": drawer,
            "alone": session.comparison is None,
            "embed": session.embedded,
        }
        self.root.css_classes = [
            f"view-{session.view}",
            f"tab-{self.phone.tab}",
            *(name for name, holds in states.items() if holds),
        ]

    # To the page

    def _changed(self, changed: frozenset[str]) -> None:
        now = time.monotonic()
        hurry = self.session.playing and changed == {"tick"}
        can_wait = self._loop() is not None
        slow = {self.inspector} if self.session.explains_slowly and changed & self.inspector.watches else set()
        for view in self.views:
            if hurry and (view in slow or now - self._drawn.get(view, 0.0) < self.every.get(view, 0.0)):
                continue
            if view in self._drawn:
                self._drawn[view] = now
            # What was left out while playing is caught up with when playing ends.
            told = changed | {"tick"} if "playing" in changed and view in self.every else changed
            told |= self._late.pop(view, frozenset())
            if can_wait and (view in slow or ("run" in told and view not in self.picture)):
                self._late[view] = told
            else:
                view.update(told)
        if "playing" in changed:
            self._start_or_stop()
        if "wanted" in changed and not self.session.under_way and "run" not in changed and self._resting is None:
            self._send_facts(self.session.run.log_hash)
        if self.session.under_way and self._computing is None:
            self._computing = asyncio.get_running_loop().create_task(self._compute())
        if changed & {"theme", "size"}:
            self._tell_look()
        if changed & {"view", "size", "kept"} or ("run" in changed and self.session.view == "compare"):
            self._classes("drawer" in self.root.css_classes)
        self.exchange.remember(changed)
        if changed & {"run", "tick"} or (self._late and self._resting is None):
            self._tell_page(new_run="run" in changed)
        if self.session.playing and "tick" in changed:
            self._announce()

    def _tell_look(self) -> None:
        self.page.send("theme", {"dark": self.session.theme.dark, "large": self.session.large})

    def _tell_page(self, new_run: bool = True) -> None:
        """What tests and assistive tools read. The hash comes last, since a long log takes a while to hash."""
        if new_run:
            self.page.send("title", {"text": f"{self.session.title} \N{MIDDLE DOT} {text.BRAND}"})
        if self._resting is not None and (new_run or not self.session.playing):
            self._resting.cancel()
            self._resting = None
        loop = self._loop()
        if loop is not None and self._resting is None and (new_run or self._late):
            self._resting = loop.create_task(self._come_to_rest())
        self._send_facts(self.session.run.log_hash if self._resting is None else "")

    async def _come_to_rest(self) -> None:
        """What need not be in the picture of a new run, a piece a turn: a newer change need not wait for the rest."""
        await self._on_show.wait()
        await asyncio.sleep(REST_SECONDS)
        while self._late:
            await self.locked(self._follow)
            await asyncio.sleep(0)
        log_hash = self.session.run.log_hash
        self._resting = None
        self._send_facts(log_hash)

    async def _compute(self) -> None:
        """Slices of a day that takes long; between them the page is answered."""
        while self.session.under_way:
            await asyncio.sleep(0)
            await self.locked(self.session.advance)
        self._computing = None

    def _follow(self) -> None:
        """The next view that is late."""
        for view in list(self._late)[:1]:
            view.update(self._late.pop(view))

    @staticmethod
    def _loop() -> asyncio.AbstractEventLoop | None:
        """The loop in which something can be done later; None where there is none: then everything is done at once."""
        try:
            return asyncio.get_running_loop()
        except RuntimeError:
            return None

    def _send_facts(self, log_hash: str) -> None:
        """`seed` goes as text: JavaScript's numbers end before a seed does."""
        session = self.session
        log_hash = "" if session.under_way else log_hash  # not at rest
        facts = {"scenario": session.scenario, "seed": str(session.seed), "tick": session.tick, "ticks": session.ticks}
        self.page.send("attributes", facts | {"logHash": log_hash})

    def _announce(self) -> None:
        """The sentence, at most once a second while playing."""
        sentence, now = moment(self.session, self.session.tick).sentence, time.monotonic()
        said, at = self._announced
        if sentence != said and now - at >= ANNOUNCE_SECONDS:
            self._announced = (sentence, now)
            self.page.send("announce", {"text": sentence})

    # The clock

    def _start_or_stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self.session.playing:
            self._clock = asyncio.get_running_loop().create_task(self._play())

    async def _play(self) -> None:
        """Move the cursor with the wall clock. A slow page gets fewer frames, not later ones."""
        session = self.session
        due = time.monotonic()
        while session.playing:
            due += 1 / session.ticks_per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            late = max(0, int((time.monotonic() - due) * session.ticks_per_second))
            due += late / session.ticks_per_second
            if session.playing:
                await self.locked(partial(session.step, 1 + late))
                await self._keep_pace()
            if session.tick >= session.ticks - 1:
                await self.locked(partial(session.play, False))
            elif (
                session.ticks_per_second <= HOLD_SPEED_MOST
                and not self.still
                and moment(session, session.tick).kind == "cycle"
            ):
                due += HOLD_SECONDS

    async def _keep_pace(self) -> None:
        """Wait until the page has painted all but the last pictures."""
        self._ahead += 1
        self.page.send("painted", {})
        while self._ahead >= AHEAD_MOST:
            self._seen.clear()
            try:
                await asyncio.wait_for(self._seen.wait(), UNSEEN_SECONDS)
            except TimeoutError:
                self._ahead = 0

    def _painted(self, _: Payload) -> None:
        self._ahead = max(0, self._ahead - 1)
        self._seen.set()

    async def locked(self, change: Callable[[], None]) -> None:
        """Change the document: at once in the browser, under its lock on a server (where it has a session context)."""
        if self.doc.session_context is None:
            change()
            return
        done = asyncio.Event()

        def run() -> None:
            try:
                change()
            finally:
                done.set()

        self.doc.add_next_tick_callback(run)
        await done.wait()


def open_query(session: Session, payload: Payload) -> bool:
    """Open what the address asks for (`?scenario=NAME&seed=N`).

    False, and `session.notice` says why, when there is no such thing; then what was open stays.
    """
    name, seed = str(payload.get("scenario") or ""), str(payload.get("seed") or "")
    if not name and not seed:
        return False
    try:
        session.open(name or scenarios.FIRST, _seed_of(seed) if seed else None)
    except (LookupError, ValueError) as unknown:
        session.notify(text.bad_link(str(unknown)))
        return False
    return True


def _seed_of(typed: str) -> int:
    """The seed that somebody typed. Raises `ValueError`, in words for people, if it is none."""
    if not (typed.isdecimal() and int(typed) < 2**64):
        raise ValueError(text.bad_seed(typed))
    return int(typed)


def _open_link(session: Session, link: str) -> tuple[bool, Note | None]:
    """Open the link of an address: whether there was one that opened, and what there is to say about it."""
    if not link.startswith("run="):
        return False, None
    from panel_app import text_share
    from panel_app.sharing import LinkError, Note, open_link

    try:
        notes: list[Note | None] = []
        open_link(session, link, notes.append)  # nothing can wait yet: it is on show
        return True, notes[0]
    except LinkError as broken:
        return False, Note("error", text_share.LINK_BROKEN, str(broken))


def create(doc: Document, page: Page, query: Payload | None = None, dark: bool = False) -> App:
    """Open the first scenario, or what `query` asks for, and draw it; `doc` is the document that the page will live
    in."""
    session = Session(DARK if dark else LIGHT)
    query = query or {}
    session.embedded = "embed" in query
    opened, note = _open_link(session, str(query.get("link") or "").removeprefix("#"))
    if not opened and not open_query(session, query):
        asked = session.notice
        session.open(scenarios.FIRST)
        session.notify(asked)
    app = App(page, session, doc, opened, note)
    app.panel()
    return app


def build(doc: Document, page: Page, query: Payload | None = None, dark: bool = False) -> App:
    """Create the page, add it to `doc` as its only root, and answer messages from `page` from then on."""
    app = create(doc, page, query, dark)
    app.root.server_doc(doc, title=text.BRAND, location=False)
    app.start()
    return app


__all__ = ["KEYS", "App", "build", "create", "open_query"]
