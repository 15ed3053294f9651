"""`./build.sh test-long`: every part is run, and what failed is told, with stand-ins for the programs that it calls."""

import subprocess
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[1] / "build.sh"
STAND_IN = """#!/bin/bash
echo "$0 $* patience=$PATIENCE" >>"$CALLS"
case "$0 $*" in *$FAILING*) exit 3 ;; esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With `build.sh`, in which nothing is set up, and programs that note how they were called."""
    script = BUILD.read_text()
    before, dispatch = script.rsplit('verb="${1:-help}"', 1)
    (tmp_path / "build.sh").write_text(
        f'{before}setup() {{ :; }}\nsite() {{ python site; }}\nverb="${{1:-help}}"{dispatch}'
    )
    (tmp_path / "build.sh").chmod(0o755)
    for program in (".venv/bin/python", "bin/cargo", "bin/python"):
        path = tmp_path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STAND_IN)
        path.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("failing, failed", [("tests/model", ["model"]), ("site", ["site"]), ("nothing", [])])
def test_a_part_that_fails_does_not_hide_the_others(failing: str, failed: list[str], folder: Path) -> None:
    calls = folder / "calls"
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "CALLS": str(calls), "FAILING": failing}
    done = subprocess.run(
        ["bash", "build.sh", "test-long", "-q"], cwd=folder, env=environment, capture_output=True, text=True
    )
    called = calls.read_text()
    for part in ("tests/api/test_load.py -q", "tests/model -q", "site", "test_frames.py -q", "cargo test"):
        assert part in called
    assert called.count("patience=20") == 5
    told = [line.split()[:2] for line in done.stderr.splitlines()[-6:] if ", " in line]
    parts = ["server", "model", "site", "redraws", "properties"]
    assert told == [[part, "failed" if part in failed else "passed,"] for part in parts]
    assert done.returncode == bool(failed)
    assert ("1 of 5 parts failed" in done.stderr) == bool(failed)
