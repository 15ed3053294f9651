"""Messages between Python and the page: a name and a JSON payload, in both directions.

Python to page: `attributes` {scenario, seed, tick, ticks, logHash}, `title` {text}, `announce` {text}, `theme` {dark,
large}, `focus` {part: a selector}, `caret` {line, column: in the editor}, `download` {name, mime, bytes}, `share`
{fragment} (into the address and the clipboard), `store` {last: a fragment, or empty} (into the address and the
browser's storage), `picture` {figure: a model's name, kind: png or svg, name, background}, `painted` {} (to be
answered by the same when everything sent before is painted).
Page to Python: `key` {name, value?} (an action of `ACTIONS`, from a key, a button or a field), `theme` {dark, still},
`visible` {width, height}, `query` {scenario?, seed?, embed?, link?: the fragment}, `file` {name, bytes}, `copied`
{link, copied}, `last` {link} (of the last visit), `missing` {figure} (that cannot be drawn), `painted` {}.

In the built site the worker carries them; natively the component at the end of `page.js` does. Which key means which
action stands in
`keys.json`, which both ends read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

Payload = Mapping[str, Any]
Handler = Callable[[Payload], None]

KEYS: dict[str, str] = json.loads((Path(__file__).parent / "keys.json").read_text(encoding="utf-8"))
"""Key (as `KeyboardEvent.key`, with `Ctrl+` or `Shift+` before it) to action."""


class Page(Protocol):
    """One end of the line to a page."""

    def send(self, name: str, payload: Payload) -> None:
        """Send a message to the page."""

    def on(self, name: str, handler: Handler) -> None:
        """Call `handler` with the payload of every message of this name."""


class Recorder:
    """A page that nobody looks at: keeps what was sent, and lets a test speak for the reader."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._handlers: dict[str, Handler] = {}

    def send(self, name: str, payload: Payload) -> None:
        self.sent.append((name, dict(payload)))
        if name == "painted" and name in self._handlers:
            self._handlers[name]({})

    def on(self, name: str, handler: Handler) -> None:
        self._handlers[name] = handler

    def say(self, message: str, /, **payload: Any) -> None:
        """A message as if from the page."""
        self._handlers[message](payload)

    def last(self, name: str) -> dict[str, Any] | None:
        """The payload of the last message of this name."""
        return next((payload for sent, payload in reversed(self.sent) if sent == name), None)
