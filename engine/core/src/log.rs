//! The event log: append-only, and the one truth from which everything else is told.
//!
//! A row of 24 bytes holds what most events share (what, who, with whom, which payment, how much); what is left of an event are a few
//! bytes of its own (`log/chapters.rs`). Ticks are an index over both. The canonical log, of which `log_hash` is the SHA-256, is the same content in
//! one row an event (`log/canonical.rs`); `docs/log.md` describes its bytes.

mod canonical;
mod chapters;
mod columns;
mod filter;
mod json;
mod numbering;
mod retention;
mod rows;
mod saved;

pub use canonical::LogError;
use chapters::Chapter;
pub use chapters::Events;
pub use columns::{Column, EventColumns, event_columns};
pub use filter::Filter;
pub use json::write_json_lines;
pub(crate) use numbering::Numbering;
pub use retention::{NotKept, RETENTIONS, Retention};
pub use rows::{EventRows, OWN_NUMBERS, Texts, event_rows, is_told_by_numbers, number_of};
pub use saved::SavedLog;

use crate::event::{CATALOGUE, EventKind, Field, PayloadReader, Place, Value};
use crate::money::Cents;
use serde::{Deserialize, Serialize};

/// No bank or no payment.
pub const NONE: u32 = u32::MAX;

/// All that has happened, or what is kept of it (`log/retention.rs`).
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    /// The chapters before the last one, and the last one.
    chapters: Vec<Chapter>,
    last: Chapter,
    ticks: Vec<TickStart>,
    /// The parts of split payments, ascending: their names are those of their wholes and a number.
    parts: Vec<Part>,
    /// For each payment, the place of its arrival.
    arrivals: Vec<u32>,
    retention: Retention,
    /// How many events, payments' arrivals and parts are no longer here, and the tick with which `ticks` begins.
    forgotten: usize,
    forgotten_payments: u32,
    forgotten_parts: u32,
    first_tick: u32,
    /// Whether the head of the canonical log was taken.
    head_is_taken: bool,
    /// Where only some events are kept: the place of each among all.
    sequences: Vec<u64>,
    numbering: Numbering,
    /// How many parts there were when the last tick began.
    parts_before_tick: usize,
    /// The hash of all events so far, if it is kept up.
    hash: Option<Box<canonical::Hash>>,
}

/// What happened, and what an event shares with others: flat, so that it takes 24 bytes.
#[derive(Debug, Clone, Copy)]
struct Row {
    amount: Cents,
    agent: u32,
    peer: u32,
    payment: u32,
    kind: EventKind,
}

/// A part of a split payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    payment: u32,
    whole: u32,
    number: u32,
}

/// Where a tick's events begin: the place of the first among those that are kept, and its own bytes in its chapter.
#[derive(Debug, Clone, Copy)]
struct TickStart {
    event: usize,
    payload: usize,
}

/// One event, not yet decoded.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    /// Its place in the log.
    pub sequence: usize,
    /// The tick in which it happened.
    pub tick: u32,
    /// What happened.
    pub kind: EventKind,
    /// The bank that acts, or `NONE`.
    pub agent: u32,
    /// The other bank, or `NONE`.
    pub peer: u32,
    /// The payment, or `NONE`.
    pub payment: u32,
    /// The amount, or 0.
    pub amount: Cents,
    /// Its own bytes.
    pub payload: &'a [u8],
}

/// What an event shares with others; what is not given is `NONE` or 0.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// The bank that acts.
    pub agent: u32,
    /// The other bank.
    pub peer: u32,
    /// The payment.
    pub payment: u32,
    /// The amount.
    pub amount: Cents,
}

impl Common {
    /// Nothing shared.
    pub const NOTHING: Self = Self { agent: NONE, peer: NONE, payment: NONE, amount: 0 };

    /// Only a bank.
    pub fn agent(agent: u32) -> Self {
        Self { agent, ..Self::NOTHING }
    }
}

