"""Names of payments: `tx_00000012`, of a part of it `tx_00000012.1`; and of money that moved without one."""

from __future__ import annotations

import re

_NAME = re.compile(r"tx_(\d{8}|[1-9]\d{8,17})((?:\.[1-9]\d*)*)")


def number_and_part(tx_id: str) -> tuple[int, str] | None:
    """The number in the name of a payment and what follows it (`.1`, or nothing); None: no payment is called that."""
    found = _NAME.fullmatch(tx_id)
    return (int(found[1]), found[2]) if found else None


def scheduled_settlement(sender_id: str, receiver_id: str, amount: int, tick: int) -> str:
    """What stands for a payment where a scenario moved money without one."""
    return f"scheduled_settlement_{sender_id}_{receiver_id}_{amount}_{tick}"
