"""A run tells one story, whichever way it is looked at: events, arrays, flows, states, totals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import payment_simulator
import pytest
from payment_simulator import ConfigError, Run, load_config, simulate
from payment_simulator_core_rs import COST_NAMES, MECHANISMS, ConfigurationError, event_catalogue

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def run() -> Run:
    """The scenario that the page opens with: every mechanism of this engine occurs in it."""
    return simulate(load_config(SCENARIOS / "eight_banks_scarce.yaml"))


def of(run: Run, event_type: str) -> list[dict[str, Any]]:
    """The events of one type."""
    return [event for event in run.events() if event["event_type"] == event_type]


def test_the_run_names_what_made_it(run: Run) -> None:
    assert run.agent_ids == ["ALDER", "BIRCH", "CEDAR", "DAMSON", "ELM", "FIR", "GORSE", "HAZEL"]
    assert (run.ticks, run.ticks_per_day, run.num_days, run.seed) == (120, 120, 1, run.config["rng_seed"])
    assert run.config["agents"][0]["id"] == "ALDER"
    assert len(run.log_hash) == 64


def test_events_json_lines_and_columns_are_the_same_log(run: Run) -> None:
    events = run.events()
    assert len(events) == run.event_count > 1000
    assert [json.loads(line) for line in run.events_jsonl().splitlines()] == events
    assert run.events(10, 12) == [event for event in events if event["tick"] in (10, 11)]
    arrivals, columns = of(run, "Arrival"), run.columns("Arrival")
    assert columns["tick"].tolist() == [event["tick"] for event in arrivals]
    assert columns["amount"].tolist() == [event["amount"] for event in arrivals]
    assert [run.agent_ids[agent] for agent in columns["sender_id"]] == [event["sender_id"] for event in arrivals]
    assert [run.payment_id(payment) for payment in columns["tx_id"]] == [event["tx_id"] for event in arrivals]
    assert [events[place] for place in columns["seq"]] == arrivals
    for event_type in (event["event_type"] for event in event_catalogue()):
        assert len(run.columns(event_type)["tick"]) == len(of(run, event_type))


def test_list_columns_have_offsets(run: Run) -> None:
    cycles, columns = of(run, "LsmCycleSettlement"), run.columns("LsmCycleSettlement")
    assert cycles
    for index, event in enumerate(cycles):
        first, last = columns["tx_ids_offsets"][index : index + 2]
        assert [run.payment_id(payment) for payment in columns["tx_ids"][first:last]] == event["tx_ids"]


def test_payments_are_the_arrivals_and_what_became_of_them(run: Run) -> None:
    payments, arrivals = run.payments, of(run, "Arrival")
    assert len(payments) == len(arrivals) == run.totals["total_arrivals"]
    assert payments.amount.tolist() == [event["amount"] for event in arrivals]
    assert payments.deadline_tick.tolist() == [event["deadline_tick"] for event in arrivals]
    settled = payments.settled_tick >= 0
    assert int(settled.sum()) == run.totals["total_settlements"] == int(run.series.settled_count.sum())
    assert set(np.unique(payments.mechanism[settled])) == {0, 1, 2, 3}
    assert np.all(payments.settled_tick[settled] >= payments.arrival_tick[settled])
    events = run.events()
    for payment in np.flatnonzero(settled).tolist():
        event = events[payments.settled_by[payment]]
        assert event["tick"] == payments.settled_tick[payment]
        assert run.payment_id(payment) in (event.get("tx_ids") or [event["tx_id"]])


def test_series_agree_with_payments(run: Run) -> None:
    payments, series, ticks = run.payments, run.series, np.arange(run.ticks)
    assert series.balance.shape == (120, 8)
    assert series.settled_value.shape == (120, len(MECHANISMS))
    assert np.array_equal(series.arrived_count, np.bincount(payments.arrival_tick, minlength=run.ticks))
    for mechanism in range(len(MECHANISMS)):
        chosen = (payments.mechanism == mechanism) & (payments.settled_tick >= 0)
        value = np.zeros(run.ticks, np.int64)
        np.add.at(value, payments.settled_tick[chosen], payments.amount[chosen])
        assert np.array_equal(series.settled_value[:, mechanism], value)
    open_until = np.where(payments.settled_tick < 0, run.ticks, payments.settled_tick)
    waiting = (payments.arrival_tick <= ticks[:, None]) & (open_until > ticks[:, None])
    for agent in range(8):
        mine = waiting[:, payments.sender == agent] @ payments.amount[payments.sender == agent]
        assert np.array_equal(series.queue1_value[:, agent] + series.queue2_value[:, agent], mine)


def test_money_is_conserved_and_no_bank_goes_beyond_its_credit(run: Run) -> None:
    opening = sum(agent["opening_balance"] for agent in run.config["agents"])
    assert np.all(run.series.balance.sum(axis=1) == opening)
    assert np.all(run.series.balance >= -run.series.credit_limit)


@pytest.mark.parametrize("from_tick, to_tick", [(0, 120), (0, 0), (30, 42), (40, 41), (119, 120)])
def test_flows_are_the_settled_payments_of_their_ticks(run: Run, from_tick: int, to_tick: int) -> None:
    payments, flows = run.payments, run.flows(from_tick, to_tick)
    value, count = np.zeros((5, 8, 8), np.int64), np.zeros((5, 8, 8), np.int64)
    last = np.full((5, 8, 8), -1, np.int64)
    chosen = (payments.settled_tick >= from_tick) & (payments.settled_tick < to_tick)
    place = (payments.mechanism[chosen], payments.sender[chosen], payments.receiver[chosen])
    np.add.at(value, place, payments.amount[chosen])
    np.add.at(count, place, 1)
    np.maximum.at(last, place, payments.settled_tick[chosen])
    assert np.array_equal(flows.value, value)
    assert np.array_equal(flows.count, count)
    assert np.array_equal(flows.last_tick, last)


@pytest.mark.parametrize("tick", [-1, 0, 35, 40, 119])
def test_a_state_agrees_with_the_series(run: Run, tick: int) -> None:
    state, series = run.state(tick), run.series
    assert state["tick"] == tick
    for number, agent in enumerate(state["agents"]):
        assert agent["id"] == run.agent_ids[number]
        if tick < 0:
            assert agent["balance"] == run.config["agents"][number]["opening_balance"]
            assert agent["queue1"] == agent["queue2"] == []
            continue
        assert agent["balance"] == series.balance[tick, number]
        assert len(agent["queue2"]) == series.queue2_count[tick, number]
        for name in COST_NAMES:
            assert agent["costs"][name] == series.costs[name][: tick + 1, number].sum()
    assert sorted(state["queue2"]) == sorted(payment for agent in state["agents"] for payment in agent["queue2"])


def test_totals_are_the_sums_of_everything(run: Run) -> None:
    totals, series = run.totals, run.series
    for name in COST_NAMES:
        assert totals["costs"][name] == series.costs[name].sum() == sum(a["costs"][name] for a in totals["agents"])
    assert totals["total_cost"] == sum(totals["costs"][name] for name in COST_NAMES)
    accruals = of(run, "CostAccrual")
    assert totals["total_cost"] == sum(event["costs"]["total_cost"] for event in accruals)
    assert [agent["final_balance"] for agent in totals["agents"]] == series.balance[-1].tolist()
    assert totals["arrived_value"] == run.payments.amount.sum()
    assert totals["settled_value"] == series.settled_value.sum()
    netting = (run.payments.mechanism >= 2) & (run.payments.settled_tick >= 0)
    assert totals["total_lsm_releases"] == totals["lsm_settled_payments"] == netting.sum()
    assert totals["lsm_operations"] == len(of(run, "LsmBilateralOffset")) + len(of(run, "LsmCycleSettlement"))


def test_a_part_of_a_run_is_the_beginning_of_the_whole(run: Run) -> None:
    part = simulate(load_config(SCENARIOS / "eight_banks_scarce.yaml"), ticks=35)
    assert part.ticks == 35
    assert part.events_jsonl() == run.events_jsonl(0, 35)
    assert np.array_equal(part.series.balance, run.series.balance[:35])
    assert simulate(load_config(SCENARIOS / "two_banks.yaml"), ticks=10**6).ticks == 40


def test_the_seed_decides_and_nothing_else() -> None:
    config = load_config(SCENARIOS / "eight_banks_scarce.yaml")
    own = simulate(config)
    assert simulate(config, seed=own.seed).log_hash == own.log_hash
    assert simulate(config, seed=0).log_hash != own.log_hash
    assert simulate(json.loads(config.to_json())).log_hash == own.log_hash
    renamed = config.engine_input()
    renamed["agents"][0]["opening_balance"] += 1
    assert simulate(renamed).log_hash != own.log_hash


def test_another_balance_leaves_every_payment_as_it_was() -> None:
    plain = load_config(SCENARIOS / "eight_banks_scarce.yaml").engine_input()
    before = simulate(plain).payments
    plain["agents"][3]["opening_balance"] *= 2
    plain["agents"][3]["policy"] = {"type": "Deadline", "urgency_threshold": 5}
    after = simulate(plain).payments
    for name in ("sender", "receiver", "amount", "arrival_tick", "deadline_tick", "priority"):
        assert np.array_equal(getattr(before, name), getattr(after, name))


def test_a_document_can_be_simulated_directly_and_mistakes_are_told() -> None:
    document = {"simulation": {"ticks_per_day": 3}, "agents": [{"id": "A", "opening_balance": 1}]}
    flat = {"ticks_per_day": 3, "agents": document["agents"], "cost_rates": {"overdraft_bps_per_tick": 1}}
    assert simulate(document).ticks == simulate(flat).ticks == 3
    with pytest.raises(ConfigError, match="ticks_per_day: got 0"):
        simulate({**document, "simulation": {"ticks_per_day": 0}})


def test_the_engine_refuses_what_no_one_has_checked() -> None:
    plain = load_config(SCENARIOS / "two_banks.yaml").engine_input()
    plain["agents"][1]["opening_balance"] = 5.0
    with pytest.raises(ConfigurationError) as caught:
        simulate(plain)
    assert caught.value.path == "agents.1.opening_balance"
    with pytest.raises(ConfigurationError):
        simulate({**load_config(SCENARIOS / "two_banks.yaml").engine_input(), "unknown": 1})


def test_days_follow_each_other() -> None:
    document = {
        "simulation": {"ticks_per_day": 4, "num_days": 3},
        "agents": [{"id": "A", "opening_balance": 0}, {"id": "B", "opening_balance": 0}],
        "cost_rates": {"eod_penalty": 7, "deadline_penalty": 100, "delay_cost_per_tick_per_cent": 0},
        "initial_transactions": [{"sender": "A", "receiver": "B", "amount": 5, "deadline": 3}],
    }
    run = simulate(document)
    assert [(event["tick"], event["day"]) for event in of(run, "EndOfDay")] == [(3, 0), (7, 1), (11, 2)]
    assert run.series.costs["deadline_penalty"][:, 0].tolist() == [0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0]
    assert run.series.costs["eod_penalty"][:, 0].tolist() == [0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0, 7]


CHECKED = """
import json, sys
from payment_simulator import simulate
run = simulate(json.load(open(sys.argv[1])))
print(run.log_hash)
assert not {"pydantic", "yaml", "typer", "rich"} & set(sys.modules), sorted(sys.modules)
"""


def test_a_checked_scenario_runs_without_pydantic_and_yaml(tmp_path: Path, run: Run) -> None:
    checked = tmp_path / "checked.json"
    checked.write_text(load_config(SCENARIOS / "eight_banks_scarce.yaml").to_json())
    done = subprocess.run([sys.executable, "-c", CHECKED, checked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == run.log_hash


def test_the_package_names_what_it_has() -> None:
    for name in payment_simulator.__all__:
        assert name in dir(payment_simulator)
        assert getattr(payment_simulator, name).__module__.startswith("payment_simulator.")
    assert payment_simulator.__version__
    with pytest.raises(AttributeError, match="no_such_name"):
        payment_simulator.no_such_name  # noqa: B018
