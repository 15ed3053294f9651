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
