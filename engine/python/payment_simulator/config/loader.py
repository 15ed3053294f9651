"""Reading scenarios. Every error that a scenario's author can make is raised here, with its place in the text."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import ConfigurationError, Orchestrator
from pydantic import ValidationError

from payment_simulator.config import messages, policy_documents, policy_toggles, references
from payment_simulator.config.aliases import Canonical, canonical
from payment_simulator.config.json_text import parse_json
from payment_simulator.config.node import DocumentError, Node, from_python
from payment_simulator.config.policy_documents import Documents
from payment_simulator.config.problem import ConfigError, NotADocument, Problem
from payment_simulator.config.schema import Scenario
from payment_simulator.config.simulation_config import SimulationConfig
from payment_simulator.config.yaml_text import parse_yaml

SUFFIXES = (".yaml", ".yml", ".json")


def load_config(source: str | os.PathLike[str] | Mapping[str, Any]) -> SimulationConfig:
    """Read and check a scenario: the path of a YAML or JSON file, or a mapping of either document shape.

    Raises `ConfigError` with every problem that was found.
    """
    if isinstance(source, Mapping):
        try:
            return _checked(from_python(source), "<mapping>")
        except DocumentError as error:
            raise NotADocument([error.problem], "<mapping>") from None
    path = Path(source)
    return parse_config(_text(path), str(path))


def parse_config(text: str, name: str = "<text>", *, files: bool = True) -> SimulationConfig:
    """Read and check a scenario's text: JSON if the name ends with `.json` or the text begins with `{`, else YAML.

    `name` stands in messages. Without `files`, a policy that names a file is refused and no file is looked for. Raises
    `ConfigError` with every problem that was found, `NotADocument` if the text is none.
    """
    is_json = name.endswith(".json") or (not name.endswith((".yaml", ".yml")) and text.lstrip().startswith("{"))
    try:
        if "\0" in text:
            raise DocumentError("is not text: it holds a NUL character; write a YAML or JSON file")
        return _checked(parse_json(text) if is_json else parse_yaml(text), name, files=files)
    except DocumentError as error:
        raise NotADocument([error.problem], name) from None


def _text(path: Path) -> str:
    def refuse(message: str) -> ConfigError:
        return ConfigError([Problem("", None, None, message)], str(path))

    if path.is_dir():
        raise refuse(f"is a folder; name a scenario file in it ({', '.join(SUFFIXES)})")
    if path.suffix not in SUFFIXES:
        ending = f"its name ends with {path.suffix!r}" if path.suffix else "its name has no ending"
        raise refuse(f"is not a scenario file: {ending}; use {', '.join(SUFFIXES)}")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(f"is not text: byte {error.start} is not UTF-8; write a YAML or JSON file") from None
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror}") from None


def _checked(root: Node, name: str, *, files: bool = True) -> SimulationConfig:
    if not isinstance(root.value, dict):
        raise DocumentError(
            "is not a scenario: a mapping with `simulation` and `agents` should stand here", root.line, root.column
        )
    document = canonical(root)
    reader = policy_documents.Reader(Path(name).parent if files else None)
    documents = reader.documents(document.root)
    problems = [*document.problems, *references.problems(document.root), *reader.problems]
    problems += policy_documents.problems(documents, document.root)
    scenario = None
    try:
        scenario = Scenario.model_validate(document.root.plain(), context={"flat": document.flat})
    except ValidationError as error:
        problems += messages.problems(error, document.root)
    if problems or scenario is None:
        raise ConfigError(problems, name)
    if scenario.policy_feature_toggles is not None:
        ids = [agent.id for agent in scenario.agents]
        problems += policy_toggles.problems(documents, scenario.policy_feature_toggles, ids)
    plain = {place: policy.plain() for place, policy in documents.items()}
    config = SimulationConfig(scenario, name, (*document.warnings, *_unstated(document)), plain)
    problems += _refused(config, document.root, documents)
    if problems:
        raise ConfigError(problems, name)
    return config


def _refused(config: SimulationConfig, root: Node, documents: Documents) -> Iterator[Problem]:
    """What only the engine sees, because it takes the whole scenario: sums of money, trees that are missing."""
    try:
        Orchestrator(config.engine_input())
    except ConfigurationError as error:
        message = str(error).removeprefix(f"{error.path}: ")
        match error.path.split("."):
            case ["agents", place, "policy", "document", *path] if int(place) in documents:
                yield documents[int(place)].problem(".".join(path), message)
            case path:
                yield root.problem_at(".".join(path), message)


def _unstated(document: Canonical) -> Iterator[Problem]:
    """Where a lognormal amount leaves open what its parameters describe."""
    for stream in references.streams(document.root):
        amount = stream.get("amount_distribution")
        plain = amount.plain() if amount is not None else {}
        if amount is None or plain["type"] != "LogNormal" or plain.get("parameterization") is not None:
            continue
        meant = "log_space (the logarithm of cents)" if plain["mean"] < 40 else "moments (cents)"
        message = f"mean {plain['mean']} and std_dev are taken as {meant}; say so with parameterization"
        yield amount.problem(message, "log_space, moments")
