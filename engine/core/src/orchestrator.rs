//! One simulation, and the tick as a list of named steps.

use crate::agent::Overdue;
use crate::arrivals::{ArrivalProcess, arrival_processes, generate_arrivals};
use crate::collateral::run_timers;
use crate::config::{Config, ScenarioEvent};
use crate::control::Journal;
use crate::costs;
use crate::error::{ConfigError, SimulationError};
use crate::escalation::escalate_priorities;
use crate::event::EventKind;
use crate::finished::give_back_finished;
use crate::log::{Common, EventLog, NotKept, Retention};
use crate::money::Cents;
use crate::pages::Pages;
use crate::pool::{allocate_pools, return_pools};
use crate::queue1::{apply_policies, apply_policies_to_queue2};
use crate::scenario_events::ScenarioEvents;
use crate::settlement::{apply_deferred_credits, run_queue2, save_liquidity, settle_submissions};
use crate::state::State;
use crate::tally::{Counts, Tally};
use crate::transaction::Transaction;
use crate::treasury::{apply_bank_trees, apply_end_of_tick_collateral_trees, apply_strategic_collateral_trees, reset_registers};
use serde::{Deserialize, Serialize};

/// One simulation.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    config: Config,
    pub(crate) options: Options,
    agent_ids: Vec<String>,
    pub(crate) processes: Vec<ArrivalProcess>,
    pub(crate) scenario_events: ScenarioEvents,
    /// By bank: what it had from its pool before the first tick.
    opening_allocations: Vec<Cents>,
    pub(crate) journal: Journal,
    pub(crate) state: State,
}

/// What is kept of a run's events.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Options {
    /// Which are kept after their tick.
    pub retention: Retention,
    /// Whether the hash of the log is kept up tick by tick.
    pub hashing: bool,
}

