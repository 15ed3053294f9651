//! Events as rows of a table, column by column, made for storage without an object an event.

use super::json::JsonWriter;
use super::{EventLog, EventRef, NONE, Names};
use crate::event::{Field, FieldType, PayloadReader, Place, Value};

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
    /// Add a text.
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end();
    }

    /// Add the name of a payment, or of a part of it: of part 0 that of the whole.
    pub fn push_payment_id(&mut self, number: u32, part: u32) {
        super::write_payment_id(u64::from(number), part, &mut self.bytes);
        self.end();
    }

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
    /// The first bank that it names, by number, or -1.
    pub first_agent: Vec<i32>,
    /// The second one, or -1.
    pub second_agent: Vec<i32>,
    /// Those after the second one: the place of the event, and the bank.
    pub more_agents: (Vec<i64>, Vec<i32>),
    /// The payments that events name beside the one in `tx`: the place of the event, and the payment.
    pub other_tx: (Vec<i64>, Texts),
}

/// The events from place `from` up to and without `to` as rows. Places that are not there have none.
pub fn event_rows(log: &EventLog, from: usize, to: usize, agent_ids: &[String]) -> EventRows {
    let writer = JsonWriter { names: Names { log, agent_ids } };
    let mut rows = EventRows::default();
    rows.reserve(to.min(log.len()).saturating_sub(from));
    let mut named = Named::default();
    for event in log.between(from, to) {
        rows.push(&event, &writer, &mut named);
    }
    rows
}

/// Bytes that the details of an event usually need at the most, and the name of a payment.
const DETAILS_BYTES: usize = 112;
const NAME_BYTES: usize = 12;

/// The banks and payments that an event names.
#[derive(Default)]
struct Named {
    banks: Vec<u32>,
    payments: Vec<u32>,
}

impl EventRows {
    /// Room for so many events, so that nothing is copied while they come.
    fn reserve(&mut self, events: usize) {
        self.sequence.reserve(events);
        self.tick.reserve(events);
        self.kind.reserve(events);
        self.agent.reserve(events);
        self.first_agent.reserve(events);
        self.second_agent.reserve(events);
        for (texts, bytes) in [(&mut self.tx, NAME_BYTES), (&mut self.details, DETAILS_BYTES)] {
            texts.bytes.reserve(bytes * events);
            texts.offsets.reserve(events);
        }
    }

    fn push(&mut self, event: &EventRef<'_>, writer: &JsonWriter<'_>, named: &mut Named) {
        let names = writer.names;
        self.sequence.push(event.sequence as i64);
        self.tick.push(event.tick as i32);
        self.kind.push(event.kind as u8 - 1);
        let mut agent = -1;
        let mut reader = event.reader();
        let mut separator = b'{';
        for field in event.kind.event_type().fields {
            match (field.name, field.place) {
                ("agent_id", Place::Agent) => {
                    agent = event.agent as i32;
                    named.banks.push(event.agent);
                }
                ("tx_id", Place::Payment) if event.payment == NONE => {
                    let name = names.scheduled_settlement(event.agent, event.peer, event.amount, event.tick);
                    self.tx.bytes.extend_from_slice(name.as_bytes());
                    named.banks.extend([event.agent, event.peer]);
                }
                ("tx_id", Place::Payment) => names.log.write_payment_id(event.payment, &mut self.tx.bytes),
                (name, _) => {
                    named.add_field(event, field, reader);
                    writer.key(separator, name, &mut self.details.bytes);
                    writer.field(event, field, &mut reader, &mut self.details.bytes);
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
        let bank = |place: usize| named.banks.get(place).map_or(-1, |bank| *bank as i32);
        self.first_agent.push(bank(0));
        self.second_agent.push(bank(1));
        for bank in named.banks.iter().skip(2) {
            self.more_agents.0.push(event.sequence as i64);
            self.more_agents.1.push(*bank as i32);
        }
        named.banks.clear();
        sort(&mut named.payments);
        for payment in named.payments.drain(..) {
            self.other_tx.0.push(event.sequence as i64);
            names.log.write_payment_id(payment, &mut self.other_tx.1.bytes);
            self.other_tx.1.end();
        }
    }
}

impl Named {
    /// Whoever a field names. `reader` stands before it, if it is among the event's own bytes.
    fn add_field(&mut self, event: &EventRef<'_>, field: &Field, mut reader: PayloadReader<'_>) {
        match (field.place, field.field_type) {
            (Place::Agent, _) => self.banks.push(event.agent),
            (Place::Peer, _) => self.banks.push(event.peer),
            (Place::Payment, _) if event.payment == NONE => self.banks.extend([event.agent, event.peer]),
            (Place::Payment, _) => self.payments.push(event.payment),
            (
                Place::Payload,
                FieldType::Agent
                | FieldType::OptionalAgent
                | FieldType::Payment
                | FieldType::OptionalPayment
                | FieldType::AgentList
                | FieldType::OptionalAgentList
                | FieldType::PaymentList
                | FieldType::Details(_),
            ) => self.add(&reader.value(field.field_type)),
            _ => {}
        }
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Agent(bank) => self.banks.push(*bank),
            Value::Payment(payment) => self.payments.push(*payment),
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
