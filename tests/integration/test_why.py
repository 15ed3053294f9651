"""A run says why a payment waits, and how a policy came to its decision."""

from __future__ import annotations

from typing import Any

import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator_core_rs import Orchestrator, Recording

Pay = tuple[str, str, int, int]
"""From, to, cents, tick."""


def document(banks: dict[str, dict[str, Any]], payments: list[Pay], **top: Any) -> dict[str, Any]:
    """Ten ticks of these banks and payments, without netting unless `top` says so."""
    return {
        "simulation": {"ticks_per_day": 5, "num_days": 2},
        "agents": [{"id": name, "opening_balance": 0, **keys} for name, keys in banks.items()],
        "lsm_config": {"enable_bilateral": False, "enable_cycles": False, **top.pop("lsm_config", {})},
        "scenario_events": [
            {
                "type": "CustomTransactionArrival",
                "from_agent": sender,
                "to_agent": receiver,
                "amount": amount,
                "deadline": 9,
                "is_divisible": True,
                "schedule": {"type": "OneTime", "tick": tick},
            }
            for sender, receiver, amount, tick in payments
        ]
        + top.pop("more_events", []),
        **top,
    }


def played(banks: dict[str, dict[str, Any]], payments: list[Pay], **top: Any) -> Run:
    """The document from its first tick to its last."""
    return simulate(document(banks, payments, **top))


def transfer(amount: int, tick: int) -> dict[str, Any]:
    schedule = {"type": "OneTime", "tick": tick}
    return {"type": "DirectTransfer", "from_agent": "C", "to_agent": "A", "amount": amount, "schedule": schedule}


def inline(**trees: Any) -> dict[str, Any]:
    return {"type": "Inline", "decision_trees": {"version": "1.0", "policy_id": "p", **trees}}


def condition(
    node_id: str, condition: dict[str, Any], on_true: dict[str, Any], on_false: dict[str, Any]
) -> dict[str, Any]:
    return {"type": "condition", "node_id": node_id, "condition": condition, "on_true": on_true, "on_false": on_false}


def action(node_id: str, name: str, **parameters: Any) -> dict[str, Any]:
    return {"type": "action", "node_id": node_id, "action": name, "parameters": parameters}


HOLDS_WHILE_POOR = inline(
    parameters={"least": 60},
    payment_tree=condition(
        "poor",
        {
            "op": "and",
            "conditions": [
                {"op": "<", "left": {"field": "balance"}, "right": {"param": "least"}},
                {
                    "op": ">",
                    "left": {"compute": {"op": "-", "left": {"field": "amount"}, "right": {"value": 1}}},
                    "right": {"value": 0},
                },
            ],
        },
        action("wait", "Hold", reason={"value": "a better day"}),
        action("go", "Release"),
    ),
)
POOR = {"A": {"opening_balance": 40, "policy": HOLDS_WHILE_POOR}, "B": {}, "C": {"opening_balance": 500}}
THREE = {"A": {"opening_balance": 40}, "B": {}, "C": {"opening_balance": 500}}

