"""What the program itself says when the site is built: scenarios and lessons, checked, and the picture of a finished
run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"

FIGURE_SIZES = {"desk": (753.0, 378.0), "wide": (914.0, 518.0), "hall": (1394.0, 518.0), "phone": (390.0, 385.0)}
"""Of the live network in a window of 1280 x 720, 1440 x 900, 1920 x 1080 and 390 x 844; web/src/loading.css shows the
picture for the window."""


@dataclass(frozen=True)
class FirstRun:
    """`pictures` and `logo` are SVG; `payments` is how many the run has."""

    pictures: str
    logo: str
    payments: int


def checked_scenarios() -> dict[str, bytes]:
    """Every scenario as JSON that needs no check any more, and `index.json`, the list of them."""
    from payment_simulator import load_config

    files: dict[str, bytes] = {}
    index = []
    for source in sorted(SCENARIOS.glob("*.yaml")):
        text = load_config(source).to_json()
        files[f"{source.stem}.json"] = text.encode()
        display = json.loads(text)["display"]
        index.append({"name": source.stem, "title": display["title"], "teaches": display["teaches"]})
    return files | {"index.json": json.dumps(index, ensure_ascii=False).encode()}


def texts() -> dict[str, bytes]:
    """The scenarios as they were written, for the editor, with the policy files beside them."""
    files = [*SCENARIOS.glob("*.yaml"), *(SCENARIOS / "policies").glob("*.json")]
    return {file.relative_to(SCENARIOS).as_posix(): file.read_bytes() for file in sorted(files)}


def checked_lessons() -> dict[str, bytes]:
    """Every lesson as it was written, after it has been played through with the engine. Raises `LessonError`."""
    from panel_app.lessons import library

    files = sorted(library.folder().glob("*.md"))
    for file in files:
        library.check(library.read(file))
    return {f"lessons/{file.name}": file.read_bytes() for file in files}


def first_run() -> FirstRun:
    """Run the scenario that opens first, to the moment at which it opens."""
    from panel_app.picture import picture
    from panel_app.scenarios import FIRST
    from panel_app.session import Session
    from panel_app.theme import LIGHT
    from panel_app.views.icons import LOGO

    session = Session(LIGHT)
    session.open(FIRST)
    pictures = "\n".join(picture(session, LIGHT, *size, name=name) for name, size in FIGURE_SIZES.items())
    return FirstRun(pictures, LOGO, len(session.run.payments.amount))
