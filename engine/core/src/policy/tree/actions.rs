//! What trees can do: one table of actions with their parameters.

use super::Number;
use crate::collateral::Reason;
use crate::policy::HoldReason;
use crate::transaction::RtgsPriority;
use std::sync::Arc;

/// The trees of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    /// About a payment.
    Payment,
    /// About the bank.
    Bank,
    /// About its collateral.
    Collateral,
}

/// An action: its name, where it may stand, and what it takes.
#[derive(Debug)]
pub struct ActionEntry {
    /// Its name in documents.
    pub name: &'static str,
    /// The trees in which it may stand.
    pub tree: Tree,
    /// Its category, for feature toggles.
    pub category: &'static str,
    /// What it takes.
    pub parameters: &'static [ParameterEntry],
    /// What it does.
    pub description: &'static str,
}

/// A parameter of an action.
#[derive(Debug)]
pub struct ParameterEntry {
    /// Its name in documents.
    pub name: &'static str,
    /// Another name that files use.
    pub alias: Option<&'static str>,
    /// What it holds.
    pub parameter_type: ParameterType,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub description: &'static str,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// A number: literal, field, parameter or computation.
    Number,
    /// A literal text.
    Text,
    /// A literal list of texts.
    TextList,
}

const fn number(name: &'static str, required: bool, description: &'static str) -> ParameterEntry {
    ParameterEntry { name, alias: None, parameter_type: ParameterType::Number, required, description }
}

const fn text(name: &'static str, required: bool, description: &'static str) -> ParameterEntry {
    ParameterEntry { name, alias: None, parameter_type: ParameterType::Text, required, description }
}

const RELEASE: &[ParameterEntry] = &[
    text("priority_flag", false, "HIGH, MEDIUM or LOW: the payment gets priority 10, 5 or 1"),
    number("timed_for_tick", false, "not before this tick"),
];
const SPLIT: &[ParameterEntry] = &[number("num_splits", true, "how many parts, at least 2")];
const REGISTER: &[ParameterEntry] = &[
    text("key", true, "the register: bank_state_ and a name"),
    number("value", true, "its value, or what is added to it"),
    text("reason", false, "why, for the log"),
];

