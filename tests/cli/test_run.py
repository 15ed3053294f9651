"""`payment-sim run`, as its users start it: in a process of its own where that proves more."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import load_config, simulate

from tests.cli import conftest

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TWO_BANKS = str(SCENARIOS / "two_banks.yaml")
PROGRAM = Path(sys.executable).with_name("payment-sim")


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, and wait for it."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment, check=False)


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which is quicker."""
    done = conftest.call(*arguments)
    return subprocess.CompletedProcess(arguments, done.code, done.stdout.decode(), done.error)


def final(*arguments: str, start: Callable[..., subprocess.CompletedProcess[str]] = call) -> Any:
    """The JSON that a run ends with; it must be all of stdout, on one line."""
    done = start("run", *arguments)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    return json.loads(line)


def test_a_run_prints_one_line_of_json_and_nothing_else() -> None:
    result = final(TWO_BANKS, start=program)
    totals = simulate(load_config(TWO_BANKS)).totals
    assert list(result) == ["simulation", "metrics", "agents", "costs", "performance"]
    assert result["simulation"]["config_file"] == TWO_BANKS
    assert (result["simulation"]["seed"], result["simulation"]["ticks_executed"]) == (1, 40)
    assert result["metrics"]["total_arrivals"] == result["metrics"]["total_settlements"] == 12
    assert result["metrics"]["settlement_rate"] == 1.0
    assert result["agents"] == totals["agents"]
    assert list(result["agents"][0]) == ["id", "final_balance", "queue1_size", "queue2_size", "costs"]
    assert result["costs"]["total_cost"] == totals["total_cost"] > 0
    assert result["performance"]["ticks_per_second"] == result["simulation"]["ticks_per_second"]


def test_the_same_run_prints_the_same_but_for_its_timing() -> None:
    first, second = final(TWO_BANKS), final("--config", TWO_BANKS)
    for result in (first, second):
        del result["performance"], result["simulation"]["duration_seconds"], result["simulation"]["ticks_per_second"]
    assert first == second


# Arguments beside the scenario, and what they change: (path in the final JSON, value).
OPTIONS: list[tuple[list[str], tuple[str, str], Any]] = [
    (["--seed", "0"], ("simulation", "seed"), 0),
    (["-s", str(2**64 - 1)], ("simulation", "seed"), 2**64 - 1),
    (["--ticks", "7"], ("simulation", "ticks_executed"), 7),
    (["-t", "1000"], ("simulation", "ticks_executed"), 40),
    (["--mode", "normal", "--quiet"], ("simulation", "ticks_executed"), 40),
]


@pytest.mark.parametrize("arguments, path, value", OPTIONS)
def test_options(arguments: list[str], path: tuple[str, str], value: Any) -> None:
    assert final(TWO_BANKS, *arguments)[path[0]][path[1]] == value


MORE_TICKS = f"--ticks {{}}: {TWO_BANKS} has 40 ticks; they are run, and no more"


def test_more_ticks_than_there_are_is_told() -> None:
    for ticks in (41, 10**30):
        done = call("run", TWO_BANKS, "--ticks", str(ticks))
        assert (done.returncode, done.stderr) == (0, f"warning: {MORE_TICKS.format(ticks)}\n")
        assert json.loads(done.stdout)["simulation"]["ticks_executed"] == 40
    assert call("run", TWO_BANKS, "--ticks", "41", "--quiet").stderr == ""
    assert call("run", TWO_BANKS, "--ticks", "40").stderr == ""


@pytest.mark.parametrize("arguments", [["--mode", "event_stream"], ["--event-stream"]])
def test_an_event_stream_is_every_event_and_a_last_line(arguments: list[str]) -> None:
    done = call("run", TWO_BANKS, *arguments)
    assert done.returncode == 0
    *lines, last = map(json.loads, done.stdout.splitlines())
    run = simulate(load_config(TWO_BANKS))
    assert [{key: value for key, value in line.items() if key != "day"} for line in lines] == [
        {key: value for key, value in event.items() if key != "day"} for event in run.events()
    ]
    assert all(list(line)[:3] == ["event_type", "tick", "day"] for line in lines)
    assert last["_metadata"] is True
    assert last["total_events"] == run.event_count == len(lines)
    assert last["total_costs"] == run.totals["total_cost"]


