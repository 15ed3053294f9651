"""`payment-sim replay`: show a stored run again, from the database alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.interrupt import in_order
from payment_simulator.cli.output import (
    DEFAULT_DB_PATH,
    Agent,
    DbPath,
    Mode,
    Output,
    TickRange,
    Tx,
    Types,
    chosen_filter,
    chosen_mode,
)
from payment_simulator.cli.spelling import named_once


def replay(
    context: typer.Context,
    database: Annotated[Path | None, typer.Argument(help="The database file.", metavar="DATABASE")] = None,
    simulation_id: Annotated[
        str | None, typer.Option("--simulation-id", "-s", help="Which run; may be left out if there is only one.")
    ] = None,
    from_tick: Annotated[
        int, typer.Option("--from-tick", "--tick-start", min=0, help="The first tick that is shown.")
    ] = 0,
    to_tick: Annotated[
        int | None, typer.Option("--to-tick", "--tick-end", min=0, help="The last tick that is shown, included.")
    ] = None,
    db_path: DbPath = DEFAULT_DB_PATH,
    mode: Annotated[Mode | None, typer.Option("--mode", help="What is written; the flags below say the same.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every tick as text on stderr.")] = False,
    event_stream: Annotated[bool, typer.Option("--event-stream", help="A JSON line an event.")] = False,
    filter_event_type: Types = None,
    filter_agent: Agent = None,
    filter_tx: Tx = None,
    filter_tick_range: TickRange = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Show a stored run as it was shown when it ran. The engine is not asked again.

    Exit codes: 0 done, 1 the database or the run cannot be read, 2 wrong usage, 130 interrupted.
    """
    with exit_codes():
        if mode is Mode.STREAM:
            raise CommandError("a replay has no mode stream; take verbose or event_stream")
        chosen = chosen_mode(mode, {Mode.VERBOSE: verbose, Mode.EVENT_STREAM: event_stream})
        shown = chosen_filter(chosen, filter_event_type, filter_agent, filter_tx, filter_tick_range, quiet=quiet)
        _replay(
            named_once(context, "database", "db_path"), simulation_id, from_tick, to_tick, Output(chosen, shown, quiet)
        )


def _replay(path: Path, simulation_id: str | None, first: int, to_tick: int | None, output: Output) -> None:
    from payment_simulator.execution.run import Run
    from payment_simulator.execution.source import RecordedSource
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.stored_run import StoredRun

    with Database(path, read_only=True) as database:
        stored = StoredRun(database, simulation_id)
        if stored.ticks == 0:
            raise CommandError(
                f"{path}: simulation {stored.simulation_id!r} holds no whole tick; run its scenario again"
            )
        recording = stored.recording()
    config = recording.config
    last = stored.ticks - 1 if to_tick is None else to_tick
    if to_tick is not None and first > to_tick:
        raise CommandError(f"--from-tick {first} is after --to-tick {to_tick}; swap them")
    if not 0 <= first <= last < stored.ticks:
        raise CommandError(
            f"ticks {first} to {last} are not all there: simulation {stored.simulation_id!r} has the ticks"
            f" 0 to {stored.ticks - 1}"
        )
    whole = (first, last) == (0, stored.ticks - 1)
    about: dict[str, Any] = {
        "config_file": stored.row["config_file"],
        "simulation_id": stored.simulation_id,
        "database": str(path),
        "replay_range": "full" if whole else f"{first}-{last}",
        "ticks_replayed": last - first + 1,
    }
    if not stored.is_complete:
        output.warn(f"the run is incomplete: it broke off after tick {stored.ticks - 1}", about)
    if output.mode is Mode.EVENT_STREAM:
        about = {"replay_complete": True, **about, "from_tick": first, "to_tick": last}
    source = RecordedSource(recording, config["ticks_per_day"], first, last + 1)
    with in_order("not all of the run was shown"):
        output.play(source, Run(recording, config), about, sys.stdout.buffer)
