"""The figures of storage and of the command line's start, measured: JSON on stdout. `python -m tests.bench_storage`.

`persist`: events written into a database a second, from the engine's log to the last commit, tables of payments, days
and queues and the engine's own work included; `persist_events_only` without all these. `replay`: the verbose text of a
stored run, from opening the database to the last byte, into /dev/null; `replay_fetch` how much of that is reading.
`query`: the first page and the number of one bank's events. `memory`: the largest resident size of `payment-sim run
--persist` by the number of payments.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import Orchestrator

Figures = dict[str, dict[str, Any]]
SIZES = (100_000, 1_000_000, 10_000_000)
STARTS = 7
MEASURE_MEMORY = """
import sys
from payment_simulator.cli.program import app
from tests.peak import peak_kilobytes
try:
    app(["run", sys.argv[1], "--persist", "--db-path", sys.argv[2], "--quiet"])
finally:
    print(peak_kilobytes(), file=sys.stderr)
"""


def scenario(payments: int, *, banks: int = 20, per_day: int = 100_000) -> dict[str, Any]:
    """So many payments among banks that are rich enough, in days of 100,000."""
    names = [f"BANK_{number:02d}" for number in range(banks)]
    return {
        "simulation": {"ticks_per_day": 500, "num_days": max(1, payments // per_day), "rng_seed": 1},
        "agents": [
            {
                "id": name,
                "opening_balance": 1_000_000_000,
                "arrival_config": {
                    "rate_per_tick": min(payments, per_day) / 500 / banks,
                    "amount_distribution": {"type": "Uniform", "min": 1_000, "max": 1_000_000},
                    "counterparty_weights": {other: 1 for other in names if other != name},
                    "deadline_range": [20, 60],
                },
            }
            for name in names
        ],
    }


def figures(parts: Sequence[Callable[[Path], Figures]] | None = None) -> Figures:
    """Everything, or some parts."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for measure in (starts, persist, query, replay, memory) if parts is None else parts:
            say(measure.__name__)
            found |= measure(Path(folder))
    return found


def starts(_: Path) -> Figures:
    """How long Python needs for the package (without itself), and the program for its help: medians."""
    empty = [sys.executable, "-c", "pass"]
    package = [sys.executable, "-c", "import payment_simulator"]
    program = [str(Path(sys.executable).with_name("payment-sim")), "--help"]
    bare, imported, helped = (median_of(command) for command in (empty, package, program))
    return {
        "import_package": {"value": round(1000 * (imported - bare)), "unit": "ms"},
        "help": {"value": round(1000 * helped), "unit": "ms"},
    }


def median_of(command: list[str]) -> float:
    """Seconds of a process."""
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def persist(folder: Path) -> Figures:
    """Runs of 2,500,000 and of 400,000 payments; the engine's own time counts in the second one alone."""
    return {"persist_events_only": events_only(folder), "persist": whole_runs(folder)}


def events_only(folder: Path) -> dict[str, Any]:
    """Events, side tables and log, one after the other on one thread; the clock stands still while the engine runs."""
    from payment_simulator import load_config
    from payment_simulator.persistence.batches import packed
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.run_tables import RunTables

    engine = Orchestrator(load_config(scenario(2_500_000)).engine_input())
    seconds, cpu = 0.0, 0.0
    with Database(folder / "events.db", create=True) as database:
        tables = RunTables(database.connection, "large", engine)
        with database.transaction():
            tables.introduce(database.path, "large", {})
        while engine.run(500):
            began, worked = time.perf_counter(), time.process_time()
            part = tables.take(engine, engine.current_tick, engine.event_count, ends_day=False)
            with database.transaction():
                tables.write(part, packed(engine.take_log()))
            seconds += time.perf_counter() - began
            cpu += time.process_time() - worked
        tables.update(status="completed")
    return speed(engine.event_count, seconds, cpu)


def whole_runs(folder: Path) -> dict[str, Any]:
    """As `run --persist` does: payments, days and queues too, on a thread beside the engine."""
    from payment_simulator import load_config
    from payment_simulator.execution.runner import SimulationRunner
    from payment_simulator.execution.source import LiveSource
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.writer import DatabaseWriter

    engine = Orchestrator(load_config(scenario(400_000)).engine_input(), hashing=True)
    began, worked = time.perf_counter(), time.process_time()
    database = Database(folder / "persist.db", create=True)
    writer = DatabaseWriter(database, engine, "large", config_file="large", display={})
    SimulationRunner(LiveSource(engine, 500), [writer]).run()
    return speed(engine.event_count, time.perf_counter() - began, time.process_time() - worked)


def speed(events: int, seconds: float, cpu: float) -> dict[str, Any]:
    """Events a second, and what they took of processors."""
    say(f"  {events:,} events in {seconds:.2f} s, {cpu:.2f} s of processors")
    return {"value": round(events / seconds), "unit": "events/s", "events": events, "cpu": round(cpu, 2)}


def query(folder: Path) -> Figures:
    """In the database of `persist_events_only`, which holds about 10,000,000 events."""
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.queries import get_simulation_events

    times = []
    with Database(folder / "events.db", read_only=True) as database:
        for number in range(STARTS):
            began = time.perf_counter()
            page = get_simulation_events(database.connection, "large", agent_id=f"BANK_{number:02d}", offset=500)
            times.append(time.perf_counter() - began)
            assert len(page["events"]) == 100
    return {"query_agent": {"value": round(1000 * statistics.median(times)), "unit": "ms", "found": page["total"]}}


def replay(folder: Path) -> Figures:
    """A run of about 1,000,000 events: the whole program, and of it what comes before there is anything to print."""
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.stored_run import StoredRun

    file, database = folder / "replay.json", folder / "replay.db"
    file.write_text(json.dumps(scenario(200_000, banks=10)))
    program = str(Path(sys.executable).with_name("payment-sim"))
    subprocess.run(
        [program, "run", file, "--persist", "--db-path", database, "-q"], stdout=subprocess.DEVNULL, check=True
    )
    seconds: dict[str, float] = {}
    for mode in ("--verbose", "--event-stream"):
        began = time.perf_counter()
        subprocess.run(
            [program, "replay", database, mode], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
        seconds[mode] = time.perf_counter() - began
    began = time.perf_counter()
    with Database(database, read_only=True) as opened:
        recording = StoredRun(opened, None).recording()
    fetched = time.perf_counter() - began
    return {
        "replay_verbose": {"value": round(seconds["--verbose"], 2), "unit": "s", "events": recording.event_count},
        "replay_event_stream": {"value": round(seconds["--event-stream"], 2), "unit": "s"},
        "replay_fetch": {"value": round(fetched, 2), "unit": "s"},
    }


def memory(folder: Path) -> Figures:
    """Of whole runs with `--persist`, each in a process of its own."""
    found: Figures = {}
    sizes = [size for size in SIZES if size <= int(os.environ.get("BENCH_PAYMENTS", SIZES[-1]))]
    for payments in sizes:
        file, database = folder / f"{payments}.json", folder / f"{payments}.db"
        file.write_text(json.dumps(scenario(payments)))
        began = time.perf_counter()
        command = [sys.executable, "-c", MEASURE_MEMORY, str(file), str(database)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        seconds = time.perf_counter() - began
        megabytes = round(int(done.stderr.splitlines()[-1]) / 1024)
        found[f"memory_{payments}"] = {"value": megabytes, "unit": "MB", "seconds": round(seconds, 1)}
        say(f"  {payments:,} payments: {megabytes} MB, {seconds:.1f} s")
        database.unlink()
    return found


def say(text: str) -> None:
    """To people."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(figures(), indent=2))
