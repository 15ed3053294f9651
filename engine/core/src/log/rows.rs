//! Events as rows of a table, column by column, made for storage without an object an event.

use super::json::JsonWriter;
use super::{EventLog, EventRef, NONE, Names};
use crate::event::{CATALOGUE, EventType, Field, FieldType, PayloadReader, Place, Value};

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

/// Numbers of its own that an event may have to be told by numbers alone.
pub const OWN_NUMBERS: usize = 3;

/// Some events as rows. What most events say is told by numbers; what they do not say, by `details`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventRows {
    /// The place of each event in the log.
    pub sequence: Vec<i64>,
    /// When it happened.
    pub tick: Vec<i32>,
    /// What happened: its code.
    pub kind: Vec<u8>,
    /// The bank that acts. Where an event has none: the lowest bank that it names beside `peer`, or -1.
    pub agent: Vec<i32>,
    /// The other bank. Where an event has none: the lowest bank that it names beside `agent`, or -1.
    pub peer: Vec<i32>,
    /// The number in the name of the payment in its field `tx_id`, or 0: it has none, or money moved without a payment.
    pub payment: Vec<i64>,
    /// What follows that number in the name: `.1` of a part, else nothing.
    pub part: Texts,
    /// Cents, or whatever the type has in their place, or 0.
    pub amount: Vec<i64>,
    /// The numbers of its own, in the order of the catalogue (`number_of`), or 0.
    pub numbers: [Vec<i64>; OWN_NUMBERS],
    /// Where numbers do not say all: its fields but `agent_id` and `tx_id`, as a JSON object; else nothing.
    pub details: Texts,
    /// Further banks that it names: the place of the event, and the bank.
    pub more_agents: (Vec<i64>, Vec<i32>),
    /// The payments that events name beside the one in `tx_id`: the place of the event, and the payment.
    pub other_tx: (Vec<i64>, Texts),
}

/// Which of its own numbers a field of an event is that is told by numbers; none for a field that is then null, for one that stands
/// in a column of its own, and for all fields of an event that is always told by text.
pub fn number_of(event_type: &EventType, name: &str) -> Option<usize> {
    let numbers = event_type.fields.iter().filter(|field| field.place == Place::Payload && is_number(field.field_type));
    numbers.clone().position(|field| field.name == name).filter(|_| is_told_by_numbers(event_type))
}

/// Whether events of a type can be told by numbers: those in which what is optional is null.
pub fn is_told_by_numbers(event_type: &EventType) -> bool {
    let own = event_type.fields.iter().filter(|field| field.place == Place::Payload).map(|field| field.field_type);
    own.clone().all(|own| is_number(own) || is_optional(own)) && own.filter(|own| is_number(*own)).count() <= OWN_NUMBERS
}

fn is_number(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::Integer | FieldType::Count | FieldType::Small | FieldType::Boolean | FieldType::Code(_))
}

/// Whether a field is null where its first 32 bits are `NONE`.
fn is_optional(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::OptionalAgent | FieldType::OptionalPayment | FieldType::OptionalText)
}

/// The events from place `from` up to and without `to` as rows. Places that are not there have none.
pub fn event_rows(log: &EventLog, from: usize, to: usize, agent_ids: &[String]) -> EventRows {
    let mut maker = Maker::new(JsonWriter { names: Names { log, agent_ids } });
    let mut rows = EventRows::default();
    rows.reserve(to.min(log.len()).saturating_sub(from));
    for event in log.between(from, to) {
        maker.push(&event, &mut rows);
    }
    rows
}

impl EventRows {
    /// Room for so many events, so that nothing is copied while they come.
    fn reserve(&mut self, events: usize) {
        self.kind.reserve(events);
        for column in [&mut self.tick, &mut self.agent, &mut self.peer] {
            column.reserve(events);
        }
        for column in [&mut self.sequence, &mut self.payment, &mut self.amount].into_iter().chain(&mut self.numbers) {
            column.reserve(events);
        }
        self.part.offsets.reserve(events);
        self.details.offsets.reserve(events);
    }
}

/// What is known of a type of event.
#[derive(Clone, Copy, Default)]
struct Shape {
    by_numbers: bool,
    /// Which columns its fields stand in.
    agent: bool,
    peer: bool,
    amount: bool,
    /// Whether the payment in its column is that of `tx_id`.
    payment: bool,
}

