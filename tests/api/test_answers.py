"""Answers are JSON as everybody makes it, and making a large one holds up nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from payment_simulator.api.answer import AT_ONCE, as_text, encoded

ROW = {"tx_id": "tx_00000001", "amount": 5, "status": None, "names": ["ä", '"', "\n"], "share": 0.5, "on": True}
VALUES: dict[str, Any] = {
    "a number": 5,
    "nothing": None,
    "an empty mapping": {},
    "an empty list": [],
    "a row": ROW,
    "many rows": [ROW] * 3 * AT_ONCE,
    "many rows by name": {"state": {"rows": {f'tx "{number}"': ROW for number in range(2 * AT_ONCE)}, "size": 3}},
    "empty ones among many": [[], {}, [[]], {"a": {}}] * AT_ONCE,
    "one large one among small ones": {"a": 1, "b": [1, {"c": list(range(2 * AT_ONCE))}], "d": {}},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_an_answer_is_the_json_that_python_makes(value: Any) -> None:
    assert encoded(value) == json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def test_times_are_told_in_utc() -> None:
    assert as_text(datetime(2026, 11, 21, 8, 30, tzinfo=UTC)) == "2026-11-21T08:30:00Z"


def test_what_is_no_answer_is_refused() -> None:
    for value in (float("nan"), {"a": float("inf")}):
        with pytest.raises(ValueError, match="JSON"):
            encoded(value)
    with pytest.raises(TypeError, match="set"):
        encoded({"a": {1}})
