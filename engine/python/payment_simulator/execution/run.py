"""A run to look at: the engine's log as arrays, events and states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from payment_simulator_core_rs import COST_NAMES, MECHANISMS, event_catalogue

if TYPE_CHECKING:
    from payment_simulator_core_rs import Views

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Series:
    """What was so at the end of each tick. Money in cents.

    Shape (ticks, agents): `balance, credit_limit, posted_collateral, queue1_count, queue1_value, queue2_count,
    queue2_value` (queues as sender), and each array of `costs`, by name: the cost of that tick alone. Shape (ticks,):
    `arrived_count, arrived_value, overdue_count`. Shape (ticks, mechanisms): `settled_count, settled_value`.
    """

    balance: Ints
    credit_limit: Ints
    posted_collateral: Ints
    queue1_count: Ints
    queue1_value: Ints
    queue2_count: Ints
    queue2_value: Ints
    arrived_count: Ints
    arrived_value: Ints
    overdue_count: Ints
    settled_count: Ints
    settled_value: Ints
    costs: dict[str, Ints]


@dataclass(frozen=True)
class Payments:
    """One row a payment. `sender` and `receiver` are agent numbers, ticks are -1 for "not (yet)", `amount` is in cents.

    `submitted_tick`: left the bank's own queue. `queued_tick`: entered Queue 2. `settled_by`: place in the log of the
    event that settled it. `parent`: the payment that it is a part of, or -1; `number`: its place, from 1, among the
    payments that are no parts (that of the whole, for a part); `part`: its place, from 1, among the parts, or 0.
    """

    sender: Ints
    receiver: Ints
    amount: Ints
    arrival_tick: Ints
    deadline_tick: Ints
    priority: Ints
    parent: Ints
    number: Ints
    part: Ints
    submitted_tick: Ints
    queued_tick: Ints
    settled_tick: Ints
    mechanism: Ints
    overdue_tick: Ints
    dropped_tick: Ints
    settled_by: Ints

    def __len__(self) -> int:
        return len(self.amount)


@dataclass(frozen=True)
class Flows:
    """What settled between banks, by mechanism, sender, receiver (shape (mechanisms, agents, agents)).

    `value` in cents, `count` of payments, `last_tick` in which something settled there (-1: never).
    """

    value: Ints
    count: Ints
    last_tick: Ints


class Run:
    """A finished or partial run, thin over the engine, or the recording, that holds its log.

    Arrays are made when they are first asked for and then kept. They describe the run as it was at that time: make a
    new `Run` after running more ticks of the same engine.
    """

    def __init__(self, engine: Views, config: Mapping[str, Any]) -> None:
        self.engine = engine
        self.config = dict(config)
        """The engine input that made this run."""
        self.agent_ids: list[str] = engine.agent_ids
        """Ascending; agent number i is `agent_ids[i]`."""
        self.ticks: int = engine.current_tick
        """How many ticks were run."""
        self.ticks_per_day: int = config["ticks_per_day"]
        self.num_days: int = config["num_days"]
        self.seed: int = config["rng_seed"]

    @cached_property
    def log_hash(self) -> str:
        """SHA-256 of the canonical event log, lower-case hex: same scenario and seed, same hash, everywhere."""
        return self.engine.log_hash()

    @property
    def event_count(self) -> int:
        """How many events the log holds."""
        return self.engine.event_count

    def events(self, from_tick: int = 0, to_tick: int | None = None) -> list[dict[str, Any]]:
        """The events of the ticks from `from_tick` up to and without `to_tick` (None: the end), in log order."""
        return self.engine.events(from_tick, self.ticks if to_tick is None else to_tick)

    def events_jsonl(self, from_tick: int = 0, to_tick: int | None = None) -> bytes:
        """The same events as JSON Lines, without a Python object per event."""
        return self.engine.events_jsonl(from_tick, self.ticks if to_tick is None else to_tick)

    def columns(self, event_type: str) -> dict[str, Any]:
        """All events of one type as columns: `seq`, `tick`, then each field.

        Integers, agents and payments are int64 arrays (-1: none), floats float64 arrays, texts lists; a list field `x`
        is `x` (all items) with `x_offsets`. Raises ValueError for a type that is not in the catalogue.
        """
        floats = _FLOAT_FIELDS.get(event_type, frozenset())
        columns = self.engine.event_columns(event_type)
        return {
            name: np.frombuffer(column, "<f8" if name in floats else "<i8") if isinstance(column, bytes) else column
            for name, column in columns.items()
        }

    @cached_property
    def series(self) -> Series:
        """What was so at the end of each tick."""
        raw = self.engine.series()
        by_agent, by_mechanism = (self.ticks, len(self.agent_ids)), (self.ticks, len(MECHANISMS))
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(("settled_count", "settled_value"), by_mechanism)
        shapes |= dict.fromkeys(("arrived_count", "arrived_value", "overdue_count"), (self.ticks,))
        arrays = {name: _int64(column).reshape(shapes.get(name, by_agent)) for name, column in raw.items()}
        costs = {name: arrays.pop(name) for name in COST_NAMES}
        return Series(**arrays, costs=costs)

    @cached_property
    def payments(self) -> Payments:
        """Every payment that has arrived."""
        raw = self.engine.payments()
        columns = {
            field.name: np.frombuffer(raw[field.name], "<i8" if field.name == "amount" else "<i4")
            for field in fields(Payments)
        }
        return Payments(**columns)

    def payment_id(self, index: int) -> str:
        """The name of payment `index` in the log: `tx_00000001`; of a part, `tx_00000001.2`."""
        parent = int(self.payments.parent[index])
        if parent < 0:
            return f"tx_{self.payments.number[index]:08d}"
        return f"{self.payment_id(parent)}.{self.payments.part[index]}"

    def flows(self, from_tick: int, to_tick: int) -> Flows:
        """What settled between banks in the ticks from `from_tick` up to and without `to_tick`."""
        shape = (len(MECHANISMS), len(self.agent_ids), len(self.agent_ids))
        raw = self.engine.flows(from_tick, to_tick)
        return Flows(**{name: _int64(raw[name]).reshape(shape) for name in ("value", "count", "last_tick")})

    def state(self, tick: int) -> dict[str, Any]:
        """The state at the end of `tick` (-1: before the first): balances, queues by payment id, costs so far."""
        return self.engine.state(tick)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Totals of the run: arrivals, settlements, netting, costs, and each bank's final balance, queues and costs."""
        return self.engine.totals()


def _int64(column: bytes) -> Ints:
    return np.frombuffer(column, "<i8")


_FLOAT_FIELDS = {
    event["event_type"]: frozenset(field["name"] for field in event["fields"] if field["type"] == "float")
    for event in event_catalogue()
}