# Banks, payments, further keys; the payment and tick that are asked about; what is told, as far as it is given.
WHY: dict[str, tuple[dict[str, Any], list[Pay], dict[str, Any], str, int, dict[str, Any]]] = {
    "short of liquidity, and released by what comes in": (
        THREE,
        [("A", "B", 100, 0), ("C", "A", 70, 3)],
        {},
        "tx_00000001",
        2,
        {
            "place": "queue2",
            "since_tick": 0,
            "reasons": ["liquidity"],
            "available_liquidity": 40,
            "short_by": 60,
            "short_in_queue": 60,
            "incoming": {"count": 0, "value": 0, "releasing": None},
            "decision": {"event_type": "QueuedRtgs", "tick": 0, "reason": "liquidity"},
            "later": {
                "event": {"event_type": "Queue2LiquidityRelease", "tick": 3},
                "received": [{"tx_id": "tx_00000002", "sender_id": "C", "amount": 70, "tick": 3}],
            },
        },
    ),
    "the fewest payments that would release it": (
        {"A": {}, "B": {}, "C": {}, "D": {"policy": {"type": "Deadline", "urgency_threshold": 1}}},
        [("A", "B", 100, 0), ("C", "A", 30, 0), ("D", "A", 90, 0), ("B", "A", 15, 0), ("C", "A", 12, 0)],
        {},
        "tx_00000001",
        0,
        {
            "incoming": {
                "count": 4,
                "value": 147,
                "releasing": [
                    {"tx_id": "tx_00000003", "sender_id": "D", "amount": 90, "place": "queue1"},
                    {"tx_id": "tx_00000005", "sender_id": "C", "amount": 12, "place": "queue2"},
                ],
            },
        },
    ),
    "what is ahead of it takes the money first": (
        THREE,
        [("A", "B", 50, 0), ("A", "B", 45, 0)],
        {},
        "tx_00000002",
        0,
        {"short_by": 5, "taken_first": [], "short_in_queue": 5},
    ),
    "what is ahead of it is smaller and takes the money first": (
        THREE,
        [("A", "B", 45, 0), ("A", "B", 50, 0)],
        {},
        "tx_00000002",
        0,
        {"short_by": 10, "taken_first": ["tx_00000001"], "short_in_queue": 55},
    ),
    "behind an earlier payment": (
        THREE,
        [("A", "B", 50, 0), ("A", "B", 30, 0)],
        {"queue2_blocking": "per_sender_fifo"},
        "tx_00000002",
        0,
        {"reasons": ["behind_earlier_payment"], "behind": "tx_00000001", "short_by": 0, "short_in_queue": 40},
    ),
    "a bilateral limit": (
        {"A": {"opening_balance": 500, "limits": {"bilateral_limits": {"B": 100}}}, "B": {}, "C": {}},
        [("A", "B", 80, 0), ("A", "B", 30, 0)],
        {},
        "tx_00000002",
        1,
        {
            "reasons": ["bilateral_limit"],
            "bilateral_limit": {"limit": 100, "used": 80, "over_by": 10},
            "multilateral_limit": None,
            "limits_renewed_tick": 5,
            "short_in_queue": None,
            "later": {"event": {"event_type": "Queue2LiquidityRelease", "tick": 5}},
        },
    ),
    "a multilateral limit and liquidity": (
        {"A": {"opening_balance": 90, "limits": {"multilateral_limit": 100}}, "B": {}, "C": {}},
        [("A", "B", 80, 0), ("A", "C", 30, 0)],
        {},
        "tx_00000002",
        1,
        {"reasons": ["liquidity", "multilateral_limit"], "short_by": 20, "incoming": {"count": 0}},
    ),
    "held by a tree": (
        POOR,
        [("A", "B", 20, 0)],
        {"more_events": [transfer(30, 2)]},
        "tx_00000001",
        1,
        {
            "place": "queue1",
            "since_tick": 0,
            "reasons": ["policy_hold"],
            "obstacles": [],
            "decision": {"event_type": "PolicyHold", "tick": 1, "reason": "Custom", "reason_detail": "a better day"},
            "later": {"event": {"event_type": "RtgsSubmission", "tick": 2}, "received": []},
        },
    ),
    "held by a built-in policy": (
        {"A": {"policy": {"type": "Deadline", "urgency_threshold": 3}}, "B": {}},
        [("A", "B", 20, 0)],
        {},
        "tx_00000001",
        1,
        {"place": "queue1", "reasons": ["policy_hold"], "decision": {"reason": "NearDeadline"}, "short_by": 20},
    ),
    "released later by its policy": (
        {
            "A": {
                "opening_balance": 9,
                "policy": inline(payment_tree=action("R", "Release", timed_for_tick={"value": 4})),
            },
            "B": {},
        },
        [("A", "B", 9, 0)],
        {},
        "tx_00000001",
        1,
        {"place": "queue1", "reasons": ["timed_release"], "decision": {"event_type": "Arrival"}},
    ),
    "a later part of a staggered split": (
        {
            "A": {
                "opening_balance": 90,
                "policy": {
                    "type": "MockStaggerSplit",
                    "num_splits": 3,
                    "stagger_first_now": 1,
                    "stagger_gap_ticks": 2,
                    "priority_boost_children": 0,
                },
            },
            "B": {},
        },
        [("A", "B", 90, 0)],
        {},
        "tx_00000001.2",
        1,
        {"place": "queue1", "since_tick": 0, "reasons": ["later_part"], "later": {"event": {"tick": 2}}},
    ),
    "the whole of it": (
        {"A": {"opening_balance": 20, "policy": {"type": "MockSplitting", "num_splits": 2}}, "B": {}},
        [("A", "B", 30, 0)],
        {},
        "tx_00000001",
        1,
        {"place": "split", "parts": ["tx_00000001.1", "tx_00000001.2"], "decision": {"event_type": "PolicySplit"}},
    ),
    "a pair that is short": (
        {"A": {"opening_balance": 10}, "B": {}, "C": {}},
        [("A", "B", 100, 0), ("B", "A", 30, 0)],
        {"lsm_config": {"enable_bilateral": True}},
        "tx_00000001",
        0,
        {
            "netting": [
                {
                    "mechanism": "bilateral",
                    "outcome": "short",
                    "banks": [
                        {"agent_id": "A", "sends": 100, "receives": 30, "available_liquidity": 10, "short_by": 60}
                    ],
                }
            ]
        },
    ),
    "a loop that is short": (
        {"A": {}, "B": {"opening_balance": 299}, "C": {}},
        [("A", "B", 500, 0), ("B", "C", 800, 0), ("C", "A", 700, 0)],
        {"lsm_config": {"enable_bilateral": True, "enable_cycles": True}},
        "tx_00000001",
        0,
        {
            "netting": [
                {"mechanism": "bilateral", "outcome": "nothing_comes_back", "banks": []},
                {
                    "mechanism": "cycle",
                    "outcome": "short",
                    "banks": [
                        {"agent_id": "A", "sends": 500, "receives": 700, "short_by": 0},
                        {"agent_id": "B", "sends": 800, "receives": 500, "short_by": 1},
                        {"agent_id": "C", "sends": 700, "receives": 800, "short_by": 0},
                    ],
                },
            ]
        },
    ),
    "a set of many banks that leaves it out": (
        {"A": {}, "B": {}, "C": {}},
        [("A", "B", 50, 0), ("A", "C", 70, 0), ("B", "C", 50, 0), ("C", "A", 50, 0)],
        {"lsm_config": {"multilateral": "queue_order"}},
        "tx_00000002",
        0,
        {
            "netting": [
                {
                    "mechanism": "multilateral",
                    "outcome": "short",
                    "banks": [{"agent_id": "A", "sends": 70, "short_by": 70}],
                }
            ]
        },
    ),
    "settled": (
        THREE,
        [("A", "B", 30, 0)],
        {},
        "tx_00000001",
        4,
        {
            "place": "settled",
            "since_tick": 0,
            "reasons": [],
            "decision": {"event_type": "RtgsImmediateSettlement"},
            "later": None,
        },
    ),
    "not yet there": (
        THREE,
        [("A", "B", 30, 3)],
        {},
        "tx_00000001",
        1,
        {"place": "not_arrived", "later": {"event": {"tick": 3}}},
    ),
}


