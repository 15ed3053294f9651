"""What differs between two scenarios, told by what a reader changes: netting, balances, credit, policies, payments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["netting", "balance", "credit", "policy", "arrivals", "seed", "other"]
NETTING = ("enable_bilateral", "enable_cycles", "multilateral")
PAYMENT_KINDS: frozenset[Kind] = frozenset({"arrivals", "seed"})
"""What changes which payments there are, whatever else stays the same."""


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `banks`: numbers of those concerned; `a` and `b`: what it is in each run.

    For `netting` these are the mechanisms in use, for `balance` and `credit` sums over the banks in cents, for
    `policy` the names of the policies, for `other` the values at `path` of the engine's input.
    """

    kind: Kind
    a: Any
    b: Any
    banks: tuple[int, ...] = ()
    path: str = ""


def agents_of(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The banks of an engine input in the order of their numbers."""
    return sorted(config["agents"], key=lambda agent: str(agent["id"]).encode())


def mechanisms(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Which netting is in use: some of `bilateral`, `cycles`, `multilateral`."""
    lsm = config.get("lsm_config") or {}
    return tuple(name.removeprefix("enable_") for name in NETTING if lsm.get(name, "off") not in (False, "off"))


def policy_of(agent: Mapping[str, Any]) -> str:
    """The name of a bank's policy."""
    return str((agent.get("policy") or {}).get("type", "Fifo"))


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    """What differs from engine input `a` to `b`, both of the same banks; an empty list: they are the same."""
    return list(_differences(a, b))


def _differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Difference]:
    modes = [(config.get("lsm_config") or {}).get("multilateral", "off") for config in (a, b)]
    if mechanisms(a) != mechanisms(b):
        yield Difference("netting", mechanisms(a), mechanisms(b))
    elif modes[0] != modes[1]:
        yield Difference("other", modes[0], modes[1], path="lsm_config.multilateral")
    pairs = list(zip(agents_of(a), agents_of(b), strict=True))
    money: tuple[tuple[Kind, str], ...] = (("balance", "opening_balance"), ("credit", "unsecured_cap"))
    for kind, key in money:
        here = tuple(number for number, (one, other) in enumerate(pairs) if one.get(key, 0) != other.get(key, 0))
        if here:
            sums = [sum(int(pairs[number][side].get(key) or 0) for number in here) for side in (0, 1)]
            yield Difference(kind, sums[0], sums[1], here)
    here = tuple(number for number, (one, other) in enumerate(pairs) if one.get("policy") != other.get("policy"))
    if here:
        names = [tuple(dict.fromkeys(policy_of(pairs[number][side]) for number in here)) for side in (0, 1)]
        yield Difference("policy", names[0], names[1], here)
    here = tuple(number for number, (one, other) in enumerate(pairs) if one.get("arrivals") != other.get("arrivals"))
    if here:
        yield Difference("arrivals", _rate(agents_of(a)), _rate(agents_of(b)), here)
    if a["rng_seed"] != b["rng_seed"]:
        yield Difference("seed", a["rng_seed"], b["rng_seed"])
    for path, one, other in _others(_rest(a), _rest(b), ""):
        yield Difference("other", one, other, path=path)


def _rate(agents: list[dict[str, Any]]) -> float:
    """Payments that all banks together expect to send in a tick."""
    return float(sum(float(stream["rate_per_tick"]) for agent in agents for stream in agent.get("arrivals") or ()))


def _rest(config: Mapping[str, Any]) -> dict[str, Any]:
    """An engine input without what is told in other words."""
    told = {"opening_balance", "unsecured_cap", "policy", "arrivals"}
    rest = {key: value for key, value in config.items() if key not in ("agents", "rng_seed", "lsm_config")}
    rest["agents"] = {
        str(agent["id"]): {key: value for key, value in agent.items() if key not in told} for agent in config["agents"]
    }
    rest["lsm_config"] = {key: value for key, value in (config.get("lsm_config") or {}).items() if key not in NETTING}
    return rest


def _others(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            yield from _others(a.get(key), b.get(key), f"{path}.{key}" if path else str(key))
    elif a != b:
        yield path, a, b
