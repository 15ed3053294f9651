"""The scenario document in canonical spelling, as Pydantic models:

every key, its range, its default and what it means.
"""

from payment_simulator.config.schema.scenario import Scenario

__all__ = ["Scenario"]
