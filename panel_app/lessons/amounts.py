"""Numbers as a lesson writes them: amounts in units (`1.04 M`, `50,000`), percentages, counts. Never a float."""

from __future__ import annotations

import re
from decimal import Decimal

from panel_app.lessons.problem import Unreadable

_NUMBER = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(M|k|%)?")
_FACTORS = {"": 100, "k": 100_000, "M": 100_000_000}


def cents(text: str) -> int:
    """`1.04 M` is 104,000,000 cents."""
    number, unit = _read(text)
    amount = number * _FACTORS[unit] if unit in _FACTORS else None
    if amount is None or amount != int(amount):
        raise Unreadable(f'"{text}" is no amount; write units, such as 1.04 M, 50 k or 12,500.00')
    return int(amount)


def percent(text: str) -> int:
    """`60 %` is 60."""
    number, unit = _read(text)
    if unit != "%" or number != int(number):
        raise Unreadable(f'"{text}" is no percentage; write a whole number, such as 60 %')
    return int(number)


def whole(text: str) -> int:
    """`1,200` is 1200."""
    number, unit = _read(text)
    if unit or number != int(number):
        raise Unreadable(f'"{text}" is no whole number')
    return int(number)


def _read(text: str) -> tuple[Decimal, str]:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise Unreadable(f'"{text}" is no number')
    return Decimal(found[1].replace(",", "")), found[2] or ""
