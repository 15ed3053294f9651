"""The syntax of policy documents: what is not a field or an action. Categories are those of `policy_toggles`."""

from typing import Any

from payment_simulator.config.policy_toggles import COMPUTATIONS, CONDITIONS, TREES

ALL_TREES = list(TREES)
TREE_WORDS = {
    "payment_tree": "once for each payment in the bank's own queue, and for its payments in the central queue",
    "bank_tree": "once for each bank and tick, before its payments",
    "strategic_collateral_tree": "once for each bank and tick, after arrivals, before the bank tree",
    "end_of_tick_collateral_tree": "once for each bank and tick, after settlement and netting",
}
NODE_WORDS = {
    "condition": ("Goes on with one of two nodes.", ["node_id", "condition", "on_true", "on_false"]),
    "action": ("Ends the tree with what is done.", ["node_id", "action"]),
}
CONDITION_WORDS = {
    "==": "the two values differ by less than 1e-9",
    "!=": "the two values differ by 1e-9 or more",
    "<": "the left value is below the right one",
    "<=": "the left value is below the right one, or equal within 1e-9",
    ">": "the left value is above the right one",
    ">=": "the left value is above the right one, or equal within 1e-9",
    "and": "all conditions hold; later ones are not looked at after the first that does not",
    "or": "one condition holds; later ones are not looked at",
    "not": "the condition does not hold",
}
VALUE_WORDS = {
    "field": ("What is so now: a field of the table below, or a register.", '{"field": "balance"}'),
    "param": ("A parameter of the document.", '{"param": "urgency_threshold"}'),
    "value": ("A number; true and false are 1 and 0.", '{"value": 5}'),
    "compute": (
        "The result of a computation.",
        '{"compute": {"op": "+", "left": {"value": 1}, "right": {"value": 2}}}',
    ),
}
COMPUTATION_WORDS = {
    "+": "sum",
    "-": "difference",
    "*": "product",
    "/": "quotient; dividing by nothing is an error",
    "max": "the largest of some values",
    "min": "the smallest of some values",
    "ceil": "rounded up",
    "floor": "rounded down",
    "round": "rounded to the nearest integer, half away from zero",
    "abs": "without its sign",
    "clamp": "kept between min and max",
    "div0": "quotient, or default where the denominator is nothing",
}
OPERANDS = {
    "max": ["values"],
    "min": ["values"],
    "ceil": ["value"],
    "floor": ["value"],
    "round": ["value"],
    "abs": ["value"],
    "clamp": ["value", "min", "max"],
    "div0": ["numerator", "denominator", "default"],
    "and": ["conditions"],
    "or": ["conditions"],
    "not": ["condition"],
}


def element(name: str, category: str, description: str, **more: Any) -> dict[str, Any]:
    """An element with every key that elements have."""
    usual: dict[str, Any] = {
        "name": name,
        "json_key": name,
        "category": category,
        "description": description,
        "semantics": description,
        "parameters": [],
        "valid_in_trees": ALL_TREES,
        "example_json": None,
        "source_location": "payment_simulator/schemas/syntax.py",
        "see_also": [],
        "data_type": None,
        "unit": None,
        "added_in": "1.0",
    }
    return usual | more


def parameter(name: str, kind: str, description: str, *, required: bool = True) -> dict[str, Any]:
    """A parameter of an element."""
    return {
        "name": name,
        "param_type": kind,
        "required": required,
        "description": description,
        "example": None,
        "valid_values": None,
    }


def _operands(operator: str, kind: str) -> list[dict[str, Any]]:
    return [parameter(name, kind, "an operand") for name in OPERANDS.get(operator, ["left", "right"])]


def tree_types() -> list[dict[str, Any]]:
    """The trees of a document."""
    return [element(name, "TreeType", f"Evaluated {TREE_WORDS[name]}.", valid_in_trees=[name]) for name in TREES]


def node_types() -> list[dict[str, Any]]:
    """The nodes of a tree."""
    return [
        element(
            name,
            "NodeType",
            words,
            parameters=[parameter(key, "node" if key[:2] == "on" else "any", key) for key in keys],
        )
        for name, (words, keys) in NODE_WORDS.items()
    ]


def expressions() -> list[dict[str, Any]]:
    """Conditions."""
    return [
        element(operator, category, f"Holds if {CONDITION_WORDS[operator]}.", parameters=_operands(operator, "value"))
        for operator, category in CONDITIONS.items()
    ]


def values() -> list[dict[str, Any]]:
    """What an operand may be."""
    return [
        element(name, "ValueType", words, example_json=example, data_type="number")
        for name, (words, example) in VALUE_WORDS.items()
    ]


def computations() -> list[dict[str, Any]]:
    """What can be worked out from values."""
    return [
        element(
            operator,
            category,
            f"{COMPUTATION_WORDS[operator].capitalize()}.",
            parameters=_operands(operator, "value"),
            data_type="number",
        )
        for operator, category in COMPUTATIONS.items()
    ]
