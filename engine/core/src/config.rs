//! The canonical form of a scenario, as it crosses the boundary: one shape, no aliases, every default written here.
//!
//! Python's `payment_simulator.config` reads what people write, with line and column. What stands here is the engine's own check
//! of what it is given, so that nothing that reaches a tick can be out of range.

use crate::error::ConfigError;
use crate::money::{AMOUNT_MAX, Cents, Rate, SYSTEM_MONEY_MAX, deserialize_cents};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A whole scenario.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// Whether the central queue is ordered by declared priority before age.
    #[serde(default)]
    pub priority_mode: bool,
    /// Whether a bank's queued payment blocks its later ones.
    #[serde(default)]
    pub queue2_blocking: Queue2Blocking,
    /// Whether priorities rise as deadlines come near.
    #[serde(default)]
    pub priority_escalation: Option<EscalationConfig>,
    /// Whether what a bank receives counts only from the end of the tick.
    #[serde(default)]
    pub deferred_crediting: bool,
    /// Whether a submission that its sender cannot pay is offset against a queued payment of its receiver at once.
    #[serde(default)]
    pub entry_disposition_offsetting: bool,
    /// Whether each settlement algorithm logs that it has run.
    #[serde(default)]
    pub algorithm_sequencing: bool,
    /// The part of the day after which policies see a rush, 0 to 1.
    #[serde(default = "eod_rush_threshold_default")]
    pub eod_rush_threshold: f64,
    /// Whether liquidity from pools is given back at the end of each day and allocated anew.
    #[serde(default = "yes")]
    pub daily_liquidity_reallocation: bool,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue1Ordering {
    /// As the payments came.
    #[default]
    Fifo,
    /// High priority first, then early deadline, then as they came.
    PriorityDeadline,
}

/// Whether a bank's queued payment blocks its later ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue2Blocking {
    /// A later payment may pass one that waits.
    #[default]
    None,
    /// While one waits, later payments of the same bank wait behind it.
    PerSenderFifo,
}

/// Priorities rise as deadlines come near.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationConfig {
    /// Ticks before the deadline at which the rise begins.
    pub start_escalating_at_ticks: u32,
    /// The rise on the deadline itself; no priority exceeds 10.
    pub max_boost: u8,
}

fn eod_rush_threshold_default() -> f64 {
    0.8
}

fn rate_one() -> Rate {
    Rate::ONE
}

fn haircut_default() -> Rate {
    Rate { numerator: 2, denominator: 100 }
}

/// A bank.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// Collateral posted before the first tick, cents, at least 0.
    #[serde(default, deserialize_with = "deserialize_cents")]
    pub posted_collateral: Cents,
    /// The part of the collateral that gives no credit, 0 to 1.
    #[serde(default = "haircut_default")]
    pub collateral_haircut: Rate,
    /// How much collateral the bank can post; absent: ten times `unsecured_cap`.
    #[serde(default)]
    pub max_collateral_capacity: Option<Cents>,
    /// Liquidity outside the system, part of which is allocated to the balance.
    #[serde(default)]
    pub liquidity_pool: Option<Cents>,
    /// That part, 0 to 1.
    #[serde(default = "rate_one")]
    pub liquidity_allocation_fraction: Rate,
    /// What its overdraft costs, basis points per tick; absent: as for all banks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdraft_bps_per_tick: Option<Rate>,
    /// What its queued payments cost, fraction of their value per tick; absent: as for all banks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_cost_per_tick_per_cent: Option<Rate>,
    /// Its payments: one stream, or one for each band (urgent, normal, low).
    #[serde(default)]
    pub arrivals: Vec<ArrivalConfig>,
}

/// When a bank releases its payments.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// In full if it can be paid from the balance, else in parts.
    LiquiditySplitting {
        /// Parts when the deadline is near, 2 to 10.
        max_splits: u32,
        /// Kept for files that name it; it has no effect.
        #[serde(deserialize_with = "deserialize_cents")]
        min_split_amount: Cents,
    },
    /// In parts.
    MockSplitting {
        /// 2 to 10.
        num_splits: u32,
    },
    /// In parts, one after the other.
    MockStaggerSplit {
        /// 2 to 10.
        num_splits: u32,
        /// Parts released at once.
        stagger_first_now: u32,
        /// Ticks from one part to the next.
        stagger_gap_ticks: u32,
        /// Added to the priority of the parts.
        priority_boost_children: u8,
    },
    /// As decision trees say.
    Tree {
        /// The document, as JSON.
        document: serde_json::Value,
    },
}

