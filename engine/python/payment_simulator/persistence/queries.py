"""The events of stored runs, with filters, paging and sorting. What else is asked stands in `reports.py`.

Every value is bound as a parameter. Money is integer cents. An unknown simulation or bank gives an empty frame.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from payment_simulator.execution.event_codes import event_codes
from payment_simulator.execution.payment_name import number_and_part
from payment_simulator.persistence.database import silent_cursor
from payment_simulator.persistence.models import SimulationEvent
from payment_simulator.persistence.schema import columns

if TYPE_CHECKING:  # it takes longer to load than most questions to answer
    import polars as pl

Sort = Literal["tick_asc", "tick_desc"]
LARGEST_PAGE = 1000
SHOWN = tuple(columns(SimulationEvent))
LIFTED = ("sender_id", "receiver_id", "amount", "deadline_tick", "priority")


def frame(connection: duckdb.DuckDBPyConnection, statement: str, parameters: Any = None) -> pl.DataFrame:
    """The result of a statement."""
    with silent_cursor(connection) as cursor:  # of its own, so that no other result stands in the way
        found: pl.DataFrame = cursor.sql(statement, params=parameters).pl()
    return found


# Events


def get_simulation_events(
    connection: duckdb.DuckDBPyConnection,
    simulation_id: str,
    *,
    tick: int | None = None,
    tick_min: int | None = None,
    tick_max: int | None = None,
    day: int | None = None,
    agent_id: str | None = None,
    tx_id: str | None = None,
    event_type: str | None = None,
    limit: int = 100,
    offset: int = 0,
    sort: Sort = "tick_asc",
) -> dict[str, Any]:
    """A page of a run's events: `{events, total, limit, offset, filters}`, `total` counted before paging.

    All filters have to be met. Ticks are included, both. `agent_id` and `tx_id` match whoever an event names;
    `event_type` is a list with commas. `limit` is kept between 1 and 1000. Each event is `{event_id, simulation_id,
    seq, tick, day, event_timestamp, event_type, details, agent_id, tx_id, created_at}` with what its details hold of
    sender_id, receiver_id, amount, deadline_tick and priority. Raises ValueError for ticks that cannot be and for an
    unknown order.
    """
    filters = {
        "tick": tick,
        "tick_min": tick_min,
        "tick_max": tick_max,
        "day": day,
        "agent_id": agent_id,
        "tx_id": tx_id,
        "event_type": event_type,
        "sort": sort,
    }
    limit, offset = min(max(limit, 1), LARGEST_PAGE), max(offset, 0)
    order = {"tick_asc": "ASC", "tick_desc": "DESC"}.get(sort)
    if order is None:
        raise ValueError(f"sort: got {sort!r}; write tick_asc or tick_desc")
    where, parameters = _where(connection, simulation_id, filters)
    skipped = 0
    if (slices := _slices(connection, simulation_id, filters, order)) is None:
        [(total,)] = connection.execute(f"SELECT count(*) FROM event_rows AS e WHERE {where}", parameters).fetchall()
    else:
        total = sum(events for *_, events in slices)
        before = list(accumulate((events for *_, events in slices), initial=0))
        first, last = bisect_right(before, offset) - 1, bisect_left(before, offset + limit)
        if page_slices := slices[first:last]:
            skipped = before[first]
            where += " AND e.seq >= ? AND e.seq < ?"
            parameters += [min(first for first, *_ in page_slices), max(end for _, end, _ in page_slices)]
    # The page is found by its places alone; the wide columns are then read for it, and for nothing else.
    page = f"SELECT seq FROM event_rows AS e WHERE {where} ORDER BY seq {order} LIMIT ? OFFSET ?"
    places = [seq for (seq,) in connection.execute(page, [*parameters, limit, offset - skipped]).fetchall()]
    lifted = [_lifted(event) for event in _events_at(connection, simulation_id, places)] if places else []
    return {"events": lifted, "total": int(total), "limit": limit, "offset": offset, "filters": filters}


def _events_at(
    connection: duckdb.DuckDBPyConnection, simulation_id: str, places: list[int]
) -> Iterator[dict[str, Any]]:
    """The events at these places in the log, in the order in which they are given."""
    statement = (
        f"SELECT {', '.join(SHOWN)} FROM simulation_events WHERE simulation_id = ? AND seq BETWEEN ? AND ?"
        " AND seq IN (SELECT unnest(?))"
    )
    rows = connection.execute(statement, [simulation_id, min(places), max(places), places]).fetchall()
    found = {row[SHOWN.index("seq")]: row for row in rows}
    return (dict(zip(SHOWN, found[place], strict=True)) for place in places)


def get_simulation_event_summary(connection: duckdb.DuckDBPyConnection, simulation_id: str) -> dict[str, Any]:
    """`{total_events, total_ticks, total_days, event_type_counts, agents}`; ticks and days: the largest that occur."""
    counts = connection.execute(
        "SELECT event_type, count(*), max(tick), max(day) FROM simulation_events WHERE simulation_id = ?"
        " GROUP BY event_type ORDER BY event_type",
        [simulation_id],
    ).fetchall()
    agents = connection.execute(
        "SELECT DISTINCT agent_id FROM event_agents WHERE simulation_id = ? ORDER BY agent_id", [simulation_id]
    ).fetchall()
    return {
        "total_events": sum(count for _, count, _, _ in counts),
        "total_ticks": max((tick for *_, tick, _ in counts), default=None),
        "total_days": max((day for *_, day in counts), default=None),
        "event_type_counts": {kind: count for kind, count, _, _ in counts},
        "agents": [agent for (agent,) in agents],
    }


def get_event_count(connection: duckdb.DuckDBPyConnection, simulation_id: str) -> int:
    """How many events are stored."""
    statement = "SELECT count(*) FROM event_rows WHERE run_number = ?"
    [(count,)] = connection.execute(statement, [_run(connection, simulation_id)[0]]).fetchall()
    return int(count)


def get_events(
    connection: duckdb.DuckDBPyConnection, simulation_id: str, limit: int = LARGEST_PAGE, offset: int = 0
) -> dict[str, Any]:
    """The first events: `{events, total_count}`."""
    page = get_simulation_events(connection, simulation_id, limit=limit, offset=offset)
    return {"events": page["events"], "total_count": page["total"]}


def clear_simulation_events(connection: duckdb.DuckDBPyConnection, simulation_id: str) -> int:
    """Delete a run's events, and with them its replay. Returns how many there were."""
    count = get_event_count(connection, simulation_id)
    for table in ("more_event_agents", "event_transactions", "log_segments"):
        connection.execute(f"DELETE FROM {table} WHERE simulation_id = ?", [simulation_id])
    for table in ("event_rows", "event_counts"):
        connection.execute(f"DELETE FROM {table} WHERE run_number = ?", [_run(connection, simulation_id)[0]])
    connection.execute("UPDATE simulations SET committed_ticks = 0 WHERE simulation_id = ?", [simulation_id])
    return count


