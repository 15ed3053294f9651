"""Events by what they say: filters, sorting, pages."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from payment_simulator.api.answer import as_text
from payment_simulator.api.run_view import RunView
from payment_simulator.execution.event_codes import codes_with_payment, event_codes
from payment_simulator.execution.payment_name import number_and_part, scheduled_settlement

Sort = Literal["tick_asc", "tick_desc"]
Seqs = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """What is wanted; None: whatever. All of it must hold. `event_types` are alternatives."""

    tick: int | None = None
    tick_min: int | None = None
    tick_max: int | None = None
    day: int | None = None
    agent_id: str | None = None
    tx_id: str | None = None
    event_types: tuple[str, ...] = ()

    def ticks(self, run: RunView) -> tuple[int, int]:
        """The ticks that are wanted, the last one not included."""
        first, last = self.tick_min or 0, run.ticks if self.tick_max is None else self.tick_max + 1
        if self.tick is not None:
            first, last = max(first, self.tick), min(last, self.tick + 1)
        if self.day is not None:
            first, last = max(first, self.day * run.ticks_per_day), min(last, (self.day + 1) * run.ticks_per_day)
        return first, min(last, run.ticks + 1)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which of what was found: `limit` of them after the first `offset`, by place in the log or backwards."""

    limit: int = 100
    offset: int = 0
    sort: Sort = "tick_asc"


def found(
    run: RunView, wanted: EventFilter, page: Page, simulation_id: str, time: Callable[[int], datetime]
) -> dict[str, Any]:
    """A page of events, with `total` of all pages and the filters as they were understood."""
    seqs = _seqs(run, wanted)
    if page.sort == "tick_desc":
        seqs = seqs[::-1]
    chosen = seqs[page.offset : page.offset + page.limit].tolist()
    filters = asdict(wanted) | {"event_type": ",".join(wanted.event_types) or None, "sort": page.sort}
    del filters["event_types"]
    return {
        "events": records(run, chosen, simulation_id, time),
        "total": len(seqs),
        "limit": page.limit,
        "offset": page.offset,
        "filters": filters,
    }


def naming(run: RunView, tx_id: str) -> list[int]:
    """The places in the log of every event that names a payment."""
    places: list[int] = _seqs(run, EventFilter(tx_id=tx_id)).tolist()
    return places


def records(
    run: RunView, seqs: list[int], simulation_id: str, time: Callable[[int], datetime], *, whole: bool = False
) -> list[dict[str, Any]]:
    """The events at these places, as answers have them; `whole`: `details` hold every field."""
    ends = run.event_ends
    ticks: dict[int, tuple[Callable[[int], dict[str, Any]], str]] = {}
    rows = []
    for seq in seqs:
        tick = bisect_right(ends, seq)
        begin = ends[tick - 1] if tick else 0
        if tick not in ticks:
            ticks[tick] = _events_of(run, tick, ends[tick] - begin), as_text(time(tick))
        event_at, at = ticks[tick]
        rows.append(_record(run, seq, event_at(seq - begin), simulation_id, at, ALONE if whole else LIFTED))
    return rows


AT_ONCE = 1000
"""Of a tick with more events, those alone become Python's that are asked for: for all of them, everybody would wait."""


def _events_of(run: RunView, tick: int, count: int) -> Callable[[int], dict[str, Any]]:
    """The events of a tick by their place in it."""
    if count <= AT_ONCE:
        return run.events(tick, tick + 1).__getitem__
    lines = run.events_jsonl(tick, tick + 1).splitlines()
    return lambda place: json.loads(lines[place])


ALONE = ("event_type", "tick")
LIFTED = (*ALONE, "agent_id", "tx_id")
"""What stands beside `details`, not in them."""


