"""A tick, whole: the sections in their order."""

from payment_simulator.execution.display import banks, collateral, costs, day, payments, policy, settlement
from payment_simulator.execution.display.moment import Moment

SECTIONS = (
    payments.arrivals,
    policy.decisions,
    settlement.details,
    payments.queued,
    settlement.netting,
    collateral.activity,
    payments.overdue,
    banks.figures,
    banks.states,
    costs.accruals,
    costs.breakdown,
    day.summary,
    day.end_of_day,
)
"""Each gives its lines, or none when it has nothing to tell."""


def tick_text(moment: Moment) -> str:
    """The tick as lines of text. What would steer a terminal is shown as a replacement character."""
    lines = [f"═══ Tick {moment.tick} ═══"]
    for section in SECTIONS:
        lines += section(moment)
    if not "".join(lines).isprintable():
        lines = [*map(_plain, lines)]
    return "\n".join([*lines, "", ""])


def _plain(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
