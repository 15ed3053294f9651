"""How often a client may ask."""

import time
from collections import OrderedDict

from starlette.types import ASGIApp, Receive, Scope, Send

from payment_simulator.api.middleware.context import refuse
from payment_simulator.api.middleware.gate import OPEN_PATHS
from payment_simulator.api.problem import ProblemError

CLIENTS_MAX = 10_000
"""So many clients are remembered; the one that has been silent for longest is forgotten first."""
BURST_SECONDS = 2.0
"""A client that was silent may ask so many seconds' worth at once."""


class Buckets:
    """One bucket a client: it fills with time, and each request takes one out. `per_second` 0: no limit."""

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._due: OrderedDict[str, float] = OrderedDict()

    def take(self, client: str) -> float:
        """How many seconds too early this request is; 0 or less if it is not. One that is too early takes nothing."""
        if not self.per_second:
            return 0.0
        now = time.monotonic()
        earliest = now - BURST_SECONDS
        due = max(self._due.get(client, earliest), earliest)
        early = due - now
        if early <= 0:
            self._due[client] = due + 1 / self.per_second
            self._due.move_to_end(client)
            if len(self._due) > CLIENTS_MAX:
                self._due.popitem(last=False)
        return early


class RateMiddleware:
    """Refuses with 429 what comes too early."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self.app = app
        self.buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or refuse."""
        if scope["type"] in ("http", "websocket") and scope["path"] not in OPEN_PATHS:
            early = self.buckets.take(client_of(scope))
            if early > 0:
                await refuse(too_early(self.buckets.per_second, early), scope, receive, send)
                return
        await self.app(scope, receive, send)


def client_of(scope: Scope) -> str:
    """The address that asks."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def too_early(per_second: int, seconds: float) -> ProblemError:
    """429 with the time to wait."""
    headers = {"Retry-After": str(int(seconds) + 1)}
    return ProblemError(429, "rate-limit", f"more than {per_second} requests a second; wait a moment", headers=headers)