/// Ceilings on what a bank may send in a day, gross.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogNormalParameters {
    /// The amount in cents.
    Moments,
    /// Its natural logarithm.
    LogSpace,
}

/// The distribution of priorities, 0 to 10.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
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
    /// Whether, and how, payments of all banks are netted together.
    pub multilateral: MultilateralMode,
}

/// How payments of all banks are netted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MultilateralMode {
    /// Not at all.
    #[default]
    Off,
    /// The largest set that respects the order of each sender's queue.
    QueueOrder,
    /// The most payments, then the most value, in any order.
    BestEffort,
}

impl Default for LsmConfig {
    fn default() -> Self {
        Self {
            enable_bilateral: true,
            enable_cycles: true,
            max_cycle_length: 4,
            max_cycles_per_tick: 10,
            max_cycle_candidates: 10_000,
            multilateral: MultilateralMode::Off,
        }
    }
}

/// Something that happens from outside.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// Money moves between two banks if the sender can pay it; limits do not count.
    ScheduledSettlement {
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
    /// A bank's posted collateral changes, between 0 and its capacity.
    CollateralAdjustment {
        /// The bank.
        agent: String,
        /// Cents, positive or negative.
        #[serde(deserialize_with = "deserialize_cents")]
        delta: Cents,
        /// When.
        schedule: Schedule,
    },
    /// All arrival rates become so many times what the scenario says.
    GlobalArrivalRateChange {
        /// Positive.
        multiplier: f64,
        /// When.
        schedule: Schedule,
    },
    /// One bank's arrival rates change for good: so many times what they are, or so many payments in a tick.
    AgentArrivalRateChange {
        /// The bank.
        agent: String,
        /// Positive.
        #[serde(default)]
        multiplier: Option<f64>,
        /// Not negative.
        #[serde(default)]
        new_rate: Option<f64>,
        /// When.
        schedule: Schedule,
    },
    /// One bank pays another more or less often.
    CounterpartyWeightChange {
        /// The bank that pays.
        agent: String,
        /// The bank that is paid.
        counterparty: String,
        /// Not negative.
        new_weight: f64,
        /// Whether the other weights are scaled so that their sum stays.
        #[serde(default)]
        auto_balance_others: bool,
        /// When.
        schedule: Schedule,
    },
    /// The times from arrival to deadline change, for all banks and for good.
    DeadlineWindowChange {
        /// Of the shortest time, positive.
        #[serde(default)]
        min_ticks_multiplier: Option<f64>,
        /// Of the longest time, positive.
        #[serde(default)]
        max_ticks_multiplier: Option<f64>,
        /// When.
        schedule: Schedule,
    },
}

impl ScenarioEvent {
    /// When it happens.
    pub fn schedule(&self) -> Schedule {
        match self {
            Self::DirectTransfer { schedule, .. }
            | Self::CustomTransactionArrival { schedule, .. }
            | Self::ScheduledSettlement { schedule, .. }
            | Self::CollateralAdjustment { schedule, .. }
            | Self::GlobalArrivalRateChange { schedule, .. }
            | Self::AgentArrivalRateChange { schedule, .. }
            | Self::CounterpartyWeightChange { schedule, .. }
            | Self::DeadlineWindowChange { schedule, .. } => *schedule,
        }
    }
}

