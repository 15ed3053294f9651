//! When a bank releases its payments from its own queue: built-in policies, and decision trees.

mod builtin;
mod trace;
pub mod tree;

pub use builtin::QueueView;
pub use trace::{Compared, one_step};

use crate::config::PolicyConfig;
use crate::error::ConfigError;
use crate::money::Rate;
use crate::transaction::RtgsPriority;
use builtin::Builtin;
use std::sync::Arc;
use tree::Trees;

/// When a bank releases its payments.
#[derive(Debug, Clone)]
pub enum Policy {
    /// A rule of the engine's own.
    Builtin(Builtin),
    /// What a policy document says.
    Trees(Arc<Trees>),
}

/// What a policy does with a payment of the bank's own queue.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Submit it for settlement, if the release budget allows.
    Release {
        /// The priority that it gets on release.
        priority: Option<u8>,
        /// Not before this tick.
        not_before: Option<u32>,
    },
    /// Keep it.
    Hold(HoldReason, Option<Arc<str>>),
    /// Cancel it.
    Drop,
    /// Give it another priority and keep it.
    Reprioritize(u8),
    /// Replace it by equal parts and submit them all.
    Split {
        /// At least 2.
        parts: u32,
    },
    /// Replace it by equal parts and submit them one after the other.
    StaggerSplit {
        /// At least 2.
        parts: u32,
        /// How many are submitted at once; at most `parts`.
        first_now: u32,
        /// Ticks from one part to the next.
        gap_ticks: u32,
        /// Added to the priority of the parts.
        priority_boost: u8,
    },
    /// Take it back from the central queue.
    WithdrawFromRtgs,
    /// Declare it anew; one in the central queue comes back to be submitted again.
    ResubmitToRtgs(RtgsPriority),
}

impl Decision {
    /// Submit it for settlement.
    pub const RELEASE: Self = Self::Release { priority: None, not_before: None };
}

/// Why a payment is kept; the number is its place in `event::HOLD_REASONS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// Releasing it would leave too little.
    InsufficientLiquidity = 0,
    /// It waits until its deadline is near.
    NearDeadline = 1,
    /// Its bank waits for money to come in.
    AwaitingInflows = 2,
    /// Others are more urgent.
    LowPriority = 3,
    /// What the detail says.
    Custom = 4,
    /// The bank's release budget is used up.
    BudgetExhausted = 5,
    /// The bank pays only some receivers in this tick.
    NotInFocusList = 6,
    /// The bank's budget for this receiver is used up.
    CounterpartyLimitExceeded = 7,
    /// It was to be split and may not be.
    Indivisible = 8,
    /// It was to be withdrawn from the central queue and is not there.
    NotInQueue2 = 9,
    /// The policy could not be evaluated.
    PolicyError = 10,
}

impl Policy {
    /// The policy of a bank. `path` is its place in the configuration, `agent_ids` is sorted.
    pub fn new(config: &PolicyConfig, path: &str, agent_ids: &[String]) -> Result<Self, ConfigError> {
        if let PolicyConfig::Tree { document } = config {
            let trees = Trees::compile(document, agent_ids).map_err(|problems| {
                let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
                ConfigError::new(path, messages.join("; "))
            })?;
            return Ok(Self::Trees(Arc::new(trees)));
        }
        Ok(Self::Builtin(Builtin::new(config)))
    }

    /// The trees, if it has some.
    pub fn trees(&self) -> Option<&Arc<Trees>> {
        match self {
            Self::Builtin(_) => None,
            Self::Trees(trees) => Some(trees),
        }
    }

    /// Whether it releases every payment as soon as it sees it.
    pub fn releases_everything(&self) -> bool {
        matches!(self, Self::Builtin(Builtin::Fifo))
    }

    /// The part of the bank's pool to allocate, if the policy says.
    pub fn initial_liquidity_fraction(&self, path: &str) -> Result<Option<Rate>, ConfigError> {
        let Some(fraction) = self.trees().and_then(|trees| trees.parameter("initial_liquidity_fraction")) else {
            return Ok(None);
        };
        let path = format!("{path}.policy.document.parameters.initial_liquidity_fraction");
        let rate = Rate::parse(&fraction.to_string()).map_err(|message| ConfigError::new(&path, message))?;
        if rate.numerator > rate.denominator {
            return Err(ConfigError::new(path, format!("got {fraction}; write a number from 0 to 1")));
        }
        Ok(Some(rate))
    }
}
