"""Changes of the document on their way to the page: all that belong to one turn of Python travel as one patch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bokeh.core.serialization import Buffer, Serializer

if TYPE_CHECKING:
    from bokeh.document import Document

SendPatch = Callable[[str, dict[str, bytes]], None]


class Patches:
    """One patch a turn instead of one a change: the page draws once, and what Bokeh does for every patch is done once.

    `send_patch` gets Bokeh's patch as JSON, and the bytes of its arrays by the id under which the patch names them.
    """

    def __init__(self, document: Document, send_patch: SendPatch) -> None:
        self._document = document
        self._send_patch = send_patch
        self._waiting: list[Any] = []
        document.on_change(self._add)

    def flush(self) -> None:
        """Send what is waiting, if anything is."""
        events, self._waiting = self._waiting, []
        if not events:
            return
        models = self._document.models
        serializer = Serializer(references=models.synced_references)
        encoded = serializer.encode(events)
        models.flush_synced(lambda model: not serializer.has_ref(model))
        patch = json.dumps({"events": encoded}, default=_reference)
        self._send_patch(patch, {buffer.id: buffer.to_bytes() for buffer in serializer.buffers})

    def _add(self, event: Any) -> None:
        if getattr(event, "setter", None) == "js":  # the page has it already
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append(event)


def _reference(value: object) -> object:
    """How a patch names an array that travels beside it."""
    if isinstance(value, Buffer):
        return value.ref
    raise TypeError(f"A patch cannot hold {value!r}.")
