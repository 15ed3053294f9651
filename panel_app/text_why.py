"""Why a payment waits, in words: the engine's explanation as sentences. Money comes in as cents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from panel_app.figures.numbers import count, short

HOLDS = {
    "InsufficientLiquidity": "paying now would leave it too little",
    "NearDeadline": "its policy waits for the deadline",
    "AwaitingInflows": "it waits for money to come in",
    "LowPriority": "the payment has a low priority",
    "Custom": "its policy has not released it yet",
    "BudgetExhausted": "what it may send in this tick is used up",
    "NotInFocusList": "it pays other banks first",
    "CounterpartyLimitExceeded": "what it may send to this bank in this tick is used up",
    "Indivisible": "it would split the payment, which cannot be split",
    "NotInQueue2": "the payment is not in the central queue",
    "PolicyError": "its policy could not decide",
}
"""The reasons that policies give, by name."""
_IN_QUEUE1 = {
    "timed_release": "{} holds it: its policy has named a later time.",
    "later_part": "{} holds it: it is a later part of a payment that goes out in steps.",
    "reprioritized": "{} holds it, and has given it another priority.",
    "declared_anew": "{} has taken it back to declare it anew.",
    "withdrawn": "{} has withdrawn it from the central queue.",
}
NEXT_TICK = "Nothing stops it any more. The queue is looked at again in the next tick."
RELEASED_BY = "Released by"
WOULD_RELEASE = "These would release it"


def held(sender: str, reason: str, detail: str, ticks_to_deadline: int | None) -> str:
    """The bank's own policy holds it."""
    because = detail or HOLDS.get(reason, "its policy has not released it yet")
    left = (
        f" Its deadline is {count(ticks_to_deadline, 'tick')} away."
        if ticks_to_deadline is not None and ticks_to_deadline >= 0
        else ""
    )
    return f"{sender} holds it: {because}.{left}"


def in_own_queue(reason: str, sender: str) -> str:
    """Another reason why it is in its bank's own queue."""
    return _IN_QUEUE1.get(reason, "{} holds it.").format(sender)


def limit(sender: str, receiver: str | None, told: Mapping[str, Any], renewed: str | None) -> str:
    """A limit is reached; `receiver` is None for the limit to all banks together."""
    whom = receiver if receiver is not None else "all banks together"
    reached = (
        f"{sender} has reached its limit of {short(int(told['limit']))} for {whom} today: {short(int(told['used']))}"
    )
    again = f" The limit starts again at {renewed}." if renewed else ""
    return f"{reached} is sent, and this payment is {short(int(told['over_by']))} too much.{again}"


def behind(sender: str) -> str:
    """An earlier payment has to go first."""
    return f"{sender}\u2019s payments go in their order, and one before it waits:"


def taken_first(number: int, needed: int, sender: str) -> str:
    """Money that comes in goes to payments ahead of it first."""
    ahead = (
        "a payment ahead of it takes its part" if number == 1 else f"{number:,} payments ahead of it take their part"
    )
    return f"Of money that comes in, {ahead} first: {short(needed)} has to arrive at {sender}."


def enough(number: int, value: int) -> str:
    """Payments to its bank that wait, and would bring enough."""
    return f"{count(number, 'payment')} that {'waits' if number == 1 else 'wait'} would bring it: {short(value)}."


def not_enough(number: int, value: int) -> str:
    """All that wait for its bank do not bring enough."""
    if not number:
        return "No payment to it is waiting."
    return f"All {count(number, 'payment')} to it that wait bring {short(value)}, which is not enough."


def netting(mechanism: int, outcome: str, sender: str, receiver: str, most: tuple[str, int] | None) -> str:
    """What a way of netting that is on makes of it; `most`: the bank that lacks most, and how much."""
    what = {2: "Offset with " + receiver, 3: "A cycle", 4: "Netting all banks together"}[mechanism]
    if outcome == "nothing_comes_back":
        return {
            2: f"No offset: {receiver} has nothing waiting for {sender}.",
            3: "No cycle through this payment yet.",
            4: "Netting all banks together: nothing comes back to it.",
        }[mechanism]
    if outcome == "short" and most is not None:
        return f"{what} is open, but {most[0]} lacks {short(most[1])} for it."
    if outcome == "limit":
        return f"{what} would exceed a limit of a bank."
    return f"{what} settles it in the next tick."
