"""What the page shows, without the page: one scenario, the changes to it, its run, and a cursor over the run.

The whole day is computed at once; play, step and scrub only move the cursor. Imports neither Panel nor Bokeh.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from panel_app import jumps, scenarios
from panel_app.computation import Computation
from panel_app.figures.clock import Clock
from panel_app.figures.run_index import RunIndex, index_of
from panel_app.preparing import PIECES
from panel_app.theme import DARK, LIGHT, Theme
from panel_app.whatif import WhatIf

if TYPE_CHECKING:
    from payment_simulator.execution.run import Run

    from panel_app.compare import Comparison, Kept
    from panel_app.scenarios import Scenario
    from panel_app.why import Why

Bools = NDArray[np.bool_]
Window = Literal["tick", "hour", "day"]
View = Literal["simulate", "compare", "lessons", "edit"]
Selection = tuple[Literal["bank", "payment", "flow"], int] | None
Callback = Callable[[frozenset[str]], None]
Version = tuple[dict[str, Any], dict[str, Any], WhatIf]
"""What a run is made of: the scenario as the engine takes it, how it is shown, and the changes on top of it."""

Show = Callable[["Run", float], None]
"""Puts a finished run on show; the seconds are what it took."""

LARGE = 1.22
AT_ONCE_SECONDS = 0.1
"""A day that takes longer goes on in slices, where something can be done later."""
SLICE_SECONDS = 0.04
"""So long a page may wait for an answer."""
EXPLAINED_MOST = 20_000
"""Payments of a run up to which each picture can say why the selected one waits: some 10 ms of work."""
SPEEDS = (1, 2, 4, 8, 16, 30, 60)
WINDOWS: tuple[Window, ...] = ("tick", "hour", "day")
VIEWS: tuple[View, ...] = ("simulate", "compare", "lessons", "edit")


class UnderWay:
    """A day being computed, and then what its pictures are drawn from; the run before it is on show meanwhile."""

    def __init__(self, computation: Computation, show: Show, scenario: str, changes: WhatIf | None) -> None:
        """`scenario`: the name of the one that will be on show; `changes`: those that it will have, None when another
        scenario is opened, or a run to compare with is made.
        """
        self.computation, self.scenario, self.changes = computation, scenario, changes
        self._show = show
        self._run: Run | None = None
        self._left = list(PIECES)

    @property
    def computed(self) -> bool:
        """Whether the day is computed and pictures are being prepared."""
        return self._run is not None

    def advance(self, seconds: float) -> bool:
        """Go on for about so long, at least by one piece; True when the run can be shown."""
        if self._run is None:
            if self.computation.advance(seconds):
                self._run = self.computation.run()
            return False
        began = time.perf_counter()
        while True:
            self._left.pop(0)(self._run)
            if not self._left or time.perf_counter() - began >= seconds:
                return not self._left

    def show(self) -> None:
        """Put it on show."""
        assert self._run is not None
        self._show(self._run, self.computation.seconds)


class Session:
    """State of one reader's page.

    Subscribers are called with what changed: a subset of `{"run", "kept", "tick", "selection", "window", "view",
    "playing", "speed", "theme", "size", "message", "wanted", "progress", "lesson"}`. With `"run"` everything may have
    changed, `config` and `names` too; `"kept"` is the run that is kept to be compared with; `"wanted"` is a change that
    is under way, or is no longer, and `"progress"` how far it is.
    """

    scenario: str
    base_config: dict[str, Any]
    filed: dict[str, Any]
    config: dict[str, Any]
    display: dict[str, Any]
    run: Run
    index: RunIndex
    times: Clock

    def __init__(self, theme: Theme = LIGHT) -> None:
        self.scenarios = scenarios.available()
        self.theme = theme
        self.tick = 0
        self.window: Window = "hour"
        self.view: View = "simulate"
        self.lesson: tuple[str, int] | None = None
        """The lesson and its step, from 0, that the reader is in."""
        self.large = False
        self.embedded = False
        """Whether the page is a small one inside another page: the network and its clock alone."""
        self.selection: Selection = None
        self.playing = False
        self.ticks_per_second = 4
        self.message = ""
        self.notice = ""
        self.seconds = 0.0
        self.what_if = WhatIf()
        self.under_way: UnderWay | None = None
        self.can_wait: Callable[[], bool] = lambda: False
        """Whether somebody calls `advance` until nothing is under way; else every day is computed at once."""
        self.taken_back = False
        """Whether the last thing done takes changes back: fields show it then even while they are in use."""
        self.previous: Run | None = None
        self.kept: Kept | None = None
        self._comparison: Comparison | None = None
        self._why: tuple[tuple[Run, int, int], Why] | None = None
        self._undone: list[Version] = []
        self._done: list[Version] = []
        self._subscribers: list[Callback] = []

    # Opening and changing

    def open(self, scenario: str, seed: int | None = None, at_once: bool = True) -> None:
        """Load a scenario, run its day and go to the tick where it opens. Raises `UnknownScenario`, `ValueError`.

        `at_once`: it is on show when this returns; else a day that takes long is `under_way` for a while.
        """
        self.open_scenario(scenarios.load(scenario), WhatIf(seed=seed), at_once=at_once)

    def open_scenario(
        self, loaded: Scenario, what_if: WhatIf, then: Callable[[], None] | None = None, at_once: bool = False
    ) -> None:
        """The same for a scenario from anywhere; `then` is called as soon as it is on show. Raises `ValueError`."""

        def show(run: Run, seconds: float) -> None:
            self.show_run(loaded, what_if, run, seconds)
            if then is not None:
                then()

        self.taken_back = False
        self._begin(loaded.config, what_if, show, at_once, loaded.name)

    def show_run(self, loaded: Scenario, what_if: WhatIf, run: Run, seconds: float = 0.0) -> None:
        """Open a scenario whose run is known already."""
        self.under_way, self.taken_back = None, False
        self.scenario, self.base_config, self.display = loaded.name, loaded.config, loaded.display
        self.filed = loaded.config
        self.names = [str((loaded.display.get("names") or {}).get(agent, agent)) for agent in run.agent_ids]
        self._done, self._undone, self.previous = [], [], None
        self.what_if, self.message, self.notice, self.playing = what_if, "", "", False
        self._take(run, seconds)
        self.tick = self._opening_tick()
        self.selection = self._first_selection()
        if self.kept is not None and self.comparison is None:
            self.kept = None
        self._tell("run", "kept", "tick", "selection", "playing", "message", "wanted", "progress")

    def change(self, **changes: Any) -> bool:
        """Change the scenario (see `WhatIf.with_changes`) and run the whole day again; cursor, selection and window
        stay. A day that takes long is `under_way` for a while; a newer change takes it in and replaces it.

        False when the engine refuses the change: the last valid run stays, and `message` says why.
        """
        return self.set_changes(self.wanted.with_changes(changes), at_once=False)

    def set_changes(self, what_if: WhatIf, at_once: bool = True) -> bool:
        """Replace all changes to the scenario at once, as `change` does it; it is one change to undo.

        `at_once`: the run is on show when this returns, however long it takes.
        """
        before, self.taken_back = self._version, False
        return self._compute(what_if, lambda: self._remember(before), at_once)

    @property
    def wanted(self) -> WhatIf:
        """The changes that were asked for: those of the run under way, or of the one on show."""
        under_way = self.under_way
        return self.what_if if under_way is None or under_way.changes is None else under_way.changes

    @property
    def wanted_config(self) -> dict[str, Any]:
        """The engine input with these changes."""
        under_way = self.under_way
        return self.config if under_way is None or under_way.changes is None else under_way.computation.config

    @property
    def wanted_scenario(self) -> str:
        """The name of the scenario that was asked for."""
        return self.under_way.scenario if self.under_way else self.scenario

    def advance(self) -> None:
        """Go on with what is under way for a slice; when it is done it is on show."""
        under_way = self.under_way
        if under_way is None:
            return
        try:
            done = under_way.advance(SLICE_SECONDS)
        except (RuntimeError, OverflowError) as refused:
            self.under_way, self.message = None, str(refused)
            self._tell("message", "wanted", "progress")
            return
        if done:
            self.under_way = None
            under_way.show()
        self._tell(*(("wanted", "progress") if done else ("progress",)))

    def cancel(self) -> bool:
        """Give up what is under way; the run on show stays. False when nothing is."""
        if self.under_way is None:
            return False
        self.under_way, self.taken_back = None, True
        self._tell("wanted", "progress")
        return True

    def edit(self, config: dict[str, Any], display: dict[str, Any]) -> bool:
        """Take another version of the scenario: `config` as the engine takes it. Changes stay on top of it.

        False when the engine refuses it: the last valid run stays, and `message` says why.
        """
        before, what_if = self._version, self.what_if
        if config["rng_seed"] != self.base_config["rng_seed"]:
            what_if = replace(what_if, seed=None)
        return self._show_version((config, display, what_if), lambda: self._remember(before))

    def reset(self) -> bool:
        """Back to the scenario as it is in its file; the seed stays."""
        before = self._version
        self.taken_back = True
        return self.changed and self._compute(WhatIf(seed=self.what_if.seed), lambda: self._remember(before))

    def undo(self) -> bool:
        """Take back the last change; one that is under way is given up."""
        self.taken_back = True
        return self.cancel() or self._travel(self._done, self._undone)

    def redo(self) -> bool:
        """Make a change again that was taken back."""
        self.taken_back = True
        return self._travel(self._undone, self._done)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def changed(self) -> bool:
        """Whether the run differs from the scenario in its file by more than its seed."""
        return self.what_if != WhatIf(seed=self.what_if.seed)

    @property
    def edited(self) -> bool:
        """Whether the scenario is another one than in its file: not a change on top of it, but another text."""
        return self.base_config is not self.filed

    # Comparing

    @property
    def now(self) -> Kept:
        """The run on show, as it would be kept."""
        from panel_app.compare import Kept

        return Kept(self.scenario, self.base_config, self.display, self.what_if, self.run)

    def keep(self, kept: Kept | None = None) -> None:
        """Keep a run as A, to be compared with: by default the one on show."""
        self.kept = kept or self.now
        self._tell("kept")

    def keep_other(self, name: str) -> bool:
        """Make A from the run on show: `scenario` (as in its file), `no-netting`, or `before` (the last change).

        False when there is no such run, or the engine refuses it; `message` says why.
        """
        config, what_if = self.base_config, self.what_if
        if name == "scenario":
            config, what_if = self.filed, WhatIf(seed=what_if.seed)
        elif name == "no-netting":
            what_if = what_if.with_changes({"bilateral": False, "cycles": False, "multilateral": "off"})
        elif name == "before" and self._done:
            config, _, what_if = self._done[-1]
        else:
            return False
        return self.keep_changes(what_if, name, config)

    def keep_changes(self, what_if: WhatIf, name: str = "", config: dict[str, Any] | None = None) -> bool:
        """Make A from the scenario on show (or another version of it, `config`) with these changes; a day that takes
        long is `under_way` for a while. False, and a message, when the engine refuses them.
        """
        made_from = self.base_config if config is None else config

        def show(run: Run, seconds: float) -> None:
            self.keep(replace(self.now, base_config=made_from, what_if=what_if, run=run, name=name))

        return self._try(made_from, what_if, show)

    def swap(self) -> None:
        """A becomes the run on show, and the run on show becomes A."""
        if self.kept is None:
            return
        if self.selection is not None and self.selection[0] == "payment":
            other = self.comparison.in_a(self.selection[1]) if self.comparison else None
            self.selection = None if other is None else ("payment", other)
        self.cancel()
        self._remember(self._version)
        shown, self.kept = self.kept, self.now
        self.scenario, self.base_config, self.display = shown.scenario, shown.base_config, shown.display
        self.previous, self.what_if = self.run, shown.what_if
        self._take(shown.run, self.seconds)
        self._tell("run", "kept", "selection")

    @property
    def comparison(self) -> Comparison | None:
        """The kept run as A and the run on show as B; None when none is kept."""
        if self.kept is None:
            return None
        from panel_app.compare import Comparison, comparable

        if not comparable(self.kept.run, self.run):
            return None
        known = self._comparison
        if known is None or known.a.run is not self.kept.run or known.b.run is not self.run:
            self._comparison = Comparison(self.kept.run, self.run)
        return self._comparison

    # Looking

    def go(self, tick: int) -> None:
        """Show the end of this tick; clamped to the run."""
        tick = max(0, min(self.ticks - 1, int(tick)))
        if tick != self.tick:
            self.tick = tick
            self._tell("tick")

    def step(self, ticks: int) -> None:
        """Move by some ticks; negative: back."""
        self.go(self.tick + ticks)

    def select(self, selection: Selection) -> None:
        """Select a bank or a payment by number, a flow by its ordered pair (sender * banks + receiver), or nothing."""
        if selection is not None:
            kind, number = selection
            banks = len(self.names)
            count = {"bank": banks, "payment": len(self.index.amount), "flow": banks * banks}[kind]
            if not 0 <= number < count or (kind == "flow" and number // banks == number % banks):
                selection = None
        if selection != self.selection:
            self.selection = selection
            self._tell("selection")

    @property
    def payer(self) -> int | None:
        """The bank selected, or the one that pays the selected payment or flow."""
        if self.selection is None:
            return None
        kind, number = self.selection
        if kind == "payment":
            return int(self.index.sender[number])
        return number if kind == "bank" else number // len(self.names)

    @property
    def concerned(self) -> Bools:
        """Shape (payments,): those that the selection is about."""
        index = self.index
        if self.selection is None:
            return np.zeros(len(index.amount), dtype=bool)
        kind, number = self.selection
        if kind == "payment":
            return np.asarray(np.arange(len(index.amount)) == number)
        if kind == "bank":
            return np.asarray((index.sender == number) | (index.receiver == number))
        banks = len(self.names)
        return np.asarray((index.sender == number // banks) & (index.receiver == number % banks))

    @property
    def why(self) -> Why | None:
        """Why the selected payment waits at the end of the tick; None if none is selected, or it does not wait."""
        if self.selection is None or self.selection[0] != "payment":
            return None
        wanted = self.run, self.selection[1], self.tick
        if self._why is None or self._why[0] != wanted:
            from panel_app.why import Why

            self._why = wanted, Why(self, self.selection[1], self.tick)
        why = self._why[1]
        return why if why.waits else None

    @property
    def explains_slowly(self) -> bool:
        """Whether a payment is selected, and why it waits takes longer to say than a picture may take."""
        return len(self.index.amount) > EXPLAINED_MOST and self.selection is not None and self.selection[0] == "payment"

    @property
    def releasing(self) -> tuple[int, ...]:
        """Payments that would release the selected one; not told while time runs, and of large runs not for each
        picture.
        """
        why = None if self.playing or self.explains_slowly else self.why
        return why.releasing if why is not None else ()

    def show(self, window: Window) -> None:
        """Choose which flows are drawn: of this tick, of the last hour, or of the whole day."""
        if window in WINDOWS and window != self.window:
            self.window = window
            self._tell("window")

    def look(self, view: View) -> None:
        """Turn to another of the four views of the same run."""
        if view in VIEWS and view != self.view:
            self.view = view
            self._tell("view")

    def learn(self, lesson: tuple[str, int] | None) -> None:
        """Be in a step of a lesson, or in none. It changes nothing of the run."""
        if lesson != self.lesson:
            self.lesson = lesson
            self._tell("lesson")

    def play(self, playing: bool) -> None:
        """Start or stop the clock. At the end of the run it starts again from the first tick."""
        if playing != self.playing:
            self.playing = playing
            if playing and self.tick >= self.ticks - 1:
                self.tick = 0
                self._tell("playing", "tick")
            else:
                self._tell("playing")

    def notify(self, notice: str) -> None:
        """Say something about what is open, above it, until another scenario is opened; nothing: take it away."""
        if notice != self.notice:
            self.notice = notice
            self._tell("message")

    def complain(self, message: str) -> None:
        """Show a message beside the run that stays."""
        self.message = message
        self._tell("message")

    def set_speed(self, ticks_per_second: int) -> None:
        """One of `SPEEDS`."""
        if ticks_per_second in SPEEDS and ticks_per_second != self.ticks_per_second:
            self.ticks_per_second = ticks_per_second
            self._tell("speed")

    def set_dark(self, dark: bool) -> None:
        """Change the colours; views read `theme` again."""
        theme = DARK if dark else LIGHT
        if theme is not self.theme:
            self.theme = theme
            self._tell("theme")

    def set_large(self, large: bool) -> None:
        """Large type, for a projector: texts and drawings grow together."""
        if large != self.large:
            self.large = large
            self._tell("size")

    # Facts

    @property
    def scale(self) -> float:
        """By how much drawings grow: 1, or `LARGE` in large type."""
        return LARGE if self.large else 1.0

    @property
    def title(self) -> str:
        """The scenario's title, for people."""
        return str(self.display.get("title") or self.scenario)

    @property
    def ticks(self) -> int:
        """Ticks that were run."""
        return self.run.ticks

    @property
    def ticks_per_day(self) -> int:
        return self.run.ticks_per_day

    @property
    def seed(self) -> int:
        return self.run.seed

    @property
    def window_ticks(self) -> int:
        """Length of the window in ticks, at least 1."""
        hours = (self.times.end - self.times.start) / 60
        lengths = {"tick": 1, "hour": round(self.ticks_per_day / hours), "day": self.ticks_per_day}
        return max(1, lengths[self.window])

    def clock(self, tick: int) -> str:
        """Time of day at which a tick begins: `"10:50"`."""
        return self.times.text(tick)

    def day_of(self, tick: int) -> int:
        """Number of the day, from 0."""
        return tick // self.ticks_per_day

    def next_event(self, direction: int = 1) -> None:
        """Go to the next (or previous) netting, beginning of a gridlock, or end; back from the first of them: to the
        start."""
        tick = jumps.next_event(self.run, self.tick, direction)
        self.go(tick if tick is not None else self.tick if direction > 0 else 0)

    def subscribe(self, callback: Callback) -> None:
        """Be called after every change, in the order of subscription."""
        self._subscribers.append(callback)

    # Inside

    def _remember(self, version: Version) -> None:
        """What undo goes back to; after it there is nothing to redo."""
        self._done.append(version)
        self._undone.clear()

    def _compute(self, what_if: WhatIf, remember: Callable[[], None], at_once: bool = False) -> bool:
        """Run the day with these changes; `remember` is called when it is on show, before anybody is told."""
        if what_if == self.wanted:
            if self.message:
                self.message = ""
                self._tell("message")
            return True
        if what_if == self.what_if:  # what is under way was taken back, step by step
            return self.cancel()

        def show(run: Run, seconds: float) -> None:
            same = _same_payments(self.run, run)
            self.previous, self.message, self.what_if = self.run, "", what_if
            self._take(run, seconds)
            self.tick = min(self.tick, self.ticks - 1)
            if self.selection is not None and self.selection[0] == "payment" and not same:
                self.selection = None
            remember()
            self._tell("run", "message")

        return self._try(self.base_config, what_if, show, at_once, changes=what_if)

    def _show_version(self, version: Version, remember: Callable[[], None]) -> bool:
        """Run another version of the scenario; its banks and payments may be others. `remember` as in `_compute`."""

        def show(run: Run, seconds: float) -> None:
            same = run.agent_ids == self.run.agent_ids and _same_payments(self.run, run)
            self.previous, self.message = self.run, ""
            self.base_config, self.display, self.what_if = version
            names = self.display.get("names") or {}
            self.names = [str(names.get(agent, agent)) for agent in run.agent_ids]
            self._take(run, seconds)
            self.tick = min(self.tick, self.ticks - 1)
            if self.selection is not None and not same:
                self.selection = None
            remember()
            self._tell("run", "tick", "selection", "message")

        return self._try(version[0], version[2], show, changes=version[2])

    def _try(
        self,
        config: dict[str, Any],
        what_if: WhatIf,
        show: Show,
        at_once: bool = False,
        changes: WhatIf | None = None,
    ) -> bool:
        """`_begin`; False, and `message` says why, when the engine refuses it."""
        try:
            self._begin(config, what_if, show, at_once, self.scenario, changes)
        except (ValueError, RuntimeError, OverflowError) as refused:
            self.complain(str(refused))
            return False
        return True

    def _begin(
        self,
        config: dict[str, Any],
        what_if: WhatIf,
        show: Show,
        at_once: bool,
        scenario: str,
        changes: WhatIf | None = None,
    ) -> None:
        """Compute a scenario with changes on top of it and show its run: now, or later where it takes long and may
        wait. `scenario`, `changes`: see `UnderWay`.
        """
        computation = Computation(what_if.apply(config), like=getattr(self, "run", None))
        done = computation.advance(AT_ONCE_SECONDS if self.can_wait() and not at_once else None)
        replaced = self.under_way
        self.under_way = None if done else UnderWay(computation, show, scenario, changes)
        if done:
            show(computation.run(), computation.seconds)
        if replaced or not done:
            self._tell("wanted", "progress")

    @property
    def _version(self) -> Version:
        return self.base_config, self.display, self.what_if

    def _travel(self, origin: list[Version], other: list[Version]) -> bool:
        if not origin:
            return False
        before, target = self._version, origin[-1]
        if target[0] is before[0] and target[2] == before[2]:
            origin.pop()
            return self._travel(origin, other)

        def remember() -> None:
            origin.pop()
            other.append(before)

        if target[0] is not self.base_config:
            return self._show_version(target, remember)
        return self._compute(target[2], remember)

    def _take(self, run: Run, seconds: float) -> None:
        self.run, self.config, self.seconds = run, run.config, seconds
        self.index = index_of(run)
        self.times = Clock.of(run.ticks, run.ticks_per_day, self.display)

    def _opening_tick(self) -> int:
        opens = self.display.get("open_at")
        if isinstance(opens, int):
            return max(0, min(self.ticks - 1, opens))
        return jumps.largest_netting(self.run) or 0

    def _first_selection(self) -> Selection:
        """The largest payment that waits where the scenario opens, so that the inspector explains something at once."""
        waiting = np.concatenate(self.index.waiting(self.tick))
        if not len(waiting):
            return None
        return "payment", int(waiting[np.argmax(self.index.amount[waiting])])

    def _tell(self, *changed: str) -> None:
        for callback in list(self._subscribers):
            callback(frozenset(changed))


def _same_payments(a: Run, b: Run) -> bool:
    columns = ("sender", "receiver", "amount", "arrival_tick")
    return all(np.array_equal(getattr(a.payments, name), getattr(b.payments, name)) for name in columns)
