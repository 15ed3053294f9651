"""The text of the ticks of every scenario and of 20 generated ones is, byte for byte, what it was.

`UPDATE_GOLDEN=1` writes it anew: for a deliberate change of the text, of the engine or of a scenario, in a commit of
its own. `texts.json` holds hashes; `texts.txt` is some ticks of a generated scenario, so that a change can be seen.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator.execution.event_filter import EventFilter
from payment_simulator_core_rs import TickTexts

from tests.generated import SEEDS, scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
HASHES, TEXT = (Path(__file__).with_name(name) for name in ("texts.json", "texts.txt"))
SOURCES: dict[str, Path | int] = {path.stem: path for path in SCENARIOS} | {str(seed): seed for seed in SEEDS}
SHOWN_SEED, SHOWN_TICKS = 7, (22, 24)
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def run_of(source: Path | int) -> Run:
    return simulate(load_config(source if isinstance(source, Path) else scenario(source)))


def text(run: Run, shown: EventFilter | None = None) -> bytes:
    """Of the whole run."""
    return TickTexts(run.engine, shown).tell(run.engine, 0, run.ticks)


def hashes(run: Run) -> dict[str, str]:
    """By what is shown, the hash of the text."""
    kinds = frozenset({"Arrival", "QueuedRtgs", "CostAccrual", "LsmCycleSettlement"})
    payment = run.payment_id(len(run.payments) // 2)
    filters = {
        "all": None,
        "agent": EventFilter(agent=run.agent_ids[-1]),
        "tx": EventFilter(tx=payment),
        "types": EventFilter(types=kinds),
        "types_agent": EventFilter(types=kinds, agent=run.agent_ids[0]),
    }
    return {name: hashlib.sha256(text(run, shown)).hexdigest() for name, shown in filters.items()}


@pytest.mark.parametrize("source", SOURCES)
def test_the_text_is_what_it_was(source: str) -> None:
    golden = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    found = hashes(run_of(SOURCES[source]))
    if UPDATE:
        HASHES.write_text(json.dumps({**golden, source: found}, indent=1, sort_keys=True) + "\n")
    else:
        assert found == golden[source]


def test_some_ticks_are_what_can_be_read_here() -> None:
    run = run_of(SHOWN_SEED)
    shown = TickTexts(run.engine).tell(run.engine, *SHOWN_TICKS)
    if UPDATE:
        TEXT.write_bytes(shown)
    else:
        assert shown == TEXT.read_bytes()


@pytest.mark.parametrize("source", ["gridlock_ring", "3"])
def test_a_part_of_the_text_is_that_part(source: str) -> None:
    run = run_of(SOURCES[source])
    ticks = [b"\xe2\x95\x90\xe2\x95\x90\xe2\x95\x90 Tick " + part for part in text(run).split("═══ Tick ".encode())[1:]]
    texts = TickTexts(run.engine)
    begin = 0
    for end in (1, 5, 6, run.ticks):
        assert texts.tell(run.engine, begin, end) == b"".join(ticks[begin:end])
        begin = end
    assert texts.tell(run.engine, 0, run.ticks) == b"", "they were told of"
    late = TickTexts(run.engine).tell(run.engine, run.ticks - 2, run.ticks + 9)
    assert late == b"".join(ticks[-2:])
