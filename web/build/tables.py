"""Tables of Pyodide's runtime that no start reads, apart from the rest: they travel after it.

A third of the runtime's data serves the names of characters and the encodings of East Asia, and hardly compresses. It
is cut out of the module, and web/src/worker.js puts it into memory when everything answers.
"""

from __future__ import annotations

import hashlib

import numpy as np

from web.build.memory import Words, module

MODULE = "pyodide.asm.wasm"
TABLES = (
    # What the codecs of Python read, and where each finds what.
    (0xC3560, 0xDC580),
    (0xDCF50, 0xFB334),
    (0xFB670, 0x126F70),
    (0x126F80, 0x13FE54),
    (0x140090, 0x153370),
    (0x3766D8, 0x378EE0),
    (0x378F58, 0x37A760),
    (0x37AAD8, 0x380AE0),
    (0x380B58, 0x382360),
    (0x3823D8, 0x3843E0),
    # gb18030, hkscs, jis0208, big5 and ksc of musl's iconv, which nobody calls.
    (0x2B2560, 0x2CF80C),
    # unicodedata's names: their letters, and where each character's name stands.
    (0x180334, 0x1C3594),
    (0x1C52C4, 0x1EC2C4),
)
"""From and to (without), as addresses."""

SHA256 = "b999e1d2129723717cadce1cc81587eb6c9ed01fea709fdbd34d7f6525e0e9e1"
"""Of all their bytes: of another version of Pyodide they stand elsewhere."""


def apart(runtime: dict[str, bytes]) -> tuple[dict[str, bytes], bytes]:
    """The runtime's files with nothing but zeros in the tables, and the tables as web/src/memory.js puts them back."""
    cut = bytearray(runtime[MODULE])
    tables: Words = np.zeros(max(end for _, end in TABLES) // 4, np.uint32)
    content = tables.view(np.uint8)
    for address, begin, size in _segments(runtime[MODULE]):
        for first, last in TABLES:
            low, high = max(first, address), min(last, address + size)
            if low < high:
                place = slice(begin + low - address, begin + high - address)
                content[low:high] = np.frombuffer(runtime[MODULE][place], np.uint8)
                cut[place] = bytes(high - low)
    digest = hashlib.sha256(b"".join(content[first:last].tobytes() for first, last in TABLES)).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{MODULE} is another: look where its tables stand (web/build/tables.py), SHA-256 {digest}")
    return runtime | {MODULE: bytes(cut)}, module(tables, np.array(TABLES) // 4)


def _segments(binary: bytes) -> list[tuple[int, int, int]]:
    """Of each active segment of a module's data the address in memory, the place in the file, and the size."""
    place, segments = 8, []
    while place < len(binary):
        section = binary[place]
        size, place = _number(binary, place + 1)
        if section == 11:
            count, at = _number(binary, place)
            for _ in range(count):
                address, at = _number(binary, at + 2)  # 0: active; 0x41: i32.const
                length, at = _number(binary, at + 1)  # 0x0b: end
                segments.append((address, at, length))
                at += length
        place += size
    return segments


def _number(binary: bytes, place: int) -> tuple[int, int]:
    """LEB128, and the place after it. An address so low is never negative."""
    number = shift = 0
    while True:
        byte = binary[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, place
