"""A policy document on its own: whether it is right, whether a scenario allows it, and whether it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payment_simulator_core_rs import Orchestrator, check_policy

from payment_simulator.config.json_text import parse_json
from payment_simulator.config.node import DocumentError
from payment_simulator.config.policy_documents import PolicyDocument
from payment_simulator.config.policy_toggles import TREES, allowed, uses
from payment_simulator.config.problem import ConfigError

if TYPE_CHECKING:
    from payment_simulator.config.schema.base import PolicyToggles

TICKS = 5


def check_file(path: Path, *, scenario: Path | None = None, functional: bool = False) -> dict[str, Any]:
    """`{"valid": True, policy_id, version, description, trees}` or `{"valid": False, errors: [{type, message}]}`.

    With a `scenario`, what its `policy_feature_toggles` do not allow is an error too: `forbidden_categories` and
    `forbidden_elements` tell of it. With `functional`, `functional_tests` tell whether the policy runs.
    """
    try:
        document = _read(path)
    except _Unreadable as error:
        return _wrong([error.args])
    problems = [
        (found["kind"], f"{found['path']}: {found['message']}") for found in check_policy(document.plain(), ["A", "B"])
    ]
    if problems:
        return _wrong(problems)
    plain = document.plain()
    result: dict[str, Any] = {
        "valid": True,
        "policy_id": plain["policy_id"],
        "version": plain["version"],
        "description": plain.get("description"),
    }
    parameters = sorted(plain.get("parameters") or {})
    trees = {f"has_{name}": plain.get(name) is not None for name in TREES}
    result["trees"] = trees | {"parameter_count": len(parameters), "parameters": parameters}
    if scenario is not None:
        forbidden = _forbidden(document, scenario)
        if forbidden is not None:
            return forbidden
    if functional:
        result["functional_tests"] = _functional_tests(plain)
        result["valid"] = result["functional_tests"]["passed"]
    return result


class _Unreadable(Exception):
    """A type of error, and its message."""


def _read(path: Path) -> PolicyDocument:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _Unreadable("FileNotFound", f"{path}: there is no such file") from None
    except OSError as error:
        raise _Unreadable("ReadError", f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _Unreadable("ReadError", f"{path}: is not UTF-8 text; write a policy document as JSON") from None
    if not text.strip():
        raise _Unreadable("EmptyFile", f"{path}: is empty; write a policy document")
    try:
        root = parse_json(text)
    except DocumentError as error:
        raise _Unreadable("ParseError", error.problem.at(str(path))) from None
    if not isinstance(root.value, dict):
        raise _Unreadable("ParseError", f"{path}: is not an object with policy_id and trees")
    return PolicyDocument(root, None, str(path))


def _wrong(errors: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    return {"valid": False, "errors": [{"type": kind, "message": message} for kind, message in errors]}


def _forbidden(document: PolicyDocument, scenario: Path) -> dict[str, Any] | None:
    from payment_simulator.config.loader import load_config

    try:
        toggles: PolicyToggles | None = load_config(scenario).scenario.policy_feature_toggles
    except ConfigError as error:
        return _wrong([("ScenarioLoadError", line) for line in str(error).splitlines()])
    if toggles is None:
        return None
    found = [(element, category) for _, element, category in uses(document.root) if not allowed(category, toggles)]
    if not found:
        return None
    categories = sorted({category for _, category in found})
    errors = [("ForbiddenCategory", f"the scenario does not allow {category}") for category in categories]
    elements = [{"element": element, "category": category} for element, category in dict.fromkeys(found)]
    return _wrong(errors) | {"forbidden_categories": categories, "forbidden_elements": elements}


def _functional_tests(document: dict[str, Any]) -> dict[str, Any]:
    from payment_simulator.config.loader import load_config

    results: list[dict[str, Any]] = []
    payment = {"type": "CustomTransactionArrival", "from_agent": "A", "to_agent": "B", "amount": 100_000}
    policy = {"type": "Inline", "decision_trees": document}
    agents = [{"id": name, "opening_balance": 1_000_000, "unsecured_cap": 500_000, "policy": policy} for name in "AB"]
    scenario = {
        "simulation": {"ticks_per_day": 10, "num_days": 1, "rng_seed": 12345},
        "agents": agents,
        "scenario_events": [payment | {"schedule": {"type": "OneTime", "tick": 0}}],
    }

    def test(name: str, message: str, *, passed: bool) -> None:
        results.append({"name": name, "passed": passed, "message": message})

    try:
        engine = Orchestrator(load_config(scenario).engine_input())
        test("load_policy", "two banks take it", passed=True)
    except ValueError as error:
        test("load_policy", str(error), passed=False)
    else:
        ran = engine.run(TICKS)
        errors = engine.event_columns("PolicyError")["reason_detail"]
        test("execute_policy", errors[0] if errors else f"{ran} ticks were run", passed=not errors)
        balances = [agent["balance"] for agent in engine.state(ran - 1)["agents"]]
        test("valid_state", f"the balances are {balances}", passed=sum(balances) == 2_000_000)
    passed = sum(result["passed"] for result in results)
    return {
        "passed": passed == len(results) == 3,
        "tests_run": len(results),
        "tests_passed": passed,
        "results": results,
    }
