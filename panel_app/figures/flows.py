"""What settled between banks within a window, and how large a drawing of it should be.

Reference values are fixed for a scenario over its whole day, so sizes never rescale while time runs.
"""

from dataclasses import dataclass, field

import numpy as np

from panel_app.figures.run_index import MECHANISMS, Floats, Ints, RunIndex

SAMPLES = 96
"""Ticks looked at for the reference of a window; a longer run is sampled evenly."""


@dataclass(frozen=True)
class Flows:
    """Flows of one window, one row for each ordered pair and mechanism with settlements in it, largest value first."""

    key: Ints
    """(sender * banks + receiver) * 5 + mechanism."""
    sender: Ints
    receiver: Ints
    mechanism: Ints
    value: Ints
    last: Ints
    """Tick of the latest settlement."""
    rest_count: int = 0
    """Flows left out because they are too many to draw, the smallest ones."""
    rest_value: int = 0


def flows_in(index: RunIndex, tick: int, window: int, most: int | None = None) -> Flows:
    """Settled in the `window` ticks that end with `tick`; at most the `most` largest are kept, the others counted."""
    rows = index.settled_between(tick - window + 1, tick + 1)
    size = index.banks * index.banks * MECHANISMS
    keys = index.flow[rows]
    # Sums of cents stay exact in a float up to 2**53, that is 90 trillion units.
    total = np.bincount(keys, weights=index.amount[rows], minlength=size)
    last = np.full(size, -1, np.int64)
    last[keys] = index.settled[rows]  # in order of time: the latest stays
    key = np.flatnonzero(last >= 0)
    key = key[np.lexsort((key, -total[key]))]
    rest = key[most:] if most is not None else key[:0]
    key = key[:most] if most is not None else key
    pair = key // MECHANISMS
    return Flows(
        key,
        pair // index.banks,
        pair % index.banks,
        key % MECHANISMS,
        total[key].astype(np.int64),
        last[key],
        len(rest),
        int(total[rest].sum()),
    )


@dataclass
class Reference:
    """Sizes of a scenario: what counts as large. Taken from the run with which the scenario opens; all in cents."""

    index: RunIndex
    liquidity: float = 0.0
    amount: float = 0.0
    _flow: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.liquidity = 0.8 * float(self.index.liquidity.max(initial=0))
        self.amount = float(np.percentile(self.index.amount, 99)) if len(self.index.amount) else 0.0

    def flow(self, window: int) -> float:
        """99th percentile of the flows of all windows of this length."""
        if window not in self._flow:
            step = max(1, self.index.ticks // SAMPLES)
            values: list[Floats] = [
                flows_in(self.index, tick, window).value.astype(float) for tick in range(0, self.index.ticks, step)
            ]
            every = np.concatenate(values) if values else np.zeros(0)
            self._flow[window] = float(np.percentile(every, 99)) if len(every) else 1.0
        return self._flow[window]


def flow_width(value: Floats, reference: float, scale: float) -> Floats:
    """Width of a flow in pixels: it grows with the root of the value, from 1.3 to 8.5."""
    found: Floats = np.minimum(8.5, 1.3 + 6.7 * np.sqrt(value / max(reference, 1.0))) * scale
    return found