impl Orchestrator {
    /// A simulation that stands before its first tick, and keeps all events.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_options(config, Options::default())
    }

    /// A simulation that stands before its first tick.
    pub fn with_options(config: Config, options: Options) -> Result<Self, ConfigError> {
        config.validate()?;
        let agent_ids = config.agent_ids();
        let log = EventLog::new(options.retention, options.hashing, &agent_ids);
        let state = State::new(&config, &agent_ids, log)?;
        require_payment_trees(&config, &state)?;
        Ok(Self {
            processes: arrival_processes(&config, &agent_ids),
            scenario_events: ScenarioEvents::new(&config, &agent_ids),
            opening_allocations: state.agents.iter().map(|agent| agent.pool.map_or(0, |pool| pool.allocated())).collect(),
            journal: Journal::default(),
            state,
            agent_ids,
            config,
            options,
        })
    }

    /// Run one tick, whole or not at all.
    pub fn tick(&mut self) -> Result<Counts, SimulationError> {
        if self.is_complete() {
            return Err(SimulationError::Complete { total_ticks: self.total_ticks() });
        }
        let outcome = self.run_steps();
        if outcome.is_err() {
            self.rebuild()?;
        }
        outcome
    }

    /// Run up to `ticks` ticks, to the end of the last day at the most. Returns how many were run.
    pub fn run(&mut self, ticks: u32) -> Result<u32, SimulationError> {
        let ticks = ticks.min(self.total_ticks() - self.current_tick());
        for _ in 0..ticks {
            self.tick()?;
        }
        Ok(ticks)
    }

    /// The steps of a tick, in order.
    fn run_steps(&mut self) -> Result<Counts, SimulationError> {
        self.run_steps_before_policies()?;
        let state = &mut self.state;
        apply_policies(state)?;
        apply_policies_to_queue2(state);
        settle_submissions(state)?;
        run_queue2(state)?;
        save_liquidity(state, &self.config.lsm_config)?;
        apply_end_of_tick_collateral_trees(state);
        apply_deferred_credits(state);
        accrue_costs(state)?;
        end_day(state)?;
        state.log.end_tick();
        state.tick += 1;
        give_back_finished(state);
        Ok(state.tally.end_tick())
    }

    pub(crate) fn run_steps_before_policies(&mut self) -> Result<(), SimulationError> {
        let state = &mut self.state;
        state.log.begin_tick();
        begin_day(state);
        self.journal.carry_out(state, &self.config)?;
        if state.tick > 0 && state.is_first_tick_of_day() && state.rules.daily_liquidity_reallocation {
            allocate_pools(state);
        }
        self.scenario_events.execute_due(state, &mut self.processes)?;
        generate_arrivals(&mut self.processes, state)?;
        apply_strategic_collateral_trees(state);
        apply_bank_trees(state);
        run_timers(state);
        mark_overdue(state)?;
        if let Some(escalation) = &self.config.priority_escalation {
            escalate_priorities(state, escalation);
        }
        Ok(())
    }

    /// Go back to before a tick that failed, by running the ticks before it again: the same configuration and commands give the same state.
    /// So the ticks that succeed, which are all but these, need not remember how to be undone.
    fn rebuild(&mut self) -> Result<(), SimulationError> {
        let ticks = self.state.tick;
        let log = std::mem::take(&mut self.state.log);
        let journal = std::mem::take(&mut self.journal).rewound();
        let broken = |_| SimulationError::Overflow { tick: ticks, what: "the configuration" };
        *self = Self::with_options(self.config.clone(), self.options).map_err(broken)?;
        self.journal = journal;
        for _ in 0..ticks {
            self.run_steps()?;
            self.state.log.forget_as(&log);
        }
        Ok(())
    }

    /// The canonical log of the events since the last call, which are then forgotten: for runs whose log is too long to hold. Joined, the
    /// segments are the canonical log of the run.
    pub fn take_log(&mut self) -> Result<Vec<u8>, NotKept> {
        self.state.log.take(&self.agent_ids)
    }

    /// By bank: what it had from its pool before the first tick.
    pub fn opening_allocations(&self) -> &[Cents] {
        &self.opening_allocations
    }

    /// The commands that were given.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The ids of the banks, ascending; their places are the banks' numbers.
    pub fn agent_ids(&self) -> &[String] {
        &self.agent_ids
    }

    /// The tick that runs next.
    pub fn current_tick(&self) -> u32 {
        self.state.tick
    }

    /// Ticks in the run.
    pub fn total_ticks(&self) -> u32 {
        self.state.total_ticks
    }

    /// Whether all ticks have been run.
    pub fn is_complete(&self) -> bool {
        self.current_tick() == self.total_ticks()
    }

    /// The event log.
    pub fn log(&self) -> &EventLog {
        &self.state.log
    }

    /// SHA-256 of the canonical event log; needs all events, or a hash that is kept up.
    pub fn log_hash(&self) -> Result<String, NotKept> {
        self.state.log.hash(&self.agent_ids)
    }

    /// The payments, in the order in which they arose; where not all events are kept, finished ones are given back.
    pub fn transactions(&self) -> &Pages<Transaction> {
        &self.state.transactions
    }

    /// Counts and sums of the run so far.
    pub fn tally(&self) -> &Tally {
        &self.state.tally
    }

    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// A bank that gets payments needs a tree that decides about them.
fn require_payment_trees(config: &Config, state: &State) -> Result<(), ConfigError> {
    for (place, agent) in config.agents.iter().enumerate() {
        let sends = |event: &ScenarioEvent| matches!(event, ScenarioEvent::CustomTransactionArrival { from_agent, .. } if *from_agent == agent.id);
        let number = state.agent_ids.binary_search(&agent.id).unwrap_or_default();
        let lacks_tree = state.agents[number].policy.trees().is_some_and(|trees| trees.payment.is_none());
        if lacks_tree && (!agent.arrivals.is_empty() || config.scenario_events.iter().any(sends)) {
            let path = format!("agents.{place}.policy.document.payment_tree");
            return Err(ConfigError::new(path, "is missing; this bank has payments to decide about"));
        }
    }
    Ok(())
}

/// On the first tick of a day nothing has been sent yet: limits have their full room again.
fn begin_day(state: &mut State) {
    if !state.is_first_tick_of_day() {
        return;
    }
    for (number, agent) in state.agents.iter_mut().enumerate() {
        state.throughput_today[number] = (0, 0);
        if let Some(limits) = &mut agent.limits {
            limits.clear();
            state.queue2.wake(number as u32);
        }
    }
}

