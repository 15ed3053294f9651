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
MANY = 100
"""What holds more than so many things is encoded one thing after the other."""


def encoded(value: Any) -> bytes:
    """A value as JSON, made in pieces: Python's encoder lets no other thread run until it is done with what it got."""
    return ",".join(_pieces(value)).encode()


def _pieces(value: Any) -> list[str]:
    """Texts that are the value as JSON when commas join them."""
    if not _is_large(value):
        return [_encode(value)]
    pieces = []
    if isinstance(value, dict):
        opening, closing = "{}"
        for key, child in value.items():
            first, *rest = _pieces(child)
            pieces += [f"{_encode(key)}:{first}", *rest]
    else:
        opening, closing = "[]"
        for child in value:
            pieces += _pieces(child)
    pieces[0] = opening + pieces[0]
    pieces[-1] += closing
    return pieces


def _is_large(value: Any) -> bool:
    """Whether it holds many things, or something that does."""
    if isinstance(value, dict):
        return len(value) > MANY or any(map(_is_large, value.values()))
    return isinstance(value, list) and (len(value) > MANY or any(map(_is_large, value)))


def _plain(value: Any) -> str:
    """Times as clients know them: ISO 8601, in UTC."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} does not stand in answers")


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False, default=_plain
).encode


def as_json(body: bytes) -> Response:
    """An answer of JSON."""
    return Response(body, media_type=MEDIA_TYPE)


async def told(record: Record, query: Callable[[RunView], Any]) -> Response:
    """The answer to a question about a simulation: what `query` says."""
    return as_json(await record.look(lambda run: encoded(query(run))))
