//! A second reading of a run: everything told from the log and the opening balances, without the engine that wrote it.

use crate::config::{AgentConfig, Config};
use crate::control::CONTROL_SUBMIT;
use crate::costs::COST_NAMES;
use crate::event::EventKind;
use crate::log::{EventRef, NONE, Numbering};
use crate::money::Cents;
use crate::money::Rate;
use crate::tally::Counts;
use crate::transaction::Mechanism;

/// Payments that may come before it is worth while to forget those that are finished. In tests it nearly always is.
const ROOM: usize = if cfg!(debug_assertions) { 4 } else { 1 << 12 };

/// What the log tells about a run up to some event.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The banks, by number.
    pub agents: Vec<AgentReplay>,
    /// The payments, by number; after `forget_finished`, those that are left, in order.
    pub payments: Vec<PaymentReplay>,
    numbering: Numbering,
    /// How many were left when finished ones were last forgotten.
    left: usize,
    /// The central queue, in order; `None` where a payment has left it.
    queue2: Vec<Option<u32>>,
    /// Payments that are not parts.
    originals: i32,
    deferred: bool,
    by_priority: bool,
    /// Counts and sums since they were last cleared.
    pub of_tick: Counts,
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
    /// Collateral posted.
    pub posted_collateral: Cents,
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
    /// What it has from its pool.
    pub allocated: Cents,
    /// Its day so far.
    pub day: DayReplay,
    unsecured_cap: Cents,
    haircut: Rate,
}

/// A bank's day, sampled after every change.
#[derive(Debug, Clone, Default)]
pub struct DayReplay {
    /// The balance before anything happened, a pool's allocation too.
    pub opening_balance: Cents,
    /// The smallest balance, the opening one included, before a pool's return.
    pub min_balance: Cents,
    /// The largest balance, the opening one included, before a pool's return.
    pub max_balance: Cents,
    /// How far the balance fell below where it was after a pool's allocation.
    pub liquidity_used: Cents,
    /// What was given back to the pool.
    pub returned: Cents,
    /// Collateral posted before anything happened.
    pub opening_collateral: Cents,
    /// The most collateral that was posted.
    pub peak_collateral: Cents,
    /// How often its policy posted collateral.
    pub posts: i64,
    /// How often its policy or a timer withdrew some.
    pub withdrawals: i64,
    /// The most payments in its own queue, at the day's beginning and at ends of ticks.
    pub queue1_peak: i64,
    /// The most of its payments in the central queue, at the day's beginning and at ends of ticks.
    pub queue2_peak: i64,
    /// Payments that arrived, parts not counted.
    pub arrivals: i64,
    /// Payments that arrived, on whatever day, and are settled now, parts and all.
    pub settled: i64,
    /// Payments that its policy cancelled.
    pub dropped: i64,
    /// Payments of it that settled, each part by itself.
    pub sent: i64,
    /// Cents that it paid with them.
    pub sent_value: Cents,
    /// Payments to it that settled.
    pub received: i64,
    /// Cents that they brought.
    pub received_value: Cents,
    /// Costs, by category.
    pub costs: [Cents; COST_NAMES.len()],
    /// The balance after a pool's allocation.
    start_balance: Cents,
}

impl AgentReplay {
    /// Credit that needs no collateral.
    pub fn unsecured_cap(&self) -> Cents {
        self.unsecured_cap
    }

    /// Cents below zero.
    pub fn overdraft(&self) -> i128 {
        -i128::from(self.balance.min(0))
    }

    fn begin_day(&mut self) {
        self.day = DayReplay {
            opening_balance: self.balance,
            min_balance: self.balance,
            max_balance: self.balance,
            start_balance: self.balance,
            opening_collateral: self.posted_collateral,
            peak_collateral: self.posted_collateral,
            queue1_peak: self.queue1_count,
            queue2_peak: self.queue2_count,
            ..DayReplay::default()
        };
    }

    fn pay(&mut self, amount: Cents) {
        self.balance = self.balance.wrapping_add(amount);
        let day = &mut self.day;
        day.min_balance = day.min_balance.min(self.balance);
        day.max_balance = day.max_balance.max(self.balance);
        day.liquidity_used = day.liquidity_used.max(day.start_balance.wrapping_sub(self.balance));
    }