def test_verbose_is_text_on_stderr_and_the_same_json_on_stdout() -> None:
    done, plain = call("run", TWO_BANKS, "--verbose"), final(TWO_BANKS)
    result = json.loads(done.stdout)
    assert (result["metrics"], result["agents"], result["costs"]) == (plain["metrics"], plain["agents"], plain["costs"])
    assert [line for line in done.stderr.splitlines() if line.startswith("═══ Tick")] == [
        f"═══ Tick {tick} ═══" for tick in range(40)
    ]
    assert done.stderr.count(" End of day ") == 1
    assert "info" not in done.stderr
    limited = call("run", TWO_BANKS, "--verbose", "--ticks", "40")
    assert limited.stderr == done.stderr
    beyond = call("run", TWO_BANKS, "--verbose", "--ticks", "41")
    assert beyond.stderr == done.stderr, "nothing else stands in the text"
    assert json.loads(beyond.stdout)["simulation"]["warnings"] == [MORE_TICKS.format(41)]


def test_a_stream_is_a_line_a_tick() -> None:
    done = call("run", TWO_BANKS, "--stream")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    *same, last = [json.loads(line) for line in call("run", TWO_BANKS, "--stream", "--final").stdout.splitlines()]
    assert (same, last["_final"], last["agents"]) == (lines, True, final(TWO_BANKS)["agents"])
    assert [line["tick"] for line in lines] == list(range(40))
    assert list(lines[0]) == ["tick", "arrivals", "settlements", "lsm_releases", "costs"]
    totals = simulate(load_config(TWO_BANKS)).totals
    assert sum(line["settlements"] for line in lines) == totals["total_settlements"]
    assert sum(line["costs"] for line in lines) == totals["total_cost"]


def test_filters_change_what_is_shown_and_nothing_else() -> None:
    def shown(*arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in call("run", TWO_BANKS, "--event-stream", *arguments).stdout.splitlines()]

    *everything, end = shown()
    for arguments, has in FILTERS:
        *events, last = shown(*arguments)
        assert events == [event for event in everything if has(event)]
        assert last | {"duration_seconds": 0, "ticks_per_second": 0} == end | {
            "duration_seconds": 0,
            "ticks_per_second": 0,
        }
        assert len(events) < len(everything)
    text = call("run", TWO_BANKS, "--verbose", "--filter-tick-range", "3-4").stderr
    assert [line for line in text.splitlines() if line.startswith("═══ Tick")] == ["═══ Tick 3 ═══", "═══ Tick 4 ═══"]
    odd = call("run", TWO_BANKS, "--verbose", "--filter-event-type", "NoSuch")
    assert "warning: --filter-event-type: 'NoSuch' is no event type" in odd.stderr


# Arguments that choose nothing at all, and the warning.
NOTHING = [
    (["--filter-agent", "NOBODY"], "--filter-agent: there is no bank 'NOBODY'; there are ALPHA, BETA"),
    (["--filter-tx", "7"], "--filter-tx: no payment is called '7'; names are such as tx_00000007"),
    (["--filter-tick-range", "40-"], "--filter-tick-range: there is no tick 40; there are 0 to 39"),
]


@pytest.mark.parametrize("arguments, warning", NOTHING)
def test_a_filter_that_nothing_can_pass_is_told(arguments: list[str], warning: str) -> None:
    done = call("run", TWO_BANKS, "--event-stream", *arguments)
    assert (done.returncode, done.stderr) == (0, f"warning: {warning}\n")
    assert len(done.stdout.splitlines()) == 1
    verbose = json.loads(call("run", TWO_BANKS, "--verbose", *arguments).stdout)
    assert verbose["simulation"]["warnings"] == [warning]


# Arguments, and which events they let pass.
FILTERS: list[tuple[list[str], Callable[[dict[str, Any]], bool]]] = [
    (["--filter-event-type", "Arrival, QueuedRtgs"], lambda event: event["event_type"] in ("Arrival", "QueuedRtgs")),
    (["--filter-event-type", "NoSuch"], lambda event: False),
    (["--filter-tick-range", "5-9"], lambda event: 5 <= event["tick"] <= 9),
    (["--filter-tick-range", "30-"], lambda event: event["tick"] >= 30),
    (["--filter-tick-range", "-7"], lambda event: event["tick"] <= 7),
    (["--filter-tick-range", "7"], lambda event: event["tick"] == 7),
    (["--filter-tx", "tx_00000003"], lambda event: "tx_00000003" in json.dumps(event)),
]