def _record(
    run: RunView, seq: int, event: dict[str, Any], simulation_id: str, at: str, beside: tuple[str, ...]
) -> dict[str, Any]:
    details = {key: value for key, value in event.items() if key not in beside}
    return {
        "event_id": f"{simulation_id}:{seq}",
        "seq": seq,
        "simulation_id": simulation_id,
        "tick": event["tick"],
        "day": event["tick"] // run.ticks_per_day,
        "event_type": event["event_type"],
        "event_timestamp": at,
        "created_at": at,
        "details": details,
        "agent_id": event.get("agent_id"),
        "tx_id": event.get("tx_id"),
        "sender_id": event.get("sender_id"),
        "receiver_id": event.get("receiver_id"),
        "amount": event.get("amount"),
        "deadline": event.get("deadline_tick"),
        "priority": event.get("priority"),
    }


def _seqs(run: RunView, wanted: EventFilter) -> Seqs:
    """The places in the log of what is wanted, ascending."""
    ends = run.event_ends
    first, last = wanted.ticks(run)
    if first >= last:
        return np.zeros(0, dtype=np.int64)
    begin = ends[first - 1] if 0 < first <= len(ends) else (0 if first == 0 else run.event_count)
    end = ends[last - 1] if last <= len(ends) else run.event_count
    if not wanted.event_types and wanted.agent_id is None and wanted.tx_id is None:
        return np.arange(begin, end, dtype=np.int64)
    rows = run.engine.event_rows(begin, end)
    mask = np.ones(end - begin, dtype=bool)
    if wanted.event_types:
        codes = [code for name, code in event_codes().items() if name in wanted.event_types]
        mask &= np.isin(np.frombuffer(rows["kind"], np.uint8), codes)
    if wanted.agent_id is not None:
        number = run.agent_ids.index(wanted.agent_id) if wanted.agent_id in run.agent_ids else -2
        named = np.frombuffer(rows["agent"], "<i4") == number
        named |= np.frombuffer(rows["peer"], "<i4") == number
        more = np.frombuffer(rows["more_agents"], "<i4") == number
        named[np.frombuffer(rows["more_agents_seq"], "<i8")[more] - begin] = True
        mask &= named
    if wanted.tx_id is not None:
        named = _own_payment(run, rows, wanted.tx_id)
        other = _equal_texts(rows, "other_tx", wanted.tx_id.encode())
        named[np.frombuffer(rows["other_tx_seq"], "<i8")[other] - begin] = True
        mask &= named
    return np.flatnonzero(mask) + begin


def _own_payment(run: RunView, rows: dict[str, bytes], tx_id: str) -> NDArray[np.bool_]:
    """Which events have a payment of this name in their field `tx_id`."""
    payments, name = np.frombuffer(rows["payment"], "<i8"), number_and_part(tx_id)
    if name is not None:
        named: NDArray[np.bool_] = payments == name[0]
        return named & _equal_texts(rows, "part", name[1].encode())
    equal = np.zeros(len(payments), dtype=bool)
    columns = {"kind": "u1", "agent": "<i4", "peer": "<i4", "amount": "<i8", "tick": "<i4"}
    kind, agent, peer, amount, tick = (np.frombuffer(rows[column], width) for column, width in columns.items())
    without = (payments == 0) & np.isin(kind, codes_with_payment()) & (agent >= 0) & (peer >= 0)
    for place in np.flatnonzero(without):
        parties = run.agent_ids[agent[place]], run.agent_ids[peer[place]]
        equal[place] = scheduled_settlement(*parties, amount[place], tick[place]) == tx_id
    return equal


def _equal_texts(rows: dict[str, bytes], column: str, text: bytes) -> NDArray[np.bool_]:
    """Which texts of a column are `text`."""
    bounds, data = np.frombuffer(rows[column + "_offsets"], "<i8"), np.frombuffer(rows[column], np.uint8)
    equal: NDArray[np.bool_] = np.diff(bounds) == len(text)
    for place, character in enumerate(text):
        candidates = np.flatnonzero(equal)
        equal[candidates] = data[bounds[candidates] + place] == character
    return equal
