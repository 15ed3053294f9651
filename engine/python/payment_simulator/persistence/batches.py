"""Events as Arrow tables: columns made around the bytes of the engine, without a Python object per event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from payment_simulator.execution.event_codes import event_codes
from payment_simulator.persistence.database import ROW_GROUP

NUMBERS = {
    "seq": "<i8",
    "tick": "<i4",
    "kind": "u1",
    "agent": "<i4",
    "peer": "<i4",
    "payment": "<i8",
    "amount": "<i8",
    "number_1": "<i8",
    "number_2": "<i8",
    "number_3": "<i8",
}
"""The columns of numbers of `event_rows`, and how wide they are."""

KINDS = 256
"""More than there are types of events."""


@dataclass(frozen=True)
class EventBatch:
    """Some events. `events`: the columns of `EventRow` that the engine knows. `more_agents`: seq, agent_id for every
    bank that an event names beside those in its own columns; `transactions`: seq, tx_id likewise.
    """

    events: pa.Table
    policies: list[tuple[int, str, Any]]
    """Those that were replaced while the run went on: tick, bank, policy."""
    counts: pa.Table
    """The columns of `EventCount` without its run."""
    more_agents: pa.Table
    transactions: pa.Table


def event_batch(rows: Mapping[str, bytes], agent_ids: list[str]) -> EventBatch:
    """From what `event_rows` gives."""
    names = strings(agent_ids)
    numbers = {name: _numbers(rows[name], kind) for name, kind in NUMBERS.items()}
    # A column in which nothing stands is not written: it would cost as much as one of numbers.
    texts = {name: _texts(rows[name], rows[f"{name}_offsets"], empty_is_null=True) for name in ("part", "details")}
    events = pa.table(numbers | {name: column for name, column in texts.items() if column.null_count < len(column)})
    more_agents = pa.table({"seq": _numbers(rows["more_agents_seq"]), "agent_id": _codes(rows["more_agents"], names)})
    other = _texts(rows["other_tx"], rows["other_tx_offsets"])
    transactions = pa.table({"seq": _numbers(rows["other_tx_seq"]), "tx_id": other})
    return EventBatch(events, _replaced_policies(rows), _counts(rows), more_agents, transactions)


def _counts(rows: Mapping[str, bytes]) -> pa.Table:
    """How often each bank is named by events of each type; as bank -1, how many there are."""
    seqs, kinds = np.frombuffer(rows["seq"], "<i8"), np.frombuffer(rows["kind"], "u1").astype("<i8")
    agents, peers = (np.frombuffer(rows[name], "<i4").astype("<i8") for name in ("agent", "peer"))
    more = kinds[np.frombuffer(rows["more_agents_seq"], "<i8") - seqs[:1]]
    banks = np.concatenate([np.where(peers == agents, -1, peers), agents, np.frombuffer(rows["more_agents"], "<i4")])
    # A bank and a type are one number; bank -1 comes first, and stands for all events instead of those without a bank.
    found = np.bincount((banks + 1) * KINDS + np.concatenate([kinds, kinds, more]), minlength=KINDS)
    found[:KINDS] = np.bincount(kinds, minlength=KINDS)
    places = np.flatnonzero(found)
    columns = {"first_seq": seqs[:1].repeat(len(places)), "end_seq": seqs[-1:].repeat(len(places)) + 1}
    columns |= {"agent": places // KINDS - 1, "kind": places % KINDS, "events": found[places]}
    return pa.table({name: _numbers(values) for name, values in columns.items()})


def _replaced_policies(rows: Mapping[str, bytes]) -> list[tuple[int, str, Any]]:
    control_code = event_codes()["ControlExecuted"]
    found, place = [], rows["kind"].find(control_code)
    ticks, bounds = np.frombuffer(rows["tick"], "<i4"), np.frombuffer(rows["details_offsets"], "<i8")
    while place >= 0:
        control = json.loads(rows["details"][bounds[place] : bounds[place + 1]])
        if control["control"] == "replace_policy":
            details = control["details"]
            found.append((int(ticks[place]), details["agent_id"], json.loads(details["policy"])))
        place = rows["kind"].find(control_code, place + 1)
    return found


# Arrays are made around their bytes: `pyarrow.array` would load pandas, which takes longer than a day takes to run.
_ARROW = {"<i8": pa.int64(), "<i4": pa.int32(), "u1": pa.uint8(), "<f8": pa.float64()}


def _numbers(values: bytes | NDArray[Any], kind: str = "<i8", there: NDArray[np.bool_] | None = None) -> pa.Array:
    """A column of numbers, NULL where they are not there."""
    validity = None if there is None else pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    buffer = pa.py_buffer(values)
    return pa.Array.from_buffers(_ARROW[kind], buffer.size // np.dtype(kind).itemsize, [validity, buffer])


def strings(texts: Sequence[str]) -> pa.Array:
    """A column of texts."""
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype="<i4")
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def _codes(places: bytes, texts: pa.Array) -> pa.Array:
    """A column of texts by their places; -1: none."""
    return pa.DictionaryArray.from_arrays(_numbers(places, "<i4", np.frombuffer(places, "<i4") >= 0), texts)


def _texts(text: bytes, offsets: bytes, *, empty_is_null: bool = False) -> pa.Array:
    """A column of texts around their bytes."""
    length = len(offsets) // 8 - 1
    validity, nulls = None, 0
    if empty_is_null:
        there = np.diff(np.frombuffer(offsets, "<i8")) > 0
        nulls = length - int(np.count_nonzero(there))
        validity = pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.LargeStringArray.from_buffers(length, pa.py_buffer(offsets), pa.py_buffer(text), validity, nulls)


def column(kind: str, values: bytes, *rest: Any) -> pa.Array:
    """A column of `RollUp.end_day`."""
    if kind == "texts":
        return _texts(values, *rest, empty_is_null=True)
    if kind == "floats":
        return _numbers(values, "<f8")
    if kind == "codes":
        return _codes(values, strings(*rest))
    return _numbers(values)


def table(columns: Mapping[str, tuple[Any, ...]]) -> pa.Table:
    """A table of `RollUp.end_day`."""
    return pa.table({name: column(*parts) for name, parts in columns.items()})


PACKED = "zstd"
PIECE_BYTES = 256
LONG = 2**20
"""From so many bytes on a log is cut into as many pieces as DuckDB packs for good at once; pieces of a shorter one are
of `PIECE_BYTES`."""


@dataclass(frozen=True)
class PackedLog:
    """A canonical log, packed with zstd, in pieces of one column `log` with their places in `piece`."""

    pieces: pa.Table
    log_bytes: int
    """How long it was."""


def packed(log: bytes) -> PackedLog:
    """A canonical log, packed whole and then cut into pieces: at least one, if only of nothing."""
    text = pa.compress(log, PACKED, asbytes=True)
    count = ROW_GROUP if len(log) >= LONG else max(1, -(-len(log) // PIECE_BYTES))
    offsets = np.linspace(0, len(text), count + 1, dtype="<i8")
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    )
    return PackedLog(pa.table({"piece": _numbers(np.arange(count, dtype="<i8")), "log": pieces}), len(log))


def unpacked(pieces: bytes, length: int | None) -> bytes:
    """The canonical log of a segment from its pieces, joined. Without its length it was not packed."""
    return pieces if length is None else pa.decompress(pieces, length, PACKED, asbytes=True)
