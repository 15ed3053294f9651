//! Which events are shown. A filter never changes what is counted or kept.

use super::{EventRef, Names};
use crate::event::{EventKind, Value};

/// What an event has to meet, all of it. None: anything will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What happened.
    pub kinds: Option<Vec<EventKind>>,
    /// The id of a bank: that acts in the event, or that receives where money moves.
    pub agent: Option<String>,
    /// The name of a payment: any that the event names.
    pub tx: Option<String>,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks for events of some type or of some payment, rather than for a bank.
    pub fn chooses_events(&self) -> bool {
        self.kinds.is_some() || self.tx.is_some()
    }

    /// Whether the figures of a bank may be shown.
    pub fn concerns(&self, agent_id: &str) -> bool {
        self.agent.as_ref().is_none_or(|agent| agent == agent_id)
    }

    /// Whether the event passes.
    pub fn has(&self, event: &EventRef<'_>, names: Names<'_>) -> bool {
        let is_tx = |tx: &String| event.fields().any(|(_, value)| names_payment(&value, tx, names));
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
            && self.agent.as_ref().is_none_or(|agent| names_agent(event, agent, names))
            && self.tx.as_ref().is_none_or(is_tx)
    }
}

/// Events that concern who receives as much as who pays.
fn moves_money(kind: EventKind) -> bool {
    matches!(kind, EventKind::RtgsImmediateSettlement | EventKind::Queue2LiquidityRelease | EventKind::OverdueTransactionSettled)
}

/// Whether a bank acts in an event, or receives money in it. Banks that it only speaks of are passed over.
fn names_agent(event: &EventRef<'_>, agent: &str, names: Names<'_>) -> bool {
    let is_it = |value: &Value| matches!(value, Value::Agent(number) if names.agent(*number) == agent);
    let acts = |field: &str, value: &Value| match field {
        "receiver_id" => moves_money(event.kind) && is_it(value),
        "agent_ids" => matches!(value, Value::List(values) if values.iter().any(is_it)),
        _ => is_it(value),
    };
    event.fields().any(|(field, value)| match &value {
        Value::Object(details) => details.iter().any(|(name, value)| acts(name, value)),
        _ => acts(field.name, &value),
    })
}

fn names_payment(value: &Value, tx: &str, names: Names<'_>) -> bool {
    match value {
        Value::Payment(payment) => names.payment(*payment) == tx,
        Value::ScheduledSettlement(from, to, amount, tick) => names.scheduled_settlement(*from, *to, *amount, *tick) == tx,
        Value::List(values) => values.iter().any(|value| names_payment(value, tx, names)),
        Value::Object(details) => details.iter().any(|(_, value)| names_payment(value, tx, names)),
        _ => false,
    }
}
