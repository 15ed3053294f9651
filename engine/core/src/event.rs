//! The event catalogue: one table from which dictionaries, JSON Lines, columns, the canonical log and its documentation come.

use crate::costs::COST_NAMES;

/// What happened. The code is the record's first byte in the canonical log: codes are never given a new meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// A payment came into its sender's own queue.
    Arrival = 1,
    /// The sender's policy released a payment.
    PolicySubmit = 2,
    /// The sender's policy keeps a payment in its own queue.
    PolicyHold = 3,
    /// A payment left its sender's own queue for settlement.
    RtgsSubmission = 4,
    /// A payment settled when it was submitted.
    RtgsImmediateSettlement = 5,
    /// A payment entered the central queue.
    QueuedRtgs = 6,
    /// A payment settled from the central queue.
    Queue2LiquidityRelease = 7,
    /// A payment that is about to settle is late.
    OverdueTransactionSettled = 8,
    /// A submission would exceed the sender's limit for the receiver.
    BilateralLimitExceeded = 9,
    /// A submission would exceed the sender's limit for all receivers.
    MultilateralLimitExceeded = 10,
    /// Two banks settled queued payments against each other.
    LsmBilateralOffset = 11,
    /// A closed loop of banks settled queued payments together.
    LsmCycleSettlement = 12,
    /// There were more loops than the search may look at.
    LsmCycleSearchBounded = 13,
    /// A bank was charged.
    CostAccrual = 14,
    /// A payment passed its deadline.
    TransactionWentOverdue = 15,
    /// A day ended.
    EndOfDay = 16,
    /// Something happened from outside.
    ScenarioEventExecuted = 17,
    /// The sender's policy cancelled a payment.
    PolicyDrop = 18,
    /// The sender's policy replaced a payment by parts.
    PolicySplit = 19,
    /// A policy could not be evaluated.
    PolicyError = 20,
    /// The sender's policy gave a payment another priority.
    TransactionReprioritized = 21,
    /// A payment's priority rose because its deadline is near.
    PriorityEscalated = 22,
    /// A payment went back from the central queue to its sender's own.
    RtgsWithdrawal = 23,
    /// A withdrawn payment was declared anew.
    RtgsResubmission = 24,
    /// What a bank received in this tick was added to its balance at the tick's end.
    DeferredCreditApplied = 25,
    /// A submission settled against a queued payment of its receiver.
    EntryDispositionOffset = 26,
    /// Payments of many banks settled together.
    LsmMultilateralSettlement = 27,
    /// A settlement algorithm has run.
    AlgorithmExecution = 28,
    /// A bank posted collateral.
    CollateralPost = 29,
    /// A bank withdrew collateral.
    CollateralWithdraw = 30,
    /// Collateral was withdrawn as planned when it was posted.
    CollateralTimerWithdrawn = 31,
    /// Collateral that was to be withdrawn is needed.
    CollateralTimerBlocked = 32,
    /// A bank limited what it releases.
    BankBudgetSet = 33,
    /// A bank's policy remembered a number.
    StateRegisterSet = 34,
    /// A bank got liquidity from its pool.
    LiquidityAllocation = 35,
    /// A bank gave back what it had got from its pool.
    LiquidityReturn = 36,
    /// Something was done from outside while the run went on.
    ControlExecuted = 37,
}

/// How a field's value is written, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A bank, by its number.
    Agent,
    /// A bank or none.
    OptionalAgent,
    /// A payment, by its number.
    Payment,
    /// A payment or none.
    OptionalPayment,
    /// Cents, or a signed number of ticks: 64 bits.
    Integer,
    /// A count or a tick: 32 bits.
    Count,
    /// A small number such as a priority: 8 bits.
    Small,
    /// Yes or no: 8 bits.
    Boolean,
    /// A number that a policy calculates with: 64 bits, IEEE 754.
    Float,
    /// Any text: its length in bytes, 32 bits, then UTF-8.
    Text,
    /// A text, or none where the length is `u32::MAX`.
    OptionalText,
    /// Cents or none: one byte tells, 64 bits follow or not.
    OptionalInteger,
    /// Banks, or none where the count is `u32::MAX`.
    OptionalAgentList,
    /// One of these texts, by its place: 8 bits.
    Code(&'static [&'static str]),
    /// Banks: a count, then their numbers.
    AgentList,
    /// Payments: a count, then their numbers.
    PaymentList,
    /// Amounts: a count, then 64 bits each.
    IntegerList,
    /// Costs by category: one byte says which are not zero, then 64 bits each; the total is their sum.
    Costs,
    /// Which of some doings, by its place among them: the first byte of the details that follow.
    Which(Doings),
    /// What was done: its place among them, then its fields.
    Details(Doings),
}

