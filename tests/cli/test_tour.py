"""The tour of the README, word for word, with the built wheel in an environment of its own.

Its dependencies are those of this environment, by a `.pth`: nothing is downloaded. The package itself is there from the
wheel alone: a `.pth` does not follow the links of the folder that it names.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"## On the command line.*?```sh\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programs with `payment-sim` in it."""
    folder = tmp_path_factory.mktemp("installed")
    maturin = [str(Path(sys.executable).with_name("maturin")), "build", "--release", "--locked", "--quiet"]
    options = ["--interpreter", sys.executable, "--out", str(folder)]
    subprocess.run([*maturin, *options], cwd=ROOT, check=True, env=os.environ | {"PIP_NO_INDEX": "1"})
    [wheel] = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([*install, "--quiet", "--disable-pip-version-check"], check=True)
    [site] = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = subprocess.run(
        [python, "-c", "import payment_simulator; print(payment_simulator.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    assert where.stdout.startswith(str(site))
    return python.parent


def test_the_tour_of_the_readme(environment: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    match = BLOCK.search((ROOT / "README.md").read_text())
    assert match is not None
    commands = [line.split("#")[0].strip() for line in match[1].splitlines()]
    assert len(commands) > 10
    path = f"{environment}:{os.environ['PATH']}"
    for command in commands:
        assert command.startswith("payment-sim ")
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout or done.stderr, command
    assert (tmp_path / "ring.payrun").exists()


# What serves the app, and where it says that it does.
SERVERS = [
    (["app", "--port", "0"], r"running at: (http://[\d.:]+/)\s"),
    (["serve", "--app", "--port", "0"], r"running on (http://[\d.:]+)"),
]
START_SECONDS = 120
"""Two cores may have other work; without it Python needs a few seconds."""


@pytest.mark.parametrize("arguments, told", SERVERS, ids=lambda value: value[0] if isinstance(value, list) else None)
def test_the_app_is_served_from_the_wheel_alone(
    arguments: list[str], told: str, environment: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [str(environment / "payment-sim"), *arguments]
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=tmp_path, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not (found := re.search(told, log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        address = found[1] if "app" in arguments[0] else f"{found[1]}/app"
        page = httpx.get(address, timeout=START_SECONDS)
        assert page.status_code == 200
        # The page's style was found, and the scenario that opens first.
        assert "--design-background-color" in page.text
        assert not re.search("Traceback|Error running application", log.read_text()), log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # `app` has started Panel's server as its child
        process.wait()
