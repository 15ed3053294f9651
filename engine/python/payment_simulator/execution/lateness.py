"""What lateness costs, as a scenario says it: exact, with the rounding of the engine."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any


class Lateness:
    """The rates of a scenario that concern late payments. Takes the `cost_rates` of an engine input."""

    def __init__(self, cost_rates: Mapping[str, Any]) -> None:
        self._delay = Fraction(cost_rates["delay_cost_per_tick_per_cent"]) * Fraction(
            cost_rates["overdue_delay_multiplier"]
        )
        self._penalty: Mapping[str, Any] = cost_rates["deadline_penalty"]

    def delay_cost(self, remaining: int, ticks: int) -> int:
        """About what a late payment has cost by waiting so many ticks: cents, rounded half away from zero."""
        cost = self._delay * remaining * ticks
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
