"""All words are in one catalog (`text*.py`); no view or figure holds any: a second language is a second catalog."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PANEL_APP = Path(__file__).parents[2] / "panel_app"
VIEWS = sorted([*(PANEL_APP / "views").rglob("*.py"), *(PANEL_APP / "figures").glob("*.py")])

TAGS = re.compile(r"<[^<>]*>")
FIELDS = re.compile(r"\{[^{}]*\}")
SPOKEN = re.compile(r'(?:aria-label|aria-valuetext|title|placeholder|alt)="([^"]*)')
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+( [a-z]+)*[.:?!]?")
KEYS = {"Space", "Home", "End"}
"""What is printed on keys; a title names the key beside the word from the catalog."""
CONSTANTS = {
    "False",
    "True",
    "None",
    "HTML",
    "Figure",
    "Fifo",
    "Tree",
    "Release",
    "Clock",
    "Curves",
    "Result",
    "Arrival",
}
"""Names that the code compares, not words that it shows."""


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text in a module that is no documentation, with its line."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value


def words(text: str) -> list[str]:
    """What a reader would see or hear of a text: between tags, in spoken attributes, or a sentence by itself."""
    found: list[str] = []
    for spoken in SPOKEN.findall(text):
        found += WORD.findall(FIELDS.sub(" ", spoken))
    if "<" in text or ">" in text:
        # Texts are put together from pieces: what stands before the first `>` or after the last `<` is inside a tag.
        seen = TAGS.sub("\0", FIELDS.sub(" ", text))
        seen = seen[seen.find(">") + 1 :] if ">" in seen else seen
        seen = seen[: seen.rfind("<")] if "<" in seen else seen
        if '="' not in seen:
            found += WORD.findall(seen)
    elif SENTENCE.fullmatch(text):
        found.append(text)
    return [word for word in found if word not in KEYS | CONSTANTS]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>{}</p>", []),
        ("<p>Settled</p>", ["Settled"]),
        ('<b title="Play {x}">', ["Play"]),
        ('<button title="{} (Space)" class="button square">', []),
        ('aria-label="Close">', ["Close"]),
        ("Credit in use", ["Credit in use"]),
        ("stretch_width", []),
        ("view-simulate", []),
        ('{a}</h2><p class="small', []),
    ],
)
def test_words_are_seen(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.parent.name}-{view.stem}")
def test_no_view_or_figure_holds_words_of_its_own(view: Path) -> None:
    tree = ast.parse(view.read_text(encoding="utf-8"))
    own = [f"{view.name}:{line}: {word}" for line, text in strings(tree) for word in words(text)]
    assert own == []


def test_the_catalog_holds_no_word_that_nobody_says() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PANEL_APP.rglob("*.py"))
    for catalog in sorted(PANEL_APP.glob("text*.py")):
        tree = ast.parse(catalog.read_text(encoding="utf-8"))
        named = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
        named += [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        assert named
        assert [name for name in named if len(re.findall(rf"\b{name}\b", sources)) < 2] == [], catalog.name
