"""axe-core in the page: what it finds wrong, in every shadow root, as short lines."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page) -> list[str]:
    """`rule: selector: what to do`, for WCAG 2.2 AA and for what axe-core calls best practice."""
    # Evaluated by the browser for the test, as no policy of the page concerns it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations", list(RULES)
    )
    return [
        f"{violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in found
        for node in violation["nodes"]
    ]