def _slices(
    connection: duckdb.DuckDBPyConnection, simulation_id: str, filters: dict[str, Any], order: str
) -> list[tuple[int, int, int]] | None:
    """Where in the log the events are: first place, end and number of them for each slice that has any, in this order.

    None if more is asked than what was counted when they were written: banks and types.
    """
    if any(filters.get(name) is not None for name in (*_CONDITIONS, "day", "tx_id")):
        return None
    parts, parameters = ["run_number = ?"], list[Any]([_run(connection, simulation_id)[0]])
    parts.append("agent = ?")
    agent_id = filters.get("agent_id")
    parameters.append(-1 if agent_id is None else _agent_number(connection, simulation_id, agent_id))
    if (event_type := filters.get("event_type")) is not None:
        parts.append("list_contains(?, kind)")
        parameters.append(_codes(event_type))
    return connection.execute(
        f"SELECT first_seq, end_seq, CAST(sum(events) AS BIGINT) FROM event_counts WHERE {' AND '.join(parts)}"
        f" GROUP BY first_seq, end_seq ORDER BY first_seq {order}",
        parameters,
    ).fetchall()


def _agent_number(connection: duckdb.DuckDBPyConnection, simulation_id: str, agent_id: str) -> int | None:
    number = "SELECT agent_number FROM simulation_agents WHERE simulation_id = ? AND agent_id = ?"
    found: list[tuple[int]] = connection.execute(number, [simulation_id, agent_id]).fetchall()
    return found[0][0] if found else None


def _codes(event_types: str) -> list[int]:
    """The codes of types of events, which are named with commas between them."""
    wanted = [word.strip() for word in event_types.split(",")]
    return [code for name, code in event_codes().items() if name in wanted]


def _where(connection: duckdb.DuckDBPyConnection, simulation_id: str, filters: dict[str, Any]) -> tuple[str, list[Any]]:
    """A condition on `event_rows`, and its parameters."""
    first, last = filters.get("tick_min"), filters.get("tick_max")
    if first is not None and last is not None and first > last:
        raise ValueError(f"tick_min {first} is above tick_max {last}; exchange them")
    run_number, ticks_per_day = _run(connection, simulation_id)
    parts, parameters = ["e.run_number = ?"], list[Any]([run_number])
    for name, condition in _CONDITIONS.items():
        if (value := filters.get(name)) is not None:
            parts.append(condition)
            parameters.append(value)
    if (day := filters.get("day")) is not None:
        parts.append("e.tick BETWEEN ? AND ?")
        parameters += [day * ticks_per_day, (day + 1) * ticks_per_day - 1]
    if (event_type := filters.get("event_type")) is not None:
        parts.append("list_contains(?, e.kind)")
        parameters.append(_codes(event_type))
    if (agent_id := filters.get("agent_id")) is not None:
        number = _agent_number(connection, simulation_id, agent_id)
        parts.append(
            "(e.agent = ? OR e.peer = ?"
            " OR e.seq IN (SELECT seq FROM more_event_agents WHERE simulation_id = ? AND agent_id = ?))"
        )
        parameters += [number, number, simulation_id, agent_id]
    if (tx_id := filters.get("tx_id")) is not None:
        if (called := number_and_part(tx_id)) is not None:
            own = "e.payment = ? AND coalesce(e.part, '') = ?"
            parameters += called
        else:  # money that moved without a payment has the name of what it is
            own = "e.payment = 0 AND e.seq IN (SELECT seq FROM simulation_events WHERE simulation_id = ? AND tx_id = ?)"
            parameters += [simulation_id, tx_id]
        parts.append(f"({own} OR e.seq IN (SELECT seq FROM event_transactions WHERE simulation_id = ? AND tx_id = ?))")
        parameters += [simulation_id, tx_id]
    return " AND ".join(parts), parameters


def _run(connection: duckdb.DuckDBPyConnection, simulation_id: str) -> tuple[int, int]:
    """The number of a run, and its ticks a day; of one that is not there no event has the number."""
    statement = "SELECT run_number, ticks_per_day FROM simulations WHERE simulation_id = ?"
    found: list[tuple[int, int]] = connection.execute(statement, [simulation_id]).fetchall()
    return found[0] if found else (-1, 1)


_CONDITIONS = {"tick": "e.tick = ?", "tick_min": "e.tick >= ?", "tick_max": "e.tick <= ?"}


def _lifted(event: dict[str, Any]) -> dict[str, Any]:
    details = json.loads(event["details"])
    return event | {"details": details} | {name: details[name] for name in LIFTED if name in details}
