//! The canonical form of a scenario, as it crosses the boundary: one shape, no aliases, every default written here.
//!
//! Python's `payment_simulator.config` reads what people write, with line and column. What stands here is the engine's own check
//! of what it is given, so that nothing that reaches a tick can be out of range.

use crate::error::ConfigError;
use crate::money::{AMOUNT_MAX, Cents, Rate, SYSTEM_MONEY_MAX, deserialize_cents};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A whole scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Ticks in a day, at least 1.
    pub ticks_per_day: u32,
    /// Days in the run, at least 1.
    pub num_days: u32,
    /// The seed of every random stream.
    pub rng_seed: u64,
    /// Whether deadlines end with the day of arrival.
    #[serde(default)]
    pub deadline_cap_at_eod: bool,
    /// The order in which a bank looks at its own queue.
    #[serde(default)]
    pub queue1_ordering: Queue1Ordering,
    /// The banks, in the order of the scenario.
    pub agents: Vec<AgentConfig>,
    /// What waiting and liquidity cost.
    pub cost_rates: CostRatesConfig,
    /// The liquidity-saving mechanisms.
    #[serde(default)]
    pub lsm_config: LsmConfig,
    /// What happens from outside, in list order.
    #[serde(default)]
    pub scenario_events: Vec<ScenarioEvent>,
}

/// The order in which a bank looks at its own queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue1Ordering {
    /// As the payments came.
    #[default]
    Fifo,
    /// High priority first, then early deadline, then as they came.
    PriorityDeadline,
}

/// A bank.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// Unique, not blank.
    pub id: String,
    /// Cents; may be negative.
    #[serde(deserialize_with = "deserialize_cents")]
    pub opening_balance: Cents,
    /// Intraday credit without collateral, cents, at least 0.
    #[serde(default, deserialize_with = "deserialize_cents")]
    pub unsecured_cap: Cents,
    /// When the bank releases its payments.
    pub policy: PolicyConfig,
    /// Ceilings on what it may send in a day.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// Its payments: one stream, or one for each band (urgent, normal, low).
    #[serde(default)]
    pub arrivals: Vec<ArrivalConfig>,
}

/// When a bank releases its payments.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PolicyConfig {
    /// At once.
    Fifo {},
    /// When the deadline is near.
    Deadline {
        /// Ticks, at least 1.
        urgency_threshold: u32,
    },
    /// While a buffer of liquidity remains, or when the deadline is near.
    LiquidityAware {
        /// Cents, at least 0.
        #[serde(deserialize_with = "deserialize_cents")]
        target_buffer: Cents,
        /// Ticks, at least 1.
        urgency_threshold: u32,
    },
}

/// Ceilings on what a bank may send in a day, gross.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// By receiver; one that is absent is unlimited.
    #[serde(default)]
    pub bilateral_limits: BTreeMap<String, Cents>,
    /// To all receivers together.
    #[serde(default)]
    pub multilateral_limit: Option<Cents>,
}

/// One stream of payments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalConfig {
    /// Mean number of payments in a tick (Poisson).
    pub rate_per_tick: f64,
    /// How large they are.
    pub amount: AmountConfig,
    /// By receiver; empty: all others alike; a receiver that is absent gets nothing.
    #[serde(default)]
    pub counterparty_weights: BTreeMap<String, f64>,
    /// Shortest time from arrival to deadline, ticks, at least 1.
    pub deadline_min: u32,
    /// Longest time from arrival to deadline.
    pub deadline_max: u32,
    /// How urgent they are.
    pub priority: PriorityConfig,
    /// Whether a payment may be split.
    #[serde(default = "yes")]
    pub divisible: bool,
    /// Parts of the day in which the rate differs.
    #[serde(default)]
    pub time_windows: Vec<TimeWindow>,
}

fn yes() -> bool {
    true
}

/// A part of the day with its own rate.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// First tick within the day.
    pub start_tick: u32,
    /// The tick after the last one.
    pub end_tick: u32,
    /// Multiplies the rate; windows that overlap multiply each other.
    pub rate_multiplier: f64,
}

