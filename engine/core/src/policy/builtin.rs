//! The built-in policies. None of them forgets an obligation: a payment past its deadline is released, whatever the liquidity.

use crate::config::PolicyConfig;
use crate::money::Cents;
use crate::transaction::Transaction;

/// When a bank releases its payments.
#[derive(Debug, Clone)]
pub enum Policy {
    /// At once.
    Fifo,
    /// When the deadline is at most so many ticks away.
    Deadline {
        /// Ticks.
        urgency_threshold: i64,
    },
    /// While a buffer remains, or, if it can be paid, when the deadline is near.
    LiquidityAware {
        /// Cents that releasing must leave on the balance.
        target_buffer: Cents,
        /// Ticks.
        urgency_threshold: i64,
    },
}

/// What a policy sees of its bank.
#[derive(Debug, Clone, Copy)]
pub struct QueueView {
    /// The current tick.
    pub tick: u32,
    /// The balance, less what was released in this tick.
    pub balance: i128,
    /// What the bank can pay, less what was released in this tick.
    pub available_liquidity: i128,
}

/// What a policy does with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Submit it for settlement.
    Release,
    /// Keep it.
    Hold(HoldReason),
}

/// Why a policy keeps a payment; the number is its place in `event::HOLD_REASONS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// Releasing it would leave too little.
    InsufficientLiquidity = 0,
    /// It waits until its deadline is near.
    NearDeadline = 1,
}

impl Policy {
    /// The policy of a bank.
    pub fn new(config: &PolicyConfig) -> Self {
        match *config {
            PolicyConfig::Fifo {} => Self::Fifo,
            PolicyConfig::Deadline { urgency_threshold } => Self::Deadline { urgency_threshold: i64::from(urgency_threshold) },
            PolicyConfig::LiquidityAware { target_buffer, urgency_threshold } => {
                Self::LiquidityAware { target_buffer, urgency_threshold: i64::from(urgency_threshold) }
            }
        }
    }

    /// Decide about one payment of the bank's own queue.
    pub fn decide(&self, payment: &Transaction, view: QueueView) -> Decision {
        let ticks_to_deadline = i64::from(payment.deadline_tick) - i64::from(view.tick);
        let amount = i128::from(payment.amount);
        let release_if = |condition: bool, reason| if condition { Decision::Release } else { Decision::Hold(reason) };
        match *self {
            _ if ticks_to_deadline < 0 => Decision::Release,
            Self::Fifo => Decision::Release,
            Self::Deadline { urgency_threshold } => release_if(ticks_to_deadline <= urgency_threshold, HoldReason::NearDeadline),
            Self::LiquidityAware { target_buffer, urgency_threshold } => {
                let enough = if target_buffer == 0 || ticks_to_deadline <= urgency_threshold {
                    view.available_liquidity >= amount
                } else {
                    view.balance - amount >= i128::from(target_buffer)
                };
                release_if(enough, HoldReason::InsufficientLiquidity)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::NONE;
    use crate::transaction::Status;

    #[test]
    fn decisions() {
        use Decision::{Hold, Release};
        use HoldReason::{InsufficientLiquidity, NearDeadline};
        let deadline = Policy::Deadline { urgency_threshold: 3 };
        let buffered = Policy::LiquidityAware { target_buffer: 100, urgency_threshold: 3 };
        let unbuffered = Policy::LiquidityAware { target_buffer: 0, urgency_threshold: 3 };
        // policy, tick (the deadline is 10), balance, available, amount, decision
        for (policy, tick, balance, available, amount, expected) in [
            (&Policy::Fifo, 0, 0, 0, 50, Release),
            (&deadline, 6, 0, 0, 50, Hold(NearDeadline)),
            (&deadline, 7, 0, 0, 50, Release),
            (&deadline, 10, 0, 0, 50, Release),
            (&deadline, 11, 0, 0, 50, Release),
            (&buffered, 0, 150, 150, 50, Release),
            (&buffered, 0, 149, 900, 50, Hold(InsufficientLiquidity)),
            (&buffered, 7, 149, 149, 50, Release),
            (&buffered, 7, 0, 49, 50, Hold(InsufficientLiquidity)),
            (&buffered, 10, 0, 49, 50, Hold(InsufficientLiquidity)),
            (&buffered, 11, 0, 0, 50, Release),
            (&unbuffered, 0, 0, 50, 50, Release),
            (&unbuffered, 0, 0, 49, 50, Hold(InsufficientLiquidity)),
        ] {
            let payment = Transaction {
                amount,
                sender: 0,
                receiver: 1,
                arrival_tick: 0,
                deadline_tick: 10,
                overdue_since: NONE,
                queue2_slot: NONE,
                queue2_sequence: NONE,
                priority: 5,
                divisible: true,
                status: Status::Queue1,
            };
            let view = QueueView { tick, balance, available_liquidity: available };
            assert_eq!(policy.decide(&payment, view), expected, "{policy:?} {view:?}");
        }
    }
}
