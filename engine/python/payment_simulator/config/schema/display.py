"""How a scenario is shown. None of it reaches the engine or the log."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from payment_simulator.config.problem import shown
from payment_simulator.config.schema.base import AgentId, Model, Text, Tick, refusal

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise refusal(f'got {shown(value)}; write a time of day such as "08:00"', allowed="HH:MM")
    return value


def _open_at(value: Any) -> Any:
    if value != "largest_netting" and type(value) is not int:
        raise refusal(f"got {shown(value)}; write a tick or largest_netting", allowed="a tick, or largest_netting")
    return value


Clock = Annotated[Text, AfterValidator(_clock)]


class Display(Model):
    """Title, clock, names and places of a scenario on a screen. Ticks are spread evenly from day_start to day_end."""

    title: Text | None = None
    teaches: Text = Field(default="", description="one sentence that says what the scenario teaches")
    day_start: Clock = "08:00"
    day_end: Clock = "18:00"
    currency: Text = ""
    names: dict[AgentId, Text] = Field(default={}, description="the name that people read, for each bank")
    open_at: Annotated[Tick | Literal["largest_netting"], BeforeValidator(_open_at)] = 0
    places: list[AgentId] | None = Field(default=None, description="ids of banks, clockwise from the top")

    @model_validator(mode="after")
    def _forward(self) -> "Display":
        if self.day_end <= self.day_start:
            raise refusal(f"got {self.day_end}; the day ends after day_start, {self.day_start}", at="day_end")
        return self
