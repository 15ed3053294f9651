"""Natively and in WebAssembly the same scenario and seed give the same log: every scenario, twenty seeds, one page."""

from __future__ import annotations

import base64
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
import base64
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


GO_ON = """
import base64, json
from payment_simulator_core_rs import Orchestrator

def gone_on(native):
    engine = Orchestrator.load(base64.b64decode(native["bytes"]))
    told = Orchestrator.load_json(native["json"])
    saved = base64.b64encode(engine.save()).decode()
    for run in (engine, told):
        run.run(run.total_ticks)
    return [engine.log_hash(), told.log_hash(), saved]

json.dumps([gone_on(native) for native in json.loads(snapshots)])
"""


def test_a_native_snapshot_goes_on_in_the_page_and_the_page_s_own_goes_on_natively(started: Visit) -> None:
    whole = []
    snapshots = []
    for path in SCENARIOS:
        engine = Orchestrator(load_config(path).engine_input())
        engine.run(engine.total_ticks // 2)
        snapshots.append({"bytes": base64.b64encode(engine.save()).decode(), "json": engine.save_json()})
        engine.run(engine.total_ticks)
        whole.append(engine.log_hash())
    from_page = json.loads(started.python(GO_ON, snapshots=json.dumps(snapshots)))
    assert [[from_bytes, from_json] for from_bytes, from_json, _ in from_page] == [[hash_, hash_] for hash_ in whole]
    for (_, _, saved), expected in zip(from_page, whole, strict=True):
        engine = Orchestrator.load(base64.b64decode(saved))
        engine.run(engine.total_ticks)
        assert engine.log_hash() == expected
