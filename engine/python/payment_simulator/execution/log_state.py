"""The state at the end of a tick, told from the events up to it and the opening of the run: nothing else is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from payment_simulator.execution.books import Bank, Payment
from payment_simulator.execution.lateness import Lateness, near_deadline
from payment_simulator.execution.state_provider import (
    AccumulatedCosts,
    NearDeadline,
    OverdueTransaction,
    TransactionDetails,
)

Event = Mapping[str, Any]
RTGS_PRIORITIES = ("HighlyUrgent", "Urgent", "Normal")


class LogState:
    """A state provider that moves forward with the log: `apply` the events of each tick, in order.

    `config` is the engine input of the run, `opening` the state before its first tick (`engine.state(-1)`).
    """

    def __init__(self, config: Mapping[str, Any], opening: Mapping[str, Any]) -> None:
        self.tick = -1
        configs = {agent["id"]: agent for agent in config["agents"]}
        self.banks = {agent["id"]: Bank(agent, configs[agent["id"]]) for agent in opening["agents"]}
        """By id, ascending."""
        self._payments: dict[str, Payment] = {}
        self._queue2: dict[str, Payment] = {}
        self._by_priority: bool = config.get("priority_mode", False)
        self._deferred: bool = config.get("deferred_crediting", False)
        self._lateness = Lateness(config)
        self._handlers = {name: getattr(self, f"_{method}") for name, method in HANDLERS.items()}

    def apply(self, tick: int, events: Iterable[Event]) -> None:
        """Take in the events of the next tick, all of them and in log order."""
        self.tick = tick
        handlers = self._handlers
        for event in events:
            handler = handlers.get(event["event_type"])
            if handler is not None:
                handler(event)

    # What is asked

    def get_transaction_details(self, tx_id: str) -> TransactionDetails | None:
        """The payment, or None if it has not arrived."""
        payment = self._payments.get(tx_id)
        return None if payment is None else _details(payment)

    def get_agent_balance(self, agent_id: str) -> int:
        """Cents."""
        return self.banks[agent_id].balance if agent_id in self.banks else 0

    def get_agent_unsecured_cap(self, agent_id: str) -> int:
        """Cents that the balance may go below zero without collateral."""
        return self.banks[agent_id].unsecured_cap if agent_id in self.banks else 0

    def get_agent_credit_limit(self, agent_id: str) -> int:
        """Cents that the balance may go below zero."""
        return self.banks[agent_id].credit_limit if agent_id in self.banks else 0

    def get_agent_queue1_contents(self, agent_id: str) -> list[str]:
        """The payments in the bank's own queue, in order of arrival."""
        if agent_id not in self.banks:
            return []
        return [payment.tx_id for payment in sorted(self.banks[agent_id].queue1.values(), key=_number)]

    def get_rtgs_queue_contents(self) -> list[str]:
        """The payments in the central queue, in its order: by declared priority if so ruled, then as they entered."""
        queue = self._queue2
        if not self._by_priority:
            return list(queue)
        return sorted(queue, key=lambda tx_id: RTGS_PRIORITIES.index(queue[tx_id].rtgs_priority))

    def get_agent_collateral_posted(self, agent_id: str) -> int:
        """Cents."""
        return self.banks[agent_id].posted_collateral if agent_id in self.banks else 0

    def get_agent_accumulated_costs(self, agent_id: str) -> AccumulatedCosts:
        """From the start of the run."""
        return AccumulatedCosts(**self.banks[agent_id].costs) if agent_id in self.banks else AccumulatedCosts()

    def get_queue1_size(self, agent_id: str) -> int:
        """Payments in the bank's own queue."""
        return len(self.banks[agent_id].queue1) if agent_id in self.banks else 0

    def get_queue2_size(self, agent_id: str) -> int:
        """The bank's payments in the central queue."""
        return len(self.banks[agent_id].queue2) if agent_id in self.banks else 0

    def get_transactions_near_deadline(self, within_ticks: int) -> list[NearDeadline]:
        """Queued payments that are due after this tick and in at most `within_ticks`, in order of arrival."""
        last = self.tick + within_ticks
        due = [payment for payment in self._queued() if self.tick < payment.deadline_tick <= last]
        return near_deadline(map(_details, due), self.tick, within_ticks)

    def get_overdue_transactions(self) -> list[OverdueTransaction]:
        """Queued payments past their deadline, in order of arrival."""
        return [
            self._overdue(payment, payment.overdue_since)
            for payment in self._queued()
            if payment.overdue_since is not None
        ]

    def get_agent_state_registers(self, agent_id: str) -> dict[str, float]:
        """The registers of the bank's policy, by key."""
        return dict(self.banks[agent_id].registers) if agent_id in self.banks else {}

    def _queued(self) -> list[Payment]:
        queued = [payment for bank in self.banks.values() for payment in bank.queue1.values()]
        return sorted([*queued, *self._queue2.values()], key=_number)

    def _overdue(self, payment: Payment, since: int) -> OverdueTransaction:
        part_of = None if payment.whole is None else (payment.before, payment.whole.amount)
        return self._lateness.overdue(_details(payment), since, self.tick, part_of)

    # What the events do

    def _arrive(self, event: Event) -> None:
        whole = None if event["parent_id"] is None else self._payments[event["parent_id"]]
        payment = Payment(
            number=len(self._payments),
            tx_id=event["tx_id"],
            sender_id=event["sender_id"],
            receiver_id=event["receiver_id"],
            amount=event["amount"],
            remaining=event["amount"],
            priority=event["priority"],
            deadline_tick=event["deadline_tick"],
            is_divisible=event["is_divisible"],
            whole=whole,
            before=0,
        )
        if whole is not None:
            payment.overdue_since, payment.before = whole.overdue_since, whole.parts
            whole.parts += payment.amount
        self._payments[payment.tx_id] = payment
        self.banks[payment.sender_id].queue1[payment.tx_id] = payment

    def _submit(self, event: Event) -> None:
        payment = self._payments[event["tx_id"]]
        payment.priority = event["internal_priority"]
        payment.rtgs_priority = event["rtgs_priority"]
        self.banks[payment.sender_id].queue1.pop(payment.tx_id, None)

    def _drop(self, event: Event) -> None:
        payment = self._payments[event["tx_id"]]
        payment.dropped = True
        self.banks[payment.sender_id].queue1.pop(payment.tx_id, None)

    def _split(self, event: Event) -> None:
        self.banks[event["agent_id"]].queue1.pop(event["tx_id"], None)

    def _queue(self, event: Event) -> None:
        payment = self._payments[event["tx_id"]]
        self._queue2[payment.tx_id] = payment
        self.banks[payment.sender_id].queue2[payment.tx_id] = payment

    def _withdraw(self, event: Event) -> None:
        payment = self._payments[event["tx_id"]]
        self._leave_queue2(payment)
        self.banks[payment.sender_id].queue1[payment.tx_id] = payment

    def _reprioritise(self, event: Event) -> None:
        self._payments[event["tx_id"]].priority = event["new_priority"]

    def _escalate(self, event: Event) -> None:
        self._payments[event["tx_id"]].priority = event["escalated_priority"]

    def _settle_gross(self, event: Event) -> None:
        self.banks[event["sender_id"]].balance -= event["amount"]
        payment = self._payments.get(event["tx_id"])
        if payment is None:  # settled by the scenario: money, but no payment
            self.banks[event["receiver_id"]].balance += event["amount"]
            return
        self._credit(event["receiver_id"], event["amount"])
        self._settle(payment)

    def _settle_pair(self, event: Event) -> None:
        there, back = event["amount_a"], event["amount_b"]
        self._settle_net(event["agent_ids"], (back - there, there - back), event["tx_ids"])

    def _settle_entry(self, event: Event) -> None:
        there, back = event["incoming_amount"], event["queued_amount"]
        ids = (event["incoming_tx_id"], event["queued_tx_id"])
        self._settle_net(event["agent_ids"], (back - there, there - back), ids)

    def _settle_many(self, event: Event) -> None:
        self._settle_net(event["agent_ids"], event["net_positions"], event["tx_ids"])

    def _settle_net(self, agent_ids: Iterable[str], nets: Iterable[int], tx_ids: Iterable[str]) -> None:
        for agent_id, net in zip(agent_ids, nets, strict=True):
            if net < 0:
                self.banks[agent_id].balance += net
            else:
                self._credit(agent_id, net)
        for tx_id in tx_ids:
            self._settle(self._payments[tx_id])

    def _credit(self, agent_id: str, amount: int) -> None:
        """With deferred crediting, an event of its own tells when it counts."""
        if not self._deferred:
            self.banks[agent_id].balance += amount

    def _settle(self, payment: Payment) -> None:
        self._leave_queue2(payment)
        payment.remaining = 0
        payment.settled = True
        whole = payment.whole or payment
        if payment.whole is not None:
            whole.remaining -= payment.amount
            whole.settled = whole.remaining == 0

    def _leave_queue2(self, payment: Payment) -> None:
        if self._queue2.pop(payment.tx_id, None) is not None:
            del self.banks[payment.sender_id].queue2[payment.tx_id]

    def _receive(self, event: Event) -> None:
        self.banks[event["agent_id"]].balance += event["amount"]

    def _give_back(self, event: Event) -> None:
        self.banks[event["agent_id"]].balance -= event["amount"]

    def _change_collateral(self, event: Event) -> None:
        self.banks[event["agent_id"]].set_collateral(event["new_total"])

    def _charge(self, event: Event) -> None:
        costs = self.banks[event["agent_id"]].costs
        for name, amount in event["costs"].items():
            costs[name] += amount

    def _become_overdue(self, event: Event) -> None:
        self._payments[event["tx_id"]].overdue_since = event["tick"]

    def _set_register(self, event: Event) -> None:
        registers = self.banks[event["agent_id"]].registers
        if event["reason"] == "eod_reset":
            registers.pop(event["register_key"], None)
        else:
            registers[event["register_key"]] = event["new_value"]

    def _scenario_event(self, event: Event) -> None:
        details = event["details"]
        if event["scenario_event_type"] == "direct_transfer":
            self.banks[details["from_agent"]].balance -= details["amount"]
            self.banks[details["to_agent"]].balance += details["amount"]
        elif event["scenario_event_type"] == "collateral_adjustment":
            self.banks[details["agent"]].set_collateral(details["new_total"])


