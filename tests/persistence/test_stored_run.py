"""A stored run is there from its first moment on, before anything has happened in it."""

from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from payment_simulator.persistence.checkpoints import CheckpointManager
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.stored_run import StoredRun
from payment_simulator.persistence.writer import DatabaseWriter
from payment_simulator_core_rs import Orchestrator

from tests.persistence.conftest import SCENARIOS, persist


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


# What was done to the database, and what is said about it.
DAMAGE = {
    "no log": ("DELETE FROM log_segments", "the log of simulation 'one' is damaged: it does not have the hash"),
    "part of the log": ("UPDATE log_segments SET log = log[1:10] WHERE piece = 0", "the log of .* is damaged: ZSTD"),
    "other ticks": ("UPDATE simulations SET committed_ticks = 30", "the log of .* is damaged: .* 30 ticks cannot be"),
    "impossible ticks": ("UPDATE simulations SET committed_ticks = -3", "the log of .* is damaged: out of range"),
    "no scenario": ("UPDATE simulations SET config_json = NULL", "has no stored configuration"),
    "scenario cut": ("UPDATE simulations SET config_json = config_json[:-5]", "the configuration of .* is damaged"),
    "scenario of another kind": ("UPDATE simulations SET config_json = '[1]'", "the configuration of .* is damaged"),
    "another seed": (
        """UPDATE simulations SET config_json = replace(config_json, '"rng_seed":', '"rng_seed":7')""",
        "the configuration of simulation 'one' is damaged: it does not have the hash that was noted; run its scenario",
    ),
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("stored") / "runs.db"
    persist(path, SCENARIOS[0], "one")
    return path.read_bytes()


@pytest.mark.parametrize("statement, message", DAMAGE.values(), ids=DAMAGE)
def test_what_was_not_stored_so_is_not_shown(statement: str, message: str, stored: bytes, tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.write_bytes(stored)
    with Database(path) as database:
        assert StoredRun(database, "one").run().ticks > 30
        database.connection.execute(statement)
        with pytest.raises(DatabaseError, match=f"{path}: .*{message}"):
            StoredRun(database, "one").recording()
