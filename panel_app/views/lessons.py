"""Lessons: the list of them, and the story of one beside the simulator."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from panel_app import text
from panel_app.lessons import library
from panel_app.lessons.document import Block, Do, Question, Record, Text, Try
from panel_app.lessons.player import Player
from panel_app.page import Page
from panel_app.session import Session
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.lesson_controls import control
from panel_app.views.lesson_record import record
from panel_app.views.markup import inline
from panel_app.views.part import Part, join

if TYPE_CHECKING:
    from panel_app.app import App

TITLE = "story-title"


def parts(app: App) -> list[Part]:
    """The parts of this view, made when it is first looked at."""
    return [Story(app.session, app.session.theme, app.page)]


class Story(Part):
    """The left column: all lessons, or a step of one."""

    area = "story"
    first = True
    watches = frozenset({"run", "tick", "selection", "view", "lesson"})
    sheets = ("lessons",)

    def __init__(self, session: Session, theme: Theme, page: Page) -> None:
        super().__init__(session, theme)
        self.page = page
        self.player = Player(session)
        self.player.follow()
        self._acting = False
        self.actions = {
            "lesson": self._open,
            "lessons": lambda _: self._list(),
            "lesson-next": lambda _: self._go(1),
            "lesson-back": lambda _: self._go(-1),
            "lesson-again": lambda _: self._act(self.player.set_again),
            "lesson-try": lambda place: self._act(partial(self.player.try_it, int(place))),
            "lesson-show-me": lambda place: self._act(partial(self.player.show_me, int(place))),
            "lesson-answer": lambda answer: self._act(partial(self.player.answer, *map(int, str(answer).split(".")))),
        }

    def update(self, changed: frozenset[str]) -> None:
        """Notice what the learner did; draw only while it is on show."""
        if self._acting or self.session.view != "lessons" or not changed & self.watches:
            return
        self.player.follow()
        self.player.notice()
        self._shown.show(self.html())

    def html(self) -> Markup:
        return self._step() if self.player.lesson is not None else self._lessons()

    # Actions

    def _open(self, asked: Any) -> None:
        """`name`, or `name.2` for its second step."""
        name, _, step = str(asked).partition(".")
        self._act(partial(self.player.open, name, int(step) - 1 if step.isdigit() else 0), focus=True)

    def _list(self) -> None:
        self._act(self.player.close, focus=True)

    def _go(self, steps: int) -> None:
        if self.player.lesson is not None:
            beyond = self.player.number + steps >= len(self.player.lesson.steps)
            self._act(self.player.close if beyond else partial(self.player.go, self.player.number + steps), focus=True)

    def _act(self, act: Any, focus: bool = False) -> None:
        """Do something as a whole: nothing is noticed or drawn on the way to it."""
        self._acting = True
        try:
            act()
        finally:
            self._acting = False
        self._shown.show(self.html())
        if focus:
            self.page.send("focus", {"part": f"#{TITLE}"})

    # The list

    def _lessons(self) -> Markup:
        items = []
        for lesson in library.lessons():
            seen = self.player.steps_seen(lesson)
            items.append(
                Markup(
                    '<li><h3>{title}</h3><p>{teaches}</p><div class="row"><button class="button {kind}" '
                    'data-do="lesson" data-value="{name}.{step}" aria-label="{begin}: {title}">{begin}{arrow}</button>'
                    '<span class="small muted">{steps}</span></div></li>'
                ).format(
                    title=text.lesson_number(lesson.place, lesson.title),
                    teaches=lesson.teaches,
                    kind="outline" if seen == len(lesson.steps) else "primary",
                    name=lesson.name,
                    step=seen + 1 if 0 < seen < len(lesson.steps) else 1,
                    begin=text.GO_ON if 0 < seen < len(lesson.steps) else text.BEGIN,
                    arrow=icon("next"),
                    steps=text.steps_and_seen(len(lesson.steps), seen),
                )
            )
        return Markup(
            '<section class="story" id="lessons" aria-label="{lessons}"><h2 class="big" id="{id}" tabindex="-1">'
            '{lessons}</h2><p class="muted">{intro}</p><ol class="lessons">{items}</ol></section>'
        ).format(id=TITLE, lessons=text.LESSONS, intro=text.LESSONS_INTRO, items=join(items))

    # A step

    def _step(self) -> Markup:
        player = self.player
        lesson, step, number = player.lesson, player.step, player.number
        assert lesson is not None
        last = number == len(lesson.steps) - 1
        bars = ["cur" if place == number else "done" if place < number else "" for place in range(len(lesson.steps))]
        blocks = [self._block(block, place) for place, block in enumerate(step.blocks)]
        return Markup(
            '<section class="story" id="{key}" aria-label="{label}"><div class="where small muted">'
            '<button class="plain" data-do="lessons">{up}{all}</button><span>{step_of}</span></div>'
            '<div class="steps" aria-hidden="true">{bars}</div>'
            '<p class="small muted">{lesson}</p><h2 class="big" id="{id}" tabindex="-1">{title}</h2>{elsewhere}{blocks}'
            '<div class="ways"><button class="button outline" data-do="lesson-back"{no_back}>{back}</button>'
            '<button class="button" data-do="lesson-again">{undo}{again}</button>'
            '<button class="button primary" data-do="lesson-next">{next}{arrow}</button></div></section>'
        ).format(
            key=f"{lesson.name}-{number}",
            label=text.LESSON,
            up=icon("up"),
            all=text.ALL_LESSONS,
            step_of=text.step_of(number, len(lesson.steps)),
            bars=join([Markup('<i class="{}"></i>').format(bar) for bar in bars]),
            lesson=text.lesson_number(lesson.place, lesson.title),
            id=TITLE,
            title=step.title,
            elsewhere=self._elsewhere(),
            blocks=join(blocks),
            no_back=Markup(" disabled") if number == 0 else "",
            back=text.BACK,
            undo=icon("undo"),
            again=text.SHOW_AGAIN,
            next=text.FINISH if last else text.NEXT,
            arrow=icon("check" if last else "next"),
        )

    def _elsewhere(self) -> Markup:
        lesson = self.player.lesson
        if lesson is None or lesson.scenario == self.session.scenario:
            return Markup("")
        return Markup(
            '<p class="note" role="status">{} <button class="link" data-do="lesson-again">{}</button></p>'
        ).format(text.OTHER_SCENARIO, text.BACK_TO_LESSON)

    def _block(self, block: Block, place: int) -> Markup:
        match block:
            case Text():
                return self._text(block)
            case Try():
                return self._try(block, place)
            case Do():
                return self._do(block, place)
            case Question():
                return self._question(block, place)
            case Record():
                return record(block, self.player.progress.tried.get(place, []), self.session)

    def _text(self, block: Text) -> Markup:
        told = []
        for is_item, template in block.paragraphs:
            tag = Markup('<p class="item">{}</p>' if is_item else "<p>{}</p>")
            told.append(tag.format(inline(self.player.told(template))))
        return join(told)

    def _try(self, block: Try, place: int) -> Markup:
        return Markup(
            '<div class="task"><button class="button primary wrap" data-do="lesson-try" data-value="{place}">{play}'
            "<span>{label}</span></button>{then}</div>"
        ).format(
            place=place,
            play=icon("play"),
            label=inline(self.player.told(block.label)),
            then=self._then(place, "", "calm"),
        )

    def _do(self, block: Do, place: int) -> Markup:
        done = place in self.player.progress.done
        controls = join([control(name, block, self.session) for name in block.controls])
        show_me = Markup('<button class="link" data-do="lesson-show-me" data-value="{}">{}</button>').format(
            place, text.SHOW_ME
        )
        return Markup(
            '<div class="task do{is_done}"><h3>{mark}{head}</h3><p>{told}</p>{controls}{show_me}{then}</div>'
        ).format(
            is_done=" done" if done else "",
            mark=icon("check" if done else "hand"),
            head=text.DO_IT,
            told=inline(self.player.told(block.text)),
            controls=Markup('<div class="controls">{}</div>').format(controls) if block.controls else "",
            show_me="" if done else show_me,
            then=self._then(place, text.DONE, "right"),
        )

    def _then(self, place: int, head: str, kind: str) -> Markup:
        """Said once it is done; the place for it is there before, so that it is read out."""
        said = self.player.progress.done.get(place)
        if said is None:
            return Markup('<div role="status"></div>')
        return Markup('<div role="status"><div class="feedback {}">{}{}</div></div>').format(
            kind,
            Markup("<b>{}{}</b> ").format(icon("check"), head) if head else "",
            inline(said),
        )

    def _question(self, block: Question, place: int) -> Markup:
        lesson, chosen = self.player.lesson, self.player.progress.answers.get(place)
        assert lesson is not None
        name = f"q-{lesson.name}-{self.player.number}-{place}"
        options = join(
            [
                Markup(
                    '<label class="option{on}"><input type="radio" name="{name}" value="{place}.{number}" '
                    'data-do="lesson-answer"{checked}><span>{told}</span></label>'
                ).format(
                    on=" on" if number == chosen else "",
                    name=name,
                    place=place,
                    number=number,
                    checked=Markup(" checked") if number == chosen else "",
                    told=inline(self.player.told(choice.text)),
                )
                for number, choice in enumerate(block.choices)
            ]
        )
        feedback = Markup("")
        if chosen is not None:
            right = block.choices[chosen].right
            feedback = Markup('<div class="feedback {}"><b>{}{}</b> {}</div>').format(
                "right" if right else "wrong",
                icon("check" if right else "info"),
                text.RIGHT if right else text.NOT_QUITE,
                inline(self.player.told(block.choices[chosen].feedback)),
            )
        return Markup(
            '<fieldset class="question" id="{name}"><legend>{told}</legend>{options}<div role="status">{feedback}</div>'
            "</fieldset>"
        ).format(name=name, told=inline(self.player.told(block.text)), options=options, feedback=feedback)
