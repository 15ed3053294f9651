//! The state of a simulation: what the steps of a tick read and change.

use crate::agent::Agent;
use crate::config::{Config, Queue1Ordering, Queue2Blocking};
use crate::costs::{COST_NAMES, CostRates, Costs, PartOf};
use crate::deadlines::Deadlines;
use crate::error::{ConfigError, SimulationError};
use crate::event::EventKind;
use crate::log::{Common, EventLog, NONE};
use crate::money::Cents;
use crate::pages::Pages;
use crate::policy::Decision;
use crate::settlement::{Queue2, Room};
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
    /// How the system works.
    pub rules: Rules,
    /// The ids of the banks, ascending; their places are the banks' numbers.
    pub agent_ids: Vec<String>,
    /// What waiting and liquidity cost.
    pub rates: CostRates,
    /// The banks, by ascending id.
    pub agents: Vec<Agent>,
    /// The banks whose policies are decision trees, ascending.
    pub tree_banks: Vec<u32>,
    /// The payments, in the order in which they arose. A payment's place is its number unless finished payments were given back
    /// (`finished.rs`); the log knows both.
    pub transactions: Pages<Transaction>,
    /// Which payments are due when.
    pub deadlines: Deadlines,
    /// Payments released in this tick, in order.
    pub submissions: Vec<u32>,
    /// The central queue.
    pub queue2: Queue2,
    /// What banks received in this tick and get at its end, with the payments that brought it; used with deferred crediting only.
    pub deferred: Vec<(Cents, Vec<u32>)>,
    /// Of the payments of each bank that arrived today: how many, and how many of them have settled.
    pub throughput_today: Vec<(u32, u32)>,
    /// Room for the decisions of a bank, kept from one to the next.
    pub decisions: Vec<(u32, Decision)>,
    /// Room for the payments that a bank releases.
    pub released: Vec<u32>,
    /// Room for what settlement works out.
    pub room: Room,
    /// All that has happened.
    pub log: EventLog,
    /// Counts and sums.
    pub tally: Tally,
}

