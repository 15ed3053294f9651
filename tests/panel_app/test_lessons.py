"""Lessons: every mistake in a text is named with its line, every shipped lesson can be taught, and one is played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from panel_app import scenarios
from panel_app.lessons import facts, library, settings
from panel_app.lessons.document import Do, Question, Record, Try
from panel_app.lessons.parser import BLOCKS, CONTROLS, parse
from panel_app.lessons.player import Player
from panel_app.lessons.problem import LessonError
from panel_app.session import Session
from panel_app.whatif import WhatIf

FILES = sorted(library.folder().glob("*.md"))
DOCS = Path(__file__).parents[2] / "docs/lessons.md"
HEAD = "# A lesson\nscenario: gridlock_ring\nteaches: something\n"
"""Three lines; what is put below it begins in line 4."""


def taught(text: str) -> None:
    library.check(parse(text, "mine"))


def problems(text: str) -> str:
    with pytest.raises(LessonError) as error:
        taught(text)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.md:1: has no title; begin with a line such as: # Gridlock and netting"),
        ("# T\nteaches: x\n## S\n", "mine.md:1: says no scenario; write a line scenario: ... below the title"),
        (HEAD, "mine.md:3: has no step; begin one with a line such as: ## The first payment"),
        (HEAD + "colour: red\n## S\n", "mine.md:4: stands before the first step"),
        (HEAD + "place: first\n## S\n", 'mine.md:4: "first" is no place in the list; write a number'),
        (HEAD.replace("gridlock_ring", "none") + "## S\n", "mine.md:1: scenario: There is no scenario 'none'."),
        (HEAD + "## S\nset: cycle on\n", 'mine.md:5: "cycle" is no setting; did you mean cycles?'),
        (HEAD + "## S\nset: cycles of\n", 'mine.md:5: "of" is no switch position; did you mean off?'),
        (HEAD + "## S\nset: time 9.50\n", 'mine.md:5: "9.50" is no time of day; write it as 09:50'),
        (HEAD + "## S\nset: credit 0.5\n", 'mine.md:5: "0.5" is no percentage; write a whole number, such as 60 %'),
        (HEAD + "## S\nset: opening-balance ASH 0.001\n", 'mine.md:5: "0.001" is no amount; write units, such as'),
        (HEAD + "## S\nset: bank OAK\n", 'mine.md:4: there is no bank "OAK" in the scenario; there are ASH, BEECH'),
        (HEAD + "## S\n\nNow {wating} wait.\n", 'mine.md:6: "wating" is no fact; did you mean waiting?'),
        (HEAD + "## S\n\nNow {balance} is left.\n", 'mine.md:6: "balance" should name a bank'),
        (HEAD + "## S\n\nNow {cost ASH} is left.\n", 'mine.md:6: "cost" is not of one bank; leave "ASH" out'),
        (HEAD + "## S\n\nThis is **bold.\n", "mine.md:6: ** has no partner"),
        (HEAD + "## S\nquestions: What?\n", 'mine.md:5: "questions" is no block; did you mean question?'),
        (HEAD + "## S\nquestion: What?\n  [x] A\n    Since.\n", "mine.md:5: is a question with fewer than two answers"),
        (
            HEAD + "## S\nquestion: What?\n  [x] A\n    Since.\n  [x] B\n    Since.\n",
            "mine.md:5: should have one right answer, marked [x]",
        ),
        (
            HEAD + "## S\nquestion: What?\n  [x] A\n  [ ] B\n    Since.\n",
            "mine.md:6: is an answer without feedback",
        ),
        (HEAD + "## S\ntry: It\n", 'mine.md:5: a block "try" needs a line set: ..., indented'),
        (
            HEAD + "## S\ntry: It\n  set: end\n  until: cycles is on\n",
            'mine.md:7: "until" cannot stand in a block "try"',
        ),
        (HEAD + "## S\ndo: It\n  until: cycles is on\n", 'mine.md:5: a block "do" needs a line show me: ..., indented'),
        (HEAD + "## S\ndo: It\n  until: cycles on\n  show me: end\n", 'mine.md:6: "cycles on" is no condition'),
        (HEAD + "## S\ndo: It\n  until: time > 5\n  show me: end\n", 'mine.md:6: "time" is a word: compare it with is'),
        (
            HEAD + "## S\ndo: It\n  control: wheel\n  until: day-left = 0\n  show me: end\n",
            'mine.md:6: "wheel" is no control',
        ),
        (
            HEAD + "## S\ndo: It\n  until: cycles is on\n  show me: end\n",
            "mine.md:5: is done already when the learner comes to it",
        ),
        (
            HEAD + "## S\ndo: It\n  until: cycles is off\n  show me: end\n",
            "mine.md:5: is not done after show me: cycles is on",
        ),
        (HEAD + "## S\nset: balances 9999999999999999999 %\n", "mine.md:4: set: "),
        (HEAD + "## S\nrecord:\n", "mine.md:5: records nothing; name facts, such as record: credit, day-cost"),
        (HEAD + "## S\nrecord: credit\n  best: day-cost\n", "mine.md:6: day-cost is not among the facts"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(text: str, said: str) -> None:
    assert said in problems(text)


def test_all_mistakes_are_found_in_one_reading() -> None:
    told = problems(HEAD + "## S\nset: cycle on\n\nNow {wating} wait.\n\nrecord:\n")
    assert [line.split(":")[1] for line in told.splitlines()] == ["5", "7", "9"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_lesson_can_be_taught(file: Path) -> None:
    lesson = library.read(file)
    library.check(lesson)
    blocks = [block for step in lesson.steps for block in step.blocks]
    for kind in (Try, Do, Question):
        assert any(isinstance(block, kind) for block in blocks), kind


def test_lessons_stand_in_their_order() -> None:
    assert [lesson.place for lesson in library.lessons()] == [1, 2, 3]
    assert len({lesson.scenario for lesson in library.lessons()}) == 3


@pytest.mark.parametrize(
    ("phrase", "what", "tick"),
    [
        ("cycles off, credit 50 %", WhatIf(cycles=False, credit_factor=0.5), 11),
        ("opening-balance ASH 1.04 M, end", WhatIf(balances=((0, 104_000_000),)), 59),
        ("opening-balance Beech 12,500.00, tick 4", WhatIf(balances=((1, 1_250_000),)), 3),
        ("seed 5, time 09:40, nothing", WhatIf(seed=5), 10),
        ("cycles off, bilateral off, gridlock", WhatIf(bilateral=False, cycles=False), 59),
    ],
)
def test_settings_set_the_simulator(phrase: str, what: WhatIf, tick: int) -> None:
    session = Session()
    session.open("gridlock_ring")
    assert library.apply(session, settings.read_all(phrase), anew=True)
    assert (session.what_if, session.tick) == (what, tick)


def test_every_fact_of_the_table_can_be_told_at_every_moment() -> None:
    session = Session()
    session.open("gridlock_ring")
    for tick in (0, 11, 59):
        session.go(tick)
        for selection in (None, ("bank", 0), ("payment", 0)):
            session.select(selection)
            for name, known in facts.FACTS.items():
                fact = facts.read(f"{name} ASH" if known.of_bank else name)
                assert fact.words(session) != "" or fact.kind == "word"


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("waiting", "4"),
        ("waiting-value", "4.10 M"),
        ("gridlock", "off"),
        ("balance ASH", "0.10 M"),
        ("can-pay Ash", "0.10 M"),
        ("day-left", "0"),
        ("cycles", "on"),
        ("balances", "100 %"),
        ("time", "09:40"),
        ("selected", "bank"),
    ],
)
def test_a_fact_in_words(fact: str, words: str) -> None:
    session = Session()
    session.open("gridlock_ring")
    session.go(10)
    session.select(("bank", 0))
    assert facts.read(fact).words(session) == words


def test_a_learner_plays_a_lesson() -> None:
    session = Session()
    session.open(scenarios.FIRST)
    player = Player(session)
    player.open("gridlock_and_netting")
    assert (session.scenario, session.clock(session.tick)) == ("gridlock_ring", "09:40")
    assert player.progress.done == {}
    assert not player.notice()
    session.step(1)
    assert player.notice()
    assert "5 payments worth 5.13 M" in player.progress.done[1]
    session.step(-1)
    assert list(player.progress.done) == [1]
    player.answer(2, 0)
    player.answer(2, 1)
    assert player.progress.answers == {2: 1}
    player.go(1)
    session.change(balance=(0, 110_000_000))
    assert player.notice()
    player.go(2)
    player.try_it(1)
    assert "5.13 M, with 0.10 M" in player.progress.done[1]
    player.go(3)
    (record,) = (place for place, block in enumerate(player.step.blocks) if isinstance(block, Record))
    session.change(bilateral=True)
    player.notice()
    player.show_me(1)
    assert [row[:2] for row in player.progress.tried[record]] == [(0, 0), (1, 0), (1, 1)]
    assert player.lesson is not None
    assert player.steps_seen(player.lesson) == 4


def test_another_scenario_is_not_taken_for_the_lessons() -> None:
    session = Session()
    session.open(scenarios.FIRST)
    player = Player(session)
    player.open("gridlock_and_netting")
    session.open("two_banks")
    session.go(session.ticks - 1)
    assert not player.notice()
    player.set_again()
    assert session.scenario == "gridlock_ring"


def test_the_document_names_all_that_a_lesson_can_say() -> None:
    named = set(re.findall(r"`([a-z-]+(?: me)?)", DOCS.read_text(encoding="utf-8")))
    inner = {word for words in BLOCKS.values() for word in words}
    assert {*facts.FACTS, *settings.CHANGES, *settings.LOOKS, *CONTROLS, *BLOCKS, *inner} <= named
