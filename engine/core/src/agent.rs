//! A bank: its money, its own queue, and what it may send.

use crate::config::LimitsConfig;
use crate::costs::{Costs, DELAY_CLASSES};
use crate::money::Cents;
use crate::policy::Policy;
use crate::transaction::Transaction;

/// A bank.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Cents; below zero it uses intraday credit.
    pub balance: Cents,
    /// Intraday credit without collateral, cents.
    pub unsecured_cap: Cents,
    /// When it releases its payments.
    pub policy: Policy,
    /// Its own queue (Queue 1), in order.
    pub queue1: Vec<u32>,
    /// The value of all its queued payments, in both queues, by class of delay cost.
    pub queued_value: [i128; DELAY_CLASSES],
    /// How many queued payments it has, in both queues.
    pub queued_count: u32,
    /// What it may send in a day, if that is limited.
    pub limits: Option<Box<Limits>>,
    /// What it is charged in this tick so far.
    pub costs_of_tick: Costs,
    /// What it has been charged in the run, before this tick.
    pub costs_of_run: Costs,
}

impl Agent {
    /// How far below zero the balance may go.
    pub fn credit_limit(&self) -> Cents {
        self.unsecured_cap
    }

    /// What it can pay now: balance and unused credit together.
    pub fn available_liquidity(&self) -> Cents {
        (self.balance + self.credit_limit()).max(0)
    }

    /// Count a payment that joins one of its queues.
    pub fn count_queued(&mut self, payment: &Transaction) {
        self.queued_value[payment.delay_class()] += i128::from(payment.amount);
        self.queued_count += 1;
    }

    /// Count a payment that leaves both of its queues.
    pub fn count_unqueued(&mut self, payment: &Transaction) {
        self.queued_value[payment.delay_class()] -= i128::from(payment.amount);
        self.queued_count -= 1;
    }

    /// Whether `amount` to `receiver` stays within its limits, and if not, within which.
    pub fn check_limits(&self, receiver: u32, amount: i128) -> Result<(), LimitExceeded> {
        match &self.limits {
            None => Ok(()),
            Some(limits) => limits.check(receiver, amount),
        }
    }

    /// Count an amount sent.
    pub fn record_outflow(&mut self, receiver: u32, amount: Cents) {
        if let Some(limits) = &mut self.limits {
            limits.record(receiver, amount);
        }
    }
}

/// Which limit an amount would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitExceeded {
    /// The one for its receiver.
    Bilateral,
    /// The one for all receivers.
    Multilateral,
}

/// What a bank may send in a day, gross, and what it has sent.
#[derive(Debug, Clone)]
pub struct Limits {
    /// By receiver, ascending.
    bilateral: Vec<(u32, Limit)>,
    multilateral: Option<Limit>,
}

/// A ceiling and how much of it is used.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Cents, not negative.
    pub ceiling: Cents,
    /// Cents sent today.
    pub used: i128,
}

impl Limit {
    fn admits(&self, amount: i128) -> bool {
        self.used + amount <= i128::from(self.ceiling)
    }
}

impl Limits {
    /// The limits of a bank, or none if it is unlimited. `agent_ids` is sorted.
    pub fn new(config: &LimitsConfig, agent_ids: &[String]) -> Option<Box<Self>> {
        if config.bilateral_limits.is_empty() && config.multilateral_limit.is_none() {
            return None;
        }
        let unused = |ceiling: Cents| Limit { ceiling, used: 0 };
        let mut bilateral: Vec<(u32, Limit)> = config
            .bilateral_limits
            .iter()
            .filter_map(|(id, ceiling)| Some((agent_ids.binary_search(id).ok()? as u32, unused(*ceiling))))
            .collect();
        bilateral.sort_by_key(|(receiver, _)| *receiver);
        Some(Box::new(Self { bilateral, multilateral: config.multilateral_limit.map(unused) }))
    }

    /// The limit for one receiver.
    pub fn bilateral(&self, receiver: u32) -> Option<&Limit> {
        let place = self.bilateral.binary_search_by_key(&receiver, |(receiver, _)| *receiver).ok()?;
        Some(&self.bilateral[place].1)
    }

    /// The limit for all receivers together.
    pub fn multilateral(&self) -> Option<&Limit> {
        self.multilateral.as_ref()
    }

    fn check(&self, receiver: u32, amount: i128) -> Result<(), LimitExceeded> {
        if self.bilateral(receiver).is_some_and(|limit| !limit.admits(amount)) {
            return Err(LimitExceeded::Bilateral);
        }
        if self.multilateral.is_some_and(|limit| !limit.admits(amount)) {
            return Err(LimitExceeded::Multilateral);
        }
        Ok(())
    }

    fn record(&mut self, receiver: u32, amount: Cents) {
        if let Ok(place) = self.bilateral.binary_search_by_key(&receiver, |(receiver, _)| *receiver) {
            self.bilateral[place].1.used += i128::from(amount);
        }
        if let Some(limit) = &mut self.multilateral {
            limit.used += i128::from(amount);
        }
    }

    /// Whether the whole amount `total`, of which `to_receiver` goes to one bank, stays within the limits.
    pub fn admits(&self, receiver: u32, to_receiver: i128, total: i128) -> bool {
        self.bilateral(receiver).is_none_or(|limit| limit.admits(to_receiver))
            && self.multilateral.is_none_or(|limit| limit.admits(total))
    }

    /// A new day: nothing has been sent.
    pub fn clear(&mut self) {
        for (_, limit) in &mut self.bilateral {
            limit.used = 0;
        }
        if let Some(limit) = &mut self.multilateral {
            limit.used = 0;
        }
    }
}
