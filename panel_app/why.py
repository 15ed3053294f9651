"""Why a payment waits, and what would settle it: told from the state at the end of a tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from panel_app.session import Session


@dataclass(frozen=True)
class Waiting:
    """A payment that waits at the end of a tick. Money in cents; `place` counts from 1 in its sender's queue."""

    liquidity: int
    held: bool
    place: int
    queue_length: int
    incoming: int
    """Value that others have waiting for the sender."""
    opposite: int
    """Value that the receiver has waiting for the sender."""
    loop: tuple[int, ...]
    """Banks of a closed loop of queued payments through this one, its sender first and last; empty if there is none."""


def waiting(session: Session, payment: int, tick: int) -> Waiting:
    """The facts behind the inspector."""
    index = session.index
    central, held = index.waiting(tick)
    sender, receiver = int(index.sender[payment]), int(index.receiver[payment])
    is_held = bool(np.isin(payment, held))
    line = held if is_held else central
    own = line[index.sender[line] == sender]
    to_sender = central[index.receiver[central] == sender]
    opposite = to_sender[index.sender[to_sender] == receiver]
    return Waiting(
        liquidity=int(index.liquidity[tick, sender]),
        held=is_held,
        place=int(np.flatnonzero(own == payment)[0]) + 1,
        queue_length=len(own),
        incoming=int(index.amount[to_sender].sum()),
        opposite=int(index.amount[opposite].sum()),
        loop=() if is_held else _loop(session, central, sender, receiver),
    )


def _loop(
    session: Session, queued: np.ndarray[tuple[int, ...], np.dtype[np.int64]], sender: int, receiver: int
) -> tuple[int, ...]:
    """The shortest way of queued payments from the receiver back to the sender, by breadth; two banks are an offset,
    not a loop."""
    index = session.index
    pays: dict[int, set[int]] = {}
    for a, b in set(zip(index.sender[queued].tolist(), index.receiver[queued].tolist(), strict=True)):
        pays.setdefault(a, set()).add(b)
    ways: list[tuple[int, ...]] = [(receiver,)]
    seen = {receiver}
    while ways:
        longer = []
        for way in ways:
            for bank in sorted(pays.get(way[-1], ())):
                if bank == sender and len(way) > 1:
                    return (sender, *way, sender)
                if bank not in seen and bank != sender:
                    seen.add(bank)
                    longer.append((*way, bank))
        ways = longer
    return ()
