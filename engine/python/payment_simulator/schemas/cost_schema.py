"""Every kind of cost: what it is, when it is charged, and how it is worked out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from payment_simulator.schemas.markdown import sections_text
from payment_simulator.schemas.policy_schema import GENERATED_AT, VERSION

_Example = tuple[str, list[tuple[str, str]], str, str]
_ROWS: list[tuple[str, str, str, str, str, str, str, str, _Example]] = [
    (
        "overdraft_bps_per_tick",
        "Overdraft",
        "PerTick",
        "What a balance below zero costs.",
        "at the end of each tick",
        "max(0, -balance) × rate / 10000",
        "0.001",
        "basis points per tick",
        ("a bank is overdrawn", [("balance", "-10000000"), ("rate", "0.5")], "10000000 × 0.5 / 10000", "500 cents"),
    ),
    (
        "delay_cost_per_tick_per_cent",
        "Delay",
        "PerTick",
        "What a payment that waits costs its sender.",
        "at the end of each tick, for every queued payment",
        "queued amount × rate",
        "0.0001",
        "cents per cent and tick",
        ("a payment waits", [("amount", "1000000"), ("rate", "0.0001")], "1000000 × 0.0001", "100 cents"),
    ),
    (
        "delay_penalty_per_tick",
        "Flat delay",
        "PerTick",
        "A flat sum for a payment that waits, beside the rate.",
        "at the end of each tick, for every queued payment",
        "queued payments × cents",
        "0",
        "cents per payment and tick",
        ("three payments wait", [("payments", "3"), ("cents", "20")], "3 × 20", "60 cents"),
    ),
    (
        "collateral_cost_per_tick_bps",
        "Collateral",
        "PerTick",
        "What posted collateral costs.",
        "at the end of each tick",
        "posted × rate / 10000",
        "0.0002",
        "basis points per tick",
        ("collateral is posted", [("posted", "50000000"), ("rate", "0.02")], "50000000 × 0.02 / 10000", "100 cents"),
    ),
    (
        "liquidity_cost_per_tick_bps",
        "Liquidity",
        "PerTick",
        "What liquidity costs that a bank holds from its pool.",
        "at the end of each tick",
        "allocated × rate / 10000",
        "0",
        "basis points per tick",
        ("half a pool is allocated", [("allocated", "500"), ("rate", "15")], "500 × 15 / 10000, rounded", "1 cent"),
    ),
    (
        "deadline_penalty",
        "Deadline penalty",
        "OneTime",
        "What passing its deadline costs a payment's sender.",
        "in the tick after the deadline",
        "fixed, or amount × bps / 10000",
        "50000",
        "cents, or basis points",
        ("a payment is late", [("amount", "1000000"), ("bps", "50")], "1000000 × 50 / 10000", "5000 cents"),
    ),
    (
        "split_friction_cost",
        "Splitting",
        "OneTime",
        "What each part of a split but the first costs.",
        "when a payment is split",
        "cents × (parts - 1)",
        "1000",
        "cents per further part",
        ("a payment is split in three", [("cents", "1000"), ("parts", "3")], "1000 × (3 - 1)", "2000 cents"),
    ),
    (
        "eod_penalty",
        "End-of-day penalty",
        "Daily",
        "What a payment costs that is due and queued when a day ends.",
        "at the end of each day",
        "fixed, or remaining amount × bps / 10000",
        "10000",
        "cents, or basis points",
        ("two payments are left", [("payments", "2"), ("cents", "10000")], "2 × 10000", "20000 cents"),
    ),
    (
        "overdue_delay_multiplier",
        "Overdue multiplier",
        "Modifier",
        "Multiplies the delay cost of an overdue payment.",
        "with the delay cost",
        "delay cost × multiplier",
        "5",
        "factor",
        ("an overdue payment waits", [("delay cost", "100"), ("multiplier", "5")], "100 × 5", "500 cents"),
    ),
    (
        "priority_delay_multipliers",
        "Priority multipliers",
        "Modifier",
        "Multiply the delay cost by band of priority: urgent 8 to 10, normal 4 to 7, low 0 to 3.",
        "with the delay cost",
        "delay cost × multiplier of the band",
        "1",
        "factor",
        ("an urgent payment waits", [("delay cost", "100"), ("multiplier", "2")], "100 × 2", "200 cents"),
    ),
]


def cost_schema(
    *,
    categories: Collection[str] | None = None,
    without_categories: Collection[str] = (),
    names: Collection[str] | None = None,
    without: Collection[str] = (),
    examples: bool = True,
) -> dict[str, Any]:
    """The document: `version, generated_at, cost_types`. None: all."""
    wanted = [
        each
        for each in map(_cost, _ROWS)
        if (categories is None or each["category"] in categories)
        and each["category"] not in without_categories
        and (names is None or each["name"] in names)
        and each["name"] not in without
    ]
    costs = [each if examples else each | {"example": None} for each in wanted]
    return {"version": VERSION, "generated_at": GENERATED_AT, "cost_types": costs}


def cost_schema_markdown(document: dict[str, Any], *, compact: bool) -> str:
    """The same for people."""
    return sections_text("Costs", document["version"], {"Costs": document["cost_types"]}, compact=compact)


def _cost(row: tuple[str, str, str, str, str, str, str, str, _Example]) -> dict[str, Any]:
    name, display, category, description, incurred_at, formula, default, unit, example = row
    scenario, inputs, calculation, result = example
    return {
        "name": name,
        "display_name": display,
        "category": category,
        "description": description,
        "incurred_at": incurred_at,
        "formula": formula,
        "default_value": default,
        "unit": unit,
        "data_type": "integer" if unit.startswith("cents per p") else "decimal",
        "source_location": "engine/core/src/costs.rs",
        "see_also": [],
        "example": {
            "scenario": scenario,
            "inputs": [list(each) for each in inputs],
            "calculation": calculation,
            "result": result,
        },
        "added_in": "1.0",
    }
