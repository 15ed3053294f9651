"""What was charged in the tick: sections 10 and 11."""

from collections import Counter

from payment_simulator.execution.display.banks import LABELS
from payment_simulator.execution.display.moment import Moment, money, title


def accruals(moment: Moment) -> list[str]:
    """Every charge, with its parts."""
    charged = moment.of("CostAccrual")
    lines = [title("Costs charged")] if charged else []
    for event in charged:
        parts = [
            f"{label} {money(event['costs'][field])}" for field, label in LABELS.items() if field in event["costs"]
        ]
        lines.append(f"  {event['agent_id']}: {money(event['costs']['total_cost'])} = {' + '.join(parts) or '$0.00'}")
    return lines


def breakdown(moment: Moment) -> list[str]:
    """By bank and kind, if the tick cost anything."""
    sums: dict[str, Counter[str]] = {agent_id: Counter() for agent_id in moment.agent_ids}
    for event in moment.all_of("CostAccrual"):
        if event["agent_id"] in sums:
            sums[event["agent_id"]].update(event["costs"])
    charged = {agent_id: costs for agent_id, costs in sums.items() if costs["total_cost"]}
    if not charged:
        return []
    total = sum(costs["total_cost"] for costs in charged.values())
    lines = [title(f"Costs of this tick: {money(total)}")]
    for agent_id, costs in charged.items():
        lines.append(f"  {agent_id}: {money(costs['total_cost'])}")
        lines += [f"    {label} {money(costs[field])}" for field, label in LABELS.items() if costs[field]]
    return lines
