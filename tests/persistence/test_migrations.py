"""Databases of each earlier schema version become as they should be now, and keep what they hold."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from payment_simulator import load_config, simulate
from payment_simulator.persistence import migrations
from payment_simulator.persistence.batches import unpacked
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.errors import DatabaseError, MigrationError
from payment_simulator.persistence.schema import ddl, differences
from payment_simulator.persistence.stored_run import StoredRun
from payment_simulator.persistence.views import VIEWS

from tests.cli.conftest import call, succeeded
from tests.persistence.conftest import SCENARIOS, persist

GRIDLOCK = next(path for path in SCENARIOS if path.stem == "gridlock_ring")
VERSIONS = list(migrations.available())


def of_version(path: Path, version: int) -> None:
    """A database as the program of that version made it: the migrations up to it, and a run with its columns."""
    newest = path.with_name("newest.db")
    run = persist(newest, GRIDLOCK, "old")
    with duckdb.connect(str(path)) as connection:
        for migration in migrations.available().values():
            if migration.version <= version:
                connection.execute(migration.sql)
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY,"
                    " applied_at TIMESTAMP NOT NULL, description VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
                )
                values = [migration.version, migration.description, migration.checksum]
                connection.execute(
                    "INSERT INTO schema_migrations VALUES ($1, current_localtimestamp(), $2, $3)", values
                )
        connection.execute(f"ATTACH '{newest}' AS newest")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name != 'newest'").fetchall()
        for (table,) in tables:
            if table != "schema_migrations":
                names = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall() if name != "event_id"]
                if table == "log_segments":
                    # Logs were not packed, and at first in one piece.
                    segments = unpacked_segments(connection)
                    pieces, places = ("piece, ", "0, ") if "piece" in names else ("", "")
                    about = f"{pieces}simulation_id, segment, first_seq, end_seq, end_tick, log"
                    statement = f"INSERT INTO log_segments ({about}) VALUES ({places}?, ?, ?, ?, ?, ?)"
                    connection.executemany(statement, segments)
                    continue
                if "first_agent" in names:
                    # Before events were numbers, they named their first two banks, and others stood in another table.
                    chosen = ", ".join(names)
                    there = f"{chosen} FROM newest.simulation_events JOIN ({FIRST_BANKS}) USING (simulation_id, seq)"
                elif table == "more_event_agents":
                    there = f"simulation_id, seq, unnest(ids[3:]) FROM ({FIRST_BANKS})"
                elif table == "agent_events":
                    # Before the columns of banks there was a list of each bank's events for each transaction.
                    there = (
                        "e.simulation_id, first_seq, agent_id, list(seq ORDER BY seq) FROM newest.event_agents AS e"
                        " JOIN (SELECT DISTINCT simulation_id, first_seq, end_seq FROM newest.log_segments) AS s"
                        " ON s.simulation_id = e.simulation_id AND seq >= first_seq AND seq < end_seq GROUP BY ALL"
                    )
                else:
                    there = f"{', '.join(names)} FROM newest.{table}"
                connection.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {there}")
    assert run.ticks == 60


def unpacked_segments(connection: duckdb.DuckDBPyConnection) -> list[list[object]]:
    """Of the newest version: simulation_id, segment, first_seq, end_seq, end_tick, log."""
    rows = connection.execute(
        "SELECT simulation_id, segment, first_seq, end_seq, end_tick, log_bytes, list(log ORDER BY piece)"
        " FROM newest.log_segments GROUP BY ALL"
    ).fetchall()
    return [[*about, unpacked(b"".join(pieces), length)] for *about, length, pieces in rows]


FIRST_BANKS = """SELECT e.simulation_id, e.seq, numbers[1] AS first_agent, numbers[2] AS second_agent, ids
FROM newest.simulation_events AS e LEFT JOIN (
    SELECT simulation_id, seq, list(agent_number ORDER BY agent_number) AS numbers,
        list(agent_id ORDER BY agent_number) AS ids
    FROM newest.event_agents JOIN newest.simulation_agents USING (simulation_id, agent_id) GROUP BY ALL
) AS named USING (simulation_id, seq)"""


def events_and_banks(database: Database | Path) -> list[list[tuple[object, ...]]]:
    if isinstance(database, Path):
        with Database(database) as opened:
            return events_and_banks(opened)
    columns = "SELECT * EXCLUDE (event_timestamp, created_at) FROM simulation_events ORDER BY seq"
    named = "SELECT seq, agent_id FROM event_agents ORDER BY seq, agent_id"
    payments = "SELECT * FROM transactions ORDER BY tx_id"
    counts = "SELECT agent, kind, CAST(sum(events) AS BIGINT) FROM event_counts GROUP BY ALL ORDER BY ALL"
    return [database.connection.execute(statement).fetchall() for statement in (columns, named, payments, counts)]


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_an_older_database_is_refused_then_migrated(version: int, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    of_version(path, version)
    refused = call("replay", path, "-s", "old")
    assert refused.code == 1
    assert f"has an older schema ({version}, this program needs {VERSIONS[-1]})" in refused.error
    assert f"run 'payment-sim db migrate --db-path {path}'" in refused.error
    told = succeeded("db", "migrate", "--db-path", path).error
    assert told.count("success: ") == len([each for each in VERSIONS if each > version])
    with Database(path) as database:
        assert differences(database.connection) == []
        assert StoredRun(database, "old").ticks == 60
        assert StoredRun(database, "old").run().log_hash == simulate(load_config(GRIDLOCK)).log_hash
        assert events_and_banks(database) == events_and_banks(path.with_name("newest.db"))
    succeeded("replay", path, "-s", "old", "--verbose")
    succeeded("run", GRIDLOCK, "--persist", "--db-path", path)


def columns(connection: duckdb.DuckDBPyConnection) -> set[tuple[object, ...]]:
    return set(
        connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    )


def indexes(connection: duckdb.DuckDBPyConnection) -> set[tuple[object, ...]]:
    return set(connection.execute("SELECT table_name, index_name, expressions FROM duckdb_indexes()").fetchall())


def test_all_migrations_together_give_the_schema_of_the_models() -> None:
    with duckdb.connect() as migrated, duckdb.connect() as made:
        migrations.migrate(migrated)
        for statement in ddl():
            made.execute(statement)
        assert columns(migrated) == columns(made)
        assert indexes(migrated) == indexes(made)
        assert migrations.migrate(migrated) == []


VIEWS_OF_VERSION = {9: "6255632d05a633114d4fb96fcbebcfe429767b2c41b19c9eeca51f9a07e4a4a4"}
"""Of the newest version: SHA-256 of the statements that make the views."""


def test_views_change_with_the_version_of_the_schema() -> None:
    """A database has its views from the program that made or last migrated it: others need a version to get there."""
    text = "\n".join(VIEWS.values())
    found = {VERSIONS[-1]: hashlib.sha256(text.encode()).hexdigest()}
    assert found == VIEWS_OF_VERSION, (
        "The SQL of the views is not what it was: persistence/views.py was changed, or the catalogue of events of which"
        " it is made. Databases that are there keep their old views, and would tell new events wrongly. Add a migration"
        " ('payment-sim db create-migration WORDS -m engine/python/payment_simulator/persistence/migrations'; it may"
        " hold comments alone: all views are made anew after it), then write what was found into VIEWS_OF_VERSION."
    )


def test_a_migration_makes_all_views_anew(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    of_version(path, VERSIONS[-1])
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE OR REPLACE VIEW simulation_events AS SELECT 1 AS old")
        connection.execute(f"DELETE FROM schema_migrations WHERE version = {VERSIONS[-1]}; DROP TABLE event_counts")
        assert len(migrations.migrate(connection)) == 1
        assert differences(connection) == []


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "001_makes_a_table.sql").write_text("CREATE TABLE first (n INTEGER);")
    (tmp_path / "002_fails.sql").write_text("CREATE TABLE second (n INTEGER); SELECT * FROM nothing;")
    (tmp_path / "notes.sql").write_text("this is none")
    with duckdb.connect() as connection:
        with pytest.raises(MigrationError, match=r"migration 2 \(fails\) failed: .*nothing"):
            migrations.migrate(connection, tmp_path)
        assert list(migrations.applied(connection)) == [1]
        assert not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'second'").fetchall()
        (tmp_path / "001_makes_a_table.sql").write_text("CREATE TABLE first (n BIGINT);")
        with pytest.raises(MigrationError, match="migration 1 was changed after it was applied"):
            migrations.migrate(connection, tmp_path)
    (tmp_path / "002_another.sql").write_text("")
    with pytest.raises(MigrationError, match="there is another migration 2"):
        migrations.available(tmp_path)


def test_a_new_migration_has_the_next_number(tmp_path: Path) -> None:
    for number in (1, 2):
        path = succeeded("db", "create-migration", "Adds a column!", "-m", tmp_path).stdout.decode().strip()
        assert Path(path).name == f"{number:03d}_adds_a_column.sql"
    assert call("db", "create-migration", "?!", "-m", tmp_path).code == 1
    assert [each.description for each in migrations.available(tmp_path).values()] == ["adds a column"] * 2


def test_a_database_that_lacks_its_table_of_versions_is_not_ours(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    with pytest.raises(DatabaseError, match="holds no simulations of this program"):
        Database(tmp_path / "x.db", create=True)
