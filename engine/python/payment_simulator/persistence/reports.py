"""What is asked of stored runs beside their events: tables as Polars frames, single figures as maps.

Money is integer cents. An unknown run or bank gives an empty frame, or None.
"""

from __future__ import annotations

from typing import Any, Literal

import duckdb
import polars as pl

from payment_simulator.persistence.queries import frame

Connection = duckdb.DuckDBPyConnection
Order = Literal["asc", "desc"]

# Runs


def list_simulations(connection: Connection, limit: int | None = None, offset: int = 0) -> pl.DataFrame:
    """The runs, newest first, without their configurations."""
    statement = (
        "SELECT * EXCLUDE (config_json) FROM simulations ORDER BY started_at DESC, simulation_id LIMIT ? OFFSET ?"
    )
    return frame(connection, statement, [limit, offset])


def list_simulation_runs(connection: Connection, limit: int | None = None) -> pl.DataFrame:
    """The same by older names."""
    statement = "SELECT * EXCLUDE (config_json) FROM simulation_runs ORDER BY start_time DESC, simulation_id LIMIT ?"
    return frame(connection, statement, [limit])


def get_simulation_summary(connection: Connection, simulation_id: str) -> dict[str, Any] | None:
    """The row of a run, with `settlement_rate` and `total_ticks`, or None."""
    statement = (
        "SELECT * EXCLUDE (config_json), ticks_per_day * num_days AS total_ticks,"
        " CASE WHEN total_arrivals > 0 THEN total_settlements / total_arrivals ELSE 0 END AS settlement_rate"
        " FROM simulations WHERE simulation_id = ?"
    )
    rows = frame(connection, statement, [simulation_id]).to_dicts()
    return rows[0] if rows else None


def compare_simulations(connection: Connection, first: str, second: str) -> dict[str, Any]:
    """`{first, second, differences}`: both summaries, and by how much each figure of the second is larger."""
    pair = [get_simulation_summary(connection, simulation_id) for simulation_id in (first, second)]
    a, b = (summary or {} for summary in pair)
    figures = ("total_events", "total_arrivals", "total_settlements", "settlement_rate", "total_cost_cents")
    known = [name for name in figures if a.get(name) is not None and b.get(name) is not None]
    return {"first": pair[0], "second": pair[1], "differences": {name: b[name] - a[name] for name in known}}


# Days and banks


def get_agent_daily_metrics(connection: Connection, simulation_id: str, agent_id: str | None = None) -> pl.DataFrame:
    """The days of a bank, or of all banks."""
    statement = (
        "SELECT * EXCLUDE (simulation_id) FROM daily_agent_metrics"
        " WHERE simulation_id = $id AND ($agent IS NULL OR agent_id = $agent) ORDER BY agent_id, day"
    )
    return frame(connection, statement, {"id": simulation_id, "agent": agent_id})


_PERFORMANCE = """SELECT agent_id, sum(num_arrivals) AS total_arrivals, sum(num_sent) AS total_sent,
    sum(num_received) AS total_received, sum(num_settled) AS total_settled, sum(num_dropped) AS total_dropped,
    sum(total_cost) AS total_cost, CAST(round(avg(closing_balance)) AS BIGINT) AS avg_balance,
    min(min_balance) AS min_balance, max(peak_overdraft) AS peak_overdraft, max(queue1_peak_size) AS queue1_peak_size,
    max(unsecured_cap) AS unsecured_cap
FROM daily_agent_metrics WHERE simulation_id = $id GROUP BY agent_id"""


