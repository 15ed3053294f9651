"""From a lesson's text to a `Lesson`. Every mistake is found in one reading, with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from panel_app.lessons import conditions, facts, settings
from panel_app.lessons.conditions import Condition
from panel_app.lessons.document import Block, Choice, Do, Lesson, Question, Record, Step, Template, Text, Try
from panel_app.lessons.facts import Fact
from panel_app.lessons.problem import LessonError, Problem, unknown

Read = TypeVar("Read")

HEAD = ("scenario", "teaches", "place")
BLOCKS = {
    "set": (),
    "try": ("set", "then"),
    "do": ("control", "until", "show me", "then"),
    "question": (),
    "record": ("best",),
}
"""The words that begin a block at the left margin, and those that may stand in it, indented."""
CONTROLS = ("bilateral", "cycles", "balances", "credit", "arrivals", "opening-balance")
_KEYED = re.compile(r"([a-z]+(?: me)?):(?:\s+(.*))?")
_CHOICE = re.compile(r"\[([ x])\]\s*(.*)")
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass
class _Line:
    number: int
    text: str
    indented: bool


@dataclass
class _Entry:
    """A keyword or a choice with all that was written after it, over several lines."""

    key: str
    text: str
    line: int
    inner: list[_Entry] = field(default_factory=list)


def parse(text: str, name: str) -> Lesson:
    """Read a lesson; `name` is that of its file, without `.md`. Raises `LessonError` with every mistake."""
    return _Parser(text, name).lesson()


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.lines = [
            _Line(number, line.strip(), line[:1].isspace()) for number, line in enumerate(text.splitlines(), 1)
        ]

    def lesson(self) -> Lesson:
        starts = [place for place, line in enumerate(self.lines) if not line.indented and line.text.startswith("## ")]
        head = self.head(self.lines[: starts[0] if starts else len(self.lines)])
        ends = [*starts, len(self.lines)][1:]
        steps = tuple(self.step(self.lines[start:end]) for start, end in zip(starts, ends, strict=True))
        if not steps:
            self.say(len(self.lines) or 1, "has no step; begin one with a line such as: ## The first payment")
        lesson = Lesson(
            self.name,
            head.get("title", ""),
            head.get("scenario", ""),
            head.get("teaches", ""),
            int(head.get("place", "0")),
            steps,
        )
        if self.problems:
            raise LessonError(f"{self.name}.md", self.problems)
        return lesson

    def say(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def reading(self, line: int, read: Callable[[], Read]) -> Read | None:
        """What `read` gives, or None and a problem."""
        try:
            return read()
        except ValueError as wrong:
            self.say(line, str(wrong))
            return None

    def head(self, lines: list[_Line]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in lines:
            keyed = _KEYED.fullmatch(line.text)
            if line.text.startswith("# ") and not line.indented:
                found["title"] = line.text[2:].strip()
            elif keyed and keyed[1] in HEAD:
                found[keyed[1]] = (keyed[2] or "").strip()
                if keyed[1] == "place" and not found["place"].isdecimal():
                    self.say(line.number, f'"{found.pop("place")}" is no place in the list; write a number')
            elif line.text:
                self.say(line.number, f"stands before the first step; here stand # TITLE, {': ..., '.join(HEAD)}: ...")
        if not found.get("title"):
            self.say(1, "has no title; begin with a line such as: # Gridlock and netting")
        for key in ("scenario", "teaches"):
            if not found.get(key):
                self.say(1, f"says no {key}; write a line {key}: ... below the title")
        return found

    def step(self, lines: list[_Line]) -> Step:
        first, title = lines[0], lines[0].text[3:].strip()
        opening: tuple[settings.Setting, ...] = ()
        blocks: list[Block] = []
        for item in self.items(lines[1:]):
            if isinstance(item, Text):
                blocks.append(item)
            elif item.key == "set":
                opening = self.settings(item)
            else:
                block = getattr(self, f"_{item.key}")(item)
                if block is not None:
                    blocks.append(block)
        return Step(title, opening, tuple(blocks), first.number)

    def items(self, lines: list[_Line]) -> Iterator[Text | _Entry]:
        """Paragraphs and keyword blocks in the order in which they stand."""
        paragraphs: list[list[_Line]] = [[]]
        entry: _Entry | None = None
        for line in [*lines, _Line(0, "", False)]:
            keyed = None if line.indented else _KEYED.fullmatch(line.text)
            begins = keyed is not None and keyed[1] in BLOCKS
            if entry is not None and line.indented and line.text:
                self.into(entry, line)
                continue
            if entry is not None and (line.text or line.number == 0):
                yield entry
                entry = None
            if begins and keyed is not None:
                yield from self.text(paragraphs)
                paragraphs = [[]]
                entry = _Entry(keyed[1], keyed[2] or "", line.number)
            elif keyed is not None and " " not in keyed[1]:
                self.say(line.number, str(unknown("block", keyed[1], BLOCKS)))
            elif entry is None:
                if not line.text:
                    paragraphs.append([])
                elif line.text.startswith("- "):
                    paragraphs += [[line]]
                else:
                    paragraphs[-1].append(line)
        yield from self.text(paragraphs)

    def into(self, entry: _Entry, line: _Line) -> None:
        """An indented line: a keyword of its block, a choice, or more text of what came last."""
        keyed, choice = _KEYED.fullmatch(line.text), _CHOICE.fullmatch(line.text)
        if choice and entry.key == "question":
            entry.inner.append(_Entry(choice[1], choice[2], line.number))
        elif keyed and keyed[1] in BLOCKS[entry.key]:
            entry.inner.append(_Entry(keyed[1], keyed[2] or "", line.number))
        elif keyed and keyed[1] in {word for words in BLOCKS.values() for word in words}:
            allowed = ", ".join(BLOCKS[entry.key]) or "nothing"
            self.say(line.number, f'"{keyed[1]}" cannot stand in a block "{entry.key}"; there can stand {allowed}')
        elif entry.inner and entry.key == "question":
            entry.inner[-1].inner.append(_Entry("", line.text, line.number))
        else:
            last = entry.inner[-1] if entry.inner else entry
            last.text = f"{last.text} {line.text}".strip()

    def text(self, paragraphs: list[list[_Line]]) -> Iterator[Text]:
        written = [lines for lines in paragraphs if lines]
        if written:
            told = []
            for lines in written:
                whole = " ".join(line.text for line in lines)
                is_item = whole.startswith("- ")
                told.append((is_item, self.template(whole.removeprefix("- "), lines[0].number)))
            yield Text(tuple(told), written[0][0].number)

    def template(self, text: str, line: int) -> Template:
        parts: list[str | Fact] = []
        for place, part in enumerate(_PLACE.split(text)):
            if place % 2:
                fact = self.reading(line, lambda part=part: facts.read(part))  # type: ignore[misc]
                parts.append(fact if fact is not None else "")
            elif part:
                parts.append(part)
        if text.count("**") % 2:
            self.say(line, "** has no partner; write **bold**")
        return Template(tuple(parts))

    def settings(self, entry: _Entry) -> tuple[settings.Setting, ...]:
        return self.reading(entry.line, lambda: settings.read_all(entry.text)) or ()

    def facts(self, entry: _Entry) -> tuple[Fact, ...]:
        names = [name for name in entry.text.split(",") if name.strip()]
        return self.reading(entry.line, lambda: tuple(facts.read(name) for name in names)) or ()

    def _try(self, entry: _Entry) -> Try:
        inner = self.inner(entry, ("set",))
        made = self.settings(inner["set"]) if "set" in inner else ()
        return Try(self.template(entry.text, entry.line), made, self.said(inner.get("then")), entry.line)

    def _do(self, entry: _Entry) -> Do | None:
        inner = self.inner(entry, ("until", "show me"))
        if not {"until", "show me"} <= set(inner):
            return None
        until: Condition | None = self.reading(inner["until"].line, lambda: conditions.read(inner["until"].text))
        names = tuple(name.strip() for name in inner["control"].text.split(",")) if "control" in inner else ()
        for name in names:
            if name.split(" ")[0] not in CONTROLS:
                self.say(inner["control"].line, str(unknown("control", name, CONTROLS)))
        shown, then = self.settings(inner["show me"]), self.said(inner.get("then"))
        return Do(self.template(entry.text, entry.line), names, until, shown, then, entry.line) if until else None

    def _question(self, entry: _Entry) -> Question:
        choices = []
        for choice in entry.inner:
            feedback = " ".join(more.text for more in choice.inner)
            if not feedback:
                self.say(choice.line, "is an answer without feedback; say below it, indented, why it is right or wrong")
            told = self.template(feedback, choice.inner[0].line if choice.inner else choice.line)
            choices.append(Choice(self.template(choice.text, choice.line), choice.key == "x", told))
        if len(choices) < 2:
            self.say(entry.line, "is a question with fewer than two answers; write each as [ ] or, the right one, [x]")
        elif sum(choice.right for choice in choices) != 1:
            self.say(entry.line, "should have one right answer, marked [x]")
        return Question(self.template(entry.text, entry.line), tuple(choices), entry.line)

    def _record(self, entry: _Entry) -> Record:
        inner = self.inner(entry, ())
        best = self.facts(inner["best"]) if "best" in inner else ()
        recorded = self.facts(entry)
        if not recorded:
            self.say(entry.line, "records nothing; name facts, such as record: credit, day-cost")
        if best and best[0] not in recorded:
            self.say(inner["best"].line, f"{best[0].name} is not among the facts that are recorded")
        return Record(recorded, best[0] if best else None, entry.line)

    def inner(self, entry: _Entry, needed: tuple[str, ...]) -> dict[str, _Entry]:
        found = {inner.key: inner for inner in entry.inner}
        for key in needed:
            if key not in found:
                self.say(entry.line, f'a block "{entry.key}" needs a line {key}: ..., indented')
        return found

    def said(self, entry: _Entry | None) -> Template:
        return self.template(entry.text, entry.line) if entry is not None else Template()
