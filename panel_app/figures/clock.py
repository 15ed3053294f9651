"""Ticks as times of day: a scenario says when its day starts and ends, and ticks are spread evenly between."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from panel_app import text_figures as words

DAY_START, DAY_END = "08:00", "18:00"
"""Where a scenario says nothing."""


def minutes(time: str) -> int:
    """Minutes since midnight of `"08:30"`."""
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest or 0)


@dataclass(frozen=True)
class Clock:
    """The times of a run of `ticks` ticks, in days of `ticks_per_day` from minute `start` to minute `end`."""

    ticks: int
    ticks_per_day: int
    start: int
    end: int

    @classmethod
    def of(cls, ticks: int, ticks_per_day: int, display: Mapping[str, Any]) -> "Clock":
        """From a scenario's `display` (`day_start`, `day_end`)."""
        start = minutes(display.get("day_start") or DAY_START)
        end = minutes(display.get("day_end") or DAY_END)
        return cls(ticks, ticks_per_day, start, end if end > start else start + 600)

    @property
    def days(self) -> int:
        """Days begun."""
        return -(-self.ticks // self.ticks_per_day)

    def text(self, tick: int) -> str:
        """`"10:50"`: the time at which `tick` begins."""
        at = self.start + (self.end - self.start) * (tick % self.ticks_per_day) // self.ticks_per_day
        return f"{at // 60:02d}:{at % 60:02d}"

    def marks(self, most: int) -> list[tuple[float, str]]:
        """At most `most` + 1 round times as (tick, text): hours of one day, or starts of days."""
        if self.days > 1:
            step = -(-self.days // max(most, 1))
            return [(day * self.ticks_per_day, words.day(day + 1)) for day in range(0, self.days, step)]
        hours = -(-self.end // 60) - self.start // 60
        step = next((s for s in (1, 2, 3, 4, 6, 12) if hours / s <= max(most, 1)), 24)
        first = -(-self.start // 60)
        per_minute = self.ticks_per_day / (self.end - self.start)
        return [
            ((hour * 60 - self.start) * per_minute, f"{hour % 24:02d}:00")
            for hour in range(first, self.end // 60 + 1, step)
        ]
