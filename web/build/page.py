"""index.html and the service worker: the two files made from templates."""

from __future__ import annotations

import gzip
import html
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from web.build.first_run import FirstRun
from web.build.site import Site, digest

SOURCES = Path(__file__).parents[1] / "src"
PACKAGES = "/lib/python3.14/site-packages"
"""Where Python looks for packages."""


@dataclass(frozen=True)
class Parts:
    """Where things are, relative to the page. This goes into the page as JSON; the page and the worker read it."""

    runtime: str
    static: str
    app: str
    script: str
    """BokehJS and Panel's extension of it."""
    tables: str
    """What the runtime's data lack until everything answers."""
    library: str
    interface: str
    own: str
    loaded: str
    """Those of our modules that are in memory, for a start that cannot put it back."""
    validation: str
    memory: str
    note: str
    document: str
    """What the page draws while memory is put back."""
    libraries: dict[str, str]
    """Where Python looks for a linked library, to the file."""


def index(site: Site, parts: Parts, keys: object, first: FirstRun) -> bytes:
    """The page: `keys` as in panel_app/keys.json, `first` as told when the site is built."""
    both = [f"{parts.runtime}/pyodide.asm.wasm", parts.own, *parts.libraries.values()]
    needed = {
        "restore": [*both, parts.note, parts.memory, parts.document],
        "build": [*both, parts.loaded, parts.library, parts.interface],
    }
    travels = {way: {path: _travels(path, site.files[path]) for path in paths} for way, paths in needed.items()}
    scripts = {parts.script: _travels(parts.script, site.files[parts.script])}
    known = asdict(parts) | {
        "packages": PACKAGES,
        "zip": "/lib/python314.zip",
        "raw": {path: len(site.files[path]) for paths in needed.values() for path in paths},
        "files": travels,
        "scripts": scripts,
        "keys": keys,
    }
    return _filled(
        "index.html",
        site=json.dumps(known, separators=(",", ":")).replace("<", "\\u003c"),
        app=parts.app,
        styles="\n".join(f'<link rel="stylesheet" href="{html.escape(path)}">' for path in _styles(site, parts)),
        script=html.escape(parts.script),
        preloads="\n".join(f'<link rel="modulepreload" href="{html.escape(path)}">' for path in _modules(site, parts)),
        megabytes=f"{sum([*travels['restore'].values(), *scripts.values()]) / 1e6:.1f}",
        payments=str(first.payments),
        logo=first.logo,
        pictures=first.pictures,
    )


def service_worker(site: Site) -> bytes:
    """The service worker for exactly these files; made last."""
    files = ["./", *sorted(path for path in site.files if path != "index.html")]
    return _filled("offline.js", version=digest(site.files), files=json.dumps(files, indent=1))


def _styles(site: Site, parts: Parts) -> list[str]:
    return sorted(path for path in site.files if path.startswith(f"{parts.app}/") and path.endswith(".css"))


def _modules(site: Site, parts: Parts) -> list[str]:
    """What main.js imports: asked for together, not one after the other has been read."""
    names = re.findall(r'^import .*?"\./(.+)"$', site.files[f"{parts.app}/main.js"].decode(), re.MULTILINE)
    return [f"{parts.app}/{name}" for name in names]


def _travels(path: str, content: bytes) -> int:
    """About how many bytes go over the wire on a host that compresses with gzip, as nearly all do."""
    return len(content) if path.endswith(".bin") else len(gzip.compress(content, 6))


def _filled(template: str, **values: str) -> bytes:
    return Template((SOURCES / template).read_text(encoding="utf-8")).substitute(values).encode()