/// When something happens.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
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

    /// The banks in the order of their numbers.
    pub fn agents_by_id(&self) -> Vec<&AgentConfig> {
        let mut agents: Vec<_> = self.agents.iter().collect();
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        agents
    }

    /// The ids of the banks in ascending byte order: agent `i` of the engine is the `i`-th of these.
    pub fn agent_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.agents.iter().map(|agent| agent.id.clone()).collect();
        ids.sort();
        ids
    }

    /// Give each bank the arrivals that the bank of its id has in `other`.
    pub fn take_arrivals_of(&mut self, other: &Config) {
        let known: BTreeMap<&str, &AgentConfig> = other.agents.iter().map(|agent| (agent.id.as_str(), agent)).collect();
        for agent in &mut self.agents {
            agent.arrivals = known.get(agent.id.as_str()).map(|same| same.arrivals.clone()).unwrap_or_default();
        }
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
        number_from(|| "eod_rush_threshold".to_owned(), self.eod_rush_threshold, 0.0, 1.0)?;
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
        let banks: i128 = self.agents.iter().map(|agent| agent.money_max(self.num_days)).sum();
        let transfers: i128 = self
            .scenario_events
            .iter()
            .map(|event| match event {
                ScenarioEvent::DirectTransfer { amount, schedule, .. } => {
                    i128::from(*amount) * i128::from(schedule.occurrences(self.total_ticks()))
                }
                _ => 0,
            })
            .sum();
        if banks + transfers > SYSTEM_MONEY_MAX {
            return refuse(
                "agents",
                format!(
                    "balances, credit, pools and direct transfers add up to {} cents; at most {SYSTEM_MONEY_MAX} fit into a balance",
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

fn number_from(path: impl FnOnce() -> String, value: f64, least: f64, most: f64) -> Result<(), ConfigError> {
    if !(least..=most).contains(&value) {
        return refuse(path(), format!("got {value}; write a number from {least} to {most}"));
    }
    Ok(())
}

fn priority(path: String, value: u8) -> Result<(), ConfigError> {
    if value > 10 {
        return refuse(path, format!("got {value}; a priority is an integer from 0 to 10"));
    }
    Ok(())
}

fn known(path: impl FnOnce() -> String, id: &str, ids: &[String]) -> Result<(), ConfigError> {
    if ids.binary_search_by(|known| known.as_str().cmp(id)).is_err() {
        return refuse(path(), format!("{id:?} is not the id of a bank of this scenario"));
    }
    Ok(())
}

impl AgentConfig {
    /// How much collateral the bank can post.
    pub fn collateral_capacity(&self) -> Cents {
        self.max_collateral_capacity.unwrap_or(self.unsecured_cap.saturating_mul(10))
    }

    /// All money that this bank can ever bring into the system, or owe.
    fn money_max(&self, days: u32) -> i128 {
        i128::from(self.opening_balance).abs()
            + i128::from(self.unsecured_cap)
            + i128::from(self.collateral_capacity().max(self.posted_collateral))
            + i128::from(self.liquidity_pool.unwrap_or(0)) * i128::from(days)
    }

    fn validate(&self, path: &str, ids: &[String]) -> Result<(), ConfigError> {
        if self.id.trim().is_empty() {
            return refuse(format!("{path}.id"), format!("got {:?}; an id is not blank", self.id));
        }
        amount_at_least(format!("{path}.unsecured_cap"), self.unsecured_cap, 0)?;
        self.policy.validate(&format!("{path}.policy"))?;
        amount_at_least(format!("{path}.posted_collateral"), self.posted_collateral, 0)?;
        for (name, money) in [("max_collateral_capacity", self.max_collateral_capacity), ("liquidity_pool", self.liquidity_pool)] {
            amount_at_least(format!("{path}.{name}"), money.unwrap_or(0), 0)?;
        }
        for (name, part) in
            [("collateral_haircut", self.collateral_haircut), ("liquidity_allocation_fraction", self.liquidity_allocation_fraction)]
        {
            if part.numerator > part.denominator {
                return refuse(format!("{path}.{name}"), "is more than 1; write a number from 0 to 1".to_owned());
            }
        }
        for (receiver, limit) in &self.limits.bilateral_limits {
            let path = || format!("{path}.limits.bilateral_limits.{receiver}");
            known(path, receiver, ids)?;
            amount_at_least(path(), *limit, 0)?;
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

impl PolicyConfig {
    /// Refuse what is out of range, with its path.
    pub fn validate(&self, path: &str) -> Result<(), ConfigError> {
        match *self {
            Self::Deadline { urgency_threshold } => positive(&format!("{path}.urgency_threshold"), urgency_threshold),
            // The trees are read, and refused, where they are compiled.
            Self::Fifo {} | Self::Tree { .. } => Ok(()),
            Self::LiquiditySplitting { max_splits: parts, .. } => parts_from_2_to_10(path, "max_splits", parts),
            Self::MockSplitting { num_splits: parts } => parts_from_2_to_10(path, "num_splits", parts),
            Self::MockStaggerSplit { num_splits: parts, stagger_first_now, .. } => {
                parts_from_2_to_10(path, "num_splits", parts)?;
                if stagger_first_now > parts {
                    return refuse(
                        format!("{path}.stagger_first_now"),
                        format!("got {stagger_first_now}; write at most num_splits, {parts}"),
                    );
                }
                Ok(())
            }
            Self::LiquidityAware { target_buffer, urgency_threshold } => {
                amount_at_least(format!("{path}.target_buffer"), target_buffer, 0)?;
                positive(&format!("{path}.urgency_threshold"), urgency_threshold)
            }
        }
    }
}

fn parts_from_2_to_10(path: &str, name: &str, parts: u32) -> Result<(), ConfigError> {
    if !(2..=10).contains(&parts) {
        return refuse(format!("{path}.{name}"), format!("got {parts}; write an integer from 2 to 10"));
    }
    Ok(())
}

impl ArrivalConfig {
    fn validate(&self, path: &str, sender: &str, ids: &[String]) -> Result<(), ConfigError> {
        number_from(|| format!("{path}.rate_per_tick"), self.rate_per_tick, 0.0, RATE_PER_TICK_MAX)?;
        self.amount.validate(&format!("{path}.amount"))?;
        let mut total = 0.0;
        for (receiver, weight) in &self.counterparty_weights {
            let path = || format!("{path}.counterparty_weights.{receiver}");
            known(path, receiver, ids)?;
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
            number_from(|| format!("{path}.rate_multiplier"), window.rate_multiplier, 0.0, 1e6)?;
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
                number_from(|| format!("{path}.mean"), mean, least, AMOUNT_MAX as f64)?;
                number_from(|| format!("{path}.std_dev"), std_dev, f64::MIN_POSITIVE, AMOUNT_MAX as f64)
            }
            Self::Exponential { rate } => number_from(|| format!("{path}.rate"), rate, f64::MIN_POSITIVE, f64::MAX),
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
                    number_from(|| format!("{path}.weights.{index}"), *weight, 0.0, f64::MAX)?;
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
        if let Schedule::Repeating { interval, .. } = self.schedule() {
            positive(&format!("{path}.schedule.interval"), interval)?;
        }
        let at = |name: &str| format!("{path}.{name}");
        let multiplier = |name: &str, value: f64| number_from(|| at(name), value, f64::MIN_POSITIVE, MULTIPLIER_MAX);
        match self {
            Self::DirectTransfer { from_agent, to_agent, amount, .. }
            | Self::ScheduledSettlement { from_agent, to_agent, amount, .. }
            | Self::CustomTransactionArrival { from_agent, to_agent, amount, .. } => {
                if let Self::CustomTransactionArrival { priority: urgency, deadline, .. } = self {
                    priority(at("priority"), *urgency)?;
                    positive(&at("deadline"), *deadline)?;
                }
                known(|| at("from_agent"), from_agent, ids)?;
                known(|| at("to_agent"), to_agent, ids)?;
                if from_agent == to_agent {
                    return refuse(at("to_agent"), format!("{to_agent:?} pays itself; name another bank"));
                }
                amount_at_least(at("amount"), *amount, 1)
            }
            Self::CollateralAdjustment { agent, .. } => known(|| at("agent"), agent, ids),
            Self::GlobalArrivalRateChange { multiplier: value, .. } => multiplier("multiplier", *value),
            Self::AgentArrivalRateChange { agent, multiplier: times, new_rate, .. } => {
                known(|| at("agent"), agent, ids)?;
                match (times, new_rate) {
                    (Some(times), None) => multiplier("multiplier", *times),
                    (None, Some(rate)) => number_from(|| at("new_rate"), *rate, 0.0, RATE_PER_TICK_MAX),
                    _ => refuse(at("multiplier"), "write either multiplier or new_rate".to_owned()),
                }
            }
            Self::CounterpartyWeightChange { agent, counterparty, new_weight, .. } => {
                known(|| at("agent"), agent, ids)?;
                known(|| at("counterparty"), counterparty, ids)?;
                if agent == counterparty {
                    return refuse(at("counterparty"), format!("{agent:?} does not pay itself; name another bank"));
                }
                number_from(|| at("new_weight"), *new_weight, 0.0, f64::MAX)
            }
            Self::DeadlineWindowChange { min_ticks_multiplier, max_ticks_multiplier, .. } => {
                if min_ticks_multiplier.is_none() && max_ticks_multiplier.is_none() {
                    return refuse(at("min_ticks_multiplier"), "write this, max_ticks_multiplier or both".to_owned());
                }
                multiplier("min_ticks_multiplier", min_ticks_multiplier.unwrap_or(1.0))?;
                multiplier("max_ticks_multiplier", max_ticks_multiplier.unwrap_or(1.0))
            }
        }
    }
}

/// The largest factor by which a scenario event changes a rate or a time.
const MULTIPLIER_MAX: f64 = 1e6;
