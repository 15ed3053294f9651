"""`payment-sim checkpoint`: the full state of runs, kept in a database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from payment_simulator.cli.commands.state_files import read_state, write_state
from payment_simulator.cli.console import agreed, say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.output import DEFAULT_DB_PATH
from payment_simulator.cli.spelling import named_once
from payment_simulator.cli.table import show_table

if TYPE_CHECKING:
    from payment_simulator.persistence.checkpoints import CheckpointManager

app = typer.Typer(
    help="The full state of runs, kept in a database. Exit codes: 0 done, 1 it cannot be done, 2 wrong usage.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
DbPath = Annotated[Path, typer.Option("--db-path", help="The database file.", envvar="PAYMENT_SIM_DB_PATH")]
Scenario = Annotated[Path | None, typer.Option("--config", help="The scenario: refuse a state that is not of it.")]


class Described(TypedDict):
    """What a checkpoint is told about itself."""

    checkpoint_type: str
    description: str | None


@app.command()
def save(
    context: typer.Context,
    database: Annotated[Path | None, typer.Argument(help="The database file.", metavar="DATABASE")] = None,
    simulation: Annotated[str | None, typer.Argument(help="Which run.", metavar="SIMULATION")] = None,
    tick: Annotated[
        int | None, typer.Argument(help="So many ticks of the run; absent: all that are stored.", metavar="TICK", min=0)
    ] = None,
    simulation_id: Annotated[str | None, typer.Option("--simulation-id", "-s", help="Which run.")] = None,
    state_file: Annotated[
        Path | None, typer.Option("--state-file", "-f", help="A state file to keep; absent: the stored run itself.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The scenario: refuse a state that is not of it.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", help="Words about it.")] = None,
    kind: Annotated[str, typer.Option("--type", "-t", help="manual, auto, end_of_day (eod) or final.")] = "manual",
    at_tick: Annotated[int | None, typer.Option("--tick", min=0, help="The same as TICK.")] = None,
    db_path: DbPath = DEFAULT_DB_PATH,
) -> None:
    """Keep the state of a run: of a state file, or of a stored run at any tick. Prints what was kept as JSON."""
    with exit_codes():
        from payment_simulator.persistence.checkpoints import CheckpointManager
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.stored_run import StoredRun

        name, wanted = named_once(context, "simulation", "simulation_id"), named_once(context, "tick", "at_tick")
        about = Described(checkpoint_type=_known_type(kind), description=description)
        engine = None
        if state_file is not None:  # before there is a database
            if not name:
                raise CommandError("name the simulation with --simulation-id")
            engine = read_state(state_file)
            if config is not None:
                _same_scenario(engine.config, config, state_file)
        with Database(named_once(context, "database", "db_path"), create=engine is not None) as opened:
            manager = CheckpointManager(opened)
            if engine is None:
                if config is not None:
                    _same_scenario(StoredRun(opened, name).config(), config, opened.path)
                checkpoint_id = manager.save_from_database(name, wanted, **about)
            else:
                checkpoint_id = manager.save(engine, name, **about)
            _write_json(manager.get(checkpoint_id))


@app.command()
def load(
    context: typer.Context,
    checkpoint: Annotated[str | None, typer.Argument(help="Its id, or 'latest'.", metavar="CHECKPOINT")] = None,
    checkpoint_id: Annotated[str | None, typer.Option("--checkpoint-id", "-c", help="Its id, or 'latest'.")] = None,
    simulation_id: Annotated[
        str | None, typer.Option("--simulation-id", "-s", help="Of this run; without an id its latest.")
    ] = None,
    config: Scenario = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the state into this file.")] = None,
    db_path: DbPath = DEFAULT_DB_PATH,
) -> None:
    """Verify a checkpoint and restore it; write it as a state file, to go on with it. Prints what it is as JSON."""
    with exit_codes():
        from payment_simulator.execution.simulate import engine_input
        from payment_simulator.persistence.checkpoints import CheckpointManager
        from payment_simulator.persistence.database import Database

        plain = None
        if config is not None:
            from payment_simulator.config.loader import load_config

            plain = engine_input(load_config(config))
        with Database(db_path, read_only=True) as opened:
            manager = CheckpointManager(opened)
            wanted = _wanted(manager, named_once(context, "checkpoint", "checkpoint_id"), simulation_id)
            engine, row = manager.load(wanted, plain)
        if output is not None:
            write_state(output, engine)
            say("success", f"{output}: the state before tick {engine.current_tick}")
        _write_json(row)


@app.command("list")
def list_checkpoints(
    context: typer.Context,
    simulation: Annotated[str | None, typer.Argument(help="Which run.", metavar="SIMULATION")] = None,
    simulation_id: Annotated[str | None, typer.Option("--simulation-id", "-s", help="Which run.")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="Of this type only.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10**9, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout, not a table on stderr.")] = False,
    db_path: DbPath = DEFAULT_DB_PATH,
) -> None:
    """The checkpoints, by ascending tick."""
    with exit_codes():
        from payment_simulator.persistence.checkpoints import CheckpointManager
        from payment_simulator.persistence.database import Database

        name = named_once(context, "simulation", "simulation_id")
        known = None if kind is None else _known_type(kind)
        with Database(db_path, read_only=True) as opened:
            rows = CheckpointManager(opened).list(name, known, limit).to_dicts()
        if not rows and not as_json:
            say("info", f"{db_path}: holds no such checkpoint")
            return
        if not as_json:
            rows = [row | {"id": row["checkpoint_id"][:8]} for row in rows]
        columns = ("id", "simulation_id", "checkpoint_tick", "checkpoint_day", "checkpoint_type", "description")
        show_table(rows, columns, as_json=as_json, out=sys.stdout.buffer)


@app.command()
def delete(
    context: typer.Context,
    checkpoint: Annotated[str | None, typer.Argument(help="Its id.", metavar="CHECKPOINT")] = None,
    checkpoint_id: Annotated[str | None, typer.Option("--checkpoint-id", "-c", help="Its id.")] = None,
    simulation_id: Annotated[str | None, typer.Option("--simulation-id", "-s", help="All of this run.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", "-y", help="Do not ask.")] = False,
    db_path: DbPath = DEFAULT_DB_PATH,
) -> None:
    """Delete a checkpoint, or all of a run. Asks first, unless told not to."""
    with exit_codes():
        from payment_simulator.persistence.checkpoints import CheckpointManager
        from payment_simulator.persistence.database import Database

        name = named_once(context, "checkpoint", "checkpoint_id")
        if (name is None) == (simulation_id is None):
            raise CommandError("name one checkpoint, or with --simulation-id a run")
        with Database(db_path) as opened:
            manager = CheckpointManager(opened)
            ids = [name] if name else manager.list(simulation_id)["checkpoint_id"].to_list()
            ids = [each for each in ids if each and manager.get(each)]
            if not ids:
                say("info", f"{db_path}: there is no such checkpoint")
                return
            if not confirm and not agreed(f"Delete {len(ids)} of the checkpoints?"):
                say("info", "nothing was deleted")
                return
            for each in ids:
                manager.delete(each)
            say("success", f"deleted {len(ids)}")


def _wanted(manager: CheckpointManager, name: str | None, simulation_id: str | None) -> str:
    """The id that is meant. The first characters of one do, if no other begins with them."""
    if name in (None, "latest"):
        if simulation_id is None:
            raise CommandError("name a checkpoint, or with --simulation-id the run of which the latest is meant")
        latest = manager.latest(simulation_id)
        if latest is None:
            raise CommandError(
                f"simulation {simulation_id!r} has no checkpoint; 'payment-sim checkpoint save' makes one"
            )
        return str(latest["checkpoint_id"])
    assert name is not None
    known = [each for each in manager.list()["checkpoint_id"].to_list() if each.startswith(name)]
    return known[0] if len(known) == 1 else name


def _known_type(name: str) -> str:
    from payment_simulator.persistence.checkpoints import known_type

    try:
        return known_type(name)
    except ValueError as error:
        raise CommandError(f"--{error}") from None


def _same_scenario(state_config: dict[str, Any], scenario: Path, place: Path) -> None:
    from payment_simulator_core_rs import Orchestrator

    from payment_simulator.config.loader import load_config

    if Orchestrator(load_config(scenario).engine_input()).config != state_config:
        raise CommandError(f"{place}: is not a state of {scenario}; leave --config away, or name its own scenario")


def _write_json(row: dict[str, Any] | None) -> None:
    sys.stdout.write(json.dumps(row, default=str, ensure_ascii=False) + "\n")
