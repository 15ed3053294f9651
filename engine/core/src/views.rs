//! What people and pictures ask of a run, told from its configuration and its log: series, flows, the state at a tick, totals.
//! A run that is going on and one that was read back are asked alike.

use crate::config::Config;
use crate::costs::{COST_NAMES, Costs};
use crate::event::EventKind;
use crate::log::{EventLog, EventRef, NONE, Names};
use crate::money::Cents;
use crate::orchestrator::Orchestrator;
use crate::replay::{AgentReplay, PaymentReplay, Replay};
use crate::tally::Counts;
use crate::transaction::{MECHANISMS, Mechanism};

/// What a run leaves behind: what it was made from, and all that happened.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// What it was made from.
    pub config: &'a Config,
    /// The ids of the banks, ascending; their places are the banks' numbers.
    pub agent_ids: &'a [String],
    /// By bank: what it had from its pool before the first tick.
    pub opening_allocations: &'a [Cents],
    /// All that happened.
    pub log: &'a EventLog,
}

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

/// Counts and sums of a run, and where its banks stand at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Counts and sums.
    pub counts: Counts,
    /// The banks, by number.
    pub agents: Vec<AgentTotals>,
}

/// A bank at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTotals {
    /// Cents.
    pub balance: Cents,
    /// Payments in its own queue.
    pub queue1_count: usize,
    /// Its payments in the central queue.
    pub queue2_count: usize,
    /// Costs of the run, by category.
    pub costs: Costs,
}

impl<'a> Record<'a> {
    /// A second reading of the run, before the first event.
    pub fn replay(&self) -> Replay {
        let by_id = self.config.agents_by_id();
        Replay::new(by_id.into_iter().zip(self.opening_allocations.iter().copied())).with_rules(self.config)
    }

    /// The names of banks and payments.
    pub fn names(&self) -> Names<'a> {
        Names { log: self.log, agent_ids: self.agent_ids }
    }

    /// Every payment and what became of it.
    pub fn payments(&self) -> Vec<PaymentReplay> {
        let mut replay = self.replay();
        self.log.iter().for_each(|event| replay.apply(&event));
        replay.payments
    }

    /// Counts and sums of each of the ticks `from_tick..to_tick` that were run.
    pub fn tick_counts(&self, from_tick: u32, to_tick: u32) -> Vec<Counts> {
        let mut replay = self.replay();
        let mut events = self.log.iter().peekable();
        let mut counts = Vec::new();
        for tick in 0..to_tick.min(self.log.ticks()) {
            replay.clear_sums();
            while let Some(event) = events.next_if(|event| event.tick == tick) {
                replay.apply(&event);
            }
            if tick >= from_tick {
                counts.push(replay.of_tick);
            }
            replay.forget_finished_if_many();
        }
        counts
    }

    /// Counts and sums of the run, and where its banks stand at its end.
    pub fn totals(&self) -> Totals {
        let mut replay = self.replay();
        for event in self.log.iter() {
            replay.apply(&event);
            replay.forget_finished_if_many();
        }
        let agents = replay.agents.iter().map(|agent| AgentTotals {
            balance: agent.balance,
            queue1_count: agent.queue1_count as usize,
            queue2_count: agent.queue2_count as usize,
            costs: agent.costs,
        });
        Totals { counts: replay.of_tick, agents: agents.collect() }
    }

    /// What was so at the end of each tick that was run.
    pub fn series(&self) -> Series {
        let ticks = self.log.ticks();
        let size = ticks as usize * self.agent_ids.len();
        let with_room = |name: &'static str, size: usize| (name, Vec::with_capacity(size));
        let mut by_agent: Vec<_> = AGENT_COLUMNS.iter().map(|(name, _)| with_room(name, size)).collect();
        let mut costs: Vec<_> = COST_NAMES.iter().map(|name| with_room(name, size)).collect();
        let mut of_system: Vec<_> =
            ["arrived_count", "arrived_value", "overdue_count"].map(|name| with_room(name, ticks as usize)).into();
        let mut by_mechanism: Vec<_> =
            ["settled_count", "settled_value"].map(|name| with_room(name, ticks as usize * MECHANISMS.len())).into();
        let mut replay = self.replay();
        let mut events = self.log.iter().peekable();
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
            for ((_, column), value) in
                of_system.iter_mut().zip([sums.arrivals as i64, sums.arrived_value as i64, replay.overdue_count])
            {
                column.push(value);
            }
            let settled = [sums.settled.map(|count| count as i64), sums.settled_value.map(|value| value as i64)];
            for ((_, column), values) in by_mechanism.iter_mut().zip(settled) {
                column.extend(values);
            }
        }
        by_agent.extend(costs);
        Series { by_agent, of_system, by_mechanism }
    }

    /// What settled between banks in `from_tick..to_tick`.
    pub fn flows(&self, from_tick: u32, to_tick: u32) -> Flows {
        let agents = self.agent_ids.len();
        let size = MECHANISMS.len() * agents * agents;
        let mut flows = Flows { value: vec![0; size], count: vec![0; size], last_tick: vec![-1; size] };
        for event in self.log.range(from_tick, to_tick) {
            each_settlement(&event, |mechanism, payment| {
                let (sender, receiver, amount) = self.log.parties(payment);
                let cell = (mechanism as usize * agents + sender as usize) * agents + receiver as usize;
                flows.value[cell] = flows.value[cell].wrapping_add(amount);
                flows.count[cell] += 1;
                flows.last_tick[cell] = i64::from(event.tick);
            });
        }
        flows
    }

    /// The state at the end of a tick; none: before the first.
    pub fn state_at(&self, tick: Option<u32>) -> StateView {
        let mut replay = self.replay();
        self.log.range(0, tick.map_or(0, |tick| tick.saturating_add(1))).for_each(|event| replay.apply(&event));
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
        let queue2 = replay.queue2();
        for index in &queue2 {
            agents[replay.payments[*index as usize].sender as usize].queue2.push(*index);
        }
        StateView { agents, queue2 }
    }
}

