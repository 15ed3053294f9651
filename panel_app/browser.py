"""Python's end of the line in the built site: runs in a web worker, in Pyodide, and nowhere else.

`web/src/worker.js` calls `load`, `start`, `rendered`, `patch` and `receive`, in this order; the last two again and
again. What Panel has for this (`panel.io.pyodide`) is used through some private names, which is why Panel is pinned.
"""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from panel_app import quick_start
from panel_app.page import Handler, Payload

if TYPE_CHECKING:
    from bokeh.document import Document

    from panel_app.patches import Patches, SendPatch

ToPage = Callable[[str, str, bytes | None], None]


class WorkerPage:
    """The line to the page: JSON over `postMessage`, bytes beside it."""

    def __init__(self, to_page: ToPage) -> None:
        self._to_page = to_page
        self._handlers: dict[str, Handler] = {}
        self.patches: Patches | None = None

    def send(self, name: str, payload: Payload) -> None:
        if self.patches:  # what a message says of the picture is true when it arrives
            self.patches.flush()
        plain = {key: value for key, value in payload.items() if key != "bytes"}
        self._to_page(name, json.dumps(plain), payload.get("bytes"))

    def on(self, name: str, handler: Handler) -> None:
        self._handlers[name] = handler

    def receive(self, name: str, payload: Payload) -> None:
        """A message from the page; one that nobody listens to is let go."""
        if name in self._handlers:
            self._handlers[name](payload)


document: Document
page: WorkerPage


def load(object_of_entries: Any) -> None:
    """Import the interface. This is the stage "Load the interface", so that the next one is only ours.

    `object_of_entries` is the JavaScript function for which Panel would otherwise ask `eval`.
    """
    quick_start.pause_collection()
    _stand_in(object_of_entries)
    from bokeh.settings import settings

    settings.py_log_level = "error"
    quick_start.import_bokeh()
    quick_start.remember_defaults()
    import panel_app.app  # noqa: F401


def start(to_page: ToPage, boot: str) -> list[str]:
    """Compute the first run and lay out its page.

    `boot` is JSON: {query: {scenario?, seed?}, dark, still, width, height}. Returns the Bokeh document and the ids of
    its roots, each as JSON.
    """
    global document, page
    from panel.io.pyodide import init_doc
    from panel.io.state import state

    from panel_app.app import build

    known = json.loads(boot)
    page = WorkerPage(to_page)
    init_doc()
    document = cast("Document", state.curdoc)
    build(document, page, known["query"], known["dark"])
    page.receive("theme", {"dark": known["dark"], "still": known["still"]})
    page.receive("visible", {"width": known["width"], "height": known["height"]})
    document._session_context = None
    return [json.dumps(document.to_json(deferred=False)), json.dumps([root.id for root in document.roots])]


def rendered(send_patch: SendPatch) -> None:
    """The page shows the document: from now on changes of it go to `send_patch`, as `Patches` tells."""
    from panel.io.state import state

    from panel_app.patches import Patches

    state._loaded[document] = state._connected[document] = True
    page.patches = Patches(document, send_patch)
    document.unhold()
    quick_start.resume_collection()


def patch(change: Any) -> None:
    """A change made on the page, as Bokeh's JSON patch."""
    from panel.io import pyodide

    serialized: Any = pyodide._convert_json_patch(change)  # type: ignore[no-untyped-call]
    setter: Any = "js"
    document.apply_json_patch(serialized, setter=setter)


def receive(name: str, payload: str, content: Any = None) -> None:
    """A message from the page, its payload as JSON; `content` is an array of bytes that came with it."""
    told = json.loads(payload)
    page.receive(name, {**told, "bytes": content} if content else told)


def _stand_in(object_of_entries: Any) -> None:
    """Small replacements for what Panel imports but this site neither has nor needs."""
    # Panel imports pandas unless it finds pyodide_http.
    sys.modules["pyodide_http"] = _module("pyodide_http", patch_all=lambda: None)
    # It sanitises the HTML of some of Panel's components. Here that shows tags as text, which is as safe.
    sys.modules["nh3"] = _module("nh3", clean=lambda text, **options: html.escape(str(text)))

    # Panel makes one constant JavaScript function with run_js, that is with eval, which a strict policy forbids.
    def run_js(code: str) -> Any:
        if "Object.fromEntries(entries)" in code:
            return object_of_entries
        raise RuntimeError(f"JavaScript is not evaluated here: {code}")

    import pyodide.code

    pyodide.code.run_js = run_js


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module
