"""Who may come in: by the name under which the server is called, by the page that calls it, and by token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from payment_simulator.api.middleware.context import refuse
from payment_simulator.api.problem import ProblemError
from payment_simulator.api.settings import Settings

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SUBPROTOCOL = "payment-sim.token."
"""A browser cannot set headers on a WebSocket: it offers the subprotocol `payment-sim.token.TOKEN` instead."""


class GateMiddleware:
    """Refuses other hosts (400), pages of other origins (403), and whoever has no token (401)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = settings.hosts
        self.origins = settings.origins
        self.token_hash = hashlib.sha256(settings.token.encode()).digest() if settings.token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or refuse."""
        if scope["type"] in ("http", "websocket"):
            problem = self.problem(scope, Headers(scope=scope))
            if problem is not None:
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def problem(self, scope: Scope, headers: Headers) -> ProblemError | None:
        """Why this request may not come in."""
        host = headers.get("host", "")
        if self.hosts and _name(host) not in self.hosts:
            # A page whose own name was made to lead here (DNS rebinding) is stopped by this.
            return ProblemError(
                400, "host", f"this server does not answer as {_name(host)[:80]!r}; start it with --allow-host"
            )
        origin = headers.get("origin")
        harmless = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if origin is not None and not harmless and not self.knows(origin, host):
            return ProblemError(
                403, "origin", f"pages of {origin[:80]!r} may not call this server; start it with --allow-origin"
            )
        if self.token_hash is None and not _is_near(scope):
            message = "this server has no token, so it answers programs of its own machine only; start it with one"
            return ProblemError(401, "unauthorized", message)
        if self.token_hash is not None and scope["path"] not in OPEN_PATHS and not self.admits(headers):
            message = "this server wants its token: Authorization: Bearer TOKEN"
            challenge = {"WWW-Authenticate": 'Bearer realm="payment-sim", Basic realm="payment-sim"'}
            return ProblemError(401, "unauthorized", message, headers=challenge)
        return None

    def knows(self, origin: str, host: str) -> bool:
        """Whether a page is our own, or on the list."""
        return origin in self.origins or origin.partition("://")[2] == host

    def admits(self, headers: Headers) -> bool:
        """Whether the token is among the headers. The comparison takes the same time for every token."""
        assert self.token_hash is not None
        given = hashlib.sha256(token_of(headers).encode()).digest()
        return hmac.compare_digest(given, self.token_hash)


OPEN_PATHS = ("/health", "/api/health")
"""What monitors may ask without a token."""


def token_of(headers: Headers) -> str:
    """The token that is handed over: as Bearer, as password of Basic (browsers ask for it), or as a subprotocol."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    offered = (word.strip() for word in headers.get("sec-websocket-protocol", "").split(","))
    return next((word.removeprefix(SUBPROTOCOL) for word in offered if word.startswith(SUBPROTOCOL)), "")


def _is_near(scope: Scope) -> bool:
    """Whether a request comes from this machine. `payment-sim serve` makes sure of it; other servers may not."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return True  # no network: a socket file, or a client in this process
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _name(host: str) -> str:
    """The name in a `Host` header, without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host