HANDLERS = {
    "Arrival": "arrive",
    "RtgsSubmission": "submit",
    "PolicyDrop": "drop",
    "PolicySplit": "split",
    "QueuedRtgs": "queue",
    "RtgsWithdrawal": "withdraw",
    "TransactionReprioritized": "reprioritise",
    "PriorityEscalated": "escalate",
    "RtgsImmediateSettlement": "settle_gross",
    "Queue2LiquidityRelease": "settle_gross",
    "LsmBilateralOffset": "settle_pair",
    "EntryDispositionOffset": "settle_entry",
    "LsmCycleSettlement": "settle_many",
    "LsmMultilateralSettlement": "settle_many",
    "DeferredCreditApplied": "receive",
    "LiquidityAllocation": "receive",
    "LiquidityReturn": "give_back",
    "CollateralPost": "change_collateral",
    "CollateralWithdraw": "change_collateral",
    "CollateralTimerWithdrawn": "change_collateral",
    "CostAccrual": "charge",
    "TransactionWentOverdue": "become_overdue",
    "StateRegisterSet": "set_register",
    "ScenarioEventExecuted": "scenario_event",
}
"""What changes the state, and the method that follows it. Every other event tells of something else."""


def _number(payment: Payment) -> int:
    return payment.number


def _details(payment: Payment) -> TransactionDetails:
    return TransactionDetails(
        tx_id=payment.tx_id,
        sender_id=payment.sender_id,
        receiver_id=payment.receiver_id,
        amount=payment.amount,
        remaining_amount=payment.remaining,
        priority=payment.priority,
        deadline_tick=payment.deadline_tick,
        status=payment.status,
        is_divisible=payment.is_divisible,
    )