/// Every action.
pub const ACTIONS: &[ActionEntry] = &[
    ActionEntry {
        name: "Release",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: RELEASE,
        description: "Submit the payment for settlement.",
    },
    ActionEntry {
        name: "ReleaseWithCredit",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: RELEASE,
        description: "The same; whether credit is used is decided by settlement.",
    },
    ActionEntry {
        name: "Hold",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: &[text("reason", false, "InsufficientLiquidity, AwaitingInflows, LowPriority, NearDeadline, or any text")],
        description: "Keep the payment in the bank's own queue.",
    },
    ActionEntry {
        name: "Drop",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: &[],
        description: "Cancel the payment; its penalties are charged at once.",
    },
    ActionEntry {
        name: "Reprioritize",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: &[number("new_priority", true, "0 to 10")],
        description: "Give the payment another priority and keep it.",
    },
    ActionEntry {
        name: "Split",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: SPLIT,
        description: "Replace the payment by equal parts and submit them all.",
    },
    ActionEntry {
        name: "PaceAndRelease",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: SPLIT,
        description: "The same as Split.",
    },
    ActionEntry {
        name: "StaggerSplit",
        tree: Tree::Payment,
        category: "PaymentAction",
        parameters: &[
            number("num_splits", true, "how many parts, at least 2"),
            number("stagger_first_now", true, "how many are submitted at once"),
            number("stagger_gap_ticks", true, "ticks from one part to the next"),
            number("priority_boost_children", true, "added to the priority of the parts"),
        ],
        description: "Replace the payment by equal parts and submit them one after the other.",
    },
    ActionEntry {
        name: "WithdrawFromRtgs",
        tree: Tree::Payment,
        category: "RtgsAction",
        parameters: &[],
        description: "Take the payment back from the central queue.",
    },
    ActionEntry {
        name: "ResubmitToRtgs",
        tree: Tree::Payment,
        category: "RtgsAction",
        parameters: &[text("rtgs_priority", true, "HighlyUrgent, Urgent or Normal")],
        description: "Declare the payment anew; one in the central queue comes back to be submitted again.",
    },
    ActionEntry {
        name: "SetReleaseBudget",
        tree: Tree::Bank,
        category: "BankAction",
        parameters: &[
            number("max_value_to_release", true, "cents that may be released in this tick"),
            ParameterEntry {
                name: "focus_counterparties",
                alias: Some("focus_cpty_list"),
                parameter_type: ParameterType::TextList,
                required: false,
                description: "the only receivers that may be paid; empty: all",
            },
            ParameterEntry {
                name: "max_per_counterparty",
                alias: Some("max_per_cpty"),
                parameter_type: ParameterType::Number,
                required: false,
                description: "cents for each receiver",
            },
        ],
        description: "Limit what the bank releases in this tick.",
    },
    ActionEntry {
        name: "SetState",
        tree: Tree::Bank,
        category: "BankAction",
        parameters: REGISTER,
        description: "Remember a number until the end of the day.",
    },
    ActionEntry {
        name: "AddState",
        tree: Tree::Bank,
        category: "BankAction",
        parameters: REGISTER,
        description: "Add to a number that is remembered.",
    },
    ActionEntry { name: "NoAction", tree: Tree::Bank, category: "BankAction", parameters: &[], description: "No limit." },
    ActionEntry {
        name: "PostCollateral",
        tree: Tree::Collateral,
        category: "CollateralAction",
        parameters: &[
            number("amount", true, "cents; more than the capacity is cut to it"),
            text("reason", false, "why, for the log"),
            number("auto_withdraw_after_ticks", false, "after so many ticks it is withdrawn again"),
        ],
        description: "Post collateral for more credit.",
    },
    ActionEntry {
        name: "WithdrawCollateral",
        tree: Tree::Collateral,
        category: "CollateralAction",
        parameters: &[
            number("amount", true, "cents; no more than the credit in use leaves"),
            text("reason", false, "why, for the log"),
        ],
        description: "Withdraw collateral.",
    },
    ActionEntry {
        name: "HoldCollateral",
        tree: Tree::Collateral,
        category: "CollateralAction",
        parameters: &[],
        description: "Leave the collateral as it is.",
    },
];

/// What to do with a payment.
#[derive(Debug)]
pub enum PaymentAction {
    /// Submit it.
    Release {
        /// The priority that it gets.
        priority: Option<u8>,
        /// Not before this tick.
        timed_for: Option<Number>,
    },
    /// Keep it.
    Hold(HoldReason, Option<Arc<str>>),
    /// Cancel it.
    Drop,
    /// Give it another priority.
    Reprioritize(Number),
    /// Replace it by equal parts.
    Split(Number),
    /// Replace it by parts that follow each other.
    StaggerSplit {
        /// How many.
        parts: Number,
        /// How many at once.
        first_now: Number,
        /// Ticks between them.
        gap_ticks: Number,
        /// Added to their priority.
        priority_boost: Number,
    },
    /// Take it back from the central queue.
    WithdrawFromRtgs,
    /// Declare it anew.
    ResubmitToRtgs(RtgsPriority),
}

/// What a bank does before its payments.
#[derive(Debug)]
pub enum BankAction {
    /// Limit what it releases.
    SetReleaseBudget {
        /// Cents.
        value: Number,
        /// The only receivers.
        focus: Option<Vec<u32>>,
        /// Cents for each.
        per_counterparty: Option<Number>,
    },
    /// Remember a number, or add to it.
    SetState {
        /// The register.
        key: Arc<str>,
        /// The value, or what is added.
        value: Number,
        /// Whether it is added.
        add: bool,
        /// Why.
        reason: Arc<str>,
    },
    /// No limit.
    NoAction,
}

/// What a bank does with its collateral.
#[derive(Debug)]
pub enum CollateralAction {
    /// Post some.
    Post {
        /// Cents.
        amount: Number,
        /// Why.
        reason: Reason,
        /// Ticks until it is withdrawn.
        withdraw_after: Option<Number>,
    },
    /// Withdraw some.
    Withdraw {
        /// Cents.
        amount: Number,
        /// Why.
        reason: Reason,
    },
    /// Neither.
    Hold,
}
