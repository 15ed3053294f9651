"""Output that does not arrive, Ctrl-C at odd moments, and places that are no files."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from payment_simulator.cli.exit_codes import CommandError
from payment_simulator.cli.files import write_whole

from tests.cli.conftest import call, succeeded
from tests.faults.test_faults import PROGRAM, TWO_BANKS, one_message

NO_ROOM = "error: the output cannot be written: No space left on device\n"


def shell(command: str, *, standard_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of a line; `$P` is the program. Python buffers its output, as it does for everybody."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environment |= {"P": str(PROGRAM), "SCENARIO": str(TWO_BANKS), "NO_COLOR": "1"}
    return subprocess.run(["bash", "-c", command], input=standard_input, capture_output=True, env=environment)


# A line of a shell, its exit code, and all that stands on stderr.
OUTPUTS = [
    ("$P db schema > /dev/full", 1, NO_ROOM),
    ("$P --version > /dev/full", 1, NO_ROOM),
    ("$P run $SCENARIO --verbose 2> /dev/full", 1, ""),
    ("$P db schema >&-", 1, "error: stdout is closed; send it somewhere, to /dev/null if it is not wanted\n"),
    ("$P run $SCENARIO --verbose 2>&-", 0, ""),
    ("set -o pipefail; $P run $SCENARIO --event-stream | true", 1, ""),
]


@pytest.mark.parametrize("command, code, error", OUTPUTS)
def test_output_that_does_not_arrive(command: str, code: int, error: str) -> None:
    done = shell(command)
    assert (done.returncode, done.stderr.decode()) == (code, error)


INTERRUPTED = """
import os, signal, sys
from payment_simulator.cli.interrupt import in_order, leave_at_once
leave_at_once()
try:
    with in_order("the run is not complete"):
        os.kill(os.getpid(), signal.SIGINT)
        print("gone on with")
except KeyboardInterrupt as interrupt:
    print(interrupt, flush=True)
os.kill(os.getpid(), signal.SIGINT)
print("gone on with")
"""


@pytest.mark.parametrize(
    "ignored, code, told, error",
    [(False, 130, "the run is not complete\n", "error: interrupted\n"), (True, 0, "gone on with\n" * 2, "")],
)
def test_ctrl_c_ends_at_once_but_where_there_is_something_to_put_in_order(
    ignored: bool, code: int, told: str, error: str
) -> None:
    handler = signal.SIG_IGN if ignored else signal.SIG_DFL
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, told, error)


BUSY = """
import hashlib
from payment_simulator.cli.interrupt import leave_at_once
leave_at_once()
print("begun", flush=True)
hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""
"""Minutes in which Python hears of nothing, as of a long query."""


def test_ctrl_c_ends_what_python_does_not_hear_of() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=120)
    assert (process.returncode, error) == (130, b"error: interrupted\n")


def test_a_file_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("before")
    file.chmod(0o600)
    link.symlink_to("file")
    write_whole(link, b"after")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode), link.readlink()) == ("after", 0o600, Path("file"))
    longest = tmp_path / ("ö" * 120 + ".json")
    write_whole(longest, b"x")
    assert sorted(tmp_path.iterdir()) == sorted([file, link, longest])


def test_what_is_no_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe, found = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"content")
    reader.join()
    assert (found, pipe.is_fifo()) == ([b"content"], True)


@pytest.mark.parametrize(
    "name, message",
    [
        ("", "is a folder; name a file in it"),
        ("none/x", "none/x: its folder does not exist; make it, or name another file"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_places_where_no_file_can_be(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=message):
        write_whole(tmp_path / name, b"content")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path, words",
    [
        ("/proc/x.db", "/proc/x.db: cannot be made here; name another file with --db-path"),
        (os.devnull, f"{os.devnull}: is no file; name a file with --db-path"),
    ],
)
def test_places_where_no_database_can_be(path: str, words: str) -> None:
    one_message(call("run", TWO_BANKS, "--persist", "--db-path", path), words)
    assert Path(os.devnull).is_char_device()


def test_names_that_mean_something_to_duckdb_are_names_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "sqlite:runs.db", "it's.db"):
        succeeded("db", "init", "--db-path", name)
        assert Path(name).is_file()


def test_state_files_that_are_none_or_not_whole(tmp_path: Path) -> None:
    state, note = tmp_path / "state.json", tmp_path / "note.txt"
    note.write_text("just some text")
    one_message(call("tick", "--state", note), f"{note}: is not a state file", "'payment-sim create' makes one")
    succeeded("create", "--config", TWO_BANKS, "--output", state)
    state.write_bytes(state.read_bytes()[:300])
    one_message(call("tick", "--state", state), f"{state}: the text is truncated", "'payment-sim create' makes one")


def test_a_run_file_goes_through_a_pipe(tmp_path: Path) -> None:
    there, here = tmp_path / "there.db", tmp_path / "here.db"
    succeeded("run", TWO_BANKS, "--persist", "--db-path", there)
    done = shell(f"$P export --db-path {there} --output - | $P import - --db-path {here} --simulation-id one")
    assert (done.returncode, done.stdout) == (0, b"one\n"), done.stderr
