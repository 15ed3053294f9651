"""Answers as bytes, made on a worker thread: the event loop only hands them on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.responses import Response

from payment_simulator.api.record import Record
from payment_simulator.api.run_view import RunView

MEDIA_TYPE = "application/json"
AT_ONCE = 100
"""So many rows are encoded at a stretch."""


def encoded(value: Any) -> bytes:
    """A value as JSON, made in pieces: Python's encoder lets no other thread run until it is done with what it got."""
    return ",".join(_pieces(value)).encode()


def _pieces(value: Any) -> list[str]:
    """Texts that are the value as JSON when commas join them: rows of lists and of large mappings some at a time."""
    if isinstance(value, list) and len(value) > AT_ONCE:
        batches: list[Any] = [value[first : first + AT_ONCE] for first in range(0, len(value), AT_ONCE)]
    elif isinstance(value, dict) and len(value) > AT_ONCE:
        rows = list(value.items())
        batches = [dict(rows[first : first + AT_ONCE]) for first in range(0, len(rows), AT_ONCE)]
    elif isinstance(value, dict) and any(isinstance(child, dict | list) for child in value.values()):
        return _of_mapping(value)
    else:
        return [_encode(value)]
    pieces = [_encode(batch)[1:-1] for batch in batches]
    return _enclosed(pieces, "[]" if isinstance(value, list) else "{}")


def _of_mapping(value: dict[str, Any]) -> list[str]:
    pieces = []
    for key, child in value.items():
        first, *rest = _pieces(child)
        pieces += [f"{_encode(key)}:{first}", *rest]
    return _enclosed(pieces, "{}")


def _enclosed(pieces: list[str], brackets: str) -> list[str]:
    pieces[0] = brackets[0] + pieces[0]
    pieces[-1] += brackets[1]
    return pieces


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False).encode


def as_text(time: datetime) -> str:
    """A time in UTC as clients know it: ISO 8601."""
    return time.isoformat().replace("+00:00", "Z")


def as_json(body: bytes) -> Response:
    """An answer of JSON."""
    return Response(body, media_type=MEDIA_TYPE)


async def told(record: Record, query: Callable[[RunView], Any]) -> Response:
    """The answer to a question about a simulation: what `query` says."""
    return as_json(await record.look(lambda run: encoded(query(run))))