def test_debug_tells_how_long_ticks_took() -> None:
    assert re.fullmatch(
        r"timing: 40 ticks, \d+ µs, longest tick \d+ with \d+ µs\n", call("run", TWO_BANKS, "--debug").stderr
    )
    verbose = call("run", TWO_BANKS, "--debug", "--verbose").stderr.splitlines()
    assert [line for line in verbose if not line.startswith("timing: ")] == call(
        "run", TWO_BANKS, "-v"
    ).stderr.splitlines()
    assert sum(line.startswith("timing: tick") for line in verbose) == 40


def transfers(*, ticks_per_day: int, num_days: int, interval: int) -> dict[str, Any]:
    """A scenario in which money moves every `interval` ticks."""
    agents = [{"id": name, "opening_balance": 10**9} for name in "AB"]
    schedule = {"type": "Repeating", "start_tick": 0, "interval": interval}
    event = {"type": "DirectTransfer", "from_agent": "A", "to_agent": "B", "amount": 1, "schedule": schedule}
    return {"ticks_per_day": ticks_per_day, "num_days": num_days, "agents": agents, "scenario_events": [event]}


def test_the_days_of_an_event_stream_and_its_keys_are_unique(tmp_path: Path) -> None:
    scenario = tmp_path / "days.json"
    scenario.write_text(json.dumps(transfers(ticks_per_day=4, num_days=3, interval=3)))

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in found}) == len(found)
        return dict(found)

    done = call("run", str(scenario), "--event-stream")
    lines = [json.loads(line, object_pairs_hook=pairs) for line in done.stdout.splitlines()[:-1]]
    assert {line["tick"]: line["day"] for line in lines} == {tick: tick // 4 for tick in (0, 3, 6, 7, 9, 11)}


# Arguments, exit code, words on stderr. Nothing is on stdout.
FAILURES = [
    (["run"], 2, "name one scenario file"),
    (["run", TWO_BANKS, "--config", TWO_BANKS], 2, "name one scenario file"),
    (["run", TWO_BANKS, "--mode", "loud"], 2, "'normal', 'verbose', 'stream'"),
    (["run", TWO_BANKS, "--output", "xml"], 2, "json is the only form"),
    (["run", TWO_BANKS, "--mode", "normal", "--event-stream"], 1, "exclude each other"),
    (["run", TWO_BANKS, "--verbose", "--event-stream"], 1, "--verbose and --event-stream exclude each other"),
    (["run", TWO_BANKS, "--stream", "--verbose"], 1, "--verbose and --stream exclude each other"),
    (["run", TWO_BANKS, "--filter-agent", "NORTH"], 1, "need --verbose or --event-stream"),
    (["run", TWO_BANKS, "--final"], 1, "--final ends a stream with its result; it needs --stream"),
    (["run", TWO_BANKS, "--stream", "--filter-tx", "tx_00000001"], 1, "need --verbose or --event-stream"),
    (["run", TWO_BANKS, "-v", "--filter-tick-range", "x-3"], 1, "'x' is no tick; write 10-20, 10-, -20 or 10"),
    (["run", TWO_BANKS, "-v", "--filter-tick-range", "9-3"], 1, "ends before it begins; write 3-9"),
    (["run", TWO_BANKS, "-v", "--filter-tick-range", "-"], 1, "names no tick"),
    (["run", TWO_BANKS, "--seed", "-1"], 2, "--seed"),
    (["run", TWO_BANKS, "--seed", str(2**64)], 2, "--seed"),
    (["run", TWO_BANKS, "--ticks", "0"], 2, "--ticks"),
    (["run", TWO_BANKS, "--unknown"], 2, "--unknown"),
    (["fly"], 2, "fly"),
    (["run", "none.yaml"], 1, "error: none.yaml: cannot be read: No such file"),
    (["run", __file__], 1, "its name ends with '.py'"),
    (["run", str(SCENARIOS)], 1, "is a folder; name a scenario file in it"),
    (["run", "README"], 1, "its name has no ending"),
    (["run", TWO_BANKS, "-v", "--filter-tick-range", 5000 * "9"], 1, "is no tick; write 10-20"),
    (["state", "--state", sys.executable], 1, "is not a state file: byte "),
]


@pytest.mark.parametrize("arguments, code, message", FAILURES)
def test_failures_have_their_exit_code_and_their_words(arguments: list[str], code: int, message: str) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_every_mistake_of_a_scenario_is_one_line(tmp_path: Path) -> None:
    scenario = tmp_path / "wrong.yaml"
    scenario.write_text("simulation: {ticks_per_day: 0}\nagents:\n- {id: A, opening_balance: 5.0}\n")
    done = program("run", str(scenario), "--quiet")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"error: {scenario}:1:29: simulation.ticks_per_day: got 0; write at least 1",
        f"error: {scenario}:3:28: agents.0.opening_balance: got 5.0; money is an integer number of cents: write 5",
    ]


