"""100,000 payments among five banks that are short of liquidity: for tests and measurements that are about size."""

from __future__ import annotations

from typing import Any

from payment_simulator import parse_config

BANKS = "ABCDE"
TICKS = 1_000
RATE = 20
PAYMENTS = len(BANKS) * TICKS * RATE
"""Expected; the number of a seed differs from it by its square root or so."""


def engine_input() -> dict[str, Any]:
    """The checked configuration: it runs anywhere without a schema library."""
    banks = "\n".join(
        f"""
  - id: BANK_{name}
    opening_balance: 1000000
    unsecured_cap: 1000000
    policy: {{type: Fifo}}
    arrival_config:
      rate_per_tick: {RATE}
      amount_distribution: {{type: LogNormal, mean: 10.0, std_dev: 1.0, parameterization: log_space}}
      counterparty_weights: {{{", ".join(f"BANK_{other}: 1" for other in BANKS if other != name)}}}
      deadline_range: [10, 100]
"""
        for name in BANKS
    )
    text = f"simulation: {{ticks_per_day: {TICKS}, num_days: 1, rng_seed: 7}}\nagents:{banks}"
    return parse_config(text, "large_run").engine_input()