/// Makes rows of events.
struct Maker<'a> {
    writer: JsonWriter<'a>,
    shapes: Vec<Shape>,
    /// The banks and payments that an event names.
    banks: Vec<u32>,
    payments: Vec<u32>,
}

impl<'a> Maker<'a> {
    fn new(writer: JsonWriter<'a>) -> Self {
        let shapes = CATALOGUE.iter().map(|event_type| {
            let has = |place| event_type.fields.iter().any(|field| field.place == place);
            Shape {
                by_numbers: is_told_by_numbers(event_type),
                agent: has(Place::Agent),
                peer: has(Place::Peer),
                amount: has(Place::Amount),
                payment: event_type.fields.iter().any(|field| (field.name, field.place) == ("tx_id", Place::Payment)),
            }
        });
        Self { writer, shapes: shapes.collect(), banks: Vec::new(), payments: Vec::new() }
    }

    fn push(&mut self, event: &EventRef<'_>, rows: &mut EventRows) {
        let shape = self.shapes[event.kind as usize - 1];
        rows.sequence.push(event.sequence as i64);
        rows.tick.push(event.tick as i32);
        rows.kind.push(event.kind as u8);
        rows.amount.push(if shape.amount { event.amount } else { 0 });
        let has_payment = shape.payment && event.payment != NONE;
        let log = self.writer.names.log;
        rows.payment.push(if has_payment { log.payment_number(event.payment, &mut rows.part.bytes) } else { 0 });
        rows.part.end();
        let (mut agent, mut peer) = (if shape.agent { event.agent } else { NONE }, if shape.peer { event.peer } else { NONE });
        let numbers = if shape.by_numbers { own_numbers(event) } else { None };
        if numbers.is_none() {
            self.tell(event, rows);
            let own = [agent, peer];
            let mut others = self.banks.iter().copied().filter(|bank| !own.contains(bank));
            for column in [&mut agent, &mut peer] {
                if *column == NONE {
                    *column = others.next().unwrap_or(NONE);
                }
            }
            for bank in others {
                rows.more_agents.0.push(event.sequence as i64);
                rows.more_agents.1.push(bank as i32);
            }
        }
        for (column, number) in rows.numbers.iter_mut().zip(numbers.unwrap_or_default()) {
            column.push(number);
        }
        rows.details.end();
        // `NONE` becomes -1.
        rows.agent.push(agent as i32);
        rows.peer.push(peer as i32);
    }

    /// Write what an event says as a text, and note whom it names.
    fn tell(&mut self, event: &EventRef<'_>, rows: &mut EventRows) {
        self.banks.clear();
        self.payments.clear();
        let mut reader = event.reader();
        let (mut separator, out) = (b'{', &mut rows.details.bytes);
        for field in event.kind.event_type().fields {
            if !matches!((field.name, field.place), ("agent_id", Place::Agent) | ("tx_id", Place::Payment)) {
                self.note(event, field, reader);
                self.writer.key(separator, field.name, out);
                self.writer.field(event, field, &mut reader, out);
                separator = b',';
            }
        }
        if separator == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
        sort(&mut self.banks);
        sort(&mut self.payments);
        for payment in &self.payments {
            rows.other_tx.0.push(event.sequence as i64);
            self.writer.names.log.write_payment_id(*payment, &mut rows.other_tx.1.bytes);
            rows.other_tx.1.end();
        }
    }

    /// Whoever a field names that has no column of its own. `reader` stands before it.
    fn note(&mut self, event: &EventRef<'_>, field: &Field, mut reader: PayloadReader<'_>) {
        match (field.place, field.field_type) {
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

/// The numbers of its own of an event that is told by numbers; none if something optional is there.
fn own_numbers(event: &EventRef<'_>) -> Option<[i64; OWN_NUMBERS]> {
    let (mut numbers, mut next) = ([0; OWN_NUMBERS], 0);
    let mut reader = event.reader();
    for field in event.kind.event_type().fields {
        if field.place == Place::Payload {
            numbers[next] = match field.field_type {
                FieldType::Integer => reader.i64(),
                FieldType::Count => reader.u32().into(),
                FieldType::Small | FieldType::Boolean | FieldType::Code(_) => reader.u8().into(),
                _ if reader.u32() == NONE => continue,
                _ => return None,
            };
            next += 1;
        }
    }
    Some(numbers)
}

/// Ascending, each once.
fn sort(numbers: &mut Vec<u32>) {
    if numbers.len() > 1 {
        numbers.sort_unstable();
        numbers.dedup();
    }
}
