"""The end of a tick and of a day: section 12 and what follows the last tick of a day."""

from payment_simulator.execution.display.moment import WIDTH, Moment, money, percent, plural, title
from payment_simulator.execution.display.settlement import NETTING, SETTLING, payments


def summary(moment: Moment) -> list[str]:
    """Counts of the whole tick, whatever is shown of it."""
    settled = sum(len(payments(event)) for event in moment.all_of(*SETTLING))
    arrived = sum(not event["parent_id"] for event in moment.all_of("Arrival"))
    netted, queued = len(moment.all_of(*NETTING)), len(moment.all_of("QueuedRtgs"))
    parts = [f"{arrived} in", f"{settled} settled"]
    parts += [f"{netted} LSM"] if netted else []
    parts += [f"{queued} queued"] if queued else []
    return [title(f"Tick {moment.tick}: {' | '.join(parts)}")]


def end_of_day(moment: Moment) -> list[str]:
    """What the end of the day found, and the day's figures for every bank."""
    lines: list[str] = []
    for event in moment.all_of("EndOfDay"):
        lines += [f" End of day {event['day']} ".center(WIDTH, "═"), *_day(moment, event["unsettled_count"])]
        lines.append(f"  penalties {money(event['total_penalties'])}")
    return lines + _banks(moment) if lines else []


def _day(moment: Moment, unsettled: int) -> list[str]:
    day = moment.state.day
    return [
        f"  {plural(day.arrived, 'payment')} arrived | {day.settled} settled ({percent(day.settled, day.arrived)})"
        f" | {unsettled} unsettled",
        f"  {day.netted} settled by netting ({percent(day.netted, day.settlements)} of settlements)"
        f" | total cost {money(sum(day.costs.values()))}",
    ]


def _banks(moment: Moment) -> list[str]:
    lines: list[str] = []
    for agent_id, bank in moment.state.banks.items():
        if moment.concerns(agent_id):
            used = percent(max(0, -bank.balance), bank.credit_limit)
            lines.append(
                f"  {agent_id}: {money(bank.balance)} | credit used {used} | own queue {len(bank.queue1)}"
                f" | central queue {len(bank.queue2)} | costs of the day {money(moment.state.day.costs[agent_id])}"
            )
    return lines
