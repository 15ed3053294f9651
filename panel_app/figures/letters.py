"""How wide a text will be, roughly: a canvas cannot be asked from here, and labels must not overlap.

The widths are those of a common interface font in thousandths of the font size; other fonts differ by a few per cent, which the
clearance between labels covers.
"""

from functools import lru_cache

_WIDE = {
    " ": 280, ",": 290, ".": 290, ":": 290, "'": 230, "-": 400, "+": 640, "\N{MINUS SIGN}": 640, "%": 900, "(": 360, ")": 360,
    "f": 360, "i": 255, "j": 265, "l": 255, "r": 390, "t": 365, "s": 540, "k": 560, "v": 570, "x": 560, "y": 570, "z": 560, "c": 570,
    "m": 900, "w": 800, "I": 280, "J": 560, "L": 580, "M": 890, "W": 990, "E": 620, "F": 600,
}  # fmt: skip
_LOWER, _UPPER, _OTHER = 610, 720, 640


@lru_cache(maxsize=4096)
def _ems(text: str) -> int:
    return sum(_WIDE.get(c, _LOWER if c.islower() else _UPPER if c.isupper() else _OTHER) for c in text)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in pixels of `text` set at `size` pixels."""
    return _ems(text) * size / 1000 * (1.07 if bold else 1.0)


def initials(names: list[str]) -> list[str]:
    """What stands inside each bank's disc: the first letter, or the number at the end when the letters do not tell banks apart.

    `["Alder", "Birch"]` gives A, B; `["Bank 07", "Bank 08"]` gives 07, 08.
    """
    letters = [name[:1].upper() for name in names]
    if len(names) > 1 and len(set(letters)) <= len(names) // 2:
        digits = [name[len(name.rstrip("0123456789")):][-3:] for name in names]
        if all(digits) and len(set(digits)) == len(names):
            return digits
    return letters
