"""Every scenario shows what its header says that it teaches."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from payment_simulator import Run, load_config, simulate

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def without_netting(name: str) -> Run:
    """The same day, one payment at a time."""
    plain = load_config(SCENARIOS / f"{name}.yaml").engine_input()
    plain["lsm_config"] |= {"enable_bilateral": False, "enable_cycles": False}
    return simulate(plain)


def cycles(run: Run) -> list[dict[str, Any]]:
    """The cycles that settled."""
    return [event for event in run.events() if event["event_type"] == "LsmCycleSettlement"]


def gridlock_stretches(run: Run) -> list[int]:
    """Lengths of the stretches of ticks in which payments wait in a closed loop of banks and nothing settles."""
    payments, lengths, length = run.payments, [], 0
    for tick in range(run.ticks):
        waiting = (payments.queued_tick >= 0) & (payments.queued_tick <= tick)
        waiting &= (payments.settled_tick < 0) | (payments.settled_tick > tick)
        stuck = run.series.settled_count[tick].sum() == 0
        stuck = stuck and has_loop(payments.sender[waiting].tolist(), payments.receiver[waiting].tolist())
        if not stuck and length:
            lengths.append(length)
        length = length + 1 if stuck else 0
    return [*lengths, length] if length else lengths


def has_loop(senders: list[int], receivers: list[int]) -> bool:
    """Whether the directed graph has a cycle: something is left when unpaid banks are taken away repeatedly."""
    edges = set(zip(senders, receivers, strict=True))
    while edges:
        paid = {receiver for _, receiver in edges}
        kept = {(sender, receiver) for sender, receiver in edges if sender in paid}
        if kept == edges:
            return True
        edges = kept
    return False


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_says_what_it_teaches(name: str) -> None:
    config = load_config(SCENARIOS / f"{name}.yaml")
    assert config.warnings == ()
    assert config.display["title"]
    assert config.display["teaches"].endswith(".")
    assert (config.display["day_start"], config.display["day_end"]) == ("08:00", "18:00")
    header = (SCENARIOS / f"{name}.yaml").read_text().split("\n\n")[0]
    assert header.startswith(f"# {config.display['title']}\n#\n# Teaches: ")


def test_the_four_first_scenarios_are_there() -> None:
    assert {"two_banks", "gridlock_ring", "eight_banks_scarce", "fifty_bank_day"} <= set(NAMES)


def test_two_banks_pay_for_credit_and_for_delay_and_more_money_ends_both() -> None:
    plain = load_config(SCENARIOS / "two_banks.yaml").engine_input()
    costs = {agent["id"]: agent["costs"] for agent in simulate(plain).totals["agents"]}
    assert costs["ALPHA"]["liquidity_cost"] > 0
    assert costs["BETA"]["liquidity_cost"] == 0
    assert costs["BETA"]["delay_cost"] > 0
    for agent in plain["agents"]:
        agent["opening_balance"] += 100_000_000
    rich = simulate(plain)
    assert rich.totals["costs"]["liquidity_cost"] == 0
    assert np.all(rich.payments.settled_tick == rich.payments.arrival_tick)


def test_in_the_ring_nothing_settles_without_netting_and_everything_with_it() -> None:
    run = simulate(load_config(SCENARIOS / "gridlock_ring.yaml"))
    assert run.totals["settlement_rate"] == 1.0
    assert not np.any(run.payments.mechanism < 2)
    assert {len(event["agent_ids"]) for event in cycles(run)} == {3, 5}
    stuck = without_netting("gridlock_ring")
    assert stuck.totals["total_settlements"] == 0
    assert max(gridlock_stretches(stuck)) > 40


def test_eight_banks_open_at_a_ring_of_four_that_needs_little_liquidity() -> None:
    run = simulate(load_config(SCENARIOS / "eight_banks_scarce.yaml"))
    largest = max(cycles(run), key=lambda event: event["total_value"])
    liquidity = sum(max(0, -position) for position in largest["net_positions"])
    assert len(largest["agent_ids"]) == len(largest["tx_ids"]) == 4
    assert 800_000_000 < largest["total_value"] < 1_500_000_000
    assert liquidity < 0.2 * largest["total_value"]
    assert run.series.settled_value[:, 2:].sum(axis=1).argmax() == largest["tick"]
    assert run.ticks // 4 < largest["tick"] < run.ticks // 2


def test_eight_banks_show_queues_pairs_rings_and_gridlock_and_most_payments_settle() -> None:
    run = simulate(load_config(SCENARIOS / "eight_banks_scarce.yaml"))
    assert 280 <= run.totals["total_arrivals"] <= 330
    assert run.totals["settlement_rate"] > 0.9
    assert len(cycles(run)) >= 4
    assert run.totals["lsm_operations"] - len(cycles(run)) >= 5
    assert max(gridlock_stretches(run)) >= 3
    assert np.all(run.series.settled_value[:, :4].sum(axis=0) > 0)
    alone = without_netting("eight_banks_scarce")
    assert alone.totals["settled_value"] < run.totals["settled_value"]
    assert alone.totals["total_cost"] > run.totals["total_cost"]


def test_fifty_banks_make_ten_thousand_payments_mostly_in_the_core() -> None:
    run = simulate(load_config(SCENARIOS / "fifty_bank_day.yaml"))
    assert len(run.agent_ids) == 50
    assert 9_500 <= run.totals["total_arrivals"] <= 10_500
    assert run.totals["settlement_rate"] > 0.95
    core = [
        agent
        for agent in range(50)
        if run.agent_ids[agent] in {"ALDER", "BIRCH", "CEDAR", "ELM", "FIR", "HAZEL", "LARCH", "OAK"}
    ]
    to_core = np.isin(run.payments.receiver, core).mean()
    assert to_core > 0.7
    by_hour = run.series.arrived_count.reshape(10, 24).sum(axis=1)
    assert by_hour[1] > 1.5 * by_hour[3]
    assert by_hour[8] > 1.5 * by_hour[6]
