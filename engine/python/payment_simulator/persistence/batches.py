"""Events as Arrow tables: columns made around the bytes of the engine, without a Python object per event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from payment_simulator_core_rs import event_catalogue

from payment_simulator.persistence.database import ROW_GROUP

KINDS = pa.array([kind["event_type"] for kind in event_catalogue()])


@dataclass(frozen=True)
class EventBatch:
    """Some events. `events`: seq, tick, event_type, details, agent_id, tx_id, first_agent, second_agent. `more_agents`:
    seq, agent_id for every bank that an event names after the second one; `transactions`: seq, tx_id for every payment
    that it names beside the one in its own column.
    """

    events: pa.Table
    more_agents: pa.Table
    transactions: pa.Table


def event_batch(rows: Mapping[str, bytes], agent_ids: list[str]) -> EventBatch:
    """From what `event_rows` gives."""
    names = pa.array(agent_ids, pa.string())
    first, second = (np.frombuffer(rows[name], "<i4") for name in ("first_agent", "second_agent"))
    events = pa.table(
        {
            "seq": np.frombuffer(rows["seq"], "<i8"),
            "tick": np.frombuffer(rows["tick"], "<i4"),
            "event_type": pa.DictionaryArray.from_arrays(np.frombuffer(rows["kind"], "u1"), KINDS),
            "details": _texts(rows["details"], rows["details_offsets"]),
            "agent_id": _codes(rows["agent"], names),
            "tx_id": _texts(rows["tx"], rows["tx_offsets"], empty_is_null=True),
            "first_agent": pa.array(first, mask=first < 0),
            "second_agent": pa.array(second, mask=second < 0),
        }
    )
    more_agents = pa.table(
        {"seq": np.frombuffer(rows["more_agents_seq"], "<i8"), "agent_id": _codes(rows["more_agents"], names)}
    )
    other = _texts(rows["other_tx"], rows["other_tx_offsets"])
    return EventBatch(
        events, more_agents, pa.table({"seq": np.frombuffer(rows["other_tx_seq"], "<i8"), "tx_id": other})
    )


def _codes(places: bytes, texts: pa.Array) -> pa.Array:
    """A column of texts by their places; -1: none."""
    numbers = np.frombuffer(places, "<i4")
    return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), texts)


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
        return pa.array(np.frombuffer(values, "<f8"))
    if kind == "codes":
        return _codes(values, pa.array(*rest, pa.string()))
    numbers = np.frombuffer(values, "<i8")
    return pa.array(numbers, mask=numbers < 0) if kind == "counts" else pa.array(numbers)


def table(columns: Mapping[str, tuple[Any, ...]]) -> pa.Table:
    """A table of `RollUp.end_day`."""
    return pa.table({name: column(*parts) for name, parts in columns.items()})


PIECE_BYTES = 256


def log_pieces(log: bytes) -> pa.Table:
    """A canonical log cut into pieces, around its bytes: piece, log. At least one, if only of nothing.

    A long log has as many as DuckDB packs for good; those of a short one are small.
    """
    count = max(1, min(-(-len(log) // PIECE_BYTES), ROW_GROUP))
    offsets = np.linspace(0, len(log), count + 1, dtype="<i8")
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(log)]
    )
    return pa.table({"piece": np.arange(count), "log": pieces})
