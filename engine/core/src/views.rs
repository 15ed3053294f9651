//! What people and pictures ask of a run, told from its log: series, flows, the state at a tick, totals.

use crate::costs::COST_NAMES;
use crate::event::EventKind;
use crate::log::NONE;
use crate::money::Cents;
use crate::orchestrator::Orchestrator;
use crate::replay::{AgentReplay, PaymentReplay, Replay};
use crate::transaction::{MECHANISMS, Mechanism};

/// What was so at the end of each tick; arrays in C order with the shapes given.
#[derive(Debug, Default)]
pub struct Series {
    /// Shape (ticks, agents): name and values.
    pub by_agent: Vec<(&'static str, Vec<i64>)>,
    /// Shape (ticks,): name and values.
    pub of_system: Vec<(&'static str, Vec<i64>)>,
    /// Shape (ticks, mechanisms): name and values.
    pub by_mechanism: Vec<(&'static str, Vec<i64>)>,
}

type AgentColumn = (&'static str, fn(&AgentReplay) -> i64);

const AGENT_COLUMNS: [AgentColumn; 7] = [
    ("balance", |agent| agent.balance),
    ("credit_limit", |agent| agent.credit_limit),
    ("posted_collateral", |agent| agent.posted_collateral),
    ("queue1_count", |agent| agent.queue1_count),
    ("queue1_value", |agent| agent.queue1_value),
    ("queue2_count", |agent| agent.queue2_count),
    ("queue2_value", |agent| agent.queue2_value),
];

/// Settled between banks in some ticks; shape (mechanisms, senders, receivers).
#[derive(Debug)]
pub struct Flows {
    /// Cents.
    pub value: Vec<i64>,
    /// Payments.
    pub count: Vec<i64>,
    /// The last tick in which something settled there, or -1.
    pub last_tick: Vec<i64>,
}

/// The state at the end of a tick.
#[derive(Debug)]
pub struct StateView {
    /// The banks, by number.
    pub agents: Vec<AgentView>,
    /// The central queue, in order.
    pub queue2: Vec<u32>,
}

/// A bank at the end of a tick.
#[derive(Debug)]
pub struct AgentView {
    /// Its number.
    pub number: u32,
    /// Balance, credit limit and costs of the run.
    pub sums: AgentReplay,
    /// The payments in its own queue, in order of arrival.
    pub queue1: Vec<u32>,
    /// Its payments in the central queue, in order.
    pub queue2: Vec<u32>,
}

impl Orchestrator {
    fn replay_from_start(&self) -> Replay {
        let mut by_id: Vec<_> = self.config().agents.iter().collect();
        by_id.sort_by(|a, b| a.id.cmp(&b.id));
        let allocated = |number: usize| self.opening_allocations()[number];
        Replay::new(by_id.into_iter().enumerate().map(|(number, agent)| (agent, allocated(number))))
            .with_deferred_crediting(self.config().deferred_crediting)
    }

    /// Every payment and what became of it.
    pub fn payments_view(&self) -> Vec<PaymentReplay> {
        let mut replay = self.replay_from_start();
        self.log().iter().for_each(|event| replay.apply(&event));
        replay.payments
    }

    /// What was so at the end of each tick that was run.
    pub fn series(&self) -> Series {
        let ticks = self.log().ticks();
        let size = ticks as usize * self.agent_ids().len();
        let with_room = |name: &'static str, size: usize| (name, Vec::with_capacity(size));
        let mut by_agent: Vec<_> = AGENT_COLUMNS.iter().map(|(name, _)| with_room(name, size)).collect();
        let mut costs: Vec<_> = COST_NAMES.iter().map(|name| with_room(name, size)).collect();
        let mut of_system: Vec<_> =
            ["arrived_count", "arrived_value", "overdue_count"].map(|name| with_room(name, ticks as usize)).into();
        let mut by_mechanism: Vec<_> =
            ["settled_count", "settled_value"].map(|name| with_room(name, ticks as usize * MECHANISMS.len())).into();
        let mut replay = self.replay_from_start();
        let mut events = self.log().iter().peekable();
        for tick in 0..ticks {
            replay.clear_sums();
            while let Some(event) = events.next_if(|event| event.tick == tick) {
                replay.apply(&event);
            }
            for agent in &replay.agents {
                for ((_, column), (_, value)) in by_agent.iter_mut().zip(AGENT_COLUMNS) {
                    column.push(value(agent));
                }
                for ((_, column), cost) in costs.iter_mut().zip(agent.costs) {
                    column.push(cost);
                }
            }
            let sums = &replay.of_tick;
            for ((_, column), value) in of_system.iter_mut().zip([sums.arrived_count, sums.arrived_value, replay.overdue_count]) {
                column.push(value);
            }
            for ((_, column), values) in by_mechanism.iter_mut().zip([sums.settled_count, sums.settled_value]) {
                column.extend(values);
            }
        }
        by_agent.extend(costs);
        Series { by_agent, of_system, by_mechanism }
    }

    /// What settled between banks in `from_tick..to_tick`.
    pub fn flows(&self, from_tick: u32, to_tick: u32) -> Flows {
        let agents = self.agent_ids().len();
        let size = MECHANISMS.len() * agents * agents;
        let mut flows = Flows { value: vec![0; size], count: vec![0; size], last_tick: vec![-1; size] };
        for event in self.log().range(from_tick, to_tick) {
            let mut add = |mechanism: Mechanism, payment: u32| {
                let payment = &self.transactions()[payment as usize];
                let cell = (mechanism as usize * agents + payment.sender as usize) * agents + payment.receiver as usize;
                flows.value[cell] += payment.amount;
                flows.count[cell] += 1;
                flows.last_tick[cell] = i64::from(event.tick);
            };
            match event.kind {
                EventKind::RtgsImmediateSettlement if event.payment == NONE => {}
                EventKind::RtgsImmediateSettlement => add(Mechanism::Gross, event.payment),
                EventKind::EntryDispositionOffset => {
                    add(Mechanism::Bilateral, event.payment);
                    add(Mechanism::Bilateral, event.reader().u32());
                }
                EventKind::Queue2LiquidityRelease => add(Mechanism::Queue, event.payment),
                EventKind::LsmBilateralOffset | EventKind::LsmCycleSettlement => {
                    let mechanism =
                        if event.kind == EventKind::LsmBilateralOffset { Mechanism::Bilateral } else { Mechanism::Cycle };
                    let mut reader = event.reader();
                    for _ in 0..reader.u32() {
                        reader.u32();
                    }
                    for _ in 0..reader.u32() {
                        add(mechanism, reader.u32());
                    }
                }
                _ => {}
            }
        }
        flows
    }

    /// The state at the end of a tick; none: before the first.
    pub fn state_at(&self, tick: Option<u32>) -> StateView {
        let mut replay = self.replay_from_start();
        self.log().range(0, tick.map_or(0, |tick| tick.saturating_add(1))).for_each(|event| replay.apply(&event));
        let mut agents: Vec<AgentView> = replay
            .agents
            .iter()
            .zip(0..)
            .map(|(sums, number)| AgentView {
                number,
                sums: sums.clone(),
                queue1: replay.queue1(number).collect(),
                queue2: Vec::new(),
            })
            .collect();
        let queue2: Vec<u32> = replay.queue2().collect();
        for index in &queue2 {
            agents[replay.payments[*index as usize].sender as usize].queue2.push(*index);
        }
        StateView { agents, queue2 }
    }

    /// The balances at the end of the run so far.
    pub fn balances(&self) -> Vec<Cents> {
        self.state().agents.iter().map(|agent| agent.balance).collect()
    }
}
