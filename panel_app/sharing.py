"""A page's state as the fragment of a link: small, checked when it is read, honest when it cannot be kept.

The fragment is `run=` and base64url of zlib of one JSON object. A scenario that comes with the program is named and
hashed; any other travels whole. Whatever is read is checked: a link may come from anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payment_simulator_core_rs import __version__

from panel_app import scenarios
from panel_app import text_share as words
from panel_app.figures.clock import Clock
from panel_app.scenarios import Scenario
from panel_app.whatif import WhatIf

if TYPE_CHECKING:
    from panel_app.session import Session

KEY = "run="
FORMAT = 1
LARGEST_LINK = 8 * 1024
"""Characters that a fragment may have."""
LARGEST_UNPACKED = 512 * 1024
"""Bytes that a fragment may unpack to: far more than any link of ours, far less than what harms."""
BANKS_MOST, TICKS_MOST, PAYMENTS_MOST = 1_000, 200_000, 2_000_000
"""What a run opened by a link may hold: some seconds of work in a browser."""
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_TEXTS = {"title": 200, "teaches": 1000}


class LinkError(ValueError):
    """The link cannot be opened. The message says what is wrong with it and what to do."""


class LinkTooLong(ValueError):
    """The scenario does not fit into a link. `size`: characters that it would take."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(words.too_long(size))


@dataclass(frozen=True)
class Shared:
    """What a link says: which run, and where to look at it."""

    scenario: Scenario
    what_if: WhatIf
    kept: WhatIf | None
    """Run A of a comparison, of the same scenario."""
    tick: int
    view: str
    window: str
    selection: tuple[str, int] | None
    lesson: tuple[str, int] | None
    """The name of a lesson and its step, from 0."""
    version: str
    log_hash: str

    @property
    def clock(self) -> str:
        """The time of day at which it looks."""
        config, display = self.scenario.config, self.scenario.display
        per_day = max(1, int(config.get("ticks_per_day") or 1))
        return Clock.of(per_day, per_day, display).text(self.tick)


def fragment(session: Session) -> str:
    """The state of a session as the fragment of a link, without `#`. Raises `LinkTooLong`."""
    kept = session.kept
    same = kept is not None and kept.base_config == session.base_config
    selection = session.selection
    told = {
        "format": FORMAT,
        "version": __version__,
        **_scenario(session),
        "changes": session.what_if.to_json(),
        "tick": session.tick,
        "view": session.view,
        "window": session.window,
        "hash": session.run.log_hash,
        **({"kept": kept.what_if.to_json()} if kept is not None and same else {}),
        **({"selection": list(selection)} if selection is not None else {}),
        **({"lesson": list(session.lesson)} if session.lesson is not None else {}),
    }
    packed = KEY + _pack(told)
    if len(packed) > LARGEST_LINK:
        raise LinkTooLong(len(packed))
    return packed


def read(link: str) -> Shared:
    """What a fragment says, checked. Raises `LinkError`."""
    told = _unpack(link.removeprefix("#").removeprefix(KEY))
    if told.get("format") != FORMAT:
        raise LinkError(words.other_format(told.get("format"), str(told.get("version", "?"))[:40]))
    what_if, kept = (_changes(told[name]) if name in told else None for name in ("changes", "kept"))
    selection, lesson = told.get("selection"), told.get("lesson")
    return Shared(
        scenario=_named(told["scenario"]) if isinstance(told.get("scenario"), str) else _carried(told),
        what_if=what_if or WhatIf(),
        kept=kept,
        tick=_whole("tick", told.get("tick", 0)),
        view=str(told.get("view", "simulate")),
        window=str(told.get("window", "hour")),
        selection=(str(selection[0]), _whole("selection", selection[1]))
        if isinstance(selection, list) and len(selection) == 2 and selection[0] in ("bank", "payment", "flow")
        else None,
        lesson=(str(lesson[0])[:80], _whole("step", lesson[1]))
        if isinstance(lesson, list) and len(lesson) == 2
        else None,
        version=str(told.get("version", "?"))[:40],
        log_hash=str(told.get("hash", "")),
    )


def _scenario(session: Session) -> dict[str, Any]:
    """The scenario by name where this program has it as it is, else whole."""
    try:
        if scenarios.load(session.scenario).config == session.base_config:
            return {"scenario": session.scenario}
    except scenarios.UnknownScenario:
        pass
    return {"config": session.base_config, "display": session.display}


def _pack(told: Mapping[str, Any]) -> str:
    plain = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(zlib.compress(plain, 9)).rstrip(b"=").decode()


def _unpack(packed: str) -> dict[str, Any]:
    if len(packed) > 2 * LARGEST_LINK:
        raise LinkError(words.damaged("it is longer than any link of this program"))
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(raw, LARGEST_UNPACKED)
    except (binascii.Error, ValueError, zlib.error):
        raise LinkError(words.damaged("a part of it is missing or was changed")) from None
    if unpacking.unconsumed_tail:
        raise LinkError(words.damaged("it holds more than any link of this program"))
    if not unpacking.eof:
        raise LinkError(words.damaged("its end is missing"))
    try:
        told = json.loads(plain)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise LinkError(words.damaged("it does not hold a run"))
    return told


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise LinkError(words.damaged(f"its {name} is {value!r}, not a whole number from 0"))
    return int(value)


