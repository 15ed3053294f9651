"""The boundary between the engine (Rust) and Python, whole.

Units: money is integer cents; time is in ticks, counted from 0 over the whole run; `from_tick` is included and
`to_tick` is not. Agents are numbered by ascending id: agent `i` is `agent_ids[i]`. Payments are numbered in the order
in which they arise, from 0; a payment's name is `tx_` and its `number`, its place among those that are not parts of
another, with eight digits from 1; a part is called after its whole and its own place, `tx_00000001.1`. Columns are
bytes of little-endian integers in C order, made for `numpy.frombuffer`.
"""

from collections.abc import Mapping
from typing import Any, Protocol, final

__version__: str

MECHANISMS: tuple[str, ...]
"""How a payment settles, by its number in columns: gross, queue, bilateral, cycle, multilateral."""

COST_NAMES: tuple[str, ...]
"""The cost categories in their order in columns, without the total."""

class ConfigurationError(ValueError):
    """The engine refuses a configuration. `path` names the place in it (`agents.0.opening_balance`)."""

    path: str

class SimulationError(RuntimeError):
    """A tick could not be run. The state is what it was before."""

def event_catalogue() -> list[dict[str, Any]]:
    """Every event type: `{"event_type": str, "code": int, "by_numbers": bool, "fields": [{"name": str, "type": str,
    "column": str | None, "texts": list[str]}]}`, in the order of their codes in the log.

    `column` is the one of `event_rows` that has the field, if numbers tell it (`texts`: those that they stand for).
    Events of a type that is not `by_numbers` are always told by a text there, others if what is optional is not null.
    """

def check_policy(document: Any, agent_ids: list[str]) -> list[dict[str, str]]:
    """Everything that is wrong with a policy document (JSON as Python values), as `{"kind", "path", "message"}`.

    `path` is the place in the document (`payment_tree.on_true.condition.left`). An empty list: the document is right.
    """

def policy_catalogue() -> dict[str, Any]:
    """What policy documents may use: the tables behind the engine's evaluator and validator.

    `{"register_prefix", "fields": [{"name", "category", "of_payment", "unit", "description"}], "actions": [{"name",
    "tree" (payment, bank, collateral), "category", "parameters": [{"name", "alias", "type", "required",
    "description"}], "description"}]}`.
    """

class LogError(ValueError):
    """Bytes are not a canonical log of this scenario: damaged, truncated, or of another one. The message says where."""

class NotKeptError(RuntimeError):
    """Events are needed that are not kept (`retain`) or were taken (`take_log`). The message says what to do."""

class ControlError(ValueError):
    """A command is refused and changes nothing. The message names the value and what would be right."""

class SnapshotError(ValueError):
    """Bytes or text are not a snapshot, a damaged one, or one of another version. The message says which, and what to
    do.
    """

class _EventFilter(Protocol):
    """What events have to meet, all of it; None: anything will do. `agent` is a bank that acts in the event, or that
    receives where money moves; `tx` any payment that the event names.
    """

    @property
    def types(self) -> frozenset[str] | None: ...
    @property
    def agent(self) -> str | None: ...
    @property
    def tx(self) -> str | None: ...

