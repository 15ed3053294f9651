"""Archives of byte-compiled Python: all files one after the other in one gzip stream.

One stream over everything is a fifth smaller than a zip, which packs each file for itself; the browser unpacks it
natively while it arrives, and it needs no host that compresses. The same content gives the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache/compiled"
COMPILER = Path(__file__).with_name("compile.mjs")


def compiled(files: Iterable[tuple[str, bytes]], *, lines: bool = False) -> dict[str, bytes]:
    """The files with every `.py` byte-compiled by Pyodide's Python, with the numbers of their lines or without; done
    once for the same files.
    """
    sources = dict(files)
    options = [] if lines else ["bare"]
    digest = hashlib.sha256(COMPILER.read_bytes() + bytes(lines))
    for path, content in sorted(sources.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    folder = CACHE / digest.hexdigest()[:16]
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        _write(partial / "from", sources.items())
        subprocess.run(["node", str(COMPILER), str(partial / "from"), str(partial / "to"), *options], check=True)
        (partial / "to").rename(folder)
        shutil.rmtree(partial)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def joined(files: dict[str, bytes]) -> bytes:
    """What `unpack` in web/src/unpack.js reads: [[path, size], ...] as a line of JSON, then the files' bytes."""
    ordered = sorted(files.items())
    contents = json.dumps([[path, len(content)] for path, content in ordered], separators=(",", ":"))
    return contents.encode() + b"\n" + b"".join(content for _, content in ordered)


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip, not compressed in itself, for Python to import from as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def packed(content: bytes) -> bytes:
    """As it travels: the browser unpacks it while it arrives."""
    return gzip.compress(content, 9, mtime=0)


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for path, content in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
