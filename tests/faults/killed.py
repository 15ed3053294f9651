"""Runs that are killed: a process for each, forked from one that has loaded everything, ended with SIGKILL.

Usage: killed.py FOLDER COUNT SEED SCENARIO. Writes FOLDER/0.db, FOLDER/1.db and so on.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import duckdb  # noqa: F401  loaded once, before the forks
import polars  # noqa: F401
import pyarrow  # noqa: F401
from payment_simulator import load_config
from payment_simulator.execution.runner import SimulationRunner
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.writer import DatabaseWriter
from payment_simulator_core_rs import Orchestrator

LONGEST = 1.5


def main(folder: Path, count: int, seed: int, scenario: Path) -> None:
    """Start and kill."""
    config = load_config(scenario)
    plain = config.engine_input()
    draw = random.Random(seed)
    for number in range(count):
        child = os.fork()
        if child == 0:
            engine = Orchestrator(plain, hashing=True)
            database = Database(folder / f"{number}.db", create=True)
            writer = DatabaseWriter(
                database, engine, "killed", config_file=str(scenario), display={}, events_per_commit=150
            )
            SimulationRunner(LiveSource(engine, plain["ticks_per_day"]), [writer]).run()
            os._exit(0)
        time.sleep(draw.uniform(0.0, LONGEST))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