/// Writes an event's own bytes; every method is one field.
#[derive(Debug)]
pub struct PayloadWriter<'a>(&'a mut Vec<u8>);

impl PayloadWriter<'_> {
    /// 8 bits.
    #[inline]
    pub fn u8(self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    /// 8 bits each.
    #[inline]
    pub fn u8s<const N: usize>(self, values: [u8; N]) -> Self {
        self.0.extend_from_slice(&values);
        self
    }

    /// 64 bits each.
    #[inline]
    pub fn i64s<const N: usize>(self, values: [i64; N]) -> Self {
        self.0.extend_from_slice(values.map(i64::to_le_bytes).as_flattened());
        self
    }

    /// 32 bits.
    #[inline]
    pub fn u32(self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// 64 bits.
    #[inline]
    pub fn i64(self, value: i64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// A number that a policy calculates with.
    pub fn f64(self, value: f64) -> Self {
        self.i64(value.to_bits() as i64)
    }

    /// Any text, or none.
    pub fn text(mut self, text: Option<&str>) -> Self {
        self = self.u32(text.map_or(u32::MAX, |text| text.len() as u32));
        self.0.extend_from_slice(text.unwrap_or_default().as_bytes());
        self
    }

    /// Cents, or none.
    pub fn optional_i64(self, value: Option<i64>) -> Self {
        match value {
            None => self.u8(0),
            Some(value) => self.u8(1).i64(value),
        }
    }

    /// A list of numbers of banks or payments.
    pub fn u32_list(mut self, values: impl ExactSizeIterator<Item = u32>) -> Self {
        self = self.u32(values.len() as u32);
        for value in values {
            self = self.u32(value);
        }
        self
    }

    /// A list of numbers of banks, or none.
    pub fn optional_u32_list(self, values: Option<&[u32]>) -> Self {
        match values {
            None => self.u32(u32::MAX),
            Some(values) => self.u32_list(values.iter().copied()),
        }
    }

    /// A list of amounts.
    pub fn i64_list(mut self, values: impl ExactSizeIterator<Item = i64>) -> Self {
        self = self.u32(values.len() as u32);
        for value in values {
            self = self.i64(value);
        }
        self
    }

    /// Costs by category.
    pub fn costs(mut self, costs: &[Cents]) -> Self {
        let present = costs.iter().rev().fold(0_u8, |bits, cost| bits << 1 | u8::from(*cost != 0));
        self = self.u8(present);
        for cost in costs.iter().filter(|cost| **cost != 0) {
            self = self.i64(*cost);
        }
        self
    }
}

impl EventLog {
    /// Begin the next tick.
    pub fn begin_tick(&mut self) {
        self.parts_before_tick = self.parts.len();
        self.turn_over();
        self.ticks.push(self.end());
    }

    /// Where the next event goes.
    fn end(&self) -> TickStart {
        TickStart { event: self.last.end(), payload: self.last.payload.len() }
    }

    /// Append an event; its own bytes are written to what is returned.
    #[inline]
    pub fn append(&mut self, kind: EventKind, common: Common) -> PayloadWriter<'_> {
        let Common { agent, peer, payment, amount } = common;
        self.last.rows.push(Row { amount, agent, peer, payment, kind });
        PayloadWriter(&mut self.last.payload)
    }

    /// Note that a payment is a part of another, before anything else is logged about it.
    pub fn name_part(&mut self, payment: u32, whole: u32, number: u32) {
        self.parts.push(Part { payment, whole, number });
    }

    /// Note that the next event is the arrival of the next payment.
    #[inline]
    pub fn note_arrival(&mut self) {
        self.arrivals.push(self.last.end() as u32);
    }

    /// How many payments have arrived.
    pub fn payments(&self) -> u32 {
        self.forgotten_payments + self.arrivals.len() as u32
    }

    /// Who pays whom, and how much, with a payment whose arrival is kept.
    pub fn parties(&self, payment: u32) -> (u32, u32, Cents) {
        let event = self.arrivals[(payment - self.forgotten_payments) as usize] as usize;
        let row = self.row(event);
        (row.agent, row.peer, row.amount)
    }

    /// The name of a payment: `tx_00000001`, of its parts `tx_00000001.1`.
    pub fn payment_id(&self, payment: u32) -> String {
        let mut name = Vec::new();
        self.write_payment_id(payment, &mut name);
        String::from_utf8_lossy(&name).into_owned()
    }

    /// Append the name of a payment.
    fn write_payment_id(&self, payment: u32, out: &mut Vec<u8>) {
        match self.part(payment) {
            Ok(part) => {
                self.write_payment_id(part.whole, out);
                write_part(part.number, out);
            }
            Err(number) => write_payment_id(number as u64, 0, out),
        }
    }

    /// The number in the name of a payment; what follows it in the name of a part (`.1`) is appended.
    pub(crate) fn payment_number(&self, payment: u32, out: &mut Vec<u8>) -> i64 {
        match self.part(payment) {
            Ok(part) => {
                let number = self.payment_number(part.whole, out);
                write_part(part.number, out);
                number
            }
            Err(number) => number,
        }
    }

    /// A payment as the part that it is, or else the number in its name.
    fn part(&self, payment: u32) -> Result<Part, i64> {
        let before = self.parts.partition_point(|part| part.payment < payment);
        match self.parts.get(before) {
            Some(part) if part.payment == payment => Ok(*part),
            _ => Err(i64::from(payment) + 1 - (i64::from(self.forgotten_parts) + before as i64)),
        }
    }

    /// The payment with this name.
    pub fn payment_named(&self, name: &str) -> Option<u32> {
        let digits = name.strip_prefix("tx_")?;
        if let Some((whole, number)) = digits.rsplit_once('.') {
            let whole = self.payment_named(&format!("tx_{whole}"))?;
            let number: u32 = number.parse().ok()?;
            return self.parts.iter().find(|part| (part.whole, part.number) == (whole, number)).map(|part| part.payment);
        }
        let number = digits.parse::<u32>().ok().filter(|number| *number > 0)?;
        // Of those whose parts are forgotten none is asked for any more. Payment p is the number p + 1 less the parts up to it; of those with the same number the first is the one that is not a part.
        let (mut low, mut high) = (self.forgotten_parts, self.payments());
        while low < high {
            let middle = low + (high - low) / 2;
            let parts = self.forgotten_parts + self.parts.partition_point(|part| part.payment <= middle) as u32;
            if middle + 1 - parts < number { low = middle + 1 } else { high = middle }
        }
        Some(low).filter(|payment| *payment < self.payments() && self.payment_id(*payment) == name)
    }

    /// How many events have happened.
    pub fn len(&self) -> usize {
        self.forgotten + self.last.end()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many ticks have begun.
    pub fn ticks(&self) -> u32 {
        self.first_tick + self.ticks.len() as u32
    }

    /// Bytes that the log holds.
    pub fn size_bytes(&self) -> usize {
        let chapters: usize = self.chapters.iter().map(Chapter::size_bytes).sum();
        chapters + self.last.size_bytes() + size_of_val(&*self.arrivals) + size_of_val(&*self.ticks)
    }

    /// Where the events of each tick end, of a log that keeps all.
    pub fn event_ends(&self) -> Vec<i64> {
        let ends = self.ticks.iter().skip(1).map(|start| start.event).chain((!self.ticks.is_empty()).then_some(self.last.end()));
        ends.map(|end| end as i64).collect()
    }

    /// The events of `from_tick..to_tick` that are kept, in order. Ticks beyond the end hold nothing.
    pub fn range(&self, from_tick: u32, to_tick: u32) -> Events<'_> {
        let start = |tick: u32| self.ticks.get((tick - self.first_tick) as usize).copied().unwrap_or(self.end());
        let from_tick = from_tick.max(self.first_tick);
        let (from, to) = (start(from_tick), start(to_tick.max(from_tick)));
        self.events(from_tick, from.event, to.event, from.payload)
    }

    /// The events from place `from` up to and without `to` that are kept, in order. Places beyond the end hold nothing.
    pub fn between(&self, from: usize, to: usize) -> impl Iterator<Item = EventRef<'_>> {
        let before = self.ticks.partition_point(|start| self.sequence(start.event) <= from);
        let events = self.range(self.first_tick + before.saturating_sub(1) as u32, self.ticks());
        events.skip_while(move |event| event.sequence < from).take_while(move |event| event.sequence < to)
    }

    /// All events that are kept, in order.
    pub fn iter(&self) -> Events<'_> {
        self.range(0, self.ticks())
    }

    /// The place among all events of one that is kept.
    fn sequence(&self, index: usize) -> usize {
        match self.retention {
            Retention::Settlements => self.sequences.get(index).map_or(self.len(), |sequence| *sequence as usize),
            _ => self.forgotten + index,
        }
    }
}

