"""What is absent: the invariants of ARCHITECTURE.md, held by looking at the sources and at what an import loads."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / "engine" / "python" / "payment_simulator"
CORE = ROOT / "engine" / "core" / "src"
HEAVY = {"duckdb", "polars", "pyarrow", "pandas", "typer", "fastapi", "uvicorn"}
LAZY = {"numpy", "pydantic", "yaml", "rich"}


def rust_code(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each Rust source without its comments and without its test module."""
    for path in sorted(folder.rglob("*.rs")):
        text = path.read_text().split("#[cfg(test)]")[0]
        yield path.relative_to(ROOT), re.sub(r"//.*", "", text)


# What the core does not know: Python, files, clocks, the environment, the platform's libm, an order that changes.
FORBIDDEN_IN_CORE = {
    "python": r"\bpyo3\b",
    "files and network": r"std::(fs|net|io)\b",
    "clock": r"std::time\b|Instant::now|SystemTime",
    "environment": r"std::env\b|\benv!\(",
    "threads": r"std::thread\b",
    "unsafe code": r"\bunsafe\b",
    "an order that changes": r"\bHash(Map|Set)\b",
    "the platform's libm": r"\.(exp|ln|log2|log10|powf|powi|sqrt|sin|cos|tan|exp2|exp_m1|ln_1p|cbrt)\(",
    "printing": r"\be?print(ln)?!\(",
}


@pytest.mark.parametrize("pattern", FORBIDDEN_IN_CORE.values(), ids=FORBIDDEN_IN_CORE)
def test_the_core_does_not_know(pattern: str) -> None:
    found = [f"{path}: {match[0]}" for path, code in rust_code(CORE) for match in re.finditer(pattern, code)]
    assert not found


def test_the_core_depends_on_no_python_and_the_check_would_see_it() -> None:
    manifest = (ROOT / "engine" / "core" / "Cargo.toml").read_text()
    assert "pyo3" not in manifest
    assert "[dependencies]" in manifest
    assert len(list(rust_code(CORE))) > 10
    assert re.search(FORBIDDEN_IN_CORE["the platform's libm"], "x.exp()")


def test_the_boundary_is_readable_in_one_sitting() -> None:
    sources = sorted((ROOT / "engine" / "bindings" / "src").glob("*.rs"))
    assert sum(len(path.read_text().splitlines()) for path in sources) < 1050
    assert len((ROOT / "engine/python/payment_simulator_core_rs/__init__.pyi").read_text().splitlines()) < 360


@pytest.mark.parametrize("module", ["payment_simulator", "panel_app.app"])
def test_an_import_is_light(module: str) -> None:
    code = f"import sys; import {module}; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert not loaded & HEAVY
    if module == "payment_simulator":
        assert not loaded & LAZY


def python_sources(*folders: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Each Python source of some folders, parsed."""
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a module with the last name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node, node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id


def test_there_is_one_tick_loop() -> None:
    sources = list(python_sources(PYTHON, ROOT / "panel_app"))
    ticking = [str(path) for path, tree in sources for _, name in calls(tree) if name == "tick"]
    assert ticking == ["engine/python/payment_simulator/execution/source.py"]
    showing = [str(path) for path, tree in python_sources(PYTHON) for _, name in calls(tree) if name == "show"]
    assert showing == ["engine/python/payment_simulator/execution/runner.py"]


def test_stdout_is_written_by_commands_alone() -> None:
    for path, tree in python_sources(PYTHON):
        bare = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "print"]
        assert not bare, path
        if "commands" not in path.parts and path.name != "streams.py":  # which sees to it that it arrives
            assert "stdout" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}, path


def test_execution_and_config_know_no_command_line() -> None:
    for path, tree in python_sources(PYTHON / "execution", PYTHON / "config"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                assert not any(re.match(r"typer|rich|payment_simulator\.cli", name) for name in names), path


def test_money_is_never_divided_into_a_float() -> None:
    """Between scenario and engine, `float` is made of statistical parameters and of the numbers of policies only."""
    makers = [str(path) for path, tree in python_sources(PYTHON) for _, name in calls(tree) if name == "float"]
    config = "engine/python/payment_simulator/config"
    assert set(makers) == {f"{config}/engine_input.py", f"{config}/policy_documents.py"}


def test_a_file_is_one_noun() -> None:
    lengths = sorted(len((ROOT / path).read_text().splitlines()) for path, _ in python_sources(PYTHON))
    assert lengths[len(lengths) // 2] <= 200
    assert lengths[-1] <= 400
