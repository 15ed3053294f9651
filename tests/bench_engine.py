"""The engine's speed, measured: the table of docs/performance.md, what an event takes, and how the cost grows.

Only the run itself is timed: one call, with all events kept and no hash. Times are those of the processor for this
process, the best of some runs: others who use the machine then make it less wrong. Memory is what the process grew by
at its largest.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from payment_simulator_core_rs import Orchestrator

from tests import engine_cases as cases

Figures = dict[str, dict[str, Any]]
A = TypeVar("A")
T = TypeVar("T")

PAYMENTS = 1_000_000
RUNS = 5
REFERENCE = {"engine_ample": 9_935, "engine_scarce": 485, "engine_200_banks": 1_216, "engine_sparse": 974}
"""What the reference implementation did, a second."""
RINGS = 8
GROWTH = (10**4, 10**5, 10**6, 10**7)


def engine() -> Figures:
    """All figures of the engine that need no browser."""
    return rates() | bulk() | bytes_per_event() | growth()


def rates() -> Figures:
    """Payments, ticks and decisions a second."""
    figures: Figures = {}
    for name, case in (
        ("engine_ample", cases.ample),
        ("engine_scarce", cases.scarce),
        ("engine_200_banks", cases.many_banks),
    ):
        seconds, run = best(case(PAYMENTS))
        figures[name] = rate(name, run.totals()["total_arrivals"] / seconds, "payments/s")
    seconds, run = best(cases.sparse(PAYMENTS))
    figures["engine_sparse"] = rate("engine_sparse", run.total_ticks / seconds, "ticks/s")
    seconds, run = best(cases.trees(PAYMENTS // 10))
    figures["engine_trees"] = rate("engine_trees", decisions(run) / seconds, "decisions/s")
    return figures


def bulk() -> Figures:
    """The first tick of eight rings: 40,000 payments arrive, are submitted, queue, and 36,000 settle together."""
    seconds, _ = best(cases.rings(RINGS), ticks=1)
    return {"engine_multilateral_40000": {"value": round(seconds * 1000, 1), "unit": "ms"}}


def bytes_per_event() -> Figures:
    """By what the largest memory of a process grows in a run, for each event kept."""
    grown, events = in_a_process(grow, cases.scarce(PAYMENTS))
    return {"engine_bytes_per_event": {"value": round(grown / events, 1), "unit": "bytes"}}


def growth() -> Figures:
    """Nanoseconds a payment in runs of growing length, liquidity scarce, and with a Queue 2 that grows as well.

    The time of the engine itself, in a process of its own for each length. What the system takes for memory that is new
    stands apart: it is a constant for each byte that a run keeps, and how large depends on the machine.
    """
    figures: Figures = {}
    for name, case in (("engine_growth", cases.scarce), ("engine_growth_long_queue", cases.draining)):
        for payments in GROWTH:
            engine, system = in_a_process(cost, (case(payments), max(GROWTH[-1] // 5 // payments, 1)))
            figures[f"{name}_{payments}"] = {"value": round(engine), "system": round(system), "unit": "ns/payment"}
    return figures


def best(config: cases.Input, *, ticks: int | None = None, runs: int = RUNS) -> tuple[float, Orchestrator]:
    """The shortest of some runs, and what has run."""
    times = []
    for _ in range(runs):
        run = Orchestrator(config)
        began = time.process_time()
        run.run(run.total_ticks if ticks is None else ticks)
        times.append(time.process_time() - began)
    return min(times), run


def decisions(run: Orchestrator) -> int:
    """How often a tree has decided about a payment: it was released or held."""
    return sum(len(run.event_columns(kind)["tick"]) // 8 for kind in ("PolicySubmit", "PolicyHold"))


def cost(case: tuple[cases.Input, int]) -> tuple[float, float]:
    """Nanoseconds a payment of so many runs: those of the engine, and those of the system."""
    config, runs = case
    engine = system = 0.0
    payments = 0
    for _ in range(runs):
        run = Orchestrator(config)
        began = resource.getrusage(resource.RUSAGE_SELF)
        run.run(run.total_ticks)
        ended = resource.getrusage(resource.RUSAGE_SELF)
        engine += ended.ru_utime - began.ru_utime
        system += ended.ru_stime - began.ru_stime
        payments += run.totals()["total_arrivals"]
    return engine / payments * 1e9, system / payments * 1e9


def grow(config: cases.Input) -> tuple[int, int]:
    """Bytes by which the process has grown, and events."""
    run = Orchestrator(config)
    before = resident("VmRSS")
    run.run(run.total_ticks)
    return resident("VmHWM") - before, run.event_count


def resident(which: str) -> int:
    """Bytes of memory of this process: now (VmRSS) or at its largest (VmHWM)."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which)]
    return int(line.split()[1]) * 1024


def in_a_process(action: Callable[[A], T], argument: A) -> T:
    """What an action returns in a process of its own, whose memory holds nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(action, (argument,))


def rate(name: str, per_second: float, unit: str) -> dict[str, Any]:
    """A figure, and its ratio to the reference implementation if that was measured."""
    figure: dict[str, Any] = {"value": round(per_second, -3), "unit": unit}
    if name in REFERENCE:
        figure["ratio"] = round(per_second / REFERENCE[name])
    return figure
