"""`python -m web.build --wheel WHEEL --out FOLDER`: makes the site out of the wheel and everything pinned."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from web.build import archive, assets, contents, first_run, licences, page, wheels
from web.build.site import Site

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "web/src"
STYLES = ROOT / "web/styles"


def main() -> None:
    """The steps, in order."""
    options = argparse.ArgumentParser(prog="python -m web.build", description=__doc__)
    options.add_argument("--wheel", type=Path, required=True, help="our own wheel, built for Pyodide")
    options.add_argument("--out", type=Path, required=True, help="the folder to replace by the site")
    given = options.parse_args()
    numpy, pydantic_core = wheels.numpy(), wheels.pydantic_core()
    scenarios, lessons = first_run.checked_scenarios(), first_run.checked_lessons()

    site = Site()
    library = archive.packed_zip(archive.compiled(contents.standard_library(wheels.RUNTIME / "python_stdlib.zip")))
    interface = archive.packed(
        archive.compiled(contents.interface(numpy))
        | archive.compiled(contents.own(given.wheel))
        | {f"panel_app/scenarios/{name}": text for name, text in (scenarios | lessons | first_run.texts()).items()}
    )
    validation = archive.packed(archive.compiled(contents.validation(pydantic_core)))
    panel = {f"panel/{path}": content for path, content in assets.panel_styles().items()}
    runtime = site.add_folder("runtime", assets.runtime(wheels.RUNTIME) | {"library.bin": library})
    static = site.add_folder("static", assets.scripts() | panel)
    python = site.add_folder("python", {"interface.bin": interface, "validation.bin": validation})
    app = site.add_folder("app", page_files())
    parts = page.Parts(
        runtime, static, app, f"{runtime}/library.bin", f"{python}/interface.bin", f"{python}/validation.bin"
    )
    site.files |= {f"scenarios/{name}": text for name, text in scenarios.items()}
    keys = json.loads((ROOT / "panel_app/keys.json").read_text(encoding="utf-8"))
    site.files["index.html"] = page.index(site, parts, keys, first_run.first_run())
    further = {
        "Pyodide, CPython": "Pyodide: Mozilla Public License 2.0. CPython: Python Software Foundation License 2."
    }
    shipped = (*contents.INTERFACE, *contents.VALIDATION)
    site.files["licences.txt"] = licences.notices(shipped, (numpy, pydantic_core), ROOT / "LICENSE", further)
    site.files["offline.js"] = page.service_worker(site)
    site.write(given.out)


def page_files() -> dict[str, bytes]:
    """Our scripts and styles, as they are."""
    own = [file for file in sorted(SOURCES.iterdir()) if file.name not in ("index.html", "offline.js")]
    files = [*own, ROOT / "panel_app/page.js", ROOT / "panel_app/code_editor.js", *sorted(STYLES.glob("*.css"))]
    return {file.name: file.read_bytes() for file in files}


main()