/// Append the name of a payment by its place among those that are not parts, from 1, or of a part of it, from 1.
fn write_payment_id(number: u64, part: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"tx_");
    json::write_digits(number, 8, out);
    if part > 0 {
        write_part(part, out);
    }
}

fn write_part(part: u32, out: &mut Vec<u8>) {
    out.push(b'.');
    json::write_digits(u64::from(part), 1, out);
}

/// How many bytes an event of each kind has of its own, where that is the same for all.
static PAYLOAD_WIDTHS: [Option<usize>; CATALOGUE.len()] = {
    let mut widths = [None; CATALOGUE.len()];
    let mut kind = 0;
    while kind < CATALOGUE.len() {
        widths[kind] = CATALOGUE[kind].payload_width();
        kind += 1;
    }
    widths
};

/// How many bytes an event of this kind has of its own.
fn payload_width(kind: EventKind, bytes: &[u8]) -> usize {
    if let Some(width) = PAYLOAD_WIDTHS[kind as usize - 1] {
        return width;
    }
    let mut width = 0;
    for field in kind.event_type().fields {
        if field.place == Place::Payload {
            width += PayloadReader::new(&bytes[width..]).width(field.field_type);
        }
    }
    width
}

impl<'a> EventRef<'a> {
    /// A reader of its own bytes.
    pub fn reader(&self) -> PayloadReader<'a> {
        PayloadReader::new(self.payload)
    }

    /// Its fields with their values, in the order of the catalogue.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, Value)> + '_ {
        let mut reader = self.reader();
        self.kind.event_type().fields.iter().map(move |field| {
            let value = match (field.place, field.field_type) {
                (Place::Agent, _) => Value::Agent(self.agent),
                (Place::Peer, _) => Value::Agent(self.peer),
                (Place::Payment, _) if self.payment == NONE => {
                    Value::ScheduledSettlement(self.agent, self.peer, self.amount, self.tick)
                }
                (Place::Payment, _) => Value::Payment(self.payment),
                (Place::Amount, _) => Value::Integer(self.amount),
                (Place::Payload, field_type) => reader.value(field_type),
            };
            (field, value)
        })
    }
}

/// The names of banks and payments.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Knows the names of payments.
    pub log: &'a EventLog,
    /// The names of banks.
    pub agent_ids: &'a [String],
}

impl Names<'_> {
    /// The name of a bank.
    pub fn agent(&self, agent: u32) -> &str {
        &self.agent_ids[agent as usize]
    }

    /// The name of a payment.
    pub fn payment(&self, payment: u32) -> String {
        self.log.payment_id(payment)
    }

    /// What stands for a payment where a scenario moved money without one.
    pub fn scheduled_settlement(&self, from: u32, to: u32, amount: Cents, tick: u32) -> String {
        format!("scheduled_settlement_{}_{}_{amount}_{tick}", self.agent(from), self.agent(to))
    }
}
