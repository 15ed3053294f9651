"""A visit to the built site in Chromium: what a browser test looks at and what it must never see."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.patience import PATIENCE
from web.serve import Server

SITE = Path(__file__).parents[1] / "dist/site"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_MS = 90_000 * PATIENCE
"""A start takes seconds; a crowded machine may take long."""

PLAIN = """
name => {
  const plain = value => ArrayBuffer.isView(value) || Array.isArray(value) ? Array.from(value, plain) : value
  const {renderers} = Bokeh.documents[0].get_model_by_name("network")
  const {data} = renderers.map(renderer => renderer.data_source).find(source => source.name === name)
  const columns = data instanceof Map ? [...data] : Object.entries(data)
  return Object.fromEntries(columns.map(([key, value]) => [key, plain(value)]))
}
"""
"""The columns of one of the data sources of the network's figure, by name."""

STARTED = "() => ['appReady', 'appFailed'].some(name => name in document.documentElement.dataset)"
"""Asked at each frame of a start that is measured: a selector would search all shadow roots each time."""

CHANGED = """
([name, old]) => {
  const now = document.documentElement.dataset[name] ?? ""
  return now !== "" && now !== old
}
"""


@contextmanager
def serving(prefix: str = "/", site: Path = SITE) -> Iterator[Server]:
    """The built site on a free port."""
    if not (site / "index.html").exists():
        raise FileNotFoundError(f"{site} is not there: run ./build.sh site")
    server = Server(site, prefix=prefix)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()


class Visit:
    """One page of one site, and everything it complained about or asked others for."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.may_complain = False
        """Whether complaints are what this visit is about."""
        self.strangers: list[str] = []
        context.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, query: str = "") -> Visit:
        """Go to the page and wait until everything answers."""
        self.page.goto(self.address + query)
        return self.wait_until_ready()

    def wait_until_ready(self) -> Visit:
        self.page.wait_for_function(STARTED, timeout=START_MS)
        if self.attribute("appFailed"):
            raise AssertionError(self.page.inner_text("#failed"))
        return self.wait_for("logHash")

    def attribute(self, name: str) -> str:
        """A `data-*` attribute of <html>, in camel case; empty when it is not there."""
        return str(self.page.evaluate("name => document.documentElement.dataset[name] ?? ''", name))

    def wait_for(self, name: str, other_than: str = "") -> Visit:
        """Wait until an attribute is there, and is not `other_than`."""
        self.page.wait_for_function(CHANGED, arg=[name, other_than], timeout=START_MS)
        return self

    def columns(self, source: str) -> dict[str, list[Any]]:
        """The columns of one of the network's data sources as the page has them: flows, waiting or banks."""
        return dict(self.page.evaluate(PLAIN, source))

    def network(self) -> str:
        """All that the network shows, to be compared."""
        return json.dumps({source: self.columns(source) for source in ("flows", "waiting", "banks")}, sort_keys=True)

    def press(self, key: str, changes: str = "tick") -> Visit:
        """Press a key and wait until the attribute that it changes has changed."""
        before = self.attribute(changes)
        self.page.keyboard.press(key)
        return self.wait_for(changes, before)

    def python(self, code: str, **names: Any) -> Any:
        """Run Python in the page's worker; `names` are given to it as JSON values."""
        (worker,) = self.page.workers
        return worker.evaluate(
            "([code, names]) => pyodide.runPython(code, {globals: pyodide.toPy(names)})",
            [code, {"__name__": "test", **names}],
        )

    def wrong(self) -> list[str]:
        """What it has complained about and asked others for since this was last asked."""
        self._listen()
        complaints, self.complaints = self.complaints, []
        strangers, self.strangers = self.strangers, []
        return [*([] if self.may_complain else complaints), *(f"asked for {stranger}" for stranger in strangers)]

    def close(self) -> None:
        """Close the page, when all that it has said has arrived."""
        self._listen()
        self.page.close()

    def _listen(self) -> None:
        if not self.page.is_closed() and not self.may_complain:
            self.page.evaluate("0")  # what the page has said so far arrives before the answer

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.strangers.append(request.url)
