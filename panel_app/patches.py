"""Changes of the document on their way to the page: all that belong to one turn of Python travel as one patch."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.core.serialization import Buffer, Serializer
from bokeh.document.events import ColumnDataChangedEvent

if TYPE_CHECKING:
    from bokeh.document import Document

SendPatch = Callable[[str, bytes], None]
"""Gets Bokeh's patch as JSON, and the bytes of all its arrays one after the other: beside `events`, `buffers` tells
the name of each and how many bytes it has.
"""

ARRAYS = {"<f4": "float32", "<f8": "float64", "<i4": "int32"}
"""What a column of numbers holds: the names of its types, which NumPy puts together anew whenever it is asked."""


class Patches:
    """One patch a turn instead of one a change: the page draws once, and what Bokeh does for every patch is done once.

    Changes wait until `connect`, when the page shows the document.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._send_patch: SendPatch | None = None
        self._waiting: list[Any] = []
        document.on_change(self._add)

    def connect(self, send_patch: SendPatch) -> None:
        """From now on changes are sent, those that are waiting first."""
        self._send_patch = send_patch
        self.flush()

    def forget(self) -> None:
        """What is waiting need not be sent: the document is written anew with it."""
        self._waiting.clear()

    def flush(self) -> None:
        """Send what is waiting, if anything is and somebody listens."""
        if self._send_patch is None or not self._waiting:
            return
        events, self._waiting = self._waiting, []
        buffers: list[tuple[str, bytes]] = []
        encoded = [
            _columns(event, buffers) if _is_plain(event) else others
            for event, others in zip(events, self._encoded_by_bokeh(events, buffers), strict=True)
        ]
        patch = {"events": encoded, "buffers": [(name, len(content)) for name, content in buffers]}
        self._send_patch(json.dumps(patch, default=_reference), b"".join(content for _, content in buffers))

    def _encoded_by_bokeh(self, events: list[Any], buffers: list[tuple[str, bytes]]) -> list[Any]:
        """What Bokeh makes of the events that may hold anything; None for those that are only columns."""
        if all(map(_is_plain, events)):  # to ask Bokeh takes as long as to write the columns
            return [None] * len(events)
        models = self._document.models
        serializer = Serializer(references=models.synced_references)
        encoded = [None if _is_plain(event) else serializer.encode(event) for event in events]
        models.flush_synced(lambda model: not serializer.has_ref(model))
        buffers.extend((str(buffer.id), buffer.to_bytes()) for buffer in serializer.buffers)
        return encoded

    def _add(self, event: Any) -> None:
        if getattr(event, "setter", None) == "js":  # the page has it already
            return
        if not self._waiting and self._send_patch is not None:
            asyncio.get_running_loop().call_soon(self.flush)
        if isinstance(event, ColumnDataChangedEvent):
            self._join(event)
        self._waiting.append(event)

    def _join(self, event: ColumnDataChangedEvent) -> None:
        """Take in what is waiting of the same source. Columns are read when they are sent: those of an earlier change
        would arrive in their new length while the other columns of the source still have the old one.
        """
        for earlier in self._waiting:
            if isinstance(earlier, ColumnDataChangedEvent) and earlier.model is event.model:
                some = earlier.cols is not None and event.cols is not None
                event.cols = [*dict.fromkeys([*(earlier.cols or ()), *(event.cols or ())])] if some else None
                self._waiting.remove(earlier)
                return


def _is_plain(event: object) -> bool:
    """Whether it changes columns of numbers and texts, and nothing else."""
    if not isinstance(event, ColumnDataChangedEvent) or event.cols is None:
        return False
    data = _data(event)
    return all(
        column.dtype.str in ARRAYS if isinstance(column, np.ndarray) else not column or _is_text(column[0])
        for column in (data[name] for name in event.cols)
    )


def _data(event: ColumnDataChangedEvent) -> dict[str, Any]:
    source: Any = event.model
    data: dict[str, Any] = source.data
    return data


def _is_text(item: object) -> bool:
    return item is None or isinstance(item, str)


def _columns(event: ColumnDataChangedEvent, buffers: list[tuple[str, bytes]]) -> dict[str, Any]:
    """The change of columns as Bokeh would write it, at a fifth of the time; the bytes of arrays go to `buffers`.

    The page knows the source: it was sent as a part of what holds it, in this patch or in an earlier one.
    """
    entries: list[tuple[str, Any]] = []
    columns = _data(event)
    for name in event.cols or ():
        column = columns[name]
        if isinstance(column, np.ndarray):
            buffer = f"column {len(buffers)}"
            buffers.append((buffer, column.tobytes()))
            array = {"type": "bytes", "data": {"id": buffer}}
            dtype, shape = ARRAYS[column.dtype.str], column.shape
            column = {"type": "ndarray", "array": array, "dtype": dtype, "shape": shape, "order": sys.byteorder}
        entries.append((name, column))
    data = {"type": "map", "entries": entries}
    return {"kind": "ColumnDataChanged", "model": event.model.ref, "attr": "data", "data": data, "cols": event.cols}


def _reference(value: object) -> object:
    """How a patch names an array that travels beside it."""
    if isinstance(value, Buffer):
        return value.ref
    raise TypeError(f"A patch cannot hold {value!r}.")
