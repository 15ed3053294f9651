"""What the engine does not know yet: one table, from which entries go as the engine grows.

A key of the scenario schema that stands here is refused by name, unless its value is one of those without effect.
"""

from collections.abc import Iterator
from typing import Any

from payment_simulator.config.node import Node
from payment_simulator.config.problem import Problem, shown

WITHOUT_EFFECT: dict[str, tuple[Any, ...]] = {
    "agents.*.policy.type": ("Fifo", "Deadline", "LiquidityAware"),
    "agents.*.posted_collateral": (0,),
    "agents.*.liquidity_pool": (0,),
    "lsm_config.multilateral": ("off",),
    "queue2_blocking": ("none",),
    "priority_mode": (False,),
    "priority_escalation.enabled": (False,),
    "algorithm_sequencing": (False,),
    "entry_disposition_offsetting": (False,),
    "deferred_crediting": (False,),
    "policy_feature_toggles.include": (),
    "policy_feature_toggles.exclude": ([],),
    "scenario_events.*.type": ("DirectTransfer", "CustomTransactionArrival"),
}
"""By place (`*`: every element): the values that need nothing of the engine, or that it knows; null always does."""

PER_BANK_RATES = {"overdraft_rate": "overdraft_bps_per_tick", "delay_cost_per_tick": "delay_cost_per_tick_per_cent"}
"""Rates of a bank, and the rate of all banks that the engine knows in their place."""


def problems(root: Node) -> Iterator[Problem]:
    """Every value whose effect the engine does not know."""
    for place, harmless in WITHOUT_EFFECT.items():
        for node in _at(root, place.split(".")):
            value = node.plain()
            if (
                value is None
                or isinstance(value, dict)
                or any(type(value) is type(known) and value == known for known in harmless)
            ):
                continue
            listed = ", ".join("[]" if known == [] else shown(known).strip('"') for known in harmless)
            instead = f"write {listed}" if harmless else "leave it out"
            yield node.problem(
                f"{node.path[-1] if node.path else place} {_shown(value)} is not supported yet; {instead}", listed
            )
    yield from _per_bank_rates(root)


def _shown(value: Any) -> str:
    return "" if isinstance(value, list) else shown(value).strip('"')


def _at(node: Node, place: list[str]) -> Iterator[Node]:
    if not place:
        yield node
    elif place[0] == "*":
        for element in node.elements():
            yield from _at(element, place[1:])
    elif (child := node.get(place[0])) is not None:
        yield from _at(child, place[1:])


def _per_bank_rates(root: Node) -> Iterator[Problem]:
    """A rate of one bank is known to the engine when it is that of all banks."""
    agents = list(_at(root, ["agents", "*"]))
    for key, common in PER_BANK_RATES.items():
        given = [node for agent in agents if (node := agent.get(key)) is not None]
        if given and (len(given) < len(agents) or len({str(node.plain()) for node in given}) > 1):
            yield given[0].problem(
                f"{key} that differs from bank to bank is not supported yet; write cost_rates.{common}"
            )
