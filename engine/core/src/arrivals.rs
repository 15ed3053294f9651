//! The payments that banks get to make: Poisson arrivals, each from a random stream of its bank's own.

use crate::config::{AmountConfig, ArrivalConfig, Config, LogNormalParameters, PriorityConfig, TimeWindow};
use crate::error::SimulationError;
use crate::money::{AMOUNT_MAX, Cents};
use crate::rng::{PoissonRate, Stream};
use crate::state::{NewPayment, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One bank's payments, or one band of them.
#[derive(Debug, Clone)]
pub struct ArrivalProcess {
    sender: u32,
    stream: Stream,
    /// The rate, and by what all rates are multiplied now.
    rate_per_tick: f64,
    global_multiplier: f64,
    poisson: PoissonRate,
    time_windows: Vec<TimeWindow>,
    amount: Amount,
    receivers: Receivers,
    deadline_min: u32,
    deadline_max: u32,
    priority: Priority,
    divisible: bool,
}

/// What changes about an arrival process while a simulation runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Progress {
    position: u128,
    rate_per_tick: f64,
    global_multiplier: f64,
    receivers: Receivers,
    deadline_min: u32,
    deadline_max: u32,
}

#[derive(Debug, Clone)]
enum Amount {
    Uniform { min: Cents, max: Cents },
    Normal { mean: f64, std_dev: f64 },
    LogNormal { log_mean: f64, log_std_dev: f64 },
    Exponential { mean: f64 },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Receivers {
    Uniform(Vec<u32>),
    Weighted(Weighted<u32>),
}

#[derive(Debug, Clone)]
enum Priority {
    Fixed(u8),
    Uniform { min: u8, max: u8 },
    Categorical(Weighted<u8>),
}

/// Values with their cumulated weights.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Weighted<T> {
    values: Vec<T>,
    cumulated: Vec<f64>,
}

impl<T: Copy> Weighted<T> {
    fn new(weighted: impl Iterator<Item = (T, f64)>) -> Self {
        let mut total = 0.0;
        let (values, cumulated) = weighted
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(value, weight)| {
                total += weight;
                (value, total)
            })
            .unzip();
        Self { values, cumulated }
    }

    fn weights(&self) -> impl Iterator<Item = (T, f64)> + '_ {
        let before = std::iter::once(0.0).chain(self.cumulated.iter().copied());
        self.values.iter().copied().zip(self.cumulated.iter().zip(before).map(|(cumulated, before)| cumulated - before))
    }

    fn draw(&self, stream: &mut Stream) -> T {
        let last = self.values.len() - 1;
        let point = stream.unit() * self.cumulated[last];
        self.values[self.cumulated.partition_point(|cumulated| *cumulated <= point).min(last)]
    }
}

/// The arrival processes of a scenario: by bank, then by band. The configuration has been validated.
pub fn arrival_processes(config: &Config, agent_ids: &[String]) -> Vec<ArrivalProcess> {
    let number = |id: &str| agent_ids.binary_search_by(|known| known.as_str().cmp(id)).unwrap_or_default() as u32;
    let in_order: Vec<u32> = config.agents.iter().map(|agent| number(&agent.id)).collect();
    let mut processes = Vec::new();
    for agent in &config.agents {
        for (band, arrival) in agent.arrivals.iter().enumerate() {
            let sender = number(&agent.id);
            let stream = Stream::new(config.rng_seed, &agent.id, &format!("arrivals {band}"));
            let others = in_order.iter().copied().filter(|other| *other != sender);
            let receivers = if arrival.counterparty_weights.is_empty() {
                Receivers::Uniform(others.collect())
            } else {
                let weights = arrival.counterparty_weights.iter().map(|(id, weight)| (number(id), *weight));
                Receivers::Weighted(Weighted::new(weights.filter(|(receiver, _)| *receiver != sender)))
            };
            processes.push(ArrivalProcess::new(sender, stream, arrival, receivers));
        }
    }
    processes.sort_by_key(|process| process.sender);
    processes
}

