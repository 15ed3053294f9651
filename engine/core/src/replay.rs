//! A second reading of a run: everything told from the log and the opening balances, without the engine that wrote it.

use crate::costs::COST_NAMES;
use crate::event::{EventKind, PayloadReader};
use crate::log::{EventRef, NONE};
use crate::money::Cents;
use crate::transaction::{MECHANISMS, Mechanism};

/// What the log tells about a run up to some event.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The banks, by number.
    pub agents: Vec<AgentReplay>,
    /// The payments, by number.
    pub payments: Vec<PaymentReplay>,
    /// The central queue, in order; `None` where a payment has left it.
    queue2: Vec<Option<u32>>,
    /// Counts and sums since they were last cleared.
    pub of_tick: TickReplay,
    /// Queued payments past their deadline.
    pub overdue_count: i64,
}

/// A bank, as the log tells it.
#[derive(Debug, Clone, Default)]
pub struct AgentReplay {
    /// Cents.
    pub balance: Cents,
    /// How far below zero the balance may go.
    pub credit_limit: Cents,
    /// Payments in its own queue.
    pub queue1_count: i64,
    /// Cents in its own queue.
    pub queue1_value: Cents,
    /// Payments in the central queue.
    pub queue2_count: i64,
    /// Cents in the central queue.
    pub queue2_value: Cents,
    /// Costs since they were last cleared, by category.
    pub costs: [Cents; COST_NAMES.len()],
}

/// A payment, as the log tells it; -1 for "not (yet)".
#[derive(Debug, Clone, Copy)]
pub struct PaymentReplay {
    /// The paying bank.
    pub sender: i32,
    /// The bank that is paid.
    pub receiver: i32,
    /// Cents.
    pub amount: Cents,
    /// When it arrived.
    pub arrival_tick: i32,
    /// The last tick in which it is on time.
    pub deadline_tick: i32,
    /// 0 to 10, on arrival.
    pub priority: i32,
    /// The payment that it is a part of.
    pub parent: i32,
    /// When it left its sender's own queue.
    pub submitted_tick: i32,
    /// When it entered the central queue.
    pub queued_tick: i32,
    /// When it settled.
    pub settled_tick: i32,
    /// How it settled.
    pub mechanism: i32,
    /// When it became overdue.
    pub overdue_tick: i32,
    /// When its sender's policy cancelled it.
    pub dropped_tick: i32,
    /// The place in the log of the event that settled it.
    pub settled_by: i32,
    queue2_place: u32,
}

/// Counts and sums over some events.
#[derive(Debug, Clone, Copy, Default)]
pub struct TickReplay {
    /// Payments that arrived.
    pub arrived_count: i64,
    /// Cents that arrived.
    pub arrived_value: Cents,
    /// Payments that settled, by mechanism.
    pub settled_count: [i64; MECHANISMS.len()],
    /// Cents that settled, by mechanism.
    pub settled_value: [Cents; MECHANISMS.len()],
}

impl Replay {
    /// Before the first event: each bank's opening balance and credit limit.
    pub fn new(opening: impl Iterator<Item = (Cents, Cents)>) -> Self {
        let agents = opening.map(|(balance, credit_limit)| AgentReplay { balance, credit_limit, ..AgentReplay::default() });
        Self {
            agents: agents.collect(),
            payments: Vec::new(),
            queue2: Vec::new(),
            of_tick: TickReplay::default(),
            overdue_count: 0,
        }
    }

