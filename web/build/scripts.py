"""BokehJS and Panel's extension of it as one script, with the models that the page can hold and what those need.

Bokeh ships some 860 modules, each a function that is called when another asks for it, and runs nearly all of them when
it is loaded, since it registers every model that there is. Here the module that does so registers ours, and what
nothing asks for any more is left out: 325 modules stay, a third of the size, and they take the page half of the time.
Bokeh and Panel are pinned; where a new version is not put together like this the build says so, and `tests/browser`
sees what is missing.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from typing import Any

BUNDLES = {
    "bokeh": ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js"),
    "panel": ("panel.min.js",),
}
"""Packages with their scripts, in the order in which they would be loaded: names of a later one hold."""
FOLDERS = {"bokeh": "bokeh/server/static/js/", "panel": "panel/dist/"}
PACKAGES = tuple(f"{package}." for package in BUNDLES)

MODULE = re.compile(r'^(?:"?(\w+)"?: (?:/\*.*?\*/ )?)?(function _\()', re.MULTILINE)
"""The head of a module: its key, or none where modules stand in an array."""
END = re.compile(r'^[\]}], "?\w+"?, (\{[^{}]*\})', re.MULTILINE)
"""The end of all modules, and the names that some of them have."""
OWN = ("index", "models/index")
"""Names that each package has for itself."""
REGISTER_ALL = "models/main"
BASE = "base"
"""The module that knows `register_models`."""
ALWAYS = ("main", "tslib", BASE)
REGISTERED = {"DocumentConfig"}
"""Models that are registered where they are made."""


def script(document: bytes) -> bytes:
    """The script for a page that begins as `document` (JSON), and may hold what the modules of `panel_app` import."""
    modules, names, loader = _bundled()
    models = sorted({*_in_document(json.loads(document)), *_imported()} - REGISTERED)
    homes = {model: _home(model, modules, names) for model in models}
    exported = ", ".join(f'require("{homes[model]}").{model.rsplit(".", 1)[-1]}' for model in models)
    modules[names[REGISTER_ALL]] = f'function _(require){{require("{names[BASE]}").register_models([{exported}])}}'
    needed = _needed([names[name] for name in ALWAYS], modules, names)
    kept = ",\n".join(f'"{key}": {modules[key]}' for key in modules if key in needed)
    aliases = json.dumps({name: key for name, key in names.items() if key in needed}, separators=(",", ":"))
    return f'{loader}({{\n{kept}\n}}, "{names["main"]}", {aliases}, {{}});\n}});\n'.encode()


def _bundled() -> tuple[dict[str, str], dict[str, str], str]:
    """All modules by their keys, the names that some have, and the lines before them that load the first."""
    modules: dict[str, str] = {}
    names: dict[str, str] = {}
    loaders: list[str] = []
    for package, files in BUNDLES.items():
        for file in files:
            text = _text(package, FOLDERS[package] + file)
            heads = list(MODULE.finditer(text))
            heads = [head for head in heads if head[1]] or heads
            end = END.search(text, heads[-1].end())
            if end is None:
                raise SystemExit(f"{file} does not end like a bundle of Bokeh any more: look at web/build/scripts.py")
            ends = [*(head.start() for head in heads[1:]), end.start()]
            for number, (head, stop) in enumerate(zip(heads, ends, strict=True)):
                modules.setdefault(head[1] or str(number), text[head.start(2) : stop].rstrip().removesuffix(","))
            named: dict[str, int | str] = json.loads(end[1])
            names |= {name: str(key) for name, key in named.items() if name not in OWN}
            loaders.append(text[: heads[0].start()].rstrip().removesuffix("[").removesuffix("("))
    return modules, names, loaders[0]


def _text(package: str, path: str) -> str:
    found = next(file for file in distribution(package).files or [] if file.as_posix() == path)
    return found.read_text(encoding="utf-8")


def _in_document(item: Any) -> Iterator[str]:
    """The qualified names of all models in a document."""
    if isinstance(item, dict):
        if item.get("type") == "object" and "id" in item:
            yield item["name"]
        item = list(item.values())
    if isinstance(item, list):
        for inner in item:
            yield from _in_document(inner)


def _imported() -> Iterator[str]:
    """The qualified names of the models that a module of `panel_app` has imported."""
    from bokeh.model import Model

    import panel_app

    for module in pkgutil.walk_packages(panel_app.__path__, "panel_app."):
        if module.name == "panel_app.native":  # of the app on a server
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if (
                isinstance(value, type)
                and issubclass(value, Model)
                and value.__module__.startswith(("bokeh.", "panel."))
            ):
                yield str(value.__qualified_model__)


def _home(model: str, modules: dict[str, str], names: dict[str, str]) -> str:
    """The key of the module that makes a model."""
    from bokeh.model import Model

    place, _, name = model.rpartition(".")
    folder = Model.model_class_reverse_map[model].__module__.rsplit(".", 1)[-1]
    paths = {
        path: key
        for path, key in names.items()
        if path.startswith("models/")
        and f'.__name__="{name}"' in modules[key]
        and (f'.__module__="{place}"' in modules[key] if place else key.isdecimal())
    }
    near = {path: key for path, key in paths.items() if path.startswith(f"models/{folder}/")} or paths
    if len(near) != 1:
        raise SystemExit(f"The module of Bokeh that makes {model} is not found: {sorted(near)}")
    return next(iter(near.values()))


def _needed(first: Iterable[str], modules: dict[str, str], names: dict[str, str]) -> set[str]:
    """The keys of the modules that these ask for, and those in turn; what is in no bundle is asked for in vain."""
    needed: set[str] = set()
    waiting = list(first)
    while waiting:
        key = waiting.pop()
        if key in needed or key not in modules:
            continue
        needed.add(key)
        ask = re.match(r"function _\((\w+|\$)", modules[key])
        if ask is None:
            continue
        calls = re.findall(rf'(?<![\w$.]){re.escape(ask[1])}\((?:(\d+)|"([^"]+)")\)', modules[key])
        for number, path in calls:
            asked = path.removeprefix("@bokehjs/")
            waiting.append(number or names.get(asked) or names.get(f"{asked}/index") or path)
    return needed
