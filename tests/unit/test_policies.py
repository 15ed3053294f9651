"""Policies of every kind reach the engine, wherever their documents stand; mistakes are named where they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import ConfigError, load_config, parse_config, simulate
from payment_simulator.config.json_text import parse_json
from payment_simulator.config.policy_toggles import COMPUTATIONS, CONDITIONS, STRUCTURE, uses
from payment_simulator.config.schema.base import POLICY_CATEGORIES
from payment_simulator_core_rs import policy_catalogue

HOLD = {"type": "action", "node_id": "H", "action": "Hold"}
RELEASE = {"type": "action", "node_id": "R", "action": "Release"}


def document(**changes: Any) -> dict[str, Any]:
    """Hold what is larger than the parameter `most`."""
    tree = {
        "type": "condition",
        "node_id": "C",
        "condition": {"op": ">", "left": {"field": "amount"}, "right": {"param": "most"}},
        "on_true": HOLD,
        "on_false": RELEASE,
    }
    return {"version": "1.0", "policy_id": "p", "parameters": {"most": 50}, "payment_tree": tree, **changes}


def scenario(policy: Any, **top: Any) -> dict[str, Any]:
    """Bank A with this policy has to pay 10 and 100 to B."""
    payment = {"type": "CustomTransactionArrival", "from_agent": "A", "to_agent": "B", "deadline": 9}
    return {
        "simulation": {"ticks_per_day": 5},
        "agents": [{"id": "A", "opening_balance": 1000, "policy": policy}, {"id": "B", "opening_balance": 0}],
        "scenario_events": [
            {**payment, "amount": amount, "schedule": {"type": "OneTime", "tick": 0}} for amount in (10, 100)
        ],
        **top,
    }


# Policies of the schema and what the engine is given.
GIVEN: list[tuple[Any, dict[str, Any]]] = [
    (policy := {"type": "LiquiditySplitting", "max_splits": 3, "min_split_amount": 5}, policy),
    (policy := {"type": "MockSplitting", "num_splits": 3}, policy),
    (
        policy := {
            "type": "MockStaggerSplit",
            "num_splits": 3,
            "stagger_first_now": 1,
            "stagger_gap_ticks": 2,
            "priority_boost_children": 1,
        },
        policy,
    ),
    ({"type": "Inline", "decision_trees": document()}, {"type": "Tree", "document": document()}),
    ({"type": "InlineJson", "json_string": json.dumps(document())}, {"type": "Tree", "document": document()}),
    ({"type": "FromJson", "json": json.dumps(document())}, {"type": "Tree", "document": document()}),
    ({"type": "tree", **document()}, {"type": "Tree", "document": document()}),
    (
        {"type": "tree", "payment_tree": RELEASE},
        {"type": "Tree", "document": {"version": "1.0", "policy_id": "inline", "payment_tree": RELEASE}},
    ),
    (
        {"type": "inline", "decision_trees": document(), "parameters": {"most": 5}},
        {"type": "Tree", "document": document(parameters={"most": 5})},
    ),
    (
        {"type": "Inline", "decision_trees": document(), "parameters": {"initial_liquidity_fraction": 0.5}},
        {"type": "Tree", "document": document(parameters={"most": 50, "initial_liquidity_fraction": 0.5})},
    ),
]


@pytest.mark.parametrize("policy, given", GIVEN, ids=lambda value: str(value.get("type")))
def test_the_engine_is_given(policy: Any, given: dict[str, Any]) -> None:
    assert load_config(scenario(policy)).engine_input()["agents"][0]["policy"] == given


@pytest.mark.parametrize("parameters, settled", [({}, [10]), ({"most": 5}, []), ({"most": 500}, [10, 100])])
def test_the_values_of_the_scenario_are_those_that_count(parameters: dict[str, int], settled: list[int]) -> None:
    run = simulate(scenario({"type": "Inline", "decision_trees": document(), "parameters": parameters}))
    assert run.payments.amount[run.payments.settled_tick >= 0].tolist() == settled


def test_a_file_is_looked_for_beside_the_scenario_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, most in (("beside", 1), ("working", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.json").write_text(json.dumps(document(parameters={"most": most})))
    (tmp_path / "working" / "q.json").write_text(json.dumps(document(parameters={"most": 3})))
    monkeypatch.chdir(tmp_path / "working")
    for name, most in (("p.json", 1), ("q.json", 3)):
        path = tmp_path / "beside" / "s.json"
        path.write_text(json.dumps(scenario({"type": "FromJson", "json_path": name})))
        policy = load_config(path).engine_input()["agents"][0]["policy"]
        assert policy["document"]["parameters"] == {"most": most}


YAML = """\
simulation: {ticks_per_day: 5}
agents:
  - {id: B, opening_balance: 1}
  - id: A
    opening_balance: 1
    policy:
      type: Inline
      decision_trees:
        version: "1.0"
        policy_id: p
        payment_tree:
          type: condition
          node_id: C
          condition: {op: "<", left: {field: balanse}, right: {value: 1}}
          on_true: {type: action, node_id: C, action: Release}
          on_false: {type: action, node_id: D, action: Split}