/// The distribution of amounts, cents.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum AmountConfig {
    /// Every amount from `min` to `max` alike, both included.
    Uniform {
        /// At least 1.
        #[serde(deserialize_with = "deserialize_cents")]
        min: Cents,
        /// At least `min`.
        #[serde(deserialize_with = "deserialize_cents")]
        max: Cents,
    },
    /// Rounded, at least 1 cent.
    Normal {
        /// Mean.
        #[serde(deserialize_with = "deserialize_cents")]
        mean: Cents,
        /// Standard deviation, positive.
        #[serde(deserialize_with = "deserialize_cents")]
        std_dev: Cents,
    },
    /// Rounded, at least 1 cent.
    LogNormal {
        /// Of the amount or of its logarithm.
        mean: f64,
        /// Of the amount or of its logarithm, positive.
        std_dev: f64,
        /// Which of the two.
        parameterization: LogNormalParameters,
    },
    /// Rounded, at least 1 cent.
    Exponential {
        /// 1 / mean.
        rate: f64,
    },
}

/// What the parameters of a lognormal distribution describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogNormalParameters {
    /// The amount in cents.
    Moments,
    /// Its natural logarithm.
    LogSpace,
}

/// The distribution of priorities, 0 to 10.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PriorityConfig {
    /// Always the same.
    Fixed {
        /// 0 to 10.
        value: u8,
    },
    /// One of some values.
    Categorical {
        /// Each 0 to 10.
        values: Vec<u8>,
        /// As many; not negative, not all 0.
        weights: Vec<f64>,
    },
    /// Every value from `min` to `max` alike, both included.
    Uniform {
        /// 0 to 10.
        min: u8,
        /// 0 to 10, at least `min`.
        max: u8,
    },
}

/// What waiting and liquidity cost. Rates are per tick.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRatesConfig {
    /// Basis points of the overdraft.
    pub overdraft_bps_per_tick: Rate,
    /// Fraction of the queued value.
    pub delay_cost_per_tick_per_cent: Rate,
    /// Cents for each queued payment, beside the proportional rate.
    #[serde(default, deserialize_with = "deserialize_cents")]
    pub delay_penalty_per_tick: Cents,
    /// Basis points of the posted collateral.
    pub collateral_cost_per_tick_bps: Rate,
    /// Basis points of the liquidity allocated from the pool.
    pub liquidity_cost_per_tick_bps: Rate,
    /// At the end of each day, for each queued payment whose deadline has come.
    pub eod_penalty: PenaltyConfig,
    /// Once, when a payment becomes overdue.
    pub deadline_penalty: PenaltyConfig,
    /// Cents for each part of a split but the first.
    #[serde(deserialize_with = "deserialize_cents")]
    pub split_friction_cost: Cents,
    /// Multiplies the delay cost of overdue payments.
    pub overdue_delay_multiplier: Rate,
    /// Multiplies the delay cost by priority.
    pub priority_delay_multipliers: PriorityMultipliers,
}

/// A penalty for one payment.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PenaltyConfig {
    /// The same for every payment.
    Fixed {
        /// Cents.
        #[serde(deserialize_with = "deserialize_cents")]
        amount: Cents,
    },
    /// A part of the amount, rounded down.
    Rate {
        /// Basis points.
        bps_per_event: Rate,
    },
}

/// Multipliers of the delay cost, by band of priority.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorityMultipliers {
    /// Priorities 8 to 10.
    pub urgent: Rate,
    /// Priorities 4 to 7.
    pub normal: Rate,
    /// Priorities 0 to 3.
    pub low: Rate,
}

/// The liquidity-saving mechanisms.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LsmConfig {
    /// Offset the queued payments of two banks.
    pub enable_bilateral: bool,
    /// Settle closed loops of banks.
    pub enable_cycles: bool,
    /// Banks in the longest loop, 3 to 10.
    pub max_cycle_length: u32,
    /// Loops settled in a tick at the most, 1 to 100.
    pub max_cycles_per_tick: u32,
    /// Loops looked at in a tick at the most.
    pub max_cycle_candidates: u32,
}

impl Default for LsmConfig {
    fn default() -> Self {
        Self {
            enable_bilateral: true,
            enable_cycles: true,
            max_cycle_length: 4,
            max_cycles_per_tick: 10,
            max_cycle_candidates: 10_000,
        }
    }
}

/// Something that happens from outside.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum ScenarioEvent {
    /// Money moves between two banks, whatever their liquidity and limits.
    DirectTransfer {
        /// Sender.
        from_agent: String,
        /// Receiver.
        to_agent: String,
        /// Cents, positive.
        #[serde(deserialize_with = "deserialize_cents")]
        amount: Cents,
        /// When.
        schedule: Schedule,
    },
    /// A payment arrives in the sender's own queue.
    CustomTransactionArrival {
        /// Sender.
        from_agent: String,
        /// Receiver.
        to_agent: String,
        /// Cents, positive.
        #[serde(deserialize_with = "deserialize_cents")]
        amount: Cents,
        /// 0 to 10.
        priority: u8,
        /// Ticks after arrival, at least 1.
        deadline: u32,
        /// Whether it may be split.
        is_divisible: bool,
        /// When.
        schedule: Schedule,
    },
}

