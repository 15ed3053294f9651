"""A run as one file: what was run, and everything that happened. Made and read with the standard library alone.

A run file is gzip over one line of JSON and the canonical log (`docs/log.md`) behind it. The line holds `format`,
`version`, `config` (the engine input), `display` (how it is shown), `seed`, `ticks` (how many were run), `versions` (of
the programs that wrote it), `config_hash` and `log_hash`. The same run gives the same file.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payment_simulator_core_rs import Recording, __version__

if TYPE_CHECKING:
    from payment_simulator_core_rs import Views

SUFFIX = ".payrun"
FORMAT = "payment-simulator run"
VERSION = 1
LARGEST = min(8 * 2**30, sys.maxsize)
"""Bytes that a run file may hold when it is unpacked; a browser's Python counts to 2 GiB."""
_GZIP = 31
"""What zlib calls the gzip container."""
_FIELDS: dict[str, type] = {
    "config": dict,
    "display": dict,
    "seed": int,
    "ticks": int,
    "versions": dict,
    "config_hash": str,
    "log_hash": str,
}


class RunFileError(ValueError):
    """Not a run file, or one that is damaged. The message says what is wrong and what to do."""


@dataclass(frozen=True)
class RunFile:
    """What a run file holds. `log` is the canonical log; `config` the engine input; `display` may be empty."""

    config: dict[str, Any]
    log: bytes
    ticks: int
    log_hash: str
    display: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """Of every random stream of the run."""
        return int(self.config["rng_seed"])

    def recording(self) -> Recording:
        """The run, to look at. Raises `RunFileError` when scenario and log do not belong together."""
        try:
            return Recording(self.config, self.log, ticks=self.ticks)
        except (ValueError, OverflowError) as error:
            raise RunFileError(f"its scenario and its log do not agree: {error}; export the run again") from None


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 in lower-case hex of an engine input: of its JSON with sorted keys and without spaces."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_run(run: Views, display: Mapping[str, Any] | None = None) -> bytes:
    """A run, live or recorded, as the bytes of a run file."""
    return pack(run.config, run.canonical_log(), run.current_tick, display)


def pack(config: Mapping[str, Any], log: bytes, ticks: int, display: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a run file from its parts."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "config": config,
        "display": display or {},
        "seed": config["rng_seed"],
        "ticks": ticks,
        "versions": {"payment_simulator": __version__},
        "config_hash": config_hash(config),
        "log_hash": hashlib.sha256(log).hexdigest(),
    }
    line = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    return gzip.compress(line + b"\n" + log, compresslevel=6, mtime=0)


def read_run(content: bytes) -> RunFile:
    """Read the bytes of a run file and check them against their hashes. Raises `RunFileError`."""
    line, newline, log = _unpack(content).partition(b"\n")
    head = _head(line if newline else b"")
    if config_hash(head["config"]) != head["config_hash"] or head["config"].get("rng_seed") != head["seed"]:
        raise RunFileError(
            "its scenario does not have the hash or the seed that the file names: it was changed; export the run again"
        )
    if hashlib.sha256(log).hexdigest() != head["log_hash"]:
        raise RunFileError("its log does not have the hash that the file names: it was changed; export the run again")
    return RunFile(head["config"], log, head["ticks"], head["log_hash"], head["display"], head["versions"])


def _unpack(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b":
        raise RunFileError(f"is not a run file; write one with 'payment-sim export', its name ends with {SUFFIX}")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(content, LARGEST)
    except zlib.error as error:
        raise RunFileError(f"is damaged ({error}); copy or export it again") from None
    except MemoryError:
        raise RunFileError("holds more than fits into memory here; open it where there is more") from None
    if unpacking.unconsumed_tail:
        raise RunFileError(f"holds more than {LARGEST:,} bytes; no run file is so large")
    if unpacking.unused_data:
        raise RunFileError("goes on after its end: something was written behind it; copy or export it again")
    if not unpacking.eof:
        raise RunFileError("ends too early: it is truncated; copy or export it again")
    return plain


def _head(line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
        json.dumps(head, ensure_ascii=False).encode()  # half of a character cannot be written
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise RunFileError("is not a run file: it does not begin as one")
    if head.get("version") != VERSION:
        raise RunFileError(
            f"is of version {head.get('version')!r} of the format, and this program reads version {VERSION}; "
            "export the run again with this program, or update it"
        )
    for name, kind in _FIELDS.items():
        if type(head.get(name)) is not kind:
            raise RunFileError(f"has no {name}; export the run again")
    return head