/// What can be done from outside: name, and the fields of `details`.
pub type Doings = &'static [(&'static str, &'static [(&'static str, FieldType)])];

/// Where a field stands: in one of the columns that every event has, or in the event's own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The column of banks that act.
    Agent,
    /// The column of other banks.
    Peer,
    /// The column of payments.
    Payment,
    /// The column of amounts.
    Amount,
    /// The event's own bytes, in the order of the catalogue.
    Payload,
}

/// A field of an event.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name everywhere.
    pub name: &'static str,
    /// What it holds.
    pub field_type: FieldType,
    /// Where it stands.
    pub place: Place,
}

/// A type of event.
#[derive(Debug)]
pub struct EventType {
    /// Its code.
    pub kind: EventKind,
    /// Its name everywhere.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: &'static [Field],
}

const fn agent(name: &'static str) -> Field {
    Field { name, field_type: FieldType::Agent, place: Place::Agent }
}
const fn peer(name: &'static str) -> Field {
    Field { name, field_type: FieldType::Agent, place: Place::Peer }
}
const fn payment(name: &'static str) -> Field {
    Field { name, field_type: FieldType::Payment, place: Place::Payment }
}
const fn amount(name: &'static str) -> Field {
    Field { name, field_type: FieldType::Integer, place: Place::Amount }
}
const fn payload(name: &'static str, field_type: FieldType) -> Field {
    Field { name, field_type, place: Place::Payload }
}

/// Why a policy keeps a payment.
pub const HOLD_REASONS: &[&str] = &[
    "InsufficientLiquidity",
    "NearDeadline",
    "AwaitingInflows",
    "LowPriority",
    "Custom",
    "BudgetExhausted",
    "NotInFocusList",
    "CounterpartyLimitExceeded",
    "Indivisible",
    "NotInQueue2",
    "PolicyError",
];
/// Why a submission entered the central queue.
pub const QUEUE_REASONS: &[&str] = &["liquidity", "bilateral_limit", "multilateral_limit", "behind_earlier_payment"];
/// How urgent its sender declared a submission.
pub const RTGS_PRIORITIES: &[&str] = &["HighlyUrgent", "Urgent", "Normal"];
/// What its sender had declared before, if anything.
pub const OLD_RTGS_PRIORITIES: &[&str] = &["HighlyUrgent", "Urgent", "Normal", "None"];
/// The place of "None" in it.
pub const NOT_DECLARED: u8 = 3;
/// Why a payment left the central queue.
pub const RELEASE_REASONS: &[&str] = &["liquidity_available"];

/// Why a policy cancels a payment.
pub const DROP_REASONS: &[&str] = &["PolicyDecision"];
/// Why a bank posts or withdraws collateral.
pub const COLLATERAL_REASONS: &[&str] = &[
    "UrgentLiquidityNeed",
    "PreemptivePosting",
    "LiquidityRestored",
    "EndOfDayCleanup",
    "DeadlineEmergency",
    "CostOptimization",
    "ManualPost",
    "ManualWithdraw",
];
/// Whether an algorithm settled something.
pub const ALGORITHM_RESULTS: &[&str] = &["NoProgress", "Success"];
/// The trees of a policy document.
pub const TREES: &[&str] = &["payment_tree", "bank_tree", "strategic_collateral_tree", "end_of_tick_collateral_tree"];
/// Why a scheduled settlement did not happen.
pub const SCHEDULED_SETTLEMENT_REASONS: &[&str] = &["none", "insufficient_liquidity"];