impl ScenarioEvent {
    /// When it happens.
    pub fn schedule(&self) -> Schedule {
        match self {
            Self::DirectTransfer { schedule, .. } | Self::CustomTransactionArrival { schedule, .. } => *schedule,
        }
    }
}

/// When something happens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Schedule {
    /// Once.
    OneTime {
        /// In this tick.
        tick: u32,
    },
    /// Again and again, to the end of the run.
    Repeating {
        /// First in this tick.
        start_tick: u32,
        /// Ticks from one to the next, at least 1.
        interval: u32,
    },
}

impl Schedule {
    /// How often it happens in a run of so many ticks.
    pub fn occurrences(self, total_ticks: u32) -> u32 {
        match self {
            Self::OneTime { tick } => u32::from(tick < total_ticks),
            Self::Repeating { start_tick, interval } if start_tick < total_ticks => (total_ticks - 1 - start_tick) / interval + 1,
            Self::Repeating { .. } => 0,
        }
    }
}

impl Config {
    /// Ticks in the whole run.
    pub fn total_ticks(&self) -> u32 {
        self.ticks_per_day * self.num_days
    }

    /// The ids of the banks in ascending byte order: agent `i` of the engine is the `i`-th of these.
    pub fn agent_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.agents.iter().map(|agent| agent.id.clone()).collect();
        ids.sort();
        ids
    }

    /// Refuse what is out of range, with its path.
    pub fn validate(&self) -> Result<(), ConfigError> {
        positive("ticks_per_day", self.ticks_per_day)?;
        positive("num_days", self.num_days)?;
        if self.ticks_per_day.checked_mul(self.num_days).is_none_or(|ticks| ticks > TICKS_MAX) {
            return refuse(
                "num_days",
                format!("{} days of {} ticks are too long; a run has at most {TICKS_MAX} ticks", self.num_days, self.ticks_per_day),
            );
        }
        if self.agents.is_empty() {
            return refuse("agents", "a scenario needs at least one bank".to_owned());
        }
        if self.agents.len() > AGENTS_MAX {
            return refuse("agents", format!("{} banks are too many; at most {AGENTS_MAX}", self.agents.len()));
        }
        let ids = self.agent_ids();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return refuse("agents", format!("two banks have the id {:?}", pair[0]));
        }
        for (index, agent) in self.agents.iter().enumerate() {
            agent.validate(&format!("agents.{index}"), &ids)?;
        }
        self.cost_rates.validate()?;
        self.lsm_config.validate()?;
        for (index, event) in self.scenario_events.iter().enumerate() {
            event.validate(&format!("scenario_events.{index}"), &ids)?;
        }
        self.validate_system_money()
    }

    fn validate_system_money(&self) -> Result<(), ConfigError> {
        let banks: i128 =
            self.agents.iter().map(|agent| i128::from(agent.opening_balance).abs() + i128::from(agent.unsecured_cap)).sum();
        let transfers: i128 = self
            .scenario_events
            .iter()
            .map(|event| match event {
                ScenarioEvent::DirectTransfer { amount, schedule, .. } => {
                    i128::from(*amount) * i128::from(schedule.occurrences(self.total_ticks()))
                }
                ScenarioEvent::CustomTransactionArrival { .. } => 0,
            })
            .sum();
        if banks + transfers > SYSTEM_MONEY_MAX {
            return refuse(
                "agents",
                format!(
                    "balances, credit and direct transfers add up to {} cents; at most {SYSTEM_MONEY_MAX} fit into a balance",
                    banks + transfers
                ),
            );
        }
        Ok(())
    }
}

/// Ticks in the longest run.
pub const TICKS_MAX: u32 = 1 << 30;
/// Banks in the largest system.
pub const AGENTS_MAX: usize = 1 << 14;
/// Payments that one bank may send in a tick on average.
const RATE_PER_TICK_MAX: f64 = 1e6;

fn refuse<T>(path: impl Into<String>, message: String) -> Result<T, ConfigError> {
    Err(ConfigError::new(path, message))
}

fn positive(path: &str, value: u32) -> Result<(), ConfigError> {
    if value == 0 {
        return refuse(path, "got 0; write an integer of at least 1".to_owned());
    }
    Ok(())
}

