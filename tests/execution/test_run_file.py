"""A run file holds a run whole, and says so when it does not."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator.execution.run_file import RunFileError, read_run, write_run

from tests.generated import SEEDS, scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
SOURCES: list[Path | dict[str, Any]] = [*SCENARIOS, *(scenario(seed) for seed in SEEDS[:5])]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem if isinstance(source, Path) else "")
def test_a_run_comes_back_as_it_was(source: Path | dict[str, Any]) -> None:
    config = load_config(source)
    run = simulate(config, ticks=30)
    content = write_run(run.engine, config.display)
    assert content == write_run(simulate(config, ticks=30).engine, config.display)
    file = read_run(content)
    assert (file.seed, file.ticks, file.log_hash, file.display) == (run.seed, run.ticks, run.log_hash, config.display)
    again = Run(file.recording(), file.config)
    assert again.log_hash == run.log_hash
    assert again.events() == run.events()
    assert again.totals == run.totals
    assert write_run(again.engine, file.display) == content
    assert simulate(file.config, ticks=file.ticks).log_hash == file.log_hash


@pytest.fixture(scope="module")
def content() -> bytes:
    return write_run(simulate(load_config(SCENARIOS[0])).engine)


def with_head(content: bytes, **changes: Any) -> bytes:
    line, _, log = gzip.decompress(content).partition(b"\n")
    return gzip.compress(json.dumps(json.loads(line) | changes).encode() + b"\n" + log)


def with_log(content: bytes) -> bytes:
    plain = bytearray(gzip.decompress(content))
    plain[-1] ^= 1
    return gzip.compress(bytes(plain))


# What was done to the file, and what is said about it.
DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is not a run file; write one with 'payment-sim export'"),
    "something else": (lambda _: b"PK\x03\x04", "is not a run file"),
    "gzip of something else": (lambda _: gzip.compress(b"hello\n"), "does not begin as one"),
    "truncated": (lambda content: content[:-100], "truncated"),
    "only a beginning": (lambda content: content[:20], "truncated"),
    "a bit of the log": (with_log, "its log does not have the hash"),
    "another scenario": (
        lambda content: with_head(content, config={"rng_seed": 2}),
        "its scenario does not have the hash",
    ),
    "another seed": (lambda content: with_head(content, seed=2), "its scenario does not have the hash or the seed"),
    "ticks before the first": (lambda content: with_head(content, ticks=-1), "do not agree: .*; export the run again"),
    "ticks without end": (lambda content: with_head(content, ticks=10**30), "do not agree: .*; export the run again"),
    "no number of ticks": (lambda content: with_head(content, ticks=True), "has no ticks"),
    "half a character": (lambda content: with_head(content, display={"title": "\ud800"}), "does not begin as one"),
    "more behind it": (lambda content: content + b"more", "goes on after its end"),
    "newer": (lambda content: with_head(content, version=2), "is of version 2 .* reads version 1"),
    "no ticks": (lambda content: with_head(content, ticks=None), "has no ticks"),
    "deep": (lambda _: gzip.compress(b"[" * 100_000 + b"\n"), "does not begin as one"),
}


@pytest.mark.parametrize("damage, message", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(content: bytes, damage: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(RunFileError, match=message):
        read_run(damage(content)).recording()


def test_no_flipped_bit_goes_unnoticed(content: bytes) -> None:
    """But for those of the container's head that say nothing about what is in it, such as its clock."""
    draw = random.Random(1)
    for _ in range(200):
        flipped = bytearray(content)
        flipped[draw.randrange(10, len(content))] ^= 1 << draw.randrange(8)
        with pytest.raises(RunFileError):
            read_run(bytes(flipped)).recording()
