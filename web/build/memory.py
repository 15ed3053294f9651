"""Python's memory when the page has just opened, made here so that no visitor has to: web/src/memory.js puts it back.

It travels as a WebAssembly module that consists of data alone. Hosts compress and cache it like any other, and the
browser copies the data to its place while it instantiates the module. What a fresh start has in memory anyway (the
data of Pyodide and of the linked libraries) is left out.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from web.build import archive

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache/memory"
MAKER = Path(__file__).with_name("memory.mjs")
MADE_OF = (MAKER, Path(__file__), ROOT / "web/src/memory.js", ROOT / "web/src/unpack.js")
PAGE = 65536
APART = 32
"""This many bytes before and after what differs travel too: a piece of its own would cost as much, and what looks equal
beside what is random in a fresh start is so by chance.
"""

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Memory:
    """`module` is the memory, `note` what web/src/memory.js needs to know of it, `imported` the files of the modules in
    it, as Python names them.
    """

    module: bytes
    note: dict[str, Any]
    imported: frozenset[str]


def made(runtime: dict[str, bytes], library: bytes, packages: dict[str, bytes], panel: str) -> Memory:
    """Open the page in Pyodide and take its memory; done once for the same files.

    `runtime` is Pyodide, `library` the standard library as a zip, `packages` everything that Python imports, and
    `panel` the place of Panel's style sheets, relative to the page.
    """
    files = {f"runtime/{name}": content for name, content in runtime.items()}
    files |= {"library.zip": library, "packages": archive.joined(packages)}
    digest = hashlib.sha256(panel.encode())
    for content in [*(file.read_bytes() for file in MADE_OF), *files.values()]:
        digest.update(hashlib.sha256(content).digest())
    folder = CACHE / digest.hexdigest()[:16]
    if not folder.exists():
        shutil.rmtree(CACHE, ignore_errors=True)  # the last one is enough, and they are large
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            for name, content in files.items():
                target = Path(place, "from", name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            Path(place, "to").mkdir()
            subprocess.run(["node", str(MAKER), f"{place}/from", f"{place}/to", panel], check=True)
            memory, fresh = (np.fromfile(f"{place}/to/{name}", np.uint8) for name in ("memory", "fresh"))
            Path(place, "to/memory").write_bytes(module(memory, fresh))
            Path(place, "to/fresh").unlink()
            Path(place, "to").rename(folder)
    note = json.loads((folder / "note.json").read_text(encoding="utf-8"))
    return Memory((folder / "memory").read_bytes(), note, frozenset(note.pop("imported")))


def module(memory: Bytes, fresh: Bytes) -> bytes:
    """A WebAssembly module that imports a memory with the content of `fresh` and makes it `memory`."""
    pieces = list(_pieces(memory, fresh))
    data = b"".join(
        b"\0\x41" + _signed(start) + b"\x0b" + _unsigned(end - start) + memory[start:end].tobytes()
        for start, end in pieces
    )
    needed = _name("env") + _name("memory") + b"\x02\0" + _unsigned(len(memory) // PAGE)
    return b"\0asm\1\0\0\0" + _section(2, 1, needed) + _section(11, len(pieces), data)


def _pieces(memory: Bytes, fresh: Bytes) -> Iterator[tuple[int, int]]:
    """From and to (without) of what differs."""
    places = np.flatnonzero(memory != fresh)
    last = np.flatnonzero(np.diff(places) > 2 * APART)
    starts, ends = np.append(places[:1], places[last + 1]) - APART, np.append(places[last], places[-1:]) + APART + 1
    yield from zip(np.maximum(starts, 0).tolist(), np.minimum(ends, len(memory)).tolist(), strict=True)


def _section(kind: int, count: int, content: bytes) -> bytes:
    counted = _unsigned(count) + content
    return bytes([kind]) + _unsigned(len(counted)) + counted


def _name(name: str) -> bytes:
    return _unsigned(len(name)) + name.encode()


def _unsigned(number: int) -> bytes:
    """LEB128."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _unsigned(rest) if rest else bytes([low])


def _signed(number: int) -> bytes:
    """LEB128 of a number that is not negative: its highest bit must not look like a sign."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low]) if not rest and not low & 0x40 else bytes([low | 0x80]) + _signed(rest)
