"""The payments of a run as a reader looks for them: their state at a tick, and those that match a filter. Columns
only."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panel_app.figures.run_index import RunIndex

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Show = Literal["all", "waiting", "overdue"]

WAITING, SETTLED, LATER, GONE = "waiting", "settled", "later", "gone"


def payment_id(run: Any, payment: int) -> str:
    """The id in the log: `tx_00000043`; a part of a split has its parent's id and its own number after a dot."""
    return str(run.payment_id(payment))


def payment_number(run: Any, tx_id: str) -> int:
    """The number of a payment by its id. Raises `LookupError` for one that this run does not have."""
    for number in payments_called(run, tx_id).tolist():
        if run.payment_id(number) == tx_id:
            return int(number)
    raise LookupError(f"There is no payment {tx_id!r} in this run.")


def state_at(index: RunIndex, payment: int, tick: int) -> str:
    """`waiting`, `settled`, `later` (has not arrived) or `gone` (cancelled, or split into parts) at the end of a
    tick."""
    if int(index.arrival[payment]) > tick:
        return LATER
    settled = int(index.settled[payment])
    if 0 <= settled <= tick:
        return SETTLED
    central, held = index.waiting(tick)
    return WAITING if bool(np.isin(payment, np.concatenate([central, held]))) else GONE


def banks_matching(names: list[str], word: str) -> Bools:
    """Shape (banks,): whose name begins with this word, in any case."""
    return np.array([name.lower().startswith(word) for name in names], dtype=bool)


def payments_called(run: Any, word: str) -> Ints:
    """The payments whose id a word means: `tx_00000043`, `43`, a whole with its parts; none if it is not one."""
    digits = word.removeprefix("tx_").partition(".")[0].lstrip("0")
    wanted = int(digits) if digits.isdigit() and len(digits) < 10 else -1
    return np.flatnonzero(run.payments.number == wanted)


def matching(index: RunIndex, names: list[str], words: list[str]) -> Bools:
    """Shape (payments,): every word is the beginning of a name of one of the two banks, or the payment's id."""
    found = np.ones(len(index.amount), dtype=bool)
    for word in words:
        banks = banks_matching(names, word)
        hit = banks[index.sender] | banks[index.receiver]
        hit[payments_called(index.run, word)] = True
        found &= hit
    return found


def listed(index: RunIndex, tick: int, show: Show, match: Bools | None, most: int) -> tuple[Ints, dict[str, int]]:
    """Payments to list at the end of a tick, at most `most`: those that wait in order of arrival, then the settled,
    latest first.

    Also how many there are of each kind (`all` has arrived, `waiting`, `overdue`), before the filter.
    """
    waiting = np.sort(np.concatenate(index.waiting(tick)))
    overdue = waiting[index.deadline[waiting] < tick]
    done = int(index.settled_starts[tick + 1])
    counts = {"all": done + len(waiting), "waiting": len(waiting), "overdue": len(overdue)}
    first = overdue if show == "overdue" else waiting
    settled = index.settled_order[:done][::-1] if show == "all" else first[:0]
    if match is not None:
        first, settled = first[match[first]], settled[match[settled]]
    return np.concatenate([first[:most], settled[: max(0, most - len(first))]]), counts
