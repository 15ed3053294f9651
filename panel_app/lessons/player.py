"""One learner in one lesson: where they are, what they answered, what they did, which runs they tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel_app.lessons import library
from panel_app.lessons.document import Do, Lesson, Record, Step, Template, Try
from panel_app.lessons.facts import Value

if TYPE_CHECKING:
    from panel_app.session import Session


@dataclass
class Progress:
    """What happened in one step. Blocks are known by their place in it."""

    answers: dict[int, int] = field(default_factory=dict)
    """By question, the answer that was chosen last."""
    done: dict[int, str] = field(default_factory=dict)
    """By `do` and `try`, what is said since it was done."""
    tried: dict[int, list[tuple[Value, ...]]] = field(default_factory=dict)
    """By record, the rows of its table, in the order in which they were tried."""


class Player:
    """Plays lessons in a session. `lesson` is None while the list of them is on show."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lesson: Lesson | None = None
        self.number = 0
        self._told: dict[Template, str] = {}
        self._progress: dict[tuple[str, int], Progress] = {}

    @property
    def step(self) -> Step:
        """The step on show."""
        assert self.lesson is not None
        return self.lesson.steps[self.number]

    @property
    def progress(self) -> Progress:
        """What happened in the step on show."""
        return self.progress_of(self.lesson.name if self.lesson else "", self.number)

    def progress_of(self, lesson: str, number: int) -> Progress:
        """What happened in any step."""
        return self._progress.setdefault((lesson, number), Progress())

    def steps_seen(self, lesson: Lesson) -> int:
        """How many of its steps were opened."""
        return sum((lesson.name, number) in self._progress for number in range(len(lesson.steps)))

    def open(self, name: str, number: int = 0) -> None:
        """Begin a lesson, or go on in it; an unknown name changes nothing."""
        lesson = next((lesson for lesson in library.lessons() if lesson.name == name), None)
        if lesson is not None:
            self.lesson = lesson
            self.go(number)

    def close(self) -> None:
        """Back to the list."""
        self.lesson = None
        self.session.learn(None)

    def follow(self) -> None:
        """Be where the session says, as after a link was opened; the simulator stays as it is."""
        asked = self.session.lesson
        if asked == (None if self.lesson is None else (self.lesson.name, self.number)):
            return
        self.lesson = next((lesson for lesson in library.lessons() if asked and lesson.name == asked[0]), None)
        if asked and self.lesson:
            self.number = min(asked[1], len(self.lesson.steps) - 1)
            self._tell_all()

    def go(self, number: int) -> None:
        """Open a step and set the simulator for it."""
        assert self.lesson is not None
        self.number = max(0, min(len(self.lesson.steps) - 1, number))
        self.session.learn((self.lesson.name, self.number))
        self.set_again()

    def set_again(self) -> None:
        """Set the simulator as it is when the step opens. What was answered and done stays."""
        assert self.lesson is not None
        if self.session.scenario != self.lesson.scenario or self.session.edited:
            self.session.open(self.lesson.scenario)
        library.apply(self.session, self.step.settings, anew=True)
        self._tell_all()
        self.notice()

    def try_it(self, place: int) -> None:
        """Press the button of a `try`. What is said below it is told anew."""
        block = self._block(place)
        if isinstance(block, Try) and library.apply(self.session, block.settings, anew=False):
            for later in range(place + 1, len(self.step.blocks)):
                self._tell(later)
            self.progress.done[place] = self.words(block.then)
            self.notice()

    def show_me(self, place: int) -> None:
        """Do what the learner was asked to do."""
        block = self._block(place)
        if isinstance(block, Do) and library.apply(self.session, block.show_me, anew=False):
            self.notice()

    def answer(self, place: int, choice: int) -> None:
        """Choose an answer; another one may be chosen afterwards."""
        self.progress.answers[place] = choice

    def notice(self) -> bool:
        """Look whether something that was asked for is done now, and keep the run in tables; True if anything is
        new."""
        if self.lesson is None or self.session.scenario != self.lesson.scenario:
            return False
        new = False
        for place, block in enumerate(self.step.blocks):
            if isinstance(block, Do) and place not in self.progress.done and block.until.holds(self.session):
                self.progress.done[place] = self.words(block.then)
                new = True
            elif isinstance(block, Record):
                row = tuple(fact.value(self.session) for fact in block.facts)
                rows = self.progress.tried.setdefault(place, [])
                if row not in rows:
                    rows.append(row)
                    new = True
        return new

    def told(self, template: Template) -> str:
        """A text of the step, with the facts as they were when the simulator was last set for it."""
        return self._told.get(template) or self.words(template)

    def words(self, template: Template) -> str:
        """A text with the facts as they are now."""
        said = [part if isinstance(part, str) else part.words(self.session) for part in template.parts]
        return "".join(said)

    def _block(self, place: int) -> object:
        return self.step.blocks[place] if 0 <= place < len(self.step.blocks) else None

    def _tell_all(self) -> None:
        self._told = {}
        for place in range(len(self.step.blocks)):
            self._tell(place)

    def _tell(self, place: int) -> None:
        for template in library.templates(self.step.blocks[place]):
            self._told[template] = self.words(template)
