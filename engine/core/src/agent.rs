//! A bank: its money, its own queue, and what it may send.

use crate::budget::Budget;
use crate::collateral::Collateral;
use crate::config::{AgentConfig, LimitsConfig};
use crate::costs::{COST_NAMES, CostRates, Costs, DELAY_CLASSES};
use crate::error::ConfigError;
use crate::money::Cents;
use crate::policy::Policy;
use crate::pool::LiquidityPool;
use crate::transaction::Transaction;
use std::collections::BTreeMap;

/// A bank.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Cents; below zero it uses intraday credit.
    pub balance: Cents,
    /// Intraday credit without collateral, cents.
    pub unsecured_cap: Cents,
    /// What it has posted for more credit.
    pub collateral: Collateral,
    /// Liquidity outside the system, part of which is allocated to the balance.
    pub pool: Option<LiquidityPool>,
    /// When it releases its payments.
    pub policy: Policy,
    /// What it may release in this tick, if its policy says.
    pub budget: Option<Budget>,
    /// Numbers that its policy remembers until the end of the day.
    pub registers: BTreeMap<String, f64>,
    /// Its own queue (Queue 1), in order.
    pub queue1: Vec<u32>,
    /// The value of all its queued payments, in both queues, by class of delay cost.
    pub queued_value: [i128; DELAY_CLASSES],
    /// How many queued payments it has, in both queues.
    pub queued_count: u32,
    /// Its queued payments that are overdue, and what they cost it when a day ends.
    pub overdue: Overdue,
    /// Its own rates, where they are not those of all banks.
    pub rates: Option<Box<CostRates>>,
    /// What it may send in a day, if that is limited.
    pub limits: Option<Box<Limits>>,
    /// What it is charged in this tick so far.
    pub costs_of_tick: Costs,
    /// What it has been charged in the run, before this tick.
    pub costs_of_run: Costs,
}

impl Agent {
    /// A bank before the first tick. `path` is its place in the configuration, `agent_ids` is sorted.
    pub fn new(config: &AgentConfig, path: &str, agent_ids: &[String]) -> Result<Self, ConfigError> {
        let policy = Policy::new(&config.policy, &format!("{path}.policy"), agent_ids)?;
        let fraction = policy.initial_liquidity_fraction(path)?.unwrap_or(config.liquidity_allocation_fraction);
        let mut agent = Self {
            balance: config.opening_balance,
            unsecured_cap: config.unsecured_cap,
            collateral: Collateral::new(config),
            pool: config.liquidity_pool.map(|total| LiquidityPool::new(total, fraction)),
            policy,
            budget: None,
            registers: BTreeMap::new(),
            queue1: Vec::new(),
            queued_value: [0; DELAY_CLASSES],
            queued_count: 0,
            overdue: Overdue::default(),
            rates: None,
            limits: Limits::new(&config.limits, agent_ids),
            costs_of_tick: [0; COST_NAMES.len()],
            costs_of_run: [0; COST_NAMES.len()],
        };
        if let Some(pool) = &mut agent.pool {
            agent.balance += pool.allocate();
        }
        Ok(agent)
    }

    /// How far below zero the balance may go.
    pub fn credit_limit(&self) -> Cents {
        self.unsecured_cap + self.collateral.credit()
    }

    /// How far below zero the balance is.
    pub fn credit_used(&self) -> Cents {
        (-self.balance).max(0)
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

/// The overdue payments of a bank.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overdue {
    /// How many are queued.
    pub count: u32,
    /// The sum of their penalties for being queued when a day ends.
    pub penalties: i128,
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
        if !self.admits_to(receiver, amount) {
            return Err(LimitExceeded::Bilateral);
        }
        if !self.admits_in_all(amount) {
            return Err(LimitExceeded::Multilateral);
        }
        Ok(())
    }

    /// Whether an amount stays within both limits.
    pub fn admits(&self, receiver: u32, amount: i128) -> bool {
        self.check(receiver, amount).is_ok()
    }

    /// Count an amount sent.
    pub fn record(&mut self, receiver: u32, amount: Cents) {
        if let Ok(place) = self.bilateral.binary_search_by_key(&receiver, |(receiver, _)| *receiver) {
            self.bilateral[place].1.used += i128::from(amount);
        }
        if let Some(limit) = &mut self.multilateral {
            limit.used += i128::from(amount);
        }
    }

    /// Whether this amount to one receiver stays within its limit.
    pub fn admits_to(&self, receiver: u32, amount: i128) -> bool {
        self.bilateral(receiver).is_none_or(|limit| limit.admits(amount))
    }

    /// Whether this amount to all receivers together stays within the limit.
    pub fn admits_in_all(&self, amount: i128) -> bool {
        self.multilateral.is_none_or(|limit| limit.admits(amount))
    }

    /// What was sent today, by limit: for a snapshot.
    pub fn used(&self) -> Vec<i128> {
        self.bilateral.iter().map(|(_, limit)| limit.used).chain(self.multilateral.map(|limit| limit.used)).collect()
    }

    /// As it was when a snapshot was taken. False if it cannot have been.
    pub fn restore(&mut self, used: &[i128]) -> bool {
        let limits = self.bilateral.iter_mut().map(|(_, limit)| limit).chain(&mut self.multilateral);
        let mut limits: Vec<&mut Limit> = limits.collect();
        for (limit, used) in limits.iter_mut().zip(used) {
            limit.used = *used;
        }
        limits.len() == used.len() && limits.iter().all(|limit| (0..=i128::from(limit.ceiling)).contains(&limit.used))
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
