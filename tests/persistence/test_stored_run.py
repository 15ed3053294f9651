"""A stored run is there from its first moment on, before anything has happened in it."""

from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from payment_simulator.persistence.checkpoints import CheckpointManager
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.stored_run import StoredRun
from payment_simulator.persistence.writer import DatabaseWriter
from payment_simulator_core_rs import Orchestrator

from tests.persistence.conftest import SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS[:2], ids=lambda path: path.stem)
def test_a_run_that_was_killed_before_its_first_commit_goes_on(scenario: Path, tmp_path: Path) -> None:
    config = load_config(scenario)
    with Database(tmp_path / "runs.db", create=True) as database:
        engine = Orchestrator(config.engine_input(), hashing=True)
        DatabaseWriter(database, engine, "killed", config_file=config.name, display=config.display)
        run = StoredRun(database, "killed").run()
        assert (run.ticks, run.events()) == (0, [])
        manager = CheckpointManager(database)
        engine, _ = manager.load(manager.save_from_database("killed"))
        engine.run(engine.total_ticks)
        assert engine.log_hash() == simulate(config).log_hash