/// Payments that were due in the last tick and are unpaid become overdue, by sender, then by number; the penalty is charged whatever
/// happens to them later in this tick.
fn mark_overdue(state: &mut State) -> Result<(), SimulationError> {
    let Some(last_tick) = state.tick.checked_sub(1) else { return Ok(()) };
    let unpaid = |index: &u32| state.transactions[*index as usize].is_queued() && !state.transactions[*index as usize].is_overdue();
    let mut late: Vec<u32> = state.deadlines.due_in(last_tick).filter(unpaid).collect();
    late.sort_unstable_by_key(|index| (state.transactions[*index as usize].sender, *index));
    for index in late {
        let payment = &mut state.transactions[index as usize];
        let sender = &mut state.agents[payment.sender as usize];
        sender.count_unqueued(payment);
        payment.overdue_since = state.tick;
        sender.count_queued(payment);
        state.count_overdue(index);
        let penalty = state.deadline_penalty(index);
        let payment = &state.transactions[index as usize];
        let sender = &mut state.agents[payment.sender as usize];
        let charged = penalty.and_then(|penalty| sender.costs_of_tick[costs::DEADLINE_PENALTY].checked_add(penalty));
        let (Some(penalty), Some(charged)) = (penalty, charged) else {
            return Err(state.overflow("the deadline penalties of a bank"));
        };
        sender.costs_of_tick[costs::DEADLINE_PENALTY] = charged;
        state
            .log
            .append(
                EventKind::TransactionWentOverdue,
                Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount },
            )
            .i64(payment.amount)
            .u32(payment.deadline_tick)
            .u32(state.tick - payment.deadline_tick)
            .i64(penalty);
    }
    Ok(())
}

/// Charge every bank for this tick's credit, waiting, collateral and pool, together with the penalties of this tick.
fn accrue_costs(state: &mut State) -> Result<(), SimulationError> {
    for number in 0..state.agents.len() {
        let agent = &mut state.agents[number];
        let rates = agent.rates.as_deref().unwrap_or(&state.rates);
        let overdraft = rates.overdraft(agent.balance);
        let delay = rates.delay(&agent.queued_value, agent.queued_count);
        let collateral = rates.collateral(agent.collateral.posted());
        let pool = rates.liquidity_opportunity(agent.pool.map_or(0, |pool| pool.allocated()));
        let (Some(overdraft), Some(delay), Some(collateral), Some(pool)) = (overdraft, delay, collateral, pool) else {
            return Err(state.overflow("the cost of a bank"));
        };
        agent.costs_of_tick[costs::LIQUIDITY] = overdraft;
        agent.costs_of_tick[costs::DELAY] = delay;
        agent.costs_of_tick[costs::COLLATERAL] = collateral;
        agent.costs_of_tick[costs::LIQUIDITY_OPPORTUNITY] = pool;
        // Most banks are charged nothing in most ticks.
        if agent.costs_of_tick.iter().any(|cost| *cost != 0) {
            let costs = std::mem::take(&mut agent.costs_of_tick);
            state.charge(number as u32, &costs)?;
        }
    }
    Ok(())
}

/// On the last tick of a day every queued payment that is due is penalised, and the day is closed.
fn end_day(state: &mut State) -> Result<(), SimulationError> {
    if !state.is_last_tick_of_day() {
        return Ok(());
    }
    // What is due in this very tick is not overdue yet.
    let mut due: Vec<Overdue> = state.agents.iter().map(|agent| agent.overdue).collect();
    for index in state.deadlines.due_in(state.tick) {
        let payment = &state.transactions[index as usize];
        if payment.is_queued() && !payment.is_overdue() {
            let due = &mut due[payment.sender as usize];
            due.count += 1;
            due.penalties += state.eod_penalty_or_too_much(index);
        }
    }
    let mut total: Cents = 0;
    for (number, due) in (0..).zip(due).filter(|(_, due)| due.count > 0) {
        let penalties = Cents::try_from(due.penalties).ok();
        let sum = penalties.and_then(|penalties| total.checked_add(penalties));
        let (Some(penalties), Some(sum)) = (penalties, sum) else {
            return Err(state.overflow("the penalties at the end of a day"));
        };
        total = sum;
        state.charge_one(number, costs::EOD_PENALTY, penalties)?;
    }
    let unsettled = state.agents.iter().map(|agent| agent.queued_count).sum();
    // Every cent that was charged is in a category of a bank: this holds in release builds too.
    let charged: i128 = state.agents.iter().flat_map(|agent| agent.costs_of_run).map(i128::from).sum();
    assert_eq!(charged, state.tally.of_run.cost + state.tally.of_tick.cost, "the costs of the banks add up to those of the run");
    reset_registers(state);
    let day = state.day();
    state.log.append(EventKind::EndOfDay, Common::NOTHING).u32(day).u32(unsettled).i64(total);
    if state.rules.daily_liquidity_reallocation {
        return_pools(state);
    }
    Ok(())
}
