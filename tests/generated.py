"""Random scenarios that use every feature, policy trees of every action among them. Same seed, same scenario."""

from random import Random
from typing import Any

SEEDS = range(20)
Tree = dict[str, Any]


class Trees:
    """Decision trees with random thresholds; `document` is a policy document."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.nodes = 0

    def node_id(self) -> str:
        self.nodes += 1
        return f"N{self.nodes}"

    def action(self, name: str, **parameters: Any) -> Tree:
        values = {key: {"value": value} for key, value in parameters.items()}
        return {"type": "action", "node_id": self.node_id(), "action": name, "parameters": values}

    def when(self, field: str, op: str, value: float, yes: Tree, no: Tree) -> Tree:
        condition = {"op": op, "left": {"field": field}, "right": {"value": value}}
        return {"type": "condition", "node_id": self.node_id(), "condition": condition, "on_true": yes, "on_false": no}

    def any_payment_action(self) -> Tree:
        actions: list[tuple[str, dict[str, Any]]] = [
            ("Hold", {}),
            ("Hold", {"reason": "LowPriority"}),
            ("Hold", {"reason": "[green]the bank waits[/green]"}),
            ("Drop", {}),
            ("Reprioritize", {"new_priority": self.random.randint(0, 10)}),
            ("Split", {"num_splits": self.random.randint(2, 4)}),
            ("Release", {"priority_flag": self.random.choice(["HIGH", "LOW"])}),
            ("ResubmitToRtgs", {"rtgs_priority": "Urgent"}),
            ("WithdrawFromRtgs", {}),
            (
                "StaggerSplit",
                {"num_splits": 3, "stagger_first_now": 1, "stagger_gap_ticks": 1, "priority_boost_children": 2},
            ),
        ]
        name, parameters = self.random.choice(actions)
        return self.action(name, **parameters)

    def payment_tree(self) -> Tree:
        draw = self.random.randint
        waiting = self.when(
            "queue_age",
            ">",
            draw(2, 6),
            self.when("ticks_to_deadline", ">", draw(0, 4), self.any_payment_action(), self.action("Drop")),
            self.when(
                "priority",
                ">",
                7,
                self.action("ResubmitToRtgs", rtgs_priority="HighlyUrgent"),
                self.action("WithdrawFromRtgs"),
            ),
        )
        fresh = self.when("amount", ">", draw(100, 300), self.any_payment_action(), self.action("Release"))
        return self.when(
            "is_in_queue2",
            "==",
            1,
            self.when("queue_age", ">", draw(1, 3), waiting, self.action("Hold")),
            self.when("queue_age", ">", draw(0, 3), self.action("Release"), fresh),
        )

    def bank_tree(self) -> Tree:
        def budget() -> Tree:
            return self.action("SetReleaseBudget", max_value_to_release=self.random.randint(100, 900))

        def register() -> Tree:
            return self.action("AddState", key="bank_state_ticks", value=1, reason="it grows")

        wrong = {"op": "/", "left": {"value": 1}, "right": {"field": "posted_collateral"}}
        failing = self.when("current_tick", ">", 1, register(), budget())
        failing["condition"] = {"op": ">", "left": {"compute": wrong}, "right": {"value": 1}}
        return self.when(
            "system_tick_in_day",
            "<",
            2,
            self.action("SetState", key="bank_state_mood", value=0.1 * self.random.randint(1, 9)),
            self.when(
                "bank_state_ticks", "<", 2, register(), self.when("posted_collateral", "<", 9, failing, budget())
            ),
        )

    def collateral_tree(self, *, timed: bool) -> Tree:
        amount = self.random.randint(50, 200)
        timer = {"auto_withdraw_after_ticks": self.random.randint(1, 3)} if timed else {}
        reason = self.random.choice(["PreemptivePosting", "DeadlineEmergency"])
        return self.when(
            "available_liquidity",
            "<",
            self.random.randint(50, 300),
            self.action("PostCollateral", amount=amount, reason=reason, **timer),
            self.when(
                "posted_collateral",
                ">",
                100,
                self.action("WithdrawCollateral", amount=amount // 2, reason="CostOptimization"),
                self.action("HoldCollateral"),
            ),
        )

    def document(self) -> Tree:
        return {
            "version": "1.0",
            "policy_id": "generated",
            "payment_tree": self.payment_tree(),
            "bank_tree": self.bank_tree(),
            "strategic_collateral_tree": self.collateral_tree(timed=True),
            "end_of_tick_collateral_tree": self.collateral_tree(timed=False),
        }


def scenario(seed: int) -> dict[str, Any]:
    """A scenario document of three to six banks and two or three short days."""
    random = Random(f"generated {seed}")
    draw = random.randint
    names = [f"[b]{name}" if seed % 5 == 0 else name for name in "ABCDEF"[: draw(3, 6)]]
    ticks_per_day, num_days = draw(8, 20), draw(2, 3)

    def policy(place: int) -> dict[str, Any]:
        if place < 2:
            return {"type": "Inline", "decision_trees": Trees(random).document()}
        return random.choice(
            [
                {"type": "Fifo"},
                {"type": "Deadline", "urgency_threshold": 3},
                {"type": "LiquidityAware", "target_buffer": 50, "urgency_threshold": 2},
                {"type": "LiquiditySplitting", "max_splits": 3, "min_split_amount": 10},
            ]
        )

    def agent(place: int, name: str) -> dict[str, Any]:
        others = [other for other in names if other != name]
        pool = {"liquidity_pool": draw(100, 600), "liquidity_allocation_fraction": 0.5} if random.random() < 0.4 else {}
        return {
            "id": name,
            "opening_balance": draw(0, 500),
            "unsecured_cap": draw(0, 300),
            "posted_collateral": draw(0, 200),
            "collateral_haircut": draw(0, 30) / 100,
            "max_collateral_capacity": 1000,
            "policy": policy(place),
            "limits": {
                "bilateral_limits": {others[0]: draw(100, 900)} if random.random() < 0.5 else {},
                "multilateral_limit": draw(500, 3000) if random.random() < 0.4 else None,
            },
            "arrival_config": {
                "rate_per_tick": draw(5, 15) / 10,
                "amount_distribution": {"type": "Uniform", "min": 10, "max": 400},
                "counterparty_weights": {other: draw(1, 3) for other in others},
                "deadline_range": [draw(1, 3), draw(4, 9)],
                "priority_distribution": {"type": "Uniform", "min": 0, "max": 10},
                "divisible": random.random() < 0.8,
            },
            **pool,
        }

    def event(kind: str, **fields: Any) -> dict[str, Any]:
        schedule = {"type": "OneTime", "tick": random.randrange(ticks_per_day * num_days)}
        return {"type": kind, "schedule": schedule, **fields}

    first, second = names[:2]
    pair = {"from_agent": first, "to_agent": second}
    return {
        "simulation": {"ticks_per_day": ticks_per_day, "num_days": num_days, "rng_seed": seed},
        "agents": [agent(place, name) for place, name in enumerate(names)],
        "scenario_events": [
            event("DirectTransfer", **pair, amount=draw(1, 90)),
            event("ScheduledSettlement", **pair, amount=draw(1, 90)),
            event("ScheduledSettlement", **pair, amount=10_000_000),
            event("CustomTransactionArrival", **pair, amount=draw(100, 900), deadline=draw(1, 6)),
            event("CollateralAdjustment", agent=second, delta=draw(-100, 100)),
            event("GlobalArrivalRateChange", multiplier=1.5),
            event("AgentArrivalRateChange", agent=first, multiplier=0.5),
            event("CounterpartyWeightChange", agent=first, counterparty=second, new_weight=3.0),
            event("DeadlineWindowChange", min_ticks_multiplier=0.5, max_ticks_multiplier=0.5),
        ],
        "queue1_ordering": random.choice(["fifo", "priority_deadline"]),
        "queue2_blocking": random.choice(["none", "none", "per_sender_fifo"]),
        "priority_mode": random.random() < 0.5,
        "priority_escalation": {"enabled": random.random() < 0.7, "start_escalating_at_ticks": 5, "max_boost": 4},
        "algorithm_sequencing": random.random() < 0.5,
        "entry_disposition_offsetting": random.random() < 0.4,
        "deferred_crediting": random.random() < 0.4,
        "deadline_cap_at_eod": random.random() < 0.3,
        "lsm_config": {
            "enable_bilateral": True,
            "enable_cycles": True,
            "max_cycle_length": 4,
            "max_cycle_candidates": random.choice([2, 10_000]),
            "multilateral": random.choice(["off", "queue_order", "best_effort"]),
        },
        "cost_rates": {
            "overdraft_bps_per_tick": draw(0, 90) / 10,
            "delay_cost_per_tick_per_cent": draw(0, 90) / 1000,
            "collateral_cost_per_tick_bps": draw(0, 90) / 10,
            "liquidity_cost_per_tick_bps": draw(0, 90) / 10,
            "split_friction_cost": draw(0, 20),
            "deadline_penalty": random.choice([draw(1, 90), {"mode": "rate", "bps_per_event": 33.3}]),
            "eod_penalty": random.choice([draw(1, 90), {"mode": "rate", "bps_per_event": 12.5}]),
            "overdue_delay_multiplier": draw(10, 50) / 10,
        },
    }
