"""What the tables say is what happened: every table against the engine, on scenarios that use every feature."""

import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from payment_simulator import Run
from payment_simulator.execution.log_state import LogState
from payment_simulator.persistence.database import Database, silent_cursor
from payment_simulator.persistence.models import READ, TABLES
from payment_simulator.persistence.queries import frame
from payment_simulator.persistence.stored_run import StoredRun

from tests.generated import SEEDS, scenario
from tests.persistence.conftest import SCENARIOS, persist

Stored = tuple[Database, dict[str, Run]]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("tables") / "runs.db"
    runs = {
        f"generated {seed}": persist(
            path, scenario(seed), f"generated {seed}", full_replay=True, events_per_commit=1 + seed * 40
        )
        for seed in SEEDS[::4]
    }
    runs |= {
        path_.stem: persist(path, path_, path_.stem, full_replay=path_.stem != "fifty_bank_day") for path_ in SCENARIOS
    }
    with Database(path) as database:
        yield database, runs


def rows(database: Database, table: str, name: str, order: str) -> list[dict[str, Any]]:
    statement = f"SELECT * FROM {table} WHERE simulation_id = ? ORDER BY {order}"
    return frame(database.connection, statement, [name]).to_dicts()


def test_keys_are_unique_where_the_database_does_not_see_to_it(stored: Stored) -> None:
    database, _ = stored
    for table in (*TABLES, *READ):
        if table.unique:
            key = ", ".join(table.unique)
            doubles = f"SELECT {key} FROM {table.table_name} GROUP BY {key} HAVING count(*) > 1"
            assert database.connection.execute(doubles).fetchall() == [], table.table_name
            [(count,)] = database.connection.execute(f"SELECT count(*) FROM {table.table_name}").fetchall()
            assert count > 0, table.table_name


def test_the_policies_that_come_with_the_program_are_in_every_database(stored: Stored) -> None:
    database, _ = stored
    found = rows(database, "policy_snapshots", "templates", "agent_id")
    files = {path.stem: json.loads(path.read_text()) for path in (SCENARIOS[0].parent / "policies").glob("*.json")}
    assert files
    assert {row["agent_id"]: json.loads(row["policy_json"]) for row in found} == files
    assert {(row["snapshot_tick"], row["created_by"]) for row in found} == {(0, "init")}


def test_the_database_draws_nothing_on_stdout(stored: Stored) -> None:
    database, _ = stored
    setting = "SELECT current_setting('enable_progress_bar') AS bar"
    assert database.connection.execute(setting).fetchall() == [(False,)]
    assert frame(database.connection, setting)["bar"].to_list() == [False]
    assert silent_cursor(database.connection).execute(setting).fetchall() == [(False,)]