def agrees(told: Any, expected: Any, at: str = "") -> None:
    """What is given of a value is so."""
    if isinstance(expected, dict) and told is not None:
        for key, value in expected.items():
            agrees(told[key], value, f"{at}.{key}")
    elif isinstance(expected, list) and told is not None:
        assert len(told) == len(expected), f"{at}: {told}"
        for place, (one, other) in enumerate(zip(told, expected, strict=True)):
            agrees(one, other, f"{at}.{place}")
    else:
        assert told == expected, at


@pytest.mark.parametrize("case", WHY)
def test_why_a_payment_waits(case: str) -> None:
    banks, payments, keys, payment, tick, expected = WHY[case]
    engine = played(banks, payments, **keys).engine
    agrees(engine.explain(payment, tick), expected)
    assert Recording(engine.config, engine.canonical_log()).explain(payment, tick) == engine.explain(payment, tick)


# A payment that has waited for a tick is released later, or held. What is told after a command has taken it back:
WAITS = condition(
    "has waited",
    {"op": ">", "left": {"field": "queue_age"}, "right": {"value": 0}},
    action("later", "Release", timed_for_tick={"value": 5}),
    action("now", "Release", priority_flag={"value": "HIGH"}),
)
TIMED: dict[str, Any] = {"A": {"policy": inline(payment_tree=WAITS)}, "B": {}, "C": {}}
HOLDS: dict[str, Any] = {"A": {"policy": inline(payment_tree={**WAITS, "on_true": action("no", "Hold")})}, "B": {}}
AFTER_A_COMMAND: dict[str, tuple[dict[str, Any], str, int, dict[str, Any]]] = {
    "released later": (TIMED, "withdraw", 2, {"place": "queue1", "since_tick": 2, "reasons": ["timed_release"]}),
    "and a tick after": (TIMED, "withdraw", 3, {"place": "queue1", "since_tick": 2, "reasons": ["timed_release"]}),
    "declared, released later": (TIMED, "resubmit", 2, {"place": "queue1", "reasons": ["timed_release"]}),
    "released at last": (TIMED, "withdraw", 5, {"place": "queue2", "since_tick": 5, "reasons": ["liquidity"]}),
    "held": (HOLDS, "withdraw", 2, {"place": "queue1", "since_tick": 2, "reasons": ["policy_hold"]}),
    "released again at once": (THREE, "withdraw", 2, {"place": "queue2", "since_tick": 2, "reasons": ["liquidity"]}),
}


