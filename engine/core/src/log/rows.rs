//! Events as rows of a table, column by column, made for storage without an object an event.

use super::json::JsonWriter;
use super::{EventLog, EventRef, Names};
use crate::event::Value;

/// A column of texts: all of them one after the other, and where each begins (one more than there are texts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// UTF-8.
    pub bytes: Vec<u8>,
    /// In bytes.
    pub offsets: Vec<i64>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: Vec::new(), offsets: vec![0] }
    }
}

impl Texts {
    /// End the text that has been written to `bytes`.
    fn end(&mut self) {
        self.offsets.push(self.bytes.len() as i64);
    }
}

/// Some events as rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventRows {
    /// The place of each event in the log.
    pub sequence: Vec<i64>,
    /// When it happened.
    pub tick: Vec<i32>,
    /// What happened: a place in the catalogue.
    pub kind: Vec<u8>,
    /// The bank in its field `agent_id`, or -1.
    pub agent: Vec<i32>,
    /// The payment in its field `tx_id`, or nothing.
    pub tx: Texts,
    /// Its other fields, as a JSON object.
    pub details: Texts,
    /// All banks that each event names, ascending; `participants_offsets` tells where each event's begin.
    pub participants: Vec<i32>,
    /// One more than there are events.
    pub participants_offsets: Vec<i64>,
    /// All payments that each event names, each once; `tx_ids_offsets` tells where each event's begin.
    pub tx_ids: Texts,
    /// One more than there are events.
    pub tx_ids_offsets: Vec<i64>,
}

/// The events from place `from` up to and without `to` as rows. Places that are not there have none.
pub fn event_rows(log: &EventLog, from: usize, to: usize, agent_ids: &[String]) -> EventRows {
    let writer = JsonWriter { names: Names { log, agent_ids } };
    let mut rows = EventRows { participants_offsets: vec![0], tx_ids_offsets: vec![0], ..EventRows::default() };
    let mut named = Named::default();
    for event in log.between(from, to) {
        rows.push(&event, &writer, &mut named);
    }
    rows
}

/// The banks and payments that an event names.
#[derive(Default)]
struct Named {
    banks: Vec<u32>,
    payments: Vec<u32>,
}

impl EventRows {
    fn push(&mut self, event: &EventRef<'_>, writer: &JsonWriter<'_>, named: &mut Named) {
        let names = writer.names;
        self.sequence.push(event.sequence as i64);
        self.tick.push(event.tick as i32);
        self.kind.push(event.kind as u8 - 1);
        let mut agent = -1;
        named.banks.clear();
        named.payments.clear();
        let mut separator = b'{';
        for (field, value) in event.fields() {
            named.add(&value);
            match (field.name, &value) {
                ("agent_id", Value::Agent(number)) => agent = *number as i32,
                ("tx_id", Value::Payment(payment)) => names.log.write_payment_id(*payment, &mut self.tx.bytes),
                ("tx_id", Value::ScheduledSettlement(from, to, amount, tick)) => {
                    self.tx.bytes.extend_from_slice(names.scheduled_settlement(*from, *to, *amount, *tick).as_bytes());
                }
                (name, value) => {
                    writer.key(separator, name, &mut self.details.bytes);
                    writer.value(value, &mut self.details.bytes);
                    separator = b',';
                }
            }
        }
        if separator == b'{' {
            self.details.bytes.push(b'{');
        }
        self.details.bytes.push(b'}');
        self.agent.push(agent);
        self.tx.end();
        self.details.end();
        sort(&mut named.banks);
        self.participants.extend(named.banks.iter().map(|bank| *bank as i32));
        self.participants_offsets.push(self.participants.len() as i64);
        sort(&mut named.payments);
        for payment in &named.payments {
            names.log.write_payment_id(*payment, &mut self.tx_ids.bytes);
            self.tx_ids.end();
        }
        self.tx_ids_offsets.push(self.tx_ids.offsets.len() as i64 - 1);
    }
}

impl Named {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Agent(bank) => self.banks.push(*bank),
            Value::Payment(payment) => self.payments.push(*payment),
            Value::ScheduledSettlement(from, to, ..) => self.banks.extend([*from, *to]),
            Value::List(values) => values.iter().for_each(|value| self.add(value)),
            Value::Object(fields) => fields.iter().for_each(|(_, value)| self.add(value)),
            _ => {}
        }
    }
}

/// Ascending, each once.
fn sort(numbers: &mut Vec<u32>) {
    if numbers.len() > 1 {
        numbers.sort_unstable();
        numbers.dedup();
    }
}
