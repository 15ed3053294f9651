"""Where lessons are kept, and the check that each of them can be taught."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from panel_app import scenarios
from panel_app.lessons import settings
from panel_app.lessons.document import Block, Do, Lesson, Question, Record, Step, Template, Text, Try
from panel_app.lessons.facts import Fact
from panel_app.lessons.parser import parse
from panel_app.lessons.problem import LessonError, Problem

if TYPE_CHECKING:
    from panel_app.session import Session


def folder() -> Path:
    """In the site beside the scenarios that were packed with the app, else in the repository."""
    packed = scenarios.PACKED / "lessons"
    return packed if packed.exists() else scenarios.SOURCES / "lessons"


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in their order. Raises `LessonError`."""
    found = [read(path) for path in sorted(folder().glob("*.md"))]
    return tuple(sorted(found, key=lambda lesson: (lesson.place, lesson.title)))


def read(path: Path) -> Lesson:
    """One lesson out of its file. Raises `LessonError`."""
    return parse(path.read_text(encoding="utf-8"), path.stem)


def check(lesson: Lesson) -> None:
    """Play a lesson through with the real engine. Raises `LessonError`.

    Its scenario opens, the banks that it names are there, the engine takes every setting, nothing that the learner is
    to do is done already, and `show me` does it.
    """
    from panel_app.session import Session

    session, problems = Session(), list[Problem]()
    try:
        session.open(lesson.scenario)
    except LookupError as unknown:
        raise LessonError(f"{lesson.name}.md", [Problem(1, f"scenario: {unknown}")]) from None
    for step in lesson.steps:
        problems += _missing_banks(session, step) or _played(session, step)
    if problems:
        raise LessonError(f"{lesson.name}.md", problems)


def apply(session: Session, made: tuple[settings.Setting, ...], anew: bool) -> bool:
    """Set the simulator: `anew` on top of the scenario as it is in its file, else on top of what is set."""
    from panel_app.whatif import WhatIf

    session.play(False)
    before = WhatIf() if anew else session.what_if
    if not session.set_changes(settings.what_if(session, made, before)):
        return False
    settings.look(session, made)
    return True


def _played(session: Session, step: Step) -> list[Problem]:
    problems = []
    if not apply(session, step.settings, anew=True):
        problems.append(Problem(step.line, f"set: {session.message}"))
    for block in step.blocks:
        if isinstance(block, Try) and not apply(session, block.settings, anew=False):
            problems.append(Problem(block.line, f"set: {session.message}"))
        if isinstance(block, Do):
            if block.until.holds(session):
                problems.append(Problem(block.line, "is done already when the learner comes to it"))
            if not apply(session, block.show_me, anew=False):
                problems.append(Problem(block.line, f"show me: {session.message}"))
            elif not block.until.holds(session):
                now = ", ".join(f"{fact.name} is {fact.words(session)}" for fact in block.until.facts)
                problems.append(Problem(block.line, f"is not done after show me: {now}"))
    return problems


def _missing_banks(session: Session, step: Step) -> list[Problem]:
    known = {*session.run.agent_ids, *session.names}
    named = [(step.line, setting.bank) for setting in step.settings]
    for block in step.blocks:
        made = block.settings if isinstance(block, Try) else block.show_me if isinstance(block, Do) else ()
        named += [(block.line, setting.bank) for setting in made]
        named += [(block.line, fact.bank) for fact in _facts(block)]
        if isinstance(block, Do):
            named += [(block.line, control.partition(" ")[2]) for control in block.controls]
    return [
        Problem(line, f'there is no bank "{bank}" in the scenario; there are {", ".join(session.run.agent_ids)}')
        for line, bank in named
        if bank and bank not in known
    ]


def templates(block: Block) -> list[Template]:
    """The texts of a block, but for what is said only when something is done."""
    match block:
        case Text():
            return [template for _, template in block.paragraphs]
        case Try():
            return [block.label]
        case Do():
            return [block.text]
        case Question():
            return [block.text, *(part for choice in block.choices for part in (choice.text, choice.feedback))]
        case Record():
            return []


def _facts(block: Block) -> list[Fact]:
    found = [fact for template in templates(block) for fact in template.facts]
    if isinstance(block, Try | Do):
        found += block.then.facts
    if isinstance(block, Do):
        found += block.until.facts
    return [*found, *block.facts] if isinstance(block, Record) else found
