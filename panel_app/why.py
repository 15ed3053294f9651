"""Why a payment waits, and what would release it: the engine's own explanation, with payments and banks as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from panel_app.payments import payment_number

if TYPE_CHECKING:
    from panel_app.session import Session

MECHANISM_OF = {"bilateral": 2, "cycle": 3, "cycles": 3, "multilateral": 4}


@dataclass(frozen=True)
class NettingOutcome:
    """What a way of netting that is on would make of the payment: `mechanism` as in columns, the engine's `outcome`,
    and the bank (number) that lacks most for it, with how much.
    """

    mechanism: int
    outcome: str
    most: tuple[int, int] | None


class Why:
    """The explanation of one payment at the end of one tick. Money in cents."""

    def __init__(self, session: Session, payment: int, tick: int) -> None:
        self._session, self.payment, self.tick = session, payment, tick
        run = session.run
        self.told: dict[str, Any] = run.engine.explain(run.payment_id(payment), tick)
        self._banks = {bank: number for number, bank in enumerate(run.agent_ids)}

    def _number(self, tx_id: str) -> int:
        return payment_number(self._session.run, tx_id)

    @property
    def waits(self) -> bool:
        return self.told["place"] in ("queue1", "queue2")

    @property
    def held(self) -> bool:
        """Whether it waits in its bank's own queue."""
        return bool(self.told["place"] == "queue1")

    @property
    def reasons(self) -> list[str]:
        """The engine's names of why it waits."""
        return list(self.told["reasons"])

    @property
    def liquidity(self) -> int:
        """What its bank can pay."""
        return int(self.told.get("available_liquidity") or 0)

    @property
    def short_by(self) -> int:
        """What its bank lacks for it alone."""
        return int(self.told.get("short_by") or 0)

    @property
    def needed(self) -> int | None:
        """So much more at its bank releases it; None if money alone does not."""
        needed = self.told.get("short_in_queue")
        return None if needed is None else int(needed)

    @cached_property
    def behind(self) -> int | None:
        """The payment that has to go first."""
        tx_id = self.told.get("behind")
        return None if tx_id is None else self._number(tx_id)

    @cached_property
    def taken_first(self) -> tuple[int, ...]:
        """Payments ahead of it that take money that comes in."""
        return tuple(self._number(tx_id) for tx_id in self.told.get("taken_first") or ())

    @property
    def incoming(self) -> tuple[int, int]:
        """How many queued payments to its bank there are, and their value."""
        incoming = self.told["incoming"] or {}
        return int(incoming.get("count") or 0), int(incoming.get("value") or 0)

    @cached_property
    def releasing(self) -> tuple[int, ...]:
        """The fewest payments to its bank that would release it by settling; none if all together do not."""
        incoming = self.told["incoming"] or {}
        return tuple(self._number(one["tx_id"]) for one in incoming.get("releasing") or ())

    @cached_property
    def received(self) -> tuple[int, ...]:
        """The payments that its bank got until it settled."""
        later = self.told["later"] or {}
        return tuple(self._number(one["tx_id"]) for one in later.get("received") or ())

    @cached_property
    def netting(self) -> list[NettingOutcome]:
        """Each way of netting that is on."""
        found = []
        for told in self.told["netting"]:
            lacks = [(int(bank["short_by"]), self._banks[bank["agent_id"]]) for bank in told["banks"]]
            worst = max(lacks, default=(0, 0))
            most = (worst[1], worst[0]) if worst[0] > 0 else None
            found.append(NettingOutcome(MECHANISM_OF[told["mechanism"]], str(told["outcome"]), most))
        return found

    # What the engine does not say, because it is switched off

    @cached_property
    def _central(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return self._session.index.waiting(self.tick)[0]

    @property
    def opposite(self) -> int:
        """Value that the receiver has waiting for the sender in the central queue."""
        index, queued = self._session.index, self._central
        back = (index.sender[queued] == index.receiver[self.payment]) & (
            index.receiver[queued] == index.sender[self.payment]
        )
        return int(index.amount[queued[back]].sum())

    @cached_property
    def loop(self) -> tuple[int, ...]:
        """Banks of the shortest closed loop of queued payments through this one, its sender first and last; of three
        and more banks; empty if there is none.
        """
        index, queued = self._session.index, self._central
        sender, receiver = int(index.sender[self.payment]), int(index.receiver[self.payment])
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

    @property
    def place(self) -> tuple[int, int]:
        """Its place in its bank's line, from 1, and how long that is."""
        index = self._session.index
        central, held = index.waiting(self.tick)
        line = held if self.held else central
        own = line[index.sender[line] == index.sender[self.payment]]
        return int(np.flatnonzero(own == self.payment)[0]) + 1, len(own)
