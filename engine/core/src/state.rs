//! The state of a simulation: what the steps of a tick read and change.

use crate::agent::{Agent, Limits};
use crate::config::Config;
use crate::costs::{COST_NAMES, CostRates};
use crate::deadlines::Deadlines;
use crate::error::{ConfigError, SimulationError};
use crate::event::EventKind;
use crate::log::{Common, EventLog, NONE};
use crate::money::Cents;
use crate::policy::Policy;
use crate::settlement::Queue2;
use crate::tally::Tally;
use crate::transaction::{Status, Transaction};

/// Everything that changes while a simulation runs, and the rates it runs under.
#[derive(Debug, Clone)]
pub struct State {
    /// The tick that runs now, or next.
    pub tick: u32,
    /// Ticks in a day.
    pub ticks_per_day: u32,
    /// Ticks in the run.
    pub total_ticks: u32,
    /// Whether deadlines end with the day of arrival.
    pub deadline_cap_at_eod: bool,
    /// What waiting and liquidity cost.
    pub rates: CostRates,
    /// The banks, by ascending id.
    pub agents: Vec<Agent>,
    /// The payments, in the order in which they arose.
    pub transactions: Vec<Transaction>,
    /// Which payments are due when.
    pub deadlines: Deadlines,
    /// Payments released in this tick, in order.
    pub submissions: Vec<u32>,
    /// The central queue.
    pub queue2: Queue2,
    /// All that has happened.
    pub log: EventLog,
    /// Counts and sums.
    pub tally: Tally,
}

/// A payment that is about to arrive.
#[derive(Debug, Clone, Copy)]
pub struct NewPayment {
    /// The paying bank.
    pub sender: u32,
    /// The bank that is paid.
    pub receiver: u32,
    /// Cents, positive.
    pub amount: Cents,
    /// Ticks from arrival to deadline, before it is capped.
    pub deadline_offset: u32,
    /// 0 to 10.
    pub priority: u8,
    /// Whether it may be split.
    pub divisible: bool,
}

impl State {
    /// The state before the first tick. `agent_ids` is sorted.
    pub fn new(config: &Config, agent_ids: &[String]) -> Result<Self, ConfigError> {
        let mut by_id: Vec<_> = config.agents.iter().collect();
        by_id.sort_by(|a, b| a.id.cmp(&b.id));
        let agents = by_id
            .into_iter()
            .map(|agent| Agent {
                balance: agent.opening_balance,
                unsecured_cap: agent.unsecured_cap,
                policy: Policy::new(&agent.policy),
                queue1: Vec::new(),
                queued_value: Default::default(),
                queued_count: 0,
                limits: Limits::new(&agent.limits, agent_ids),
                costs_of_tick: [0; COST_NAMES.len()],
                costs_of_run: [0; COST_NAMES.len()],
            })
            .collect();
        Ok(Self {
            tick: 0,
            ticks_per_day: config.ticks_per_day,
            total_ticks: config.total_ticks(),
            deadline_cap_at_eod: config.deadline_cap_at_eod,
            rates: CostRates::new(&config.cost_rates)?,
            agents,
            transactions: Vec::new(),
            deadlines: Deadlines::new(config.total_ticks()),
            submissions: Vec::new(),
            queue2: Queue2::new(agent_ids.len()),
            log: EventLog::default(),
            tally: Tally::default(),
        })
    }

    /// The current day.
    pub fn day(&self) -> u32 {
        self.tick / self.ticks_per_day
    }

    /// Whether this tick is the first of its day.
    pub fn is_first_tick_of_day(&self) -> bool {
        self.tick.is_multiple_of(self.ticks_per_day)
    }

    /// Whether this tick is the last of its day.
    pub fn is_last_tick_of_day(&self) -> bool {
        (self.tick + 1).is_multiple_of(self.ticks_per_day)
    }

    /// An error of this tick.
    pub fn overflow(&self, what: &'static str) -> SimulationError {
        SimulationError::Overflow { tick: self.tick, what }
    }

    /// Put a payment into its sender's own queue. Its number is returned; its arrival is not yet logged.
    pub fn add_payment(&mut self, new: NewPayment) -> Result<u32, SimulationError> {
        let index = u32::try_from(self.transactions.len()).ok().filter(|index| *index != NONE);
        let index = index.ok_or_else(|| self.overflow("the number of payments"))?;
        let payment = Transaction {
            amount: new.amount,
            sender: new.sender,
            receiver: new.receiver,
            arrival_tick: self.tick,
            deadline_tick: self.capped_deadline(new.deadline_offset),
            overdue_since: NONE,
            queue2_slot: NONE,
            queue2_sequence: NONE,
            priority: new.priority,
            divisible: new.divisible,
            status: Status::Queue1,
        };
        self.deadlines.enter(index, payment.deadline_tick);
        let sender = &mut self.agents[new.sender as usize];
        sender.queue1.push(index);
        sender.count_queued(&payment);
        self.tally.count_arrival(&payment);
        self.transactions.push(payment);
        Ok(index)
    }

    /// The deadline of a payment that arrives now: not after the run, if so configured not after the day, and not now.
    fn capped_deadline(&self, offset: u32) -> u32 {
        let mut deadline = self.tick.saturating_add(offset).min(self.total_ticks);
        if self.deadline_cap_at_eod {
            deadline = deadline.min((self.day() + 1) * self.ticks_per_day - 1);
        }
        deadline.max(self.tick + 1)
    }

    /// Log that a payment has arrived.
    pub fn log_arrival(&mut self, index: u32) {
        let payment = &self.transactions[index as usize];
        self.log
            .append(
                EventKind::Arrival,
                Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount },
            )
            .u32(payment.deadline_tick)
            .u8(payment.priority)
            .u8(u8::from(payment.divisible))
            .u32(NONE);
    }

    /// Change a bank's balance; more money may release its queued payments.
    pub fn move_money(&mut self, agent: u32, change: Cents) {
        self.agents[agent as usize].balance += change;
        if change > 0 {
            self.queue2.wake(agent);
        }
    }
}
