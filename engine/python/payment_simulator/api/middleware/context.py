"""Each request has an id, a line in the log, and an answer, whatever happens."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payment_simulator.api.problem import ProblemError

log = logging.getLogger("payment_simulator.api")

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ContextMiddleware:
    """The outermost layer. `scope["state"]["request_id"]` is the client's `X-Request-ID`, or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, note, and let no error out."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                if status != 101:
                    _harden(headers)
            await send(message)

        failed = False
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            failed = True
            log.exception("unexpected error", extra={"request_id": request_id, "path": scope["path"]})
            if status == 0:
                await refuse(internal_error(), scope, receive, send_with_id)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            log.info("request", extra=_line(scope, request_id, status, milliseconds, failed=failed))


def internal_error() -> ProblemError:
    """500 that tells nothing of what is inside."""
    return ProblemError(500, "internal-error", "something went wrong here; the log names it by this request_id")


async def refuse(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem, whether a request or a WebSocket asks."""
    response = problem.response(scope["path"], scope.get("state", {}).get("request_id", ""))
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": problem.detail[:120]})
        return
    await response(scope, receive, send)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _ID.fullmatch(given) else str(uuid.uuid4())


def _harden(headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if "json" in headers.get("content-type", ""):
        headers.setdefault("Cache-Control", "no-store")


def _line(scope: Scope, request_id: str, status: int, milliseconds: float, *, failed: bool) -> dict[str, object]:
    client = scope.get("client")
    return {
        "request_id": request_id,
        "method": scope.get("method", "WEBSOCKET"),
        "path": scope["path"],
        "status": 500 if failed and not status else status,
        "milliseconds": milliseconds,
        "client": client[0] if client else "",
    }
