"""A run as files for other programs: events, payments and banks by tick, as CSV and as JSON Lines.

Money is integer cents, times are ticks from 0, banks and payments are named as in the event log.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from payment_simulator_core_rs import MECHANISMS

from panel_app.figures.run_index import index_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for a formula when a text begins with it."""
Row = dict[str, Any]


def events_jsonl(run: Any) -> bytes:
    """Every event, a JSON object a line, made by the engine."""
    lines: bytes = run.events_jsonl()
    return lines


def events_csv(run: Any) -> bytes:
    """Every event: place in the log, tick, type, bank, payment, and the other fields as JSON."""
    return _csv(_event_rows(run))


def payments_csv(run: Any) -> bytes:
    """Every payment that arrived."""
    return _csv(_payment_rows(run))


def payments_jsonl(run: Any) -> bytes:
    """The same as JSON Lines."""
    return _jsonl(_payment_rows(run))


def banks_csv(run: Any) -> bytes:
    """Every bank at the end of every tick: balance, credit line, queues and the costs of the tick."""
    return _csv(_bank_rows(run))


def banks_jsonl(run: Any) -> bytes:
    """The same as JSON Lines."""
    return _jsonl(_bank_rows(run))


FILES: dict[str, tuple[Callable[[Any], bytes], str, str]] = {
    "events-csv": (events_csv, "events.csv", "text/csv"),
    "events-jsonl": (events_jsonl, "events.jsonl", "application/jsonl"),
    "payments-csv": (payments_csv, "payments.csv", "text/csv"),
    "payments-jsonl": (payments_jsonl, "payments.jsonl", "application/jsonl"),
    "banks-csv": (banks_csv, "banks.csv", "text/csv"),
    "banks-jsonl": (banks_jsonl, "banks.jsonl", "application/jsonl"),
}
"""What can be saved: how it is made, the end of its name, its type."""


def _event_rows(run: Any) -> Iterator[Row]:
    place = 0
    for tick in range(run.ticks):
        for event in run.events(tick, tick + 1):
            rest = {
                key: value for key, value in event.items() if key not in ("event_type", "tick", "agent_id", "tx_id")
            }
            yield {
                "seq": place,
                "tick": tick,
                "event": event["event_type"],
                "bank": event.get("agent_id"),
                "payment": event.get("tx_id"),
                "details": json.dumps(rest, ensure_ascii=False, separators=(",", ":")),
            }
            place += 1


def _payment_rows(run: Any) -> Iterator[Row]:
    payments, ids = run.payments, run.agent_ids
    columns = {
        "sender": payments.sender,
        "receiver": payments.receiver,
        "amount_cents": payments.amount,
        "arrival_tick": payments.arrival_tick,
        "deadline_tick": payments.deadline_tick,
        "priority": payments.priority,
        "submitted_tick": payments.submitted_tick,
        "settled_tick": payments.settled_tick,
        "mechanism": payments.mechanism,
        "dropped_tick": payments.dropped_tick,
    }
    plain = {name: column.tolist() for name, column in columns.items()}
    for number in range(len(payments)):
        row: Row = {"payment": run.payment_id(number)}
        for name, column in plain.items():
            value = column[number]
            if name in ("sender", "receiver"):
                row[name] = ids[value]
            elif name == "mechanism":
                row[name] = MECHANISMS[value] if value >= 0 else None
            else:
                row[name] = None if value < 0 and name != "amount_cents" else value
        yield row


def _bank_rows(run: Any) -> Iterator[Row]:
    series, index = run.series, index_of(run)
    columns = {
        "balance_cents": series.balance,
        "credit_line_cents": series.credit_limit,
        "can_pay_cents": index.liquidity,
        "own_queue_payments": series.queue1_count,
        "own_queue_cents": series.queue1_value,
        "central_queue_payments": series.queue2_count,
        "central_queue_cents": series.queue2_value,
        **{f"{name}_cents": column for name, column in series.costs.items()},
    }
    plain = {name: column.tolist() for name, column in columns.items()}
    for tick in range(run.ticks):
        for bank, name in enumerate(run.agent_ids):
            yield {"tick": tick, "bank": name, **{key: column[tick][bank] for key, column in plain.items()}}


def _jsonl(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows).encode()


def _csv(rows: Iterable[Row]) -> bytes:
    written = io.StringIO()
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(written, list(row), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return written.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is marked as text."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
