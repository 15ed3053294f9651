"""The log of a server: one JSON object a line on stderr, written by a thread of its own."""

from __future__ import annotations

import json
import logging
import queue
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener

LINES_WAITING = 10_000
"""So many lines wait for whoever reads stderr; what comes on top of them is lost, and the next line counts it."""


@contextmanager
def log_to_stderr(level: int) -> Iterator[None]:
    """Write what is logged meanwhile. Whoever logs never waits for stderr: behind a pipe it may be slow, or full."""
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(JsonFormatter())
    lines: queue.Queue[logging.LogRecord] = queue.Queue(LINES_WAITING)
    # uvicorn takes a WebSocket that is refused with a status and words for one that was not answered.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "without completing handshake" not in record.msg)
    logging.basicConfig(level=level, handlers=[Lines(lines)], force=True)
    listener = QueueListener(lines, writer)
    listener.start()
    try:
        yield
    finally:
        listener.stop()


class Lines(QueueHandler):
    """Puts records into the queue as they are; where there is no room, it counts them."""

    def __init__(self, lines: queue.Queue[logging.LogRecord]) -> None:
        super().__init__(lines)
        self.lost = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Nothing is to be done: it stays in this process."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put it into the queue, or count it."""
        if self.lost:
            record.lost = self.lost
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.lost += 1
        else:
            self.lost = 0


class JsonFormatter(logging.Formatter):
    """A record as JSON: `time, level, message`, what was given with it, and `error` with its place in the code."""

    FIELDS = ("request_id", "method", "path", "status", "milliseconds", "client", "simulation_id", "lost")

    def format(self, record: logging.LogRecord) -> str:
        """One line; what a client sent is escaped by JSON, so that it cannot forge another line."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in self.FIELDS if hasattr(record, name)},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)
