"""What lateness costs, as a scenario says it: exact, with the rounding of the engine; and records of late payments."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from payment_simulator.execution.state_provider import NearDeadline, OverdueTransaction, TransactionDetails


class Lateness:
    """The rates of a scenario that concern late payments. Takes an engine input; banks may have rates of their own."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        rates = config["cost_rates"]
        factor = Fraction(rates["overdue_delay_multiplier"])
        everybody = rates["delay_cost_per_tick_per_cent"]
        self._delay = {
            bank["id"]: factor * Fraction(bank.get("delay_cost_per_tick_per_cent", everybody))
            for bank in config["agents"]
        }
        self._penalty: Mapping[str, Any] = rates["deadline_penalty"]

    def delay_cost(self, sender_id: str, remaining: int, ticks: int) -> int:
        """About what a late payment has cost by waiting so many ticks: cents, rounded half away from zero."""
        cost = self._delay[sender_id] * remaining * ticks
        return (2 * cost.numerator + cost.denominator) // (2 * cost.denominator)

    def deadline_penalty(self, amount: int) -> int:
        """The penalty of a payment of `amount` cents, rounded down."""
        if self._penalty["type"] == "Fixed":
            return int(self._penalty["amount"])
        return int(Fraction(self._penalty["bps_per_event"]) * amount / 10_000)

    def deadline_penalty_of_part(self, amount: int, before: int, whole: int) -> int:
        """That of a part: a fixed penalty is shared by amount. `before` is the sum of the parts before it."""
        if self._penalty["type"] != "Fixed":
            return self.deadline_penalty(amount)
        penalty = int(self._penalty["amount"])
        return penalty * (before + amount) // whole - penalty * before // whole

    def overdue(
        self, payment: TransactionDetails, since: int, tick: int, part_of: tuple[int, int] | None = None
    ) -> OverdueTransaction:
        """The record at the end of `tick` of a payment that is late since `since`.

        `part_of`, of a part: the cents of the parts before it, and of the whole.
        """
        if part_of is None:
            penalty = self.deadline_penalty(payment.amount)
        else:
            penalty = self.deadline_penalty_of_part(payment.amount, *part_of)
        delay = self.delay_cost(payment.sender_id, payment.remaining_amount, tick - since)
        return OverdueTransaction(
            tx_id=payment.tx_id,
            sender_id=payment.sender_id,
            receiver_id=payment.receiver_id,
            amount=payment.amount,
            remaining_amount=payment.remaining_amount,
            deadline_tick=payment.deadline_tick,
            overdue_since_tick=since,
            ticks_overdue=tick - since,
            deadline_penalty_cost=penalty,
            estimated_delay_cost=delay,
            total_overdue_cost=penalty + delay,
        )


def near_deadline(queued: Iterable[TransactionDetails], tick: int, within_ticks: int) -> list[NearDeadline]:
    """Of queued payments those that are due after `tick` and in at most `within_ticks`, in their order."""
    return [
        NearDeadline(
            tx_id=payment.tx_id,
            sender_id=payment.sender_id,
            receiver_id=payment.receiver_id,
            amount=payment.amount,
            remaining_amount=payment.remaining_amount,
            deadline_tick=payment.deadline_tick,
            ticks_until_deadline=payment.deadline_tick - tick,
        )
        for payment in queued
        if tick < payment.deadline_tick <= tick + within_ticks
    ]
