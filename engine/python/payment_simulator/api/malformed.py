"""Requests that do not fit: what is wrong with each field, its value, and what would be right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from payment_simulator.api.problem import ProblemError

SHOWN_MAX = 100
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such key",
    "dict_type": "write a JSON object",
    "model_attributes_type": "write a JSON object",
}
"""Better words than those of the library, by its name of the mistake."""


def malformed(error: RequestValidationError, content_type: str) -> ProblemError:
    """422 with every field that does not fit its model; 415 for a body that is not said to be JSON."""
    found = error.errors()
    if isinstance(error.body, bytes) and any(mistake["loc"][0] == "body" for mistake in found):
        given = f"type {content_type[:80]!r}" if content_type else "no type"
        return ProblemError(415, "media-type", f"got a body of {given}; send application/json")
    errors = [_field_error(mistake, error.body) for mistake in found]
    return _refused(errors)


async def demand_known_query(request: Request) -> None:
    """422 for a parameter in the address that the route does not have: a filter with a typing error finds nothing."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = [parameter.alias for parameter in route.dependant.query_params]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        words = f"known are {', '.join(known)}" if known else "none is known here"
        message = f"there is no such parameter; {words}"
        raise _refused([_error(f"query.{name[:80]}", message, request.query_params[name]) for name in unknown])


def _refused(errors: list[dict[str, Any]]) -> ProblemError:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ProblemError(422, "malformed", f"{errors[0]['path']}: {errors[0]['message']}{more}", errors=errors)


def _field_error(mistake: Mapping[str, Any], body: Any) -> dict[str, Any]:
    if mistake["type"] == "json_invalid":
        place, text = mistake["loc"][1], str(body)
        message = f"is not valid JSON: {mistake['ctx']['error']}"
        line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        return _error("body", message) | {"line": line, "column": column}
    path = ".".join(str(step) for step in mistake["loc"])
    message = WORDS.get(mistake["type"]) or mistake["msg"][:1].lower() + mistake["msg"][1:]
    value = mistake.get("input")
    if mistake["type"] == "missing" or not isinstance(value, int | float | str | None) or len(str(value)) > SHOWN_MAX:
        return _error(path, message)
    return _error(path, f"got {json.dumps(value, ensure_ascii=False)}; {message}", value)


def _error(path: str, message: str, value: Any = None) -> dict[str, Any]:
    return {"path": path, "message": message, "line": None, "column": None, "value": value}