    fn set_collateral(&mut self, posted: Cents) {
        self.day.peak_collateral = self.day.peak_collateral.max(posted);
        self.posted_collateral = posted;
        self.credit_limit = self.unsecured_cap.wrapping_add(self.haircut.leaves_of(posted));
    }
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
    /// What it is now.
    pub priority_now: u8,
    /// The payment that it is a part of.
    pub parent: i32,
    /// Its place among the payments that are not parts, from 1; of a part, that of its whole.
    pub number: i32,
    /// Of a part: its place among the parts, from 1; else 0.
    pub part: i32,
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
    /// When it came to its sender's own queue for the first time: of a part, when its whole was split.
    pub waits_from: i32,
    /// When it was last submitted for settlement, whether it was withdrawn again or not.
    pub submission_tick: i32,
    /// The ticks in which it left the central queue, less those in which it entered it.
    pub queue2_ticks: i32,
    /// Cents that are not paid.
    remaining: Cents,
    parts: i32,
    queue2_place: u32,
    /// What its sender declared when it was last submitted: its place in `event::RTGS_PRIORITIES`.
    pub rtgs_priority: u8,
    /// What its sender declared after withdrawing it, if it did.
    pub resubmitted_as: Option<u8>,
    /// Whether its sender may split it.
    pub is_divisible: bool,
    /// Whether it, or a part of it, has settled by netting.
    netted: bool,
}

impl PaymentReplay {
    /// Whether its parts stand in its place.
    pub fn is_split(&self) -> bool {
        self.parts > 0
    }

    /// When it left the queues for good: it settled, was cancelled, or its parts took its place.
    pub fn waited_to(&self) -> Option<i64> {
        if self.is_split() { Some(self.submitted_tick.into()) } else { self.finished_tick() }
    }

    /// When it settled or was cancelled.
    pub fn finished_tick(&self) -> Option<i64> {
        let tick = self.settled_tick.max(self.dropped_tick);
        (tick >= 0).then_some(tick.into())
    }

    /// Cents of it that are paid.
    pub fn amount_settled(&self) -> Cents {
        if self.settled_tick >= 0 { self.amount } else { self.amount.wrapping_sub(self.remaining) }
    }

    /// Cents of it that are not paid.
    pub fn remaining(&self) -> Cents {
        self.remaining
    }

    /// How many parts it was split into.
    pub fn parts(&self) -> i32 {
        self.parts
    }

    /// Whether it waits in a queue.
    pub fn is_queued(&self) -> bool {
        self.is_in_queue1() || self.is_in_queue2()
    }

    /// Whether it waits in the central queue.
    pub fn is_in_queue2(&self) -> bool {
        self.queue2_place != NONE
    }

    /// Whether it waits in its sender's own queue.
    pub fn is_in_queue1(&self) -> bool {
        self.submitted_tick < 0 && self.is_open()
    }

    fn is_open(&self) -> bool {
        self.settled_tick < 0 && self.dropped_tick < 0
    }
}

