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


def picture() -> tuple[str, int]:
    """The first scenario as an SVG, at the moment at which the page opens, and the number of its payments."""
    from panel_app.picture import first_picture

    return first_picture()
