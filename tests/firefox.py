"""Debian's Firefox, spoken to by WebDriver BiDi: what a test of the site needs of it and no more.

Playwright drives a Firefox of its own making only, which no package of Debian has.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
ANSWER_SECONDS = 60
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


FIND = """
const find = (selector, within = document) => {
  const found = within.querySelector(selector)
  if (found) return found
  for (const element of within.querySelectorAll("*")) {
    const inner = element.shadowRoot && find(selector, element.shadowRoot)
    if (inner) return inner
  }
  return null
}
"""


class Firefox:
    """One page, and every error and warning that it has told its console."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._numbers = line, itertools.count(1)
        self.complaints: list[str] = []
        self._call("session.new", capabilities={})
        self._call("session.subscribe", events=["log.entryAdded"])
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def go(self, address: str) -> None:
        """Begin to load an address."""
        self._call("browsingContext.navigate", context=self._context, url=address, wait="none")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript on the page: text, a number, a truth value, or None."""
        target = {"context": self._context}
        told = self._call("script.evaluate", expression=expression, target=target, awaitPromise=True)
        return told["result"].get("value")

    def wait_for(self, expression: str, seconds: float) -> Any:
        """Its value, as soon as that is true, not zero and not empty."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{expression} is {value!r} after {seconds} s; complaints: {self.complaints}")
            time.sleep(0.1)
        return value

    def press(self, key: str) -> None:
        """Press a key and let it go; `key` as the protocol names it, such as `\\ue014` for the right arrow."""
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._call("input.performActions", context=self._context, actions=[{"type": "key", "id": "k", "actions": keys}])

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        for letter in text:
            self.press(letter)

    def centre(self, selector: str) -> tuple[float, float]:
        """Where the first element is that a selector finds, also inside shadow roots, in pixels of the window."""
        return self.point(
            f"const {{x, y, width, height}} = find({json.dumps(selector)}).getBoundingClientRect();"
            "return [x + width / 2, y + height / 2]"
        )

    def point(self, body: str) -> tuple[float, float]:
        """Two numbers that a function body returns; it may use `find(selector)`, which looks into shadow roots."""
        x, y = json.loads(self.evaluate(f"(() => {{ {FIND} return JSON.stringify((() => {{ {body} }})()) }})()"))
        return float(x), float(y)

    def found(self, selector: str) -> str:
        """An expression: the element that a selector finds, also inside shadow roots."""
        return f"(() => {{ {FIND} return find({json.dumps(selector)}) }})()"

    def drag(self, begin: tuple[float, float], *ways: tuple[float, float]) -> None:
        """Press the mouse at a place, move it along and let it go; without a way it is a click."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in (begin, *ways)]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "m", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self._call("input.performActions", context=self._context, actions=[mouse])

    def click(self, selector: str) -> None:
        """Click on the middle of an element."""
        self.drag(self.centre(selector))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._line.recv(timeout=ANSWER_SECONDS))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] in ("error", "warn"):
                self.complaints.append(f"{told['params']['level']}: {told['params']['text']}")
            if told.get("id") == number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
                return dict(told["result"])


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Firefox without a window, in an empty profile."""
    assert FIREFOX is not None
    with tempfile.TemporaryDirectory() as profile:
        command = [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            address = next(found[1] for line in process.stderr if (found := LISTENING.search(line)))
            with connect(f"{address}/session", max_size=None) as line:
                yield Firefox(line)
        finally:
            process.terminate()
            process.communicate()