class Views:
    """What can be asked of a run: of one that goes on (`Orchestrator`) and of one that was read back (`Recording`).

    What needs events that are not there raises `NotKeptError`: with `retain="settlements"` only `events`,
    `events_jsonl`, `event_columns`, `event_rows` (which then hold arrivals and settlements) and `flows` can be asked;
    after `take_log` only `events`, `events_jsonl` and `event_rows` from there on. `totals` and the properties can
    always be asked.
    """

    @property
    def config(self) -> dict[str, Any]:
        """The engine input that the run was made from, with every default written out; it makes the same run again."""
    @property
    def current_tick(self) -> int:
        """How many ticks were run; the tick that runs next, if any; equal to `total_ticks` when the run is complete."""
    @property
    def total_ticks(self) -> int: ...
    @property
    def agent_ids(self) -> list[str]: ...
    # The event log
    @property
    def event_count(self) -> int:
        """How many events have happened, whether they are kept or not."""
    def events(self, from_tick: int, to_tick: int) -> list[dict[str, Any]]:
        """The events of these ticks in log order, each `{"event_type", "tick", ...fields}`."""
    def events_jsonl(self, from_tick: int, to_tick: int, shown: _EventFilter | None = None) -> bytes:
        """The same, or those that are shown, as JSON Lines; keys in the order of the catalogue."""
    def event_columns(self, event_type: str) -> dict[str, Any]:
        """All events of one type as columns: `seq` (place in the log) and `tick` as int64 bytes, then each field of the
        catalogue.

        Integers, agents and payments are int64 bytes (agents and payments by number, -1 for none), floats are float64
        bytes, texts are lists. A list field `x` is two columns: `x` (all items) and `x_offsets` (int64, one more than
        there are events).
        """
    def event_rows(self, from_seq: int, to_seq: int) -> dict[str, bytes]:
        """The events from place `from_seq` up to and without `to_seq` as rows of a table, made for storage.

        `seq` (int64), `tick` (int32), `kind` (uint8: its code), `agent` and `peer` (int32: the banks in these columns
        of the catalogue; where an event has none, the lowest others that it names, or -1), `payment` (int64: the
        number in the name of the payment in field `tx_id`, or 0: none, or money that moved without a payment) and
        `part` (text: what follows it in the name of a part), `amount` and `number_1` to `number_3` (int64: what the
        catalogue says, or 0). Where these do not say all, `details` (text) is the fields but `agent_id` and `tx_id` as
        a JSON object, keys in the order of the catalogue; else it is empty. What not every event has stands beside
        them: `more_agents` (int32: further banks) and `other_tx` (text: payments beside that in `tx_id`), each with
        the place of its event (`more_agents_seq`, `other_tx_seq`: int64).
        A text column `x` is UTF-8 with `x_offsets` (int64, in bytes, one more than there are texts): what Arrow calls
        large strings.
        """
    def event_ends(self) -> bytes:
        """Where the events of each tick that was run end in the log, int64: `event_rows` counts in these places."""
    def canonical_log(self, from_seq: int = 0) -> bytes:
        """The bytes that `log_hash` hashes (`docs/log.md`); `Recording` reads them back.

        `from_seq`: only the events from this place on, which continue what was asked for before.
        """
    def log_hash(self) -> str:
        """SHA-256, lower-case hex, of the canonical event log (`docs/log.md`), of all events, kept or not.

        Where not all are kept the run must have been made with `hashing=True`.
        """
    # Views of the log
    def payments(self) -> dict[str, bytes]:
        """One row a payment, int32 but for `amount` (int64); -1 for "not (yet)".

        `sender, receiver, amount, arrival_tick, deadline_tick, priority, parent, number, part` (0: not a part)`,
        submitted_tick` (left the bank's own queue), `queued_tick` (entered Queue 2, last time), `settled_tick,
        mechanism, overdue_tick, dropped_tick, settled_by` (place in the log of the event that settled it).
        """
    def series(self) -> dict[str, bytes]:
        """What was so at the end of each tick that was run, int64.

        Shape (ticks, agents): `balance, credit_limit, posted_collateral, queue1_count, queue1_value, queue2_count,
        queue2_value` (as sender) and, for the tick alone, each of `COST_NAMES`. Shape (ticks,): `arrived_count,
        arrived_value, overdue_count` (queued and past their deadline). Shape (ticks, mechanisms): `settled_count,
        settled_value`.
        """
    def flows(self, from_tick: int, to_tick: int) -> dict[str, bytes]:
        """Settled between banks in these ticks, int64, shape (mechanisms, senders, receivers): `value, count`.

        Also `last_tick` of the same shape: the last tick in which something settled there, -1 for never.
        """
    def state(self, tick: int) -> dict[str, Any]:
        """The state at the end of `tick` (-1: before the first), told from the log alone.

        `{"tick", "agents": [{"id", "balance", "credit_limit", "posted_collateral", "queue1": [tx_id], "queue2":
        [tx_id], "costs": {...}}], "queue2": [tx_id]}`; costs are run totals up to and including the tick.
        """
    def metrics(self) -> dict[str, Any]:
        """The figures of the run so far, told from the log (`docs/metrics.md` has the formulas).

        `total_ticks, total_arrivals, total_settlements, settlement_rate, total_dropped, avg_delay_ticks,
        max_delay_ticks, value_weighted_delay_ticks, queue1_total_size, queue2_total_size, max_queue_depth,
        peak_overdraft, current_max_overdraft, agents_in_overdraft, total_transactions, children, settled_children,
        settled_payments` and `settled_value` (by mechanism)`, lsm_operations, lsm_settled_payments, lsm_share,
        net_to_gross, liquidity_used, turnover, on_time_share, value_weighted_settlement_time, money_is_conserved,
        costs` (each category and `total_cost`)`, agents: [{"id", "final_balance", "avg_balance", "min_balance",
        "max_balance", "peak_overdraft", "num_sent", "num_received", "total_sent", "total_received"}]`.
        """
    def daily_metrics(self) -> dict[str, bytes]:
        """Figures of each bank and day that has begun, int64, shape (days, agents).

        `opening_balance, closing_balance` (before the pool's return)`, balance_after_return, min_balance, max_balance`
        (sampled after every event that changes the balance, up to the pool's return)`, unsecured_cap, peak_overdraft,
        liquidity_used, opening_posted_collateral, closing_posted_collateral, peak_posted_collateral,
        collateral_capacity, num_collateral_posts, num_collateral_withdrawals, num_arrivals, num_sent, num_received,
        num_settled, num_dropped, sent_value, received_value, queue1_peak_size, queue1_eod_size, queue2_peak_size,
        queue2_eod_size` (ends of ticks)`, deadline_penalty_cost` (both penalties)`, total_cost` and `COST_NAMES`.
        """
    def explain(self, tx_id: str, tick: int) -> dict[str, Any]:
        """Why a payment stands where it does at the end of `tick`, told from the log alone.

        What does not apply is None or empty.

        - `tx_id, tick, sender_id, receiver_id, amount, deadline_tick, overdue_since_tick`
        - `place`: not_arrived, queue1, queue2, settled, split (its `parts` stand somewhere themselves), dropped;
          `since_tick`: since when
        - `decision`: the last event about where it stands (`event_type, tick, seq` and the event's fields), for
          example the `PolicyHold` with its reason
        - `reasons`: why it waits. In queue1 one of policy_hold, timed_release (its policy named a later tick),
          later_part (its turn in a staggered split comes later), reprioritized, declared_anew, withdrawn. In queue2
          the obstacles, or next_tick: nothing stops it any more
        - `obstacles`: what would stop it if it were tried now: liquidity, bilateral_limit, multilateral_limit,
          behind_earlier_payment; with the figures: `available_liquidity, short_by` (what its bank lacks for it alone),
          `short_in_queue` (so much more releases it; None if money alone does not), `taken_first` (payments of its
          bank ahead of it that take their part of that first), `behind` (the payment that must go first),
          `bilateral_limit, multilateral_limit`: `{"limit", "used", "over_by"}`, `limits_renewed_tick`
        - `incoming`, if its bank is short: `{"count", "value"}` of all queued payments to its bank, and `releasing`,
          the fewest of them that bring enough: `[{"tx_id", "sender_id" (which holds it), "amount", "place"}]`, None if
          all together do not
        - `netting`: for each way of netting that is on, `{"mechanism", "outcome", "banks"}`: outcome
          nothing_comes_back, short, limit or next_tick; each bank `{"agent_id", "sends", "receives",
          "available_liquidity", "short_by", "over_limit"}` as it would be with this payment and those ahead of it
        - `later`: what ended its waiting: `{"event", "received"}`; `received` are the payments that its bank got from
          the end of the tick until then: `[{"tx_id", "sender_id", "amount", "tick"}]`

        Raises `ValueError` for a payment that this run does not have and a tick that was not run.
        """
    def decision_path(self, tx_id: str, tick: int) -> dict[str, Any] | None:
        """The way to what the bank's policy decided about a payment in `tick`; None if it decided nothing about it.

        `{"queue" (queue1 or queue2), "policy" (Tree, Fifo, ...), "nodes", "decision"}`. A node is `{"node_id", "type":
        "condition", "result", "compared", "error"}` or, last, `{"node_id", "type": "action", "action", "parameters":
        [{"name", "written", "value"}]}`; `compared` are the comparisons that were looked at, each `{"left",
        "left_value", "operator", "right", "right_value", "result"}`. A built-in policy is a path of one action, with
        what it compared. `decision` is `{"action", ...}` with what it came out with (reason, num_splits, ...).
        The ticks before are run again for this, with all that was commanded (milliseconds). Raises `ValueError` as
        `explain`, and `SimulationError` if the log is not what configuration and commands give.
        """
    def tick_results(self, from_tick: int, to_tick: int) -> list[dict[str, int]]:
        """What `Orchestrator.tick` returned for each of these ticks that were run, told from the log."""
    def totals(self) -> dict[str, Any]:
        """Totals of the run so far.

        `{"total_arrivals", "total_settlements", "settlement_rate", "total_dropped", "total_lsm_releases",
        "lsm_operations", "lsm_settled_payments", "arrived_value", "settled_value", "total_cost", "costs": {...},
        "agents": [{"id", "final_balance", "queue1_size", "queue2_size", "costs": {...}}]}` as `metrics.md` and `cli.md`
        define them. `costs` holds every category and `total_cost`.
        """

