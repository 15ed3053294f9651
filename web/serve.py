"""Serves the built site on this machine, compressed: `python -m web.serve FOLDER --port 8000`.

It does what a good static host does and no more, so that what works here works on any: compresses with brotli or gzip,
lets folders with a hash in their name be cached for ever, and has everything else asked for anew.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import mimetypes
import re
import sys
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import brotli

CACHE = Path(__file__).parents[1] / ".cache/compressed"
HASHED = re.compile(r"^[a-z]+-[0-9a-f]{12}/")
COMPRESSED = re.compile(r"\.(html|js|mjs|css|json|wasm|txt|svg)$")
TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
}
BROTLI_QUALITY = 9
"""11 is 4 percent smaller and takes minutes."""


@dataclass(frozen=True)
class File:
    """A file in the forms in which it can travel, by content coding."""

    path: str
    forms: dict[str, bytes]

    def best(self, accepted: str) -> tuple[str, bytes]:
        """The smallest form that the browser accepts."""
        offered = {part.split(";")[0].strip() for part in accepted.split(",")} | {"identity"}
        return min(
            ((name, body) for name, body in self.forms.items() if name in offered), key=lambda form: len(form[1])
        )


class Server(ThreadingHTTPServer):
    """A site at `prefix` on 127.0.0.1; `port` 0 takes a free one. `sent` counts the bytes of every path."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, port: int = 0, prefix: str = "/") -> None:
        self.files = {path: _file(folder, path) for path in _paths(folder)}
        self.prefix = prefix
        self.sent: Counter[str] = Counter()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.prefix}"


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of files."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        file = self.server.files.get(path.removeprefix(self.server.prefix) or "index.html")
        if file is None or not path.startswith(self.server.prefix):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        coding, body = file.best(self.headers.get("Accept-Encoding", ""))
        self.send_response(HTTPStatus.OK)
        suffix = Path(file.path).suffix
        self.send_header(
            "Content-Type", TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        )
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", "max-age=31536000, immutable" if HASHED.match(file.path) else "no-cache")
        if coding != "identity":
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        if with_body:
            with contextlib.suppress(ConnectionError):  # the page was closed meanwhile
                self.wfile.write(body)
                self.server.sent[file.path] += len(body)

    def log_message(self, *arguments: object) -> None:
        """Silent: a request is not news."""


def _paths(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def _file(folder: Path, path: str) -> File:
    content = (folder / path).read_bytes()
    forms = {"identity": content}
    if COMPRESSED.search(path):
        forms |= {"br": _compressed(content, "br"), "gzip": _compressed(content, "gzip")}
    return File(path, forms)


def _compressed(content: bytes, coding: str) -> bytes:
    """Compressed once, kept by what it is made of."""
    kept = CACHE / f"{hashlib.sha256(content).hexdigest()}.{coding}{BROTLI_QUALITY if coding == 'br' else ''}"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        partial.write_bytes(
            brotli.compress(content, quality=BROTLI_QUALITY, lgwin=24) if coding == "br" else gzip.compress(content, 6)
        )
        partial.rename(kept)
    return kept.read_bytes()


def main() -> None:
    """Serve until interrupted; the address is printed when it answers."""
    options = argparse.ArgumentParser(prog="python -m web.serve", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--prefix", default="/", help="the path under which the site lies")
    given = options.parse_args()
    try:
        server = Server(given.folder, given.port, given.prefix)
    except OSError as error:
        sys.exit(
            f"127.0.0.1:{given.port} cannot be used ({error.strerror}). Choose another with PORT=8001 ./build.sh serve"
        )
    print(f"The simulator is at {server.address} (Ctrl+C ends it).", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