/// The payments that an event settles, and how.
pub fn each_settlement(event: &EventRef<'_>, mut settled: impl FnMut(Mechanism, u32)) {
    let mut reader = event.reader();
    let mechanism = match event.kind {
        EventKind::RtgsImmediateSettlement if event.payment == NONE => return,
        EventKind::RtgsImmediateSettlement => return settled(Mechanism::Gross, event.payment),
        EventKind::Queue2LiquidityRelease => return settled(Mechanism::Queue, event.payment),
        EventKind::EntryDispositionOffset => {
            settled(Mechanism::Bilateral, event.payment);
            return settled(Mechanism::Bilateral, reader.u32());
        }
        EventKind::LsmBilateralOffset => Mechanism::Bilateral,
        EventKind::LsmCycleSettlement => Mechanism::Cycle,
        EventKind::LsmMultilateralSettlement => Mechanism::Multilateral,
        _ => return,
    };
    let _agents = reader.u32_list();
    reader.u32_list().into_iter().for_each(|payment| settled(mechanism, payment));
}

impl Orchestrator {
    /// What the run leaves behind so far.
    pub fn record(&self) -> Record<'_> {
        Record {
            config: self.config(),
            agent_ids: self.agent_ids(),
            opening_allocations: self.opening_allocations(),
            log: self.log(),
        }
    }

    /// Counts and sums of the run so far, and where the banks stand: as the record tells, without reading it.
    pub fn totals(&self) -> Totals {
        let agents = self.state().agents.iter().map(|agent| AgentTotals {
            balance: agent.balance,
            queue1_count: agent.queue1.len(),
            queue2_count: agent.queued_count as usize - agent.queue1.len(),
            costs: agent.costs_of_run,
        });
        Totals { counts: self.tally().of_run, agents: agents.collect() }
    }

    /// The balances at the end of the run so far.
    pub fn balances(&self) -> Vec<Cents> {
        self.state().agents.iter().map(|agent| agent.balance).collect()
    }
}