fn amount_at_least(path: String, value: Cents, least: Cents) -> Result<(), ConfigError> {
    if !(least..=AMOUNT_MAX).contains(&value) {
        return refuse(path, format!("got {value}; write an integer number of cents from {least} to {AMOUNT_MAX}"));
    }
    Ok(())
}

fn number_from(path: String, value: f64, least: f64, most: f64) -> Result<(), ConfigError> {
    if !(least..=most).contains(&value) {
        return refuse(path, format!("got {value}; write a number from {least} to {most}"));
    }
    Ok(())
}

fn priority(path: String, value: u8) -> Result<(), ConfigError> {
    if value > 10 {
        return refuse(path, format!("got {value}; a priority is an integer from 0 to 10"));
    }
    Ok(())
}

fn known(path: String, id: &str, ids: &[String]) -> Result<(), ConfigError> {
    if ids.binary_search_by(|known| known.as_str().cmp(id)).is_err() {
        return refuse(path, format!("{id:?} is not the id of a bank of this scenario"));
    }
    Ok(())
}

impl AgentConfig {
    fn validate(&self, path: &str, ids: &[String]) -> Result<(), ConfigError> {
        if self.id.trim().is_empty() {
            return refuse(format!("{path}.id"), format!("got {:?}; an id is not blank", self.id));
        }
        amount_at_least(format!("{path}.unsecured_cap"), self.unsecured_cap, 0)?;
        match self.policy {
            PolicyConfig::Fifo {} => {}
            PolicyConfig::Deadline { urgency_threshold } => {
                positive(&format!("{path}.policy.urgency_threshold"), urgency_threshold)?;
            }
            PolicyConfig::LiquidityAware { target_buffer, urgency_threshold } => {
                amount_at_least(format!("{path}.policy.target_buffer"), target_buffer, 0)?;
                positive(&format!("{path}.policy.urgency_threshold"), urgency_threshold)?;
            }
        }
        for (receiver, limit) in &self.limits.bilateral_limits {
            let path = format!("{path}.limits.bilateral_limits.{receiver}");
            known(path.clone(), receiver, ids)?;
            amount_at_least(path, *limit, 0)?;
        }
        if let Some(limit) = self.limits.multilateral_limit {
            amount_at_least(format!("{path}.limits.multilateral_limit"), limit, 0)?;
        }
        for (index, arrival) in self.arrivals.iter().enumerate() {
            arrival.validate(&format!("{path}.arrivals.{index}"), &self.id, ids)?;
        }
        Ok(())
    }
}

impl ArrivalConfig {
    fn validate(&self, path: &str, sender: &str, ids: &[String]) -> Result<(), ConfigError> {
        number_from(format!("{path}.rate_per_tick"), self.rate_per_tick, 0.0, RATE_PER_TICK_MAX)?;
        self.amount.validate(&format!("{path}.amount"))?;
        let mut total = 0.0;
        for (receiver, weight) in &self.counterparty_weights {
            let path = format!("{path}.counterparty_weights.{receiver}");
            known(path.clone(), receiver, ids)?;
            number_from(path, *weight, 0.0, f64::MAX)?;
            total += if receiver == sender { 0.0 } else { *weight };
        }
        let nobody = if self.counterparty_weights.is_empty() { ids.len() < 2 } else { total <= 0.0 };
        if nobody {
            return refuse(
                format!("{path}.counterparty_weights"),
                "no bank can receive these payments; give another bank a positive weight".to_owned(),
            );
        }
        if !total.is_finite() {
            return refuse(format!("{path}.counterparty_weights"), "the weights add up to more than a number can hold".to_owned());
        }
        positive(&format!("{path}.deadline_min"), self.deadline_min)?;
        if self.deadline_max < self.deadline_min {
            return refuse(
                format!("{path}.deadline_max"),
                format!("got {}; write at least deadline_min, {}", self.deadline_max, self.deadline_min),
            );
        }
        self.priority.validate(&format!("{path}.priority"))?;
        for (index, window) in self.time_windows.iter().enumerate() {
            let path = format!("{path}.time_windows.{index}");
            if window.end_tick <= window.start_tick {
                return refuse(
                    format!("{path}.end_tick"),
                    format!("got {}; write more than start_tick, {}", window.end_tick, window.start_tick),
                );
            }
            number_from(format!("{path}.rate_multiplier"), window.rate_multiplier, 0.0, 1e6)?;
        }
        Ok(())
    }
}

