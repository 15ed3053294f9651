"""Resident memory of runs of 10^5, 10^6 and 10^7 payments, by what is kept of their events.

    python -m tests.memory [PAYMENTS ...]

Each run is a process of its own; a line a run: payments, retention, peak resident megabytes, seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time

from payment_simulator_core_rs import Orchestrator

from tests.large_run import PAYMENTS, engine_input
from tests.peak import peak_kilobytes

KEPT = ("none", "taken", "settlements", "all")


def measure(payments: int, kept: str) -> None:
    """One run in this process. "taken": all events, handed over after every tick."""
    config = engine_input()
    days = max(1, round(payments / PAYMENTS))
    retain = "all" if kept == "taken" else kept
    engine = Orchestrator({**config, "num_days": days}, retain=retain, hashing=True)
    began = time.perf_counter()
    if kept == "taken":
        while engine.run(1):
            engine.take_log()
    else:
        engine.run(engine.total_ticks)
    seconds = time.perf_counter() - began
    peak = peak_kilobytes() / 1024
    arrivals = engine.totals()["total_arrivals"]
    print(f"{arrivals:>12,} {kept:>12} {peak:>8.0f} MB {seconds:>7.1f} s {engine.log_hash()[:12]}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]), sys.argv[3])
    else:
        for size in [int(argument) for argument in sys.argv[1:]] or [10**5, 10**6, 10**7]:
            for kept in KEPT:
                if kept in ("settlements", "all") and size > 10**6:
                    continue  # they grow with the run by design
                subprocess.run([sys.executable, "-m", "tests.memory", "--one", str(size), kept], check=True)
