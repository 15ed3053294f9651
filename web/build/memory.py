"""Python's memory when the page has just opened, made here so that no visitor has to: web/src/memory.js puts it back.

It travels as a section of its own of an empty WebAssembly module: hosts compress and cache it like any other. What a
fresh start has in memory anyway (the data of Pyodide and of the linked libraries) is left out, and what can be told
from the rest is folded (web/src/fold.js).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from web.build import archive

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache/memory"
MAKER = Path(__file__).with_name("memory.mjs")
MADE_OF = (MAKER, Path(__file__), *(ROOT / f"web/src/{name}.js" for name in ("memory", "fold", "unpack")))
APART = 8
"""This many words before and after what differs travel too: a piece of its own would cost as much, and what looks equal
beside what is random in a fresh start is so by chance.
"""

Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Memory:
    """`module` is the memory, `note` what web/src/memory.js needs to know of it, `document` what the page draws then,
    `imported` the files of the modules in it, as Python names them.
    """

    module: bytes
    note: dict[str, Any]
    document: bytes
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
            memory, fresh = (np.fromfile(f"{place}/to/{name}", np.uint32) for name in ("memory", "fresh"))
            Path(place, "to/memory").write_bytes(module(memory, _pieces(memory, fresh)))
            Path(place, "to/fresh").unlink()
            Path(place, "to").rename(folder)
    note = json.loads((folder / "note.json").read_text(encoding="utf-8"))
    imported = frozenset(note.pop("imported"))
    return Memory((folder / "memory").read_bytes(), note, (folder / "document.json").read_bytes(), imported)


def module(words: Words, pieces: npt.NDArray[np.int64]) -> bytes:
    """What `fill` in web/src/memory.js puts into a memory: of `words` each piece, from and to (without)."""
    table = np.column_stack([pieces[:, 0], pieces[:, 1] - pieces[:, 0]])
    content = [np.array([len(pieces)]), table.ravel(), *(words[begin:end] for begin, end in pieces)]
    section = b"\x05image" + np.concatenate(content).astype("<u4").tobytes()
    length = bytes(len(section) >> 7 * place & 0x7F | (0x80 if place < 4 else 0) for place in range(5))
    return b"\0asm\1\0\0\0" + b"\0" + length + section


def _pieces(memory: Words, fresh: Words) -> npt.NDArray[np.int64]:
    """From and to (without) of what differs, one piece a row."""
    places = np.flatnonzero(memory != fresh)
    last = np.flatnonzero(np.diff(places) > 2 * APART)
    starts, ends = np.append(places[:1], places[last + 1]) - APART, np.append(places[last], places[-1:]) + APART + 1
    return np.column_stack([np.maximum(starts, 0), np.minimum(ends, len(memory))])
