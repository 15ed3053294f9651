//! One simulation, and the tick as a list of named steps.

use crate::arrivals::{ArrivalProcess, arrival_processes, generate_arrivals};
use crate::config::{Config, Queue1Ordering};
use crate::costs::{self, COST_NAMES};
use crate::error::{ConfigError, SimulationError};
use crate::event::EventKind;
use crate::log::{Common, EventLog};
use crate::money::Cents;
use crate::policy::{Decision, QueueView};
use crate::scenario_events::ScenarioEvents;
use crate::settlement::{release_from_queue2, save_liquidity, settle_submissions};
use crate::state::State;
use crate::tally::{Counts, Tally};
use crate::transaction::{Status, Transaction};

/// One simulation.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    config: Config,
    agent_ids: Vec<String>,
    processes: Vec<ArrivalProcess>,
    scenario_events: ScenarioEvents,
    state: State,
}

impl Orchestrator {
    /// A simulation that stands before its first tick.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.validate()?;
        let agent_ids = config.agent_ids();
        Ok(Self {
            processes: arrival_processes(&config, &agent_ids),
            scenario_events: ScenarioEvents::new(&config, &agent_ids),
            state: State::new(&config, &agent_ids)?,
            agent_ids,
            config,
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
        let state = &mut self.state;
        state.log.begin_tick();
        begin_day(state);
        self.scenario_events.execute_due(state)?;
        generate_arrivals(&mut self.processes, state)?;
        mark_overdue(state)?;
        apply_policies(state, self.config.queue1_ordering);
        settle_submissions(state)?;
        release_from_queue2(state)?;
        save_liquidity(state, &self.config.lsm_config)?;
        accrue_costs(state)?;
        end_day(state)?;
        state.tick += 1;
        Ok(state.tally.end_tick())
    }

    /// Go back to before a tick that failed, by running the ticks before it again: the same configuration gives the same state.
    /// So the ticks that succeed, which are all but these, need not remember how to be undone.
    fn rebuild(&mut self) -> Result<(), SimulationError> {
        let ticks = self.state.tick;
        let broken = |_| SimulationError::Overflow { tick: ticks, what: "the configuration" };
        *self = Self::new(self.config.clone()).map_err(broken)?;
        for _ in 0..ticks {
            self.run_steps()?;
        }
        Ok(())
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

    /// SHA-256 of the canonical event log.
    pub fn log_hash(&self) -> String {
        self.state.log.hash(&self.agent_ids)
    }

    /// The payments, in the order in which they arose.
    pub fn transactions(&self) -> &[Transaction] {
        &self.state.transactions
    }

    /// Counts and sums of the run so far.
    pub fn tally(&self) -> &Tally {
        &self.state.tally
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// On the first tick of a day nothing has been sent yet: limits have their full room again.
fn begin_day(state: &mut State) {
    if !state.is_first_tick_of_day() {
        return;
    }
    for (number, agent) in state.agents.iter_mut().enumerate() {
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
    let unpaid = |index: &u32| state.transactions[*index as usize].status != Status::Settled;
    let mut late: Vec<u32> = state.deadlines.due_in(last_tick).filter(unpaid).collect();
    late.sort_unstable_by_key(|index| (state.transactions[*index as usize].sender, *index));
    for index in late {
        let payment = &mut state.transactions[index as usize];
        let sender = &mut state.agents[payment.sender as usize];
        sender.count_unqueued(payment);
        payment.overdue_since = state.tick;
        sender.count_queued(payment);
        let penalty = state.rates.deadline_penalty(payment.amount);
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

/// Every bank decides about the payments in its own queue. Nothing settles meanwhile.
fn apply_policies(state: &mut State, ordering: Queue1Ordering) {
    for number in 0..state.agents.len() {
        let agent = &mut state.agents[number];
        if agent.queue1.is_empty() {
            continue;
        }
        if ordering == Queue1Ordering::PriorityDeadline {
            agent.queue1.sort_by_key(|index| {
                let payment = &state.transactions[*index as usize];
                (std::cmp::Reverse(payment.priority), payment.deadline_tick)
            });
        }
        let mut view =
            QueueView { tick: state.tick, balance: agent.balance.into(), available_liquidity: agent.available_liquidity().into() };
        let queue1 = std::mem::take(&mut agent.queue1);
        let mut kept = Vec::new();
        for index in queue1.iter().copied() {
            let payment = &mut state.transactions[index as usize];
            match agent.policy.decide(payment, view) {
                Decision::Hold(reason) => {
                    let ticks_to_deadline = i64::from(payment.deadline_tick) - i64::from(state.tick);
                    let common = Common { payment: index, amount: ticks_to_deadline, ..Common::agent(payment.sender) };
                    state.log.append(EventKind::PolicyHold, common).u8(reason as u8);
                    kept.push(index);
                }
                Decision::Release => {
                    view.balance -= i128::from(payment.amount);
                    view.available_liquidity -= i128::from(payment.amount);
                    payment.status = Status::Submitted;
                    let common = Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount };
                    state.log.append(EventKind::RtgsSubmission, common).u8(payment.priority).u8(RTGS_PRIORITY_NORMAL);
                    let common = Common { payment: index, ..Common::agent(payment.sender) };
                    state.log.append(EventKind::PolicySubmit, common);
                    state.submissions.push(index);
                }
            }
        }
        if kept.is_empty() {
            // The emptied queue keeps its memory for the next tick.
            kept = queue1;
            kept.clear();
        }
        agent.queue1 = kept;
    }
}

/// The place of `Normal` in `event::RTGS_PRIORITIES`.
const RTGS_PRIORITY_NORMAL: u8 = 2;

/// Charge every bank for this tick's overdraft and waiting, together with the penalties of this tick.
fn accrue_costs(state: &mut State) -> Result<(), SimulationError> {
    for number in 0..state.agents.len() {
        let agent = &mut state.agents[number];
        let overdraft = state.rates.overdraft(agent.balance);
        let delay = state.rates.delay(&agent.queued_value, agent.queued_count);
        let (Some(overdraft), Some(delay)) = (overdraft, delay) else {
            return Err(state.overflow("the cost of a bank"));
        };
        agent.costs_of_tick[costs::LIQUIDITY] = overdraft;
        agent.costs_of_tick[costs::DELAY] = delay;
        if agent.costs_of_tick != [0; COST_NAMES.len()] {
            charge(state, number)?;
        }
    }
    Ok(())
}

/// Log what a bank was charged since the last time, and add it to the run.
fn charge(state: &mut State, number: usize) -> Result<(), SimulationError> {
    let agent = &mut state.agents[number];
    let charged = std::mem::replace(&mut agent.costs_of_tick, [0; COST_NAMES.len()]);
    for (of_run, cost) in agent.costs_of_run.iter_mut().zip(charged) {
        match of_run.checked_add(cost) {
            Some(sum) => *of_run = sum,
            None => return Err(state.overflow("the costs of a bank")),
        }
    }
    let total: i128 = charged.iter().map(|cost| i128::from(*cost)).sum();
    if Cents::try_from(total).is_err() {
        return Err(state.overflow("the cost of a bank"));
    }
    state.tally.of_tick.cost += total;
    state.log.append(EventKind::CostAccrual, Common::agent(number as u32)).costs(&charged);
    Ok(())
}

/// On the last tick of a day every queued payment that is due is penalised, and the day is closed.
fn end_day(state: &mut State) -> Result<(), SimulationError> {
    if !state.is_last_tick_of_day() {
        return Ok(());
    }
    let mut unsettled = 0;
    let mut total: Cents = 0;
    for number in 0..state.agents.len() {
        let mut penalties: Option<Cents> = None;
        let queue1 = state.agents[number].queue1.iter().copied();
        for index in queue1.chain(state.queue2.payments_of(number as u32)) {
            unsettled += 1;
            let payment = &state.transactions[index as usize];
            if payment.deadline_tick <= state.tick {
                let penalty = state.rates.eod_penalty(payment.amount);
                penalties = penalty.and_then(|penalty| penalties.unwrap_or(0).checked_add(penalty));
                if penalties.is_none() {
                    return Err(state.overflow("the penalties at the end of a day"));
                }
            }
        }
        if let Some(penalties) = penalties {
            total = total.checked_add(penalties).ok_or_else(|| state.overflow("the penalties at the end of a day"))?;
            state.agents[number].costs_of_tick[costs::EOD_PENALTY] = penalties;
            charge(state, number)?;
        }
    }
    let day = state.day();
    state.log.append(EventKind::EndOfDay, Common::NOTHING).u32(day).u32(unsettled).i64(total);
    Ok(())
}
