"""The same comparison with other seeds: how often does what one day shows hold?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SEEDS = 50
STEP = 1_000_003
"""Seeds lie this far apart, so that two repetitions from neighbouring seeds share none."""


@dataclass
class Repeated:
    """What was found so far. Lists have one entry a seed."""

    settled_more: list[bool] = field(default_factory=list)
    """Whether B settled more value than A."""
    cost_change: list[float] = field(default_factory=list)
    """Cost of B against A in percent; 0 where both cost nothing."""

    @property
    def done(self) -> int:
        return len(self.settled_more)

    @property
    def dearer(self) -> int:
        """In how many B cost more."""
        return sum(change > 0 for change in self.cost_change)

    def quartiles(self) -> tuple[float, float, float]:
        """A quarter, half and three quarters of the changes in cost lie below."""
        low, middle, high = np.percentile(self.cost_change, [25, 50, 75])
        return float(low), float(middle), float(high)


def repeat(a: Mapping[str, Any], b: Mapping[str, Any], seeds: int = SEEDS) -> Iterator[Repeated]:
    """Run both engine inputs with `seeds` other seeds, the same in both; yields what was found after each of them."""
    from payment_simulator import simulate

    found = Repeated()
    for number in range(1, seeds + 1):
        seed = (int(b["rng_seed"]) + number * STEP) % 2**64
        one, other = (simulate({**config, "rng_seed": seed}).totals for config in (a, b))
        found.settled_more.append(other["settled_value"] > one["settled_value"])
        before, after = int(one["total_cost"]), int(other["total_cost"])
        found.cost_change.append(100 * (after - before) / before if before else 100.0 * (after > 0))
        yield found