"""


def test_what_is_wrong_is_named_where_it_stands() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(YAML, "s.yaml")
    tree = "agents.1.policy.decision_trees.payment_tree"
    assert str(caught.value).splitlines() == [
        f's.yaml:14:38: {tree}.condition.left: there is no field "balanse" (InvalidFieldReference)',
        f's.yaml:15:44: {tree}.on_true.node_id: "C" names another node too (DuplicateNodeId)',
        f"s.yaml:16:21: {tree}.on_false.parameters.num_splits: is missing; Split needs it (MissingActionParameter)",
    ]


def test_a_file_that_is_wrong_is_named_once(tmp_path: Path) -> None:
    wrong = tmp_path / "p.json"
    wrong.write_text('{"version": "1.0", "policy_id": "p",\n "payment_tree": {"type": "leaf", "node_id": "A"}}')
    policy = {"type": "FromJson", "json_path": "p.json"}
    agents = [{"id": name, "opening_balance": 1, "policy": policy} for name in "AB"]
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"simulation": {"ticks_per_day": 5}, "agents": agents}))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    message = 'payment_tree.type: must be "condition" or "action" (ParseError)'
    assert str(caught.value) == f"{wrong}:2:27: {message}"


# A policy, and a part of the message that refuses it.
REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "FromJson", "json_path": "absent.json"},
        'agents.0.policy.json_path: got "absent.json"; there is no such file',
    ),
    ({"type": "FromJson"}, "write either json_path, the file of the policy, or json, its text"),
    ({"type": "FromJson", "json": "[]"}, "agents.0.policy.json: is not a policy document"),
    ({"type": "InlineJson", "json_string": ""}, "agents.0.policy.json_string: is empty; write a policy document"),
    ({"type": "InlineJson", "json_string": "{\n 5}"}, 'key in "..." should stand here (line 2, column 2 of this text)'),
    (
        {"type": "InlineJson", "json_string": json.dumps(document(payment_tree={**RELEASE, "action": "Relase"}))},
        'payment_tree.action: "Relase" is not an action (ParseError) (line 1, column',
    ),
    ({"type": "Inline", "decision_trees": []}, "agents.0.policy.decision_trees: got a list; write a mapping"),
    ({"type": "Inline", "decision_trees": {}}, "agents.0.policy.decision_trees.version: is missing"),
    (
        {"type": "Inline", "decision_trees": document(), "parameters": {"mosd": 1}},
        "agents.0.policy.parameters.mosd: is not a parameter of this policy document; did you mean most?",
    ),
    (
        {"type": "Inline", "decision_trees": document(), "parameters": {"most": "5"}},
        'agents.0.policy.parameters.most: got "5"; write a number',
    ),
    (
        {"type": "Inline", "decision_trees": document(parameters={"most": 1, "initial_liquidity_fraction": 1.5})},
        "decision_trees.parameters.initial_liquidity_fraction: got 1.5; write a number from 0 to 1",
    ),
    (
        {"type": "Inline", "decision_trees": {"version": "1", "policy_id": "p"}},
        "agents.0.policy.decision_trees.payment_tree: is missing; this bank has payments to decide about",
    ),
    (
        {"type": "MockStaggerSplit", "num_splits": 2, "stagger_first_now": 3, "stagger_gap_ticks": 1}
        | {"priority_boost_children": 0},
        "agents.0.policy.stagger_first_now: got 3; write at most num_splits, 2",
    ),
]


@pytest.mark.parametrize("policy, message", REFUSED)
def test_what_cannot_be_used_is_refused(policy: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(scenario(policy))
    assert message in str(caught.value)


def nested(depth: int) -> dict[str, Any]:
    """A tree whose deepest node lies this deep (the root at 0)."""
    tree: dict[str, Any] = HOLD
    test = {"op": "not", "condition": {"op": "<", "left": {"field": "amount"}, "right": {"value": 1}}}
    for number in range(depth):
        on_false = {**RELEASE, "node_id": f"R{number}"}
        tree = {"type": "condition", "node_id": f"C{number}", "condition": test, "on_true": tree, "on_false": on_false}
    return document(payment_tree=tree)


def test_trees_may_be_a_hundred_nodes_deep() -> None:
    inline = {"type": "Inline", "decision_trees": nested(100)}
    text = {"type": "InlineJson", "json_string": json.dumps(nested(100))}
    for policy in (inline, text):
        assert simulate(scenario(policy)).totals["total_settlements"] == 0
    with pytest.raises(ConfigError, match="is 101 nodes deep; at most 100"):
        load_config(scenario({"type": "Inline", "decision_trees": nested(101)}))


# Feature toggles


def used(plain: dict[str, Any]) -> dict[str, str]:
    """What a document uses, with its category."""
    return {element: category for _, element, category in uses(parse_json(json.dumps(plain)))}


def value(**of: Any) -> dict[str, Any]:
    """A computation."""
    return {"compute": of}


ONE = {"value": 1}
EVERYTHING = document(
    payment_tree={
        "type": "condition",
        "node_id": "C",
        "condition": {
            "op": "and",
            "conditions": [
                {"op": "not", "condition": {"op": "<", "left": {"field": "bank_state_x"}, "right": ONE}},
                {"op": "==", "left": value(op="clamp", value={"field": "balance"}, min=ONE, max=ONE), "right": ONE},
                {"op": "!=", "left": value(op="abs", value={"field": "amount"}), "right": {"param": "most"}},
                {"op": ">", "left": value(op="max", values=[{"field": "queue2_size"}, ONE]), "right": ONE},
                {"op": ">", "left": value(op="div0", numerator=ONE, denominator=ONE, default=ONE), "right": ONE},
            ],
        },
        "on_true": {
            **RELEASE,
            "parameters": {"timed_for_tick": value(op="+", left={"field": "current_tick"}, right=ONE)},
        },
        "on_false": {"type": "action", "node_id": "W", "action": "WithdrawFromRtgs"},
    },
    bank_tree={"type": "action", "node_id": "N", "action": "NoAction"},
    end_of_tick_collateral_tree={
        "type": "action",
        "node_id": "P",
        "action": "PostCollateral",
        "parameters": {"amount": {"field": "excess_collateral"}, "reason": {"value": "CostOptimization"}},
    },
)


def test_everything_that_a_document_uses_is_found() -> None:
    found = used(EVERYTHING)
    assert (
        found.items()
        >= {
            "payment_tree": "TreeType",
            "bank_tree": "TreeType",
            "end_of_tick_collateral_tree": "TreeType",
            "condition": "NodeType",
            "action": "NodeType",
            "and": "LogicalOperator",
            "not": "LogicalOperator",
            "==": "ComparisonOperator",
            "clamp": "TernaryMath",
            "div0": "TernaryMath",
            "abs": "UnaryMath",
            "max": "NaryArithmetic",
            "+": "BinaryArithmetic",
            "bank_state_x": "StateRegisterField",
            "balance": "AgentField",
            "amount": "TransactionField",
            "queue2_size": "QueueField",
            "excess_collateral": "CollateralField",
            "param": "ValueType",
            "Release": "PaymentAction",
            "WithdrawFromRtgs": "RtgsAction",
            "NoAction": "BankAction",
            "PostCollateral": "CollateralAction",
        }.items()
    )


def test_fields_actions_and_operators_have_categories_of_the_list() -> None:
    catalogue = policy_catalogue()
    named = {entry["category"] for entry in (*catalogue["fields"], *catalogue["actions"])}
    syntax = {*CONDITIONS.values(), *COMPUTATIONS.values(), *STRUCTURE, "StateRegisterField"}
    assert named | syntax <= set(POLICY_CATEGORIES)
    assert set(POLICY_CATEGORIES) <= named | syntax
    assert all(entry["name"] and entry["description"] for entry in (*catalogue["fields"], *catalogue["actions"]))
    assert all(field["unit"] for field in catalogue["fields"])


ALL_USED = sorted(set(used(EVERYTHING).values()))
TEXT = {"type": "InlineJson", "json_string": json.dumps(EVERYTHING)}
INLINE = {"type": "Inline", "decision_trees": EVERYTHING}


@pytest.mark.parametrize("policy", [TEXT, INLINE, {"type": "FromJson", "json": json.dumps(EVERYTHING)}])
@pytest.mark.parametrize("category", ALL_USED)
def test_a_forbidden_element_is_named_with_bank_and_category(policy: dict[str, Any], category: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(scenario(policy, policy_feature_toggles={"exclude": [category]}))
    element = next(element for element, of in used(EVERYTHING).items() if of == category)
    message = f"the policy of A uses {element}, of the category {category}, which policy_feature_toggles does not allow"
    assert message in str(caught.value)


def test_what_is_allowed_is_let_through() -> None:
    others = [category for category in POLICY_CATEGORIES if category not in ALL_USED]
    lists: list[Any] = [None, {"exclude": others}, {"include": ALL_USED}, {"exclude": []}]
    for toggles in lists:
        assert load_config(scenario(INLINE, policy_feature_toggles=toggles))
    small = {"include": ["ComparisonOperator", "TransactionField", "PaymentAction"]}
    assert load_config(scenario({"type": "Inline", "decision_trees": document()}, policy_feature_toggles=small))
    assert load_config(scenario("fifo", policy_feature_toggles={"include": []}))
    with pytest.raises(ConfigError, match="uses >, of the category ComparisonOperator"):
        load_config(scenario({"type": "Inline", "decision_trees": document()}, policy_feature_toggles={"include": []}))


@pytest.mark.parametrize(
    "key, category, right",
    [("policy_feature_toggles", "Colour", "ComparisonOperator"), ("cost_feature_toggles", "PerTock", "PerTick")],
)
def test_an_unknown_category_is_refused(key: str, category: str, right: str) -> None:
    with pytest.raises(ConfigError, match=f'"{category}" is not a category; write one of {right}'):
        load_config(scenario("Fifo", **{key: {"exclude": [category]}}))
    with pytest.raises(ConfigError, match="include and exclude stand side by side"):
        load_config(scenario("Fifo", **{key: {"exclude": [right], "include": [right]}}))
    for kind in ("PerTick", "OneTime", "Daily", "Modifier"):
        assert load_config(scenario("Fifo", cost_feature_toggles={"include": [kind]}))