@pytest.mark.parametrize("case", AFTER_A_COMMAND)
def test_why_a_payment_waits_after_a_command(case: str) -> None:
    banks, command, tick, expected = AFTER_A_COMMAND[case]
    engine = Orchestrator(load_config(document(banks, [("A", "B", 90, 0)])).engine_input())
    engine.run(2)
    if command == "withdraw":
        engine.withdraw("tx_00000001")
    else:
        engine.resubmit("tx_00000001", "Urgent")
    engine.run(8)
    agrees(engine.explain("tx_00000001", tick), expected)
    assert Recording(engine.config, engine.canonical_log()).explain("tx_00000001", tick) == engine.explain(
        "tx_00000001", tick
    )


def test_a_flag_gives_the_priority_with_the_release_and_the_first_declaration_follows_none() -> None:
    engine = Orchestrator(load_config(document(TIMED, [("A", "B", 90, 0)])).engine_input())
    engine.run(2)
    for declared in ("Urgent", "HighlyUrgent"):
        engine.resubmit("tx_00000001", declared)
        engine.tick()
    events = engine.events(0, engine.current_tick)
    submitted = next(event for event in events if event["event_type"] == "RtgsSubmission")
    assert (submitted["internal_priority"], submitted["rtgs_priority"]) == (10, "Normal")
    assert not [event for event in events if event["event_type"] == "TransactionReprioritized"]
    told = [event for event in events if event["event_type"] == "RtgsResubmission"]
    assert [(event["old_rtgs_priority"], event["new_rtgs_priority"]) for event in told] == [
        ("None", "Urgent"),
        ("Urgent", "HighlyUrgent"),
    ]


@pytest.mark.parametrize(("missing", "settles"), [(0, 2), (1, -1)])
def test_exactly_what_is_missing_releases_it(missing: int, settles: int) -> None:
    short = played(THREE, [("A", "B", 100, 0)]).engine.explain("tx_00000001", 1)["short_by"]
    run = played(THREE, [("A", "B", 100, 0)], more_events=[transfer(short - missing, 2)])
    assert run.payments.settled_tick.tolist() == [settles]


def test_netting_looks_again_when_more_money_comes_to_a_bank_that_it_has_given_some() -> None:
    """A gets 5 by netting in tick 0, which then finds nothing more; the 35 of tick 1 make another set feasible."""
    payments: list[Pay] = [("A", "B", 10, 0), ("A", "D", 100, 0), ("D", "A", 60, 0), ("B", "A", 15, 0)]
    banks = {"A": {}, "B": {"opening_balance": 5}, "C": {"opening_balance": 500}, "D": {}}
    run = played(banks, payments, lsm_config={"multilateral": "queue_order"}, more_events=[transfer(35, 1)])
    assert run.payments.settled_tick.tolist() == [0, 1, 1, 0]
    (told,) = run.engine.explain("tx_00000002", 0)["netting"]
    assert told["banks"][0]["short_by"] == 35


