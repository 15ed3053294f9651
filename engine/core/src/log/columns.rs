//! One type of event as columns.

use super::json::JsonWriter;
use super::{EventLog, Names};
use crate::event::{EventKind, FieldType, Value};

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
            FieldType::Code(_) | FieldType::Which(_) | FieldType::Text | FieldType::OptionalText => Column::Texts(Vec::new()),
            FieldType::Float => Column::Floats(Vec::new()),
            FieldType::Costs | FieldType::Details(_) => Column::Json(Vec::new()),
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
