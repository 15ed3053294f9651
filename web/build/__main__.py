"""`python -m web.build --wheel WHEEL --out FOLDER`: makes the site out of the wheel and everything pinned."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from web.build import archive, assets, contents, first_run, licences, memory, page, scripts, tables, wheels
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
    library = archive.zipped(archive.compiled(contents.standard_library(wheels.RUNTIME / "python_stdlib.zip")))
    interface, linked = contents.apart(archive.compiled(contents.interface(numpy)))
    own, engine = contents.apart(archive.compiled(contents.own(given.wheel), lines=True))
    own |= {f"panel_app/scenarios/{name}": text for name, text in (scenarios | lessons | first_run.texts()).items()}
    own |= {path: interface.pop(path) for path in [*interface] if contents.READ_SOON.search(path)}
    validation = archive.compiled(contents.validation(pydantic_core))
    pyodide, later = tables.apart(assets.runtime(wheels.RUNTIME))
    panel = {f"panel/{path}": content for path, content in assets.panel_styles().items()}
    static = site.add_folder("static", panel)
    opened = memory.made(pyodide, library, interface | own | linked | engine, f"{static}/panel/")
    scripts_of = site.add_folder("scripts", {"interface.js": scripts.script(opened.document)})
    runtime = site.add_folder("runtime", pyodide | {"library.bin": archive.packed(library), "tables.wasm": later})
    loaded = {path: own.pop(path) for path in [*own] if f"{page.PACKAGES}/{path}" in opened.imported}
    archives = {"interface": interface, "own": own, "loaded": loaded, "validation": validation}
    python = site.add_folder(
        "python", {f"{name}.bin": archive.packed(archive.joined(files)) for name, files in archives.items()}
    )
    libraries = {path: f"{path.split('/')[-1].split('.')[0]}.wasm" for path in linked | engine}
    parts_of_memory = {libraries[path]: content for path, content in (linked | engine).items()}
    note = json.dumps(opened.note, separators=(",", ":")).encode()
    parts_of_memory |= {"python.wasm": opened.module, "note.json": note, "document.json": opened.document}
    memory_of = site.add_folder("memory", parts_of_memory)
    app = site.add_folder("app", page_files())
    parts = page.Parts(
        runtime,
        static,
        app,
        script=f"{scripts_of}/interface.js",
        tables=f"{runtime}/tables.wasm",
        library=f"{runtime}/library.bin",
        interface=f"{python}/interface.bin",
        own=f"{python}/own.bin",
        loaded=f"{python}/loaded.bin",
        validation=f"{python}/validation.bin",
        memory=f"{memory_of}/python.wasm",
        note=f"{memory_of}/note.json",
        document=f"{memory_of}/document.json",
        libraries={f"{page.PACKAGES}/{path}": f"{memory_of}/{name}" for path, name in libraries.items()},
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
