"""What stands between the network and the routes, from the outside in: context, CORS, gate, rate, body."""

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

from payment_simulator.api.middleware.body import BodyMiddleware
from payment_simulator.api.middleware.context import ContextMiddleware
from payment_simulator.api.middleware.gate import GateMiddleware
from payment_simulator.api.middleware.rate import Buckets, RateMiddleware
from payment_simulator.api.settings import Settings


def add_all(app: Starlette, settings: Settings, buckets: Buckets) -> None:
    """Put every middleware around `app`; the last one that is added is the outermost."""
    app.add_middleware(BodyMiddleware, limit=settings.limits.body_bytes)
    app.add_middleware(RateMiddleware, buckets=buckets)
    app.add_middleware(GateMiddleware, settings=settings)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Owner-Token", "X-Request-ID"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(ContextMiddleware)