    /// The central queue, in order.
    pub fn queue2(&self) -> impl Iterator<Item = u32> + '_ {
        self.queue2.iter().copied().flatten()
    }

    /// Begin to count anew: sums of a tick and costs.
    pub fn clear_sums(&mut self) {
        self.of_tick = TickReplay::default();
        for agent in &mut self.agents {
            agent.costs = Default::default();
        }
    }

    /// Take in the next event.
    pub fn apply(&mut self, event: &EventRef<'_>) {
        let tick = event.tick as i32;
        match event.kind {
            EventKind::Arrival => self.arrive(event),
            EventKind::RtgsSubmission => {
                let payment = &mut self.payments[event.payment as usize];
                payment.submitted_tick = tick;
                let agent = &mut self.agents[event.agent as usize];
                agent.queue1_count -= 1;
                agent.queue1_value -= payment.amount;
            }
            EventKind::QueuedRtgs => {
                let payment = &mut self.payments[event.payment as usize];
                payment.queued_tick = tick;
                payment.queue2_place = self.queue2.len() as u32;
                self.queue2.push(Some(event.payment));
                let agent = &mut self.agents[event.agent as usize];
                agent.queue2_count += 1;
                agent.queue2_value += payment.amount;
            }
            EventKind::RtgsImmediateSettlement => self.settle_gross(event, Mechanism::Gross),
            EventKind::Queue2LiquidityRelease => self.settle_gross(event, Mechanism::Queue),
            EventKind::LsmBilateralOffset => {
                let mut reader = event.reader();
                let agents: Vec<u32> = numbers(&mut reader);
                let payments: Vec<u32> = numbers(&mut reader);
                let (amount_a, amount_b) = (reader.i64(), reader.i64());
                self.agents[agents[0] as usize].balance += amount_b - amount_a;
                self.agents[agents[1] as usize].balance += amount_a - amount_b;
                self.settle_all(event, &payments, Mechanism::Bilateral);
            }
            EventKind::LsmCycleSettlement => {
                let mut reader = event.reader();
                let agents: Vec<u32> = numbers(&mut reader);
                let payments: Vec<u32> = numbers(&mut reader);
                for _ in 0..reader.u32() {
                    reader.i64();
                }
                for place in 0..reader.u32() {
                    self.agents[agents[place as usize] as usize].balance += reader.i64();
                }
                self.settle_all(event, &payments, Mechanism::Cycle);
            }
            EventKind::CostAccrual => {
                let charged = event.reader().costs();
                for (sum, cost) in self.agents[event.agent as usize].costs.iter_mut().zip(charged) {
                    *sum += cost;
                }
            }
            EventKind::TransactionWentOverdue => {
                self.payments[event.payment as usize].overdue_tick = tick;
                self.overdue_count += 1;
            }
            EventKind::ScenarioEventExecuted => {
                let mut reader = event.reader();
                if reader.u8() == 0 {
                    let (from, to, amount) = (reader.u32(), reader.u32(), reader.i64());
                    self.agents[from as usize].balance -= amount;
                    self.agents[to as usize].balance += amount;
                }
            }
            EventKind::PolicySubmit
            | EventKind::PolicyHold
            | EventKind::OverdueTransactionSettled
            | EventKind::BilateralLimitExceeded
            | EventKind::MultilateralLimitExceeded
            | EventKind::LsmCycleSearchBounded
            | EventKind::EndOfDay => {}
        }
    }

    fn arrive(&mut self, event: &EventRef<'_>) {
        let mut reader = event.reader();
        self.payments.push(PaymentReplay {
            sender: event.agent as i32,
            receiver: event.peer as i32,
            amount: event.amount,
            arrival_tick: event.tick as i32,
            deadline_tick: reader.u32() as i32,
            priority: i32::from(reader.u8()),
            parent: -1,
            submitted_tick: -1,
            queued_tick: -1,
            settled_tick: -1,
            mechanism: -1,
            overdue_tick: -1,
            dropped_tick: -1,
            settled_by: -1,
            queue2_place: NONE,
        });
        let agent = &mut self.agents[event.agent as usize];
        agent.queue1_count += 1;
        agent.queue1_value += event.amount;
        self.of_tick.arrived_count += 1;
        self.of_tick.arrived_value += event.amount;
    }

    fn settle_gross(&mut self, event: &EventRef<'_>, mechanism: Mechanism) {
        self.agents[event.agent as usize].balance -= event.amount;
        self.agents[event.peer as usize].balance += event.amount;
        self.settle(event, event.payment, mechanism);
    }

    fn settle_all(&mut self, event: &EventRef<'_>, payments: &[u32], mechanism: Mechanism) {
        for payment in payments {
            self.settle(event, *payment, mechanism);
        }
    }

    fn settle(&mut self, event: &EventRef<'_>, index: u32, mechanism: Mechanism) {
        let payment = &mut self.payments[index as usize];
        payment.settled_tick = event.tick as i32;
        payment.mechanism = mechanism as i32;
        payment.settled_by = event.sequence as i32;
        self.of_tick.settled_count[mechanism as usize] += 1;
        self.of_tick.settled_value[mechanism as usize] += payment.amount;
        self.overdue_count -= i64::from(payment.overdue_tick >= 0);
        if payment.queue2_place != NONE {
            self.queue2[payment.queue2_place as usize] = None;
            let agent = &mut self.agents[payment.sender as usize];
            agent.queue2_count -= 1;
            agent.queue2_value -= payment.amount;
        }
    }
}

fn numbers(reader: &mut PayloadReader<'_>) -> Vec<u32> {
    (0..reader.u32()).map(|_| reader.u32()).collect()
}
