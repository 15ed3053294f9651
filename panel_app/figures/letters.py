"""How wide a text will be, roughly: a canvas cannot be asked from here, and labels must not overlap.

The widths are those of DejaVu Sans in thousandths of the font size: the widest of the fonts that interfaces use, so
that in any other one a text is a little shorter than planned, never longer.
"""

from functools import lru_cache

_WIDE = {
    " ": 318, ",": 318, ".": 318, ":": 337, "'": 275, "-": 361, "+": 838, "\N{MINUS SIGN}": 838, "%": 950,
    "(": 390, ")": 390, "f": 352, "i": 278, "j": 278, "l": 278, "r": 411, "t": 392, "s": 521, "k": 579, "v": 592,
    "x": 592, "y": 592, "z": 525, "c": 550, "m": 974, "w": 818, "I": 295, "J": 295, "L": 557, "M": 863, "W": 989,
    "E": 632, "F": 575, "S": 635, "T": 611, "P": 603,
}  # fmt: skip
_LOWER, _UPPER, _OTHER = 622, 720, 636
_BOLD = 1.11


class _Widths(dict[str, int]):
    """Of every letter; one that was not asked for before is looked at."""

    def __missing__(self, letter: str) -> int:
        self[letter] = _LOWER if letter.islower() else _UPPER if letter.isupper() else _OTHER
        return self[letter]


_WIDTHS = _Widths(_WIDE)


@lru_cache(maxsize=4096)
def _ems(text: str) -> int:
    return sum(map(_WIDTHS.__getitem__, text))


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in pixels of `text` set at `size` pixels."""
    return _ems(text) * size / 1000 * (_BOLD if bold else 1.0)


def initials(names: list[str]) -> list[str]:
    """What stands inside each bank's disc: the first letter, or the number at the end when the letters do not tell
    banks apart.

    `["Alder", "Birch"]` gives A, B; `["Bank 07", "Bank 08"]` gives 07, 08.
    """
    letters = [name[:1].upper() for name in names]
    if len(names) > 1 and len(set(letters)) <= len(names) // 2:
        digits = [name[len(name.rstrip("0123456789")) :][-3:] for name in names]
        if all(digits) and len(set(digits)) == len(names):
            return digits
    return letters
