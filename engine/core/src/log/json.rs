//! Events and their values as JSON.

use super::{EventRef, Events, Filter, NONE, Names};
use crate::event::{Field, FieldType, PayloadReader, Place, Value};

/// Append the events that pass as JSON Lines, keys in the order of the catalogue.
pub fn write_json_lines(events: Events<'_>, agent_ids: &[String], filter: &Filter, out: &mut Vec<u8>) {
    let names = Names { log: events.log, agent_ids };
    let writer = JsonWriter { names };
    for event in events.filter(|event| filter.is_empty() || filter.has(event, names)) {
        out.extend_from_slice(b"{\"event_type\":\"");
        out.extend_from_slice(event.kind.event_type().name.as_bytes());
        out.extend_from_slice(b"\",\"tick\":");
        write_decimal(i64::from(event.tick), out);
        let mut reader = event.reader();
        for field in event.kind.event_type().fields {
            writer.key(b',', field.name, out);
            writer.field(&event, field, &mut reader, out);
        }
        out.extend_from_slice(b"}\n");
    }
}

/// Writes values straight from the bytes of events.
pub(super) struct JsonWriter<'a> {
    pub(super) names: Names<'a>,
}

impl JsonWriter<'_> {
    /// The value of a field. `reader` stands before it, if it is among the event's own bytes, and then behind it.
    pub(super) fn field(&self, event: &EventRef<'_>, field: &Field, reader: &mut PayloadReader<'_>, out: &mut Vec<u8>) {
        match field.place {
            Place::Agent => self.agent(event.agent, out),
            Place::Peer => self.agent(event.peer, out),
            Place::Payment if event.payment == NONE => {
                self.text(&self.names.scheduled_settlement(event.agent, event.peer, event.amount, event.tick), out);
            }
            Place::Payment => self.payment(event.payment, out),
            Place::Amount => write_decimal(event.amount, out),
            Place::Payload => self.read(field.field_type, reader, out),
        }
    }

    /// The next value of an event's own, of this type: as `PayloadReader::value` has it.
    fn read(&self, field_type: FieldType, reader: &mut PayloadReader<'_>, out: &mut Vec<u8>) {
        match field_type {
            FieldType::Agent => self.agent(reader.u32(), out),
            FieldType::OptionalAgent => self.optional(reader.u32(), Self::agent, out),
            FieldType::Payment => self.payment(reader.u32(), out),
            FieldType::OptionalPayment => self.optional(reader.u32(), Self::payment, out),
            FieldType::Integer => write_decimal(reader.i64(), out),
            FieldType::Count => write_decimal(reader.u32().into(), out),
            FieldType::Small => write_decimal(reader.u8().into(), out),
            FieldType::Boolean => out.extend_from_slice(if reader.u8() != 0 { b"true" } else { b"false" }),
            FieldType::Code(texts) => self.text(texts[usize::from(reader.u8())], out),
            FieldType::AgentList => self.list(reader.u32(), out, |out| self.agent(reader.u32(), out)),
            FieldType::PaymentList => self.list(reader.u32(), out, |out| self.payment(reader.u32(), out)),
            FieldType::IntegerList => self.list(reader.u32(), out, |out| write_decimal(reader.i64(), out)),
            // What is rare has no way of its own.
            _ => self.value(&reader.value(field_type), out),
        }
    }

    fn agent(&self, agent: u32, out: &mut Vec<u8>) {
        self.text(self.names.agent(agent), out);
    }

    fn payment(&self, payment: u32, out: &mut Vec<u8>) {
        out.push(b'"');
        self.names.log.write_payment_id(payment, out);
        out.push(b'"');
    }

    fn optional(&self, number: u32, write: fn(&Self, u32, &mut Vec<u8>), out: &mut Vec<u8>) {
        if number == NONE { out.extend_from_slice(b"null") } else { write(self, number, out) }
    }

    fn list(&self, count: u32, out: &mut Vec<u8>, mut item: impl FnMut(&mut Vec<u8>)) {
        out.push(b'[');
        for index in 0..count {
            if index > 0 {
                out.push(b',');
            }
            item(out);
        }
        out.push(b']');
    }

    /// A value that was read.
    pub(super) fn value(&self, value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::None => out.extend_from_slice(b"null"),
            Value::Boolean(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::Integer(number) => write_decimal(*number, out),
            Value::Code(text) => self.text(text, out),
            Value::Float(number) if number.is_finite() => out.extend_from_slice(format!("{number:?}").as_bytes()),
            Value::Float(_) => out.extend_from_slice(b"null"),
            Value::Text(text) => self.text(text, out),
            Value::Agent(agent) => self.agent(*agent, out),
            Value::Payment(payment) => self.payment(*payment, out),
            Value::ScheduledSettlement(from, to, amount, tick) => {
                self.text(&self.names.scheduled_settlement(*from, *to, *amount, *tick), out);
            }
            Value::List(values) => {
                let mut values = values.iter();
                let count = values.len() as u32;
                self.list(count, out, |out| values.by_ref().take(1).for_each(|value| self.value(value, out)));
            }
            Value::Object(fields) => {
                let mut separator = b'{';
                for (name, value) in fields {
                    self.key(separator, name, out);
                    self.value(value, out);
                    separator = b',';
                }
                if separator == b'{' {
                    out.push(b'{');
                }
                out.push(b'}');
            }
        }
    }

    /// What stands before a value: `,"name":`. Names of fields hold nothing that is escaped.
    pub(super) fn key(&self, separator: u8, name: &str, out: &mut Vec<u8>) {
        out.reserve(name.len() + 4);
        out.push(separator);
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
    }

    fn text(&self, text: &str, out: &mut Vec<u8>) {
        out.push(b'"');
        if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            out.extend_from_slice(text.as_bytes());
        } else {
            for character in text.chars() {
                match character {
                    '"' => out.extend_from_slice(b"\\\""),
                    '\\' => out.extend_from_slice(b"\\\\"),
                    control if control < ' ' => out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes()),
                    other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
        }
        out.push(b'"');
    }
}

/// Append a whole number in decimal.
pub(super) fn write_decimal(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    write_digits(number.unsigned_abs(), 1, out);
}

/// Append a number in decimal with at least so many digits.
pub(super) fn write_digits(mut number: u64, least: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    while number > 0 {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[first.min(digits.len() - least)..]);
}
