"""axe-core in the page: what it finds wrong, in every shadow root, as short lines."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
"""WCAG 2.2 AA, and what axe-core calls best practice."""


def violations(page: Page) -> list[str]:
    """`rule: selector: what to do`."""
    # Evaluated by the browser for the test, as no policy of the page concerns it.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async rules => (await axe.run(document, rules)).violations", RULES)
    return [
        f"{violation['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in found
        for node in violation["nodes"]
    ]
