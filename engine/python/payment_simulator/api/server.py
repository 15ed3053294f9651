"""The process that serves: uvicorn, with the settings of the command line."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import uvicorn

from payment_simulator.api.main import create_app
from payment_simulator.api.settings import LOCAL_HOSTS, PREFIX, Settings

TOKEN_LENGTH_MIN = 16
SHUTDOWN_SECONDS = 10
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
    settings = Settings.from_environment(given)
    if host not in LOCAL_HOSTS and not token:
        raise ValueError(f"--host: on {host} whoever can reach this machine could use the server; give it a --token")
    if token is not None and len(token) < TOKEN_LENGTH_MIN:
        raise ValueError(f"--token: got {len(token)} characters; write at least {TOKEN_LENGTH_MIN}, at random")
    return replace(
        settings,
        database=database or settings.database,
        token=token,
        require_owner=require_owner or settings.require_owner,
        origins=origins or settings.origins,
        # Behind a token, no page can do harm by leading its own name here.
        hosts=() if token and not hosts else (*settings.hosts, *hosts),
        workers=workers or settings.workers,
        app=app,
    )


def run(settings: Settings, host: str, port: int, *, quiet: bool = False) -> bool:
    """Serve until the process is told to stop. False if the server could not start."""
    log_to_stderr(logging.ERROR if quiet else logging.INFO)
    sys.setswitchinterval(SWITCH_SECONDS)
    server = uvicorn.Server(configuration(settings, host, port))
    server.run()
    return server.started


def configuration(settings: Settings, host: str, port: int) -> uvicorn.Config:
    """uvicorn as this server needs it: our own log, no compression of messages, bounded messages and waiting."""
    return uvicorn.Config(
        create_app(settings),
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
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def log_to_stderr(level: int) -> None:
    """One JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


class JsonFormatter(logging.Formatter):
    """A record as JSON: `time, level, message`, what was given with it, and `error` with its place in the code."""

    FIELDS = ("request_id", "method", "path", "status", "milliseconds", "client", "simulation_id")

    def format(self, record: logging.LogRecord) -> str:
        """One line; what a client sent is escaped by JSON, so that it cannot forge another line."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in self.FIELDS if hasattr(record, name)},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)
