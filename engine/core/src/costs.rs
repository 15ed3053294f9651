//! What waiting and liquidity cost.
//!
//! Rates are exact fractions. Each running cost is rounded once for each bank and tick, half away from zero, on the exact sum; a
//! penalty that is a part of an amount is rounded down for each payment.

use crate::config::{AgentConfig, Config, CostRatesConfig, PenaltyConfig};
use crate::error::ConfigError;
use crate::money::{Cents, Rate};

/// The categories, in the order of their places in `Costs`.
pub const COST_NAMES: [&str; 7] = [
    "liquidity_cost",
    "delay_cost",
    "collateral_cost",
    "deadline_penalty",
    "eod_penalty",
    "split_friction_cost",
    "liquidity_opportunity_cost",
];

/// Cents by category.
pub type Costs = [Cents; COST_NAMES.len()];

/// The place of the cost of overdrafts.
pub const LIQUIDITY: usize = 0;
/// The place of the cost of waiting.
pub const DELAY: usize = 1;
/// The place of the cost of collateral.
pub const COLLATERAL: usize = 2;
/// The place of the penalties for passing a deadline.
pub const DEADLINE_PENALTY: usize = 3;
/// The place of the penalties at the end of a day.
pub const EOD_PENALTY: usize = 4;
/// The place of the cost of splitting.
pub const SPLIT_FRICTION: usize = 5;
/// The place of the cost of liquidity from pools.
pub const LIQUIDITY_OPPORTUNITY: usize = 6;

/// Classes of delay cost: three bands of priority, each on time or overdue (`Transaction::delay_class`).
pub const DELAY_CLASSES: usize = 6;

/// The rates, ready for use.
#[derive(Debug, Clone)]
pub struct CostRates {
    /// Of each cent overdrawn, for a tick.
    overdraft: Rate,
    /// Of each cent queued, for a tick, by class, over `delay_denominator`.
    delay_weights: [i128; DELAY_CLASSES],
    delay_denominator: i128,
    delay_per_payment: Cents,
    /// The same without the multiplier of the band, for estimates.
    delay_overdue: Rate,
    /// Of each cent of collateral, and of each cent from a pool, for a tick.
    collateral: Rate,
    liquidity_opportunity: Rate,
    split_friction: Cents,
    deadline_penalty: Penalty,
    eod_penalty: Penalty,
    /// The rates as policies see them.
    pub figures: RateFigures,
}

/// Rates as policies see them.
#[derive(Debug, Clone, Copy)]
pub struct RateFigures {
    /// Basis points of the overdraft for a tick.
    pub overdraft_bps: f64,
    /// Of each cent queued, for a tick, without multipliers.
    pub delay_per_cent: f64,
    /// Basis points of the collateral for a tick.
    pub collateral_bps: f64,
}

#[derive(Debug, Clone, Copy)]
enum Penalty {
    Fixed(Cents),
    Rate(Rate),
}

/// A part of a split payment, and where it stands in its whole.
#[derive(Debug, Clone, Copy)]
pub struct PartOf {
    /// Cents of the part.
    pub amount: Cents,
    /// Its place among the parts, from 1.
    pub part: u32,
    /// How many there are.
    pub parts: u32,
    /// Cents of the whole.
    pub whole: Cents,
}

impl Penalty {
    fn of(self, amount: Cents) -> Option<Cents> {
        match self {
            Self::Fixed(cents) => Some(cents),
            Self::Rate(rate) => rate.of_rounded_down(i128::from(amount))?.try_into().ok(),
        }
    }
}

impl CostRates {
    /// Prepare the rates of a scenario.
    pub fn new(config: &CostRatesConfig) -> Result<Self, ConfigError> {
        let too_long = |name: &str| ConfigError::new(format!("cost_rates.{name}"), "has too many digits for an exact calculation");
        let ten_thousand = Rate { numerator: 10_000, denominator: 1 };
        let of_bps = |name: &str, bps: Rate| bps.divided_by(ten_thousand).ok_or_else(|| too_long(name));
        let penalty = |name: &str, config: PenaltyConfig| {
            Ok(match config {
                PenaltyConfig::Fixed { amount } => Penalty::Fixed(amount),
                PenaltyConfig::Rate { bps_per_event } => Penalty::Rate(of_bps(name, bps_per_event)?),
            })
        };
        let delay = config.delay_cost_per_tick_per_cent;
        let bands = config.priority_delay_multipliers;
        let mut classes = [Rate::ZERO; DELAY_CLASSES];
        for (band, multiplier) in [bands.urgent, bands.normal, bands.low].into_iter().enumerate() {
            let on_time = delay.times(multiplier);
            classes[2 * band] = on_time.ok_or_else(|| too_long("priority_delay_multipliers"))?;
            let overdue = on_time.and_then(|rate| rate.times(config.overdue_delay_multiplier));
            classes[2 * band + 1] = overdue.ok_or_else(|| too_long("overdue_delay_multiplier"))?;
        }
        let (delay_weights, delay_denominator) =
            over_common_denominator(&classes).ok_or_else(|| too_long("delay_cost_per_tick_per_cent"))?;
        Ok(Self {
            overdraft: of_bps("overdraft_bps_per_tick", config.overdraft_bps_per_tick)?,
            delay_weights,
            delay_denominator,
            delay_per_payment: config.delay_penalty_per_tick,
            delay_overdue: delay.times(config.overdue_delay_multiplier).ok_or_else(|| too_long("overdue_delay_multiplier"))?,
            collateral: of_bps("collateral_cost_per_tick_bps", config.collateral_cost_per_tick_bps)?,
            liquidity_opportunity: of_bps("liquidity_cost_per_tick_bps", config.liquidity_cost_per_tick_bps)?,
            split_friction: config.split_friction_cost,
            figures: RateFigures {
                overdraft_bps: config.overdraft_bps_per_tick.to_f64(),
                delay_per_cent: config.delay_cost_per_tick_per_cent.to_f64(),
                collateral_bps: config.collateral_cost_per_tick_bps.to_f64(),
            },
            deadline_penalty: penalty("deadline_penalty.bps_per_event", config.deadline_penalty)?,
            eod_penalty: penalty("eod_penalty.bps_per_event", config.eod_penalty)?,
        })
    }