/// How the system works.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether deadlines end with the day of arrival.
    pub deadline_cap_at_eod: bool,
    /// The order in which a bank looks at its own queue.
    pub queue1_ordering: Queue1Ordering,
    /// Whether a bank's queued payment blocks its later ones.
    pub queue2_blocking: Queue2Blocking,
    /// Whether the central queue is ordered by declared priority before age.
    pub priority_mode: bool,
    /// Whether what a bank receives counts only from the end of the tick.
    pub deferred_crediting: bool,
    /// Whether a submission is offset against a queued payment of its receiver at once.
    pub entry_disposition_offsetting: bool,
    /// Whether each settlement algorithm logs that it has run.
    pub algorithm_sequencing: bool,
    /// The part of the day after which policies see a rush.
    pub eod_rush_threshold: f64,
    /// Whether liquidity from pools is given back at the end of each day and allocated anew.
    pub daily_liquidity_reallocation: bool,
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
    pub fn new(config: &Config, agent_ids: &[String], log: EventLog) -> Result<Self, ConfigError> {
        let mut by_id: Vec<_> = config.agents.iter().enumerate().collect();
        by_id.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        let agents: Vec<Agent> = by_id
            .into_iter()
            .map(|(place, bank)| {
                let path = format!("agents.{place}");
                let mut agent = Agent::new(bank, &path, agent_ids)?;
                agent.rates = CostRates::of_bank(&config.cost_rates, bank, &path)?.map(Box::new);
                Ok(agent)
            })
            .collect::<Result<_, _>>()?;
        let mut state = Self {
            tick: 0,
            ticks_per_day: config.ticks_per_day,
            total_ticks: config.total_ticks(),
            rules: Rules {
                deadline_cap_at_eod: config.deadline_cap_at_eod,
                queue1_ordering: config.queue1_ordering,
                queue2_blocking: config.queue2_blocking,
                priority_mode: config.priority_mode,
                deferred_crediting: config.deferred_crediting,
                entry_disposition_offsetting: config.entry_disposition_offsetting,
                algorithm_sequencing: config.algorithm_sequencing,
                eod_rush_threshold: config.eod_rush_threshold,
                daily_liquidity_reallocation: config.daily_liquidity_reallocation,
            },
            agent_ids: agent_ids.to_vec(),
            rates: CostRates::new(&config.cost_rates)?,
            transactions: Pages::default(),
            deadlines: Deadlines::default(),
            submissions: Vec::new(),
            queue2: Queue2::new(agents.len()),
            deferred: vec![Default::default(); agents.len()],
            throughput_today: vec![(0, 0); agents.len()],
            decisions: Vec::new(),
            released: Vec::new(),
            room: Room::default(),
            tree_banks: Vec::new(),
            agents,
            log,
            tally: Tally::default(),
        };
        state.note_policies();
        Ok(state)
    }

    /// Take note of which banks have trees; to be called when a bank gets another policy. A budget is gone with the tree that set it.
    pub fn note_policies(&mut self) {
        self.tree_banks.clear();
        for (number, agent) in self.agents.iter_mut().enumerate() {
            if agent.policy.trees().is_some() {
                self.tree_banks.push(number as u32);
            } else {
                agent.budget = None;
            }
        }
    }

    /// What waiting and liquidity cost a bank.
    pub fn rates_of(&self, agent: u32) -> &CostRates {
        self.agents[agent as usize].rates.as_deref().unwrap_or(&self.rates)
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
    #[inline]
    pub fn add_payment(&mut self, new: NewPayment) -> Result<u32, SimulationError> {
        let payment = Transaction {
            amount: new.amount,
            remaining: new.amount,
            sender: new.sender,
            receiver: new.receiver,
            arrival_tick: self.tick,
            deadline_tick: self.capped_deadline(new.deadline_offset),
            overdue_since: NONE,
            queue2_slot: NONE,
            queue2_class: 0,
            queue2_sequence: NONE,
            parent: NONE,
            part: 0,
            hidden_until: 0,
            priority: new.priority,
            original_priority: new.priority,
            rtgs_priority: None,
            divisible: new.divisible,
            netted: false,
            status: Status::Queue1,
        };
        self.tally.count_arrival(&payment);
        self.throughput_today[new.sender as usize].0 += 1;
        let index = self.enter(payment)?;
        Ok(index)
    }

    /// Give a payment its number and put it into its sender's own queue.
    #[inline]
    pub fn enter(&mut self, payment: Transaction) -> Result<u32, SimulationError> {
        let index = u32::try_from(self.transactions.len()).ok().filter(|index| *index != NONE);
        let index = index.ok_or_else(|| self.overflow("the number of payments"))?;
        self.deadlines.enter(index, payment.deadline_tick);
        let sender = &mut self.agents[payment.sender as usize];
        sender.queue1.push(index);
        sender.count_queued(&payment);
        let is_overdue = payment.is_overdue();
        self.transactions.push(payment);
        if is_overdue {
            self.count_overdue(index);
        }
        Ok(index)
    }

    /// The deadline of a payment that arrives now: not after the run, if so configured not after the day, and not now.
    fn capped_deadline(&self, offset: u32) -> u32 {
        let mut deadline = self.tick.saturating_add(offset).min(self.total_ticks);
        if self.rules.deadline_cap_at_eod {
            deadline = deadline.min((self.day() + 1) * self.ticks_per_day - 1);
        }
        deadline.max(self.tick + 1)
    }

    /// Log that a payment has arrived.
    #[inline]
    pub fn log_arrival(&mut self, index: u32) {
        let payment = &self.transactions[index as usize];
        self.log.note_arrival();
        self.log
            .append(
                EventKind::Arrival,
                Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount },
            )
            .u32(payment.deadline_tick)
            .u8s([payment.priority, u8::from(payment.divisible)])
            .u32(payment.parent);
    }

    /// The payment itself or, of a part, the one that was split.
    #[inline]
    pub fn original_of(&self, index: u32) -> u32 {
        match self.transactions[index as usize].parent {
            NONE => index,
            parent => parent,
        }
    }

    /// The penalty of a payment for passing its deadline, or none if it does not fit.
    pub fn deadline_penalty(&self, index: u32) -> Option<Cents> {
        self.penalty(index, true)
    }

    /// The penalty of a payment for being due and queued when a day ends, or none if it does not fit.
    pub fn eod_penalty(&self, index: u32) -> Option<Cents> {
        self.penalty(index, false)
    }

    /// Count a queued payment as overdue.
    pub fn count_overdue(&mut self, index: u32) {
        let penalty = self.eod_penalty_or_too_much(index);
        let overdue = &mut self.agents[self.transactions[index as usize].sender as usize].overdue;
        overdue.count += 1;
        overdue.penalties += penalty;
    }

    /// No longer count an overdue payment, before anything else about it changes.
    pub fn uncount_overdue(&mut self, index: u32) {
        let penalty = self.eod_penalty_or_too_much(index);
        let overdue = &mut self.agents[self.transactions[index as usize].sender as usize].overdue;
        overdue.count -= 1;
        overdue.penalties -= penalty;
    }

    /// The penalty for being due and queued when a day ends; one that does not fit makes every sum with it so large that it does not either.
    pub fn eod_penalty_or_too_much(&self, index: u32) -> i128 {
        self.eod_penalty(index).map_or(1 << 64, i128::from)
    }

    fn penalty(&self, index: u32, of_deadline: bool) -> Option<Cents> {
        let payment = &self.transactions[index as usize];
        let penalty =
            if of_deadline { self.rates.deadline_penalty(payment.amount) } else { self.rates.eod_penalty(payment.remaining) }?;
        if !payment.is_part() {
            return Some(penalty);
        }
        let whole = &self.transactions[payment.parent as usize];
        let part = PartOf { amount: payment.amount, part: payment.part, parts: whole.part, whole: whole.amount };
        Some(self.rates.share_of_part(penalty, of_deadline, part))
    }

    /// Give a bank money that payments brought: now or, with deferred crediting, at the end of the tick.
    #[inline]
    pub fn credit(&mut self, agent: u32, amount: Cents, payments: impl Iterator<Item = u32>) {
        if self.rules.deferred_crediting {
            let (sum, sources) = &mut self.deferred[agent as usize];
            *sum += amount;
            sources.extend(payments);
        } else {
            self.move_money(agent, amount);
        }
    }

    /// Charge a bank and log it.
    pub fn charge(&mut self, agent: u32, costs: &Costs) -> Result<(), SimulationError> {
        let mut of_run = self.agents[agent as usize].costs_of_run;
        for (sum, cost) in of_run.iter_mut().zip(costs) {
            *sum = sum.checked_add(*cost).ok_or_else(|| self.overflow("the costs of a bank"))?;
        }
        let total: i128 = costs.iter().map(|cost| i128::from(*cost)).sum();
        if Cents::try_from(total).is_err() {
            return Err(self.overflow("the cost of a bank"));
        }
        self.agents[agent as usize].costs_of_run = of_run;
        self.tally.of_tick.cost += total;
        self.log.append(EventKind::CostAccrual, Common::agent(agent)).costs(costs);
        Ok(())
    }

    /// Charge a bank one kind of cost and log it.
    pub fn charge_one(&mut self, agent: u32, category: usize, amount: Cents) -> Result<(), SimulationError> {
        let mut costs = [0; COST_NAMES.len()];
        costs[category] = amount;
        self.charge(agent, &costs)
    }

    /// Take a payment out of the central queue. Where payments wait behind each other, the next one of its bank may go now.
    pub fn leave_queue2(&mut self, index: u32) {
        self.queue2.remove(index, &mut self.transactions);
        if self.rules.queue2_blocking == Queue2Blocking::PerSenderFifo {
            self.queue2.wake(self.transactions[index as usize].sender);
        }
    }

    /// Change a bank's balance; more money may release its queued payments.
    #[inline]
    pub fn move_money(&mut self, agent: u32, change: Cents) {
        self.agents[agent as usize].balance += change;
        if change > 0 {
            self.queue2.wake(agent);
        }
    }
}
