"""The built-in policies that a reader can give to a bank, and their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["cents", "ticks", "parts", "levels"]


@dataclass(frozen=True)
class Parameter:
    """A number of a policy, between `low` and `high`, as the engine takes it (money in cents)."""

    name: str
    unit: Unit
    default: int
    low: int
    high: int


URGENCY = Parameter("urgency_threshold", "ticks", 5, 1, 1000)
BUILT_IN: dict[str, tuple[Parameter, ...]] = {
    "Fifo": (),
    "Deadline": (URGENCY,),
    "LiquidityAware": (Parameter("target_buffer", "cents", 50_000_000, 0, 10**15), URGENCY),
    "LiquiditySplitting": (Parameter("max_splits", "parts", 4, 2, 10),),
    "MockSplitting": (Parameter("num_splits", "parts", 2, 2, 10),),
    "MockStaggerSplit": (
        Parameter("num_splits", "parts", 4, 2, 10),
        Parameter("stagger_first_now", "parts", 1, 1, 10),
        Parameter("stagger_gap_ticks", "ticks", 3, 1, 1000),
        Parameter("priority_boost_children", "levels", 0, 0, 10),
    ),
}
_FIXED = {"LiquiditySplitting": {"min_split_amount": 0}}
"""What the engine wants to be said and has no effect."""


def with_defaults(kind: str) -> dict[str, Any]:
    """A policy of this kind as the engine takes it. Raises `KeyError` for a kind that is not built in."""
    return {
        "type": kind,
        **_FIXED.get(kind, {}),
        **{parameter.name: parameter.default for parameter in BUILT_IN[kind]},
    }


def with_parameter(policy: Mapping[str, Any], name: str, value: int) -> dict[str, Any]:
    """The policy with another value of one of its parameters, kept within its bounds."""
    for parameter in BUILT_IN.get(str(policy.get("type")), ()):
        if parameter.name == name:
            return {**policy, name: max(parameter.low, min(parameter.high, value))}
    return dict(policy)
