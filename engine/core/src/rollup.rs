//! What is told once a day of payments, banks and queues: folded from the events of the day, with what was left open before.
//!
//! It is made for storage: a table is columns of numbers and texts, and what is held does not grow with the length of the run.

mod ticks;

use crate::config::Config;
use crate::costs::CostRates;
use crate::error::ConfigError;
use crate::event::EventKind;
use crate::log::{EventRef, Texts};
use crate::metrics::DailyMetrics;
use crate::replay::{PaymentReplay, Replay};
use crate::views::Record;
use std::collections::BTreeMap;
use ticks::Ticks;

/// Columns with their names; all have the same length.
pub type Table = Vec<(&'static str, Cells)>;

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Numbers.
    Integers(Vec<i64>),
    /// Numbers that a policy calculates with.
    Floats(Vec<f64>),
    /// Places among some texts; -1 where there is none.
    Codes(Vec<i32>, Vec<String>),
    /// Texts; empty where there is none.
    Texts(Texts),
}

/// What is told of a day, or of its part that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// Every payment that arrived in the day or was open before it, in order of arrival.
    pub payments: Table,
    /// So many of them, the first, were told of before.
    pub told_before: usize,
    /// The banks.
    pub banks: Table,
    /// Who waits in which queue at the end.
    pub queues: Table,
    /// The registers of policies that were set: the last value of each tick.
    pub registers: Table,
    /// What each bank's balance was when it posted or withdrew collateral.
    pub collateral: Table,
    /// Of every tick, if that was asked for: the banks at its end, and who waits in which queue.
    pub ticks: Option<(Table, Table)>,
}

/// Takes in the events of a run and tells of each day.
#[derive(Debug)]
pub struct RollUp {
    config: Config,
    agent_ids: Vec<String>,
    rates: Vec<CostRates>,
    replay: Replay,
    registers: BTreeMap<(u32, u32, String), f64>,
    /// Of events that post or withdraw collateral: the place in the log, and the bank's balance.
    collateral: Vec<(i64, i64)>,
    told_before: usize,
    next_tick: u32,
    ticks: Option<Ticks>,
}

impl RollUp {
    /// Before the first event of a run. `every_tick`: to tell of every tick, too.
    pub fn new(record: Record<'_>, every_tick: bool) -> Result<Self, ConfigError> {
        let replay = record.replay();
        Ok(Self {
            config: record.config.clone(),
            agent_ids: record.agent_ids.to_vec(),
            rates: CostRates::of_banks(record.config)?,
            registers: BTreeMap::new(),
            collateral: Vec::new(),
            told_before: 0,
            next_tick: 0,
            ticks: every_tick.then(|| Ticks::new(&replay)),
            replay,
        })
    }

    /// The first tick that was not taken in.
    pub fn next_tick(&self) -> u32 {
        self.next_tick
    }

    /// Take in the ticks up to and without `to_tick`, none of which ends a day before the last. Their events must be there.
    pub fn take_in(&mut self, record: Record<'_>, to_tick: u32) {
        let mut events = record.log.range(self.next_tick, to_tick).peekable();
        for tick in self.next_tick..to_tick {
            if tick.is_multiple_of(self.config.ticks_per_day) {
                self.replay.begin_day();
            }
            while let Some(event) = events.next_if(|event| event.tick == tick) {
                self.replay.apply(&event);
                self.note(&event);
                if let Some(ticks) = &mut self.ticks {
                    ticks.note(&event);
                }
            }
            self.replay.end_tick();
            if let Some(ticks) = &mut self.ticks {
                ticks.end_tick(tick, &self.replay);
            }
        }
        self.next_tick = to_tick;
    }

