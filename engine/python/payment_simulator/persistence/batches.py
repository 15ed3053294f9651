"""Events as Arrow tables: columns made around the bytes of the engine, without a Python object per event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from payment_simulator_core_rs import event_catalogue

KINDS = pa.array([kind["event_type"] for kind in event_catalogue()])


@dataclass(frozen=True)
class EventBatch:
    """Some events. `events`: seq, tick, event_type, details, agent_id, tx_id. `agents`: agent_id and places, the seq of
    every event that names it, for every bank that is named. `transactions`: seq, tx_id for every payment that an event
    names, where there is another than tx_id.
    """

    events: pa.Table
    agents: pa.Table
    transactions: pa.Table


def event_batch(rows: Mapping[str, bytes], agent_ids: list[str]) -> EventBatch:
    """From what `event_rows` gives."""
    seq = np.frombuffer(rows["seq"], "<i8")
    names = pa.array(agent_ids, pa.string())
    agent = np.frombuffer(rows["agent"], "<i4")
    events = pa.table(
        {
            "seq": seq,
            "tick": np.frombuffer(rows["tick"], "<i4"),
            "event_type": pa.DictionaryArray.from_arrays(np.frombuffer(rows["kind"], "u1").astype("i4"), KINDS),
            "details": _texts(rows["details"], rows["details_offsets"]),
            "agent_id": pa.DictionaryArray.from_arrays(pa.array(agent, mask=agent < 0), names),
            "tx_id": _texts(rows["tx"], rows["tx_offsets"], empty_is_null=True),
        }
    )
    counts = np.diff(np.frombuffer(rows["participants_offsets"], "<i8"))
    participants = np.frombuffer(rows["participants"], "<i4")
    # A stable sort keeps each bank's places in order; of numbers that are short it takes one pass.
    by_bank = np.argsort(participants.astype("<u2" if len(agent_ids) < 2**16 else "<i4"), kind="stable")
    of_bank = np.bincount(participants, minlength=len(agent_ids))
    ends = pa.array(np.concatenate([[0], np.cumsum(of_bank)]), pa.int32())
    places = pa.ListArray.from_arrays(ends, np.repeat(seq, counts)[by_bank])
    agents = pa.table({"agent_id": names, "places": places}).filter(pa.array(of_bank > 0))
    named = np.diff(np.frombuffer(rows["tx_ids_offsets"], "<i8"))
    has_own = np.diff(np.frombuffer(rows["tx_offsets"], "<i8")) > 0
    others = np.repeat(named > has_own, named)
    transactions = pa.table(
        {"seq": np.repeat(seq, named), "tx_id": _texts(rows["tx_ids_text"], rows["tx_ids_text_offsets"])}
    ).filter(pa.array(others))
    return EventBatch(events, agents, transactions)


def _texts(text: bytes, offsets: bytes, *, empty_is_null: bool = False) -> pa.Array:
    """A column of texts around their bytes."""
    length = len(offsets) // 8 - 1
    validity, nulls = None, 0
    if empty_is_null:
        there = np.diff(np.frombuffer(offsets, "<i8")) > 0
        nulls = length - int(np.count_nonzero(there))
        validity = pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.LargeStringArray.from_buffers(length, pa.py_buffer(offsets), pa.py_buffer(text), validity, nulls)


PIECE_BYTES = 256


def log_pieces(log: bytes) -> pa.Table:
    """A canonical log cut into pieces, around its bytes: piece, log. At least one, if only of nothing."""
    ends = np.arange(PIECE_BYTES, len(log) + PIECE_BYTES, PIECE_BYTES, dtype="<i8")
    offsets = np.concatenate([[0], np.minimum(ends, len(log))]).astype("<i8") if len(log) else np.zeros(2, "<i8")
    count = len(offsets) - 1
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(log)]
    )
    return pa.table({"piece": np.arange(count), "log": pieces})
