"""A database file, opened with care: what cannot be used is refused with what to do, and never changed by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import duckdb

from payment_simulator.persistence import migrations, schema
from payment_simulator.persistence.errors import DatabaseError

DEFAULT_PATH = Path("simulation_data.db")
SILENT = "SET enable_progress_bar = false"
"""For each connection and cursor: DuckDB would draw a bar on stdout when a statement takes some seconds."""

CHECKPOINTS = "SET checkpoint_threshold = '64MB'; SET max_vacuum_tasks = 0"
"""How much is written in front of the file before it is packed into it: the last block of a table is packed anew each
time, which at DuckDB's 16 MB costs more than all the rest where days are small. Nor are blocks that are not full put
together: they would be packed anew."""
NAME = "runs"
"""What the file is called within DuckDB, which takes the size of row groups only when a file is attached."""
ROW_GROUP = 30_720
"""So many rows DuckDB packs at once: as many in one transaction are packed for good, in parallel; fewer are written in
front of the file first, and packed anew with the last ones of their table at each checkpoint. Its own is 122,880."""
MEMORY = "2GB"
"""What DuckDB may take while it changes a database; beyond that it uses temporary files beside it."""


class Database:
    """An open database file with the schema of this program.

    `create` makes the file and its tables where there are none. Raises `DatabaseError`.
    """

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        self.path = path
        is_new = create and not path.exists()
        self.connection = connect(path if create else existing(path), read_only=read_only)
        try:
            with explained(path):
                if is_new or (create and not tables(self.connection)):
                    migrations.initialise(self.connection)
                self._check()
        except BaseException:
            self.connection.close()
            raise

    def _check(self) -> None:
        there, wanted = migrations.applied(self.connection), migrations.available()
        command = f"payment-sim db migrate --db-path {self.path}"
        if not there:
            raise DatabaseError(
                f"{self.path}: holds no simulations of this program (it has no schema_migrations); name another file"
            )
        newest = max(there)
        if newest > max(wanted):
            raise DatabaseError(
                f"{self.path}: was written by a newer version (schema {newest}, this program knows {max(wanted)});"
                " update payment-simulator"
            )
        if set(wanted) - set(there):
            raise DatabaseError(
                f"{self.path}: has an older schema ({newest}, this program needs {max(wanted)}); run '{command}'"
            )
        found = [] if schema.agrees(self.connection) else schema.differences(self.connection)
        if found:
            rest = f" and {len(found) - 3} more" if len(found) > 3 else ""
            raise DatabaseError(
                f"{self.path}: its tables are not as they should be: {'; '.join(found[:3])}{rest}; run '{command}',"
                f" and 'payment-sim db validate --db-path {self.path}' for the whole list"
            )

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Everything in it is written, or nothing."""
        with explained(self.path):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def existing(path: Path) -> Path:
    """The path of a file that is there. Raises `DatabaseError`."""
    if not path.exists():
        raise DatabaseError(
            f"{path}: there is no such database; 'payment-sim run FILE --persist' or 'payment-sim db init' makes one"
        )
    return path


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a file, whatever is in it. Raises `DatabaseError`."""
    if not path.parent.is_dir():
        raise DatabaseError(f"{path}: its folder does not exist; make it, or name another file with --db-path")
    if path.exists() and not path.is_file():
        raise DatabaseError(f"{path}: is {'a folder' if path.is_dir() else 'no file'}; name a file with --db-path")
    with explained(path):
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": os.cpu_count() or 1,
            "temp_directory": f"{path}.tmp",
        }
        if not read_only:
            settings["memory_limit"] = MEMORY
        connection = duckdb.connect(config=settings)
        try:
            # Absolute: `:memory:` and `name:` at its beginning mean something to DuckDB.
            file = str(path.absolute()).replace("'", "''")
            options = "READ_ONLY" if read_only else f"ROW_GROUP_SIZE {ROW_GROUP}"
            connection.execute(f"ATTACH '{file}' AS {NAME} (TYPE duckdb, {options})")
            connection.execute(f"USE {NAME}; {SILENT}; {CHECKPOINTS}")
        except BaseException:
            connection.close()
            raise
    return connection


def silent_cursor(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same database: for another thread, or beside a result that is not read yet."""
    cursor = connection.cursor()
    cursor.execute(f"USE {NAME}; {SILENT}")
    return cursor


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all tables."""
    rows = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
    return [name for (name,) in rows]


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of DuckDB into `DatabaseError` with the file and what to do."""
    try:
        yield
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: {_explanation(str(error))}") from error


def _explanation(text: str) -> str:
    first = text.splitlines()[0] if text else "unknown error"
    lowered = text.lower()
    for words, meaning in _MEANINGS.items():
        if words in lowered:
            return meaning
    return f"{first}; copy the file aside before anything else is written to it"


_MEANINGS = {
    "could not set lock": "is in use by another process; wait for it to end, or name another file with --db-path",
    "conflicting lock": "is in use by another process; wait for it to end, or name another file with --db-path",
    "permission denied": "may not be written here (permission denied); name another file with --db-path",
    "read-only file system": "lies on a read-only file system; name another file with --db-path",
    "read-only": "is open for reading only; it cannot be written",
    "no space left": "the disk is full; free some space, then run again: what was committed before is there",
    "cannot open file": "cannot be made here; name another file with --db-path",
    "not a valid duckdb database": "is not a database; name another file with --db-path",
    "serialized with": "was written by another version of DuckDB; update payment-simulator",
}
"""Words in messages of DuckDB, and what they mean to a user."""
