"""The editor: the text of the scenario with what is wrong in it, and beside it the form and the policy's tree."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from panel_app import text
from panel_app.editor import fields
from panel_app.editor.fields import Field
from panel_app.editor.state import Editor
from panel_app.views.icons import icon
from panel_app.views.part import Part, join
from panel_app.views.policy_tree import PolicyTree

if TYPE_CHECKING:
    from payment_simulator.config.problem import Problem

    from panel_app.app import App

CHECK_AFTER_SECONDS, RUN_AFTER_SECONDS = 0.05, 0.4
"""A text is checked, and a valid one runs, when nothing was typed for so long."""
CHECK_AGAIN_SECONDS = 0.5
HINT = re.compile(r"did you mean ([\w.-]+)\?")


def parts(app: App) -> list[Part]:
    """The parts of this view, made when it is first looked at."""
    editor = Editor(app.session)
    written = Written(app, editor)
    form = Form(app, editor, written)
    written.form = form
    return [written, form, PolicyTree(app.session, app.session.theme)]


class Written(Part):
    """The text, its toolbar, and the messages below it."""

    area = "written"
    first = True
    watches = frozenset({"run", "view", "message"})
    sheets = ("editor",)

    def __init__(self, app: App, editor: Editor) -> None:
        super().__init__(app.session, app.session.theme)
        self.app, self.editor, self.page = app, editor, app.page
        self.form: Form | None = None
        self._later: asyncio.Task[None] | None = None
        self.actions = {
            "editor-text": self._typed,
            "editor-caret": self._caret,
            "editor-undo": lambda _: self.changed(editor.undo),
            "editor-revert": lambda _: self.changed(editor.revert),
            "editor-go": self._go,
            "editor-fix": self._fix,
            "editor-save": lambda _: self._save(),
            "editor-open": lambda text: self.changed(lambda: editor.replace(str(text))),
        }

    def update(self, changed: frozenset[str]) -> None:
        """Take the scenario on show when the reader turns here, or opens another one here."""
        if changed == {"wanted", "progress"} and self.session.under_way is None and self.session.taken_back:
            self.editor.give_up()
        if self.session.view == "edit" and changed & self.watches:
            self.editor.take()
            self._wait_for_checks()
            self._shown.show(self.html())

    def changed(self, change: Any) -> None:
        """Make a change of the text, show what it gives, and run it in a moment."""
        change()
        self._show()
        self._soon(self._run_later)

    # Actions

    def _typed(self, typed: Any) -> None:
        self.editor.write(str(typed))
        self._soon(self._check_later)

    def _caret(self, line: Any) -> None:
        if str(line).isdigit() and self.editor.follow(int(line)) and self.form is not None:
            self.form.select_bank()
            self.form.show()

    def _go(self, place: Any) -> None:
        line, _, column = str(place).partition(".")
        self.page.send("caret", {"line": int(line), "column": int(column)})

    def _fix(self, place: Any) -> None:
        problem = self._problems()[int(place)]
        fixed = _fixed(self.editor.text, problem)
        if fixed is not None:
            self.changed(lambda: self.editor.replace(fixed))

    def _save(self) -> None:
        name = f"{self.editor.scenario}.yaml"
        self.page.send("download", {"name": name, "mime": "application/yaml", "bytes": self.editor.text.encode()})

    # Running

    def _soon(self, work: Callable[[float], Coroutine[Any, Any, None]]) -> None:
        """Do it in a moment, in place of what was to be done before; without a running loop (a test), at once."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(work(0.0))
            return
        self._later = loop.create_task(work(1.0))

    async def _check_later(self, patience: float) -> None:
        """Of what is typed quickly only the last text is checked: a long one takes longer than a keystroke."""
        await asyncio.sleep(CHECK_AFTER_SECONDS * patience)
        await self.app.locked(self._check)
        await self._run_later(patience)

    async def _run_later(self, patience: float) -> None:
        """While somebody types, the day waits."""
        if self.editor.pending:
            await asyncio.sleep(RUN_AFTER_SECONDS * patience)
            await self.app.locked(self._run)
        self._later = None

    def _check(self) -> None:
        self.editor.check()
        self._show()

    def _run(self) -> None:
        self.editor.run()
        self._show()

    def _wait_for_checks(self) -> None:
        """In the browser the code that checks arrives a moment after the first picture."""
        if not self.editor.ready and self._later is None:
            self._soon(self._check_again)

    async def _check_again(self, _: float) -> None:
        while not self.editor.ready:
            await asyncio.sleep(CHECK_AGAIN_SECONDS)
            self.editor.check()
        self._later = None
        await self.app.locked(self._show)

    def _show(self) -> None:
        self._shown.show(self.html())
        if self.form is not None:
            self.form.show()

    # What is shown

    def _problems(self) -> list[Problem]:
        return [*self.editor.checked.problems, *self.editor.checked.warnings]

    def html(self) -> Markup:
        editor = self.editor
        errors, warnings = editor.checked.problems, editor.checked.warnings
        marks = [
            {
                "line": problem.line,
                "column": problem.column or 1,
                "level": "error" if place < len(errors) else "warning",
            }
            for place, problem in enumerate(self._problems())
            if problem.line is not None and not problem.source
        ]
        return Markup(
            '<section class="written" aria-label="{label}"><div class="bar"><h2>{file}</h2>'
            '<span class="small muted">{edited}</span><span class="right">'
            '<button class="button square" data-do="editor-undo" aria-label="{undo}" title="{undo}"{no_undo}>'
            '{undo_icon}</button><button class="button outline" data-do="editor-revert"{no_revert}>{revert}</button>'
            '<label class="button outline"><input type="file" accept=".yaml,.yml,.json" class="unseen" '
            'data-file="scenario">{open}</label>'
            '<button class="button outline" data-do="editor-save">{save}</button></span></div>'
            '<code-editor label="{name}" help="{help}" do="editor-text" at="editor-caret" revision="{revision}" '
            'text="{text}" marks="{marks}"></code-editor>'
            '<div class="said"><p role="status"><b>{found}</b> {state}</p><span class="small muted wide">{next}</span>'
            '</div><ul class="messages" aria-label="{messages}">{list}</ul></section>'
        ).format(
            label=text.EDITOR,
            file=f"{editor.scenario}.yaml",
            edited=text.EDITED if editor.edited else "",
            undo=text.UNDO,
            undo_icon=icon("undo"),
            no_undo="" if editor.can_undo else Markup(" disabled"),
            no_revert="" if editor.edited else Markup(" disabled"),
            revert=text.REVERT,
            open=text.OPEN_SCENARIO,
            save=text.SAVE_FILE,
            name=text.TEXT_OF_SCENARIO,
            help=text.EDITOR_HELP,
            revision=editor.revision,
            text=editor.sent,
            marks=json.dumps(marks),
            found=text.found(len(errors), len(warnings)) if editor.ready else text.CHECK_COMES,
            state=self._state(),
            next=text.NEXT_MESSAGE if marks else "",
            messages=text.MESSAGES,
            list=join([self._message(problem, place) for place, problem in enumerate(self._problems())]),
        )

    def _state(self) -> Markup | str:
        editor = self.editor
        if editor.refused:
            return Markup('<span class="alert">{}</span>').format(text.refused(editor.refused))
        if editor.checked.problems:
            return text.LAST_VALID
        return text.RUNNING if editor.ready else ""

    def _message(self, problem: Problem, place: int) -> Markup:
        is_error = place < len(self.editor.checked.problems)
        where = ""
        if problem.line is not None and not problem.source:
            where = Markup('<button class="link" data-do="editor-go" data-value="{}.{}">{}</button>').format(
                problem.line, problem.column or 1, text.line_column(problem.line, problem.column or 1)
            )
        elif problem.source:
            where = Markup('<span class="muted">{}</span>').format(text.in_file(problem.source.rpartition("/")[2]))
        hint = HINT.search(problem.message)
        fix = ""
        if hint and _fixed(self.editor.text, problem) is not None:
            fix = Markup(' <button class="link" data-do="editor-fix" data-value="{}">{}</button>').format(
                place, text.did_you_mean(hint[1])
            )
        return Markup('<li class="{}">{}<span><b>{}</b>: {}{}</span>{}</li>').format(
            "wrong-line" if is_error else "warning",
            icon("warn" if is_error else "info"),
            problem.path or text.WHOLE_TEXT,
            problem.message,
            fix,
            where,
        )