impl AmountConfig {
    fn validate(&self, path: &str) -> Result<(), ConfigError> {
        match *self {
            Self::Uniform { min, max } => {
                amount_at_least(format!("{path}.min"), min, 1)?;
                amount_at_least(format!("{path}.max"), max, min)
            }
            Self::Normal { mean: _, std_dev } => amount_at_least(format!("{path}.std_dev"), std_dev, 1),
            Self::LogNormal { mean, std_dev, parameterization } => {
                let least = if parameterization == LogNormalParameters::Moments { f64::MIN_POSITIVE } else { f64::MIN };
                number_from(format!("{path}.mean"), mean, least, AMOUNT_MAX as f64)?;
                number_from(format!("{path}.std_dev"), std_dev, f64::MIN_POSITIVE, AMOUNT_MAX as f64)
            }
            Self::Exponential { rate } => number_from(format!("{path}.rate"), rate, f64::MIN_POSITIVE, f64::MAX),
        }
    }
}

impl PriorityConfig {
    fn validate(&self, path: &str) -> Result<(), ConfigError> {
        match self {
            Self::Fixed { value } => priority(format!("{path}.value"), *value),
            Self::Uniform { min, max } => {
                priority(format!("{path}.max"), *max)?;
                if min > max {
                    return refuse(format!("{path}.min"), format!("got {min}; write at most max, {max}"));
                }
                Ok(())
            }
            Self::Categorical { values, weights } => {
                for (index, value) in values.iter().enumerate() {
                    priority(format!("{path}.values.{index}"), *value)?;
                }
                if values.len() != weights.len() {
                    return refuse(
                        format!("{path}.weights"),
                        format!("{} weights for {} values; write one for each", weights.len(), values.len()),
                    );
                }
                for (index, weight) in weights.iter().enumerate() {
                    number_from(format!("{path}.weights.{index}"), *weight, 0.0, f64::MAX)?;
                }
                let total: f64 = weights.iter().sum();
                if !(total > 0.0 && total.is_finite()) {
                    return refuse(format!("{path}.weights"), "the weights add up to nothing; make one positive".to_owned());
                }
                Ok(())
            }
        }
    }
}

impl CostRatesConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        amount_at_least("cost_rates.delay_penalty_per_tick".to_owned(), self.delay_penalty_per_tick, 0)?;
        amount_at_least("cost_rates.split_friction_cost".to_owned(), self.split_friction_cost, 0)?;
        for (name, penalty) in [("eod_penalty", self.eod_penalty), ("deadline_penalty", self.deadline_penalty)] {
            if let PenaltyConfig::Fixed { amount } = penalty {
                amount_at_least(format!("cost_rates.{name}.amount"), amount, 0)?;
            }
        }
        Ok(())
    }
}

impl LsmConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        for (name, value, least, most) in [
            ("max_cycle_length", self.max_cycle_length, 3, CYCLE_LENGTH_MAX),
            ("max_cycles_per_tick", self.max_cycles_per_tick, 1, 100),
            ("max_cycle_candidates", self.max_cycle_candidates, 1, 1_000_000),
        ] {
            if !(least..=most).contains(&value) {
                return refuse(format!("lsm_config.{name}"), format!("got {value}; write an integer from {least} to {most}"));
            }
        }
        Ok(())
    }
}

/// Banks in the longest loop that can be asked for.
pub const CYCLE_LENGTH_MAX: u32 = 10;

impl ScenarioEvent {
    fn validate(&self, path: &str, ids: &[String]) -> Result<(), ConfigError> {
        let (from, to, amount) = match self {
            Self::DirectTransfer { from_agent, to_agent, amount, .. } => (from_agent, to_agent, *amount),
            Self::CustomTransactionArrival { from_agent, to_agent, amount, priority: urgency, deadline, .. } => {
                priority(format!("{path}.priority"), *urgency)?;
                positive(&format!("{path}.deadline"), *deadline)?;
                (from_agent, to_agent, *amount)
            }
        };
        known(format!("{path}.from_agent"), from, ids)?;
        known(format!("{path}.to_agent"), to, ids)?;
        if from == to {
            return refuse(format!("{path}.to_agent"), format!("{to:?} pays itself; name another bank"));
        }
        amount_at_least(format!("{path}.amount"), amount, 1)?;
        if let Schedule::Repeating { interval, .. } = self.schedule() {
            positive(&format!("{path}.schedule.interval"), interval)?;
        }
        Ok(())
    }
}
