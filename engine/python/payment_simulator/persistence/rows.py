"""Events and payments as they are stored: numbers, which take a third of the time of texts to write and less room.

People read them in the views `simulation_events` and `transactions` (`views.py`), in the columns of the specification.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from payment_simulator.persistence.table import Count, Number, Table


class EventRow(Table):
    """An event, as it is stored: the view `simulation_events` has it as people read it.

    `run_number` is that of `simulations`, `kind` the code of its type in the canonical log, `agent` and `peer` are
    numbers of banks (`simulation_agents`; -1: none), `payment` and `part` what the name of its payment is made of (0:
    none). `amount` and the three numbers mean what the catalogue of events says for its type. Only an event that these
    do not tell has `details`: all its fields but `agent_id` and `tx_id`, as JSON.
    """

    table_name = "event_rows"
    unique = ("run_number", "seq")
    compression: ClassVar[dict[str, str]] = {"details": "zstd"}
    run_number: Number
    seq: Count
    tick: Number
    kind: Annotated[int, "UTINYINT"]
    agent: Annotated[int, "INTEGER"]
    peer: Annotated[int, "INTEGER"]
    payment: Count
    part: str | None = None
    amount: int
    number_1: int
    number_2: int
    number_3: int
    details: str | None = None
    written_at: datetime


class EventCount(Table):
    """How many events of a type name a bank (-1: all events of the type), in those that were written together.

    They are those of the log from `first_seq` up to and without `end_seq`. With them one bank's events are counted, and
    a page of them is found, without reading all others.
    """

    table_name = "event_counts"
    unique = ("run_number", "first_seq", "agent", "kind")
    run_number: Number
    first_seq: Count
    end_seq: Count
    agent: Annotated[int, "INTEGER"]
    kind: Annotated[int, "UTINYINT"]
    events: Number


class PaymentRow(Table):
    """A payment, as it is stored: the view `transactions` has it as people read it.

    `payment` and `part` (0: it is none) are what its name is made of, `sender` and `receiver` numbers of banks.
    `status` is a place among those of `Transaction`, a priority of the settlement system one among its texts in the
    catalogue of events; -1: none, also for ticks.
    """

    table_name = "payment_rows"
    unique = ("run_number", "payment", "part")
    run_number: Number
    payment: Count
    part: Number
    sender: Number
    receiver: Number
    amount: int
    priority: Number
    is_divisible: bool
    arrival_tick: Number
    deadline_tick: int
    settlement_tick: Annotated[int, "INTEGER"]
    status: Annotated[int, "TINYINT"]
    overdue_since_tick: Annotated[int, "INTEGER"]
    amount_settled: int
    queue1_ticks: Number
    queue2_ticks: Number
    total_delay_ticks: Number
    delay_cost: int
    rtgs_priority: Annotated[int, "TINYINT"]
    rtgs_submission_tick: Annotated[int, "INTEGER"]
    declared_rtgs_priority: Annotated[int, "TINYINT"]
