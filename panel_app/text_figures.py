"""The words in the drawings: network, strip and charts. The rest of the catalog is in `text`.

A module of its own because figures are drawn when the site is built and for tests, where nothing else is needed.
"""

from __future__ import annotations

from panel_app.figures.numbers import short

TITLES = ("Available liquidity", "Waiting in the queue", "Settled so far", "Cost so far")
MECHANISMS = ("at once", "from the queue", "bilateral", "cycle", "multilateral")
COSTS = {"liquidity": "liquidity", "credit": "credit", "delay": "delay", "late": "late", "eod": "end of day"}
TIME, TOTAL, ARRIVED, SETTLED = "Time", "Total", "Arrived", "Settled"
VALUE_WAITING, PAYMENTS_WAITING = "Value waiting", "Payments waiting"
A, B, B_MINUS_A = "A", "B", "B minus A"
VALUE, BY_MECHANISM, BEFORE, END, NOTHING = "value", "by mechanism", "before", "end", "nothing"
END_OF_DAY = "end of day"
ROWS = ("netting", "settled", "queued")
"""Rows of the day strip, from the top."""
DAY = "day "


def day(number: int) -> str:
    """`day 2`."""
    return f"{DAY}{number}"


def on_day(number: int, clock: str) -> str:
    """`day 2, 10:50`."""
    return f"{day(number)}, {clock}"


def waiting(number: int, value: int | None) -> str:
    """`8 waiting, 14.38 M`; without the value where there is no room."""
    return f"{number:,} waiting" + ("" if value is None else f", {short(value)}")


def held(number: int, value: int | None) -> str:
    """`2 held`: by the bank's own policy."""
    return f"{number:,} held" + ("" if value is None else f", {short(value)}")


def widest_note() -> str:
    """As much room as a note below a name may need."""
    return waiting(8, 888_800_000 * 10)


def netted(value: int) -> str:
    return f"{short(value)} settled"


def with_liquidity(value: int) -> str:
    return f"with {short(value)} of liquidity"


def flows_drawn(drawn: int, of: int, rest: int) -> str:
    return f"{drawn:,} of {of:,} flows drawn, the rest {short(rest)}"


def more_pairs(number: int, value: int) -> str:
    return f"{number:,} more pairs wait with {short(value)}"


def one_dark(name: str) -> str:
    return f"{name} dark, others grey"


def part_of(value: int, total: int) -> str:
    return f"{short(value)} of {short(total)}"


def can_pay_between(name: str, low: int, low_at: str, high: int, high_at: str, end: int) -> str:
    span = f"{short(low)} at {low_at} and {short(high)} at {high_at}"
    return f"{name} can pay between {span}, and {short(end)} at the end."


def queue_peaks(peak: int, at: str, end: int) -> str:
    if not peak:
        return "Nothing waits all day."
    return f"The queue peaks at {short(peak)} at {at} and ends at {short(end)}."


def all_settled(settled: int, arrived: int, parts: list[tuple[int, str]]) -> str:
    """`101.1 M of 138.2 M settle, 73 %: 60.2 M at once, ...`."""
    share = f"{100 * settled / arrived:.0f} %" if arrived else NOTHING
    listed = ", ".join(f"{short(value)} {name}" for value, name in parts)
    return f"{short(settled)} of {short(arrived)} settle, {share}" + (f": {listed}." if listed else ".")


def day_costs(total: int, largest: int, name: str) -> str:
    """`The day costs 5,055, 66 % of it delay.`"""
    most = f", {100 * largest / total:.0f} % of it {name}" if name else ""
    return f"The day costs {short(total)}{most}."
