"""`payment-sim db`: databases of runs."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.files import write_whole
from payment_simulator.cli.output import DEFAULT_DB_PATH
from payment_simulator.cli.table import money, show_table

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(
    help="Databases of runs: make, check, migrate and look into them. Exit codes: 0 done, 1 it cannot be done, 2 wrong"
    " usage.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
DbPath = Annotated[Path, typer.Option("--db-path", "-d", help="The database file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, not a table on stderr.")]
Folder = Annotated[
    Path | None, typer.Option("--migrations-dir", "-m", help="A folder of migrations, not that of the program.")
]
COUNTED = ("simulations", "simulation_events", "transactions", "daily_agent_metrics", "simulation_checkpoints")


@app.command()
def init(db_path: DbPath = DEFAULT_DB_PATH) -> None:
    """Make a database, or see that one is as it should be."""
    with exit_codes():
        from payment_simulator.persistence.database import Database

        with Database(db_path, create=True):
            say("success", f"{db_path}: is ready")


@app.command()
def validate(db_path: DbPath = DEFAULT_DB_PATH) -> None:
    """Compare every table with what it should be; exit code 1 if one differs."""
    with exit_codes():
        from payment_simulator.persistence.database import connect, existing
        from payment_simulator.persistence.schema import differences

        with connect(existing(db_path), read_only=True) as connection:
            found = differences(connection)
        for line in found:
            say("error", line)
        if found:
            raise typer.Exit(1)
        say("success", f"{db_path}: every table is as it should be")


@app.command()
def migrate(db_path: DbPath = DEFAULT_DB_PATH, migrations_dir: Folder = None) -> None:
    """Apply the changes of the schema that a database does not have yet."""
    with exit_codes():
        from payment_simulator.persistence.database import connect, existing, explained
        from payment_simulator.persistence.errors import MigrationError
        from payment_simulator.persistence.migrations import FOLDER
        from payment_simulator.persistence.migrations import migrate as apply

        if migrations_dir is not None and not migrations_dir.is_dir():
            raise CommandError(f"{migrations_dir}: there is no such folder; name one of migrations")
        with connect(existing(db_path)) as connection, explained(db_path):
            try:
                done = apply(connection, migrations_dir or FOLDER)
            except MigrationError as error:
                raise CommandError(f"{db_path}: {error}") from None
        for migration in done:
            say("success", f"{migration.version:03d} {migration.description}")
        if not done:
            say("info", f"{db_path}: nothing to migrate")


@app.command("create-migration")
def create_migration(
    description: Annotated[str, typer.Argument(help="What it does, in a few words.")],
    migrations_dir: Folder = None,
) -> None:
    """Write an empty migration with the next number, and its path to stdout."""
    with exit_codes():
        from payment_simulator.persistence.migrations import FOLDER, write_template

        sys.stdout.write(f"{write_template(description, migrations_dir or FOLDER)}\n")


@app.command()
def schema() -> None:
    """Write the whole schema to stdout, as SQL."""
    with exit_codes():
        from payment_simulator.persistence.schema import ddl

        sys.stdout.write("\n\n".join(ddl()) + "\n")


@app.command("list")
def list_tables(db_path: DbPath = DEFAULT_DB_PATH, json: Json = False) -> None:
    """Tables and views, with how many columns each has."""
    with exit_codes():
        rows = _frame(
            db_path,
            "SELECT table_name AS name, count(*) AS columns FROM information_schema.columns"
            " WHERE table_schema = 'main' AND table_catalog = current_database()"
            " GROUP BY table_name ORDER BY table_name",
        ).to_dicts()
        show_table(rows, ("name", "columns"), as_json=json, out=sys.stdout.buffer)


@app.command()
def info(db_path: DbPath = DEFAULT_DB_PATH, json: Json = False) -> None:
    """Path, size, schema version, and rows of the main tables."""
    with exit_codes():
        from payment_simulator.persistence.database import connect, existing, explained
        from payment_simulator.persistence.migrations import applied

        with connect(existing(db_path), read_only=True) as connection, explained(db_path):
            there = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
            counts: dict[str, Any] = dict.fromkeys(COUNTED, "N/A")
            for name in set(COUNTED) & {name for (name,) in there}:
                [(counts[name],)] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
            version = max(applied(connection), default=0)
        facts = {"path": str(db_path), "size_mb": round(db_path.stat().st_size / 1e6, 2), "schema_version": version}
        if json:
            show_table([facts | counts], (), as_json=True, out=sys.stdout.buffer)
        else:
            rows = [{"what": name, "value": value} for name, value in (facts | counts).items()]
            show_table(rows, ("what", "value"), as_json=False, out=sys.stdout.buffer)


@app.command()
def simulations(
    db_path: DbPath = DEFAULT_DB_PATH,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10**9, help="At most so many.")] = 20,
    json: Json = False,
) -> None:
    """The stored runs, newest first."""
    with exit_codes():
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.reports import list_simulations

        with Database(db_path, read_only=True) as database:
            rows = list_simulations(database.connection, limit).to_dicts()
        for row in rows:
            row["total_ticks"] = row["ticks_per_day"] * row["num_days"]
        columns = ("simulation_id", "config_file", "rng_seed", "committed_ticks", "total_ticks", "status", "started_at")
        if not rows and not json:
            say("info", f"{db_path}: holds no simulation")
            return
        show_table(rows, columns, as_json=json, out=sys.stdout.buffer)


@app.command()
def costs(
    simulation_id: Annotated[str, typer.Argument(help="Which run.", metavar="SIMULATION")],
    db_path: DbPath = DEFAULT_DB_PATH,
    agent: Annotated[str | None, typer.Option("--agent", "-a", help="This bank only.")] = None,
    output_csv: Annotated[
        Path | None,
        typer.Option("--output-csv", "-o", help="A CSV file in cents: tick, day, a column a bank; '-': stdout."),
    ] = None,
    chart_output: Annotated[Path | None, typer.Option("--chart-output", "-c", help="A PNG file with a chart.")] = None,
    per_tick: Annotated[bool, typer.Option("--per-tick", "-p", help="Of each tick alone, not summed up.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Rows of the table; 0: all.")] = 50,
) -> None:
    """What each tick cost each bank, summed up over the ticks before it."""
    with exit_codes():
        from payment_simulator.persistence.database import Database
        from payment_simulator.persistence.reports import cost_timeline
        from payment_simulator.persistence.stored_run import StoredRun

        with Database(db_path, read_only=True) as database:
            agents = [entry["id"] for entry in StoredRun(database, simulation_id).config()["agents"]]
            if agent is not None and agent not in agents:
                raise CommandError(f"simulation {simulation_id!r} has no bank {agent!r}; it has {', '.join(agents)}")
            table = cost_timeline(database.connection, simulation_id, agent, accumulated=not per_tick)
        if chart_output is not None:
            from payment_simulator.cli.charts import write_chart

            write_chart(chart_output, table, accumulated=not per_tick)
            say("success", f"{chart_output}: written")
        if output_csv is not None:
            _write_csv(output_csv, table)
        elif chart_output is None:
            _show_costs(table, limit, accumulated=not per_tick)


def _write_csv(path: Path, table: pl.DataFrame) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows())
    if str(path) == "-":
        sys.stdout.write(text.getvalue())
        return
    write_whole(path, text.getvalue().encode())
    say("success", f"{path}: {len(table)} ticks")


def _show_costs(table: pl.DataFrame, limit: int, *, accumulated: bool) -> None:
    banks = table.columns[2:]
    if table.is_empty():
        say("info", "nothing was charged")
        return
    rows = table.to_dicts()
    shown = rows if limit == 0 or len(rows) <= limit else [*rows[: -(-limit // 2)], *rows[len(rows) - limit // 2 :]]
    cells = [row | {bank: money(row[bank]) for bank in banks} for row in shown]
    show_table(cells, table.columns, as_json=False, out=sys.stdout.buffer)
    if len(shown) < len(rows):
        say("info", f"{len(rows) - len(shown)} ticks between are left out; --limit 0 shows all")
    totals = {bank: rows[-1][bank] if accumulated else sum(row[bank] for row in rows) for bank in banks}
    say("info", f"in all: {', '.join(f'{bank} {money(total)}' for bank, total in totals.items())}")


def _frame(path: Path, statement: str) -> pl.DataFrame:
    from payment_simulator.persistence.database import Database
    from payment_simulator.persistence.queries import frame

    with Database(path, read_only=True) as database:
        return frame(database.connection, statement)
