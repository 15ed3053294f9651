"""The log of every scenario and some seeds is, byte for byte, what it was.

`UPDATE_GOLDEN=1` writes the hashes anew: for a deliberate change of the engine or of a scenario, in a commit of its
own.
"""

import json
import os
from pathlib import Path

import pytest
from payment_simulator import load_config, simulate

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
GOLDEN = Path(__file__).with_name("log_hashes.json")
SEEDS = (None, 0, 1, 2, 2**64 - 1)


def hashes(scenario: Path) -> dict[str, str]:
    """By seed, the hash of the log; `own` is the seed of the scenario."""
    config = load_config(scenario)
    return {"own" if seed is None else str(seed): simulate(config, seed=seed).log_hash for seed in SEEDS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.stem)
def test_the_log_is_what_it_was(scenario: Path) -> None:
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    found = hashes(scenario)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps({**golden, scenario.stem: found}, indent=1, sort_keys=True) + "\n")
    else:
        assert found == golden[scenario.stem]


def test_no_scenario_is_left_in_the_file_that_is_gone() -> None:
    assert sorted(json.loads(GOLDEN.read_text())) == [scenario.stem for scenario in SCENARIOS]
