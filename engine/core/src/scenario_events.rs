//! What happens from outside: transfers and payments that a scenario prescribes.

use crate::config::{Config, ScenarioEvent, Schedule};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
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

    /// Let the events of this tick happen, in list order.
    pub fn execute_due(&mut self, state: &mut State) -> Result<(), SimulationError> {
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
        due.into_iter().try_for_each(|place| self.actions[place].execute(state))
    }
}

impl Action {
    fn execute(self, state: &mut State) -> Result<(), SimulationError> {
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
        }
        Ok(())
    }
}
