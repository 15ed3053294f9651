"""Everything that a policy document may hold: one table, from the engine's catalogue and the syntax."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from payment_simulator_core_rs import policy_catalogue

from payment_simulator.schemas import syntax
from payment_simulator.schemas.markdown import sections_text

VERSION = "1.0"
GENERATED_AT = "1970-01-01T00:00:00Z"
"""The same always, so that the document is."""
SECTIONS = ("tree_types", "node_types", "expressions", "values", "computations", "actions", "fields")
SPELLINGS = {"trees": "tree_types", "nodes": "node_types"}
_TREES_OF = {
    "payment": ["payment_tree"],
    "bank": ["bank_tree"],
    "collateral": ["strategic_collateral_tree", "end_of_tick_collateral_tree"],
}


@dataclass(frozen=True)
class Choice:
    """Which elements are wanted; None: all. Names of sections as in `SECTIONS` or shorter (`trees`, `nodes`)."""

    categories: Collection[str] | None = None
    without: Collection[str] = ()
    trees: Collection[str] | None = None
    sections: Collection[str] | None = None

    def has(self, section: str, element: dict[str, Any]) -> bool:
        """Whether an element is wanted."""
        wanted = None if self.sections is None else {SPELLINGS.get(name, name) for name in self.sections}
        return (
            (wanted is None or section in wanted)
            and (self.categories is None or element["category"] in self.categories)
            and element["category"] not in self.without
            and (self.trees is None or bool(set(self.trees) & set(element["valid_in_trees"])))
        )


def policy_schema(choice: Choice | None = None, *, examples: bool = True) -> dict[str, Any]:
    """The document: `version, generated_at`, then a list of elements for each of `SECTIONS`."""
    choice = choice or Choice()
    catalogue = policy_catalogue()
    everything = {
        "tree_types": syntax.tree_types(),
        "node_types": syntax.node_types(),
        "expressions": syntax.expressions(),
        "values": syntax.values(),
        "computations": syntax.computations(),
        "actions": [_action(action) for action in catalogue["actions"]],
        "fields": [*(_field(field) for field in catalogue["fields"]), _register(catalogue["register_prefix"])],
    }
    document: dict[str, Any] = {"version": VERSION, "generated_at": GENERATED_AT}
    for section, elements in everything.items():
        document[section] = [
            each if examples else each | {"example_json": None} for each in elements if choice.has(section, each)
        ]
    return document


def policy_schema_markdown(choice: Choice | None = None, *, examples: bool = True, compact: bool = False) -> str:
    """The same for people."""
    document = policy_schema(choice, examples=examples)
    headings = {name: name.replace("_", " ").capitalize() for name in SECTIONS}
    return sections_text(
        "Policy documents", VERSION, {headings[name]: document[name] for name in SECTIONS}, compact=compact
    )


def _action(action: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        syntax.parameter(each["name"], each["type"], each["description"], required=each["required"])
        for each in action["parameters"]
    ]
    return syntax.element(
        action["name"],
        action["category"],
        action["description"],
        parameters=parameters,
        valid_in_trees=_TREES_OF[action["tree"]],
        example_json=f'{{"type": "action", "node_id": "A1", "action": "{action["name"]}"}}',
        source_location="engine/core/src/policy/tree/actions.rs",
    )


def _field(field: dict[str, Any]) -> dict[str, Any]:
    return syntax.element(
        field["name"],
        field["category"],
        field["description"],
        valid_in_trees=["payment_tree"] if field["of_payment"] else syntax.ALL_TREES,
        example_json=f'{{"field": "{field["name"]}"}}',
        source_location="engine/core/src/policy/tree/fields.rs",
        data_type="number",
        unit=field["unit"],
    )


def _register(prefix: str) -> dict[str, Any]:
    return syntax.element(
        f"{prefix}*",
        "StateRegisterField",
        "A register that a bank tree has set; 0 before, and again after the end of the day.",
        example_json=f'{{"field": "{prefix}cooldown"}}',
        source_location="engine/core/src/policy/tree/fields.rs",
        data_type="number",
    )
