"""How a server is set up: where it keeps what it computes, whom it answers, and how much it takes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Self

PREFIX = "PAYMENT_SIM_"
TOKEN_LENGTH_MIN = 16
WORKERS_MAX = 4
"""More run simulations only when asked to: they would wait for Python's lock, and the event loop with them."""
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
"""The addresses on which a server needs no token."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a server takes on. Each is `--limit NAME=NUMBER` of `payment-sim serve`."""

    simulations: int = 100
    """Live simulations at once; one more is refused with 503."""
    agents: int = 200
    """Banks of one scenario; more are refused with 400."""
    ticks: int = 1_000_000
    """Length of one run, in ticks; longer ones are refused with 400."""
    ticks_per_call: int = 1000
    """Ticks that one request may ask for, never more than 1000; more are refused with 422."""
    arrivals_per_tick: int = 100_000
    """Expected payments in one tick of one scenario; more are refused with 400."""
    events: int = 5_000_000
    """Events that one simulation keeps; a run that reaches them stops with 409."""
    memory_mb: int = 4096
    """Resident memory of the process, in MiB; above it nothing new is created and nothing runs on: 503. 0: no limit."""
    body_bytes: int = 4 * 1024 * 1024
    """Size of a request's body and of a WebSocket message; more is refused with 413."""
    requests_per_second: int = 200
    """Of one client, over time; more are refused with 429. 0: no limit."""
    sockets: int = 2000
    """Open WebSockets; one more is refused with 503."""
    idle_seconds: int = 3600
    """How long a simulation is kept that nobody asks for and that does not run. 0: for ever."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a server is told when it starts."""

    limits: Limits = Limits()
    database: str | None = None
    """Path of the database in which simulations are stored. None: they live in memory alone."""
    token: str | None = None
    """What every request has to carry as `Authorization: Bearer ...`. None: no authentication."""
    require_owner: bool = False
    """Whether a simulation is shown to those alone who carry its owner token."""
    owner_secret: str | None = None
    """From which owner tokens are worked out: the same one lets owners in after a restart. None: a new one."""
    origins: tuple[str, ...] = ()
    """Other web origins whose pages may call this server (CORS, WebSockets)."""
    hosts: tuple[str, ...] = LOCAL_HOSTS
    """Names under which it answers (the `Host` header). Empty: any; only behind a token."""
    workers: int = field(default_factory=lambda: max(1, min((os.cpu_count() or 1) - 1, WORKERS_MAX)))
    """Threads that run simulations. One core is left to the event loop."""
    app: bool = False
    """Whether the app is served beside the API, under `/app`."""

    def __post_init__(self) -> None:
        """Raises ValueError for a token that could be guessed."""
        if self.token is not None and len(self.token) < TOKEN_LENGTH_MIN:
            given = len(self.token)
            raise ValueError(f"the token has {given} characters; write at least {TOKEN_LENGTH_MIN}, at random")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """What the environment says: `PAYMENT_SIM_DB_PATH`, `..._TOKEN`, `..._ORIGINS`, `..._HOSTS`, `..._MAX_...`.

        Raises ValueError for a limit that is no number of at least 0, and for a switch that is neither on nor off.
        """
        given = os.environ if environment is None else environment
        token = given.get(PREFIX + "TOKEN") or None
        database = given.get(PREFIX + "DB_PATH") or (DEFAULT_DATABASE if os.path.exists(DEFAULT_DATABASE) else None)
        return cls(
            limits=limits_from(given),
            database=database,
            token=token,
            require_owner=_truth(given, "REQUIRE_OWNER"),
            owner_secret=given.get(PREFIX + "OWNER_SECRET") or None,
            origins=_words(given, "ORIGINS"),
            # Behind a token, no page can do harm by leading its own name here.
            hosts=_words(given, "HOSTS") or (() if token else LOCAL_HOSTS),
        )


DEFAULT_DATABASE = "simulation_data.db"
"""Taken from the working directory if it is there and nothing else is said."""


def limits_from(given: Mapping[str, str]) -> Limits:
    """The limits, with those that `PAYMENT_SIM_MAX_...` names replaced."""
    known = {limit.name for limit in fields(Limits)}
    changed: dict[str, int] = {}
    for key, text in given.items():
        if not key.startswith(PREFIX + "MAX_"):
            continue
        name = key.removeprefix(PREFIX + "MAX_").lower()
        if name not in known:
            raise ValueError(f"there is no limit {name!r}; known are {', '.join(sorted(known))}")
        if not (text.isascii() and text.isdecimal()):
            raise ValueError(f"the limit {name}: got {text!r}; write a number of at least 0")
        changed[name] = int(text)
    return replace(Limits(), **changed)


def _truth(given: Mapping[str, str], name: str) -> bool:
    text = given.get(PREFIX + name, "")
    if text.lower() not in ("", "0", "1", "false", "true"):
        raise ValueError(f"{PREFIX}{name}: got {text!r}; write 1 or 0")
    return text.lower() in ("1", "true")


def _words(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in given.get(PREFIX + name, "").split(",") if word.strip())
