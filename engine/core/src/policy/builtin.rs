//! The built-in policies. None of them forgets an obligation: a payment past its deadline is released, whatever the liquidity.

use super::{Compared, Decision, HoldReason};
use crate::config::PolicyConfig;
use crate::money::Cents;
use crate::transaction::Transaction;

/// A rule of the engine's own.
#[derive(Debug, Clone, Copy)]
pub enum Builtin {
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
    /// In full from the balance if that is enough, else in parts while there is some.
    LiquiditySplitting {
        /// Parts when the deadline is near.
        max_splits: u32,
    },
    /// Always in parts.
    MockSplitting {
        /// Parts.
        num_splits: u32,
    },
    /// Always in parts, one after the other.
    MockStaggerSplit {
        /// Parts.
        num_splits: u32,
        /// Parts submitted at once.
        first_now: u32,
        /// Ticks from one part to the next.
        gap_ticks: u32,
        /// Added to the priority of the parts.
        priority_boost: u8,
    },
}

/// What a built-in policy sees of its bank.
#[derive(Debug, Clone, Copy)]
pub struct QueueView {
    /// The current tick.
    pub tick: u32,
    /// The balance, less what was released in this tick.
    pub balance: i128,
    /// What the bank can pay, less what was released in this tick.
    pub available_liquidity: i128,
}

/// From this many ticks before the deadline on, `LiquiditySplitting` splits as far as it may.
const SPLITTING_URGENCY_TICKS: i64 = 5;

impl Builtin {
    /// The rule that a configuration names. Trees are compiled elsewhere.
    pub fn new(config: &PolicyConfig) -> Self {
        match *config {
            PolicyConfig::Fifo {} | PolicyConfig::Tree { .. } => Self::Fifo,
            PolicyConfig::Deadline { urgency_threshold } => Self::Deadline { urgency_threshold: urgency_threshold.into() },
            PolicyConfig::LiquidityAware { target_buffer, urgency_threshold } => {
                Self::LiquidityAware { target_buffer, urgency_threshold: urgency_threshold.into() }
            }
            PolicyConfig::LiquiditySplitting { max_splits, .. } => Self::LiquiditySplitting { max_splits },
            PolicyConfig::MockSplitting { num_splits } => Self::MockSplitting { num_splits },
            PolicyConfig::MockStaggerSplit { num_splits, stagger_first_now, stagger_gap_ticks, priority_boost_children } => {
                Self::MockStaggerSplit {
                    num_splits,
                    first_now: stagger_first_now,
                    gap_ticks: stagger_gap_ticks,
                    priority_boost: priority_boost_children,
                }
            }
        }
    }

    /// Decide about one payment of the bank's own queue.
    pub fn decide(self, payment: &Transaction, view: QueueView) -> Decision {
        let ticks_to_deadline = i64::from(payment.deadline_tick) - i64::from(view.tick);
        let amount = i128::from(payment.remaining);
        let release_if = |condition: bool, reason| if condition { Decision::RELEASE } else { Decision::Hold(reason, None) };
        match self {
            _ if ticks_to_deadline < 0 => Decision::RELEASE,
            Self::Fifo => Decision::RELEASE,
            Self::Deadline { urgency_threshold } => release_if(ticks_to_deadline <= urgency_threshold, HoldReason::NearDeadline),
            Self::LiquidityAware { target_buffer, urgency_threshold } => {
                let enough = if target_buffer == 0 || ticks_to_deadline <= urgency_threshold {
                    view.available_liquidity >= amount
                } else {
                    view.balance - amount >= i128::from(target_buffer)
                };
                release_if(enough, HoldReason::InsufficientLiquidity)
            }
            Self::LiquiditySplitting { .. } if view.balance >= amount => Decision::RELEASE,
            Self::LiquiditySplitting { .. } if view.balance <= 0 => Decision::Hold(HoldReason::InsufficientLiquidity, None),
            Self::LiquiditySplitting { max_splits } => {
                Decision::Split { parts: if ticks_to_deadline <= SPLITTING_URGENCY_TICKS { max_splits } else { 2 } }
            }
            Self::MockSplitting { num_splits } => Decision::Split { parts: num_splits },
            Self::MockStaggerSplit { num_splits, first_now, gap_ticks, priority_boost } => {
                Decision::StaggerSplit { parts: num_splits, first_now, gap_ticks, priority_boost }
            }
        }
    }
}

