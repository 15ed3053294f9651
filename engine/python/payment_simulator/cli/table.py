"""Tables for people, as plain text on stderr; the same as JSON on stdout for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, out: BinaryIO) -> None:
    """Write rows as aligned columns to stderr or, with `as_json`, one JSON object a line to `out`."""
    if as_json:
        for row in rows:
            out.write(json.dumps(row, default=_plain, ensure_ascii=False).encode() + b"\n")
        out.flush()
        return
    cells = [list(columns), *([_text(row[name]) for name in columns] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    numeric = [bool(rows) and all(isinstance(row[name], int | float) for row in rows) for name in columns]
    for line in cells:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        sys.stderr.write("  ".join(parts).rstrip() + "\n")


def money(cents: int) -> str:
    """Dollars with two places: `$1,234.50`, `-$0.05`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
