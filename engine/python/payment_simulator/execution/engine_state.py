"""The state at the end of any tick, asked of a log that is at hand whole: a live engine or a recording."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from payment_simulator.execution.lateness import Lateness, near_deadline
from payment_simulator.execution.run import Run
from payment_simulator.execution.state_provider import (
    AccumulatedCosts,
    NearDeadline,
    OverdueTransaction,
    Status,
    TransactionDetails,
)

PRIORITY_CHANGES = {
    "TransactionReprioritized": "new_priority",
    "PriorityEscalated": "escalated_priority",
    "RtgsSubmission": "internal_priority",
}


class EngineStates:
    """Gives the state at the end of any tick of a run: `EngineStates(run).at(5)`. For all in order, take `LogState`."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def at(self, tick: int) -> EngineState:
        """The state at the end of `tick`; -1: before the first. Raises ValueError for a tick that has not been run."""
        return EngineState(self, tick)

    def columns(self, event_type: str) -> dict[str, Any]:
        """The events of a type, read once."""
        if event_type not in self._columns:
            self._columns[event_type] = self.run.columns(event_type)
        return self._columns[event_type]

    @cached_property
    def _columns(self) -> dict[str, dict[str, Any]]:
        return {}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each payment, by name."""
        return {self.run.payment_id(index): index for index in range(len(self.run.payments))}


class EngineState:
    """A state provider for one tick of a run."""

    def __init__(self, states: EngineStates, tick: int) -> None:
        self._states = states
        self._run = run = states.run
        state = run.state(tick)
        self.tick = tick
        self._queue2: list[str] = state["queue2"]
        self._agents: dict[str, Mapping[str, Any]] = {agent["id"]: agent for agent in state["agents"]}
        self._configs: dict[str, Mapping[str, Any]] = {agent["id"]: agent for agent in run.config["agents"]}
        self._lateness = Lateness(run.config)

    def get_transaction_details(self, tx_id: str) -> TransactionDetails | None:
        """The payment, or None if it has not arrived."""
        index = self._states.numbers.get(tx_id)
        if index is None or index >= self._arrived:
            return None
        payments = self._run.payments
        return TransactionDetails(
            tx_id=tx_id,
            sender_id=self._run.agent_ids[payments.sender[index]],
            receiver_id=self._run.agent_ids[payments.receiver[index]],
            amount=int(payments.amount[index]),
            remaining_amount=self._remaining(index),
            priority=self._priority(index),
            deadline_tick=int(payments.deadline_tick[index]),
            status=self._status(index),
            is_divisible=bool(self._states.columns("Arrival")["is_divisible"][index]),
        )

    def get_agent_balance(self, agent_id: str) -> int:
        """Cents."""
        return int(self._agents[agent_id]["balance"]) if agent_id in self._agents else 0

    def get_agent_unsecured_cap(self, agent_id: str) -> int:
        """Cents that the balance may go below zero without collateral."""
        return int(self._configs[agent_id]["unsecured_cap"]) if agent_id in self._configs else 0

    def get_agent_credit_limit(self, agent_id: str) -> int:
        """Cents that the balance may go below zero."""
        return int(self._agents[agent_id]["credit_limit"]) if agent_id in self._agents else 0

    def get_agent_queue1_contents(self, agent_id: str) -> list[str]:
        """The payments in the bank's own queue, in order of arrival."""
        return list(self._agents[agent_id]["queue1"]) if agent_id in self._agents else []

    def get_rtgs_queue_contents(self) -> list[str]:
        """The payments in the central queue, in the order in which they entered."""
        return list(self._queue2)

    def get_agent_collateral_posted(self, agent_id: str) -> int:
        """Cents."""
        return int(self._agents[agent_id]["posted_collateral"]) if agent_id in self._agents else 0

    def get_agent_accumulated_costs(self, agent_id: str) -> AccumulatedCosts:
        """From the start of the run."""
        return AccumulatedCosts(**self._agents[agent_id]["costs"]) if agent_id in self._agents else AccumulatedCosts()

    def get_queue1_size(self, agent_id: str) -> int:
        """Payments in the bank's own queue."""
        return len(self._agents[agent_id]["queue1"]) if agent_id in self._agents else 0

    def get_queue2_size(self, agent_id: str) -> int:
        """The bank's payments in the central queue."""
        return len(self._agents[agent_id]["queue2"]) if agent_id in self._agents else 0

    def get_transactions_near_deadline(self, within_ticks: int) -> list[NearDeadline]:
        """Queued payments that are due after this tick and in at most `within_ticks`, in order of arrival."""
        return near_deadline(map(self._details, self._queued()), self.tick, within_ticks)

    def get_overdue_transactions(self) -> list[OverdueTransaction]:
        """Queued payments past their deadline, in order of arrival."""
        return [self._overdue(index) for index in self._queued() if self._overdue_since(index) >= 0]

    def get_agent_state_registers(self, agent_id: str) -> dict[str, float]:
        """The registers of the bank's policy, by key."""
        columns = self._states.columns("StateRegisterSet")
        registers: dict[str, float] = {}
        for place, tick in enumerate(columns["tick"].tolist()):
            if tick > self.tick or self._run.agent_ids[columns["agent_id"][place]] != agent_id:
                continue
            key = columns["register_key"][place]
            registers.pop(key, None)
            if columns["reason"][place] != "eod_reset":
                registers[key] = columns["new_value"][place].item()
        return registers

    # Payments by number

    @cached_property
    def _arrived(self) -> int:
        """How many payments have arrived."""
        return int(np.searchsorted(self._states.columns("Arrival")["tick"], self.tick, side="right"))

    def _details(self, index: int) -> TransactionDetails:
        details = self.get_transaction_details(self._run.payment_id(index))
        assert details is not None
        return details

    def _queued(self) -> list[int]:
        names = [*self._queue2, *(tx_id for agent in self._agents.values() for tx_id in agent["queue1"])]
        return sorted(self._states.numbers[name] for name in names)

    def _by_now(self, ticks: Any, index: int) -> int:
        """A tick of a payment, -1 if it has not come."""
        tick = int(ticks[index])
        return tick if tick <= self.tick else -1

    def _overdue_since(self, index: int) -> int:
        return self._by_now(self._run.payments.overdue_tick, index)

    def _status(self, index: int) -> Status:
        payments = self._run.payments
        if self._by_now(payments.settled_tick, index) >= 0:
            return "settled"
        if self._by_now(payments.dropped_tick, index) >= 0:
            return "dropped"
        return "pending" if self._overdue_since(index) < 0 else "overdue"

    def _remaining(self, index: int) -> int:
        payments = self._run.payments
        if self._by_now(payments.settled_tick, index) >= 0:
            return 0
        paid = (payments.parent == index) & (payments.settled_tick >= 0) & (payments.settled_tick <= self.tick)
        return int(payments.amount[index] - payments.amount[paid].sum())

    def _priority(self, index: int) -> int:
        priority, latest = int(self._run.payments.priority[index]), -1
        for event_type, field in PRIORITY_CHANGES.items():
            columns = self._states.columns(event_type)
            places = np.flatnonzero((columns["tx_id"] == index) & (columns["tick"] <= self.tick))
            if len(places) and (seq := int(columns["seq"][places[-1]])) > latest:
                priority, latest = int(columns[field][places[-1]]), seq
        return priority

    def _overdue(self, index: int) -> OverdueTransaction:
        payments, parent = self._run.payments, int(self._run.payments.parent[index])
        part_of = None
        if parent >= 0:
            before = payments.amount[:index][payments.parent[:index] == parent].sum()
            part_of = int(before), int(payments.amount[parent])
        return self._lateness.overdue(self._details(index), self._overdue_since(index), self.tick, part_of)
