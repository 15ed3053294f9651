"""A run as files for other programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from panel_app.exports import FILES
from panel_app.session import Session
from tests.panel_app.conftest import RING, Open, scenario


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_events_are_those_of_the_log(ring: Session) -> None:
    events = ring.run.events()
    assert [json.loads(line) for line in FILES["events-jsonl"][0](ring.run).splitlines()] == events
    table = rows(FILES["events-csv"][0](ring.run))
    assert [row["event"] for row in table] == [event["event_type"] for event in events]
    for row, event in zip(table, events, strict=True):
        whole = {"event_type": row["event"], "tick": int(row["tick"]), **json.loads(row["details"])}
        whole |= {key: row[name] for key, name in (("agent_id", "bank"), ("tx_id", "payment")) if key in event}
        assert whole == event


def test_payments_add_up(eight: Session) -> None:
    table = rows(FILES["payments-csv"][0](eight.run))
    assert [row["payment"] for row in table] == [eight.run.payment_id(n) for n in range(len(table))]
    settled = [int(row["amount_cents"]) for row in table if row["settled_tick"]]
    assert sum(settled) == eight.run.totals["settled_value"]
    lines = [json.loads(line) for line in FILES["payments-jsonl"][0](eight.run).splitlines()]
    assert [line["amount_cents"] for line in lines] == [int(row["amount_cents"]) for row in table]
    assert {line["mechanism"] for line in lines} >= {None, "gross", "queue", "cycle"}


def test_banks_by_tick_are_the_engines_state(eight: Session) -> None:
    lines = [json.loads(line) for line in FILES["banks-jsonl"][0](eight.run).splitlines()]
    assert len(lines) == eight.ticks * len(eight.names)
    for tick in (0, 40, 119):
        state = eight.run.state(tick)
        here = [line for line in lines if line["tick"] == tick]
        assert [line["balance_cents"] for line in here] == [agent["balance"] for agent in state["agents"]]
    assert len(rows(FILES["banks-csv"][0](eight.run))) == len(lines)


@pytest.mark.parametrize("name", ["=1+1", "+A", "-A", "@A"])
def test_a_text_is_no_formula(opened: Open, name: str) -> None:
    mapping = json.loads(
        json.dumps(scenario({name: 300_000_00, "BEE": 300_000_00, "CAT": 300_000_00}, RING)).replace(
            '"ANT"', json.dumps(name)
        )
    )
    session = opened(mapping)
    assert f",'{name},".encode() in FILES["payments-csv"][0](session.run)