def _fixed(written: str, problem: Problem) -> str | None:
    """The text with the word at a problem's place as the message proposes it; None where there is no such word."""
    hint = HINT.search(problem.message)
    if hint is None or problem.line is None or problem.column is None or problem.source:
        return None
    lines = written.split("\n")
    line, column = problem.line - 1, problem.column - 1
    word = re.match(r"[\w.-]+", lines[line][column:]) if line < len(lines) else None
    if word is None:
        return None
    lines[line] = lines[line][:column] + hint[1] + lines[line][column + word.end() :]
    return "\n".join(lines)


class Form(Part):
    """The same scenario as fields: what is changed here changes the text, and the other way round."""

    area = "form"
    first = True
    watches = frozenset({"run", "view", "selection"})
    sheets = ("editor",)

    def __init__(self, app: App, editor: Editor, written: Written) -> None:
        super().__init__(app.session, app.session.theme)
        self.editor, self.written = editor, written
        self.actions = {
            "form-group": self._group,
            "form-bank": self._bank,
            **{
                f"form-{field.name}": partial(self._set, field.name)
                for group in fields.GROUPS.values()
                for field in group
            },
        }

    def update(self, changed: frozenset[str]) -> None:
        if self.session.view == "edit" and changed & self.watches:
            self.editor.take()
            self.editor.choose(self._selected())
            self.show()

    def show(self) -> None:
        """Draw what the text says now."""
        self._shown.show(self.html())

    def _group(self, group: Any) -> None:
        if group in fields.GROUPS:
            self.editor.group = str(group)
            self.show()

    def _bank(self, place: Any) -> None:
        self.editor.group, self.editor.bank = "bank", int(place)
        self.select_bank()
        self.show()

    def select_bank(self) -> None:
        """Select the bank of the form, unless it is selected already, or one of its payments is."""
        session, ident = self.session, self.editor.bank_id
        if ident in session.run.agent_ids and ident != self._selected():
            session.select(("bank", session.run.agent_ids.index(ident)))

    def _selected(self) -> str:
        session, selection = self.session, self.session.selection
        if selection is None:
            return ""
        number = selection[1] if selection[0] == "bank" else int(session.index.sender[selection[1]])
        return session.run.agent_ids[number]

    def _set(self, name: str, typed: Any) -> None:
        self.written.changed(lambda: self.editor.set(name, str(typed)))

    def html(self) -> Markup:
        editor = self.editor
        groups = join(
            [
                Markup(
                    '<button role="tab" id="tab-{0}" aria-selected="{1}" data-do="form-group" '
                    'data-value="{0}">{2}</button>'
                ).format(group, "true" if group == editor.group else "false", text.GROUPS[group])
                for group in fields.GROUPS
            ]
        )
        if editor.checked.root is None:
            inner = Markup('<p class="muted">{}</p>').format(text.NO_FORM if editor.ready else text.CHECK_COMES)
        else:
            inner = join([self._field(field) for field in fields.GROUPS[editor.group]])
        return Markup(
            '<section class="form" aria-label="{form}"><div class="tabs" role="tablist" aria-label="{form}">{groups}'
            "</div>"
            '{banks}<div class="fields" role="tabpanel" aria-labelledby="tab-{group}">{inner}</div></section>'
        ).format(form=text.FORM, groups=groups, banks=self._banks(), group=editor.group, inner=inner)

    def _banks(self) -> Markup:
        editor = self.editor
        if editor.group != "bank":
            return Markup("")
        names = dict(zip(self.session.run.agent_ids, self.session.names, strict=True))
        chips = [
            Markup('<button class="chip" data-do="form-bank" data-value="{}" aria-pressed="{}">{}{}</button>').format(
                place,
                "true" if place == editor.bank else "false",
                names.get(ident, ident),
                icon("warn") if wrong else "",
            )
            for place, (ident, wrong) in enumerate(editor.banks())
        ]
        return Markup('<div class="chips" role="group" aria-label="{}">{}</div>').format(text.FORM_OF_BANK, join(chips))

    def _field(self, field: Field) -> Markup:
        editor = self.editor
        node, problem = editor.node(field), editor.problem(field)
        value, ident = fields.shown(field, node), f"form-{field.name}"
        locked = value == text.IN_THE_TEXT
        marks = {
            "id": ident,
            "action": ident,
            "value": value,
            "invalid": Markup(' aria-invalid="true" aria-describedby="{}-error"').format(ident) if problem else "",
            "disabled": Markup(" disabled") if locked else "",
        }
        if field.kind == "switch" and value in ("true", "false"):
            control = Markup(
                '<button class="toggle" role="switch" aria-checked="{value}" aria-labelledby="{id}-label" '
                'data-do="{action}" data-value="{other}"></button>'
            ).format(**marks, other="false" if value == "true" else "true")
        elif field.kind == "policy":
            known = [*fields.POLICIES, *([value] if value not in fields.POLICIES else [])]
            options = [
                Markup('<option value="{0}"{1}>{2}</option>').format(
                    kind, Markup(" selected") if kind == value else "", text.policy_name(kind)
                )
                for kind in known
            ]
            control = Markup(
                '<span class="picker"><select id="{id}" data-do="{action}"{invalid}>{options}</select>{chevron}</span>'
            ).format(**marks, options=join(options), chevron=icon("chevron"))
        else:
            control = Markup(
                '<span class="entry"><input id="{id}" type="text" inputmode="decimal" value="{value}" '
                'data-do="{action}" data-when="done" autocomplete="off"{invalid}{disabled}></span>'
            ).format(**marks)
        error = (
            Markup('<span class="wrong small" id="{}-error">{}<span>{}</span></span>').format(
                ident, icon("warn"), problem.message
            )
            if problem
            else ""
        )
        return Markup(
            '<div class="formed"><label class="small muted" id="{0}-label" for="{0}">{1}</label>{2}{3}</div>'
        ).format(ident, field.label, control, error)
