"""The database schema, made from the models of the tables; and whether a database has it."""

from __future__ import annotations

import types
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import duckdb

from payment_simulator.persistence.models import READ, TABLES
from payment_simulator.persistence.table import Table
from payment_simulator.persistence.views import VIEWS

MIGRATIONS_TABLE = """CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    description VARCHAR NOT NULL,
    checksum VARCHAR NOT NULL,
    PRIMARY KEY (version)
);"""
_TYPES: dict[Any, str] = {
    str: "VARCHAR",
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    datetime: "TIMESTAMP",
    bytes: "BLOB",
}


def columns(model: type[Table]) -> dict[str, tuple[str, bool]]:
    """The columns of a table in order: name to SQL type and whether they may be NULL."""
    found: dict[str, tuple[str, bool]] = {}
    for name, field in model.model_fields.items():
        kind, optional = _plain(field.annotation)
        own = next((mark for mark in field.metadata if isinstance(mark, str)), None)
        found[name] = (
            own or _TYPES.get(kind, "VARCHAR"),
            optional or (not field.is_required() and field.default is None),
        )
    return found


def _plain(annotation: Any) -> tuple[Any, bool]:
    """A type without None, and whether None was in it; of choices, their type."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return _plain(rest[0])[0], True
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return str, False
    return annotation, False


def create_table(model: type[Table]) -> str:
    """The statement that makes a table."""
    lines = []
    for name, (kind, optional) in columns(model).items():
        packed = f" USING COMPRESSION {model.compression[name]}" if name in model.compression else ""
        lines.append(f"    {name} {kind}{'' if optional else ' NOT NULL'}{packed}")
    if model.primary_key:
        lines.append(f"    PRIMARY KEY ({', '.join(model.primary_key)})")
    return f"CREATE TABLE IF NOT EXISTS {model.table_name} (\n" + ",\n".join(lines) + "\n);"


def ddl() -> list[str]:
    """Every statement of the schema, in order; run again they change nothing."""
    statements = [create_table(model) for model in TABLES]
    for model in TABLES:
        for name, names in model.indexes:
            statements.append(f"CREATE INDEX IF NOT EXISTS {name} ON {model.table_name} ({', '.join(names)});")
    return [*statements, MIGRATIONS_TABLE, *VIEWS.values()]


def agrees(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every table has the columns that its model says, no more and no less: a few milliseconds.

    DuckDB's lists of tables and columns, in which `differences` looks, take it ten times as long: they hold every view.
    """
    tables = [
        f"SELECT '{model.table_name}', name, type, \"notnull\" FROM pragma_table_info('{model.table_name}')"
        for model in TABLES
    ]
    wanted = {
        (model.table_name, name, kind, name in model.primary_key or not optional)
        for model in TABLES
        for name, (kind, optional) in columns(model).items()
    }
    try:
        return set(connection.execute(" UNION ALL ".join(tables)).fetchall()) == wanted
    except duckdb.CatalogException:
        return False


def differences(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Where the tables of a database are not what the models say: a line each, none if all agree."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'main' AND table_catalog = current_database()"
    ).fetchall()
    there: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, kind, nullable in rows:
        there.setdefault(table, {})[column] = (kind, nullable == "YES")
    lines = []
    for model in (*TABLES, *READ):
        wanted, found = columns(model), there.get(model.table_name)
        if found is None:
            lines.append(f"table {model.table_name} is missing")
            continue
        for name, (kind, optional) in wanted.items():
            if name not in found:
                lines.append(f"{model.table_name}.{name} is missing; it should be {kind}")
            elif found[name][0] != kind:
                lines.append(f"{model.table_name}.{name} is {found[name][0]}; it should be {kind}")
            elif found[name][1] != optional and name not in model.primary_key and model in TABLES:
                lines.append(f"{model.table_name}.{name} should {'' if optional else 'not '}allow NULL")
        lines += [f"{model.table_name}.{name} should not be there" for name in found if name not in wanted]
    return lines + [f"view {name} is missing" for name in VIEWS if name not in there]