impl Replay {
    /// Before the first event. `agents` are in ascending order of ids; `allocated` is what each has from its pool.
    pub fn new<'a>(agents: impl Iterator<Item = (&'a AgentConfig, Cents)>) -> Self {
        let agents = agents.map(|(config, allocated)| {
            let mut agent = AgentReplay {
                balance: config.opening_balance + allocated,
                allocated,
                unsecured_cap: config.unsecured_cap,
                haircut: config.collateral_haircut,
                ..AgentReplay::default()
            };
            agent.set_collateral(config.posted_collateral);
            agent.begin_day();
            agent
        });
        Self {
            agents: agents.collect(),
            payments: Vec::new(),
            numbering: Numbering::default(),
            left: 0,
            queue2: Vec::new(),
            originals: 0,
            deferred: false,
            by_priority: false,
            of_tick: Counts::default(),
            overdue_count: 0,
        }
    }

    /// Read the log of a run with these rules: credits may count only when the log says that they are applied, and the central queue may be
    /// served by declared priority.
    pub fn with_rules(mut self, config: &Config) -> Self {
        self.deferred = config.deferred_crediting;
        self.by_priority = config.priority_mode;
        self
    }

    /// The central queue, in order.
    pub fn queue2(&self) -> Vec<u32> {
        let mut queue: Vec<u32> = self.queue2.iter().copied().flatten().collect();
        if self.by_priority {
            queue.sort_by_key(|payment| self.slot(*payment).map(|slot| self.payments[slot].rtgs_priority));
        }
        queue
    }

    /// Begin to count anew: sums of a tick and costs.
    pub fn clear_sums(&mut self) {
        self.of_tick = Counts::default();
        for agent in &mut self.agents {
            agent.costs = Default::default();
        }
    }

    /// Begin to sample a day anew.
    pub fn begin_day(&mut self) {
        self.agents.iter_mut().for_each(AgentReplay::begin_day);
    }

    /// Sample the queues at the end of a tick.
    pub fn end_tick(&mut self) {
        for agent in &mut self.agents {
            agent.day.queue1_peak = agent.day.queue1_peak.max(agent.queue1_count);
            agent.day.queue2_peak = agent.day.queue2_peak.max(agent.queue2_count);
        }
    }

    /// Take in the next event.
    pub fn apply(&mut self, event: &EventRef<'_>) {
        match event.kind {
            EventKind::Arrival => self.arrive(event),
            EventKind::RtgsSubmission
            | EventKind::RtgsResubmission
            | EventKind::PolicyDrop
            | EventKind::PolicySplit
            | EventKind::QueuedRtgs
            | EventKind::RtgsWithdrawal
            | EventKind::TransactionReprioritized
            | EventKind::PriorityEscalated
            | EventKind::TransactionWentOverdue => {
                if let Some(slot) = self.slot(event.payment) {
                    self.move_payment(event, slot);
                }
            }
            EventKind::RtgsImmediateSettlement => self.settle_gross(event, Mechanism::Gross),
            EventKind::Queue2LiquidityRelease => self.settle_gross(event, Mechanism::Queue),
            EventKind::LsmBilateralOffset => {
                let mut reader = event.reader();
                let agents = reader.u32_list();
                let payments = reader.u32_list();
                let (amount_a, amount_b) = (reader.i64(), reader.i64());
                self.post_nets(&agents, &[amount_b.wrapping_sub(amount_a), amount_a.wrapping_sub(amount_b)]);
                self.net_all(event, &payments, Mechanism::Bilateral);
            }
            EventKind::EntryDispositionOffset => {
                let mut reader = event.reader();
                let queued = reader.u32();
                let agents = reader.u32_list();
                let (incoming, back) = (reader.i64(), reader.i64());
                self.post_nets(&agents, &[back.wrapping_sub(incoming), incoming.wrapping_sub(back)]);
                self.net_all(event, &[event.payment, queued], Mechanism::Bilateral);
            }
            EventKind::LsmCycleSettlement => {
                let mut reader = event.reader();
                let agents = reader.u32_list();
                let payments = reader.u32_list();
                let _amounts = reader.i64_list();
                self.post_nets(&agents, &reader.i64_list());
                self.net_all(event, &payments, Mechanism::Cycle);
            }
            EventKind::LsmMultilateralSettlement => {
                let mut reader = event.reader();
                let agents = reader.u32_list();
                let payments = reader.u32_list();
                self.post_nets(&agents, &reader.i64_list());
                self.net_all(event, &payments, Mechanism::Multilateral);
            }
            EventKind::DeferredCreditApplied => self.pay(event.agent, event.amount),
            EventKind::LiquidityAllocation => {
                self.pay(event.agent, event.amount);
                let agent = &mut self.agents[event.agent as usize];
                agent.allocated = event.amount;
                agent.day.start_balance = agent.balance;
            }
            EventKind::LiquidityReturn => {
                let agent = &mut self.agents[event.agent as usize];
                agent.balance = agent.balance.wrapping_sub(event.amount);
                agent.allocated = agent.allocated.wrapping_sub(event.amount);
                agent.day.returned = agent.day.returned.wrapping_add(event.amount);
            }
            EventKind::CollateralPost | EventKind::CollateralWithdraw => {
                let mut reader = event.reader();
                reader.u8();
                let agent = &mut self.agents[event.agent as usize];
                agent.day.posts += i64::from(event.kind == EventKind::CollateralPost);
                agent.day.withdrawals += i64::from(event.kind == EventKind::CollateralWithdraw);
                agent.set_collateral(reader.i64());
            }
            EventKind::CollateralTimerWithdrawn => {
                let agent = &mut self.agents[event.agent as usize];
                agent.day.withdrawals += 1;
                agent.set_collateral(agent.posted_collateral.wrapping_sub(event.amount));
            }
            EventKind::CostAccrual => {
                let agent = &mut self.agents[event.agent as usize];
                let sums = agent.costs.iter_mut().zip(&mut agent.day.costs);
                for ((sum, of_day), cost) in sums.zip(event.reader().costs()) {
                    *sum = sum.wrapping_add(cost);
                    *of_day = of_day.wrapping_add(cost);
                    self.of_tick.cost += i128::from(cost);
                }
            }
            EventKind::ScenarioEventExecuted => {
                let mut reader = event.reader();
                match reader.u8() {
                    0 => {
                        let (from, to, amount) = (reader.u32(), reader.u32(), reader.i64());
                        self.pay(from, amount.wrapping_neg());
                        self.pay(to, amount);
                    }
                    1 => self.of_tick.generated_arrivals = self.of_tick.generated_arrivals.saturating_sub(1),
                    3 => {
                        let (agent, _delta, total) = (reader.u32(), reader.i64(), reader.i64());
                        self.agents[agent as usize].set_collateral(total);
                    }
                    _ => {}
                }
            }
            EventKind::ControlExecuted => {
                if event.reader().u8() == CONTROL_SUBMIT {
                    self.of_tick.generated_arrivals = self.of_tick.generated_arrivals.saturating_sub(1);
                }
            }
            EventKind::PolicySubmit
            | EventKind::PolicyHold
            | EventKind::PolicyError
            | EventKind::OverdueTransactionSettled
            | EventKind::BilateralLimitExceeded
            | EventKind::MultilateralLimitExceeded
            | EventKind::LsmCycleSearchBounded
            | EventKind::AlgorithmExecution
            | EventKind::CollateralTimerBlocked
            | EventKind::BankBudgetSet
            | EventKind::StateRegisterSet
            | EventKind::EndOfDay => {}
        }
    }

    /// Where a payment stands among `payments`. None if it was finished and forgotten: what a log that was tampered with tells of it
    /// after that is passed over.
    fn slot(&self, payment: u32) -> Option<usize> {
        self.numbering.slot(payment).map(|slot| slot as usize)
    }

    /// Forget the payments that have settled or were cancelled, so that what is held does not grow with the length of the run.
    pub fn forget_finished(&mut self) {
        let slots = self.payments.len() as u32;
        let is_open = |slot: &u32| self.payments[*slot as usize].is_open();
        self.numbering.keep((0..slots).filter(is_open), slots);
        self.payments.retain(PaymentReplay::is_open);
        self.queue2.retain(Option::is_some);
        for (payment, place) in self.queue2.iter().zip(0..) {
            let slot = payment.and_then(|payment| self.numbering.slot(payment));
            if let Some(payment) = slot.and_then(|slot| self.payments.get_mut(slot as usize)) {
                payment.queue2_place = place;
            }
        }
    }

    /// The same as soon as at least as many have come as were left the last time, so that it costs each payment a constant.
    pub fn forget_finished_if_many(&mut self) {
        if self.payments.len() >= 2 * self.left + ROOM {
            self.forget_finished();
            self.left = self.payments.len();
        }
    }

    /// A payment, if it was not forgotten.
    pub fn payment(&self, number: u32) -> Option<&PaymentReplay> {
        self.payments.get(self.slot(number)?)
    }

    /// The central queue, in order: where its payments stand among `payments`.
    pub fn queue2_slots(&self) -> Vec<usize> {
        self.queue2().into_iter().filter_map(|payment| self.slot(payment)).collect()
    }

    /// A payment goes from one place to another, or becomes late.
    fn move_payment(&mut self, event: &EventRef<'_>, slot: usize) {
        let tick = event.tick as i32;
        let payment = &mut self.payments[slot];
        match event.kind {
            EventKind::RtgsSubmission => {
                payment.submitted_tick = tick;
                payment.submission_tick = tick;
                let mut reader = event.reader();
                payment.priority_now = reader.u8();
                payment.rtgs_priority = reader.u8();
                self.leave_queue1(slot);
            }
            EventKind::TransactionReprioritized | EventKind::PriorityEscalated => {
                let mut reader = event.reader();
                reader.u8();
                payment.priority_now = reader.u8();
            }
            EventKind::RtgsResubmission => {
                let mut reader = event.reader();
                reader.u8();
                payment.resubmitted_as = Some(reader.u8());
            }
            EventKind::PolicyDrop => {
                payment.dropped_tick = tick;
                self.of_tick.dropped += 1;
                self.agents[event.agent as usize].day.dropped += 1;
                self.overdue_count -= i64::from(payment.overdue_tick >= 0);
                self.leave_queue1(slot);
            }
            EventKind::PolicySplit => {
                payment.submitted_tick = tick;
                // Its parts are overdue as it was; from now on they are counted, one by one.
                self.overdue_count -= i64::from(payment.overdue_tick >= 0);
                self.leave_queue1(slot);
            }
            EventKind::QueuedRtgs => {
                payment.queued_tick = tick;
                payment.queue2_ticks -= tick;
                payment.queue2_place = self.queue2.len() as u32;
                self.queue2.push(Some(event.payment));
                let agent = &mut self.agents[event.agent as usize];
                agent.queue2_count += 1;
                agent.queue2_value = agent.queue2_value.wrapping_add(payment.amount);
            }
            EventKind::RtgsWithdrawal => {
                self.leave_queue2(slot, tick);
                let payment = &mut self.payments[slot];
                payment.submitted_tick = -1;
                payment.queued_tick = -1;
                self.join_queue1(slot);
            }
            _ => {
                payment.overdue_tick = tick;
                self.overdue_count += 1;
            }
        }
    }

    fn arrive(&mut self, event: &EventRef<'_>) {
        let mut reader = event.reader();
        let (deadline, priority, divisible, parent) = (reader.u32(), reader.u8(), reader.u8(), reader.u32());
        let whole = self.slot(parent).and_then(|slot| self.payments.get_mut(slot)).map(|whole| {
            whole.parts += 1;
            *whole
        });
        self.originals += i32::from(whole.is_none());
        self.payments.push(PaymentReplay {
            sender: event.agent as i32,
            receiver: event.peer as i32,
            amount: event.amount,
            arrival_tick: whole.map_or(event.tick as i32, |whole| whole.arrival_tick),
            deadline_tick: deadline as i32,
            priority: i32::from(priority),
            priority_now: priority,
            parent: if parent == NONE { -1 } else { parent as i32 },
            number: whole.map_or(self.originals, |whole| whole.number),
            part: whole.map_or(0, |whole| whole.parts),
            submitted_tick: -1,
            queued_tick: -1,
            settled_tick: -1,
            mechanism: -1,
            overdue_tick: whole.map_or(-1, |whole| whole.overdue_tick),
            dropped_tick: -1,
            settled_by: -1,
            waits_from: event.tick as i32,
            submission_tick: -1,
            queue2_ticks: 0,
            remaining: event.amount,
            parts: 0,
            queue2_place: NONE,
            rtgs_priority: 0,
            resubmitted_as: None,
            is_divisible: divisible != 0,
            netted: false,
        });
        self.join_queue1(self.payments.len() - 1);
        match whole {
            None => {
                self.of_tick.arrivals += 1;
                self.agents[event.agent as usize].day.arrivals += 1;
                self.of_tick.generated_arrivals += 1;
                self.of_tick.arrived_value += i128::from(event.amount);
            }
            Some(whole) => self.overdue_count += i64::from(whole.overdue_tick >= 0),
        }
    }

    fn join_queue1(&mut self, slot: usize) {
        let payment = &self.payments[slot];
        let agent = &mut self.agents[payment.sender as usize];
        agent.queue1_count += 1;
        agent.queue1_value = agent.queue1_value.wrapping_add(payment.amount);
    }

    fn leave_queue1(&mut self, slot: usize) {
        let payment = &self.payments[slot];
        let agent = &mut self.agents[payment.sender as usize];
        agent.queue1_count -= 1;
        agent.queue1_value = agent.queue1_value.wrapping_sub(payment.amount);
    }

    fn leave_queue2(&mut self, slot: usize, tick: i32) {
        let payment = &mut self.payments[slot];
        let place = std::mem::replace(&mut payment.queue2_place, NONE);
        if place != NONE {
            payment.queue2_ticks += tick;
            self.queue2[place as usize] = None;
            let agent = &mut self.agents[payment.sender as usize];
            agent.queue2_count -= 1;
            agent.queue2_value = agent.queue2_value.wrapping_sub(payment.amount);
        }
    }

    /// Money moves. A log that was tampered with may tell of more than there is: its sums are wrong then, and nothing fails.
    fn pay(&mut self, agent: u32, amount: Cents) {
        self.agents[agent as usize].pay(amount);
    }

    fn credit(&mut self, agent: u32, amount: Cents) {
        if !self.deferred {
            self.pay(agent, amount);
        }
    }

    fn post_nets(&mut self, agents: &[u32], nets: &[Cents]) {
        for (agent, net) in agents.iter().zip(nets) {
            if *net < 0 {
                self.pay(*agent, *net);
            } else {
                self.credit(*agent, *net);
            }
        }
    }

    fn settle_gross(&mut self, event: &EventRef<'_>, mechanism: Mechanism) {
        self.pay(event.agent, event.amount.wrapping_neg());
        if event.payment == NONE {
            // A settlement that the scenario scheduled: money, but no payment.
            self.pay(event.peer, event.amount);
        } else {
            self.credit(event.peer, event.amount);
            self.settle(event, event.payment, mechanism);
        }
    }

    fn net_all(&mut self, event: &EventRef<'_>, payments: &[u32], mechanism: Mechanism) {
        self.of_tick.lsm_operations += 1;
        for payment in payments {
            self.settle(event, *payment, mechanism);
        }
    }

    fn settle(&mut self, event: &EventRef<'_>, payment: u32, mechanism: Mechanism) {
        let Some(slot) = self.slot(payment) else { return };
        self.leave_queue2(slot, event.tick as i32);
        let payment = &mut self.payments[slot];
        let (amount, parent) = (payment.amount, payment.parent);
        let (sender, receiver) = (payment.sender as usize, payment.receiver as usize);
        self.of_tick.settled[mechanism as usize] += 1;
        self.of_tick.settled_value[mechanism as usize] += i128::from(amount);
        self.overdue_count -= i64::from(payment.overdue_tick >= 0);
        payment.mark_settled(event, mechanism);
        let original = u32::try_from(parent).ok().and_then(|parent| self.slot(parent)).unwrap_or(slot);
        let whole = &mut self.payments[original];
        whole.remaining = whole.remaining.wrapping_sub(amount);
        if mechanism >= Mechanism::Bilateral && !whole.netted {
            whole.netted = true;
            self.of_tick.netted_originals += 1;
        }
        if whole.remaining == 0 {
            whole.mark_settled(event, mechanism);
            self.of_tick.settled_originals += 1;
            self.agents[sender].day.settled += 1;
        }
        let paid = &mut self.agents[sender].day;
        paid.sent += 1;
        paid.sent_value = paid.sent_value.wrapping_add(amount);
        let got = &mut self.agents[receiver].day;
        got.received += 1;
        got.received_value = got.received_value.wrapping_add(amount);
    }

    /// The payments in a bank's own queue, in order of arrival.
    pub fn queue1(&self, agent: u32) -> impl Iterator<Item = u32> + '_ {
        let is_there = move |payment: &PaymentReplay| payment.sender == agent as i32 && payment.is_in_queue1();
        let slots = (0..).zip(&self.payments).filter(move |(_, payment)| is_there(payment));
        slots.map(|(slot, _)| self.numbering.number(slot))
    }
}

impl PaymentReplay {
    fn mark_settled(&mut self, event: &EventRef<'_>, mechanism: Mechanism) {
        self.settled_tick = event.tick as i32;
        self.mechanism = mechanism as i32;
        self.settled_by = event.sequence as i32;
    }
}
