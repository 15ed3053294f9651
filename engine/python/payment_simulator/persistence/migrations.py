"""Changes of the schema, in order, each applied once: `migrations/NNN_what_it_does.sql`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from payment_simulator.persistence import schema
from payment_simulator.persistence.errors import MigrationError
from payment_simulator.persistence.templates import note_templates
from payment_simulator.persistence.views import VIEWS

FOLDER = Path(__file__).with_name("migrations")
_NAME = re.compile(r"(\d+)_(\w+)\.sql")
TEMPLATE = """-- Migration {version:03d}: {description}
--
-- Runs in a transaction with its row in schema_migrations. Change persistence/models.py in the same way: a test proves
-- that all migrations together give the schema that is made from the models.

"""


@dataclass(frozen=True)
class Migration:
    """A change of the schema."""

    version: int
    description: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of its text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(folder: Path = FOLDER) -> dict[int, Migration]:
    """The migrations of a folder by version, ascending; files of other names are left aside.

    Raises `MigrationError` for two of the same version.
    """
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")) if folder.is_dir() else []:
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        version = int(match[1])
        if version in found:
            raise MigrationError(f"{path}: there is another migration {version}; give it a number of its own")
        found[version] = Migration(version, match[2].replace("_", " "), path.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def applied(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The versions that a database has, with their checksums; none if it has no table of them."""
    try:
        names = {name for name, *_ in connection.execute("DESCRIBE schema_migrations").fetchall()}
    except duckdb.CatalogException:
        return {}
    checksum = "checksum" if "checksum" in names else "''"
    rows = connection.execute(f"SELECT version, {checksum} FROM schema_migrations ORDER BY version").fetchall()
    return dict(rows)


def initialise(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table in an empty database, at the newest version."""
    connection.execute("BEGIN")
    for statement in schema.ddl():
        connection.execute(statement)
    for migration in available().values():
        _note(connection, migration)
    note_templates(connection)
    connection.execute("COMMIT")


def migrate(connection: duckdb.DuckDBPyConnection, folder: Path = FOLDER) -> list[Migration]:
    """Apply what a database does not have yet, in order, and return it. Each is applied whole or not at all.

    Raises `MigrationError` for one that fails, and for one that was changed after it was applied.
    """
    there, done = applied(connection), []
    for migration in available(folder).values():
        if migration.version in there:
            if there[migration.version] not in ("", migration.checksum):
                raise MigrationError(
                    f"migration {migration.version} was changed after it was applied here; restore its file,"
                    " and write the change as a new migration"
                )
            continue
        try:
            connection.execute("BEGIN")
            connection.execute(schema.MIGRATIONS_TABLE)
            connection.execute(migration.sql)
            _note(connection, migration)
            connection.execute("COMMIT")
        except duckdb.Error as error:
            connection.execute("ROLLBACK")
            message = str(error).splitlines()[0]
            raise MigrationError(
                f"migration {migration.version} ({migration.description}) failed: {message}"
            ) from error
        done.append(migration)
    if done and folder == FOLDER:
        for statement in VIEWS.values():
            connection.execute(statement)
        note_templates(connection)
    return done


def write_template(description: str, folder: Path) -> Path:
    """A new, empty migration with the next number. Returns its path."""
    words = re.sub(r"\W+", "_", description.strip()).strip("_").lower()
    if not words:
        raise MigrationError(f"{description!r} says nothing; describe the change in a few words")
    version = max(available(folder), default=0) + 1
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{version:03d}_{words}.sql"
    path.write_text(TEMPLATE.format(version=version, description=description.strip()), encoding="utf-8")
    return path


def _note(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute(
        "INSERT INTO schema_migrations (version, applied_at, description, checksum) VALUES (?, ?, ?, ?)",
        [migration.version, datetime.now(UTC).replace(tzinfo=None), migration.description, migration.checksum],
    )
