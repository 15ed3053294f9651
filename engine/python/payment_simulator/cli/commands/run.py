"""`payment-sim run`: simulate a scenario."""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from payment_simulator.cli.console import on_terminal, say
from payment_simulator.cli.exit_codes import FAILED, exit_codes


class Mode(StrEnum):
    """What is written to stdout."""

    NORMAL = "normal"
    EVENT_STREAM = "event_stream"


def run(
    file: Annotated[
        Path | None, typer.Argument(help="The scenario: a .yaml, .yml or .json file.", metavar="FILE")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The scenario, as an option.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", "-s", min=0, max=2**64 - 1, help="Use this seed, not that of the scenario.")
    ] = None,
    ticks: Annotated[
        int | None, typer.Option("--ticks", "-t", min=1, help="Stop after so many ticks; days keep their length.")
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option("--mode", help="normal: one JSON line at the end. event_stream: a JSON line an event."),
    ] = None,
    event_stream: Annotated[bool, typer.Option("--event-stream", help="The same as --mode event_stream.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Simulate a scenario and print its result as JSON on stdout.

    Exit codes: 0 done, 1 the scenario or the run failed, 2 wrong usage, 130 interrupted.
    """
    if (file is None) == (config is None):
        raise typer.BadParameter("name one scenario file, either as FILE or with --config")
    if event_stream and mode is Mode.NORMAL:
        say("error", "--event-stream and --mode normal exclude each other; keep one")
        raise typer.Exit(FAILED)
    streaming = event_stream or mode is Mode.EVENT_STREAM
    path = file or config
    assert path is not None
    with exit_codes(path):
        _simulate(path, seed, ticks, streaming=streaming, quiet=quiet)


def _simulate(path: Path, seed: int | None, ticks: int | None, *, streaming: bool, quiet: bool) -> None:
    from payment_simulator_core_rs import Orchestrator

    from payment_simulator.cli.final import final_json, metadata_json
    from payment_simulator.cli.views import JsonLinesView, ProgressView
    from payment_simulator.config.loader import load_config
    from payment_simulator.execution.run import Run
    from payment_simulator.execution.runner import SimulationRunner, View
    from payment_simulator.execution.simulate import engine_input
    from payment_simulator.execution.source import LiveSource

    config = load_config(path)
    for warning in config.warnings:
        say("warning", warning.at(config.name), quiet=quiet)
    plain = engine_input(config, seed)
    engine = Orchestrator(plain)
    views: list[View] = [JsonLinesView(sys.stdout.buffer)] if streaming else []
    if on_terminal() and not quiet:
        views.append(ProgressView())
    started = time.perf_counter()
    SimulationRunner(LiveSource(engine, plain["ticks_per_day"], ticks), views).run()
    seconds = time.perf_counter() - started
    result = Run(engine, plain)
    line = metadata_json(result, seconds) if streaming else final_json(result, str(path), seconds)
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