# Banks, payment, tick; what is told.
PATHS: dict[str, tuple[dict[str, Any], str, int, dict[str, Any] | None]] = {
    "a tree": (
        POOR,
        "tx_00000001",
        1,
        {
            "queue": "queue1",
            "policy": "Tree",
            "nodes": [
                {
                    "node_id": "poor",
                    "type": "condition",
                    "result": True,
                    "compared": [
                        {
                            "left": "balance",
                            "left_value": 40.0,
                            "operator": "<",
                            "right": "least",
                            "right_value": 60.0,
                            "result": True,
                        },
                        {
                            "left": "(amount - 1)",
                            "left_value": 19.0,
                            "operator": ">",
                            "right": "0",
                            "right_value": 0.0,
                            "result": True,
                        },
                    ],
                    "error": None,
                },
                {
                    "node_id": "wait",
                    "type": "action",
                    "action": "Hold",
                    "parameters": [{"name": "reason", "written": "a better day", "value": None}],
                },
            ],
            "decision": {"action": "Hold", "reason": "Custom", "reason_detail": "a better day"},
        },
    ),
    "the other way through it": (
        POOR,
        "tx_00000001",
        2,
        {
            "nodes": [
                {"node_id": "poor", "result": False, "compared": [{"left_value": 70.0, "result": False}]},
                {"node_id": "go"},
            ]
        },
    ),
    "nothing decided: it is settled": (POOR, "tx_00000001", 3, None),
    "a built-in policy": (
        {
            **POOR,
            "A": {
                "opening_balance": 40,
                "policy": {"type": "LiquidityAware", "target_buffer": 30, "urgency_threshold": 2},
            },
        },
        "tx_00000001",
        1,
        {
            "policy": "LiquidityAware",
            "nodes": [
                {
                    "node_id": "LiquidityAware",
                    "type": "action",
                    "action": "Hold",
                    "compared": [
                        {
                            "left": "ticks_to_deadline",
                            "left_value": 8.0,
                            "operator": "<=",
                            "right_value": 2.0,
                            "result": False,
                        },
                        {
                            "left": "balance - amount",
                            "left_value": 20.0,
                            "operator": ">=",
                            "right_value": 30.0,
                            "result": False,
                        },
                    ],
                }
            ],
            "decision": {"action": "Hold", "reason": "InsufficientLiquidity"},
        },
    ),
    "a tree that cannot be evaluated": (
        {
            **POOR,
            "A": {
                "policy": inline(
                    payment_tree=condition(
                        "odd",
                        {
                            "op": ">",
                            "right": {"value": 1},
                            "left": {
                                "compute": {"op": "/", "left": {"field": "amount"}, "right": {"field": "credit_used"}}
                            },
                        },
                        action("go", "Release"),
                        action("wait", "Hold"),
                    )
                )
            },
        },
        "tx_00000001",
        0,
        {
            "nodes": [{"node_id": "odd", "result": None, "error": "DivisionByZero: a divisor is 0; use div0"}],
            "decision": {"action": "Hold", "reason": "PolicyError"},
        },
    ),
    "a tree that looks at the central queue": (
        {
            **POOR,
            "A": {
                "policy": inline(
                    payment_tree=condition(
                        "waits",
                        {"op": "==", "left": {"field": "is_in_queue2"}, "right": {"value": True}},
                        action("back", "WithdrawFromRtgs"),
                        action("go", "Release"),
                    )
                )
            },
        },
        "tx_00000001",
        1,
        {"queue": "queue2", "nodes": [{"node_id": "waits", "result": True}, {"node_id": "back"}]},
    ),
}


@pytest.mark.parametrize("case", PATHS)
def test_how_a_policy_decided(case: str) -> None:
    banks, payment, tick, expected = PATHS[case]
    engine = played(banks, [("A", "B", 20, 0)], more_events=[transfer(30, 2)]).engine
    agrees(engine.decision_path(payment, tick), expected)
    assert (engine.decision_path(payment, tick) is None) == (expected is None)
    assert Recording(engine.config, engine.canonical_log()).decision_path(payment, tick) == engine.decision_path(
        payment, tick
    )


def test_what_was_not_run_is_refused() -> None:
    engine = played(THREE, [("A", "B", 20, 0)]).engine
    for ask in (engine.explain, engine.decision_path):
        with pytest.raises(ValueError, match='"tx_2" is not a payment of this run, which has 1 payments so far'):
            ask("tx_2", 0)
        with pytest.raises(ValueError, match="tick 10 has not been run; write a tick from 0 to 9"):
            ask("tx_00000001", 10)
        with pytest.raises(ValueError, match="no tick has"):
            getattr(Orchestrator(engine.config), ask.__name__)("tx_00000001", 0)