@final
class Orchestrator(Views):
    """One simulation: its state, and the event log from which everything else can be told.

    `config` is what `SimulationConfig.engine_input()` gives: the canonical, flat form of a scenario. `retain` says
    which events are kept after their tick: "all", "settlements" (arrivals and settlements) or "none"; with "all",
    `take_log` hands them over in parts. `hashing=True` keeps the hash of the log up while running. Each bank has the
    arrivals that it has in `like`, whatever `config` tells of them: reading them is most of the work. Raises
    `ConfigurationError`, and ValueError for `retain`.
    """

    def __new__(
        cls, config: Mapping[str, Any], *, retain: str = "all", hashing: bool = False, like: Views | None = None
    ) -> Orchestrator: ...
    def tick(self) -> dict[str, int]:
        """Run one tick, whole or not at all.

        Returns `tick, num_arrivals, num_settlements, num_lsm_releases, total_cost, settled_payments, settled_value,
        lsm_operations, lsm_settled_payments`. Raises `SimulationError` after the last tick and when an amount would
        overflow.
        """
    def run(self, ticks: int) -> int:
        """Run up to `ticks` ticks, stop at the end of the last day, and return how many were run."""
    # Snapshots
    def save(self) -> bytes:
        """The whole state (`docs/engine.md`), versioned and with its SHA-256.

        A run that goes on from it is the same, byte by byte, as one that was never interrupted. What is kept of the log
        is in it, and what was commanded for the next tick.
        """
    @staticmethod
    def load(snapshot: bytes) -> Orchestrator:
        """Go on from `save()`. Raises `SnapshotError`."""
    def save_json(self) -> str:
        """The same as JSON: `{"payment_simulator_snapshot": version, "sha256", "state"}`."""
    @staticmethod
    def load_json(text: str) -> Orchestrator:
        """Go on from `save_json()`, however the text is laid out. Raises `SnapshotError`."""
    # Run-time control, between ticks. What is accepted happens at the beginning of the next tick, in the order given,
    # and is logged there: its effect, then `ControlExecuted`. What is refused raises `ControlError`, changing nothing.
    def submit(
        self,
        sender_id: str,
        receiver_id: str,
        amount: int,
        deadline_tick: int,
        priority: int = 5,
        divisible: bool = True,
    ) -> str:
        """Let a payment arrive in its sender's own queue; returns the name that it will have.

        Deadlines are capped as in the scenario.
        """
    def withdraw(self, tx_id: str) -> None:
        """Take a payment back from Queue 2 to its sender's own queue, where the sender's policy decides anew."""
    def resubmit(self, tx_id: str, rtgs_priority: str) -> None:
        """Declare a waiting payment anew (HighlyUrgent, Urgent, Normal); from Queue 2 it goes back first."""
    def post_collateral(self, agent_id: str, amount: int) -> None:
        """Post collateral, within the bank's capacity."""
    def withdraw_collateral(self, agent_id: str, amount: int) -> None:
        """Withdraw collateral that covers no credit; what was posted by hand is held for 5 ticks."""
    def replace_policy(self, agent_id: str, policy: Mapping[str, Any]) -> None:
        """Another policy from the next tick on: `{"type": "Deadline", "urgency_threshold": 3}`, as in `config`."""
    # Long runs
    def take_log(self) -> bytes:
        """The canonical log of the events since the last call, which are then forgotten: a sink for long runs.

        Joined, the segments are the canonical log of the run (the first begins with its head): `Recording` reads it.
        Raises `NotKeptError` if the run does not keep all events.
        """