def test_events_are_stored_whole_and_in_order(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        found = rows(database, "simulation_events", name, "seq")
        assert [row["seq"] for row in found] == list(range(run.event_count))
        for row, event in zip(found, run.events(), strict=True):
            columns = {"event_type": row["event_type"], "tick": row["tick"]}
            columns |= {key: row[key] for key in ("agent_id", "tx_id") if row[key] is not None}
            assert columns | json.loads(row["details"]) == event
            assert row["event_id"] == f"{name}:{row['seq']}"
            assert row["day"] == row["tick"] // run.ticks_per_day


def test_the_log_can_be_read_back(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        again = StoredRun(database, name)
        assert again.is_complete
        assert again.run().log_hash == run.log_hash == again.row["log_hash"]
        assert again.run().totals == run.totals


def test_side_tables_name_everybody_and_every_payment(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        agents, others = defaultdict(set), defaultdict(set)
        for row in rows(database, "event_agents", name, "seq"):
            agents[row["seq"]].add(row["agent_id"])
        for row in rows(database, "event_transactions", name, "seq"):
            others[row["seq"]].add(row["tx_id"])
        for seq, event in enumerate(run.events()):
            text = json.dumps(event)
            assert agents[seq] == {agent_id for agent_id in run.agent_ids if json.dumps(agent_id) in text}
            named = {word for word in text.replace('"', " ").split() if word.startswith("tx_") and word[3:4].isdigit()}
            assert others[seq] | ({event["tx_id"]} & named if "tx_id" in event else set()) == named
            assert event.get("tx_id") not in others[seq]


def test_payments(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        found = {row["tx_id"]: row for row in rows(database, "transactions", name, "tx_id")}
        payments = run.payments
        assert len(found) == len(payments)
        for index in range(len(payments)):
            row = found[run.payment_id(index)]
            assert row["sender_id"] == run.agent_ids[payments.sender[index]]
            assert row["receiver_id"] == run.agent_ids[payments.receiver[index]]
            for column in ("amount", "arrival_tick", "deadline_tick", "priority"):
                assert row[column] == getattr(payments, column)[index], (name, row, column)
            ticks = {"settlement_tick": "settled_tick", "overdue_since_tick": "overdue_tick"}
            for column, tick in ticks.items():
                assert (-1 if row[column] is None else row[column]) == getattr(payments, tick)[index], (
                    name,
                    row,
                    column,
                )
            assert (row["status"] == "dropped") == (payments.dropped_tick[index] >= 0)
            assert row["parent_tx_id"] == (
                None if payments.parent[index] < 0 else run.payment_id(payments.parent[index])
            )
            assert row["split_index"] == (int(payments.part[index]) or None)
            legs = (payments.parent == index) & (payments.settled_tick >= 0)
            paid = payments.amount[index] if row["status"] == "settled" else int(payments.amount[legs].sum())
            assert row["amount_settled"] == paid


def test_ticks_in_queues_are_those_of_the_states(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        if name == "fifty_bank_day":
            continue
        in_queue1: dict[str, int] = defaultdict(int)
        in_queue2: dict[str, int] = defaultdict(int)
        last = run.ticks - 1
        for tick in range(last):
            state = run.state(tick)
            for tx_id in state["queue2"]:
                in_queue2[tx_id] += 1
            for agent in state["agents"]:
                for tx_id in agent["queue1"]:
                    in_queue1[tx_id] += 1
        for row in rows(database, "transactions", name, "tx_id"):
            assert (row["queue1_ticks"], row["queue2_ticks"]) == (in_queue1[row["tx_id"]], in_queue2[row["tx_id"]]), (
                name,
                row,
            )


def test_delay_costs_are_about_what_was_charged(stored: Stored) -> None:
    database, runs = stored
    statement = "SELECT CAST(sum(delay_cost) AS BIGINT), count(*) FROM transactions WHERE simulation_id = ?"
    for name in [path.stem for path in SCENARIOS]:
        charged = runs[name].totals["costs"]["delay_cost"]
        [(by_payment, count)] = database.connection.execute(statement, [name]).fetchall()
        assert abs(by_payment - charged) <= 0.01 * charged + count, name


def test_a_bank_with_a_rate_of_its_own_pays_that_for_its_waiting_payments(tmp_path: Path) -> None:
    rates = {"A": "0.003", "B": "0.0001"}
    arrivals = {"rate_per_tick": 1.0, "amount_distribution": {"type": "Uniform", "min": 1000, "max": 9000}}
    agents = [
        {"id": "A", "opening_balance": 0, "delay_cost_per_tick": 0.003}
        | {"arrival_config": arrivals | {"counterparty_weights": {"B": 1}, "deadline_range": [2, 5]}},
        {"id": "B", "opening_balance": 0}
        | {"arrival_config": arrivals | {"counterparty_weights": {"A": 1}, "deadline_range": [2, 5]}},
    ]
    source = {
        "simulation": {"ticks_per_day": 10, "num_days": 1, "rng_seed": 3},
        "agents": agents,
        "cost_rates": {"delay_cost_per_tick_per_cent": 0.0001, "overdue_delay_multiplier": 4},
        "lsm_config": {"enable_bilateral": False, "enable_cycles": False},
    }
    persist(tmp_path / "rates.db", source, "rates")
    with Database(tmp_path / "rates.db") as database:
        found = rows(database, "transactions", "rates", "tx_id")
    assert {row["sender_id"] for row in found} == {"A", "B"}
    for row in found:
        late = 0 if row["overdue_since_tick"] is None else 10 - row["overdue_since_tick"]
        cents = Fraction(rates[row["sender_id"]]) * row["amount"] * (10 - row["arrival_tick"] - late + 4 * late)
        assert row["delay_cost"] == int(cents + Fraction(1, 2)), row
    assert any(row["overdue_since_tick"] is not None for row in found)


def test_days_of_banks(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        series = run.series
        found = rows(database, "daily_agent_metrics", name, "day, agent_id")
        assert len(found) == -(-run.ticks // run.ticks_per_day) * len(run.agent_ids)
        for row in found:
            bank = run.agent_ids.index(row["agent_id"])
            first = row["day"] * run.ticks_per_day
            ticks = slice(first, first + run.ticks_per_day)
            balance = series.balance[ticks, bank]
            opening = run.state(first - 1)["agents"][bank]
            assert row["opening_balance"] == opening["balance"]
            assert row["balance_after_return"] == balance[-1], (name, row)
            assert row["min_balance"] <= min(balance[:-1].min(), row["closing_balance"])
            assert row["max_balance"] >= max(balance[:-1].max(), row["closing_balance"])
            assert row["peak_overdraft"] == max(0, -row["min_balance"])
            assert row["opening_posted_collateral"] == opening["posted_collateral"]
            assert row["closing_posted_collateral"] == series.posted_collateral[ticks, bank][-1]
            assert row["peak_posted_collateral"] >= series.posted_collateral[ticks, bank].max()
            for queue in ("queue1", "queue2"):
                sizes = getattr(series, f"{queue}_count")[ticks, bank]
                assert row[f"{queue}_eod_size"] == sizes[-1], (name, row)
                assert row[f"{queue}_peak_size"] == max(sizes.max(), len(opening[queue]))
            for cost, values in series.costs.items():
                assert row[cost] == values[ticks, bank].sum()
            assert row["total_cost"] == sum(row[cost] for cost in series.costs)
            payments = run.payments
            arrived, settled = (
                (tick >= first) & (tick < first + run.ticks_per_day)
                for tick in (payments.arrival_tick, payments.settled_tick)
            )
            parts = payments.parent >= 0
            wholes = np.isin(np.arange(len(payments)), payments.parent[parts])
            assert row["num_arrivals"] == ((payments.sender == bank) & arrived & ~parts).sum()
            assert row["num_sent"] == ((payments.sender == bank) & settled & ~wholes).sum()
            assert row["num_received"] == ((payments.receiver == bank) & settled & ~wholes).sum()
            assert row["num_settled"] == ((payments.sender == bank) & settled & ~parts).sum()
        simulation = StoredRun(database, name).row
        assert sum(row["total_cost"] for row in found) == simulation["total_cost_cents"] == run.totals["total_cost"]


def test_queues_at_the_end_of_days_and_registers(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        contents: dict[tuple[int, str, str], list[str]] = defaultdict(list)
        for row in rows(database, "agent_queue_snapshots", name, "day, queue_type, agent_id, position"):
            contents[row["day"], row["queue_type"], row["agent_id"]].append(row["transaction_id"])
        for day in range(-(-run.ticks // run.ticks_per_day)):
            state = run.state(min((day + 1) * run.ticks_per_day, run.ticks) - 1)
            for agent in state["agents"]:
                assert contents[day, "queue1", agent["id"]] == agent["queue1"], (name, day)
                assert sorted(contents[day, "rtgs", agent["id"]]) == sorted(agent["queue2"]), (name, day)
        expected = {}
        for event in run.events():
            if event["event_type"] == "StateRegisterSet":
                expected[event["tick"], event["agent_id"], event["register_key"]] = event["new_value"]
        registers = rows(database, "agent_state_registers", name, "tick")
        assert {(r["tick"], r["agent_id"], r["register_key"]): r["register_value"] for r in registers} == expected


def test_full_replay_holds_every_tick(stored: Stored) -> None:
    database, runs = stored
    for name, run in runs.items():
        if name == "fifty_bank_day":
            assert rows(database, "tick_agent_states", name, "tick") == []
            continue
        states = {(row["tick"], row["agent_id"]): row for row in rows(database, "tick_agent_states", name, "tick")}
        queues: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
        for row in rows(database, "tick_queue_snapshots", name, "tick, queue_type, agent_id, position"):
            queues[row["tick"], row["queue_type"]].append(row)
        followed = LogState(run.config, run.state(-1))
        for tick in range(run.ticks):
            before = {agent_id: bank.balance for agent_id, bank in followed.banks.items()}
            followed.apply(tick, run.events(tick, tick + 1))
            for agent_id, bank in followed.banks.items():
                row, costs = states[tick, agent_id], followed.get_agent_accumulated_costs(agent_id)
                assert (row["balance"], row["balance_change"]) == (bank.balance, bank.balance - before[agent_id])
                assert (row["posted_collateral"], row["unsecured_cap"]) == (bank.posted_collateral, bank.unsecured_cap)
                for cost in ("liquidity_cost", "delay_cost", "collateral_cost", "penalty_cost", "split_friction_cost"):
                    assert row[cost] == getattr(costs, cost)
                own = [row["tx_id"] for row in queues[tick, "queue1"] if row["agent_id"] == agent_id]
                assert own == followed.get_agent_queue1_contents(agent_id), (name, tick)
            central = sorted(queues[tick, "rtgs"], key=lambda row: row["position"])
            assert [row["tx_id"] for row in central] == followed.get_rtgs_queue_contents(), (name, tick)
        decisions = [event for event in run.events() if event["event_type"] in DECISIONS]
        found = rows(database, "policy_decisions", name, "id")
        assert [(row["tick"], row["agent_id"], row["tx_id"]) for row in found] == [
            (event["tick"], event["agent_id"], event["tx_id"]) for event in decisions
        ]


def balances_before(run: Run) -> dict[int, int]:
    """By the place of an event that posts or withdraws collateral: the bank's balance then, event by event."""
    followed, found, seq = LogState(run.config, run.state(-1)), {}, 0
    for tick in range(run.ticks):
        for event in run.events(tick, tick + 1):
            if event["event_type"] in COLLATERAL:
                found[seq] = followed.get_agent_balance(event["agent_id"])
            followed.apply(tick, [event])
            seq += 1
    return found


COLLATERAL = {"CollateralPost": "post", "CollateralWithdraw": "withdraw", "CollateralTimerWithdrawn": "withdraw"}
NETTING = ("LsmBilateralOffset", "EntryDispositionOffset", "LsmCycleSettlement", "LsmMultilateralSettlement")


def test_tables_of_older_programs_are_views_of_the_events(stored: Stored) -> None:
    database, runs = stored
    seen = {"collateral": 0, "netting": 0}
    for name, run in runs.items():
        days = rows(database, "daily_agent_metrics", name, "day")
        capacities = {(row["agent_id"], row["day"]): row["collateral_capacity"] for row in days}
        balances = balances_before(run)
        posted = [event for event in run.events() if event["event_type"] in COLLATERAL]
        found = rows(database, "collateral_events", name, "id")
        assert len(found) == len(posted)
        for row, event in zip(found, posted, strict=True):
            assert (row["tick"], row["action"], row["amount"]) == (
                event["tick"],
                COLLATERAL[event["event_type"]],
                event["amount"],
            )
            assert abs(row["posted_collateral_after"] - row["posted_collateral_before"]) == event["amount"]
            capacity = capacities[row["agent_id"], row["day"]]
            assert row["available_capacity_after"] == max(0, capacity - event["new_total"])
            assert row["balance_before"] == balances[row["id"]]
        netted = [event for event in run.events() if event["event_type"] in NETTING]
        cycles = rows(database, "lsm_cycles", name, "id")
        assert [row["tick"] for row in cycles] == [event["tick"] for event in netted]
        assert all(row["cycle_length"] >= 2 and row["settled_value"] > 0 for row in cycles)
        [run_row] = rows(database, "simulation_runs", name, "simulation_id")
        assert run_row["total_ticks"] == run.ticks_per_day * run.num_days
        seen["collateral"] += len(found)
        seen["netting"] += len(cycles)
    assert min(seen.values()) > 0


DECISIONS = ("PolicySubmit", "PolicyHold", "PolicyDrop", "PolicySplit")
