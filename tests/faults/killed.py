"""Runs that are killed: a process for each, forked from one that has loaded everything, ended with SIGKILL.

Usage: killed.py FOLDER COUNT SEED SCENARIO. Writes FOLDER/0.db, FOLDER/1.db and so on.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  loaded once, before the forks
import polars  # noqa: F401
import pyarrow  # noqa: F401
from payment_simulator import load_config
from payment_simulator.execution.runner import SimulationRunner
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.writer import DatabaseWriter
from payment_simulator_core_rs import Orchestrator

EARLY = 5
"""One of so many is killed while it begins, the others while they run."""


def main(folder: Path, count: int, seed: int, scenario: Path) -> None:
    """Let one run to its end, to learn how long that takes; then start and kill the others within that time."""
    config = load_config(scenario)
    plain = config.engine_input()
    draw = random.Random(seed)
    began = time.perf_counter()
    child, begun = start(plain, scenario, folder / "whole.db")
    os.read(begun, 1)
    running = time.perf_counter()
    os.waitpid(child, 0)
    ended = time.perf_counter()
    for number in range(count):
        child, begun = start(plain, scenario, folder / f"{number}.db")
        if number % EARLY == 0:
            time.sleep(draw.uniform(0.0, running - began))
        else:
            os.read(begun, 1)
            time.sleep(draw.uniform(0.0, ended - running))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(begun)


def start(plain: dict[str, Any], scenario: Path, database: Path) -> tuple[int, int]:
    """A run in a process of its own, and a pipe in which there is something when it has begun."""
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        engine = Orchestrator(plain, hashing=True)
        writer = DatabaseWriter(
            Database(database, create=True),
            engine,
            "killed",
            config_file=str(scenario),
            display={},
            events_per_commit=150,
        )
        os.write(tell, b".")
        SimulationRunner(LiveSource(engine, plain["ticks_per_day"]), [writer]).run()
        os._exit(0)
    os.close(tell)
    return child, begun


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
