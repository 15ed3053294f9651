"""Small scenarios told in full, run by the real engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from panel_app import scenarios
from panel_app.session import Session

Open = Callable[..., Session]


def payment(sender: str, receiver: str, amount: int, tick: int, deadline: int = 8) -> dict[str, Any]:
    """A payment of so many cents that arrives in `tick`."""
    return {
        "type": "CustomTransactionArrival",
        "from_agent": sender,
        "to_agent": receiver,
        "amount": amount,
        "deadline": deadline,
        "schedule": {"type": "OneTime", "tick": tick},
    }


def scenario(balances: dict[str, int], payments: list[dict[str, Any]], ticks: int = 12, **more: Any) -> dict[str, Any]:
    """A day of `ticks` ticks from 08:00 to 10:00."""
    return {
        "simulation": {"ticks_per_day": ticks, "num_days": 1, "rng_seed": 7},
        "agents": [{"id": bank, "opening_balance": balance} for bank, balance in balances.items()],
        "scenario_events": payments,
        "display": {
            "title": "A small day",
            "day_start": "08:00",
            "day_end": "10:00",
            "names": {bank: bank.title() for bank in balances},
            **more.pop("display", {}),
        },
        **more,
    }


RING = [
    payment("ANT", "BEE", 500_000_00, 1),
    payment("BEE", "CAT", 800_000_00, 1),
    payment("CAT", "ANT", 700_000_00, 1),
]
EMPTY = {"ANT": 300_000_00, "BEE": 300_000_00, "CAT": 300_000_00}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a scenario given as a mapping, as if it came with the program."""

    def open_mapping(mapping: dict[str, Any]) -> Session:
        from payment_simulator import load_config

        checked = json.loads(load_config(mapping).to_json())
        listed = scenarios.Listed("small", "A small day", "")
        monkeypatch.setattr(scenarios, "available", lambda: [listed])
        monkeypatch.setattr(scenarios, "load", lambda name: scenarios._scenario(name, json.loads(json.dumps(checked))))
        session = Session()
        session.open("small")
        return session

    return open_mapping


@pytest.fixture
def ring(opened: Open) -> Session:
    """Three banks that cannot pay one by one, and cycle netting that settles them."""
    return opened(scenario(EMPTY, RING))


@pytest.fixture
def eight() -> Session:
    """The scenario that opens first."""
    session = Session()
    session.open(scenarios.FIRST)
    return session
