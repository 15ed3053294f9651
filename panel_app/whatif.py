"""What the reader changes: a small set of differences to a scenario, applied to the engine's input as a whole."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class WhatIf:
    """Differences to a scenario; the default changes nothing. `balances` are pairs (bank number, cents), one per
    changed bank."""

    balances: tuple[tuple[int, int], ...] = ()
    balance_factor: float = 1.0
    credit_factor: float = 1.0
    arrivals_factor: float = 1.0
    bilateral: bool | None = None
    cycles: bool | None = None
    multilateral: bool | None = None
    seed: int | None = None

    def with_changes(self, changes: Mapping[str, Any]) -> WhatIf:
        """Add changes. `balance=(bank, cents)` sets one bank's opening balance; every other key is a field of this
        class.

        Raises `TypeError` for an unknown key or a float balance.
        """
        rest = dict(changes)
        balances = dict(self.balances)
        if "balance" in rest:
            bank, cents = rest.pop("balance")
            if not isinstance(cents, int):
                raise TypeError(f"an opening balance is whole cents, got {cents!r}")
            balances[bank] = cents
        unknown = set(rest) - {field.name for field in fields(self)}
        if unknown:
            raise TypeError(f"unknown change {sorted(unknown)}")
        return replace(self, **{"balances": tuple(sorted(balances.items())), **rest})

    def apply(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The engine's input with these changes. Agents are numbered by ascending id, as the engine numbers them."""
        changed = copy.deepcopy(dict(config))
        balances = dict(self.balances)
        for number, agent in enumerate(sorted(changed["agents"], key=lambda agent: agent["id"].encode())):
            opening = balances.get(number, agent["opening_balance"])
            agent["opening_balance"] = _scaled(opening, self.balance_factor)
            agent["unsecured_cap"] = _scaled(agent.get("unsecured_cap", 0), self.credit_factor)
            if self.arrivals_factor != 1.0:
                for stream in agent.get("arrivals", []):
                    stream["rate_per_tick"] = float(stream["rate_per_tick"]) * self.arrivals_factor
        for name in ("bilateral", "cycles", "multilateral"):
            if getattr(self, name) is not None:
                changed.setdefault("lsm_config", {})[f"enable_{name}"] = getattr(self, name)
        if self.seed is not None:
            changed["rng_seed"] = self.seed
        return changed


def _scaled(cents: int, factor: float) -> int:
    """Cents times a factor of two decimals, exact in integers; half away from zero."""
    product = abs(cents) * round(factor * 100)
    return (1 if cents >= 0 else -1) * ((product + 50) // 100)
