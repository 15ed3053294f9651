"""What one place of a scenario says about another: ids that exist, receivers that are possible, windows inside the day.

These checks read the canonical tree and not the validated models, so that they report their problems beside those of
the schema.
"""

from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches

from payment_simulator.config.node import Node
from payment_simulator.config.problem import Problem, shown

Ids = dict[str, None]
"""The ids of the banks, in the order of the scenario."""


def problems(root: Node) -> Iterator[Problem]:
    """Everything in the document that contradicts something else in it."""
    agents = list(_elements(root, "agents"))
    named = [node.value for agent in agents if (node := agent.get("id")) is not None]
    ids = dict.fromkeys(name for name in named if isinstance(name, str))
    yield from _duplicates(agents)
    for agent in agents:
        yield from _agent(agent, ids)
    for event in _elements(root, "scenario_events"):
        yield from _event(event, ids)
    yield from _display(root, ids)
    yield from _windows(root)


def _elements(node: Node, key: str) -> Iterator[Node]:
    listed = node.get(key)
    return listed.elements() if listed is not None else iter(())


def _known(node: Node | None, ids: Ids, *, at_key: bool = False) -> Iterator[Problem]:
    """`node` (or its key) is the id of a bank."""
    name = None if node is None else node.path[-1] if at_key else node.value
    if node is None or not isinstance(name, str) or name in ids or not ids:
        return
    near = get_close_matches(name, ids, 1, cutoff=0.5)
    listed = ", ".join(list(ids)[:8]) + (", ..." if len(ids) > 8 else "")
    hint = f"did you mean {near[0]}?" if near else f"known are {listed}"
    yield node.problem(f"{shown(name)} is not the id of a bank of this scenario; {hint}", ", ".join(ids), at_key=at_key)


def _duplicates(agents: list[Node]) -> Iterator[Problem]:
    first: dict[str, Node] = {}
    for agent in agents:
        node = agent.get("id")
        if node is None or not isinstance(node.value, str):
            continue
        if node.value in first:
            where = f" in line {first[node.value].line}" if first[node.value].line else ""
            yield node.problem(f"{shown(node.value)} is the id of another bank already{where}; ids are unique")
        first.setdefault(node.value, node)


def streams(root: Node) -> Iterator[Node]:
    """Every `arrival_config` and every band of the document."""
    for agent in _elements(root, "agents"):
        yield from _streams(agent)


def _streams(agent: Node) -> Iterator[Node]:
    config, bands = agent.get("arrival_config"), agent.get("arrival_bands")
    listed = [config, *(band for _, band in bands.items())] if bands is not None else [config]
    return (stream for stream in listed if stream is not None and isinstance(stream.value, dict))


def _agent(agent: Node, ids: Ids) -> Iterator[Problem]:
    limits = agent.get("limits", "bilateral_limits")
    for _, node in limits.items() if limits is not None else ():
        yield from _known(node, ids, at_key=True)
    for stream in _streams(agent):
        yield from _receivers(stream, agent, ids)


def _receivers(arrivals: Node, agent: Node, ids: Ids) -> Iterator[Problem]:
    weights = arrivals.get("counterparty_weights")
    for _, node in weights.items() if weights is not None else ():
        yield from _known(node, ids, at_key=True)
    sender = agent.get("id")
    if sender is None or not ids:
        return
    if weights is None or not weights.value:
        if len(ids) < 2:
            yield arrivals.problem("has nobody to pay; a payment needs a second bank")
        return
    usable = [node.value for key, node in weights.items() if key != sender.value]
    if all(type(value) in (int, Decimal) and value == 0 for value in usable):
        allowed = "a positive weight for another bank"
        yield weights.problem(f"adds up to nothing for other banks; write {allowed}", allowed)


def _event(event: Node, ids: Ids) -> Iterator[Problem]:
    for key in ("from_agent", "to_agent", "agent", "counterparty"):
        yield from _known(event.get(key), ids)
    sender, receiver = event.get("from_agent"), event.get("to_agent")
    if sender is not None and receiver is not None and sender.value == receiver.value and isinstance(sender.value, str):
        yield receiver.problem(f"{shown(receiver.value)} pays itself; write another bank")


def _display(root: Node, ids: Ids) -> Iterator[Problem]:
    names = root.get("display", "names")
    for _, node in names.items() if names is not None else ():
        yield from _known(node, ids, at_key=True)
    places = root.get("display", "places")
    seen: list[str] = []
    for node in places.elements() if places is not None else ():
        yield from _known(node, ids)
        if node.value in seen:
            yield node.problem(f"{shown(node.value)} has a place already; write each bank once")
        seen.append(node.value)
    if places is not None and isinstance(places.value, list):
        absent = [name for name in ids if name not in seen]
        if absent:
            yield places.problem(f"leaves out {', '.join(absent)}; write every bank once")
    yield from _open_at(root)


def _open_at(root: Node) -> Iterator[Problem]:
    open_at = root.get("display", "open_at")
    lengths = [node.value for key in ("ticks_per_day", "num_days") if (node := root.get("simulation", key)) is not None]
    if (
        open_at is not None
        and type(open_at.value) is int
        and lengths
        and all(type(length) is int for length in lengths)
    ):
        total = lengths[0] * (lengths[1] if len(lengths) > 1 else 1)
        if open_at.value >= total > 0:
            yield open_at.problem(
                f"got {open_at.value}; the run has {total} ticks: write at most {total - 1}", f"0 to {total - 1}"
            )


def _windows(root: Node) -> Iterator[Problem]:
    length = root.get("simulation", "ticks_per_day")
    if length is None or type(length.value) is not int:
        return
    for holder in (root, *streams(root)):
        for window in _elements(holder, "time_windows"):
            end = window.get("end_tick")
            if end is not None and type(end.value) is int and end.value > length.value:
                message = f"got {end.value}; a window lies within the day: write at most ticks_per_day, {length.value}"
                yield end.problem(message, f"1 to {length.value}")
