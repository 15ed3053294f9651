"""The form as a table: which values of a scenario it shows, where they are in the document, how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from panel_app import text
from panel_app.figures.numbers import full
from panel_app.lessons import amounts

if TYPE_CHECKING:
    from payment_simulator.config.node import Node

Kind = Literal["money", "number", "switch", "policy"]


@dataclass(frozen=True)
class Field:
    """One value. `path` is canonical, below the agent for a field of a bank; `usual` holds where it is absent."""

    name: str
    label: str
    kind: Kind
    path: tuple[str, ...]
    usual: Any = None


BANK = (
    Field("opening", text.OPENING_BALANCE, "money", ("opening_balance",)),
    Field("credit", text.CREDIT_LINE, "money", ("unsecured_cap",), 0),
    Field("policy", text.POLICY, "policy", ("policy", "type"), "Fifo"),
    Field("rate", text.ARRIVAL_RATE, "number", ("arrival_config", "rate_per_tick")),
)
DAY = (
    Field("ticks", text.TICKS_PER_DAY, "number", ("simulation", "ticks_per_day")),
    Field("days", text.DAYS, "number", ("simulation", "num_days")),
    Field("seed", text.SEED, "number", ("simulation", "rng_seed")),
    Field("bilateral", text.SWITCHES[2], "switch", ("lsm_config", "enable_bilateral"), True),
    Field("cycles", text.SWITCHES[3], "switch", ("lsm_config", "enable_cycles"), True),
    Field("longest", text.LONGEST_CYCLE, "number", ("lsm_config", "max_cycle_length"), 4),
)
COSTS = (
    Field("overdraft", text.CREDIT_RATE, "number", ("cost_rates", "overdraft_bps_per_tick")),
    Field("delay", text.DELAY_RATE, "number", ("cost_rates", "delay_cost_per_tick_per_cent")),
    Field("overdue", text.OVERDUE_TIMES, "number", ("cost_rates", "overdue_delay_multiplier"), 5),
    Field("late", text.LATE_PENALTY, "money", ("cost_rates", "deadline_penalty", "amount")),
    Field("left", text.LEFT_PENALTY, "money", ("cost_rates", "eod_penalty", "amount")),
    Field("split", text.SPLIT_COST, "money", ("cost_rates", "split_friction_cost")),
)
GROUPS: dict[str, tuple[Field, ...]] = {"bank": BANK, "day": DAY, "costs": COSTS}

POLICIES = {
    "Fifo": "{type: Fifo}",
    "Deadline": "{type: Deadline, urgency_threshold: 5}",
    "LiquidityAware": "{type: LiquidityAware, target_buffer: 50_000_00, urgency_threshold: 5}",
    "LiquiditySplitting": "{type: LiquiditySplitting, max_splits: 4, min_split_amount: 10_000_00}",
}
"""The policies that the form can write, with parameters to begin from. Trees are written in the text."""


def shown(field: Field, node: Node | None) -> str:
    """A value as the form shows it: amounts in units. What the form cannot show stands there as in the text."""
    value = field.usual if node is None else node.value
    if isinstance(value, dict | list):
        return text.IN_THE_TEXT
    if value is None:
        return ""
    if field.kind == "money" and isinstance(value, int):
        return full(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def literal(field: Field, typed: str) -> str:
    """What is written into the text. What is no amount is written as it is: checking the text says what is wrong."""
    typed = typed.strip()
    if field.kind == "money":
        try:
            return f"{amounts.cents(typed.replace(chr(0x2212), '-')):_}"
        except ValueError:
            return typed or "0"
    if field.kind == "policy":
        return POLICIES.get(typed, "{type: Fifo}")
    return typed or "null"
