"""A validated scenario as the engine reads it: canonical, flat, every default in its place, no decimal as a float.

The shape is that of `engine/core/src/config.rs`. Money is int, rates of cost are exact text (`"0.001"` or a fraction
`"1/300"`), statistical parameters are float.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from payment_simulator.config.schema.agent import Agent
from payment_simulator.config.schema.arrivals import ArrivalBands, ArrivalConfig, Band, LogNormalAmount
from payment_simulator.config.schema.base import Model, TimeWindow
from payment_simulator.config.schema.costs import CostRates, FixedPenalty, RatePenalty
from payment_simulator.config.schema.events import CustomTransactionArrival, GlobalArrivalRateChange, ScenarioEvent
from payment_simulator.config.schema.scenario import Scenario

BAND_PRIORITIES = {"urgent": (8, 10), "normal": (4, 7), "low": (0, 3)}
DEFAULT_OVERDRAFT_BPS = Decimal("0.001")


RULES = {
    "queue2_blocking": "none",
    "priority_mode": False,
    "deferred_crediting": False,
    "entry_disposition_offsetting": False,
    "algorithm_sequencing": False,
    "daily_liquidity_reallocation": True,
}
"""Rules that stand in the engine input only where they are not as usual, and how they usually are."""


def engine_input(scenario: Scenario, documents: Mapping[int, Any]) -> dict[str, Any]:
    """The dict that `Orchestrator` takes. `documents` are the policy documents by place in `agents`."""
    lsm_config = scenario.lsm_config.model_dump()
    if lsm_config["multilateral"] == "off":
        del lsm_config["multilateral"]
    return {
        **scenario.simulation.model_dump(),
        "deadline_cap_at_eod": scenario.deadline_cap_at_eod,
        "queue1_ordering": scenario.queue1_ordering,
        **_rules(scenario),
        "agents": [
            _agent(agent, documents.get(place), scenario.time_windows) for place, agent in enumerate(scenario.agents)
        ],
        "cost_rates": _cost_rates(scenario),
        "lsm_config": lsm_config,
        "scenario_events": [plain for event in scenario.scenario_events for plain in _event(event, scenario)],
    }


def _rules(scenario: Scenario) -> dict[str, Any]:
    rules = {key: value for key, usual in RULES.items() if (value := getattr(scenario, key)) != usual}
    if scenario.priority_escalation.enabled:
        rules["priority_escalation"] = scenario.priority_escalation.model_dump(
            include={"start_escalating_at_ticks", "max_boost"}
        )
    if scenario.eod_rush_threshold is not None:
        rules["eod_rush_threshold"] = float(scenario.eod_rush_threshold)
    return rules


def _agent(agent: Agent, document: Any, windows: list[TimeWindow]) -> dict[str, Any]:
    return {
        "id": agent.id,
        "opening_balance": agent.opening_balance,
        "unsecured_cap": agent.unsecured_cap,
        "policy": agent.policy.model_dump() if document is None else {"type": "Tree", "document": document},
        "limits": agent.limits.model_dump(),
        **_collateral_and_pool(agent),
        **_own_rates(agent),
        "arrivals": _arrivals(agent, windows),
    }


def _collateral_and_pool(agent: Agent) -> dict[str, Any]:
    """Without a pool there is none of which a part could be allocated."""
    given: dict[str, Any] = {}
    if agent.posted_collateral:
        given["posted_collateral"] = agent.posted_collateral
    if agent.collateral_haircut is not None:
        given["collateral_haircut"] = exact(agent.collateral_haircut)
    if agent.max_collateral_capacity is not None:
        given["max_collateral_capacity"] = agent.max_collateral_capacity
    if agent.liquidity_pool:
        given["liquidity_pool"] = agent.liquidity_pool
        if agent.liquidity_allocation_fraction is not None:
            given["liquidity_allocation_fraction"] = exact(agent.liquidity_allocation_fraction)
    return given


def _own_rates(agent: Agent) -> dict[str, Any]:
    """What differs from the rates of all banks."""
    own: dict[str, Any] = {}
    if agent.overdraft_rate is not None:
        own["overdraft_bps_per_tick"] = exact(Fraction(agent.overdraft_rate) * 10_000)
    if agent.delay_cost_per_tick is not None:
        own["delay_cost_per_tick_per_cent"] = exact(agent.delay_cost_per_tick)
    return own


# Arrivals


def _arrivals(agent: Agent, windows: list[TimeWindow]) -> list[dict[str, Any]]:
    if agent.arrival_config is not None:
        return [_arrival(agent.arrival_config, windows)]
    bands = agent.arrival_bands or ArrivalBands.model_construct()
    return [
        _stream(
            band,
            windows,
            deadlines=(band.deadline_offset_min, band.deadline_offset_max),
            priority={"type": "Uniform", "min": low, "max": high},
        )
        for name, (low, high) in BAND_PRIORITIES.items()
        if (band := getattr(bands, name)) is not None
    ]


def _arrival(arrival: ArrivalConfig, windows: list[TimeWindow]) -> dict[str, Any]:
    if arrival.priority_distribution is not None:
        priority = _floats(arrival.priority_distribution)
    else:
        priority = {"type": "Fixed", "value": arrival.priority}
    return _stream(arrival, windows, deadlines=arrival.deadline_bounds, priority=priority)


def _stream(
    arrival: ArrivalConfig | Band, windows: list[TimeWindow], *, deadlines: tuple[int, int], priority: dict[str, Any]
) -> dict[str, Any]:
    amount = _floats(arrival.amount_distribution)
    if isinstance(arrival.amount_distribution, LogNormalAmount):
        amount["parameterization"] = arrival.amount_distribution.meant
    return {
        "rate_per_tick": float(arrival.rate_per_tick),
        "amount": amount,
        "counterparty_weights": {name: float(weight) for name, weight in (arrival.counterparty_weights or {}).items()},
        "deadline_min": deadlines[0],
        "deadline_max": deadlines[1],
        "priority": priority,
        "divisible": arrival.divisible,
        "time_windows": [
            _floats(window) for window in (windows if arrival.time_windows is None else arrival.time_windows)
        ],
    }


def _floats(model: Model) -> dict[str, Any]:
    """A model as a dict, its numbers as floats: for parameters of random draws."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        return float(value) if isinstance(value, Decimal) else value

    return {key: plain(value) for key, value in model.model_dump().items()}