/// What scenario events do: name, and the fields of `details`.
pub const SCENARIO_EVENTS: Doings = &[
    ("direct_transfer", &[("from_agent", FieldType::Agent), ("to_agent", FieldType::Agent), ("amount", FieldType::Integer)]),
    (
        "custom_transaction_arrival",
        &[
            ("from_agent", FieldType::Agent),
            ("to_agent", FieldType::Agent),
            ("amount", FieldType::Integer),
            ("priority", FieldType::Small),
            ("deadline", FieldType::Count),
            ("is_divisible", FieldType::Boolean),
            ("tx_id", FieldType::Payment),
        ],
    ),
    (
        "scheduled_settlement",
        &[
            ("from_agent", FieldType::Agent),
            ("to_agent", FieldType::Agent),
            ("amount", FieldType::Integer),
            ("settled", FieldType::Boolean),
            ("reason", FieldType::Code(SCHEDULED_SETTLEMENT_REASONS)),
        ],
    ),
    ("collateral_adjustment", &[("agent", FieldType::Agent), ("delta", FieldType::Integer), ("new_total", FieldType::Integer)]),
    ("global_arrival_rate_change", &[("multiplier", FieldType::Float)]),
    (
        "agent_arrival_rate_change",
        &[
            ("agent", FieldType::Agent),
            ("multiplier", FieldType::Float),
            ("old_rate", FieldType::Float),
            ("new_rate", FieldType::Float),
        ],
    ),
    (
        "counterparty_weight_change",
        &[
            ("agent", FieldType::Agent),
            ("counterparty", FieldType::Agent),
            ("new_weight", FieldType::Float),
            ("auto_balance_others", FieldType::Boolean),
        ],
    ),
    ("deadline_window_change", &[("min_ticks_multiplier", FieldType::Float), ("max_ticks_multiplier", FieldType::Float)]),
];

/// What is done while a run goes on: name, and the fields of `details`.
pub const CONTROLS: Doings = &[
    (
        "submit",
        &[
            ("sender_id", FieldType::Agent),
            ("receiver_id", FieldType::Agent),
            ("amount", FieldType::Integer),
            ("deadline_tick", FieldType::Count),
            ("priority", FieldType::Small),
            ("is_divisible", FieldType::Boolean),
            ("tx_id", FieldType::Payment),
        ],
    ),
    ("withdraw", &[("tx_id", FieldType::Payment)]),
    ("resubmit", &[("tx_id", FieldType::Payment), ("rtgs_priority", FieldType::Code(RTGS_PRIORITIES))]),
    ("post_collateral", &[("agent_id", FieldType::Agent), ("amount", FieldType::Integer)]),
    ("withdraw_collateral", &[("agent_id", FieldType::Agent), ("amount", FieldType::Integer)]),
    ("replace_policy", &[("agent_id", FieldType::Agent), ("policy", FieldType::Text)]),
];

