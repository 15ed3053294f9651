"""Snapshots of scenarios: a run that goes on from one is the run that was never interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from payment_simulator import load_config
from payment_simulator_core_rs import Orchestrator, SnapshotError

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def start(path: Path) -> Orchestrator:
    return Orchestrator(load_config(path).engine_input())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
def test_a_run_goes_on_as_if_never_interrupted(path: Path, part: float) -> None:
    whole, first = start(path), start(path)
    whole.run(whole.total_ticks)
    first.run(int(part * first.total_ticks))
    for resumed in (Orchestrator.load(first.save()), Orchestrator.load_json(first.save_json())):
        assert resumed.current_tick == first.current_tick
        assert resumed.config == first.config
        resumed.run(resumed.total_ticks)
        assert resumed.canonical_log() == whole.canonical_log()
        assert resumed.totals() == whole.totals()
        assert resumed.save() == whole.save()


def test_json_may_be_laid_out_anew() -> None:
    engine = start(SCENARIOS[0])
    engine.run(5)
    document = json.loads(engine.save_json())
    assert Orchestrator.load_json(json.dumps(document, indent=2, sort_keys=True)).save() == engine.save()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda snapshot: b"", "the snapshot is empty; give what save.. returned"),
        (lambda snapshot: b"hello", "this is not a snapshot: it does not begin with"),
        (
            lambda snapshot: b"payment-simulator log\n123",
            "this is the log of a run and not a snapshot; read it back with",
        ),
        (lambda snapshot: b'{"a": 1}', "looks like JSON; give it to load_json"),
        (
            lambda snapshot: snapshot[:200],
            r"the snapshot is truncated: it has 200 of at least \d+ bytes; load an earlier",
        ),
        (lambda snapshot: snapshot[:40], "the snapshot is truncated: it has 40 of at least 71 bytes"),
        (lambda snapshot: snapshot[:99] + b"?" + snapshot[100:], "the snapshot is damaged: its hash does not agree"),
        (
            lambda snapshot: snapshot[:27] + b"\0" + snapshot[28:],
            "has version 0 and this engine reads version 1: load it",
        ),
        (lambda snapshot: snapshot + b"?", "the snapshot is damaged: its hash does not agree"),
    ],
)
def test_what_is_not_a_snapshot_is_refused(damage: Callable[[bytes], bytes], message: str) -> None:
    engine = start(SCENARIOS[0])
    engine.run(5)
    with pytest.raises(SnapshotError, match=message):
        Orchestrator.load(damage(engine.save()))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: "", "the text is truncated: EOF while parsing a value at line 1 column 0; give what save_json"),
        (lambda text: text[:-9], "the text is truncated: EOF while parsing"),
        (lambda text: "hello", "the text is not a snapshot: expected value"),
        (lambda text: '{"state": 1}', "this JSON is not a snapshot: it has no payment_simulator_snapshot"),
        (lambda text: text.replace('snapshot":1', 'snapshot":7'), "has version 7 and this engine reads version 1"),
        (lambda text: text.replace('"tick":5', '"tick":6'), "the snapshot is damaged: its hash does not agree"),
        (lambda text: text.replace('"tick":5', '"tock":5'), "the snapshot is damaged: missing field `tick`"),
    ],
)
def test_json_that_is_not_a_snapshot_is_refused(damage: Callable[[str], str], message: str) -> None:
    engine = start(SCENARIOS[0])
    engine.run(5)
    with pytest.raises(SnapshotError, match=message):
        Orchestrator.load_json(damage(engine.save_json()))
