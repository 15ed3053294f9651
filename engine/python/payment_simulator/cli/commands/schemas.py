"""`payment-sim policy-schema`, `cost-schema` and `validate-policy`."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.files import write_whole


class DocumentForm(StrEnum):
    """For people, or for tools."""

    MARKDOWN = "markdown"
    JSON = "json"


class AnswerForm(StrEnum):
    """For people, or for tools."""

    TEXT = "text"
    JSON = "json"


Form = Annotated[DocumentForm, typer.Option("--format", "-f", help="The form of the document.")]
Category = Annotated[list[str] | None, typer.Option("--category", "-c", help="Of this category; may be repeated.")]
NoCategory = Annotated[
    list[str] | None, typer.Option("--exclude-category", "-x", help="Not of this category; may be repeated.")
]
Scenario = Annotated[Path | None, typer.Option("--scenario", help="What the toggles of this scenario allow.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it into this file.")]
NoExamples = Annotated[bool, typer.Option("--no-examples", help="Without examples.")]
Compact = Annotated[bool, typer.Option("--compact", help="Names and descriptions alone.")]


def policy_schema(
    form: Form = DocumentForm.MARKDOWN,
    category: Category = None,
    exclude_category: NoCategory = None,
    tree: Annotated[list[str] | None, typer.Option("--tree", "-t", help="Of this tree; may be repeated.")] = None,
    section: Annotated[
        list[str] | None,
        typer.Option(
            "--section",
            "-s",
            help="trees, nodes, expressions, values, computations, actions or fields; may be repeated.",
        ),
    ] = None,
    scenario: Scenario = None,
    output: Output = None,
    no_examples: NoExamples = False,
    compact: Compact = False,
) -> None:
    """Describe everything that a policy document may hold."""
    with exit_codes(scenario):
        from payment_simulator.config.policy_toggles import TREES
        from payment_simulator.config.schema.base import PolicyToggles
        from payment_simulator.schemas import policy_schema as schema

        known = (*schema.SPELLINGS, *schema.SECTIONS)
        _known("--section", section, known)
        _known("--tree", tree, TREES)
        include, exclude = _toggled(category, exclude_category, scenario, "policy_feature_toggles", PolicyToggles)
        choice = schema.Choice(include, exclude, tree, section)
        if form is DocumentForm.JSON:
            text = _json(schema.policy_schema(choice, examples=not no_examples))
        else:
            text = schema.policy_schema_markdown(choice, examples=not no_examples, compact=compact)
        _write(text, output)


def cost_schema(
    form: Form = DocumentForm.MARKDOWN,
    category: Category = None,
    exclude_category: NoCategory = None,
    include: Annotated[list[str] | None, typer.Option("--include", "-i", help="This cost; may be repeated.")] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", "-e", help="Not this cost; may be repeated.")
    ] = None,
    scenario: Scenario = None,
    output: Output = None,
    no_examples: NoExamples = False,
    compact: Compact = False,
) -> None:
    """Describe every kind of cost."""
    with exit_codes(scenario):
        from payment_simulator.config.schema.base import CostToggles
        from payment_simulator.schemas import cost_schema as schema

        names = [cost["name"] for cost in schema.cost_schema()["cost_types"]]
        _known("--include", include, names)
        _known("--exclude", exclude, names)
        wanted, unwanted = _toggled(category, exclude_category, scenario, "cost_feature_toggles", CostToggles)
        document = schema.cost_schema(
            categories=wanted,
            without_categories=unwanted,
            names=include,
            without=exclude or (),
            examples=not no_examples,
        )
        is_json = form is DocumentForm.JSON
        _write(_json(document) if is_json else schema.cost_schema_markdown(document, compact=compact), output)


def validate_policy(
    file: Annotated[Path, typer.Argument(help="A policy document: JSON.", metavar="FILE")],
    form: Annotated[AnswerForm, typer.Option("--format", "-f", help="The form of the answer.")] = AnswerForm.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell trees and parameters too.")] = False,
    functional_tests: Annotated[bool, typer.Option("--functional-tests", help="Run it, too.")] = False,
    scenario: Annotated[
        Path | None, typer.Option("--scenario", "-s", help="It must be allowed by the toggles of this scenario.")
    ] = None,
) -> None:
    """Tell whether a policy document is right. Exit codes: 0 it is, 1 it is not, 2 wrong usage."""
    with exit_codes(scenario):
        from payment_simulator.schemas.policy_check import check_file

        result = check_file(file, scenario=scenario, functional=functional_tests)
        if form is AnswerForm.JSON:
            sys.stdout.write(_json(result))
        else:
            _tell(file, result, verbose=verbose)
        if not result["valid"]:
            raise typer.Exit(1)


def _tell(file: Path, result: dict[str, Any], *, verbose: bool) -> None:
    for error in result.get("errors", ()):
        say("error", f"{error['type']}: {error['message']}")
    for test in result.get("functional_tests", {}).get("results", ()):
        say("success" if test["passed"] else "error", f"{test['name']}: {test['message']}")
    if not result["valid"]:
        return
    say("success", f"{file}: is a valid policy, {result['policy_id']} version {result['version']}")
    if verbose:
        trees = result["trees"]
        has = [name.removeprefix("has_") for name, there in trees.items() if there is True]
        say("info", f"trees: {', '.join(has) or 'none'}")
        say("info", f"parameters: {', '.join(trees['parameters']) or 'none'}")
        say("info", f"description: {result['description'] or 'none'}")


def _toggled(
    category: list[str] | None, without: list[str] | None, scenario: Path | None, toggles: str, kind: Any
) -> tuple[list[str] | None, list[str]]:
    """What is included (None: all) and excluded, by the command line and by a scenario together."""
    known = kind.categories()
    _known("--category", category, known)
    _known("--exclude-category", without, known)
    include, exclude = category, list(without or ())
    if scenario is not None:
        from payment_simulator.config.loader import load_config

        found = getattr(load_config(scenario).scenario, toggles)
        if found is not None and found.include is not None:
            include = [name for name in found.include if include is None or name in include]
        if found is not None:
            exclude += found.exclude or ()
    return include, exclude


def _known(option: str, given: list[str] | None, known: Any) -> None:
    for name in given or ():
        if name not in known:
            raise CommandError(f"{option}: got {name!r}; write one of {', '.join(known)}")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _write(text: str, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(text)
    else:
        write_whole(path, text.encode())
        say("success", f"{path}: written")
