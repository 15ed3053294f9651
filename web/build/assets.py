"""The files that the browser loads beside Python: Pyodide's runtime, and Panel's styles."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution, version
from pathlib import Path

RUNTIME_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

PLACES = {
    b"var memoryBase=": b"Module.placeOf?Module.placeOf.base:",
    b"var tableBase=": b"Module.placeOf?Module.placeOf.table:",
}
"""Where Pyodide chooses the place of a library: web/src/memory.js puts one back at the place that it had."""

PANEL_STYLES = re.compile(r"^panel/dist/(css/[^/]+\.css|bundled/defaulttheme/.+\.css|bundled/theme/.+\.css)$")


def runtime(folder: Path) -> dict[str, bytes]:
    """Pyodide itself, and a lock file that names no package, since none is ever asked for."""
    files = {name: (folder / name).read_bytes() for name in RUNTIME_FILES}
    for choice, ours in PLACES.items():
        if files["pyodide.asm.mjs"].count(choice) != 1:
            raise SystemExit(f"pyodide.asm.mjs does not say {choice!r} once any more: look at web/src/memory.js")
        files["pyodide.asm.mjs"] = files["pyodide.asm.mjs"].replace(choice, choice + ours)
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    return files | {"pyodide-lock.json": json.dumps({"info": lock["info"], "packages": {}}).encode()}


def panel_styles() -> dict[str, bytes]:
    """Panel's style sheets, where `PANEL_CDN_ROOT` leads to: `<version>/dist/...`."""
    dist = f"{version('panel')}/dist/"
    files = distribution("panel").files or []
    kept = [file for file in files if PANEL_STYLES.match(file.as_posix())]
    return {dist + file.as_posix().removeprefix("panel/dist/"): file.read_binary() for file in kept}
