"""Changes of the document on their way to the page: all that belong to one turn of Python travel as one patch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bokeh.core.serialization import Buffer, Serializer
from bokeh.document.events import ColumnDataChangedEvent

if TYPE_CHECKING:
    from bokeh.document import Document

SendPatch = Callable[[str, dict[str, bytes]], None]


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
        """`send_patch` gets Bokeh's patch as JSON, and the bytes of its arrays by the id under which it names them."""
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
        models = self._document.models
        serializer = _Serializer(references=models.synced_references)
        encoded = serializer.encode(events)
        models.flush_synced(lambda model: not serializer.has_ref(model))
        patch = json.dumps({"events": encoded}, default=_reference)
        self._send_patch(patch, {buffer.id: buffer.to_bytes() for buffer in serializer.buffers})

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


class _Serializer(Serializer):
    """Bokeh looks at every item of a list in a dozen ways; a list of texts is what it is."""

    def _encode_list(self, obj: list[Any]) -> Any:
        return obj if all(type(item) in _PLAIN for item in obj) else super()._encode_list(obj)


_PLAIN = frozenset({str, type(None)})


def _reference(value: object) -> object:
    """How a patch names an array that travels beside it."""
    if isinstance(value, Buffer):
        return value.ref
    raise TypeError(f"A patch cannot hold {value!r}.")
