"""`payment-sim export` and `import`: a run as one file, which the app reads and writes too."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.files import write_whole
from payment_simulator.cli.output import DEFAULT_DB_PATH, DbPath

Force = Annotated[bool, typer.Option("--force", "-f", help="Replace a file of that name.")]


def export_run(
    simulation_id: Annotated[
        str | None, typer.Option("--simulation-id", "-s", help="Which run; may be left out if there is only one.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The run file; '-' is stdout. Absent: the run's name.")
    ] = None,
    db_path: DbPath = DEFAULT_DB_PATH,
    force: Force = False,
) -> None:
    """Write a stored run as one file: scenario, seed, versions, log hash and every event.

    Exit codes: 0 done, 1 the database cannot be read or the file cannot be written, 2 wrong usage, 130 interrupted.
    """
    with exit_codes():
        from payment_simulator.execution.run_file import SUFFIX, pack
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.stored_run import StoredRun

        with Database(db_path, read_only=True) as database:
            stored = StoredRun(database, simulation_id)
            stored.recording()  # what cannot be read back is not handed on
            content = pack(stored.config(), stored.log(), stored.ticks, stored.display())
        if not stored.is_complete:
            say("warning", f"the run is incomplete: it broke off after tick {stored.ticks - 1}")
        path = output or Path(stored.simulation_id.replace(os.sep, "_") + SUFFIX)
        if str(path) == "-":
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        if path.exists() and not force:
            raise CommandError(f"{path}: is there already; name another file, or replace it with --force")
        write_whole(path, content)
        say("success", f"{path}: {stored.ticks} ticks of {stored.simulation_id}, {len(content):,} bytes")


def import_run(
    file: Annotated[Path, typer.Argument(help="A run file; '-' is stdin.", metavar="FILE")],
    simulation_id: Annotated[
        str | None,
        typer.Option("--simulation-id", "-s", help="The run's name; one is drawn when absent."),
    ] = None,
    db_path: DbPath = DEFAULT_DB_PATH,
    full_replay: Annotated[
        bool, typer.Option("--full-replay", help="Store banks, queues and decisions of every tick too.")
    ] = False,
) -> None:
    """Store the run of a run file in a database. Its hashes are verified first; the simulation id goes to stdout.

    Exit codes: 0 done, 1 the file or the database cannot be used, 2 wrong usage, 130 interrupted.
    """
    with exit_codes():
        from payment_simulator.execution.run_file import RunFileError, read_run
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.writer import new_simulation_id, store_recording

        try:
            run = read_run(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
            recording = run.recording()
        except OSError as error:
            raise CommandError(f"{file}: cannot be read: {error.strerror}") from None
        except RunFileError as error:
            raise CommandError(f"{file}: {error}") from None
        name = new_simulation_id() if simulation_id is None else simulation_id
        with Database(db_path, create=True) as database:
            store_recording(
                database, recording, name, config_file=str(file), display=run.display, full_replay=full_replay
            )
        sys.stdout.write(f"{name}\n")
