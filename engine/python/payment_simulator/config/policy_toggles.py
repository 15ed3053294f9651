"""Which parts of the decision-tree language the policies of a scenario may use.

The categories of fields and actions come from the engine's own table (`policy_catalogue`); those of operators and
nodes, which are syntax, stand here.
"""

from collections.abc import Iterator
from functools import cache

from payment_simulator_core_rs import policy_catalogue

from payment_simulator.config.node import Node, dotted
from payment_simulator.config.policy_documents import Documents
from payment_simulator.config.problem import Problem
from payment_simulator.config.schema.base import PolicyToggles

TREES = ("payment_tree", "bank_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree")
CONDITIONS = dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), "ComparisonOperator") | dict.fromkeys(
    ("and", "or", "not"), "LogicalOperator"
)
COMPUTATIONS = (
    dict.fromkeys(("+", "-", "*", "/"), "BinaryArithmetic")
    | dict.fromkeys(("max", "min"), "NaryArithmetic")
    | dict.fromkeys(("ceil", "floor", "round", "abs"), "UnaryMath")
    | dict.fromkeys(("clamp", "div0"), "TernaryMath")
)
STRUCTURE = ("TreeType", "NodeType", "ValueType")
"""What every document is made of: an `include` that leaves them out would allow nothing, and so means them too."""

Use = tuple[Node, str, str]
"""Where an element stands, its name, its category."""


def problems(documents: Documents, toggles: PolicyToggles, ids: list[str]) -> Iterator[Problem]:
    """Every element of a document whose category is not allowed. `ids` are those of the banks, in their order."""
    for place, document in documents.items():
        for node, element, category in uses(document.root):
            if not allowed(category, toggles):
                path = dotted(node.path[len(document.root.path) :])
                yield document.problem(
                    path,
                    f"the policy of {ids[place]} uses {element}, of the category {category}, "
                    "which policy_feature_toggles does not allow",
                )


def allowed(category: str, toggles: PolicyToggles) -> bool:
    """Whether the toggles allow a category."""
    if toggles.include is not None:
        return category in toggles.include or category in STRUCTURE
    return category not in (toggles.exclude or ())


@cache
def _catalogue() -> tuple[str, dict[str, str]]:
    """What names of state registers begin with, and the category of every field and action."""
    catalogue = policy_catalogue()
    named = {entry["name"]: entry["category"] for entry in (*catalogue["fields"], *catalogue["actions"])}
    return catalogue["register_prefix"], named


def uses(root: Node) -> Iterator[Use]:
    """Everything that a valid document uses, in the order of its trees."""
    for name in TREES:
        tree = root.get(name)
        if tree is not None and tree.value is not None:
            yield tree, name, "TreeType"
            yield from _tree(tree)


def _tree(node: Node) -> Iterator[Use]:
    kind = _word(node, "type")
    yield node, kind, "NodeType"
    if kind == "action":
        action = _word(node, "action")
        yield node, action, _catalogue()[1][action]
        parameters = node.get("parameters")
        for _, value in parameters.items() if parameters is not None else ():
            yield from _value(value)
        return
    yield from _condition(_below(node, "condition"))
    yield from _tree(_below(node, "on_true"))
    yield from _tree(_below(node, "on_false"))


def _condition(node: Node) -> Iterator[Use]:
    operator = _word(node, "op")
    yield node, operator, CONDITIONS[operator]
    if operator == "not":
        yield from _condition(_below(node, "condition"))
    elif operator in ("and", "or"):
        for condition in _below(node, "conditions").elements():
            yield from _condition(condition)
    else:
        yield from _value(_below(node, "left"))
        yield from _value(_below(node, "right"))


def _value(node: Node) -> Iterator[Use]:
    """A number, or the literal text of an action; comments beside them are none of ours."""
    kind = next((kind for kind in ("field", "param", "value", "compute") if node.get(kind) is not None), None)
    if kind is None:
        return
    yield node, kind, "ValueType"
    if kind == "field":
        name = _word(node, "field")
        register_prefix, named = _catalogue()
        yield node, name, "StateRegisterField" if name.startswith(register_prefix) else named[name]
    elif kind == "compute":
        computation = _below(node, "compute")
        operator = _word(computation, "op")
        yield computation, operator, COMPUTATIONS[operator]
        for key, operand in computation.items():
            if key != "op":
                for value in operand.elements() if isinstance(operand.value, list) else (operand,):
                    yield from _value(value)


def _below(node: Node, key: str) -> Node:
    """What a valid document has there."""
    child = node.get(key)
    assert child is not None
    return child


def _word(node: Node, key: str) -> str:
    return str(_below(node, key).value)
