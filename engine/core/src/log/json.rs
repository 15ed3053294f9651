//! Events and their values as JSON.

use super::{Events, Names};
use crate::event::Value;

/// Append events as JSON Lines, keys in the order of the catalogue.
pub fn write_json_lines(events: Events<'_>, agent_ids: &[String], out: &mut Vec<u8>) {
    let writer = JsonWriter { names: Names { log: events.log, agent_ids } };
    for event in events {
        out.extend_from_slice(b"{\"event_type\":\"");
        out.extend_from_slice(event.kind.event_type().name.as_bytes());
        out.extend_from_slice(b"\",\"tick\":");
        write_decimal(i64::from(event.tick), out);
        for (field, value) in event.fields() {
            writer.key(b',', field.name, out);
            writer.value(&value, out);
        }
        out.extend_from_slice(b"}\n");
    }
}

/// Writes values.
pub(super) struct JsonWriter<'a> {
    pub(super) names: Names<'a>,
}

impl JsonWriter<'_> {
    pub(super) fn value(&self, value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::None => out.extend_from_slice(b"null"),
            Value::Boolean(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::Integer(number) => write_decimal(*number, out),
            Value::Code(text) => self.text(text, out),
            Value::Float(number) if number.is_finite() => out.extend_from_slice(format!("{number:?}").as_bytes()),
            Value::Float(_) => out.extend_from_slice(b"null"),
            Value::Text(text) => self.text(text, out),
            Value::Agent(agent) => self.text(self.names.agent(*agent), out),
            Value::Payment(payment) => {
                out.push(b'"');
                self.names.log.write_payment_id(*payment, out);
                out.push(b'"');
            }
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
