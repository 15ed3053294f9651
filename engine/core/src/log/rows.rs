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

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.end();
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
    for event in log.between(from, to) {
        rows.push(&event, &writer);
    }
    rows
}

impl EventRows {
    fn push(&mut self, event: &EventRef<'_>, writer: &JsonWriter<'_>) {
        let names = writer.names;
        self.sequence.push(event.sequence as i64);
        self.tick.push(event.tick as i32);
        self.kind.push(event.kind as u8 - 1);
        let mut agent = -1;
        let (mut banks, mut payments) = (Vec::new(), Vec::new());
        let mut separator = b'{';
        for (field, value) in event.fields() {
            mentioned(&value, &mut banks, &mut payments);
            match (field.name, &value) {
                ("agent_id", Value::Agent(number)) => agent = *number as i32,
                ("tx_id", Value::Payment(payment)) => self.tx.bytes.extend_from_slice(names.payment(*payment).as_bytes()),
                ("tx_id", Value::ScheduledSettlement(from, to, amount, tick)) => {
                    self.tx.bytes.extend_from_slice(names.scheduled_settlement(*from, *to, *amount, *tick).as_bytes());
                }
                (name, value) => {
                    self.details.bytes.push(separator);
                    separator = b',';
                    writer.text(name, &mut self.details.bytes);
                    self.details.bytes.push(b':');
                    writer.value(value, &mut self.details.bytes);
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
        banks.sort_unstable();
        banks.dedup();
        self.participants.extend(banks.into_iter().map(|bank| bank as i32));
        self.participants_offsets.push(self.participants.len() as i64);
        payments.sort_unstable();
        payments.dedup();
        payments.into_iter().for_each(|payment| self.tx_ids.push(&names.payment(payment)));
        self.tx_ids_offsets.push(self.tx_ids.offsets.len() as i64 - 1);
    }
}

/// The banks and payments in a value.
fn mentioned(value: &Value, banks: &mut Vec<u32>, payments: &mut Vec<u32>) {
    match value {
        Value::Agent(bank) => banks.push(*bank),
        Value::Payment(payment) => payments.push(*payment),
        Value::ScheduledSettlement(from, to, ..) => banks.extend([*from, *to]),
        Value::List(values) => values.iter().for_each(|value| mentioned(value, banks, payments)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| mentioned(value, banks, payments)),
        _ => {}
    }
}
