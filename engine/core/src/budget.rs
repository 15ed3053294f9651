//! A release budget: how much a bank's policy lets it release in this tick.

use crate::money::Cents;
use crate::policy::HoldReason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a bank may release in this tick.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Budget {
    /// Cents left for all receivers.
    remaining: i128,
    /// The only receivers that may be paid, ascending; none: all may.
    focus: Option<Vec<u32>>,
    /// Cents for each receiver.
    per_counterparty: Option<Cents>,
    used: BTreeMap<u32, i128>,
}

impl Budget {
    /// A budget of which nothing is used.
    pub fn new(value: Cents, mut focus: Option<Vec<u32>>, per_counterparty: Option<Cents>) -> Self {
        if let Some(focus) = &mut focus {
            focus.sort_unstable();
        }
        Self { remaining: value.into(), focus, per_counterparty, used: BTreeMap::new() }
    }

    /// Use some of it, or say why that is not possible.
    pub fn spend(&mut self, receiver: u32, amount: i128) -> Result<(), HoldReason> {
        if amount > self.remaining {
            return Err(HoldReason::BudgetExhausted);
        }
        if self.focus.as_ref().is_some_and(|focus| focus.binary_search(&receiver).is_err()) {
            return Err(HoldReason::NotInFocusList);
        }
        let used = self.used.entry(receiver).or_default();
        if self.per_counterparty.is_some_and(|cap| *used + amount > i128::from(cap)) {
            return Err(HoldReason::CounterpartyLimitExceeded);
        }
        *used += amount;
        self.remaining -= amount;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_its_own_reason() {
        let mut budget = Budget::new(100, Some(vec![3, 1]), Some(60));
        assert_eq!(budget.spend(1, 50), Ok(()));
        assert_eq!(budget.spend(1, 51), Err(HoldReason::BudgetExhausted));
        assert_eq!(budget.spend(2, 10), Err(HoldReason::NotInFocusList));
        assert_eq!(budget.spend(1, 11), Err(HoldReason::CounterpartyLimitExceeded));
        assert_eq!(budget.spend(1, 10), Ok(()));
        assert_eq!(budget.spend(3, 40), Ok(()));
        assert_eq!(budget.spend(3, 1), Err(HoldReason::BudgetExhausted));
    }
}