impl ArrivalProcess {
    fn new(sender: u32, stream: Stream, config: &ArrivalConfig, receivers: Receivers) -> Self {
        Self {
            sender,
            stream,
            rate_per_tick: config.rate_per_tick,
            global_multiplier: 1.0,
            poisson: PoissonRate::new(config.rate_per_tick),
            time_windows: config.time_windows.clone(),
            amount: Amount::new(&config.amount),
            receivers,
            deadline_min: config.deadline_min,
            deadline_max: config.deadline_max,
            priority: Priority::new(&config.priority),
            divisible: config.divisible,
        }
    }

    /// Put this tick's payments into the sender's own queue.
    fn generate(&mut self, state: &mut State) -> Result<(), SimulationError> {
        let count = self.stream.poisson(self.poisson_rate(state.tick % state.ticks_per_day));
        for _ in 0..count {
            let new = NewPayment {
                sender: self.sender,
                amount: self.amount.draw(&mut self.stream),
                receiver: self.receivers.draw(&mut self.stream),
                deadline_offset: self.stream.between(self.deadline_min.into(), self.deadline_max.into()) as u32,
                priority: self.priority.draw(&mut self.stream),
                divisible: self.divisible,
            };
            state.add_payment(new)?;
            state.tally.of_tick.generated_arrivals += 1;
        }
        Ok(())
    }

    fn poisson_rate(&self, tick_in_day: u32) -> PoissonRate {
        let mut open =
            self.time_windows.iter().filter(|window| (window.start_tick..window.end_tick).contains(&tick_in_day)).peekable();
        if open.peek().is_none() {
            return self.poisson;
        }
        PoissonRate::new(open.fold(self.rate_per_tick * self.global_multiplier, |rate, window| rate * window.rate_multiplier))
    }

    /// For a snapshot.
    pub fn progress(&self) -> Progress {
        Progress {
            position: self.stream.position(),
            rate_per_tick: self.rate_per_tick,
            global_multiplier: self.global_multiplier,
            receivers: self.receivers.clone(),
            deadline_min: self.deadline_min,
            deadline_max: self.deadline_max,
        }
    }

    /// As it was when a snapshot of a system of so many banks was taken. False if it cannot have been.
    pub fn restore(&mut self, progress: Progress, banks: u32) -> bool {
        let Progress { position, rate_per_tick, global_multiplier, receivers, deadline_min, deadline_max } = progress;
        let are_right = match &receivers {
            Receivers::Uniform(others) => !others.is_empty() && others.iter().all(|bank| *bank < banks && *bank != self.sender),
            Receivers::Weighted(Weighted { values, cumulated }) => {
                !values.is_empty()
                    && values.len() == cumulated.len()
                    && cumulated.is_sorted()
                    && values.iter().all(|bank| *bank < banks && *bank != self.sender)
            }
        };
        self.stream.set_position(position);
        self.receivers = receivers;
        (self.deadline_min, self.deadline_max) = (deadline_min, deadline_max);
        self.set_rate(rate_per_tick);
        self.set_global_multiplier(global_multiplier);
        are_right && (1..=deadline_max).contains(&deadline_min) && rate_per_tick >= 0.0 && global_multiplier > 0.0
    }

    /// The bank that pays.
    pub fn sender(&self) -> u32 {
        self.sender
    }

    /// Mean number of payments in a tick, before what multiplies all rates.
    pub fn rate_per_tick(&self) -> f64 {
        self.rate_per_tick
    }

    /// Change the rate for good.
    pub fn set_rate(&mut self, rate_per_tick: f64) {
        self.rate_per_tick = rate_per_tick;
        self.poisson = PoissonRate::new(rate_per_tick * self.global_multiplier);
    }

    /// Change what all rates are multiplied by.
    pub fn set_global_multiplier(&mut self, multiplier: f64) {
        self.global_multiplier = multiplier;
        self.set_rate(self.rate_per_tick);
    }

