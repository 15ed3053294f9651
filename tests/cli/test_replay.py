"""Replay identity: what a stored run shows is, byte for byte, what it showed when it ran."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import TIMING, Done, call, succeeded
from tests.generated import SEEDS, scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
SOURCES: list[Path | int] = [*SCENARIOS, *SEEDS]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def file_of(source: Path | int, folder: Path) -> Path:
    if isinstance(source, Path):
        return source
    path = folder / f"generated_{source}.json"
    path.write_text(json.dumps(scenario(source)))
    return path


def without_timing(done: Done) -> Any:
    """The final JSON but for what may differ."""
    result = done.json()
    del result["simulation"], result["performance"]
    return result


def events(done: Done) -> tuple[list[bytes], Any]:
    """The lines of an event stream, and its last line without what tells of replay and time."""
    *lines, last = done.stdout.splitlines()
    about = ("replay_complete", "config_file", "simulation_id", "database", "replay_range", "from_tick", "to_tick")
    end = {key: value for key, value in json.loads(last).items() if key not in (*about, "ticks_replayed", *TIMING)}
    return lines, end


def ticks_of(text: bytes, first: int, last: int) -> bytes:
    """The part of a verbose text that tells of some ticks."""
    parts = text.split("═══ Tick ".encode())[1:]
    return b"".join("═══ Tick ".encode() + part for part in parts[first : last + 1])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem if isinstance(source, Path) else str(source))
def test_replay_shows_what_the_run_showed(source: Path | int, folder: Path) -> None:
    file = file_of(source, folder)
    ran = succeeded("run", file, "--verbose", "--persist", "--simulation-id", "one")
    streamed = events(succeeded("run", file, "--event-stream"))
    total = ran.json()["simulation"]["ticks_executed"]
    assert ran.stderr.count("═══ Tick ".encode()) == total

    replayed = succeeded("replay", "--simulation-id", "one", "--verbose")
    assert replayed.stderr == ran.stderr
    assert without_timing(replayed) == without_timing(ran)
    assert replayed.json()["simulation"]["replay_range"] == "full"
    assert events(succeeded("replay", "simulation_data.db", "--event-stream")) == streamed

    for first, last in ((total // 3, 2 * total // 3), (total - 1, total - 1)):
        part = succeeded("replay", "simulation_data.db", "--tick-start", first, "--tick-end", last, "-v")
        assert part.stderr == ticks_of(ran.stderr, first, last)
        assert without_timing(part) == without_timing(ran)
        assert part.json()["simulation"]["ticks_replayed"] == last - first + 1
    some = succeeded("replay", "--from-tick", total // 3, "--to-tick", total // 2, "--event-stream")
    lines = [line for line in streamed[0] if total // 3 <= json.loads(line)["tick"] <= total // 2]
    assert events(some)[0] == lines

    succeeded("export", "--simulation-id", "one", "--output", "one.payrun")
    imported = succeeded("import", "one.payrun", "--simulation-id", "three", "--db-path", "three.db")
    assert imported.stdout == b"three\n"
    again = succeeded("replay", "three.db", "--verbose")
    assert again.stderr == ran.stderr
    assert without_timing(again) == without_timing(ran)
    assert events(succeeded("replay", "three.db", "--event-stream")) == streamed
    succeeded("export", "--db-path", "three.db", "--output", "three.payrun")
    assert Path("three.payrun").read_bytes() == Path("one.payrun").read_bytes()


FILTERS = [
    ["--filter-agent", "NORTH"],
    ["--filter-tx", "tx_00000003"],
    ["--filter-event-type", "Arrival,CostAccrual"],
    ["--filter-tick-range", "-5"],
]


@pytest.mark.parametrize("chosen", FILTERS)
def test_filters_do_the_same_in_a_replay(chosen: list[str], folder: Path) -> None:
    file = SCENARIOS[-1]
    ran = succeeded("run", file, "--verbose", "--persist", "--simulation-id", "one", *chosen)
    assert succeeded("replay", "-s", "one", "-v", *chosen).stderr == ran.stderr
    assert events(succeeded("replay", "--event-stream", *chosen)) == events(
        succeeded("run", file, "--event-stream", *chosen)
    )
    assert succeeded("replay", "-v").stderr == succeeded("run", file, "-v").stderr


# Arguments after a run of 40 ticks called `one` is stored, and the words on stderr.
FAILURES = [
    (["-s", "other"], "there is no simulation 'other'; the latest are one"),
    (["--db-path", "none.db"], "none.db: there is no such database"),
    (["--from-tick", "40"], "ticks 40 to 39 are not all there: simulation 'one' has the ticks 0 to 39"),
    (["--to-tick", "40"], "ticks 0 to 40 are not all there"),
    (["--from-tick", "9", "--to-tick", "8"], "--from-tick 9 is after --to-tick 8; swap them"),
    (["--filter-agent", "NORTH"], "need --verbose or --event-stream"),
    (["--mode", "stream"], "a replay has no mode stream"),
    (["-v", "--event-stream"], "exclude each other"),
]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("one") / "one.db"
    succeeded("run", SCENARIOS[-1], "--persist", "--simulation-id", "one", "--db-path", path)
    return path


@pytest.mark.parametrize("arguments, message", FAILURES)
def test_what_cannot_be_replayed_is_told(
    arguments: list[str], message: str, one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(one.parent)
    given = arguments if "--db-path" in arguments else ["--db-path", one.name, *arguments]
    done = call("replay", *given)
    assert (done.code, done.stdout) == (1, b"")
    assert message in done.error
    assert done.error.startswith("error: ")
    assert done.error.count("\n") == 1