# Costs


def _cost_rates(scenario: Scenario) -> dict[str, Any]:
    rates = scenario.cost_rates
    multipliers = rates.priority_delay_multipliers
    return {
        "overdraft_bps_per_tick": _overdraft(scenario),
        "delay_cost_per_tick_per_cent": exact(rates.delay_cost_per_tick_per_cent),
        "delay_penalty_per_tick": rates.delay_penalty_per_tick,
        "collateral_cost_per_tick_bps": exact(rates.collateral_cost_per_tick_bps),
        "liquidity_cost_per_tick_bps": exact(rates.liquidity_cost_per_tick_bps),
        "eod_penalty": _penalty(rates.eod_penalty),
        "deadline_penalty": _penalty(rates.deadline_penalty),
        "split_friction_cost": rates.split_friction_cost,
        "overdue_delay_multiplier": exact(rates.overdue_delay_multiplier),
        "priority_delay_multipliers": {
            "urgent": exact(multipliers.urgent_multiplier),
            "normal": exact(multipliers.normal_multiplier),
            "low": exact(multipliers.low_multiplier),
        },
    }


def _overdraft(scenario: Scenario) -> str:
    """Basis points per tick, else the older daily basis points, else the default."""
    rates: CostRates = scenario.cost_rates
    if rates.overdraft_bps_per_tick is not None:
        return exact(rates.overdraft_bps_per_tick)
    if rates.overdraft_cost_bps is not None:
        return exact(Fraction(rates.overdraft_cost_bps) / scenario.simulation.ticks_per_day)
    return exact(DEFAULT_OVERDRAFT_BPS)


def _penalty(penalty: FixedPenalty | RatePenalty) -> dict[str, Any]:
    if isinstance(penalty, FixedPenalty):
        return {"type": "Fixed", "amount": penalty.amount}
    return {"type": "Rate", "bps_per_event": exact(penalty.bps_per_event)}


def exact(value: Decimal | Fraction) -> str:
    """A rate as text that says exactly what it is: a decimal without exponent, or a fraction `a/b`."""
    fraction = Fraction(value)
    rest, twos, fives = fraction.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{fraction.numerator}/{fraction.denominator}"
    places = max(twos, fives)
    digits = str(fraction.numerator * 10**places // fraction.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


# Events


def _event(event: ScenarioEvent, scenario: Scenario) -> list[dict[str, Any]]:
    """One event of the engine, or one for each bank where the engine knows only those of a bank."""
    plain = {key: value for key, value in _floats(event).items() if value is not None}
    if isinstance(event, CustomTransactionArrival):
        plain.setdefault("deadline", max(5, scenario.simulation.ticks_per_day // 10))
    if isinstance(event, GlobalArrivalRateChange) and event.new_rate is not None:
        plain["type"] = "AgentArrivalRateChange"
        return [plain | {"agent": agent.id} for agent in scenario.agents]
    return [plain]
