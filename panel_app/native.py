"""The same page from a Python server: `panel serve panel_app/native.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from panel_app import quick_start
from panel_app.app import create
from panel_app.page import KEYS, Handler, Payload

HERE = Path(__file__).parent
TOKENS = HERE.parent / "web" / "styles" / "app.css"
TEMPLATE = """
{% extends base %}
{% block postamble %}<style>{{ tokens }}</style>{% endblock %}
{% block contents %}<main>{{ embed(roots.page) }}</main>{{ embed(roots.line) }}{% endblock %}
"""


class Line(JSComponent):
    """Carries the messages of `panel_app.page` between this server and the page."""

    keys = param.Dict(default=KEYS)

    # One module, since a component has no neighbours.
    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("code_editor.js", "page.js"))

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call]
        self._handlers: dict[str, Handler] = {}

    def send(self, name: str, payload: Payload) -> None:
        self._send_msg({"name": name, "payload": dict(payload)})

    def on(self, name: str, handler: Handler) -> None:
        self._handlers[name] = handler

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        handler = self._handlers.get(str(data.get("name")))
        if handler is not None:
            handler(data.get("payload") or {})


def serve() -> None:
    """Put the page into the document of this visit."""
    doc = pn.state.curdoc
    assert doc is not None  # Panel runs this file once a visit, with the visit's document
    line = Line(name="line")
    app = create(doc, line)
    template = pn.Template(TEMPLATE)
    template.add_variable("tokens", TOKENS.read_text(encoding="utf-8"))
    template.add_panel("page", app.root)
    template.add_panel("line", line)
    template.server_doc(doc)
    app.start()


if pn.state.curdoc is not None and __name__.startswith("bokeh_app_"):
    quick_start.remember_defaults()
    pn.extension()
    serve()