    /// Tell of what was taken in since the last day was told of, and forget what is finished.
    pub fn end_day(&mut self) -> Day {
        let (agent_ids, config) = (&self.agent_ids, &self.config);
        let mut banks = DailyMetrics::default();
        banks.add(&self.replay, &config.agents_by_id());
        let mut columns: Table = vec![("agent_id", codes(0..agent_ids.len() as i32, agent_ids))];
        columns.extend(banks.columns.into_iter().map(|(name, values)| (name, Cells::Integers(values))));
        let day = Day {
            payments: self.payments(),
            told_before: self.told_before,
            banks: columns,
            queues: self.queues(),
            registers: self.take_registers(),
            collateral: self.take_collateral(),
            ticks: self.ticks.as_mut().map(|ticks| ticks.take(&self.agent_ids)),
        };
        self.replay.forget_finished();
        self.told_before = self.replay.payments.len();
        day
    }

    /// What an event tells beside the state that it changes.
    fn note(&mut self, event: &EventRef<'_>) {
        match event.kind {
            EventKind::StateRegisterSet => {
                let mut reader = event.reader();
                let (key, _old, new) = (reader.text().unwrap_or_default(), reader.i64(), reader.i64());
                self.registers.insert((event.tick, event.agent, key), f64::from_bits(new as u64));
            }
            EventKind::CollateralPost | EventKind::CollateralWithdraw | EventKind::CollateralTimerWithdrawn => {
                self.collateral.push((event.sequence as i64, self.replay.agents[event.agent as usize].balance));
            }
            _ => {}
        }
    }

    fn take_collateral(&mut self) -> Table {
        let (places, balances) = std::mem::take(&mut self.collateral).into_iter().unzip();
        vec![("seq", Cells::Integers(places)), ("balance_before", Cells::Integers(balances))]
    }

    fn take_registers(&mut self) -> Table {
        let (mut ticks, mut banks, mut keys, mut values) = (Vec::new(), Vec::new(), Texts::default(), Vec::new());
        for ((tick, bank, key), value) in std::mem::take(&mut self.registers) {
            ticks.push(i64::from(tick));
            banks.push(bank as i32);
            keys.push(key.as_bytes());
            values.push(value);
        }
        vec![
            ("tick", Cells::Integers(ticks)),
            ("agent_id", codes(banks, &self.agent_ids)),
            ("register_key", Cells::Texts(keys)),
            ("register_value", Cells::Floats(values)),
        ]
    }

    /// Numbers alone; -1 where there is none.
    fn payments(&self) -> Table {
        let payments = &self.replay.payments;
        let last_tick = i64::from(self.next_tick) - 1;
        let column = |value: &dyn Fn(&PaymentReplay) -> i64| Cells::Integers(payments.iter().map(value).collect());
        vec![
            ("payment", column(&|payment| payment.number.into())),
            ("part", column(&|payment| payment.part.into())),
            ("sender", column(&|payment| payment.sender.into())),
            ("receiver", column(&|payment| payment.receiver.into())),
            ("amount", column(&|payment| payment.amount)),
            ("priority", column(&|payment| payment.priority.into())),
            ("is_divisible", column(&|payment| payment.is_divisible.into())),
            ("arrival_tick", column(&|payment| payment.arrival_tick.into())),
            ("deadline_tick", column(&|payment| payment.deadline_tick.into())),
            ("settlement_tick", column(&|payment| payment.settled_tick.into())),
            ("status", column(&status)),
            ("overdue_since_tick", column(&|payment| payment.overdue_tick.into())),
            ("amount_settled", column(&PaymentReplay::amount_settled)),
            (
                "queue1_ticks",
                column(&|payment| {
                    payment.waited_to().unwrap_or(last_tick) - i64::from(payment.waits_from) - in_queue2(payment, last_tick)
                }),
            ),
            ("queue2_ticks", column(&|payment| in_queue2(payment, last_tick))),
            (
                "total_delay_ticks",
                column(&|payment| payment.finished_tick().unwrap_or(last_tick) - i64::from(payment.arrival_tick)),
            ),
            ("delay_cost", column(&|payment| self.delay_cost(payment))),
            ("rtgs_priority", column(&|payment| if payment.submission_tick < 0 { -1 } else { payment.rtgs_priority.into() })),
            ("rtgs_submission_tick", column(&|payment| payment.submission_tick.into())),
            ("declared_rtgs_priority", column(&|payment| payment.resubmitted_as.map_or(-1, i64::from))),
        ]
    }

