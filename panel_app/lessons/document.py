"""A lesson as it was written: steps made of blocks, each with the line at which it begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from panel_app.lessons.conditions import Condition
from panel_app.lessons.facts import Fact
from panel_app.lessons.settings import Setting


@dataclass(frozen=True)
class Template:
    """Text with places for facts: `parts` are plain text and facts in turn. `**bold**` and `*emphasis*` stay in it."""

    parts: tuple[str | Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that it names."""
        return tuple(part for part in self.parts if isinstance(part, Fact))


@dataclass(frozen=True)
class Text:
    """Paragraphs and list items, as pairs (is a list item, text)."""

    paragraphs: tuple[tuple[bool, Template], ...]
    line: int


@dataclass(frozen=True)
class Try:
    """A button that sets the simulator; `then` is said afterwards."""

    label: Template
    settings: tuple[Setting, ...]
    then: Template
    line: int


@dataclass(frozen=True)
class Do:
    """Something that the learner does; it is noticed when `until` holds. `show_me` does it for whoever is stuck."""

    text: Template
    controls: tuple[str, ...]
    until: Condition
    show_me: tuple[Setting, ...]
    then: Template
    line: int


@dataclass(frozen=True)
class Choice:
    """One answer; `feedback` says why it is right or wrong."""

    text: Template
    right: bool
    feedback: Template


@dataclass(frozen=True)
class Question:
    """A question with one right answer."""

    text: Template
    choices: tuple[Choice, ...]
    line: int


@dataclass(frozen=True)
class Record:
    """A table of the learner's own runs, a row for each different run: these facts of it, the lowest `best` marked."""

    facts: tuple[Fact, ...]
    best: Fact | None
    line: int


Block = Text | Try | Do | Question | Record


@dataclass(frozen=True)
class Step:
    """One screen of a lesson. `settings` are made when it opens, on top of the scenario as it is in its file."""

    title: str
    settings: tuple[Setting, ...]
    blocks: tuple[Block, ...]
    line: int


@dataclass(frozen=True)
class Lesson:
    """A lesson of one scenario. `place` orders the list."""

    name: str
    title: str
    scenario: str
    teaches: str
    place: int
    steps: tuple[Step, ...] = field(default=())
