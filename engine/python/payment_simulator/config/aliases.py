"""One spelling for everything: older and flat spellings become the canonical, nested document.

Values are moved, not copied, so that each keeps the line, column and path under which its author wrote it. What is
moved is not judged here; whether it is right is for the schema. Where an old and a canonical spelling stand side by
side, the canonical one counts and a warning says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from payment_simulator.config.node import Node
from payment_simulator.config.problem import Problem, shown

SIMULATION_KEYS = ("ticks_per_day", "num_days", "rng_seed", "seed")

ALIASES: dict[str, dict[str, str]] = {
    "scenario": {"agent_configs": "agents", "costs": "cost_rates", "cost_model": "cost_rates"},
    "simulation": {"seed": "rng_seed"},
    "agent": {"balance": "opening_balance", "credit_limit": "unsecured_cap"},
    "limits": {"bilateral_limits": "bilateral_limits", "multilateral_limit": "multilateral_limit"},
    "cost_rates": {
        "eod_penalty_per_transaction": "eod_penalty",
        "eod_unsettled_penalty": "eod_penalty",
        "split_fee": "split_friction_cost",
        "overdraft_rate": "overdraft_bps_per_tick",
    },
    "lsm_config": {"bilateral_offset_enabled": "enable_bilateral", "cycle_detection_enabled": "enable_cycles"},
    "priority_escalation": {
        "start_ticks_before_deadline": "start_escalating_at_ticks",
        "threshold_ticks": "start_escalating_at_ticks",
        "escalation_curve": "curve",
    },
    "distribution": {"rate": "lambda"},
    "event": {
        "sender_id": "from_agent",
        "receiver_id": "to_agent",
        "agent_id": "agent",
        "deadline_offset": "deadline",
        "divisible": "is_divisible",
    },
    "initial_transaction": {
        "sender": "from_agent",
        "receiver": "to_agent",
        "sender_id": "from_agent",
        "receiver_id": "to_agent",
        "divisible": "is_divisible",
    },
}
"""By kind of mapping: other spelling to canonical one. The schema suggests from these too when a key is unknown."""

IGNORED = {
    "rails": "payment rails have no meaning in this simulator",
    "liquidity_buffer": "it has no meaning of its own; a buffer is the `target_buffer` of the policy LiquidityAware",
}
"""Keys of older documents that are read over, with the reason."""

POLICIES = (
    "Fifo",
    "Deadline",
    "LiquidityAware",
    "LiquiditySplitting",
    "MockSplitting",
    "MockStaggerSplit",
    "FromJson",
    "Inline",
    "InlineJson",
)
DISTRIBUTIONS = ("Uniform", "Normal", "LogNormal", "Exponential")
PRIORITIES = ("Fixed", "Categorical", "Uniform")
SCHEDULES = ("OneTime", "Repeating")
EVENTS = (
    "DirectTransfer",
    "CustomTransactionArrival",
    "ScheduledSettlement",
    "CollateralAdjustment",
    "GlobalArrivalRateChange",
    "AgentArrivalRateChange",
    "CounterpartyWeightChange",
    "DeadlineWindowChange",
)

_POLICY_PARAMETERS: dict[str, dict[str, int]] = {
    "Deadline": {"urgency_threshold": 10},
    "LiquidityAware": {"urgency_threshold": 10, "target_buffer": 100_000},
}
_AMOUNT_KEYS = {"amount_mean": "mean", "amount_std_dev": "std_dev", "amount_min": "min", "amount_max": "max"}
_Change = Callable[[Node], Node]


@dataclass(slots=True)
class Canonical:
    """A document in canonical spelling, whether it had the flat shape, and what was noticed on the way."""

    root: Node
    flat: bool
    problems: list[Problem]
    warnings: list[Problem]


def canonical(root: Node) -> Canonical:
    """The document in canonical spelling. The tree that is given is used up."""
    aliases = _Aliases()
    flat = root.get("simulation") is None
    return Canonical(aliases.scenario(root), flat, aliases.problems, aliases.warnings)


class _Aliases:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    # The document, from the top

    def scenario(self, root: Node) -> Node:
        if not isinstance(root.value, dict):
            return root
        root = self.ignored(self.renamed(root, ALIASES["scenario"]))
        self.simulation(root)
        self.each(root, "agents", self.agent)
        self.arrival_configs(root)
        self.initial_transactions(root)
        self.each(root, "scenario_events", self.event)
        self.replace(root, "cost_rates", self.cost_rates)
        self.replace(root, "lsm_config", self.lsm_config)
        self.replace(root, "priority_escalation", lambda node: self.renamed(node, ALIASES["priority_escalation"]))
        self.replace(root, "queue1_ordering", lambda node: self.spelled(node, ("fifo", "priority_deadline")))
        return root

    def simulation(self, root: Node) -> None:
        """Take the simulation keys from the top level, where the flat shape has them."""
        here = {key: root.value.pop(key) for key in SIMULATION_KEYS if key in root.value}
        block = root.value.get("simulation")
        if block is None:
            block = root.child({})
            block.key_line = block.key_column = None
        if isinstance(block.value, dict):
            self.move(here, block)
            block = self.renamed(block, ALIASES["simulation"])
        root.value["simulation"] = block

    def agent(self, node: Node) -> Node:
        node = self.ignored(self.renamed(node, ALIASES["agent"]))
        if not isinstance(node.value, dict):
            return node
        limits = {key: node.value.pop(key) for key in ALIASES["limits"] if key in node.value}
        if limits:
            block = node.value.setdefault("limits", node.child({}))
            if isinstance(block.value, dict):
                self.move(limits, block)
        self.policy(node)
        self.replace(node, "arrival_config", self.arrivals)
        self.replace(node, "arrival_bands", self.bands)
        return node

    def policy(self, agent: Node) -> None:
        """A policy given by its bare name takes its parameters from beside it; `tree` holds its trees inline."""
        node = agent.value.get("policy")
        if node is None:
            return
        if isinstance(node.value, str):
            name = self.spelled(node, POLICIES)
            block = {"type": name}
            for key, default in _POLICY_PARAMETERS.get(name.value, {}).items():
                block[key] = agent.value.pop(key, node.child(default))
            agent.value["policy"] = node.child(block)
            return
        kind = node.get("type")
        if kind is None:
            return
        if isinstance(kind.value, str) and kind.value.lower() == "tree":
            trees = {"version": kind.child("1.0"), "policy_id": kind.child("inline")}
            trees |= {key: child for key, child in node.items() if key != "type"}
            agent.value["policy"] = node.child({"type": kind.child("Inline"), "decision_trees": node.child(trees)})
        else:
            node.value["type"] = self.spelled(kind, POLICIES)

    # Arrivals

    def bands(self, node: Node) -> Node:
        for _, band in node.items():
            self.arrivals(band)
        return node

    def arrivals(self, node: Node) -> Node:
        if isinstance(node.value, dict) and "distribution_type" in node.value:
            kind = node.value.pop("distribution_type")
            block = {"type": kind}
            for old, new in _AMOUNT_KEYS.items():
                if old in node.value:
                    block[new] = node.value.pop(old)
            mean = block.get("mean")
            if str(kind.value).lower() == "exponential" and mean is not None:
                del block["mean"]
                number = isinstance(mean.value, int | Decimal) and mean.value > 0
                block["lambda"] = mean.child(1 / Decimal(mean.value)) if number else mean
            node.value.setdefault("amount_distribution", kind.child(block))
        self.replace(node, "amount_distribution", lambda child: self.typed(child, DISTRIBUTIONS, "distribution"))
        self.replace(node, "priority_distribution", lambda child: self.typed(child, PRIORITIES))
        return node

    def arrival_configs(self, root: Node) -> None:
        """The older list of arrivals at top level: each goes to its agent."""
        listed = root.value.get("arrival_configs")
        if listed is None or not isinstance(listed.value, list):
            return
        del root.value["arrival_configs"]
        agents = {
            id_node.value: agent for agent in _elements(root, "agents") if (id_node := agent.get("id")) is not None
        }
        for node in listed.elements():
            owner = node.get("agent_id")
            if owner is None:
                self.problems.append(
                    node.problem("agent_id is missing; write the id of the bank that sends these payments")
                )
            elif owner.value not in agents:
                self.problems.append(owner.problem(f"{shown(owner.value)} is not the id of a bank of this scenario"))
            elif agents[owner.value].get("arrival_config") is not None:
                self.problems.append(
                    owner.problem(f"the bank {shown(owner.value)} has arrivals already; keep one of them")
                )
            else:
                del node.value["agent_id"]
                agents[owner.value].value["arrival_config"] = self.arrivals(node)

    # Costs and netting

    def cost_rates(self, node: Node) -> Node:
        fraction = node.get("overdraft_rate")
        if fraction is not None and isinstance(fraction.value, int | Decimal) and not isinstance(fraction.value, bool):
            node.value["overdraft_rate"] = fraction.child(fraction.value * 10_000)
        node = self.renamed(node, ALIASES["cost_rates"])
        for key in ("eod_penalty", "deadline_penalty"):
            penalty = node.get(key)
            if penalty is not None and penalty.value is not None and not isinstance(penalty.value, dict):
                node.value[key] = penalty.child({"mode": penalty.child("fixed"), "amount": penalty})
        return node

    def lsm_config(self, node: Node) -> Node:
        node = self.renamed(node, ALIASES["lsm_config"])
        multilateral = node.get("multilateral")
        if multilateral is not None and multilateral.value is False:
            node.value["multilateral"] = multilateral.child("off")  # what YAML 1.1 readers make of a bare `off`
        return node

    # Events

    def event(self, node: Node) -> Node:
        node = self.typed(self.renamed(node, ALIASES["event"]), EVENTS)
        schedule = node.get("schedule")
        if schedule is None:
            return node
        if isinstance(schedule.value, str):
            block = {"type": schedule}
            for key in ("tick", "start_tick", "interval"):
                if key in node.value:
                    block[key] = node.value.pop(key)
            schedule = schedule.child(block)
        node.value["schedule"] = self.typed(schedule, SCHEDULES)
        return node

    def initial_transactions(self, root: Node) -> None:
        """Payments of older documents:

        each arrives once; its deadline is a tick of the run, as when a payment is submitted.
        """
        listed = root.value.get("initial_transactions")
        if listed is None or not isinstance(listed.value, list):
            return
        events = root.value.get("scenario_events")
        if events is None or events.value is None:
            events = root.value["scenario_events"] = listed.child([])
        if not isinstance(events.value, list):
            return
        del root.value["initial_transactions"]
        for node in listed.value:
            events.value.append(self.initial_transaction(node))

    def initial_transaction(self, node: Node) -> Node:
        node = self.renamed(node, ALIASES["initial_transaction"])
        if not isinstance(node.value, dict):
            return node
        tick = node.value.pop("arrival_tick", node.child(0))
        for absolute in ("deadline", "deadline_tick"):
            deadline = node.get(absolute)
            if deadline is not None and type(deadline.value) is int and type(tick.value) is int:
                del node.value[absolute]
                if deadline.value > tick.value:
                    node.value["deadline"] = deadline.child(deadline.value - tick.value)
                else:
                    message = f"got {deadline.value}; the payment arrives at tick {tick.value}: write a later tick"
                    self.problems.append(deadline.problem(message))
        if "deadline_offset" in node.value:
            node.value.setdefault("deadline", node.value.pop("deadline_offset"))
        node.value["type"] = node.child("CustomTransactionArrival")
        node.value["schedule"] = node.child({"type": node.child("OneTime"), "tick": tick})
        return node

    # Tools

    def renamed(self, node: Node, names: Mapping[str, str]) -> Node:
        """Give keys their canonical names."""
        if isinstance(node.value, dict):
            old = {key: node.value.pop(key) for key in names if key in node.value}
            for key, child in old.items():
                self.put(node, names[key], child)
        return node

    def move(self, children: Mapping[str, Node], target: Node) -> None:
        for key, child in children.items():
            self.put(target, key, child)

    def put(self, target: Node, key: str, child: Node) -> None:
        present = target.value.setdefault(key, child)
        if present is not child:
            message = f"is left aside, because {'.'.join(map(str, present.path))} says the same in its canonical place"
            self.warnings.append(child.problem(message, at_key=True))

    def ignored(self, node: Node) -> Node:
        for key in IGNORED:
            if isinstance(node.value, dict) and key in node.value:
                self.warnings.append(node.value.pop(key).problem(f"is ignored: {IGNORED[key]}", at_key=True))
        return node

    def typed(self, node: Node, names: Iterable[str], kind: str = "") -> Node:
        """Spell the `type` of a mapping canonically, and rename its keys as that kind of mapping has them."""
        node = self.renamed(node, ALIASES.get(kind, {}))
        self.replace(node, "type", lambda child: self.spelled(child, names))
        return node

    @staticmethod
    def spelled(node: Node, names: Iterable[str]) -> Node:
        """The canonical one of `names`, whatever its case, `_` and `-`; any other value stays as it is."""
        if isinstance(node.value, str):
            known = {_letters(name): name for name in names}
            return node.child(known.get(_letters(node.value), node.value))
        return node

    @staticmethod
    def each(node: Node, key: str, change: _Change) -> None:
        listed = node.get(key)
        if listed is not None and isinstance(listed.value, list):
            listed.value[:] = [change(child) for child in listed.value]

    @staticmethod
    def replace(node: Node, key: str, change: _Change) -> None:
        child = node.get(key)
        if child is not None:
            node.value[key] = change(child)


def _elements(root: Node, key: str) -> Iterable[Node]:
    node = root.get(key)
    return node.elements() if node is not None else ()


def _letters(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()