/// What the rules compare, for people who ask why: nothing else depends on it.
impl Builtin {
    /// Its name, as scenarios write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fifo => "Fifo",
            Self::Deadline { .. } => "Deadline",
            Self::LiquidityAware { .. } => "LiquidityAware",
            Self::LiquiditySplitting { .. } => "LiquiditySplitting",
            Self::MockSplitting { .. } => "MockSplitting",
            Self::MockStaggerSplit { .. } => "MockStaggerSplit",
        }
    }

    /// The numbers that `decide` compares, in that order, as far as it goes.
    pub fn compared(self, payment: &Transaction, view: QueueView) -> Vec<Compared> {
        let ticks_to_deadline = i64::from(payment.deadline_tick) - i64::from(view.tick);
        let amount = i128::from(payment.remaining);
        let is_late = compare("ticks_to_deadline", ticks_to_deadline, "<", "0", 0_i64);
        let is_urgent = |threshold: i64| compare("ticks_to_deadline", ticks_to_deadline, "<=", "urgency_threshold", threshold);
        let can_pay = compare("available_liquidity", view.available_liquidity, ">=", "amount", amount);
        let pays_from_balance = compare("balance", view.balance, ">=", "amount", amount);
        match self {
            _ if is_late.result => vec![is_late],
            Self::Fifo | Self::MockSplitting { .. } | Self::MockStaggerSplit { .. } => Vec::new(),
            Self::Deadline { urgency_threshold } => vec![is_urgent(urgency_threshold)],
            Self::LiquidityAware { target_buffer: 0, .. } => vec![can_pay],
            Self::LiquidityAware { target_buffer, urgency_threshold } => {
                let urgent = is_urgent(urgency_threshold);
                let buffer = compare("balance - amount", view.balance - amount, ">=", "target_buffer", target_buffer);
                let second = if urgent.result { can_pay } else { buffer };
                vec![urgent, second]
            }
            Self::LiquiditySplitting { .. } if pays_from_balance.result => vec![pays_from_balance],
            Self::LiquiditySplitting { .. } => vec![pays_from_balance, compare("balance", view.balance, ">", "0", 0_i64)],
        }
    }
}

fn compare(left: &str, left_value: impl Into<i128>, operator: &str, right: &str, right_value: impl Into<i128>) -> Compared {
    let (left_value, right_value) = (left_value.into(), right_value.into());
    let result = match operator {
        "<" => left_value < right_value,
        "<=" => left_value <= right_value,
        ">" => left_value > right_value,
        _ => left_value >= right_value,
    };
    Compared {
        left: left.to_owned(),
        left_value: left_value as f64,
        operator: operator.to_owned(),
        right: right.to_owned(),
        right_value: right_value as f64,
        result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::example;

    #[test]
    fn decisions() {
        use HoldReason::{InsufficientLiquidity, NearDeadline};
        let hold = |reason| Decision::Hold(reason, None);
        let release = Decision::RELEASE;
        let deadline = Builtin::Deadline { urgency_threshold: 3 };
        let buffered = Builtin::LiquidityAware { target_buffer: 100, urgency_threshold: 3 };
        let unbuffered = Builtin::LiquidityAware { target_buffer: 0, urgency_threshold: 3 };
        let splitting = Builtin::LiquiditySplitting { max_splits: 4 };
        // policy, tick (the deadline is 10), balance, available, amount, decision
        for (policy, tick, balance, available, amount, expected) in [
            (Builtin::Fifo, 0, 0, 0, 50, release.clone()),
            (deadline, 6, 0, 0, 50, hold(NearDeadline)),
            (deadline, 7, 0, 0, 50, release.clone()),
            (deadline, 10, 0, 0, 50, release.clone()),
            (deadline, 11, 0, 0, 50, release.clone()),
            (buffered, 0, 150, 150, 50, release.clone()),
            (buffered, 0, 149, 900, 50, hold(InsufficientLiquidity)),
            (buffered, 7, 149, 149, 50, release.clone()),
            (buffered, 7, 0, 49, 50, hold(InsufficientLiquidity)),
            (buffered, 10, 0, 49, 50, hold(InsufficientLiquidity)),
            (buffered, 11, 0, 0, 50, release.clone()),
            (unbuffered, 0, 0, 50, 50, release.clone()),
            (unbuffered, 0, 0, 49, 50, hold(InsufficientLiquidity)),
            (splitting, 0, 50, 50, 50, release.clone()),
            (splitting, 0, 49, 49, 50, Decision::Split { parts: 2 }),
            (splitting, 5, 49, 49, 50, Decision::Split { parts: 4 }),
            (splitting, 5, 0, 90, 50, hold(InsufficientLiquidity)),
            (splitting, 11, 0, 0, 50, release.clone()),
            (Builtin::MockSplitting { num_splits: 3 }, 0, 0, 0, 50, Decision::Split { parts: 3 }),
        ] {
            let view = QueueView { tick, balance, available_liquidity: available };
            assert_eq!(policy.decide(&example(amount), view), expected, "{policy:?} {view:?}");
        }
    }
}
