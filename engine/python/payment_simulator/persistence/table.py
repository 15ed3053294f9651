"""What a model of a table is made of."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

Hash = Annotated[str, Field(min_length=64, max_length=64)]
Count = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**64 - 1), "UBIGINT"]
Number = Annotated[int, Field(ge=0), "INTEGER"]
"""A text in the annotation names the SQL type where it is not the usual one."""


class Table(BaseModel):
    """A row of a table; the class says what the table is called, and its key and indexes."""

    table_name: ClassVar[str]
    primary_key: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[tuple[str, ...]] = ()
    """What tests prove to be unique where there is no primary key."""
    indexes: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    compression: ClassVar[dict[str, str]] = {}
    """How columns are packed where DuckDB is not to try out every way."""
