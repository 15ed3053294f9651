"""The process that serves: uvicorn, with the settings of the command line."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from payment_simulator.api.log import log_to_stderr
from payment_simulator.api.main import create_app, warmed
from payment_simulator.api.settings import LOCAL_HOSTS, PREFIX, Settings

SHUTDOWN_SECONDS = 10
KEEP_ALIVE_SECONDS = 75
"""How long a connection may rest: longer than proxies keep theirs, so that none is closed while a request comes."""
SWITCH_SECONDS = 0.001
"""After so long a thread that computes in Python lets the event loop have its turn."""


def settings_of(
    *,
    host: str,
    database: str | None,
    token: str | None,
    require_owner: bool,
    origins: tuple[str, ...],
    hosts: tuple[str, ...],
    limits: Sequence[str],
    workers: int | None,
    app: bool,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The environment's settings, with those of the command line in front.

    Raises ValueError for an address that needs a token where there is none, a token that is too short, and a limit that
    does not exist.
    """
    given = dict(os.environ if environment is None else environment)
    for text in limits:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueError(f"--limit: got {text!r}; write NAME=NUMBER")
        given[f"{PREFIX}MAX_{name.strip().upper()}"] = value.strip()
    if token:
        given[f"{PREFIX}TOKEN"] = token
    settings = Settings.from_environment(given)
    if host not in LOCAL_HOSTS and not settings.token:
        raise ValueError(f"--host: on {host} whoever can reach this machine could use the server; give it a --token")
    return replace(
        settings,
        database=database or settings.database,
        require_owner=require_owner or settings.require_owner,
        origins=origins or settings.origins,
        hosts=(*(settings.hosts or LOCAL_HOSTS), *hosts) if hosts else settings.hosts,
        workers=workers or settings.workers,
        app=app,
    )


def run(settings: Settings, host: str, port: int, *, quiet: bool = False) -> bool:
    """Serve until the process is told to stop. False if the server could not start."""
    sys.setswitchinterval(SWITCH_SECONDS)
    with log_to_stderr(logging.ERROR if quiet else logging.INFO):
        server = uvicorn.Server(configuration(warmed(create_app(settings)), settings, host, port))
        _collect_seldom()
        with suppress(SystemExit):  # uvicorn's way out when it cannot listen; the log says why
            server.run()
    return server.started


def _collect_seldom() -> None:
    """Everybody waits while Python looks for garbage in all that there is: it shall not do so in the middle of a large
    scenario. The manager sees to it instead. What is here now stays, and is never looked through again.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1_000_000)


def configuration(app: FastAPI, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """uvicorn as this server needs it: our own log, no compression of messages, bounded messages and waiting."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=settings.limits.body_bytes,
        ws_per_message_deflate=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
