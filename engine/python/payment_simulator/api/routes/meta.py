"""The server itself."""

from typing import Any

from fastapi import APIRouter, Request
from payment_simulator_core_rs import __version__
from pydantic import Field

from payment_simulator.api.models.base import Answer
from payment_simulator.api.models.problem import answers
from payment_simulator.api.routes.access import Manager

router = APIRouter(tags=["server"])


class About(Answer):
    """What this is, and where to read on."""

    name: str = Field(examples=["payment-simulator"])
    version: str = Field(examples=["0.1.0"])
    docs: str = Field(examples=["/docs"])
    health: str = Field(examples=["/health"])


class Health(Answer):
    """Whether it answers."""

    status: str = Field(examples=["healthy"])
    active_simulations: int


@router.get("/", response_model=About, responses=answers())
async def about(request: Request) -> dict[str, str]:
    """What this is, and where to read on."""
    return {"name": "payment-simulator", "version": __version__, "docs": "/docs", "health": "/health"}


@router.get("/health", response_model=Health, responses=answers())
async def health(manager: Manager) -> dict[str, Any]:
    """Whether it answers. Needs no token."""
    return {"status": "healthy", "active_simulations": len(manager.live)}