def _changes(told: Any) -> WhatIf:
    if not isinstance(told, dict):
        raise LinkError(words.damaged(f"its changes are {told!r}"))
    try:
        return WhatIf.from_json(told)
    except ValueError as wrong:
        raise LinkError(words.damaged(str(wrong))) from None


def _named(name: str) -> Scenario:
    try:
        return scenarios.load(name)
    except scenarios.UnknownScenario as unknown:
        raise LinkError(f"{unknown} {words.NEWER_PROGRAM}") from None


def _carried(told: Mapping[str, Any]) -> Scenario:
    config, display = told.get("config"), told.get("display") or {}
    if not isinstance(config, dict) or not isinstance(config.get("agents"), list):
        raise LinkError(words.damaged("it names no scenario and holds none"))
    return Scenario(f"shared-{config_mark(config)}", config, checked_display(display))


def config_mark(config: Mapping[str, Any]) -> str:
    """Eight characters that tell one engine input from another."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:8]


def checked_display(told: Any) -> dict[str, Any]:
    """How a scenario is shown, of what came from elsewhere: only what is known, and only as it should be."""
    if not isinstance(told, dict):
        raise LinkError(words.damaged(f"its display is {told!r}"))
    display: dict[str, Any] = {}
    for name, most in _TEXTS.items():
        if isinstance(told.get(name), str):
            display[name] = told[name][:most]
    for name in ("day_start", "day_end"):
        if isinstance(told.get(name), str) and _TIME.fullmatch(told[name]):
            display[name] = told[name]
    names, places, open_at = told.get("names"), told.get("places"), told.get("open_at")
    if isinstance(names, dict):
        display["names"] = {str(bank): str(name)[:80] for bank, name in names.items()}
    if isinstance(places, list):
        display["places"] = [str(place) for place in places]
    if isinstance(open_at, int) and not isinstance(open_at, bool):
        display["open_at"] = open_at
    return display


@dataclass(frozen=True)
class Note:
    """Something to tell the reader: `kind` is `info`, `warning` or `error`; `ways` are actions with their labels."""

    kind: str
    strong: str
    rest: str = ""
    ways: tuple[tuple[str, str], ...] = ()


def open_link(session: Session, link: str, tell: Callable[[Note | None], None]) -> None:
    """Show what a link says, and then `tell` what the reader should know of it. Raises `LinkError` and leaves the
    session.
    """
    shared = read(link)
    config = shared.what_if.apply(shared.scenario.config) if _sound(shared) else {}
    _refuse_too_much(config)

    def look() -> None:
        if shared.kept is not None:
            session.keep_changes(shared.kept)
        session.show(shared.window)  # type: ignore[arg-type]
        session.go(shared.tick)
        session.select(shared.selection)  # type: ignore[arg-type]
        session.learn(shared.lesson)
        session.look(shared.view)  # type: ignore[arg-type]
        tell(_note(session, shared))

    try:
        session.open_scenario(shared.scenario, shared.what_if, look)
    except (ValueError, RuntimeError, OverflowError) as refused:
        raise LinkError(words.refused(str(refused))) from None


def _note(session: Session, shared: Shared) -> Note | None:
    """Whether what is on show is what was shared."""
    if session.run.log_hash != shared.log_hash:
        return Note("warning", words.OTHER_RUN, words.other_run(shared.version, __version__))
    if shared.version != __version__:
        return Note("info", *words.other_version(shared.version, __version__))
    return None


def _sound(shared: Shared) -> bool:
    """Whether changes can be made to the scenario; what else is wrong with it the engine says. Raises `LinkError`."""
    agents = shared.scenario.config["agents"]
    fine = all(
        isinstance(agent, dict)
        and isinstance(agent.get("id"), str)
        and isinstance(agent.get("opening_balance"), int)
        and isinstance(agent.get("unsecured_cap", 0), int)
        and all(
            isinstance(stream, dict) and isinstance(stream.get("rate_per_tick"), int | float)
            for stream in agent.get("arrivals") or []
        )
        for agent in agents
    )
    if not fine:
        raise LinkError(words.damaged("its banks are not as the engine takes them"))
    return True


def _refuse_too_much(config: Mapping[str, Any]) -> None:
    """A link must not keep a reader's browser busy for hours. Raises `LinkError`."""
    days, ticks = config.get("num_days"), config.get("ticks_per_day")
    if not isinstance(days, int) or not isinstance(ticks, int):
        return
    rate = sum(float(stream["rate_per_tick"]) for agent in config["agents"] for stream in agent.get("arrivals") or [])
    for size, most, what in (
        (len(config["agents"]), BANKS_MOST, "banks"),
        (days * ticks, TICKS_MOST, "ticks"),
        (rate * days * ticks, PAYMENTS_MOST, "payments"),
    ):
        if size > most:
            raise LinkError(words.too_much(size, most, what))


__all__ = [
    "KEY",
    "LARGEST_LINK",
    "LinkError",
    "LinkTooLong",
    "Note",
    "Shared",
    "checked_display",
    "config_mark",
    "fragment",
    "open_link",
    "read",
]
