"""One reader's text of a scenario: typed, checked, and, while it is valid, the day that is on show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panel_app import scenarios
from panel_app import text as words
from panel_app.editor import fields, spans
from panel_app.editor.checked import Checked, check
from panel_app.editor.fields import Field

if TYPE_CHECKING:
    from payment_simulator.config.node import Node
    from payment_simulator.config.problem import Problem

    from panel_app.session import Session

KEPT_TEXTS = 100


class Editor:
    """`revision` grows when the text changes other than by typing, so that the page takes it over."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.scenario = ""
        self.text = ""
        self.sent = ""
        """The text of the last revision: what the page was told last."""
        self.revision = 0
        self.checked = Checked()
        self.ready = True
        """False while the code that checks has not arrived yet."""
        self.refused = ""
        """What the engine or the form said against the last change."""
        self.group = "bank"
        self.bank = 0
        """The place of the bank in the text's list of agents."""
        self._undo: list[str] = []
        self._filed = ""
        """The text of the scenario's file; of a run that came by a link or as a file there is none."""
        self._ran = ""
        self._texts: list[tuple[dict[str, Any], str]] = []
        """The text of each version that was run, so that the text follows when a version is undone."""

    # The text

    def take(self) -> None:
        """Begin with the text of the scenario on show; if it is being edited already, follow the version on show."""
        if self.scenario == self.session.scenario:
            self._follow_version()
            return
        self.scenario, self.bank, self.refused = self.session.scenario, 0, ""
        self._undo = []
        try:
            self._filed = scenarios.source(self.scenario)
        except scenarios.UnknownScenario:
            self._filed = words.NO_SOURCE
        self._put(self._filed)
        self._ran = self.text
        self._texts = [(self.session.filed, self.text)]
        self.check()

    @property
    def edited(self) -> bool:
        """Whether the text differs from the scenario's file."""
        return self.text != self._filed

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    def write(self, text: str) -> None:
        """The reader typed; the page has this text already. It is checked when `check` is called."""
        if text != self.text:
            self._keep()
            self.text = text

    def type(self, text: str) -> None:
        """The reader typed, and the text is checked at once."""
        if text != self.text:
            self.write(text)
            self.check()

    def set(self, name: str, typed: str) -> None:
        """A field of the form was changed: the text is changed at that place, and nowhere else."""
        field = next(field for field in fields.GROUPS[self.group] if field.name == name)
        path = self._source_path(field)
        if field.kind == "policy" or path[-1] == "amount":
            # Written as a whole: a policy with its parameters, a penalty as a plain amount.
            path = path[:-1]
        try:
            text = spans.with_value(self.text, path, fields.literal(field, typed))
        except ValueError as refused:
            self.refused = f"{field.label} {refused}"
            return
        self.replace(text)

    def replace(self, text: str) -> None:
        """Another text altogether: from the form, a file, or a proposal."""
        self.refused = ""
        self._keep()
        self._put(text)
        self.check()

    def undo(self) -> None:
        """Back to the text before the last change."""
        if self._undo:
            self._put(self._undo.pop())
            self.check()

    def revert(self) -> None:
        """Back to the scenario as it is in its file."""
        self.replace(self._filed)

    def check(self) -> None:
        """Find what is wrong with the text."""
        try:
            self.checked = check(self.text, scenarios.source_path(self.scenario))
            self.ready = True
        except ImportError:
            self.checked, self.ready = Checked(), False

    # The day

    @property
    def pending(self) -> bool:
        """Whether the text is valid and another one than the one that ran last."""
        return self.checked.config is not None and self.text != self._ran

    def run(self) -> bool:
        """Run the day of a valid text; False when the engine refuses it, and then the last valid day stays."""
        config, display = self.checked.config, self.checked.display
        if config is None or display is None or self.text == self._ran:
            return False
        self._ran = self.text
        self._texts = [*self._texts[-KEPT_TEXTS:], (config, self.text)]
        if not self.session.edit(config, display):
            self.refused = self.session.message
            return False
        self.refused = ""
        return True

    def give_up(self) -> None:
        """The day of the text was cancelled: it can be run again as it is."""
        self._ran = self._text_on_show() or self._ran

    # The form

    def node(self, field: Field) -> Node | None:
        """The value of a field in the text, or None where the text does not have it."""
        node = self._base(field)
        return None if node is None else node.get(*field.path)

    def problem(self, field: Field) -> Problem | None:
        """What is wrong with a field, if anything."""
        path = ".".join(str(step) for step in self._source_path(field))
        return next((problem for problem in self.checked.problems if problem.path == path), None)

    def banks(self) -> list[tuple[str, bool]]:
        """Of each bank in the text its id and whether something is wrong with it."""
        found = []
        for place, agent in enumerate(self._agents()):
            ident = agent.get("id")
            prefix = f"agents.{place}"
            wrong = any(
                problem.path == prefix or problem.path.startswith(f"{prefix}.") for problem in self.checked.problems
            )
            found.append((str(ident.value) if ident is not None else str(place + 1), wrong))
        return found

    def choose(self, ident: str) -> None:
        """Show a bank by its id; one that the text does not have changes nothing."""
        place = next((place for place, (listed, _) in enumerate(self.banks()) if listed == ident), None)
        if place is not None:
            self.bank = place

    @property
    def bank_id(self) -> str:
        """The id of the bank that the form shows, or nothing."""
        banks = self.banks()
        return banks[self.bank][0] if self.bank < len(banks) else ""

    def follow(self, line: int) -> bool:
        """Show the bank, or the group, in which a line of the text lies; True if that is another one."""
        root, before = self.checked.root, (self.group, self.bank)
        if root is None:
            return False
        places = [(agent.line or 0, ("bank", place)) for place, agent in enumerate(self._agents())]
        for key, group in (("simulation", "day"), ("lsm_config", "day"), ("cost_rates", "costs"), ("display", "")):
            node = root.get(key)
            if node is not None and (node.key_line or node.line):
                places.append((node.key_line or node.line or 0, (group, self.bank)))
        above = [place for place in sorted(places) if place[0] <= line]
        if above and above[-1][1][0]:
            self.group, self.bank = above[-1][1]
        return (self.group, self.bank) != before

    # Inside

    def _agents(self) -> list[Node]:
        agents = None if self.checked.root is None else self.checked.root.get("agents")
        return [] if agents is None else list(agents.elements())

    def _base(self, field: Field) -> Node | None:
        if field not in fields.BANK:
            return self.checked.root
        agents = self._agents()
        return agents[self.bank] if self.bank < len(agents) else None

    def _source_path(self, field: Field) -> tuple[str | int, ...]:
        """Where a field stands in the text as its author spelled it, or where it would stand."""
        base = self._base(field)
        if base is None:
            return ("agents", self.bank, *field.path) if field in fields.BANK else field.path
        for depth in range(len(field.path), -1, -1):
            node: Any = base.get(*field.path[:depth])
            if node is not None:
                return (*node.path, *field.path[depth:])
        return field.path

    def _follow_version(self) -> None:
        """A version was undone or made again: its text comes back, unless something else is being written."""
        known = self._text_on_show()
        if known is not None and known != self._ran and not self.pending and not self.checked.problems:
            self._ran = known
            self._put(known)
            self.check()

    def _text_on_show(self) -> str | None:
        return next((text for config, text in self._texts if config is self.session.base_config), None)

    def _keep(self) -> None:
        self._undo.append(self.text)
        del self._undo[:-KEPT_TEXTS]

    def _put(self, text: str) -> None:
        self.text = self.sent = text
        self.revision += 1