@final
class Recording(Views):
    """A run read back from its canonical log: no engine, the same views.

    `config` is the engine input that the run was made from; `ticks` is how many ticks were run (None: up to the last
    event; the log does not tell of quiet ticks at its end). The log is checked strictly; segments of a log are joined
    first: `b"".join(segments)`. Raises `LogError`, and `ConfigurationError` for the configuration.
    """

    def __new__(cls, config: Mapping[str, Any], log: bytes, *, ticks: int | None = None) -> Recording: ...

@final
class RollUp:
    """Payments, days and queues as tables, folded from the events of a run: what it holds does not grow with the run.

    `views` is the live engine, before its first tick, or a recording. `every_tick`: tell of every tick, too.
    """

    def __new__(cls, views: Views, *, every_tick: bool = False) -> RollUp: ...
    @property
    def next_tick(self) -> int:
        """The first tick that was not taken in."""
    def take_in(self, views: Views, to_tick: int) -> None:
        """Take in the ticks up to and without `to_tick`, not beyond the end of a day. Raises `NotKeptError`."""
    def end_day(self) -> dict[str, Any]:
        """What is told of the ticks since the last call: tables, each a dict of columns by name.

        `payments` (those that arrived since or were open before, in order of arrival; the first `told_before` of them
        were told of before), `banks` (as `daily_metrics`), `queues` (who waits in which at the end), `registers` (of
        policies: the last value of each tick), `collateral` (of each event that posts or withdraws some: its place and
        the bank's balance), and with `every_tick` `tick_banks` and `tick_queues`. A column is
        `("integers", int64)`, `("floats", float64)`, `("codes", int32 places; -1: none, texts)` or `("texts", UTF-8,
        int64 offsets)`, where an empty text is none.
        """

@final
class TickTexts:
    """The text of ticks for people, UTF-8, folded from the events of a run: what it holds does not grow with the run.

    `views` is a live engine, of which no events were taken yet, or a recording. Figures and counts are those of
    everything, whatever is `shown`.
    """

    def __new__(cls, views: Views, shown: _EventFilter | None = None) -> TickTexts: ...
    def tell(self, views: Views, from_tick: int, to_tick: int) -> bytes:
        """The text of these ticks, as far as they were not taken in before; those before them are taken in without a
        word. Raises `NotKeptError`.
        """
