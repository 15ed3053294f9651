"""Natively and in WebAssembly the same scenario and seed give the same log: every scenario, twenty seeds, one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from payment_simulator import load_config
from payment_simulator_core_rs import Orchestrator

from tests.visit import Visit

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
SEEDS = [*range(19), 2**53 + 1]
"""The last one is no number that JavaScript could hold."""

RUN = """
import json
from payment_simulator_core_rs import Orchestrator

def log_hash(config, seed):
    engine = Orchestrator({**config, "rng_seed": seed}, retain="none", hashing=True)
    engine.run(engine.total_ticks)
    return engine.log_hash()

json.dumps([log_hash(config, seed) for config in json.loads(configs) for seed in json.loads(seeds)])
"""


def log_hash(config: dict[str, Any], seed: int) -> str:
    engine = Orchestrator({**config, "rng_seed": seed})
    engine.run(engine.total_ticks)
    return engine.log_hash()


def test_every_scenario_has_its_native_hash_for_twenty_seeds(started: Visit) -> None:
    configs = [load_config(path).engine_input() for path in SCENARIOS]
    native = [log_hash(config, seed) for config in configs for seed in SEEDS]
    assert len(set(native)) > len(native) / 2, "most scenarios draw their payments"
    assert json.loads(started.python(RUN, configs=json.dumps(configs), seeds=json.dumps(SEEDS))) == native
