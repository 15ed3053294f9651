"""What a request could not have, as RFC 9457 tells it: one JSON shape for every error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:payment-simulator:problem:"


class ProblemError(Exception):
    """A request that is refused. `kind` is the last word of the problem's type; `errors` name fields."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def response(self, instance: str = "", request_id: str = "") -> Response:
        """The answer. Half a character of a request, which is no text, stands in it as a question mark."""
        body = document(self.status, self.kind, self.detail, self.errors, instance, request_id)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text.encode("utf-8", "replace"), self.status, self.headers, MEDIA_TYPE)


def document(
    status: int, kind: str, detail: str, errors: Sequence[Mapping[str, Any]], instance: str, request_id: str
) -> dict[str, Any]:
    """The body: `type, title, status, detail` (always text), `instance, request_id, errors`."""
    return {
        "type": TYPE_PREFIX + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "errors": list(errors),
    }


def not_found(what: str, name: str) -> ProblemError:
    """404: there is no such thing."""
    return ProblemError(404, "not-found", f"{what} not found: {name[:80]}")


def bad_request(detail: str) -> ProblemError:
    """400: understood, and not possible."""
    return ProblemError(400, "bad-request", detail)


def conflict(kind: str, detail: str) -> ProblemError:
    """409: not in the state in which the simulation is."""
    return ProblemError(409, kind, detail)


def unavailable(kind: str, detail: str, retry_after: int | None = None) -> ProblemError:
    """503: this server cannot, now or as it is set up."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return ProblemError(503, kind, detail, headers=headers)


def storage_failed() -> ProblemError:
    """503: the database cannot be used now. What is wrong with it stands in the log, not in the answer."""
    return unavailable("storage-failed", "the database cannot be used now; the log of the server says why")
