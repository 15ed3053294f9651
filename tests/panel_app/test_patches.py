"""What the page is sent of a turn's changes, checked as the page would apply it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document

from panel_app.patches import Patches
from panel_app.views.canvas import put, source

Columns = dict[str, Any]


def sent(changes: list[Columns], begin: Columns) -> list[dict[str, Any]]:
    """The events of one turn of Python in which a source was given these columns one after the other."""
    patches: list[str] = []

    async def turn() -> None:
        document = Document()
        shown = source("shown", begin)
        document.add_root(shown)
        document.to_json()
        outgoing = Patches(document)
        outgoing.connect(lambda patch, arrays: patches.append(patch))
        for columns in changes:
            put(shown, columns)
        await asyncio.sleep(0)

    asyncio.run(turn())
    return [event for patch in patches for event in json.loads(patch)["events"]]


def whole(*names: str, length: int, value: float = 1.0) -> Columns:
    return {name: np.full(length, value) for name in names}


BEGIN = whole("x", "y", "z", length=3)


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ([whole("x", length=3, value=2.0)], ["x"]),
        ([whole("x", length=3, value=2.0), whole("x", "y", "z", length=5)], ["x", "y", "z"]),
        ([whole("x", "y", "z", length=5), whole("y", length=5, value=2.0)], ["x", "y", "z"]),
        ([whole("x", length=3, value=2.0), whole("y", length=3, value=2.0)], ["x", "y"]),
        ([BEGIN], []),
    ],
)
def test_columns_of_one_source_arrive_together(changes: list[Columns], columns: list[str]) -> None:
    events = sent(changes, BEGIN)
    assert [sorted(event["cols"]) for event in events] == ([columns] if columns else [])
