//! What happens from outside: transfers and payments that a scenario prescribes.

use crate::arrivals::ArrivalProcess;
use crate::collateral;
use crate::config::{Config, ScenarioEvent, Schedule};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::{Common, NONE};
use crate::money::Cents;
use crate::state::{NewPayment, State};

/// The events of a scenario, ready to be found by tick.
#[derive(Debug, Clone)]
pub struct ScenarioEvents {
    actions: Vec<Action>,
    /// Events that happen once: tick and place in the list, ascending; those before `next` are over.
    once: Vec<(u32, usize)>,
    next: usize,
    /// Events that repeat: first tick, interval, place in the list.
    repeating: Vec<(u32, u32, usize)>,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    DirectTransfer { from: u32, to: u32, amount: Cents },
    CustomTransactionArrival(NewPayment),
    ScheduledSettlement { from: u32, to: u32, amount: Cents },
    CollateralAdjustment { agent: u32, delta: Cents },
    GlobalArrivalRateChange { multiplier: f64 },
    AgentArrivalRateChange { agent: u32, change: RateChange },
    CounterpartyWeightChange { agent: u32, counterparty: u32, weight: f64, scale_others: bool },
    DeadlineWindowChange { min_multiplier: f64, max_multiplier: f64 },
}

#[derive(Debug, Clone, Copy)]
enum RateChange {
    Times(f64),
    To(f64),
}

impl ScenarioEvents {
    /// The events of a validated configuration.
    pub fn new(config: &Config, agent_ids: &[String]) -> Self {
        let number = |id: &str| agent_ids.binary_search_by(|known| known.as_str().cmp(id)).unwrap_or_default() as u32;
        let actions = config
            .scenario_events
            .iter()
            .map(|event| match event {
                ScenarioEvent::DirectTransfer { from_agent, to_agent, amount, .. } => {
                    Action::DirectTransfer { from: number(from_agent), to: number(to_agent), amount: *amount }
                }
                ScenarioEvent::ScheduledSettlement { from_agent, to_agent, amount, .. } => {
                    Action::ScheduledSettlement { from: number(from_agent), to: number(to_agent), amount: *amount }
                }
                ScenarioEvent::CollateralAdjustment { agent, delta, .. } => {
                    Action::CollateralAdjustment { agent: number(agent), delta: *delta }
                }
                ScenarioEvent::GlobalArrivalRateChange { multiplier, .. } => {
                    Action::GlobalArrivalRateChange { multiplier: *multiplier }
                }
                ScenarioEvent::AgentArrivalRateChange { agent, multiplier, new_rate, .. } => Action::AgentArrivalRateChange {
                    agent: number(agent),
                    change: new_rate.map_or(RateChange::Times(multiplier.unwrap_or(1.0)), RateChange::To),
                },
                ScenarioEvent::CounterpartyWeightChange { agent, counterparty, new_weight, auto_balance_others, .. } => {
                    Action::CounterpartyWeightChange {
                        agent: number(agent),
                        counterparty: number(counterparty),
                        weight: *new_weight,
                        scale_others: *auto_balance_others,
                    }
                }
                ScenarioEvent::DeadlineWindowChange { min_ticks_multiplier, max_ticks_multiplier, .. } => {
                    Action::DeadlineWindowChange {
                        min_multiplier: min_ticks_multiplier.unwrap_or(1.0),
                        max_multiplier: max_ticks_multiplier.unwrap_or(1.0),
                    }
                }
                ScenarioEvent::CustomTransactionArrival {
                    from_agent, to_agent, amount, priority, deadline, is_divisible, ..
                } => Action::CustomTransactionArrival(NewPayment {
                    sender: number(from_agent),
                    receiver: number(to_agent),
                    amount: *amount,
                    deadline_offset: *deadline,
                    priority: *priority,
                    divisible: *is_divisible,
                }),
            })
            .collect();
        let mut once = Vec::new();
        let mut repeating = Vec::new();
        for (place, event) in config.scenario_events.iter().enumerate() {
            match event.schedule() {
                Schedule::OneTime { tick } => once.push((tick, place)),
                Schedule::Repeating { start_tick, interval } => repeating.push((start_tick, interval, place)),
            }
        }
        once.sort_unstable();
        Self { actions, once, next: 0, repeating }
    }

    /// Go on with this tick: what happens once and before it is over.
    pub fn go_on_with(&mut self, tick: u32) {
        self.next = self.once.partition_point(|(at, _)| *at < tick);
    }

    /// Let the events of this tick happen, in list order.
    pub fn execute_due(&mut self, state: &mut State, processes: &mut [ArrivalProcess]) -> Result<(), SimulationError> {
        let tick = state.tick;
        let mut due = Vec::new();
        while let Some((at, place)) = self.once.get(self.next).filter(|(at, _)| *at <= tick) {
            debug_assert_eq!(*at, tick);
            due.push(*place);
            self.next += 1;
        }
        for (start, interval, place) in &self.repeating {
            if tick >= *start && (tick - start).is_multiple_of(*interval) {
                due.push(*place);
            }
        }
        due.sort_unstable();
        due.into_iter().try_for_each(|place| self.actions[place].execute(state, processes))
    }
}