def get_agent_performance(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """A row a bank: payments, costs, balances and queue over the whole run."""
    return frame(connection, f"{_PERFORMANCE} ORDER BY agent_id", {"id": simulation_id})


def compare_agent_performance(connection: Connection, first: str, second: str) -> pl.DataFrame:
    """Both runs side by side, a row a bank; the columns of the second end in `_second`."""
    pair = [get_agent_performance(connection, simulation_id) for simulation_id in (first, second)]
    return pair[0].join(pair[1], on="agent_id", how="full", coalesce=True, suffix="_second").sort("agent_id")


def get_cost_breakdown_by_agent(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """A row a bank: every category of cost, and their sum."""
    statement = (
        "SELECT agent_id, sum(liquidity_cost) AS liquidity_cost, sum(delay_cost) AS delay_cost,"
        " sum(collateral_cost) AS collateral_cost, sum(deadline_penalty) AS deadline_penalty,"
        " sum(eod_penalty) AS eod_penalty, sum(split_friction_cost) AS split_friction_cost,"
        " sum(liquidity_opportunity_cost) AS liquidity_opportunity_cost, sum(total_cost) AS total_cost"
        " FROM daily_agent_metrics WHERE simulation_id = ? GROUP BY agent_id ORDER BY agent_id"
    )
    return frame(connection, statement, [simulation_id])


def get_daily_cost_trends(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """A row a day: every category of cost, and their sum."""
    statement = (
        "SELECT day, sum(liquidity_cost) AS liquidity_cost, sum(delay_cost) AS delay_cost,"
        " sum(collateral_cost) AS collateral_cost, sum(deadline_penalty) AS deadline_penalty,"
        " sum(eod_penalty) AS eod_penalty, sum(split_friction_cost) AS split_friction_cost,"
        " sum(liquidity_opportunity_cost) AS liquidity_opportunity_cost, sum(total_cost) AS total_cost"
        " FROM daily_agent_metrics WHERE simulation_id = ? GROUP BY day ORDER BY day"
    )
    return frame(connection, statement, [simulation_id])


def get_tick_costs(connection: Connection, simulation_id: str, agent_id: str | None = None) -> pl.DataFrame:
    """`tick, day, agent_id, cost`: what each bank was charged in each tick in which it was charged."""
    statement = (
        "SELECT tick, day, agent_id, sum(CAST(json_extract_string(details, '$.costs.total_cost') AS BIGINT)) AS cost"
        " FROM simulation_events WHERE simulation_id = $id AND event_type = 'CostAccrual'"
        " AND ($agent IS NULL OR agent_id = $agent) GROUP BY tick, day, agent_id ORDER BY tick, agent_id"
    )
    return frame(connection, statement, {"id": simulation_id, "agent": agent_id})


def cost_timeline(
    connection: Connection, simulation_id: str, agent_id: str | None = None, *, accumulated: bool = True
) -> pl.DataFrame:
    """`tick, day` and a column a bank, in cents, for each tick in which anything was charged.

    `accumulated`: from the start of the run up to and with the tick; else of the tick alone.
    """
    costs = get_tick_costs(connection, simulation_id, agent_id)
    if costs.is_empty():
        return pl.DataFrame(schema={"tick": pl.Int64, "day": pl.Int64})
    banks = sorted(costs["agent_id"].unique())
    wide = costs.with_columns(pl.col("cost").cast(pl.Int64)).pivot("agent_id", index=["tick", "day"], values="cost")
    wide = wide.sort("tick").fill_null(0).select("tick", "day", *banks)
    return wide.with_columns(pl.col(banks).cum_sum()) if accumulated else wide


# Payments

_SORTS = ("arrival_tick", "settlement_tick", "amount", "deadline_tick", "total_delay_ticks", "delay_cost", "tx_id")


def get_transactions(
    connection: Connection,
    simulation_id: str,
    *,
    sender_id: str | None = None,
    receiver_id: str | None = None,
    agent_id: str | None = None,
    status: str | None = None,
    day: int | None = None,
    limit: int | None = None,
    offset: int = 0,
    sort: str = "arrival_tick",
    order: Order = "asc",
) -> pl.DataFrame:
    """Payments, filtered, sorted and paged. `agent_id` is sender or receiver; `day` that of arrival.

    Raises ValueError for a column that cannot be sorted by, and an order other than asc and desc.
    """
    if sort not in _SORTS or order not in ("asc", "desc"):
        raise ValueError(f"sort: got {sort!r} {order!r}; write one of {', '.join(_SORTS)}, and asc or desc")
    statement = (
        "SELECT * EXCLUDE (simulation_id) FROM transactions WHERE simulation_id = $id"
        " AND ($sender IS NULL OR sender_id = $sender) AND ($receiver IS NULL OR receiver_id = $receiver)"
        " AND ($agent IS NULL OR sender_id = $agent OR receiver_id = $agent)"
        " AND ($status IS NULL OR status = $status) AND ($day IS NULL OR arrival_day = $day)"
        f" ORDER BY {sort} {order} NULLS LAST, tx_id LIMIT $limit OFFSET $offset"
    )
    parameters = {
        "id": simulation_id,
        "sender": sender_id,
        "receiver": receiver_id,
        "agent": agent_id,
        "status": status,
        "day": day,
        "limit": limit,
        "offset": offset,
    }
    return frame(connection, statement, parameters)


def get_transaction_statistics(connection: Connection, simulation_id: str) -> dict[str, Any]:
    """Counts by status, amounts, and delays of what settled. Of what was split, the parts are counted."""
    statement = (
        "SELECT count(*) AS total, count(*) FILTER (status = 'settled') AS settled,"
        " count(*) FILTER (status = 'pending') AS pending, count(*) FILTER (status = 'overdue') AS overdue,"
        " count(*) FILTER (status = 'dropped') AS dropped, CAST(coalesce(sum(amount), 0) AS BIGINT) AS total_amount,"
        " CAST(coalesce(sum(amount) FILTER (status = 'settled'), 0) AS BIGINT) AS settled_amount,"
        " avg(total_delay_ticks) FILTER (status = 'settled') AS avg_delay_ticks,"
        " max(total_delay_ticks) FILTER (status = 'settled') AS max_delay_ticks"
        " FROM transactions AS t WHERE simulation_id = $id AND NOT EXISTS (SELECT 1 FROM transactions AS part"
        " WHERE part.simulation_id = $id AND part.parent_tx_id = t.tx_id)"
    )
    [row] = frame(connection, statement, {"id": simulation_id}).to_dicts()
    return dict(row)


def get_transaction_delays(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """How long payments that settled had waited: `tx_id, sender_id, amount, priority` and ticks by queue."""
    statement = (
        "SELECT tx_id, sender_id, receiver_id, amount, priority, arrival_tick, settlement_tick, queue1_ticks,"
        " queue2_ticks, total_delay_ticks, delay_cost FROM transactions"
        " WHERE simulation_id = ? AND status = 'settled' ORDER BY total_delay_ticks DESC, tx_id"
    )
    return frame(connection, statement, [simulation_id])


def get_daily_transaction_summary(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """A row a day of arrival: payments and cents by what became of them. Parts are not counted."""
    statement = (
        "SELECT arrival_day AS day, count(*) AS arrivals, CAST(sum(amount) AS BIGINT) AS arrived_value,"
        " count(*) FILTER (status = 'settled') AS settled,"
        " CAST(coalesce(sum(amount) FILTER (status = 'settled'), 0) AS BIGINT) AS settled_value,"
        " count(*) FILTER (status = 'dropped') AS dropped, count(*) FILTER (status = 'overdue') AS overdue"
        " FROM transactions WHERE simulation_id = ? AND parent_tx_id IS NULL GROUP BY arrival_day ORDER BY arrival_day"
    )
    return frame(connection, statement, [simulation_id])


def get_settlement_rate_by_day(connection: Connection, simulation_id: str) -> pl.DataFrame:
    """`day, arrivals, settled, settlement_rate` by day of arrival. Parts are not counted."""
    days = get_daily_transaction_summary(connection, simulation_id)
    return days.select("day", "arrivals", "settled", settlement_rate=pl.col("settled") / pl.col("arrivals"))


def get_transactions_by_tick(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """Payments that arrived in a tick."""
    statement = (
        "SELECT * EXCLUDE (simulation_id) FROM transactions WHERE simulation_id = ? AND arrival_tick = ? ORDER BY tx_id"
    )
    return frame(connection, statement, [simulation_id, tick])


# Policies


def get_agent_policy_history(connection: Connection, simulation_id: str, agent_id: str) -> pl.DataFrame:
    """The policies of a bank, each with the tick from which it held."""
    statement = (
        "SELECT snapshot_day, snapshot_tick, policy_hash, policy_json, created_by FROM policy_snapshots"
        " WHERE simulation_id = ? AND agent_id = ? ORDER BY snapshot_day, snapshot_tick"
    )
    return frame(connection, statement, [simulation_id, agent_id])


def get_policy_at_day(connection: Connection, simulation_id: str, agent_id: str, day: int) -> dict[str, Any] | None:
    """The policy that a bank had at the end of a day, or None."""
    history = get_agent_policy_history(connection, simulation_id, agent_id)
    rows = history.filter(pl.col("snapshot_day") <= day).tail(1).to_dicts()
    return rows[0] if rows else None


# Ticks


def _of_tick(connection: Connection, table: str, simulation_id: str, tick: int, order: str) -> pl.DataFrame:
    statement = f"SELECT * EXCLUDE (simulation_id) FROM {table} WHERE simulation_id = ? AND tick = ? ORDER BY {order}"
    return frame(connection, statement, [simulation_id, tick])


def get_collateral_events_by_tick(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """What was posted and withdrawn."""
    return _of_tick(connection, "collateral_events", simulation_id, tick, "id")


def get_lsm_cycles_by_tick(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """What was netted."""
    return _of_tick(connection, "lsm_cycles", simulation_id, tick, "id")


def get_policy_decisions_by_tick(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """Decisions about payments; stored with full replay."""
    return _of_tick(connection, "policy_decisions", simulation_id, tick, "id")


def get_tick_agent_states(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """The banks at the end of a tick; stored with full replay."""
    return _of_tick(connection, "tick_agent_states", simulation_id, tick, "agent_id")


def get_tick_queue_snapshots(connection: Connection, simulation_id: str, tick: int) -> pl.DataFrame:
    """The queues at the end of a tick; stored with full replay."""
    return _of_tick(connection, "tick_queue_snapshots", simulation_id, tick, "queue_type, agent_id, position")


def get_tick_range_summary(connection: Connection, simulation_id: str, first: int, last: int) -> pl.DataFrame:
    """`tick, day` and a column a type of event with how many there were, of the ticks in which something happened."""
    counts = frame(
        connection,
        "SELECT tick, day, event_type, count(*) AS events FROM simulation_events"
        " WHERE simulation_id = $id AND tick BETWEEN $first AND $last GROUP BY ALL ORDER BY tick, event_type",
        {"id": simulation_id, "first": first, "last": last},
    )
    if counts.is_empty():
        return counts
    return counts.pivot("event_type", index=["tick", "day"], values="events").fill_null(0).sort("tick")


def get_agent_state_registers(connection: Connection, simulation_id: str, agent_id: str, tick: int) -> dict[str, float]:
    """The latest value of each register of a bank's policy, set up to and in a tick."""
    rows = connection.execute(
        "SELECT register_key, arg_max(register_value, tick) FROM agent_state_registers"
        " WHERE simulation_id = ? AND agent_id = ? AND tick <= ? GROUP BY register_key ORDER BY register_key",
        [simulation_id, agent_id, tick],
    ).fetchall()
    return dict(rows)
