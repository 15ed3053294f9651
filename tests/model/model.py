"""The rules of settlement once more: slow, obvious, written from the specification and not from the engine.

It knows what the comparison needs: injected payments, direct transfers, the policies Fifo, Deadline and LiquidityAware,
decision trees that release or hold within a budget (`trees.py`), both orders of Queue 1, escalation, limits, collateral
as it was posted, deferred crediting, Queue 2 with and without blocking, bilateral netting, multilateral netting in
queue order, costs and penalties over several days. It reads a scenario document in its canonical spelling.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from tests.model import trees

Pair = tuple[str, str]


@dataclass(eq=False)
class Payment:
    """A payment of `amount` cents; it settles whole."""

    sender: str
    receiver: str
    amount: int
    arrival: int
    deadline: int
    original_priority: int
    priority: int
    settled: int | None = None
    overdue: bool = False


@dataclass
class Bank:
    """A bank and what the day has brought it."""

    balance: int
    credit_limit: int
    policy: dict[str, Any]
    bilateral_limits: dict[str, int]
    multilateral_limit: int | None
    queue1: list[Payment] = field(default_factory=list)
    sent_to: dict[str, int] = field(default_factory=dict)
    credits: int = 0
    penalties: int = 0

    @property
    def available(self) -> int:
        """Its liquidity, with credit."""
        used = max(-self.balance, 0)
        return max(self.balance, 0) + max(self.credit_limit - used, 0)

    def within_limits(self, payments: list[Payment]) -> bool:
        """Whether it may send all of these today, beside what it has sent."""
        sent_to = dict(self.sent_to)
        for payment in payments:
            sent_to[payment.receiver] = sent_to.get(payment.receiver, 0) + payment.amount
        return all(
            sent_to[payment.receiver] <= self.bilateral_limits.get(payment.receiver, math.inf) for payment in payments
        ) and (self.multilateral_limit is None or sum(sent_to.values()) <= self.multilateral_limit)


class Model:
    """A run of a scenario. `payments` in order of arrival; `balances` and `costs` at the end of each tick, by bank."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.ticks_per_day: int = document["simulation"]["ticks_per_day"]
        self.ticks: int = self.ticks_per_day * document["simulation"]["num_days"]
        self.deferred: bool = document["deferred_crediting"]
        self.rates: dict[str, Any] = document["cost_rates"]
        agents = sorted(document["agents"], key=lambda agent: str(agent["id"]))
        self.banks = {agent["id"]: _bank(agent) for agent in agents}
        self.queue2: list[Payment] = []
        self.payments: list[Payment] = []
        self.balances: list[list[int]] = []
        self.costs: list[list[dict[str, int]]] = []
        for tick in range(self.ticks):
            self.tick(tick)

    def tick(self, now: int) -> None:
        """The steps of a tick."""
        self.arrive(now)
        self.mark_overdue(now)
        self.escalate(now)
        submitted = [payment for name in self.banks for payment in self.release(name, now)]
        self.submit(submitted, now)
        self.sweep_queue2(now)
        self.net(now)
        for bank in self.banks.values():
            bank.balance += bank.credits
            bank.credits = 0
        costs = [self.costs_of(name, now) for name in self.banks]
        self.balances.append([bank.balance for bank in self.banks.values()])
        self.costs.append(costs)
        if self.ends_day(now):
            for bank in self.banks.values():
                bank.sent_to = {}

    def ends_day(self, now: int) -> bool:
        """Whether this is the last tick of a day."""
        return (now + 1) % self.ticks_per_day == 0

    # Payments come, and become late

    def arrive(self, now: int) -> None:
        for event in self.document["scenario_events"]:
            if event["schedule"]["tick"] != now:
                continue
            if event["type"] == "DirectTransfer":
                self.banks[event["from_agent"]].balance -= event["amount"]
                self.banks[event["to_agent"]].balance += event["amount"]
                continue
            deadline = min(now + event["deadline"], self.ticks)
            if self.document["deadline_cap_at_eod"]:
                deadline = min(deadline, now - now % self.ticks_per_day + self.ticks_per_day - 1)
            priority = event["priority"]
            payment = Payment(
                sender=event["from_agent"],
                receiver=event["to_agent"],
                amount=event["amount"],
                arrival=now,
                deadline=max(deadline, now + 1),
                original_priority=priority,
                priority=priority,
            )
            self.payments.append(payment)
            self.banks[payment.sender].queue1.append(payment)

    def unsettled(self) -> Iterator[Payment]:
        return (payment for payment in self.payments if payment.settled is None)

    def mark_overdue(self, now: int) -> None:
        for payment in self.unsettled():
            if now > payment.deadline and not payment.overdue:
                payment.overdue = True
                penalty = self.penalty("deadline_penalty", payment.amount)
                self.banks[payment.sender].penalties += penalty

    def penalty(self, name: str, amount: int) -> int:
        penalty = self.rates[name]
        if penalty["mode"] == "fixed":
            return int(penalty["amount"])
        return math.floor(Fraction(penalty["bps_per_event"]) / 10_000 * amount)

    def escalate(self, now: int) -> None:
        rule = self.document["priority_escalation"]
        if not rule["enabled"]:
            return
        start, most = rule["start_escalating_at_ticks"], rule["max_boost"]
        for payment in self.unsettled():
            left = max(payment.deadline - now, 0)
            if left <= start:
                boost = most if start == 0 else (2 * most * (start - left) + start) // (2 * start)
                payment.priority = max(payment.priority, min(10, payment.original_priority + boost))

    # Queue 1

    def release(self, name: str, now: int) -> list[Payment]:
        """What a bank releases: all decisions see the state before any of them is carried out."""
        bank = self.banks[name]
        if self.document["queue1_ordering"] == "priority_deadline":
            bank.queue1.sort(key=lambda payment: (-payment.priority, payment.deadline))
        released: list[Payment] = []
        if bank.policy["type"] == "Inline":
            released = self.released_by_tree(bank, now)
        for payment in bank.queue1 if bank.policy["type"] != "Inline" else []:
            if self.releases(bank, payment, sum(earlier.amount for earlier in released), now):
                released.append(payment)
        bank.queue1 = [payment for payment in bank.queue1 if payment not in released]
        return released

    def released_by_tree(self, bank: Bank, now: int) -> list[Payment]:
        """What the payment tree releases and the budget of the bank tree, made anew in each tick, allows."""
        documents = bank.policy["decision_trees"]
        budget = trees.Budget(documents.get("bank_tree"))
        chosen = [
            payment
            for payment in bank.queue1
            if trees.action(documents["payment_tree"], self.fields(bank, payment, now))["action"] == "Release"
        ]
        return [payment for payment in chosen if budget.spend(payment.receiver, payment.amount)]

    def fields(self, bank: Bank, payment: Payment, now: int) -> trees.Fields:
        """What a payment tree sees."""
        total = sum(other.amount for other in bank.queue1)
        return {
            "amount": payment.amount,
            "remaining_amount": payment.amount,
            "priority": payment.priority,
            "ticks_to_deadline": payment.deadline - now,
            "queue_age": now - payment.arrival,
            "balance": bank.balance,
            "credit_used": max(-bank.balance, 0),
            "available_liquidity": bank.available,
            "effective_liquidity": bank.available,
            "outgoing_queue_size": len(bank.queue1),
            "queue1_total_value": total,
            "queue1_liquidity_gap": max(total - bank.available, 0),
            "day_progress_fraction": now % self.ticks_per_day / self.ticks_per_day,
        }

    @staticmethod
    def releases(bank: Bank, payment: Payment, already: int, now: int) -> bool:
        """A policy's answer; `already` is what it has released in this tick."""
        policy = bank.policy
        to_deadline = payment.deadline - now
        if policy["type"] == "Fifo" or to_deadline < 0:
            return True
        urgent = to_deadline <= policy["urgency_threshold"]
        if policy["type"] == "Deadline":
            return bool(urgent)
        if urgent or policy["target_buffer"] == 0:
            return bank.available - already >= payment.amount
        return bool(bank.balance - already - payment.amount >= policy["target_buffer"])

    # Gross settlement

    def can_settle(self, payment: Payment) -> bool:
        bank = self.banks[payment.sender]
        return payment.amount <= bank.available and bank.within_limits([payment])

    def settle(self, payments: Iterable[Payment], now: int) -> None:
        """Settle these together: each bank pays or receives its net amount."""
        net = dict.fromkeys(self.banks, 0)
        for payment in payments:
            payment.settled = now
            net[payment.sender] -= payment.amount
            net[payment.receiver] += payment.amount
            sent_to = self.banks[payment.sender].sent_to
            sent_to[payment.receiver] = sent_to.get(payment.receiver, 0) + payment.amount
        for name, amount in net.items():
            if amount > 0 and self.deferred:
                self.banks[name].credits += amount
            else:
                self.banks[name].balance += amount

    def waits_behind_another(self, payment: Payment, others: Iterable[Payment]) -> bool:
        """Whether a payment of the same bank waits before it, where that matters."""
        return self.document["queue2_blocking"] == "per_sender_fifo" and any(
            other.sender == payment.sender for other in others
        )

    def submit(self, payments: list[Payment], now: int) -> None:
        for payment in payments:
            if self.can_settle(payment) and not self.waits_behind_another(payment, self.queue2):
                self.settle([payment], now)
            else:
                self.queue2.append(payment)

    def sweep_queue2(self, now: int) -> None:
        waiting: list[Payment] = []
        for payment in self.queue2:
            if self.can_settle(payment) and not self.waits_behind_another(payment, waiting):
                self.settle([payment], now)
            else:
                waiting.append(payment)
        self.queue2 = waiting

    # Netting

    def net(self, now: int) -> None:
        """Up to three rounds, while something settles: bilateral, with a sweep if it helped, then multilateral."""
        modes = self.document["lsm_config"]
        for _ in range(3):
            before = len(self.queue2)
            if modes["enable_bilateral"]:
                for pair in self.pairs():
                    self.settle_largest_part([*self.sides(pair)], now, pair=True)
                if len(self.queue2) < before:
                    self.sweep_queue2(now)
            if modes["multilateral"] == "queue_order":
                self.settle_largest_part([self.of_sender(name) for name in self.banks], now)
            if len(self.queue2) == before:
                return

    def of_sender(self, name: str) -> list[Payment]:
        return [payment for payment in self.queue2 if payment.sender == name]

    def settle_largest_part(self, queues: list[list[Payment]], now: int, *, pair: bool = False) -> None:
        """Settle together what these queues hold; while a bank is short or over a limit, without its last payment.

        Between a pair of banks nothing settles if nothing is left of one side.
        """
        while True:
            short = [queue for queue in queues if queue and self.is_short(queue, queues)]
            if not short:
                break
            short[0].pop()
        if all(queues) or not pair:
            self.settle([payment for queue in queues for payment in queue], now)
            self.queue2 = [payment for payment in self.queue2 if payment.settled is None]

    def is_short(self, queue: list[Payment], queues: list[list[Payment]]) -> bool:
        name = queue[0].sender
        received = sum(payment.amount for other in queues for payment in other if payment.receiver == name)
        paid = sum(payment.amount for payment in queue)
        return paid - received > self.banks[name].available or not self.banks[name].within_limits(queue)

    def pairs(self) -> list[Pair]:
        """Banks that owe each other, those first that can offset most."""
        value = {
            pair: min(sum(payment.amount for payment in side) for side in self.sides(pair))
            for pair in combinations(self.banks, 2)
        }
        return sorted((pair for pair in value if value[pair] > 0), key=lambda pair: (-value[pair], pair))

    def sides(self, pair: Pair) -> tuple[list[Payment], list[Payment]]:
        def of(sender: str, receiver: str) -> list[Payment]:
            return [payment for payment in self.queue2 if (payment.sender, payment.receiver) == (sender, receiver)]

        return of(*pair), of(pair[1], pair[0])

    # Costs

    def costs_of(self, name: str, now: int) -> dict[str, int]:
        bank = self.banks[name]
        queued = [*bank.queue1, *(payment for payment in self.queue2 if payment.sender == name)]
        bps = Fraction(self.rates["overdraft_bps_per_tick"])
        delay = sum((self.delay_rate(payment) * payment.amount for payment in queued), Fraction(0))
        collateral = Fraction(self.rates["collateral_cost_per_tick_bps"]) / 10_000
        costs = {
            "liquidity_cost": half_away_from_zero(bps / 10_000 * max(-bank.balance, 0)),
            "delay_cost": half_away_from_zero(delay) + self.rates["delay_penalty_per_tick"] * len(queued),
            "collateral_cost": half_away_from_zero(collateral * self.posted(name)),
            "deadline_penalty": bank.penalties,
            "eod_penalty": 0,
        }
        bank.penalties = 0
        if self.ends_day(now):
            due = [payment for payment in queued if payment.deadline <= now]
            costs["eod_penalty"] = sum(self.penalty("eod_penalty", payment.amount) for payment in due)
        return costs

    def posted(self, name: str) -> int:
        return next(int(agent["posted_collateral"]) for agent in self.document["agents"] if agent["id"] == name)

    def delay_rate(self, payment: Payment) -> Fraction:
        band = "urgent" if payment.priority >= 8 else "normal" if payment.priority >= 4 else "low"
        rate = Fraction(self.rates["delay_cost_per_tick_per_cent"])
        rate *= Fraction(self.rates["priority_delay_multipliers"][f"{band}_multiplier"])
        return rate * Fraction(self.rates["overdue_delay_multiplier"]) if payment.overdue else rate


def half_away_from_zero(value: Fraction) -> int:
    """The nearest integer to a value that is not negative."""
    return math.floor(value + Fraction(1, 2))


def _bank(agent: dict[str, Any]) -> Bank:
    collateral = math.floor(agent["posted_collateral"] * (1 - Fraction(agent["collateral_haircut"])))
    return Bank(
        balance=agent["opening_balance"],
        credit_limit=agent["unsecured_cap"] + collateral,
        policy=agent["policy"],
        bilateral_limits=agent["limits"]["bilateral_limits"],
        multilateral_limit=agent["limits"]["multilateral_limit"],
    )
