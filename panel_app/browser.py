"""Python's end of the line in the built site: runs in a web worker, in Pyodide, and nowhere else.

`web/src/worker.js` calls `load`, `start`, `connect`, `rendered`, `patch` and `receive`, in this order; the last two
again and again. When the site is built, web/build/memory.mjs does the same until nothing is under way, and takes
Python's memory with what `still` tells; a visit's start puts the memory back and goes on with `resume` and `rendered`.
"""

from __future__ import annotations

import asyncio
import html
import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from panel_app import quick_start
from panel_app.page import Handler, Payload

if TYPE_CHECKING:
    from bokeh.document import Document

    from panel_app.app import App
    from panel_app.patches import Patches

ToPage = Callable[[str, str, bytes | None], None]


class Bridge(Protocol):
    """The worker's functions, an object of JavaScript: only an object can be found again when memory is put back."""

    def toPage(self, name: str, payload: str, attachment: bytes | None) -> None:
        """A message to the page: its payload as JSON, bytes beside it."""

    def toDocument(self, patch: str, arrays: bytes) -> None:
        """A change of the document, as `Patches` tells."""


class WorkerPage:
    """The line to the page: JSON over `postMessage`, bytes beside it. What is sent before `connect` waits for it."""

    def __init__(self) -> None:
        self.to_page: ToPage | None = None
        self.patches: Patches | None = None
        self._handlers: dict[str, Handler] = {}
        self._waiting: list[tuple[str, str, bytes | None]] = []

    def connect(self, to_page: ToPage) -> None:
        self.to_page = to_page
        for message in self._waiting:
            to_page(*message)
        self._waiting.clear()

    def send(self, name: str, payload: Payload) -> None:
        if self.patches:  # what a message says of the picture is true when it arrives
            self.patches.flush()
        message = name, json.dumps({key: item for key, item in payload.items() if key != "bytes"}), payload.get("bytes")
        if self.to_page is None:
            self._waiting.append(message)
        else:
            self.to_page(*message)

    def on(self, name: str, handler: Handler) -> None:
        self._handlers[name] = handler

    def receive(self, name: str, payload: Payload) -> None:
        """A message from the page; one that nobody listens to is let go."""
        if name in self._handlers:
            self._handlers[name](payload)


document: Document
page: WorkerPage
app: App


def load() -> None:
    """Import the interface. This is the stage "Load the interface", so that the next one is only ours."""
    quick_start.pause_collection()
    _stand_in()
    from bokeh.settings import settings

    settings.py_log_level = "error"
    quick_start.import_bokeh()
    quick_start.remember_defaults()
    import decimal  # noqa: F401  # what parts that are imported later need of the standard library, which may not be here

    import panel_app.app  # noqa: F401


def start(boot: str) -> str:
    """Compute the first run and lay out its page.

    `boot` is JSON: {query: {scenario?, seed?}, dark, still, width, height}. Returns the Bokeh document
    as JSON.
    """
    global document, page, app
    from bokeh.document import Document
    from panel.io.document import MockSessionContext
    from panel.io.state import state

    from panel_app.app import build
    from panel_app.patches import Patches

    known = json.loads(boot)
    page, document = WorkerPage(), Document()
    holder: Any = document
    holder._session_context = lambda: MockSessionContext(document=document)  # type: ignore[no-untyped-call]
    state.curdoc = document
    app = build(document, page, known["query"], known["dark"])
    page.receive("theme", {"dark": known["dark"], "still": known["still"]})
    page.receive("visible", {"width": known["width"], "height": known["height"]})
    holder._session_context = None
    state._loaded[document] = state._connected[document] = True
    drawn = _drawn()
    page.patches = Patches(document)
    return drawn


def connect(bridge: Bridge) -> None:
    """From now on messages go to the page, those that were waiting first."""
    page.connect(lambda name, payload, attachment: bridge.toPage(name, payload, attachment))


def rendered(bridge: Bridge) -> None:
    """The page shows the document: from now on changes of it go there."""
    if page.patches:
        page.patches.connect(lambda patch, arrays: bridge.toDocument(patch, arrays))
    quick_start.resume_collection()


def still() -> str | None:
    """The document as it is now, as `start` returns it, when nothing is under way and memory holds nothing else.

    `None` while something is under way: memory as it is then is not what a start could begin with.
    """
    if any(not task.done() for task in asyncio.all_tasks(asyncio.get_event_loop())):
        return None
    quick_start.tidy()
    if page.patches:
        page.patches.forget()
    return _drawn()


def leave_out() -> None:
    """Before memory is taken: `resume` shows it later."""
    app.leave_out()


def imported() -> str:
    """The files of the modules that memory holds, as a list in JSON: a start that puts memory back never reads them."""
    specs = (getattr(module, "__spec__", None) for module in [*sys.modules.values()])
    return json.dumps([spec.origin for spec in specs if spec is not None and spec.origin])


def resume(boot: str) -> None:
    """Memory was put back: show what this visit asks for."""
    known = json.loads(boot)
    app.resume(known["query"])
    page.receive("theme", {"dark": known["dark"], "still": known["still"]})
    page.receive("visible", {"width": known["width"], "height": known["height"]})


def patch(change: str) -> None:
    """A change made on the page, as Bokeh's JSON patch."""
    _send_what_waits()
    setter: Any = "js"
    document.apply_json_patch(json.loads(change), setter=setter)
    _send_what_waits()  # when the page hears that Python is idle again it has what came of the change


def receive(name: str, payload: str, content: Any = None) -> None:
    """A message from the page, its payload as JSON; `content` is an array of bytes that came with it."""
    told = json.loads(payload)
    page.receive(name, {**told, "bytes": content} if content else told)


def _send_what_waits() -> None:
    """Before the document is written or changed from the page: after either, Bokeh takes the page to know every model,
    also one that is on its way there.
    """
    if page.patches:
        page.patches.flush()


def _drawn() -> str:
    return json.dumps(document.to_json(deferred=False))


def _stand_in() -> None:
    """Small replacements for what Panel imports but this site neither has nor needs."""
    # Panel imports pandas unless it finds pyodide_http.
    sys.modules["pyodide_http"] = _module("pyodide_http", patch_all=lambda: None)
    # Panel names a class of it, to know it when it sees one.
    mock = _module("unittest.mock", Mock=type("Mock", (), {}), MagicMock=type("MagicMock", (), {}))
    sys.modules |= {"unittest": _module("unittest", mock=mock), "unittest.mock": mock}
    # Of Panel's parts, the two largest that nothing else needs.
    sys.modules["panel.chat"] = _module("panel.chat")
    sys.modules["panel.pane.vtk"] = _module("panel.pane.vtk", VTK=None, VTKVolume=None)
    # It sanitises the HTML of some of Panel's components. Here that shows tags as text, which is as safe.
    sys.modules["nh3"] = _module("nh3", clean=lambda text, **options: html.escape(str(text)))

    # Panel makes a JavaScript function with run_js, that is with eval, which a strict policy forbids. We do not use it.
    def run_js(code: str) -> Any:
        def evaluate(*_: object) -> Any:
            raise RuntimeError(f"JavaScript is not evaluated here: {code}")

        return evaluate

    import pyodide.code

    pyodide.code.run_js = run_js


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module
