//! What is told of every tick.

use super::{Cells, QueueRows, Table, codes};
use crate::costs::{COLLATERAL, Costs, DEADLINE_PENALTY, DELAY, EOD_PENALTY, LIQUIDITY, SPLIT_FRICTION};
use crate::event::EventKind;
use crate::log::EventRef;
use crate::money::Cents;
use crate::replay::{AgentReplay, Replay};

/// The names of a cost, of the run so far and of the tick alone, and how it is told from those of all categories.
type Cost = (&'static str, &'static str, fn(&Costs) -> Cents);

const COSTS: [Cost; 5] = [
    ("liquidity_cost", "liquidity_cost_delta", |costs| costs[LIQUIDITY]),
    ("delay_cost", "delay_cost_delta", |costs| costs[DELAY]),
    ("collateral_cost", "collateral_cost_delta", |costs| costs[COLLATERAL]),
    ("penalty_cost", "penalty_cost_delta", |costs| costs[DEADLINE_PENALTY].wrapping_add(costs[EOD_PENALTY])),
    ("split_friction_cost", "split_friction_cost_delta", |costs| costs[SPLIT_FRICTION]),
];

/// The ticks since they were taken last.
#[derive(Debug)]
pub struct Ticks {
    /// Whoever may be in a bank's own queue: payments by number.
    waiting: Vec<u32>,
    /// The banks at the end of the last tick.
    before: Vec<AgentReplay>,
    of_banks: Vec<(u32, Vec<BankRow>)>,
    of_queues: Vec<i64>,
    queues: QueueRows,
}

/// A bank at the end of a tick.
#[derive(Debug)]
struct BankRow {
    balance: Cents,
    balance_change: Cents,
    unsecured_cap: Cents,
    posted_collateral: Cents,
    costs: Costs,
    costs_before: Costs,
}

impl Ticks {
    /// Before the first event.
    pub fn new(replay: &Replay) -> Self {
        Self {
            waiting: Vec::new(),
            before: replay.agents.clone(),
            of_banks: Vec::new(),
            of_queues: Vec::new(),
            queues: QueueRows::default(),
        }
    }

    /// An event has happened.
    pub fn note(&mut self, event: &EventRef<'_>) {
        if matches!(event.kind, EventKind::Arrival | EventKind::RtgsWithdrawal) {
            self.waiting.push(event.payment);
        }
    }

    /// A tick is over.
    pub fn end_tick(&mut self, tick: u32, replay: &Replay) {
        let rows = replay.agents.iter().zip(&self.before).map(|(agent, before)| BankRow {
            balance: agent.balance,
            balance_change: agent.balance.wrapping_sub(before.balance),
            unsecured_cap: agent.unsecured_cap(),
            posted_collateral: agent.posted_collateral,
            costs: agent.costs,
            costs_before: before.costs,
        });
        self.of_banks.push((tick, rows.collect()));
        self.before.clone_from(&replay.agents);

        let in_queue1 = |payment: &u32| replay.payment(*payment).is_some_and(|payment| payment.is_in_queue1());
        self.waiting.retain(in_queue1);
        self.waiting.sort_unstable();
        self.waiting.dedup();
        let mut by_bank: Vec<_> = self.waiting.iter().filter_map(|payment| replay.payment(*payment)).collect();
        by_bank.sort_by_key(|payment| payment.sender);
        let before = self.queues.positions.len();
        self.queues.push_queue1(by_bank.into_iter());
        self.queues.push_queue2(replay.queue2_slots().into_iter().map(|slot| &replay.payments[slot]));
        self.of_queues.extend(std::iter::repeat_n(i64::from(tick), self.queues.positions.len() - before));
    }

    /// The banks at the end of each tick, and who was in which queue then.
    pub fn take(&mut self, agent_ids: &[String]) -> (Table, Table) {
        let ticks = std::mem::take(&mut self.of_banks);
        let rows = || ticks.iter().flat_map(|(_, rows)| rows);
        let column = |value: &dyn Fn(&BankRow) -> Cents| Cells::Integers(rows().map(value).collect());
        let banks = ticks.iter().flat_map(|(_, rows)| 0..rows.len() as i32);
        let mut of_banks: Table = vec![
            ("tick", Cells::Integers(ticks.iter().flat_map(|(tick, rows)| rows.iter().map(|_| i64::from(*tick))).collect())),
            ("agent_id", codes(banks, agent_ids)),
            ("balance", column(&|row| row.balance)),
            ("balance_change", column(&|row| row.balance_change)),
            ("unsecured_cap", column(&|row| row.unsecured_cap)),
            ("posted_collateral", column(&|row| row.posted_collateral)),
        ];
        for (name, delta, cost) in COSTS {
            of_banks.push((name, column(&|row| cost(&row.costs))));
            of_banks.push((delta, column(&|row| cost(&row.costs).wrapping_sub(cost(&row.costs_before)))));
        }
        let mut of_queues = vec![("tick", Cells::Integers(std::mem::take(&mut self.of_queues)))];
        of_queues.extend(std::mem::take(&mut self.queues).table("tx_id", agent_ids));
        (of_banks, of_queues)
    }
}
