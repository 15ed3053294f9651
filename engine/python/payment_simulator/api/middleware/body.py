"""How large a request may be."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payment_simulator.api.middleware.context import refuse
from payment_simulator.api.problem import ProblemError

BODY_SECONDS = 30.0
"""How long a body may take to arrive."""


class BodyMiddleware:
    """Takes in the whole body before anything looks at it: 413 when it is too large, 408 when it does not come."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the body on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "content-length" not in headers and "transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self.body(headers, receive)
        except ProblemError as problem:
            await refuse(problem, scope, receive, send)
            return
        except TimeoutError:
            await refuse(ProblemError(408, "timeout", "the body did not arrive in time"), scope, receive, send)
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return messages.pop() if messages else await receive()

        await self.app(scope, receive_again, send)

    async def body(self, headers: Headers, receive: Receive) -> bytes:
        """All of it. Raises a problem as soon as it is known to be too large."""
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > self.limit:
            raise self.too_large()
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.limit:
                raise self.too_large()
            if not message.get("more_body", False):
                return bytes(body)

    def too_large(self) -> ProblemError:
        """413 with the limit."""
        return ProblemError(
            413, "too-large", f"the body is larger than {self.limit} bytes", headers={"Connection": "close"}
        )
