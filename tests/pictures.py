"""Whether two pictures show the same page, as people see them across a room and not pixel by pixel.

Both are made grey and reduced to cells of `CELL` by `CELL` pixels. What another machine draws otherwise (the edges of
letters, a line one pixel aside) leaves the mean of a cell nearly as it was; what moved, went, came or changed its
colour does not. `tests/unit/test_pictures.py` shows how much it takes to be noticed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

CELL = 10
NOTICED = 20
"""By how much the mean of a cell must change to count, of 255."""
TOLERANCE = 0.002
"""The part of all cells that may change: of 1280 x 720 pixels 18 of 9216."""
ASIDE = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
"""Pixels by which anything may lie aside."""


def cells(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mean brightness of each cell, 0 to 255; shape (rows, columns)."""
    size = picture.width // CELL, picture.height // CELL
    return np.asarray(picture.resize(size, Image.Resampling.BOX), dtype=np.float64)


def changed(one: Image.Image, other: Image.Image) -> float:
    """The part of the cells that differ, 0 to 1; all of them for pictures of different sizes."""
    if one.size != other.size:
        return 1.0
    grey, before = other.convert("L"), cells(one.convert("L"))
    difference = np.min([np.abs(before - cells(ImageChops.offset(grey, x, y))) for x, y in ASIDE], axis=0)
    return float((difference > NOTICED).mean())