impl Action {
    /// Carry it out and log it. A change of arrivals where nobody has arrivals is nothing, and is not logged.
    fn execute(self, state: &mut State, processes: &mut [ArrivalProcess]) -> Result<(), SimulationError> {
        let of_agent = |agent: u32| move |process: &&mut ArrivalProcess| process.sender() == agent;
        match self {
            Self::DirectTransfer { from, to, amount } => {
                state.move_money(from, -amount);
                state.move_money(to, amount);
                state.log.append(EventKind::ScenarioEventExecuted, Common::NOTHING).u8(0).u32(from).u32(to).i64(amount);
            }
            Self::CustomTransactionArrival(new) => {
                let index = state.add_payment(new)?;
                state.log_arrival(index);
                state
                    .log
                    .append(EventKind::ScenarioEventExecuted, Common::NOTHING)
                    .u8(1)
                    .u32(new.sender)
                    .u32(new.receiver)
                    .i64(new.amount)
                    .u8(new.priority)
                    .u32(state.tick.saturating_add(new.deadline_offset))
                    .u8(u8::from(new.divisible))
                    .u32(index);
            }
            Self::ScheduledSettlement { from, to, amount } => {
                let before = state.agents[from as usize].balance;
                let settled = amount <= state.agents[from as usize].available_liquidity();
                if settled {
                    state.move_money(from, -amount);
                    state.move_money(to, amount);
                    let common = Common { agent: from, peer: to, payment: NONE, amount };
                    state.log.append(EventKind::RtgsImmediateSettlement, common).i64(before).i64(before - amount);
                }
                state
                    .log
                    .append(EventKind::ScenarioEventExecuted, Common::NOTHING)
                    .u8(2)
                    .u32(from)
                    .u32(to)
                    .i64(amount)
                    .u8(u8::from(settled))
                    .u8(u8::from(!settled));
            }
            Self::CollateralAdjustment { agent, delta } => {
                let total = collateral::adjust(state, agent, delta);
                state.log.append(EventKind::ScenarioEventExecuted, Common::NOTHING).u8(3).u32(agent).i64(delta).i64(total);
            }
            Self::GlobalArrivalRateChange { multiplier } => {
                processes.iter_mut().for_each(|process| process.set_global_multiplier(multiplier));
                if !processes.is_empty() {
                    state.log.append(EventKind::ScenarioEventExecuted, Common::NOTHING).u8(4).f64(multiplier);
                }
            }
            Self::AgentArrivalRateChange { agent, change } => {
                let total = |processes: &[ArrivalProcess]| {
                    processes.iter().filter(|process| process.sender() == agent).map(ArrivalProcess::rate_per_tick).sum::<f64>()
                };
                if !processes.iter().any(|process| process.sender() == agent) {
                    return Ok(());
                }
                let old = total(processes);
                let times = match change {
                    RateChange::Times(times) => times,
                    RateChange::To(rate) if old > 0.0 => rate / old,
                    RateChange::To(_) => 1.0,
                };
                let bands = processes.iter().filter(|process| process.sender() == agent).count() as f64;
                let changed = |process: &ArrivalProcess| match change {
                    // Bands that are all at rest get equal shares of the new rate.
                    RateChange::To(rate) if old == 0.0 => rate / bands,
                    _ => process.rate_per_tick() * times,
                };
                processes.iter_mut().filter(of_agent(agent)).for_each(|process| process.set_rate(changed(process)));
                let new = total(processes);
                state.log.append(EventKind::ScenarioEventExecuted, Common::NOTHING).u8(5).u32(agent).f64(times).f64(old).f64(new);
            }
            Self::CounterpartyWeightChange { agent, counterparty, weight, scale_others } => {
                processes
                    .iter_mut()
                    .filter(of_agent(agent))
                    .for_each(|process| process.set_weight(counterparty, weight, scale_others));
                if processes.iter().any(|process| process.sender() == agent) {
                    state
                        .log
                        .append(EventKind::ScenarioEventExecuted, Common::NOTHING)
                        .u8(6)
                        .u32(agent)
                        .u32(counterparty)
                        .f64(weight)
                        .u8(u8::from(scale_others));
                }
            }
            Self::DeadlineWindowChange { min_multiplier, max_multiplier } => {
                processes.iter_mut().for_each(|process| process.scale_deadlines(min_multiplier, max_multiplier));
                if !processes.is_empty() {
                    state
                        .log
                        .append(EventKind::ScenarioEventExecuted, Common::NOTHING)
                        .u8(7)
                        .f64(min_multiplier)
                        .f64(max_multiplier);
                }
            }
        }
        Ok(())
    }
}
