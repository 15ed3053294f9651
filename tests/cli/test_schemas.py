"""`payment-sim policy-schema`, `cost-schema` and `validate-policy`."""

import json
from pathlib import Path
from typing import Any

import pytest
from payment_simulator_core_rs import policy_catalogue

from tests.cli.conftest import call, succeeded

LIGHT = {"toggles": {"exclude": ["PaymentAction"]}}
ACTION = {"type": "action", "node_id": "A", "action": "Release"}
GOOD = {"version": "1.0", "policy_id": "good", "parameters": {"limit": 5}, "payment_tree": ACTION}


def test_the_policy_schema_holds_everything_that_a_policy_may_hold() -> None:
    schema = succeeded("policy-schema", "--format", "json")
    assert schema.stdout == succeeded("policy-schema", "-f", "json").stdout
    document = json.loads(schema.stdout)
    catalogue = policy_catalogue()
    assert [each["name"] for each in document["actions"]] == [action["name"] for action in catalogue["actions"]]
    assert [each["name"] for each in document["fields"]][:-1] == [field["name"] for field in catalogue["fields"]]
    for section in ("tree_types", "node_types", "expressions", "values", "computations"):
        assert document[section], section
    keys = set(document["fields"][0])
    assert all(set(each) == keys for section in list(document)[2:] for each in document[section])
    text = succeeded("policy-schema").stdout.decode()
    assert all(f"`{each['name']}`" in text for section in list(document)[2:] for each in document[section])
    assert len(succeeded("policy-schema", "--compact", "--no-examples").stdout) < len(text) / 2


def names(*arguments: object) -> set[str]:
    document = json.loads(succeeded("policy-schema", "-f", "json", *arguments).stdout)
    return {each["name"] for section in list(document)[2:] for each in document[section]}


def test_parts_of_the_policy_schema(tmp_path: Path) -> None:
    assert names("--section", "nodes") == {"condition", "action"}
    assert names("-c", "BankAction") == {"SetReleaseBudget", "SetState", "AddState", "NoAction"}
    assert not names("-c", "BankAction") & names("-x", "BankAction")
    assert "Release" not in names("--tree", "bank_tree")
    scenario = tmp_path / "scenario.json"
    toggles = {"include": ["BankAction", "TimeField"]}
    scenario.write_text(json.dumps(TINY | {"policy_feature_toggles": toggles}))
    assert names("--scenario", scenario, "-c", "BankAction", "-c", "PaymentAction") == names("-c", "BankAction")
    output = tmp_path / "schema.md"
    succeeded("policy-schema", "--output", output)
    assert output.read_bytes() == succeeded("policy-schema").stdout
    wrong = call("policy-schema", "-c", "Nonsense")
    assert (wrong.code, "'Nonsense'; write one of ComparisonOperator" in wrong.error) == (1, True)


TINY: dict[str, Any] = {"simulation": {"ticks_per_day": 1}, "agents": [{"id": "A", "opening_balance": 0}]}


def test_the_cost_schema(tmp_path: Path) -> None:
    costs = json.loads(succeeded("cost-schema", "-f", "json").stdout)["cost_types"]
    assert {"overdraft_bps_per_tick", "eod_penalty", "priority_delay_multipliers"} <= {cost["name"] for cost in costs}
    assert {cost["category"] for cost in costs} == {"PerTick", "OneTime", "Daily", "Modifier"}
    one = json.loads(succeeded("cost-schema", "-f", "json", "-i", "eod_penalty", "--no-examples").stdout)["cost_types"]
    assert [(cost["name"], cost["example"]) for cost in one] == [("eod_penalty", None)]
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps(TINY | {"cost_feature_toggles": {"exclude": ["PerTick"]}}))
    text = succeeded("cost-schema", "--scenario", scenario, "-e", "eod_penalty").stdout.decode()
    assert "`deadline_penalty`" in text
    assert "`overdraft_bps_per_tick`" not in text
    assert "`eod_penalty`" not in text


def test_a_valid_policy(tmp_path: Path) -> None:
    file = tmp_path / "good.json"
    file.write_text(json.dumps(GOOD))
    result = json.loads(succeeded("validate-policy", file, "--format", "json", "--functional-tests").stdout)
    assert (result["valid"], result["policy_id"], result["trees"]["parameters"]) == (True, "good", ["limit"])
    assert [(test["name"], test["passed"]) for test in result["functional_tests"]["results"]] == [
        ("load_policy", True),
        ("execute_policy", True),
        ("valid_state", True),
    ]
    told = succeeded("validate-policy", file, "--verbose")
    assert told.stdout == b""
    assert "trees: payment_tree" in told.error


UNKNOWN_FIELD = {"op": ">", "left": {"field": "wealth"}, "right": {"value": 1}}
WRONG: list[tuple[bytes, str]] = [
    (b"", "EmptyFile"),
    (b"\xff\xfe\x00", "ReadError"),
    (b"{", "ParseError"),
    (b"[" * 5000, "ParseError"),
    (json.dumps({"policy_id": "x"}).encode(), "ParseError"),
    (
        json.dumps(
            GOOD
            | {
                "payment_tree": {
                    "type": "condition",
                    "node_id": "C",
                    "condition": UNKNOWN_FIELD,
                    "on_true": ACTION,
                    "on_false": ACTION,
                }
            }
        ).encode(),
        "DuplicateNodeId",
    ),
]


@pytest.mark.parametrize("content, kind", WRONG)
def test_a_policy_that_is_not_valid(content: bytes, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    done = call("validate-policy", file, "-f", "json")
    result = json.loads(done.stdout)
    assert (done.code, result["valid"]) == (1, False)
    assert kind in [error["type"] for error in result["errors"]]
    told = call("validate-policy", file)
    assert (told.code, told.stdout) == (1, b"")
    assert kind in told.error


def test_a_policy_that_the_scenario_does_not_allow(tmp_path: Path) -> None:
    file, scenario = tmp_path / "good.json", tmp_path / "scenario.json"
    file.write_text(json.dumps(GOOD))
    scenario.write_text(json.dumps(TINY | {"policy_feature_toggles": {"exclude": ["PaymentAction"]}}))
    done = call("validate-policy", file, "-f", "json", "--scenario", scenario)
    result = json.loads(done.stdout)
    assert (done.code, result["forbidden_categories"]) == (1, ["PaymentAction"])
    assert result["forbidden_elements"] == [{"element": "Release", "category": "PaymentAction"}]
    assert call("validate-policy", tmp_path / "none.json").error.startswith("error: FileNotFound: ")
