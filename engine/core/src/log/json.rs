//! Events and their values as JSON.

use super::{Events, Names};
use crate::event::Value;

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

/// Writes values.
pub(super) struct JsonWriter<'a> {
    pub(super) names: Names<'a>,
}

impl JsonWriter<'_> {
    pub(super) fn value(&self, value: &Value, out: &mut Vec<u8>) {
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

    pub(super) fn text(&self, text: &str, out: &mut Vec<u8>) {
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