    /// Change the weight of one receiver; the others are scaled, if so wanted, so that the sum of all weights stays.
    pub fn set_weight(&mut self, receiver: u32, weight: f64, scale_others: bool) {
        let mut weights: BTreeMap<u32, f64> = match &self.receivers {
            Receivers::Uniform(others) => others.iter().map(|other| (*other, 1.0)).collect(),
            Receivers::Weighted(weighted) => weighted.weights().collect(),
        };
        let before: f64 = weights.values().sum();
        weights.insert(receiver, weight);
        let others: f64 = weights.values().sum::<f64>() - weight;
        if scale_others && others > 0.0 && before > weight {
            for (_, other) in weights.iter_mut().filter(|(bank, _)| **bank != receiver) {
                *other *= (before - weight) / others;
            }
        }
        if weights.values().sum::<f64>() > 0.0 {
            self.receivers = Receivers::Weighted(Weighted::new(weights.into_iter()));
        }
    }

    /// Multiply the times from arrival to deadline, rounded; they stay at least 1, and the longest at least the shortest.
    pub fn scale_deadlines(&mut self, min_multiplier: f64, max_multiplier: f64) {
        let scaled = |ticks: u32, multiplier: f64| (libm::round(f64::from(ticks) * multiplier) as u32).max(1);
        self.deadline_min = scaled(self.deadline_min, min_multiplier);
        self.deadline_max = scaled(self.deadline_max, max_multiplier).max(self.deadline_min);
    }
}

impl Amount {
    fn new(config: &AmountConfig) -> Self {
        match *config {
            AmountConfig::Uniform { min, max } => Self::Uniform { min, max },
            AmountConfig::Normal { mean, std_dev } => Self::Normal { mean: mean as f64, std_dev: std_dev as f64 },
            AmountConfig::LogNormal { mean, std_dev, parameterization: LogNormalParameters::LogSpace } => {
                Self::LogNormal { log_mean: mean, log_std_dev: std_dev }
            }
            // The lognormal distribution with these moments: s² = ln(1 + (std_dev / mean)²), m = ln(mean) - s² / 2.
            AmountConfig::LogNormal { mean, std_dev, parameterization: LogNormalParameters::Moments } => {
                let ratio = std_dev / mean;
                let variance = libm::log1p(ratio * ratio);
                Self::LogNormal { log_mean: libm::log(mean) - variance / 2.0, log_std_dev: libm::sqrt(variance) }
            }
            AmountConfig::Exponential { rate } => Self::Exponential { mean: 1.0 / rate },
        }
    }

    fn draw(&self, stream: &mut Stream) -> Cents {
        let sample = match *self {
            Self::Uniform { min, max } => return stream.between(min, max),
            Self::Normal { mean, std_dev } => mean + std_dev * stream.normal(),
            Self::LogNormal { log_mean, log_std_dev } => libm::exp(log_mean + log_std_dev * stream.normal()),
            Self::Exponential { mean } => -libm::log(stream.unit_above_zero()) * mean,
        };
        // A conversion from f64 saturates, so that the clamp sees every sample.
        (libm::round(sample) as Cents).clamp(1, AMOUNT_MAX)
    }
}

impl Receivers {
    fn draw(&self, stream: &mut Stream) -> u32 {
        match self {
            Self::Uniform(others) => others[stream.below(others.len() as u64) as usize],
            Self::Weighted(weighted) => weighted.draw(stream),
        }
    }
}

impl Priority {
    fn new(config: &PriorityConfig) -> Self {
        match config {
            PriorityConfig::Fixed { value } => Self::Fixed(*value),
            PriorityConfig::Uniform { min, max } => Self::Uniform { min: *min, max: *max },
            PriorityConfig::Categorical { values, weights } => {
                Self::Categorical(Weighted::new(values.iter().copied().zip(weights.iter().copied())))
            }
        }
    }

    fn draw(&self, stream: &mut Stream) -> u8 {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform { min, max } => stream.between(i64::from(*min), i64::from(*max)) as u8,
            Self::Categorical(weighted) => weighted.draw(stream),
        }
    }
}

/// Let every bank's payments of this tick arrive; they are logged together, in the order in which they were drawn.
pub fn generate_arrivals(processes: &mut [ArrivalProcess], state: &mut State) -> Result<(), SimulationError> {
    let first = state.transactions.len() as u32;
    for process in processes {
        process.generate(state)?;
    }
    for index in first..state.transactions.len() as u32 {
        state.log_arrival(index);
    }
    Ok(())
}
