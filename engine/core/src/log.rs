//! The event log: append-only, columnar, and the one truth from which everything else is told.
//!
//! Four columns hold what most events share (who, with whom, which payment, how much); what is left of an event are a few bytes of
//! its own. Ticks are an index over the columns. The canonical log, of which `log_hash` is the SHA-256, is the same content in
//! one row an event; `docs/log.md` describes its bytes.

use crate::event::{EventKind, Field, FieldType, PayloadReader, Place, Value};
use crate::money::Cents;
use sha2::{Digest, Sha256};

/// No bank or no payment.
pub const NONE: u32 = u32::MAX;

/// All that has happened.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    kinds: Vec<u8>,
    agents: Vec<u32>,
    peers: Vec<u32>,
    payments: Vec<u32>,
    amounts: Vec<Cents>,
    payload: Vec<u8>,
    ticks: Vec<TickStart>,
    /// The parts of split payments, ascending: their names are those of their wholes and a number.
    parts: Vec<Part>,
}

/// A part of a split payment.
#[derive(Debug, Clone, Copy)]
struct Part {
    payment: u32,
    whole: u32,
    number: u32,
}

/// Where a tick's events begin.
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
        self.ticks.push(TickStart { event: self.kinds.len(), payload: self.payload.len() });
    }

    /// Append an event; its own bytes are written to what is returned.
    #[inline]
    pub fn append(&mut self, kind: EventKind, common: Common) -> PayloadWriter<'_> {
        self.kinds.push(kind as u8);
        self.agents.push(common.agent);
        self.peers.push(common.peer);
        self.payments.push(common.payment);
        self.amounts.push(common.amount);
        PayloadWriter(&mut self.payload)
    }

    /// Note that a payment is a part of another, before anything else is logged about it.
    pub fn name_part(&mut self, payment: u32, whole: u32, number: u32) {
        self.parts.push(Part { payment, whole, number });
    }

    /// The name of a payment: `tx_00000001`, of its parts `tx_00000001.1`.
    pub fn payment_id(&self, payment: u32) -> String {
        let before = self.parts.partition_point(|part| part.payment < payment);
        match self.parts.get(before) {
            Some(part) if part.payment == payment => format!("{}.{}", self.payment_id(part.whole), part.number),
            _ => format!("tx_{:08}", u64::from(payment) + 1 - before as u64),
        }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many ticks have begun.
    pub fn ticks(&self) -> u32 {
        self.ticks.len() as u32
    }

    /// Bytes that the log holds.
    pub fn size_bytes(&self) -> usize {
        self.kinds.len() * 21 + self.payload.len() + self.ticks.len() * size_of::<TickStart>()
    }

    /// The events of `from_tick..to_tick`, in order. Ticks beyond the end hold nothing.
    pub fn range(&self, from_tick: u32, to_tick: u32) -> Events<'_> {
        let end = TickStart { event: self.kinds.len(), payload: self.payload.len() };
        let start = |tick: u32| self.ticks.get(tick as usize).copied().unwrap_or(end);
        let (from, to) = (start(from_tick), start(to_tick.max(from_tick)));
        Events { log: self, tick: from_tick, next: from.event, end: to.event, payload: from.payload }
    }

    /// All events, in order.
    pub fn iter(&self) -> Events<'_> {
        self.range(0, self.ticks())
    }

    /// SHA-256 of the canonical log, in lower-case hexadecimal digits.
    pub fn hash(&self, agent_ids: &[String]) -> String {
        let mut hash = Sha256::new();
        let mut buffer = canonical_head(agent_ids);
        for event in self.iter() {
            event.write_canonical(&mut buffer);
            if buffer.len() >= 1 << 16 {
                hash.update(&buffer);
                buffer.clear();
            }
        }
        hash.update(&buffer);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The first bytes of every canonical log: what it is, its version, and the ids of the banks.
fn canonical_head(agent_ids: &[String]) -> Vec<u8> {
    let mut head = b"payment-simulator log\n".to_vec();
    head.extend_from_slice(&1_u32.to_le_bytes());
    head.extend_from_slice(&(agent_ids.len() as u32).to_le_bytes());
    for id in agent_ids {
        head.extend_from_slice(&(id.len() as u32).to_le_bytes());
        head.extend_from_slice(id.as_bytes());
    }
    head
}

/// Events in order.
#[derive(Debug, Clone)]
pub struct Events<'a> {
    log: &'a EventLog,
    tick: u32,
    next: usize,
    end: usize,
    payload: usize,
}

impl<'a> Iterator for Events<'a> {
    type Item = EventRef<'a>;

    fn next(&mut self) -> Option<EventRef<'a>> {
        if self.next >= self.end {
            return None;
        }
        let (log, index) = (self.log, self.next);
        while log.ticks.get(self.tick as usize + 1).is_some_and(|start| start.event <= index) {
            self.tick += 1;
        }
        let kind = EventKind::from_code(log.kinds[index])?;
        let rest = &log.payload[self.payload..];
        let payload = &rest[..payload_width(kind, rest)];
        self.payload += payload.len();
        self.next += 1;
        Some(EventRef {
            sequence: index,
            tick: self.tick,
            kind,
            agent: log.agents[index],
            peer: log.peers[index],
            payment: log.payments[index],
            amount: log.amounts[index],
            payload,
        })
    }
}

