"""Tables as columns: what the geometry hands to Bokeh and to the first picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any] | list[Any]]
"""Columns of one length by name: arrays of numbers, or lists of texts."""


def rows(columns: Columns, order: NDArray[Any]) -> Columns:
    """Some rows of a table, by number, in this order."""
    return {
        name: [column[row] for row in order] if isinstance(column, list) else column[order]
        for name, column in columns.items()
    }


def texts(
    x: Sequence[float] = (), y: Sequence[float] = (), text: Sequence[str] = (), align: Sequence[str] = ()
) -> Columns:
    """A table of texts with their baselines; `align` is left, center or right of x."""
    return {"x": np.array(x, float), "y": np.array(y, float), "text": list(text), "align": list(align)}
