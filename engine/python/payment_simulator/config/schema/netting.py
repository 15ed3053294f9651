"""The liquidity-saving mechanisms."""

from typing import Annotated

from pydantic import Field

from payment_simulator.config.schema.base import Model, Multilateral


class LsmConfig(Model):
    """How Queue 2 is netted: pairs of banks, then cycles, then everything together."""

    enable_bilateral: bool = True
    enable_cycles: bool = True
    max_cycle_length: Annotated[int, Field(ge=3, le=10)] = 4
    max_cycles_per_tick: Annotated[int, Field(ge=1, le=100)] = 10
    max_cycle_candidates: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    multilateral: Multilateral = "off"