    /// What the waiting of a payment has cost, by the priority with which it arrived, rounded for itself alone.
    fn delay_cost(&self, payment: &PaymentReplay) -> i64 {
        let end = payment.waited_to().unwrap_or(self.next_tick.into());
        let from = i64::from(payment.waits_from);
        let late_from = if payment.overdue_tick < 0 { end } else { i64::from(payment.overdue_tick).clamp(from, end.max(from)) };
        let (charged, late) = (end - from, end - late_from);
        let mut values = [0; crate::costs::DELAY_CLASSES];
        let class = crate::transaction::delay_class(payment.priority as u8, false);
        values[class] = i128::from(payment.amount) * i128::from(charged - late);
        values[class + 1] = i128::from(payment.amount) * i128::from(late);
        // What does not fit is more than any run can be charged: the engine refuses it.
        self.rates[payment.sender as usize].delay(&values, charged as u32).unwrap_or(i64::MAX)
    }

    fn queues(&self) -> Table {
        let payments = &self.replay.payments;
        let mut rows = QueueRows::default();
        let mut in_queue1: Vec<_> = (0..payments.len()).filter(|slot| payments[*slot].is_in_queue1()).collect();
        in_queue1.sort_by_key(|slot| payments[*slot].sender);
        rows.push_queue1(in_queue1.into_iter().map(|slot| &payments[slot]));
        rows.push_queue2(self.replay.queue2_slots().into_iter().map(|slot| &payments[slot]));
        rows.table("transaction_id", &self.agent_ids)
    }
}

/// Pending, settled, dropped, overdue: a number from 0 on.
fn status(payment: &PaymentReplay) -> i64 {
    match payment {
        _ if payment.settled_tick >= 0 => 1,
        _ if payment.dropped_tick >= 0 => 2,
        _ if payment.overdue_tick >= 0 => 3,
        _ => 0,
    }
}

fn in_queue2(payment: &PaymentReplay, last_tick: i64) -> i64 {
    i64::from(payment.queue2_ticks) + if payment.is_in_queue2() { last_tick } else { 0 }
}

/// Rows of payments in queues.
#[derive(Debug, Default)]
struct QueueRows {
    banks: Vec<i32>,
    queues: Vec<i32>,
    positions: Vec<i64>,
    payments: Vec<(i32, i32)>,
}

impl QueueRows {
    /// Payments in banks' own queues, bank by bank.
    fn push_queue1<'a>(&mut self, payments: impl Iterator<Item = &'a PaymentReplay>) {
        let (mut bank, mut position) = (-1, 0);
        for payment in payments {
            position = if payment.sender == bank { position + 1 } else { 0 };
            bank = payment.sender;
            self.push(payment, 0, position);
        }
    }

    /// Payments in the central queue; positions are those in the whole of it.
    fn push_queue2<'a>(&mut self, payments: impl Iterator<Item = &'a PaymentReplay>) {
        (0..).zip(payments).for_each(|(position, payment)| self.push(payment, 1, position));
    }

    fn push(&mut self, payment: &PaymentReplay, queue: i32, position: i64) {
        self.banks.push(payment.sender);
        self.queues.push(queue);
        self.positions.push(position);
        self.payments.push((payment.number, payment.part));
    }

    fn table(self, payment: &'static str, agent_ids: &[String]) -> Table {
        vec![
            ("agent_id", codes(self.banks, agent_ids)),
            ("queue_type", codes(self.queues, &["queue1", "rtgs"])),
            ("position", Cells::Integers(self.positions)),
            (payment, names(self.payments.into_iter())),
        ]
    }
}

fn codes<T: ToString>(places: impl IntoIterator<Item = i32>, texts: &[T]) -> Cells {
    Cells::Codes(places.into_iter().collect(), texts.iter().map(T::to_string).collect())
}

/// The names of payments by their numbers, and those of their parts.
fn names(payments: impl Iterator<Item = (i32, i32)>) -> Cells {
    let mut texts = Texts::default();
    for (number, part) in payments {
        texts.push_payment_id(number as u32, part as u32);
    }
    Cells::Texts(texts)
}
