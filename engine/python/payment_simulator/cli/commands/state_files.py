"""`payment-sim create`, `tick`, `state` and `run --state`: a run in a JSON file, gone on with step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.files import write_whole

if TYPE_CHECKING:
    from payment_simulator_core_rs import Orchestrator

StateFile = Annotated[Path, typer.Option("--state", "-s", help="The state file.")]
RESULT = ("tick", "num_arrivals", "num_settlements", "num_lsm_releases", "total_cost")
MARK = "payment_simulator_snapshot"
"""What every state file has."""
MADE_BY = "'payment-sim create' makes one"
FOR_PYTHON = "give what save_json() returned"
"""What the engine tells those to do who call it."""


def create(
    config: Annotated[Path, typer.Option("--config", "-c", help="The scenario.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The state file that is written.")],
) -> None:
    """Make the state file of a run that has not begun."""
    with exit_codes(config):
        from payment_simulator_core_rs import Orchestrator

        from payment_simulator.config.loader import load_config
        from payment_simulator.execution.simulate import engine_input

        scenario = load_config(config)
        for warning in scenario.warnings:
            say("warning", warning.at(scenario.name))
        write_state(output, Orchestrator(engine_input(scenario)))
        say("success", f"{output}: the state before tick 0")


def tick(
    state: StateFile,
    pretty: Annotated[bool, typer.Option("--pretty", "-p", help="Indented JSON.")] = False,
) -> None:
    """Run one tick of a state file; its result goes to stdout as JSON."""
    with exit_codes(state):
        engine = read_state(state)
        [result] = list(go_on(state, engine, 1))
        write_state(state, engine)
        text = json.dumps({name: result[name] for name in RESULT}, indent=2 if pretty else None)
        sys.stdout.write(text + "\n")


def state(
    state: StateFile,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="The whole state, as JSON on stdout.")] = False,
) -> None:
    """Tell where a state file stands."""
    with exit_codes(state):
        engine = read_state(state)
        config = engine.config
        facts = {
            "current_tick": engine.current_tick,
            "current_day": engine.current_tick // config["ticks_per_day"],
            "num_agents": len(engine.agent_ids),
        }
        if verbose:
            facts["state"] = json.loads(engine.save_json())
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")


def run_state(path: Path, count: int | None, *, progress: bool, quiet: bool) -> None:
    """Run so many ticks of a state file, or all that are left; a JSON line about where it stands goes to stdout."""
    with exit_codes(path):
        engine = read_state(path)
        left = engine.total_ticks - engine.current_tick
        if count is not None and count > left > 0:
            total = engine.total_ticks
            say(
                "warning",
                f"--count {count}: {left} of the {total} ticks are left; they are run, and no more",
                quiet=quiet,
            )
        for result in go_on(path, engine, count):
            if progress:
                say(
                    "info",
                    f"tick {result['tick']}: {result['num_arrivals']} arrivals,"
                    f" {result['num_settlements']} settlements, cost {result['total_cost']}",
                    quiet=quiet,
                )
        write_state(path, engine)
        say("success", f"{path}: the state before tick {engine.current_tick} of {engine.total_ticks}", quiet=quiet)
        facts = {"current_tick": engine.current_tick, "total_ticks": engine.total_ticks, "log_hash": engine.log_hash()}
        sys.stdout.write(json.dumps(facts) + "\n")


def go_on(path: Path, engine: Orchestrator, count: int | None) -> Any:
    """The results of the next ticks of a state file."""
    from payment_simulator.execution.source import LiveSource

    if engine.current_tick >= engine.total_ticks:
        raise CommandError(f"{path}: the run is complete: all {engine.total_ticks} ticks were run")
    return (frame.counts for frame in LiveSource(engine, engine.config["ticks_per_day"], count))


def read_state(path: Path) -> Orchestrator:
    """The engine of a state file. Raises `CommandError`."""
    from payment_simulator_core_rs import Orchestrator, SnapshotError

    try:
        text = path.read_text(encoding="utf-8")
        return Orchestrator.load_json(text)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: is not a state file: byte {error.start} is not UTF-8; {MADE_BY}") from None
    except SnapshotError as error:
        if MARK not in text:
            raise CommandError(f"{path}: is not a state file: it has no {MARK}; {MADE_BY}") from None
        raise CommandError(f"{path}: {error}".replace(FOR_PYTHON, f"take an earlier copy; {MADE_BY}")) from None


def write_state(path: Path, engine: Orchestrator) -> None:
    """The state of an engine, as indented JSON."""
    text = json.dumps(json.loads(engine.save_json()), indent=2, ensure_ascii=False)
    write_whole(path, text.encode() + b"\n")