/// Every type of event, by code.
pub const CATALOGUE: &[EventType] = &[
    EventType {
        kind: EventKind::Arrival,
        name: "Arrival",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("deadline_tick", FieldType::Count),
            payload("priority", FieldType::Small),
            payload("is_divisible", FieldType::Boolean),
            payload("parent_id", FieldType::OptionalPayment),
        ],
    },
    EventType { kind: EventKind::PolicySubmit, name: "PolicySubmit", fields: &[agent("agent_id"), payment("tx_id")] },
    EventType {
        kind: EventKind::PolicyHold,
        name: "PolicyHold",
        fields: &[
            agent("agent_id"),
            payment("tx_id"),
            payload("reason", FieldType::Code(HOLD_REASONS)),
            payload("reason_detail", FieldType::OptionalText),
            amount("ticks_to_deadline"),
        ],
    },
    EventType {
        kind: EventKind::RtgsSubmission,
        name: "RtgsSubmission",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("internal_priority", FieldType::Small),
            payload("rtgs_priority", FieldType::Code(RTGS_PRIORITIES)),
        ],
    },
    EventType {
        kind: EventKind::RtgsImmediateSettlement,
        name: "RtgsImmediateSettlement",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("sender_balance_before", FieldType::Integer),
            payload("sender_balance_after", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::QueuedRtgs,
        name: "QueuedRtgs",
        fields: &[payment("tx_id"), agent("sender_id"), payload("reason", FieldType::Code(QUEUE_REASONS))],
    },
    EventType {
        kind: EventKind::Queue2LiquidityRelease,
        name: "Queue2LiquidityRelease",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("queue_wait_ticks", FieldType::Count),
            payload("release_reason", FieldType::Code(RELEASE_REASONS)),
        ],
    },
    EventType {
        kind: EventKind::OverdueTransactionSettled,
        name: "OverdueTransactionSettled",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("settled_amount", FieldType::Integer),
            payload("deadline_tick", FieldType::Count),
            payload("overdue_since_tick", FieldType::Count),
            payload("total_ticks_overdue", FieldType::Count),
            payload("deadline_penalty_cost", FieldType::Integer),
            payload("estimated_delay_cost", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::BilateralLimitExceeded,
        name: "BilateralLimitExceeded",
        fields: &[
            agent("sender_id"),
            peer("receiver_id"),
            payment("tx_id"),
            amount("amount"),
            payload("current_bilateral_outflow", FieldType::Integer),
            payload("bilateral_limit", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::MultilateralLimitExceeded,
        name: "MultilateralLimitExceeded",
        fields: &[
            agent("sender_id"),
            payment("tx_id"),
            amount("amount"),
            payload("current_total_outflow", FieldType::Integer),
            payload("multilateral_limit", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::LsmBilateralOffset,
        name: "LsmBilateralOffset",
        fields: &[
            payload("agent_ids", FieldType::AgentList),
            payload("tx_ids", FieldType::PaymentList),
            payload("amount_a", FieldType::Integer),
            payload("amount_b", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::LsmCycleSettlement,
        name: "LsmCycleSettlement",
        fields: &[
            payload("agent_ids", FieldType::AgentList),
            payload("tx_ids", FieldType::PaymentList),
            payload("tx_amounts", FieldType::IntegerList),
            amount("total_value"),
            payload("net_positions", FieldType::IntegerList),
            payload("max_net_outflow", FieldType::Integer),
            payload("max_net_outflow_agent", FieldType::OptionalAgent),
        ],
    },
    EventType {
        kind: EventKind::LsmCycleSearchBounded,
        name: "LsmCycleSearchBounded",
        fields: &[payload("max_cycle_candidates", FieldType::Count)],
    },
    EventType {
        kind: EventKind::CostAccrual,
        name: "CostAccrual",
        fields: &[agent("agent_id"), payload("costs", FieldType::Costs)],
    },
    EventType {
        kind: EventKind::TransactionWentOverdue,
        name: "TransactionWentOverdue",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            peer("receiver_id"),
            amount("amount"),
            payload("remaining_amount", FieldType::Integer),
            payload("deadline_tick", FieldType::Count),
            payload("ticks_overdue", FieldType::Count),
            payload("deadline_penalty_cost", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::EndOfDay,
        name: "EndOfDay",
        fields: &[
            payload("day", FieldType::Count),
            payload("unsettled_count", FieldType::Count),
            payload("total_penalties", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::ScenarioEventExecuted,
        name: "ScenarioEventExecuted",
        fields: &[
            payload("scenario_event_type", FieldType::Which(SCENARIO_EVENTS)),
            payload("details", FieldType::Details(SCENARIO_EVENTS)),
        ],
    },
    EventType {
        kind: EventKind::PolicyDrop,
        name: "PolicyDrop",
        fields: &[agent("agent_id"), payment("tx_id"), payload("reason", FieldType::Code(DROP_REASONS))],
    },
    EventType {
        kind: EventKind::PolicySplit,
        name: "PolicySplit",
        fields: &[
            agent("agent_id"),
            payment("tx_id"),
            payload("num_splits", FieldType::Count),
            payload("child_ids", FieldType::PaymentList),
        ],
    },
    EventType {
        kind: EventKind::PolicyError,
        name: "PolicyError",
        fields: &[agent("agent_id"), payload("tree", FieldType::Code(TREES)), payload("reason_detail", FieldType::Text)],
    },
    EventType {
        kind: EventKind::TransactionReprioritized,
        name: "TransactionReprioritized",
        fields: &[
            agent("agent_id"),
            payment("tx_id"),
            payload("old_priority", FieldType::Small),
            payload("new_priority", FieldType::Small),
        ],
    },
    EventType {
        kind: EventKind::PriorityEscalated,
        name: "PriorityEscalated",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            payload("original_priority", FieldType::Small),
            payload("escalated_priority", FieldType::Small),
            payload("ticks_until_deadline", FieldType::Count),
            payload("boost_applied", FieldType::Small),
        ],
    },
    EventType {
        kind: EventKind::RtgsWithdrawal,
        name: "RtgsWithdrawal",
        fields: &[payment("tx_id"), agent("sender_id"), payload("original_rtgs_priority", FieldType::Code(RTGS_PRIORITIES))],
    },
    EventType {
        kind: EventKind::RtgsResubmission,
        name: "RtgsResubmission",
        fields: &[
            payment("tx_id"),
            agent("sender_id"),
            payload("old_rtgs_priority", FieldType::Code(OLD_RTGS_PRIORITIES)),
            payload("new_rtgs_priority", FieldType::Code(RTGS_PRIORITIES)),
        ],
    },
    EventType {
        kind: EventKind::DeferredCreditApplied,
        name: "DeferredCreditApplied",
        fields: &[agent("agent_id"), amount("amount"), payload("source_transactions", FieldType::PaymentList)],
    },
    EventType {
        kind: EventKind::EntryDispositionOffset,
        name: "EntryDispositionOffset",
        fields: &[
            payment("incoming_tx_id"),
            payload("queued_tx_id", FieldType::Payment),
            payload("agent_ids", FieldType::AgentList),
            amount("offset_amount"),
            payload("incoming_amount", FieldType::Integer),
            payload("queued_amount", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::LsmMultilateralSettlement,
        name: "LsmMultilateralSettlement",
        fields: &[
            payload("agent_ids", FieldType::AgentList),
            payload("tx_ids", FieldType::PaymentList),
            payload("net_positions", FieldType::IntegerList),
            amount("total_value"),
            payload("removed_tx_ids", FieldType::PaymentList),
        ],
    },
    EventType {
        kind: EventKind::AlgorithmExecution,
        name: "AlgorithmExecution",
        fields: &[
            payload("algorithm", FieldType::Small),
            payload("result", FieldType::Code(ALGORITHM_RESULTS)),
            payload("settlements", FieldType::Count),
            amount("settled_value"),
        ],
    },
    EventType {
        kind: EventKind::CollateralPost,
        name: "CollateralPost",
        fields: &[
            agent("agent_id"),
            amount("amount"),
            payload("reason", FieldType::Code(COLLATERAL_REASONS)),
            payload("new_total", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::CollateralWithdraw,
        name: "CollateralWithdraw",
        fields: &[
            agent("agent_id"),
            amount("amount"),
            payload("reason", FieldType::Code(COLLATERAL_REASONS)),
            payload("new_total", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::CollateralTimerWithdrawn,
        name: "CollateralTimerWithdrawn",
        fields: &[
            agent("agent_id"),
            amount("amount"),
            payload("original_reason", FieldType::Code(COLLATERAL_REASONS)),
            payload("posted_at_tick", FieldType::Count),
            payload("new_total", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::CollateralTimerBlocked,
        name: "CollateralTimerBlocked",
        fields: &[
            agent("agent_id"),
            amount("requested_amount"),
            payload("reason", FieldType::Text),
            payload("original_reason", FieldType::Code(COLLATERAL_REASONS)),
            payload("posted_at_tick", FieldType::Count),
        ],
    },
    EventType {
        kind: EventKind::BankBudgetSet,
        name: "BankBudgetSet",
        fields: &[
            agent("agent_id"),
            amount("max_value"),
            payload("focus_counterparties", FieldType::OptionalAgentList),
            payload("max_per_counterparty", FieldType::OptionalInteger),
        ],
    },
    EventType {
        kind: EventKind::StateRegisterSet,
        name: "StateRegisterSet",
        fields: &[
            agent("agent_id"),
            payload("register_key", FieldType::Text),
            payload("old_value", FieldType::Float),
            payload("new_value", FieldType::Float),
            payload("reason", FieldType::Text),
            payload("decision_path", FieldType::OptionalText),
        ],
    },
    EventType {
        kind: EventKind::LiquidityAllocation,
        name: "LiquidityAllocation",
        fields: &[
            payload("day", FieldType::Count),
            agent("agent_id"),
            payload("fraction", FieldType::Float),
            amount("amount"),
            payload("balance_after", FieldType::Integer),
        ],
    },
    EventType {
        kind: EventKind::LiquidityReturn,
        name: "LiquidityReturn",
        fields: &[agent("agent_id"), amount("amount"), payload("balance_after", FieldType::Integer)],
    },
    EventType {
        kind: EventKind::ControlExecuted,
        name: "ControlExecuted",
        fields: &[payload("control", FieldType::Which(CONTROLS)), payload("details", FieldType::Details(CONTROLS))],
    },
];

impl FieldType {
    /// How many bytes a value takes among an event's own, where that is the same for all.
    const fn width(self) -> Option<usize> {
        match self {
            Self::Agent | Self::OptionalAgent | Self::Payment | Self::OptionalPayment | Self::Count => Some(4),
            Self::Integer | Self::Float => Some(8),
            Self::Small | Self::Boolean | Self::Code(_) => Some(1),
            Self::Which(_) => Some(0),
            _ => None,
        }
    }
}

impl EventType {
    /// How many bytes an event has of its own, where that is the same for all.
    pub const fn payload_width(&self) -> Option<usize> {
        let (mut width, mut place) = (0, 0);
        while place < self.fields.len() {
            let field = &self.fields[place];
            if matches!(field.place, Place::Payload) {
                match field.field_type.width() {
                    Some(bytes) => width += bytes,
                    None => return None,
                }
            }
            place += 1;
        }
        Some(width)
    }
}

impl EventKind {
    /// The kind with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        CATALOGUE.get(usize::from(code).wrapping_sub(1)).map(|event_type| event_type.kind)
    }

    /// Its place in the catalogue.
    pub fn event_type(self) -> &'static EventType {
        &CATALOGUE[self as usize - 1]
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        CATALOGUE.iter().find(|event_type| event_type.name == name).map(|event_type| event_type.kind)
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    None,
    /// Yes or no.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// A number that a policy calculates with.
    Float(f64),
    /// One of a field's texts.
    Code(&'static str),
    /// Any text.
    Text(String),
    /// A bank.
    Agent(u32),
    /// A payment.
    Payment(u32),
    /// Money that a scenario moved without a payment: from, to, cents, tick.
    ScheduledSettlement(u32, u32, i64, u32),
    /// A list of values.
    List(Vec<Value>),
    /// Named values.
    Object(Vec<(&'static str, Value)>),
}

/// Reads the values of an event's own bytes, one field after the other.
#[derive(Debug, Clone, Copy)]
pub struct PayloadReader<'a> {
    bytes: &'a [u8],
}

impl<'a> PayloadReader<'a> {
    /// A reader that stands before the first field.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The bytes from here on.
    pub fn rest(self) -> &'a [u8] {
        self.bytes
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        let (head, tail) = self.bytes.split_at(N);
        taken.copy_from_slice(head);
        self.bytes = tail;
        taken
    }

    /// The next 8 bits.
    pub fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    /// The next 32 bits.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    /// The next 64 bits.
    pub fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.take())
    }

    /// The next numbers of banks or payments.
    pub fn u32_list(&mut self) -> Vec<u32> {
        (0..self.u32()).map(|_| self.u32()).collect()
    }

    /// The next amounts.
    pub fn i64_list(&mut self) -> Vec<i64> {
        (0..self.u32()).map(|_| self.i64()).collect()
    }

    /// The next costs, by category.
    pub fn costs(&mut self) -> [i64; COST_NAMES.len()] {
        let present = self.u8();
        std::array::from_fn(|category| if present >> category & 1 == 1 { self.i64() } else { 0 })
    }

    /// The next text, if there is one.
    pub fn text(&mut self) -> Option<String> {
        let length = self.u32();
        if length == u32::MAX {
            return None;
        }
        let (text, rest) = self.bytes.split_at(length as usize);
        self.bytes = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    fn list(&mut self, count: u32, item: fn(&mut Self) -> Value) -> Value {
        Value::List((0..count).map(|_| item(self)).collect())
    }

    /// The next value, of this type.
    pub fn value(&mut self, field_type: FieldType) -> Value {
        let optional = |number, value: fn(u32) -> Value| if number == u32::MAX { Value::None } else { value(number) };
        match field_type {
            FieldType::Agent => Value::Agent(self.u32()),
            FieldType::OptionalAgent => optional(self.u32(), Value::Agent),
            FieldType::Payment => Value::Payment(self.u32()),
            FieldType::OptionalPayment => optional(self.u32(), Value::Payment),
            FieldType::Integer => Value::Integer(self.i64()),
            FieldType::Count => Value::Integer(i64::from(self.u32())),
            FieldType::Small => Value::Integer(i64::from(self.u8())),
            FieldType::Boolean => Value::Boolean(self.u8() != 0),
            FieldType::Code(texts) => Value::Code(texts[usize::from(self.u8())]),
            FieldType::Float => Value::Float(f64::from_bits(self.i64() as u64)),
            FieldType::Text | FieldType::OptionalText => self.text().map_or(Value::None, Value::Text),
            FieldType::OptionalInteger => match self.u8() {
                0 => Value::None,
                _ => Value::Integer(self.i64()),
            },
            FieldType::AgentList | FieldType::OptionalAgentList => match self.u32() {
                u32::MAX => Value::None,
                count => self.list(count, |reader| Value::Agent(reader.u32())),
            },
            FieldType::PaymentList => {
                let count = self.u32();
                self.list(count, |reader| Value::Payment(reader.u32()))
            }
            FieldType::IntegerList => {
                let count = self.u32();
                self.list(count, |reader| Value::Integer(reader.i64()))
            }
            FieldType::Costs => {
                let costs = self.costs();
                let mut named: Vec<_> = COST_NAMES
                    .iter()
                    .zip(costs)
                    .filter(|(_, cost)| *cost != 0)
                    .map(|(name, cost)| (*name, Value::Integer(cost)))
                    .collect();
                named.push(("total_cost", Value::Integer(costs.iter().fold(0, |sum, cost| sum.wrapping_add(*cost)))));
                Value::Object(named)
            }
            FieldType::Which(doings) => Value::Code(doings[usize::from(self.bytes[0])].0),
            FieldType::Details(doings) => {
                let (_, fields) = doings[usize::from(self.u8())];
                Value::Object(fields.iter().map(|(name, field_type)| (*name, self.value(*field_type))).collect())
            }
        }
    }

    /// How many bytes the next value takes.
    pub fn width(mut self, field_type: FieldType) -> usize {
        if let Some(width) = field_type.width() {
            return width;
        }
        match field_type {
            FieldType::OptionalInteger => 1 + 8 * usize::from(self.u8()),
            FieldType::Text | FieldType::OptionalText => match self.u32() {
                u32::MAX => 4,
                length => 4 + length as usize,
            },
            FieldType::OptionalAgentList => match self.u32() {
                u32::MAX => 4,
                count => 4 + 4 * count as usize,
            },
            FieldType::AgentList | FieldType::PaymentList => 4 + 4 * self.u32() as usize,
            FieldType::IntegerList => 4 + 8 * self.u32() as usize,
            FieldType::Costs => 1 + 8 * self.u8().count_ones() as usize,
            FieldType::Details(doings) => {
                let (_, fields) = doings[usize::from(self.u8())];
                let mut width = 0;
                for (_, field_type) in fields {
                    width += Self::new(&self.bytes[width..]).width(*field_type);
                }
                1 + width
            }
            _ => 0, // those of the same width for all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_places_in_the_catalogue() {
        for (index, event_type) in CATALOGUE.iter().enumerate() {
            assert_eq!(event_type.kind as usize, index + 1);
            assert_eq!(EventKind::from_code(event_type.kind as u8), Some(event_type.kind));
            assert_eq!(EventKind::from_name(event_type.name), Some(event_type.kind));
        }
        assert_eq!(EventKind::from_code(0), None);
    }

    #[test]
    fn each_column_holds_one_field_at_the_most() {
        for event_type in CATALOGUE {
            for place in [Place::Agent, Place::Peer, Place::Payment, Place::Amount] {
                let held = event_type.fields.iter().filter(|field| field.place == place).count();
                assert!(held <= 1, "{} {place:?}", event_type.name);
            }
        }
    }
}
