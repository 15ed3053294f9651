"""The one shape of every error."""

from typing import Any

from pydantic import ConfigDict

from payment_simulator.api.models.base import Answer
from payment_simulator.api.problem import MEDIA_TYPE


class FieldError(Answer):
    """One mistake at one place. `line` and `column` count from 1, where there is a text."""

    model_config = ConfigDict(extra="allow")

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    value: Any = None


class Problem(Answer):
    """RFC 9457. `detail` is always text; mistakes in fields stand in `errors`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:payment-simulator:problem:not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "Simulation not found: 6f1c3c2e",
                    "instance": "/api/simulations/6f1c3c2e",
                    "request_id": "0d2e6c1f-7a43-4d51-9f7b-2f1f6a9c8b10",
                    "errors": [],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError]


SCHEMAS = "#/components/schemas/"


def schemas() -> dict[str, Any]:
    """What errors look like, for the OpenAPI document: once for all operations."""
    problem = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
    return {**problem.pop("$defs"), "Problem": problem}


DESCRIPTIONS = {
    400: "Understood, and not possible: the configuration is wrong, or a tick has not been run",
    401: "The server wants its token",
    403: "It belongs to somebody else, or a page of another origin asks",
    404: "There is no such simulation, bank, payment or checkpoint",
    408: "The body did not arrive in time",
    409: "The simulation is complete, has failed, or is running",
    413: "The body is too large",
    415: "The body is neither JSON nor YAML",
    422: "The request is malformed; `errors` names the fields",
    429: "Too many requests",
    500: "A tick could not be run, or something is wrong with the server",
    503: "No database is configured, or there is no room",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that an operation may answer, for the OpenAPI document; those that every one may are added."""
    body = {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    return {
        status: {"description": DESCRIPTIONS[status], "content": body}
        for status in sorted({*statuses, 400, 401, 403, 422, 429, 500})
    }
