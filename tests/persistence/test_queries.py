"""Pages of stored events: what each filter finds is what the run's own events say."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from payment_simulator import Run
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.queries import (
    clear_simulation_events,
    get_event_count,
    get_simulation_event_summary,
    get_simulation_events,
)

from tests.generated import scenario
from tests.persistence.conftest import persist

Event = dict[str, Any]
SCHEDULED = {
    "type": "ScheduledSettlement",
    "from_agent": "A_1",
    "to_agent": "B_2",
    "amount": 70,
    "schedule": {"type": "OneTime", "tick": 3},
}


TYPES = ("EndOfDay", "RtgsImmediateSettlement")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two runs: one with parts of payments and netting, in many transactions, and one that moves money alone."""
    path = tmp_path_factory.mktemp("queries") / "runs.db"
    agents = [{"id": name, "opening_balance": 1_000} for name in ("A_1", "B_2")]
    moved = {"simulation": {"ticks_per_day": 5}, "agents": agents, "scenario_events": [SCHEDULED]}
    runs = {
        "generated": persist(path, scenario(3), "generated", events_per_commit=40),
        "moved": persist(path, moved, "moved"),
    }
    with Database(path) as database:
        yield database, runs


def names(event: Event, word: str) -> bool:
    """Whether a word stands in an event as a whole value, or in the name of money that moved between banks."""
    return any(f'"{word}"' in json.dumps(value) or f"_{word}_" in str(value) for value in event.values())


def check(database: Database, name: str, run: Run, wanted: Callable[[Event], bool], **filters: Any) -> int:
    """A filter finds what is wanted, in both orders, page by page. Returns how many events that are."""
    expected = [(seq, event) for seq, event in enumerate(run.events()) if wanted(event)]
    orders = (("tick_asc", expected), ("tick_desc", expected[::-1]))
    for (sort, order), start in product(orders, {3, len(expected) // 2, len(expected)}):
        page = get_simulation_events(database.connection, name, limit=50, offset=start, sort=sort, **filters)
        assert page["total"] == len(expected), filters
        found = [
            (row["seq"], {"event_type": row["event_type"], "tick": row["tick"]} | own(row)) for row in page["events"]
        ]
        assert found == order[start : start + 50], filters
        assert all(row["day"] == row["tick"] // run.ticks_per_day for row in page["events"])
    return len(expected)


def own(row: Event) -> Event:
    found: Event = row["details"] | {key: row[key] for key in ("agent_id", "tx_id") if row[key] is not None}
    return found


def test_filters_find_what_events_say(stored: tuple[Database, dict[str, Run]]) -> None:
    database, runs = stored
    for name, run in runs.items():
        for agent in run.agent_ids:
            assert check(database, name, run, lambda event, bank=agent: names(event, bank), agent_id=agent)  # type: ignore[misc]
            both = {"agent_id": agent, "event_type": ",".join(TYPES)}
            check(database, name, run, lambda e, bank=agent: names(e, bank) and e["event_type"] in TYPES, **both)  # type: ignore[misc]
        check(database, name, run, lambda event: True)
        check(database, name, run, lambda event: 2 <= event["tick"] <= 3, tick_min=2, tick_max=3)
        check(database, name, run, lambda event: event["tick"] == 4, tick=4)
        check(database, name, run, lambda event, day=run.ticks_per_day: event["tick"] < day, day=0)  # type: ignore[misc]
        check(database, name, run, lambda event: event["event_type"] in TYPES, event_type=" , ".join(TYPES))
        ids = sorted({event["tx_id"] for event in run.events() if "tx_id" in event}, key=len)
        for tx_id in (*ids[:3], *ids[-3:]):
            assert check(database, name, run, lambda event, tx=tx_id: names(event, tx), tx_id=tx_id)  # type: ignore[misc]
        for nothing in ({"tx_id": "tx_1"}, {"tx_id": "tx_000000001"}, {"agent_id": "NOBODY"}, {"event_type": "None"}):
            check(database, name, run, lambda event: False, **nothing)
        summary = get_simulation_event_summary(database.connection, name)
        assert summary["total_events"] == get_event_count(database.connection, name) == run.event_count
    assert any("." in event.get("tx_id", "") for event in runs["generated"].events())
    assert "scheduled_settlement_A_1_B_2_70_3" in {event.get("tx_id") for event in runs["moved"].events()}


def test_what_is_cleared_is_gone_and_nothing_else(stored: tuple[Database, dict[str, Run]]) -> None:
    database, runs = stored
    with database.transaction() as connection:
        assert clear_simulation_events(connection, "moved") == runs["moved"].event_count
    assert get_event_count(database.connection, "moved") == 0
    assert get_event_count(database.connection, "generated") == runs["generated"].event_count
