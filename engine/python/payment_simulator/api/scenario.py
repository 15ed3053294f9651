"""The scenario of a request: read from its body, checked, and measured against the limits of the server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api.problem import ProblemError
from payment_simulator.api.settings import Limits
from payment_simulator.config.json_text import parse_json
from payment_simulator.config.loader import parse_config
from payment_simulator.config.problem import ConfigError, NotADocument, Problem
from payment_simulator.config.yaml_text import parse_yaml

JSON_TYPES = ("application/json", "")
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")


@dataclass(frozen=True)
class Given:
    """A scenario ready to run: the engine, its input, the document as it was handed over, how it is shown, and what its
    author should know.
    """

    engine: Orchestrator
    config: dict[str, Any]
    document: dict[str, Any]
    display: dict[str, Any]
    warnings: list[str]


def read(body: bytes, media_type: str, limits: Limits) -> Given:
    """Check the scenario in `body`: JSON or YAML, nested or flat.

    422 for what is no document, 400 for a scenario that is not right or more than this server takes on, 415 for another
    media type. It takes a while: not for the event loop.
    """
    name = _name(media_type)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError(422, "malformed", f"the body is not text: byte {error.start} is not UTF-8") from None
    try:
        config = parse_config(text, name, files=False)
    except NotADocument as error:
        raise ProblemError(
            422, "malformed", _first(error), errors=[field_error(item) for item in error.problems]
        ) from None
    except ConfigError as error:
        errors = [field_error(item) for item in error.problems]
        raise ProblemError(400, "invalid-configuration", _first(error), errors=errors) from None
    plain = config.engine_input()
    _bounded(plain, limits)
    document = _json((parse_json if name == JSON_NAME else parse_yaml)(text).plain())
    return Given(Orchestrator(plain), plain, document, config.display, [str(warning) for warning in config.warnings])


JSON_NAME = "body.json"
YAML_NAME = "body.yaml"


def _name(media_type: str) -> str:
    kind = media_type.split(";")[0].strip().lower()
    if kind in JSON_TYPES:
        return JSON_NAME
    if kind in YAML_TYPES:
        return YAML_NAME
    known = "application/json or application/yaml"
    raise ProblemError(415, "media-type", f"got a body of type {kind[:80]!r}; send {known}")


def policy_of(policy: dict[str, Any], agent_ids: list[str]) -> dict[str, Any]:
    """A bank's policy as the engine reads it, from the form that scenarios have. 400 for one that is not right."""
    agents: list[dict[str, Any]] = [{"id": name, "opening_balance": 0} for name in agent_ids]
    agents[0]["policy"] = policy
    text = json.dumps({"simulation": {"ticks_per_day": 1}, "agents": agents})
    try:
        config = parse_config(text, JSON_NAME, files=False)
    except ConfigError as error:
        errors = [_below(field_error(item)) for item in error.problems]
        detail = f"{errors[0]['path']}: {errors[0]['message']}"
        raise ProblemError(400, "invalid-configuration", detail, errors=errors) from None
    given: dict[str, Any] = config.engine_input()["agents"][0]["policy"]
    return given


def _below(error: dict[str, Any]) -> dict[str, Any]:
    """A mistake in a policy, without the scenario that was put around it."""
    return error | {"path": error["path"].removeprefix("agents.0."), "line": None, "column": None}


def field_error(problem: Problem) -> dict[str, Any]:
    """One mistake as it stands in `errors`: where, what, and which value."""
    return {
        "path": problem.path,
        "message": problem.message,
        "line": problem.line,
        "column": problem.column,
        "value": _json(problem.value),
    }


def _first(error: ConfigError) -> str:
    more = len(error.problems) - 1
    return f"{error.problems[0]}{f' (and {more} more)' if more else ''}"


def _bounded(config: dict[str, Any], limits: Limits) -> None:
    agents, ticks = len(config["agents"]), config["ticks_per_day"] * config["num_days"]
    arrivals = sum(stream["rate_per_tick"] for agent in config["agents"] for stream in agent["arrivals"])
    for path, value, most, what in (
        ("agents", agents, limits.agents, "banks"),
        ("simulation", ticks, limits.ticks, "ticks"),
        ("agents", arrivals, limits.arrivals_per_tick, "payments a tick"),
    ):
        if value > most:
            message = f"{value:g} {what}; this server takes on at most {most}"
            errors = [{"path": path, "message": message, "line": None, "column": None, "value": value}]
            raise ProblemError(400, "too-large", f"{path}: {message}", errors=errors)


def _json(value: Any) -> Any:
    """A value of a document as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _json(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_json(child) for child in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else json.loads(f"{value:f}")
    return value
