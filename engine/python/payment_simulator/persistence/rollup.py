"""What is told once a day about payments, banks and queues: worked out from the stored events, in the database itself.

Two temporary tables are carried from one roll-up to the next: payments that are not finished, and the banks. So the
work of a day depends on what happened in it and on what is open, not on the length of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

FOLDER = Path(__file__).parent


def prepare(
    connection: duckdb.DuckDBPyConnection,
    simulation_id: str,
    config: Mapping[str, Any],
    opening: Mapping[str, Any],
) -> None:
    """Begin a run: nothing is open, the banks stand as in `opening` (`engine.state(-1)`)."""
    configs = {agent["id"]: agent for agent in config["agents"]}
    connection.execute(_statements("rollup_prepare.sql"))
    for agent in opening["agents"]:
        bank = configs[agent["id"]]
        cap = bank["unsecured_cap"]
        capacity = bank.get("max_collateral_capacity")
        connection.execute(
            "INSERT INTO working_banks VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?, ?)",
            [
                agent["id"],
                cap,
                10 * cap if capacity is None else capacity,
                agent["balance"],
                agent["posted_collateral"],
                *_delay_rates(config["cost_rates"], bank),
            ],
        )
    settings = [
        simulation_id,
        config["ticks_per_day"],
        config.get("deferred_crediting", False),
        config.get("priority_mode", False),
        config["cost_rates"]["delay_penalty_per_tick"],
    ]
    connection.execute(f"INSERT INTO working_settings VALUES ({', '.join('?' * len(settings))})", settings)


def roll_up(
    connection: duckdb.DuckDBPyConnection,
    *,
    from_seq: int,
    to_seq: int,
    first_tick: int,
    end_tick: int,
    full_replay: bool,
) -> None:
    """Take in the events of some ticks of one day: places and ticks from the first on, up to and without the second.

    `full_replay`: note every tick too.
    """
    connection.execute("DELETE FROM working_range")
    connection.execute("INSERT INTO working_range VALUES (?, ?, ?, ?)", [from_seq, to_seq, first_tick, end_tick])
    for part in ("day", "ticks", "close") if full_replay else ("day", "close"):
        connection.execute(_statements(f"rollup_{part}.sql"))


@cache
def _statements(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _delay_rates(rates: Mapping[str, Any], bank: Mapping[str, Any]) -> list[int]:
    """What a queued cent costs a bank in a tick, by band of priority, on time and then overdue: in 10^-12 cents."""
    delay = Fraction(bank.get("delay_cost_per_tick_per_cent", rates["delay_cost_per_tick_per_cent"]))
    overdue = Fraction(rates["overdue_delay_multiplier"])
    bands = [delay * Fraction(rates["priority_delay_multipliers"][band]) for band in ("urgent", "normal", "low")]
    return [round(rate * factor * 10**12) for factor in (1, overdue) for rate in bands]
