"""The policy documents of a scenario: found, read, joined with the scenario's parameters, and checked by the engine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import check_policy

from payment_simulator.config.json_text import parse_json
from payment_simulator.config.node import DocumentError, Node
from payment_simulator.config.problem import Problem, shown

BANK_PARAMETERS = ("initial_liquidity_fraction",)
"""Parameters that the engine reads itself: a scenario may give them to any document."""


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The document of one bank, and where it stands.

    In the scenario as a mapping; or as text in the scalar `text`; or in the file `source`.
    """

    root: Node
    text: Node | None = None
    source: str = ""

    def plain(self) -> Any:
        """The document as JSON has it."""
        return _json(self.root)

    def problem(self, path: str, message: str) -> Problem:
        """A problem at a path inside the document, as near to it as the document goes."""
        found = replace(self.root.problem_at(path, message), source=self.source)
        return found if self.text is None else _in_text(self.text, found)


def _in_text(text: Node, problem: Problem) -> Problem:
    """A problem inside a text of the scenario: it stands where the text does, and says where in it."""
    where = f" (line {problem.line}, column {problem.column} of this text)" if problem.line else ""
    return replace(text.problem(f"{problem}{where}"), value=problem.value)


Documents = Mapping[int, PolicyDocument]
"""By place in `agents`."""


class Reader:
    """Reads the documents of a scenario; each file once.

    Without a folder no file is looked for: a scenario that comes over the network may not name one.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.files: dict[Path, PolicyDocument | None] = {}

    def documents(self, root: Node) -> dict[int, PolicyDocument]:
        """By place in `agents`. What cannot be read is among the problems, or malformed, which is for the schema."""
        agents = root.get("agents")
        found: dict[int, PolicyDocument] = {}
        for place, agent in enumerate(agents.elements() if agents is not None else ()):
            policy = agent.get("policy")
            document = self.document(policy) if policy is not None else None
            if policy is not None and document is not None:
                found[place] = self.with_parameters(document, policy.get("parameters"))
        return found

    def document(self, policy: Node) -> PolicyDocument | None:
        kind, trees, path = policy.get("type"), policy.get("decision_trees"), policy.get("json_path")
        if kind is None or kind.value not in ("FromJson", "Inline", "InlineJson"):
            return None
        if kind.value == "Inline":
            return PolicyDocument(trees) if trees is not None and isinstance(trees.value, dict) else None
        text = policy.get("json" if kind.value == "FromJson" else "json_string")
        if text is not None and isinstance(text.value, str):
            return self.parsed(text.value, text, "")
        if kind.value == "FromJson" and path is not None and isinstance(path.value, str):
            return self.file(path)
        return None

    def file(self, path: Node) -> PolicyDocument | None:
        """Beside the scenario, or else in the working directory."""
        if self.folder is None:
            message = f"got {shown(path.value)}; no file is read here: write the document into `json`, as text"
            self.problems.append(path.problem(message))
            return None
        candidates = [self.folder / path.value, Path(path.value)]
        file = next((candidate for candidate in candidates if candidate.is_file()), None)
        if file is None:
            self.problems.append(
                path.problem(
                    f"got {shown(path.value)}; there is no such file, neither in the scenario's folder {self.folder} "
                    "nor in the working directory"
                )
            )
            return None
        if file not in self.files:
            self.files[file] = None
            try:
                self.files[file] = self.parsed(file.read_bytes().decode("utf-8-sig"), None, str(file))
            except (OSError, UnicodeDecodeError) as error:
                self.problems.append(path.problem(f"got {shown(path.value)}; it cannot be read as text: {error}"))
        return self.files[file]

    def parsed(self, content: str, text: Node | None, source: str) -> PolicyDocument | None:
        try:
            root = parse_json(content, empty="is empty; write a policy document")
            if not isinstance(root.value, dict):
                raise DocumentError("is not a policy document; write an object with policy_id and trees", 1, 1)
        except DocumentError as error:
            problem = replace(error.problem, source=source)
            self.problems.append(problem if text is None else _in_text(text, problem))
            return None
        return PolicyDocument(root, text, source)

    def with_parameters(self, document: PolicyDocument, given: Node | None) -> PolicyDocument:
        """Values of the scenario in place of the document's own of the same name."""
        if given is None or not isinstance(given.value, dict):
            return document
        own = document.root.get("parameters")
        own_values = own.value if own is not None and isinstance(own.value, dict) else {}
        for name, node in given.items():
            if name not in own_values and name not in BANK_PARAMETERS:
                near = get_close_matches(name, own_values, 1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(own_values) or 'none'}"
                self.problems.append(node.problem(f"is not a parameter of this policy document; {hint}", at_key=True))
        parameters = Node({**own_values, **given.value}, (*document.root.path, "parameters"))
        return replace(document, root=document.root.child({**document.root.value, "parameters": parameters}))


def problems(documents: Documents, root: Node) -> Iterator[Problem]:
    """What the engine finds wrong with the documents. One file with many banks is wrong once."""
    agents = root.get("agents")
    named = [agent.get("id") for agent in agents.elements()] if agents is not None else []
    ids = [node.value for node in named if node is not None and isinstance(node.value, str)]
    seen: set[tuple[str, str, str]] = set()
    for document in documents.values():
        for found in check_policy(document.plain(), ids):
            problem = document.problem(found["path"], f"{found['message']} ({found['kind']})")
            key = (problem.source, problem.path, problem.message)
            if not problem.source or key not in seen:
                seen.add(key)
                yield problem


def _json(node: Node) -> Any:
    """A value as JSON has it; what JSON does not have stands as text, so that the check names it."""
    value = node.value
    if isinstance(value, dict):
        return {key: _json(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_json(child) for child in value]
    if value is None or isinstance(value, bool | str) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, int | Decimal):
        number = float(Decimal(value))
        return number if isfinite(number) else shown(value)
    return shown(value)
