"""Arguments that say a thing twice, or to no effect, or name what cannot be: told, and nothing is made of them."""

from pathlib import Path

import pytest

from tests.cli.conftest import call, succeeded

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TWO_BANKS, GRIDLOCK = SCENARIOS / "two_banks.yaml", SCENARIOS / "gridlock_ring.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With `runs.db`, which holds the run `../one`, and `state.json`."""
    folder = tmp_path_factory.mktemp("arguments")
    succeeded("run", TWO_BANKS, "-p", "--simulation-id", "../one", "--db-path", folder / "runs.db")
    succeeded("create", "-c", TWO_BANKS, "-o", folder / "state.json")
    return folder


# Arguments, exit code, and words on stderr.
FAILURES: list[tuple[list[object], int, str]] = [
    (["replay", "runs.db", "--db-path", "runs.db"], 2, "name it once, either as DATABASE or with --db-path"),
    (["checkpoint", "save", "runs.db", "../one", "--simulation-id", "x"], 2, "either as SIMULATION or with"),
    (["checkpoint", "save", "runs.db", "../one", "3", "--tick", "4"], 2, "either as TICK or with --tick"),
    (["checkpoint", "load", "latest", "-c", "x", "--db-path", "runs.db"], 2, "either as CHECKPOINT or with"),
    (["checkpoint", "save", "runs.db", "../one", "-c", GRIDLOCK], 1, "runs.db: is not a state of"),
    (["checkpoint", "save", "-s", "x", "-f", "none.json", "--db-path", "new.db"], 1, "none.json: cannot be read"),
    (["checkpoint", "save", "-s", "x", "-f", "state.json", "-t", "odd", "--db-path", "new.db"], 1, "--type: got 'odd'"),
    (["checkpoint", "save", "-f", "state.json", "--db-path", "new.db"], 1, "name the simulation"),
    (["checkpoint", "list", "-t", "odd", "--db-path", "runs.db"], 1, "--type: got 'odd'; write one of manual"),
    (["run", "--state", "state.json", TWO_BANKS, "--seed", "3"], 2, "FILE, --seed: has no effect with --state"),
    (["run", TWO_BANKS, "-p", "--simulation-id", "", "--db-path", "runs.db"], 1, "runs.db: a run without a name"),
    (["db", "migrate", "-d", "runs.db", "-m", "nowhere"], 1, "nowhere: there is no such folder"),
]


@pytest.mark.parametrize("arguments, code, words", FAILURES)
def test_what_contradicts_itself_is_refused(
    arguments: list[object], code: int, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    there = sorted(path.name for path in folder.iterdir())
    done = call(*arguments)
    assert (done.code, done.stdout) == (code, b"")
    assert words in done.error
    assert sorted(path.name for path in folder.iterdir()) == there


def test_the_environment_names_a_database_that_an_argument_replaces(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_SIM_DB_PATH", str(folder / "none.db"))
    succeeded("checkpoint", "save", folder / "runs.db", "../one", "3")


def test_options_of_storing_are_warned_of_where_nothing_is_stored(folder: Path) -> None:
    done = succeeded("run", TWO_BANKS, "--db-path", folder / "runs.db")
    assert done.error == "warning: --db-path has no effect: the run is not stored; add --persist\n"
    named = succeeded("run", TWO_BANKS, "--simulation-id", "x", "--verbose").json()
    assert named["simulation"]["warnings"] == ["--simulation-id has no effect: the run is not stored; add --persist"]


def test_an_export_stays_in_its_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    succeeded("export", "--db-path", folder / "runs.db")
    assert [path.name for path in tmp_path.rglob("*.payrun")] == [".._one.payrun"]


def test_a_question_is_asked_on_stderr(folder: Path, tmp_path: Path) -> None:
    database = tmp_path / "asked.db"
    database.write_bytes((folder / "runs.db").read_bytes())
    kept = succeeded("checkpoint", "save", database, "../one", "2").json()["checkpoint_id"]
    question = "Delete 1 of the checkpoints? [y/N] "
    for answer, told in ((b"", "\ninfo: nothing was deleted\n"), (b"n\n", "info: nothing was deleted\n")):
        done = call("checkpoint", "delete", kept, "--db-path", database, standard_input=answer)
        assert (done.code, done.stdout, done.error) == (0, b"", question + told)
    assert "deleted 1" in call("checkpoint", "delete", kept, "--db-path", database, standard_input=b"Y\n").error
