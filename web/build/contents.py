"""What goes into the archives of Python code, and what does not: one table of packages, one of what is left out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

Files = Iterable[tuple[str, bytes]]

INTERFACE = (
    "bokeh",
    "panel",
    "param",
    "pyviz-comms",
    "jinja2",
    "markupsafe",
    "pyyaml",
    "packaging",
    "typing-extensions",
)
"""Needed before the first picture; with numpy and our own wheel. They are the very files that .venv runs with."""

VALIDATION = ("pydantic", "annotated-types", "typing-inspection")
"""Loaded after the first picture; with pydantic-core."""

NATIVE = re.compile(r"\.cpython-[^/]*\.so$|\.abi3\.so$")
"""Built for this machine. MarkupSafe and PyYAML work without theirs."""

LEFT_OUT = re.compile(
    r"""
      \.dist-info/(?!METADATA$) | (^|/)(tests?|__pycache__|node_modules|_pyinstaller|testing)/
    | \.(pyi|pxd|pyx|h|a|lib|ts|tsx|map|less|typed|rst|md|txt|toml|c|in)$
    | ^bokeh/_sri/(?!3\.9\.2) | ^bokeh/(sphinxext|sampledata|command|server/(static|views))/
    | ^panel/(dist|command|examples|assets|tests)/ | ^panel/package-lock\.json$
    | ^panel/models/(vtk|vizzu|tabulator|perspective)/
    | ^numpy/(f2py|distutils|doc|typing/tests|fft|random|_core/(include|lib))/ | ^numpy/linalg/.*so$
    | ^numpy/.*_(umath|rational|multiarray|operand_flag|struct_ufunc|simd|core)_?tests?\..*so$ | _tests?\.[^/]*so$
    | ^pyviz_comms/labextension/(schemas|static)/ | ^numpy/conftest | ^numpy/_configtool
    | ^pydantic/v1/ | ^payment_simulator/(cli|persistence|api|experiments)/
    | ^panel_app/(page\.js|code_editor\.js|picture\.py)$ | ^(scenarios|web)/
    """,
    re.VERBOSE,
)

READ_SOON = re.compile(r"^panel/theme/css/")
"""Files of others that parts of the page read when they are first looked at, which may be soon."""

STANDARD_LIBRARY_LEFT_OUT = re.compile(
    r"^(lib2to3|idlelib|turtledemo|pydoc_data|ensurepip|tkinter|test|unittest/test|_pyrepl|venv|sqlite3|curses|dbm|wsgiref|xmlrpc)/"
    r"|^turtle\.py$"
)


EMPTIED = ("numpy/_core/_add_newdocs.py", "numpy/_core/_add_newdocs_scalars.py", "numpy/linalg/_umath_linalg.py")
"""Modules that numpy imports and nobody here uses: docstrings, and the library of linear algebra."""


def interface(numpy_wheel: Path) -> Iterator[tuple[str, bytes]]:
    """What others wrote of the first archive, as (path, content)."""
    yield from (entry for entry in _kept(_of_wheel(numpy_wheel)) if entry[0] not in EMPTIED)
    yield from ((path, b"") for path in EMPTIED)
    for package in INTERFACE:
        yield from _kept(_of_environment(package))


def own(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Our own packages, out of the wheel built for the browser."""
    yield from _kept(_of_wheel(wheel))


def apart(files: dict[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The libraries that must be linked, apart from the rest."""
    linked = {path: content for path, content in files.items() if path.endswith(".so")}
    return {path: content for path, content in files.items() if path not in linked}, linked


def validation(pydantic_core_wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the second archive."""
    yield from _kept(_of_wheel(pydantic_core_wheel))
    for package in VALIDATION:
        yield from _kept(_of_environment(package))


def standard_library(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Pyodide's standard library without what no browser can use."""
    return _kept(_of_wheel(archive), lambda path: not STANDARD_LIBRARY_LEFT_OUT.search(path))


def _kept(
    files: Files, keep: Callable[[str], bool] = lambda path: not LEFT_OUT.search(path)
) -> Iterator[tuple[str, bytes]]:
    for path, content in files:
        if keep(path):
            # Of its metadata a package is asked for name and version, which stand in the head.
            yield path, content.split(b"\n\n")[0] + b"\n" if path.endswith(".dist-info/METADATA") else content


def _of_wheel(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                yield name, archive.read(name)


def _of_environment(package: str) -> Iterator[tuple[str, bytes]]:
    for file in sorted(distribution(package).files or [], key=str):
        path = file.as_posix()
        if not path.startswith("..") and not NATIVE.search(path) and not path.endswith(".pyc"):
            yield path, file.read_binary()
