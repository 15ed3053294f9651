"""Pydantic's errors in the words of a scenario's author, each at its place in the text."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from payment_simulator.config.aliases import ALIASES, IGNORED
from payment_simulator.config.node import Node
from payment_simulator.config.problem import Problem, shown
from payment_simulator.config.schema import Scenario


def problems(error: ValidationError, root: Node) -> Iterator[Problem]:
    """Each error of the schema as a problem."""
    for details in error.errors(include_url=False):
        yield _problem(details, root)


def _problem(details: ErrorDetails, root: Node) -> Problem:
    place = _locate(root, details["loc"])
    node, kind, context = place.node, details["type"], details.get("ctx", {})
    match kind:
        case "missing":
            allowed = place.description()
            return node.problem(f"{place.missing} is missing{_write(allowed)}", allowed)
        case "extra_forbidden":
            return _unknown_key(node, place.beside)
        case "refused":
            blamed = _child(node, context["at"]) or node
            return blamed.problem(context["message"], context["allowed"])
        case "union_tag_invalid" | "union_tag_not_found" | "model_attributes_type" if len(place.inside) > 1:
            return _wrong_kind(node, place.inside)
    allowed = _allowed(kind, context)
    return node.problem(f"got {shown(node.plain())}{_write(allowed or details['msg'])}", allowed)


def _write(allowed: str) -> str:
    return f"; write {allowed}" if allowed else ""


def _allowed(kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "int_type" | "int_from_float" | "int_parsing":
            return "an integer"
        case "bool_type":
            return "true or false"
        case "string_type":
            return "text"
        case "list_type":
            return "a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "a mapping"
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "greater_than":
            return f"more than {context['gt']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "less_than":
            return f"less than {context['lt']}"
        case "too_short":
            return f"at least {context['min_length']} of them"
        case "literal_error":
            return str(context["expected"]).replace("'", "")
    return ""


def _wrong_kind(node: Node, models: list[type[BaseModel]]) -> Problem:
    """None of the kinds of mapping that may stand here, which differ in their `type` or `mode`."""
    key = next(key for key in _TAG_KEYS if key in models[0].model_fields)
    kinds = ", ".join(str(tag) for model in models for tag in _tags(model))
    if not isinstance(node.value, dict):
        return node.problem(f"got {shown(node.plain())}; write a mapping with {key}", f"a mapping with {key}")
    kind = node.get(key)
    if kind is None:
        return node.problem(f"{key} is missing; write one of {kinds}", kinds)
    near = get_close_matches(str(kind.value), kinds.split(", "), 1)
    hint = f"did you mean {near[0]}? Known are {kinds}" if near else f"write one of {kinds}"
    return kind.problem(f"got {shown(kind.plain())}; {hint}", kinds)


def _unknown_key(node: Node, models: list[type[BaseModel]]) -> Problem:
    key = str(node.path[-1])
    known = [name for model in models for name, _ in _fields(model)]
    spellings = known + [name for model in models for name in _ALIASES_OF.get(model.__name__, {})]
    near = get_close_matches(key, spellings, 1, cutoff=0.5) or get_close_matches(key.lower(), spellings, 1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return node.problem(f"is not a known key; {hint}", ", ".join(known), at_key=True)


_ALIASES_OF = {
    "Scenario": ALIASES["scenario"] | dict.fromkeys(IGNORED, ""),
    "Simulation": ALIASES["simulation"],
    "Agent": ALIASES["agent"] | ALIASES["limits"],
    "CostRates": ALIASES["cost_rates"],
    "LsmConfig": ALIASES["lsm_config"],
    "PriorityEscalation": ALIASES["priority_escalation"],
}


@dataclass(slots=True)
class _Place:
    """Where a Pydantic location leads: the node, the models whose keys stand beside or in it, and the key that is
    missing there.

    Tags of unions, which Pydantic puts into the location, are steps in the schema but not in the document.
    """

    node: Node
    beside: list[type[BaseModel]]
    inside: list[type[BaseModel]]
    missing: str = ""

    def description(self) -> str:
        """What should stand at the missing key."""
        fields = [field for model in self.inside for key, field in _fields(model) if key == self.missing]
        return next((field.description for field in fields if field.description), "")


def _locate(root: Node, loc: tuple[int | str, ...]) -> _Place:
    place = _Place(root, [], [Scenario])
    annotations: list[Any] = [Scenario]
    for step in loc:
        tagged = [model for model in place.inside if step in _tags(model)]
        child = _child(place.node, step)
        if child is not None:
            annotations = [below for annotation in annotations for below in _below(annotation, step)]
            place = _Place(child, place.inside, [model for below in annotations for model in _models(below)])
        elif tagged:
            annotations = list(tagged)
            place.inside = tagged
        else:
            place.missing = str(step)
    return place


def _child(node: Node, step: int | str) -> Node | None:
    if isinstance(step, int):
        elements = list(node.elements())
        return elements[step] if step < len(elements) else None
    return node.get(step)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation allows directly."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is Annotated:
        return _models(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [model for member in get_args(annotation) for model in _models(member)]
    return []


def _below(annotation: Any, step: int | str) -> list[Any]:
    """The annotations of what stands one step below."""
    if get_origin(annotation) is Annotated:
        return _below(get_args(annotation)[0], step)
    if get_origin(annotation) in (Union, types.UnionType):
        return [below for member in get_args(annotation) for below in _below(member, step)]
    if get_origin(annotation) in (list, dict):
        return [get_args(annotation)[-1]]
    return [field.annotation for model in _models(annotation) for key, field in _fields(model) if key == step]


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((field.alias or name, field) for name, field in model.model_fields.items())


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    fields = (model.model_fields[key] for key in _TAG_KEYS if key in model.model_fields)
    return next((get_args(field.annotation) for field in fields), ())


_TAG_KEYS = ("type", "mode")
