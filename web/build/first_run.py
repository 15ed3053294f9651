"""What the program itself says when the site is built: the scenarios, checked, and the picture of a finished run."""

from __future__ import annotations

import json
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"


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


def first_picture() -> tuple[str, int]:
    """The scenario that opens first, as SVG at the moment at which it opens, and the number of its payments."""
    from panel_app.picture import picture
    from panel_app.scenarios import FIRST
    from panel_app.session import Session
    from panel_app.theme import LIGHT

    session = Session(LIGHT)
    session.open(FIRST)
    return picture(session, LIGHT), len(session.run.payments.amount)