/// How many bytes an event of this kind has of its own.
fn payload_width(kind: EventKind, bytes: &[u8]) -> usize {
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

    /// Append its record in the canonical log: code, tick, fields in the order of the catalogue.
    fn write_canonical(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8);
        out.extend_from_slice(&self.tick.to_le_bytes());
        let mut rest = self.payload;
        for field in self.kind.event_type().fields {
            match field.place {
                Place::Agent => out.extend_from_slice(&self.agent.to_le_bytes()),
                Place::Peer => out.extend_from_slice(&self.peer.to_le_bytes()),
                Place::Payment => out.extend_from_slice(&self.payment.to_le_bytes()),
                Place::Amount => out.extend_from_slice(&self.amount.to_le_bytes()),
                Place::Payload => {
                    let (head, tail) = rest.split_at(PayloadReader::new(rest).width(field.field_type));
                    out.extend_from_slice(head);
                    rest = tail;
                }
            }
        }
    }
}

/// Append events as JSON Lines, keys in the order of the catalogue.
pub fn write_json_lines(events: Events<'_>, agent_ids: &[String], out: &mut Vec<u8>) {
    let writer = JsonWriter { names: Names { log: events.log, agent_ids } };
    for event in events {
        out.extend_from_slice(b"{\"event_type\":\"");
        out.extend_from_slice(event.kind.event_type().name.as_bytes());
        out.extend_from_slice(format!("\",\"tick\":{}", event.tick).as_bytes());
        for (field, value) in event.fields() {
            out.push(b',');
            writer.text(field.name, out);
            out.push(b':');
            writer.value(&value, out);
        }
        out.extend_from_slice(b"}\n");
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

struct JsonWriter<'a> {
    names: Names<'a>,
}

impl JsonWriter<'_> {
    fn value(&self, value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::None => out.extend_from_slice(b"null"),
            Value::Boolean(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::Code(text) => self.text(text, out),
            Value::Float(number) if number.is_finite() => out.extend_from_slice(format!("{number:?}").as_bytes()),
            Value::Float(_) => out.extend_from_slice(b"null"),
            Value::Text(text) => self.text(text, out),
            Value::Agent(agent) => self.text(self.names.agent(*agent), out),
            Value::Payment(payment) => self.text(&self.names.payment(*payment), out),
            Value::ScheduledSettlement(from, to, amount, tick) => {
                self.text(&self.names.scheduled_settlement(*from, *to, *amount, *tick), out);
            }
            Value::List(values) => {
                out.push(b'[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.value(value, out);
                }
                out.push(b']');
            }
            Value::Object(fields) => {
                out.push(b'{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.text(name, out);
                    out.push(b':');
                    self.value(value, out);
                }
                out.push(b'}');
            }
        }
    }

    fn text(&self, text: &str, out: &mut Vec<u8>) {
        out.push(b'"');
        for character in text.chars() {
            match character {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                control if control < ' ' => out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes()),
                other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        out.push(b'"');
    }
}

/// One type of event as columns.
#[derive(Debug, Default)]
pub struct EventColumns {
    /// The place of each event in the log.
    pub sequence: Vec<i64>,
    /// The tick of each event.
    pub tick: Vec<i64>,
    /// Each field: its name and its column.
    pub fields: Vec<(String, Column)>,
}

/// A column of values.
#[derive(Debug)]
pub enum Column {
    /// One number an event.
    Integers(Vec<i64>),
    /// One number that a policy calculates with an event.
    Floats(Vec<f64>),
    /// One text an event.
    Texts(Vec<Option<String>>),
    /// One object an event, as JSON.
    Json(Vec<String>),
    /// Some numbers an event: all of them, and where each event's begin (one more than there are events).
    Lists(Vec<i64>, Vec<i64>),
}

/// All events of one kind as columns.
pub fn event_columns(log: &EventLog, kind: EventKind, agent_ids: &[String]) -> EventColumns {
    let mut columns = EventColumns::default();
    for field in kind.event_type().fields {
        let column = match field.field_type {
            FieldType::Code(_) | FieldType::ScenarioEventType | FieldType::Text | FieldType::OptionalText => {
                Column::Texts(Vec::new())
            }
            FieldType::Float => Column::Floats(Vec::new()),
            FieldType::Costs | FieldType::ScenarioDetails => Column::Json(Vec::new()),
            FieldType::AgentList | FieldType::OptionalAgentList | FieldType::PaymentList | FieldType::IntegerList => {
                Column::Lists(Vec::new(), vec![0])
            }
            _ => Column::Integers(Vec::new()),
        };
        columns.fields.push((field.name.to_owned(), column));
    }
    let writer = JsonWriter { names: Names { log, agent_ids } };
    for event in log.iter().filter(|event| event.kind == kind) {
        columns.sequence.push(event.sequence as i64);
        columns.tick.push(i64::from(event.tick));
        for ((_, value), (_, column)) in event.fields().zip(&mut columns.fields) {
            match (column, value) {
                (Column::Integers(numbers), value) => numbers.push(number(&value)),
                (Column::Floats(numbers), Value::Float(number)) => numbers.push(number),
                (Column::Floats(numbers), _) => numbers.push(f64::NAN),
                (Column::Texts(texts), Value::Code(text)) => texts.push(Some(text.to_owned())),
                (Column::Texts(texts), Value::Text(text)) => texts.push(Some(text)),
                (Column::Texts(texts), _) => texts.push(None),
                (Column::Json(objects), value) => {
                    let mut bytes = Vec::new();
                    writer.value(&value, &mut bytes);
                    objects.push(String::from_utf8_lossy(&bytes).into_owned());
                }
                (Column::Lists(items, offsets), Value::List(values)) => {
                    items.extend(values.iter().map(number));
                    offsets.push(items.len() as i64);
                }
                (Column::Lists(items, offsets), _) => offsets.push(items.len() as i64),
            }
        }
    }
    columns
}

fn number(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        Value::Boolean(yes) => i64::from(*yes),
        Value::Agent(number) | Value::Payment(number) => i64::from(*number),
        _ => -1,
    }
}