    /// The rates of every bank, by number.
    pub fn of_banks(config: &Config) -> Result<Vec<Self>, ConfigError> {
        let common = Self::new(&config.cost_rates)?;
        let own = |bank: &AgentConfig| Self::of_bank(&config.cost_rates, bank, &bank.id);
        config.agents_by_id().into_iter().map(|bank| Ok(own(bank)?.unwrap_or_else(|| common.clone()))).collect()
    }

    /// The rates of a bank, if it has some of its own.
    pub fn of_bank(config: &CostRatesConfig, bank: &AgentConfig, path: &str) -> Result<Option<Self>, ConfigError> {
        if bank.overdraft_bps_per_tick.is_none() && bank.delay_cost_per_tick_per_cent.is_none() {
            return Ok(None);
        }
        let own = CostRatesConfig {
            overdraft_bps_per_tick: bank.overdraft_bps_per_tick.unwrap_or(config.overdraft_bps_per_tick),
            delay_cost_per_tick_per_cent: bank.delay_cost_per_tick_per_cent.unwrap_or(config.delay_cost_per_tick_per_cent),
            ..config.clone()
        };
        Self::new(&own).map(Some).map_err(|error| ConfigError::new(path, format!("its rates: {error}")))
    }

    /// The cost of a balance below zero, for one tick. None if it does not fit.
    pub fn overdraft(&self, balance: Cents) -> Option<Cents> {
        if balance >= 0 {
            return Some(0);
        }
        self.overdraft.of(-i128::from(balance))?.try_into().ok()
    }

    /// The cost of `count` queued payments with these values by class, for one tick. None if it does not fit.
    pub fn delay(&self, values: &[i128; DELAY_CLASSES], count: u32) -> Option<Cents> {
        if count == 0 {
            return Some(0);
        }
        let mut sum = 0_i128;
        for (value, weight) in values.iter().zip(self.delay_weights) {
            sum = sum.checked_add(value.checked_mul(weight)?)?;
        }
        let proportional = crate::money::round_half_away(sum, self.delay_denominator);
        let flat = i128::from(self.delay_per_payment) * i128::from(count);
        (proportional + flat).try_into().ok()
    }

    /// The cost of posted collateral, for one tick. None if it does not fit.
    pub fn collateral(&self, posted: Cents) -> Option<Cents> {
        self.collateral.of(posted.into())?.try_into().ok()
    }

    /// The cost of liquidity from a pool, for one tick. None if it does not fit.
    pub fn liquidity_opportunity(&self, allocated: Cents) -> Option<Cents> {
        self.liquidity_opportunity.of(allocated.into())?.try_into().ok()
    }

    /// The cost of each part of a split but the first.
    pub fn split_friction(&self) -> Cents {
        self.split_friction
    }

    /// The penalty for passing the deadline. None if it does not fit.
    pub fn deadline_penalty(&self, amount: Cents) -> Option<Cents> {
        self.deadline_penalty.of(amount)
    }

    /// The penalty for a payment that is due and still queued when a day ends. None if it does not fit.
    pub fn eod_penalty(&self, amount: Cents) -> Option<Cents> {
        self.eod_penalty.of(amount)
    }

    /// The share of a part in a penalty that its whole would pay once: in proportion to the amounts, so that the shares of all parts add up
    /// to the penalty. A penalty that is a part of the amount is that of the part.
    pub fn share_of_part(&self, penalty: Cents, of_deadline: bool, part: PartOf) -> Cents {
        let kind = if of_deadline { self.deadline_penalty } else { self.eod_penalty };
        if matches!(kind, Penalty::Rate(_)) {
            return penalty;
        }
        // Parts before the last are equal; `before` is the sum of those before this one.
        let (amount, total) = (i128::from(part.amount), i128::from(part.whole));
        let before = if part.part == part.parts { total - amount } else { amount * (i128::from(part.part) - 1) };
        let up_to = |sum: i128| i128::from(penalty) * sum / total;
        (up_to(before + amount) - up_to(before)) as Cents
    }

    /// About what a late payment has cost by waiting since it was due. None if it does not fit.
    pub fn estimated_delay(&self, remaining: Cents, ticks_overdue: u32) -> Option<Cents> {
        self.delay_overdue.of(i128::from(remaining) * i128::from(ticks_overdue))?.try_into().ok()
    }
}

fn over_common_denominator(rates: &[Rate; DELAY_CLASSES]) -> Option<([i128; DELAY_CLASSES], i128)> {
    let mut common = 1_i128;
    for rate in rates {
        let shared = Rate { numerator: common, denominator: 1 }.divided_by(Rate { numerator: rate.denominator, denominator: 1 })?;
        common = common.checked_mul(shared.denominator)?;
    }
    let mut weights = [0; DELAY_CLASSES];
    for (weight, rate) in weights.iter_mut().zip(rates) {
        *weight = rate.numerator.checked_mul(common / rate.denominator)?;
    }
    Some((weights, common))
}
