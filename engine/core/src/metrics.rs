//! What the figures of a run are, told from its record: of each bank and day, and of the whole system.
//!
//! Balances are sampled after every event that changes one, queues at the end of every tick. `docs/metrics.md` gives the formulas.

mod system;

pub use system::{BankMetrics, SystemMetrics};

use crate::config::AgentConfig;
use crate::costs::{COST_NAMES, DEADLINE_PENALTY, EOD_PENALTY};
use crate::replay::{AgentReplay, Replay};
use crate::views::Record;

/// Figures of each bank and day; each column has the shape (days, agents) in C order.
#[derive(Debug, PartialEq, Eq)]
pub struct DailyMetrics {
    /// Days that have begun; the last may not have ended.
    pub days: u32,
    /// Name and values.
    pub columns: Vec<(&'static str, Vec<i64>)>,
}

type Column = (&'static str, fn(&AgentReplay, &AgentConfig) -> i64);

const COLUMNS: [Column; 27] = [
    ("opening_balance", |agent, _| agent.day.opening_balance),
    ("closing_balance", |agent, _| agent.balance.wrapping_add(agent.day.returned)),
    ("balance_after_return", |agent, _| agent.balance),
    ("min_balance", |agent, _| agent.day.min_balance),
    ("max_balance", |agent, _| agent.day.max_balance),
    ("unsecured_cap", |_, config| config.unsecured_cap),
    ("peak_overdraft", |agent, _| agent.day.min_balance.saturating_neg().max(0)),
    ("liquidity_used", |agent, _| agent.day.liquidity_used),
    ("opening_posted_collateral", |agent, _| agent.day.opening_collateral),
    ("closing_posted_collateral", |agent, _| agent.posted_collateral),
    ("peak_posted_collateral", |agent, _| agent.day.peak_collateral),
    ("collateral_capacity", |_, config| config.collateral_capacity()),
    ("num_collateral_posts", |agent, _| agent.day.posts),
    ("num_collateral_withdrawals", |agent, _| agent.day.withdrawals),
    ("num_arrivals", |agent, _| agent.day.arrivals),
    ("num_sent", |agent, _| agent.day.sent),
    ("num_received", |agent, _| agent.day.received),
    ("num_settled", |agent, _| agent.day.settled),
    ("num_dropped", |agent, _| agent.day.dropped),
    ("sent_value", |agent, _| agent.day.sent_value),
    ("received_value", |agent, _| agent.day.received_value),
    ("queue1_peak_size", |agent, _| agent.day.queue1_peak),
    ("queue1_eod_size", |agent, _| agent.queue1_count),
    ("queue2_peak_size", |agent, _| agent.day.queue2_peak),
    ("queue2_eod_size", |agent, _| agent.queue2_count),
    ("deadline_penalty_cost", |agent, _| agent.day.costs[DEADLINE_PENALTY].wrapping_add(agent.day.costs[EOD_PENALTY])),
    ("total_cost", |agent, _| agent.day.costs.iter().fold(0, |sum, cost| sum.wrapping_add(*cost))),
];

impl Default for DailyMetrics {
    fn default() -> Self {
        let names = COLUMNS.iter().map(|(name, _)| *name).chain(COST_NAMES);
        Self { days: 0, columns: names.map(|name| (name, Vec::new())).collect() }
    }
}

impl DailyMetrics {
    /// Add the day that ends here. `by_id`: the banks in the order of their numbers.
    pub fn add(&mut self, replay: &Replay, by_id: &[&AgentConfig]) {
        self.days += 1;
        for (agent, config) in replay.agents.iter().zip(by_id) {
            let values = COLUMNS.iter().map(|(_, value)| value(agent, config)).chain(agent.day.costs);
            self.columns.iter_mut().zip(values).for_each(|((_, column), value)| column.push(value));
        }
    }
}

impl Record<'_> {
    /// Figures of each bank and day.
    pub fn daily_metrics(&self) -> DailyMetrics {
        let by_id = self.config.agents_by_id();
        let mut metrics = DailyMetrics::default();
        self.each_tick(|replay, ends_day| {
            if ends_day {
                metrics.add(replay, &by_id);
            }
        });
        metrics
    }

    /// Read the run day by day, and stop at the end of each tick; whether it is the last one of its day, or of the run so far, is told.
    /// Returns the end.
    fn each_tick(&self, mut at_end: impl FnMut(&Replay, bool)) -> Replay {
        let mut replay = self.replay();
        let mut events = self.log.iter().peekable();
        for tick in 0..self.log.ticks() {
            if tick.is_multiple_of(self.config.ticks_per_day) {
                replay.begin_day();
            }
            while let Some(event) = events.next_if(|event| event.tick == tick) {
                replay.apply(&event);
            }
            replay.end_tick();
            let is_last = (tick + 1).is_multiple_of(self.config.ticks_per_day) || tick + 1 == self.log.ticks();
            at_end(&replay, is_last);
        }
        replay
    }
}
