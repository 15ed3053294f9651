"""What the reader changes: a small set of differences to a scenario, applied to the engine's input as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MULTILATERAL = ("off", "queue_order", "best_effort")


@dataclass(frozen=True)
class WhatIf:
    """Differences to a scenario; the default changes nothing. `balances`, `credits` (the unsecured credit line) and
    `policies` are pairs (bank number, cents or a policy as JSON text), one per changed bank."""

    balances: tuple[tuple[int, int], ...] = ()
    credits: tuple[tuple[int, int], ...] = ()
    policies: tuple[tuple[int, str], ...] = ()
    balance_factor: float = 1.0
    credit_factor: float = 1.0
    arrivals_factor: float = 1.0
    bilateral: bool | None = None
    cycles: bool | None = None
    multilateral: str | None = None
    """One of `MULTILATERAL`."""
    seed: int | None = None

    def with_changes(self, changes: Mapping[str, Any]) -> WhatIf:
        """Add changes. `balance=(bank, cents)` sets one bank's opening balance, `credit=(bank, cents)` its credit line
        and `policy=(bank, policy)` its policy as the engine takes it (None: as in the scenario); every other key is a
        field of this class.

        Raises `TypeError` for an unknown key or a float amount.
        """
        rest = dict(changes)
        for key, field in (("balance", "balances"), ("credit", "credits"), ("policy", "policies")):
            if key not in rest:
                continue
            bank, value = rest.pop(key)
            if key != "policy" and not isinstance(value, int):
                name = {"balance": "an opening balance", "credit": "a credit line"}[key]
                raise TypeError(f"{name} is whole cents, got {value!r}")
            own = dict(getattr(self, field))
            own[bank] = json.dumps(value, sort_keys=True) if key == "policy" else value
            if value is None:
                own.pop(bank)
            rest[field] = tuple(sorted(own.items()))
        unknown = set(rest) - {field.name for field in fields(self)}
        if unknown:
            raise TypeError(f"unknown change {sorted(unknown)}")
        return replace(self, **rest)

    @property
    def count(self) -> int:
        """How many things differ, the seed aside."""
        many = len(self.balances) + len(self.credits) + len(self.policies)
        default = WhatIf()
        rest = (field.name for field in fields(self) if field.name not in ("balances", "credits", "policies", "seed"))
        return many + sum(bool(getattr(self, name) != getattr(default, name)) for name in rest)

    def apply(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The engine's input with these changes. Agents are numbered by ascending id, as the engine numbers them.

        What does not change is shared with `config`: nobody writes into either.
        """
        changed = dict(config)
        changed["agents"] = [dict(agent) for agent in config["agents"]]
        changed["lsm_config"] = dict(config.get("lsm_config") or {})
        balances, lines, policies = dict(self.balances), dict(self.credits), dict(self.policies)
        for number, agent in enumerate(sorted(changed["agents"], key=lambda agent: agent["id"].encode())):
            opening = balances.get(number, agent["opening_balance"])
            agent["opening_balance"] = _scaled(opening, self.balance_factor)
            agent["unsecured_cap"] = _scaled(lines.get(number, agent.get("unsecured_cap", 0)), self.credit_factor)
            if number in policies:
                agent["policy"] = json.loads(policies[number])
            if self.arrivals_factor != 1.0 and agent.get("arrivals"):
                agent["arrivals"] = [
                    stream | {"rate_per_tick": float(stream["rate_per_tick"]) * self.arrivals_factor}
                    for stream in agent["arrivals"]
                ]
        netting = changed["lsm_config"]
        for name, key in (("bilateral", "enable_bilateral"), ("cycles", "enable_cycles"), ("multilateral",) * 2):
            if getattr(self, name) is not None:
                netting[key] = getattr(self, name)
        if netting.get("multilateral") == "off":
            del netting["multilateral"]
        if self.seed is not None:
            changed["rng_seed"] = self.seed
        return changed

    def to_json(self) -> dict[str, Any]:
        """Only what differs, as JSON values; policies as objects."""
        default = WhatIf()
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        told["policies"] = [[bank, json.loads(policy)] for bank, policy in self.policies]
        return {
            name: [list(pair) for pair in value] if name in ("balances", "credits") else value
            for name, value in told.items()
            if value != getattr(default, name) and value != []
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> WhatIf:
        """What `to_json` wrote, checked. Raises `ValueError` that names the value; it need not come from here."""
        unknown = set(told) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown change {sorted(unknown)[0]!r}")
        changes: dict[str, Any] = {}
        for name, value in told.items():
            if name in ("balances", "credits", "policies"):
                changes[name] = _pairs(name, value)
            elif name.endswith("_factor"):
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
                    raise ValueError(f"{name}: a factor from 0 to 100 is wanted, got {value!r}")
                changes[name] = float(value)
            elif name == "seed":
                if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**64:
                    raise ValueError(f"seed: a whole number from 0 to 2**64 - 1 is wanted, got {value!r}")
                changes[name] = value
            elif name == "multilateral":
                if value not in MULTILATERAL:
                    raise ValueError(f"multilateral: one of {', '.join(MULTILATERAL)} is wanted, got {value!r}")
                changes[name] = value
            elif not isinstance(value, bool):
                raise ValueError(f"{name}: true or false is wanted, got {value!r}")
            else:
                changes[name] = value
        return cls(**changes)


def _pairs(name: str, value: Any) -> tuple[tuple[int, Any], ...]:
    wanted = dict if name == "policies" else int
    fine = isinstance(value, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], int)
        and isinstance(pair[1], wanted)
        and not any(isinstance(item, bool) for item in pair)
        for pair in value
    )
    if not fine:
        raise ValueError(f"{name}: pairs of a bank's number and its value are wanted, got {value!r}")
    if name == "policies":
        return tuple((bank, json.dumps(policy, sort_keys=True)) for bank, policy in value)
    return tuple((bank, cents) for bank, cents in value)


def _scaled(cents: int, factor: float) -> int:
    """Cents times a factor of two decimals, exact in integers; half away from zero."""
    product = abs(cents) * round(factor * 100)
    return (1 if cents >= 0 else -1) * ((product + 50) // 100)
