"""What goes wrong outside: one message (what, where, what to do), the documented code, nothing half-written."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from payment_simulator import load_config, simulate
from payment_simulator.execution.run_file import write_run
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.stored_run import StoredRun

from tests.cli.conftest import Done, call, succeeded
from tests.generated import scenario

PROGRAM = Path(sys.executable).with_name("payment-sim")
TWO_BANKS = Path(__file__).parents[2] / "scenarios" / "two_banks.yaml"


def one_message(done: Done | subprocess.CompletedProcess[str], *words: str) -> None:
    """Code 1, nothing on stdout, and one line with these words on stderr."""
    code, stdout, error = (
        (done.code, done.stdout.decode(), done.error)
        if isinstance(done, Done)
        else (done.returncode, done.stdout, done.stderr)
    )
    assert (code, stdout) == (1, ""), error
    assert error.startswith("error: ")
    assert error.count("\n") == 1, error
    for word in words:
        assert word in error, error


def test_a_database_in_use(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    succeeded("db", "init", "-d", path)
    hold = f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = call("run", TWO_BANKS, "--persist", "--db-path", path)
        holder.communicate(b"\n")
    one_message(done, str(path), "is in use by another process", "--db-path")
    succeeded("run", TWO_BANKS, "--persist", "--db-path", path)


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    succeeded("db", "init", "-d", path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, current_localtimestamp(), 'later', '')")
    for arguments in (["run", TWO_BANKS, "--persist"], ["replay"], ["export"], ["db", "simulations"]):
        one_message(call(*arguments, "--db-path", path), "newer version (schema 999", "update payment-simulator")


@pytest.mark.parametrize(
    "content, words",
    [
        (b"not a database, but long enough to be looked at" * 100, "is not a database"),
        (b"", "is not a database"),
    ],
)
def test_what_is_no_database(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    one_message(call("replay", path), str(path), words)
    assert path.read_bytes()[: len(content)] == content


def test_a_database_of_others_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "others.db"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE customers (name VARCHAR)")
    one_message(call("run", TWO_BANKS, "--persist", "--db-path", path), "holds no simulations of this program")
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [("customers",)]


def test_an_id_that_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    succeeded("run", TWO_BANKS, "--persist", "--db-path", path, "--simulation-id", "one")
    again = call("run", TWO_BANKS, "--persist", "--db-path", path, "--simulation-id", "one")
    one_message(again, "there is a simulation 'one' already (completed)", "choose another --simulation-id")


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    one_message(call("run", TWO_BANKS, "-p", "--db-path", tmp_path / "none" / "x.db"), "its folder does not exist")
    one_message(call("run", TWO_BANKS, "-p", "--db-path", tmp_path), "is a folder")
    succeeded("run", TWO_BANKS, "-p", "--db-path", tmp_path / "a.db")
    nowhere = tmp_path / "none" / "x"
    one_message(call("export", "--db-path", tmp_path / "a.db", "-o", nowhere), "its folder does not exist")
    (tmp_path / "there").write_text("mine")
    one_message(call("export", "--db-path", tmp_path / "a.db", "-o", tmp_path / "there"), "is there already", "--force")
    assert (tmp_path / "there").read_text() == "mine"


WITHOUT_RIGHTS = """
import os, sys
import duckdb, numpy, polars, pyarrow, rich.console, rich.text
import payment_simulator.cli.commands.replay, payment_simulator.persistence.stored_run
import payment_simulator.persistence.writer
from payment_simulator import load_config, simulate
from payment_simulator.cli import final, program, views
simulate(load_config(sys.argv[1]))
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
program.app(sys.argv[2:])
"""
"""Everything is loaded first: who has no rights may not even read the program."""


def as_nobody(*arguments: object) -> subprocess.CompletedProcess[str]:
    """In a process without rights, where this one has them all."""
    command = [sys.executable, "-c", WITHOUT_RIGHTS, str(TWO_BANKS), *map(str, arguments)]
    environment = os.environ | {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    succeeded("run", TWO_BANKS, "-p", "--db-path", folder / "runs.db")
    for each in (tmp_path, *tmp_path.parents[:3]):
        with contextlib.suppress(PermissionError):
            each.chmod(each.stat().st_mode | 0o055)
    folder.chmod(0o555)
    (folder / "runs.db").chmod(0o444)
    new = as_nobody("run", TWO_BANKS, "--persist", "--db-path", folder / "new.db")
    one_message(new, str(folder / "new.db"), "permission denied", "--db-path")
    old = as_nobody("run", TWO_BANKS, "--persist", "--db-path", folder / "runs.db")
    one_message(old, str(folder / "runs.db"), "permission denied", "--db-path")
    replayed = as_nobody("replay", folder / "runs.db")
    assert replayed.returncode == 0, replayed.stderr
    exported = as_nobody("export", "--db-path", folder / "runs.db", "-o", folder / "x.payrun")
    one_message(exported, "cannot be written: Permission denied")
    assert [path.name for path in folder.iterdir()] == ["runs.db"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(small_disk: Path, tmp_path: Path) -> None:
    document = scenario(3)
    document["simulation"]["num_days"] = 400
    file = tmp_path / "long.json"
    file.write_text(json.dumps(document))
    database = small_disk / "runs.db"
    one_message(call("run", file, "--persist", "--db-path", database), str(database), "the disk is full")
    aside = tmp_path / "aside.db"
    for suffix in ("", ".wal"):
        part = database.with_name(database.name + suffix)
        if part.exists():
            aside.with_name(aside.name + suffix).write_bytes(part.read_bytes())
    with Database(aside) as opened:
        stored = StoredRun(opened, None)
        assert stored.row["status"] in ("running", "failed")
        assert stored.ticks > 0
        assert stored.run().events() == simulate(load_config(file), ticks=stored.ticks).events()
    run_file = small_disk / "run.payrun"
    (small_disk / "filler").write_bytes(b"")
    with contextlib.suppress(OSError), open(small_disk / "filler", "wb") as filler:
        while True:
            filler.write(b"x" * 4096)
            filler.flush()
    done = call("export", "--db-path", aside, "-o", run_file)
    warning, error = done.error.splitlines()
    assert (done.code, warning.startswith("warning: the run is incomplete")) == (1, True)
    assert error == f"error: {run_file}: cannot be written: No space left on device"
    assert not run_file.exists()
    assert not list(small_disk.glob("*.tmp"))


@pytest.fixture(scope="module")
def content() -> bytes:
    return write_run(simulate(load_config(TWO_BANKS)).engine)


@pytest.mark.parametrize(
    "cut, words",
    [
        (lambda whole: whole[:-40], "truncated"),
        (lambda whole: b"", "is not a run file"),
        (None, "does not have the hash"),
    ],
)
def test_run_files_that_are_not_whole(cut: Any, words: str, content: bytes, tmp_path: Path) -> None:
    file, database = tmp_path / "run.payrun", tmp_path / "runs.db"
    file.write_bytes(cut(content) if cut else other_hash(content))
    one_message(call("import", file, "--db-path", database), str(file), words)
    assert not database.exists()


def other_hash(content: bytes) -> bytes:
    import gzip

    line, _, log = gzip.decompress(content).partition(b"\n")
    head = json.loads(line) | {"log_hash": "0" * 64}
    return gzip.compress(json.dumps(head).encode() + b"\n" + log)


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else '0'}]\n" for n in range(12))
DOCUMENTS: list[tuple[str, bytes, str]] = [
    ("binary.yaml", bytes(range(256)) * 40, "is not"),
    ("database.yaml", b"\x00\x01DUCK\x00" * 100, "is not"),
    ("bomb.yaml", BOMB.encode(), "bomb.yaml"),
    ("deep.yaml", b"[" * 20_000, "deep"),
    ("deep.json", b'{"a":' * 20_000, "deep"),
    ("empty.yaml", b"", "empty"),
    ("latin.yaml", "simulation: {title: Zürich}".encode("latin-1"), "is not"),
]


@pytest.mark.parametrize("name, content, words", DOCUMENTS, ids=[name for name, *_ in DOCUMENTS])
def test_files_that_are_no_scenarios(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    file, database = tmp_path / name, tmp_path / "runs.db"
    file.write_bytes(content)
    began = time.process_time()
    one_message(call("run", file, "--persist", "--db-path", database), str(file), words)
    assert time.process_time() - began < 10
    assert not database.exists()


def test_ctrl_c_keeps_what_was_committed(tmp_path: Path) -> None:
    document = scenario(3)
    document["simulation"]["num_days"] = 5_000
    file, database = tmp_path / "long.json", tmp_path / "runs.db"
    file.write_text(json.dumps(document))
    command = [str(PROGRAM), "run", str(file), "--persist", "--db-path", str(database), "--event-stream"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["tick"] > 100:
                break
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert error == b"error: interrupted; the run is not complete\n"
    with Database(database) as opened:
        stored = StoredRun(opened, None)
        assert (stored.row["status"], stored.is_complete) == ("failed", False)
        assert stored.ticks > 80
        assert stored.run().events() == simulate(load_config(file), ticks=stored.ticks).events()
    assert "the run is incomplete" in succeeded("replay", database, "--to-tick", 3).error