def test_warnings_go_to_stderr_and_quiet_keeps_them_back(tmp_path: Path) -> None:
    scenario = tmp_path / "old.yaml"
    scenario.write_text("simulation: {ticks_per_day: 1}\nagents: [{id: A, opening_balance: 5}]\nrails: []\n")
    done, quiet = call("run", str(scenario)), call("run", str(scenario), "-q")
    assert (done.returncode, quiet.returncode) == (0, 0)
    assert f"warning: {scenario}:3:1: rails: is ignored" in done.stderr
    assert quiet.stderr == ""
    assert json.loads(quiet.stdout)
    database = str(tmp_path / "x.db")
    verbose = call("run", str(scenario), "-v", "--persist", "--db-path", database)
    [warning] = json.loads(verbose.stdout)["simulation"]["warnings"]
    assert warning.startswith(f"{scenario}:3:1: rails: is ignored")
    assert verbose.stderr == call("replay", database, "-v").stderr


PNG = b"\x89PNG\r\n\x1a\n"


def test_charts_of_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = []
    for bounds in ("much:0", "100:500"):
        done = call("run", TWO_BANKS, "--cost-chart", bounds, "--seed", "1")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["simulation"]["database"] == "simulation_data.db"
        files = [Path(f"examples/charts/two_banks_{name}.png") for name in ("per_tick", "accumulated")]
        assert done.stderr.splitlines() == [f"success: {file}: written" for file in files]
        drawn.append([file.read_bytes() for file in files])
    assert all(content.startswith(PNG) for pair in drawn for content in pair)
    assert all(free != bounded for free, bounded in zip(*drawn, strict=True))
    refused = call("run", TWO_BANKS, "--cost-chart", "0", "--full-replay")
    assert (refused.returncode, refused.stdout) == (1, "")


def test_without_arguments_it_prints_help_and_version_its_name() -> None:
    for arguments in ([], ["--help"]):
        done = program(*arguments)
        assert done.returncode == 0
        assert "payment-sim" in done.stdout
        assert "130 interrupted" in done.stdout
    version = call("--version")
    assert (version.returncode, version.stdout.split()[0]) == (0, "payment-sim")


def _listen_to_interrupts() -> None:
    """What runs in the background of a shell inherits that interrupts are ignored; a user's terminal does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupting_a_run_leaves_with_130(tmp_path: Path) -> None:
    scenario = tmp_path / "long.json"
    scenario.write_text(json.dumps(transfers(ticks_per_day=10_000_000, num_days=1, interval=1)))
    command = [str(PROGRAM), "run", str(scenario), "--event-stream"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_listen_to_interrupts
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["tick"] == 0
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "_metadata" not in stdout
    assert stderr == "error: interrupted; the run is not complete\n"


def test_a_progress_bar_is_shown_on_a_terminal_only_and_on_stderr_only() -> None:
    for arguments, shown in (([], True), (["--quiet"], False)):
        terminal, end = pty.openpty()
        done = subprocess.run([PROGRAM, "run", TWO_BANKS, *arguments], stdout=subprocess.PIPE, stderr=end, check=True)
        os.close(end)
        written = b""
        with contextlib.suppress(OSError):  # how the end of a terminal's output is told
            while chunk := os.read(terminal, 4096):
                written += chunk
        os.close(terminal)
        assert (b"payments/s" in written) is shown
        assert json.loads(done.stdout)["simulation"]["ticks_executed"] == 40


def test_output_that_cannot_be_written_is_told_and_a_reader_who_leaves_is_not(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "run", TWO_BANKS], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: the output cannot be written: No space left on device\n")
    scenario = tmp_path / "long.json"
    scenario.write_text(json.dumps(transfers(ticks_per_day=10_000_000, num_days=1, interval=1)))
    command = [str(PROGRAM), "run", str(scenario), "--event-stream"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(20), process.stderr.read()) == (1, b"")


def test_what_only_the_engine_can_refuse_names_the_file(tmp_path: Path) -> None:
    scenario = tmp_path / "much.json"
    document = transfers(ticks_per_day=10_000, num_days=1, interval=1)
    document["scenario_events"][0]["amount"] = 10**15
    scenario.write_text(json.dumps(document))
    done = call("run", str(scenario))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"error: {scenario}:1:51: agents: balances, credit, pools and direct transfers add up to"
    )
