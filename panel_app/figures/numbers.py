"""How amounts and counts are written on the screen. Amounts come in as cents and go out in units."""

MINUS = "\N{MINUS SIGN}"
CENTS = 100
MILLION = 100_000_000
"""One million units in cents."""
SHORT_FROM = 10_000_000
"""From this many cents (100,000 units) on, an amount is written in millions."""


def short(cents: int) -> str:
    """`1.25 M` from 100,000 units on, `50,000` below; an amount that is not zero never reads 0."""
    size = abs(int(cents))
    if size >= SHORT_FROM:
        # Hundredths of a million, half away from zero, in integers: no binary fraction decides a digit.
        hundredths = (size + MILLION // 200) // (MILLION // 100)
        text = f"{hundredths // 100:,}.{hundredths % 100:02d} M"
    elif size == 0 or size >= CENTS:
        text = f"{(size + CENTS // 2) // CENTS:,}"
    else:
        text = f"0.{size:02d}"
    return MINUS + text if cents < 0 else text


def full(cents: int) -> str:
    """`1,250,000.00`, for tables and fields."""
    size = abs(int(cents))
    text = f"{size // CENTS:,}.{size % CENTS:02d}"
    return MINUS + text if cents < 0 else text


def compact(cents: int) -> str:
    """As short as it can be said at the end of a line: `124 M`, `3.4 M`, `50,000`."""
    size = abs(int(cents))
    if size < SHORT_FROM:
        return short(cents)
    tenths = (size + MILLION // 20) // (MILLION // 10)
    text = f"{(tenths + 5) // 10:,} M" if tenths >= 100 else f"{tenths // 10}.{tenths % 10} M"
    return MINUS + text if cents < 0 else text


def axis(cents: int) -> str:
    """A round number on an axis: `0`, `40 k`, `2 M`, `1.5 M`."""
    size = abs(int(cents))
    for step, unit in ((MILLION, " M"), (CENTS * 1000, " k"), (CENTS, "")):
        if size >= step:
            text = f"{size / step:,.3f}".rstrip("0").rstrip(".") + unit
            return MINUS + text if cents < 0 else text
    return "0" if size == 0 else full(cents)


def percent(part: int, whole: int) -> str:
    """`62.1 %`; of nothing, `0.0 %`."""
    return f"{100 * part / whole if whole else 0:.1f} %"


def count(number: int, noun: str) -> str:
    """`1 payment`, `16 payments`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
