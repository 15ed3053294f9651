//! What the log tells about one payment, before and after the end of a tick.

use super::Place;
use crate::event::{EventKind, Value};
use crate::log::EventRef;
use crate::money::Cents;
use crate::replay::PaymentReplay;
use crate::views::{Record, each_settlement};

/// The events that say where a payment stands, by their places in the log.
pub struct Story {
    /// The last one up to the end of the tick: place and tick.
    last: Option<(usize, u32, EventKind)>,
    /// Whether that was a command. The payment's bank has decided about it after that, in the same tick.
    is_command: bool,
    /// Whether nothing has been said about it since it arrived: it has not been decided about, or without an event.
    has_only_arrived: bool,
    /// When it last came into its sender's own queue: on arrival or back from the central queue.
    in_queue1_since: Option<u32>,
    /// The end of the tick, as a place in the log.
    end: usize,
    /// The first one after the tick that moves it.
    next: Option<usize>,
}

/// What ended a payment's waiting.
#[derive(Debug, Clone)]
pub struct Later {
    /// The event that did.
    pub event: Value,
    /// What its bank received until then, after the end of the tick: payment, sender, cents, tick.
    pub received: Vec<(u32, u32, Cents, u32)>,
}

impl Story {
    pub fn of(record: &Record<'_>, payment: u32, tick: u32) -> Self {
        let after = tick.saturating_add(1);
        let end = record.log.range(after, u32::MAX).next().map_or(record.log.len(), |event| event.sequence);
        let mut story = Self { last: None, is_command: false, has_only_arrived: false, in_queue1_since: None, end, next: None };
        let told = |event: &EventRef<'_>| event.kind == EventKind::ControlExecuted || concerns(event, payment);
        for event in record.log.range(0, after).filter(told) {
            if event.kind == EventKind::ControlExecuted {
                // Commands come before all else in a tick: whatever has been said about the payment in it is theirs.
                story.is_command |= story.last.is_some_and(|(_, at, _)| at == event.tick);
                continue;
            }
            story.last = Some((event.sequence, event.tick, event.kind));
            story.is_command = false;
            // A declaration leaves it where it is.
            if event.kind != EventKind::RtgsResubmission {
                story.has_only_arrived = event.kind == EventKind::Arrival;
            }
            if matches!(event.kind, EventKind::Arrival | EventKind::RtgsWithdrawal) {
                story.in_queue1_since = Some(event.tick);
            }
        }
        let moves = |event: &EventRef<'_>| concerns(event, payment) && moves(event.kind);
        story.next = record.log.range(after, u32::MAX).find(moves).map(|event| event.sequence);
        story
    }

    /// Why the payment is in its sender's own queue at the end of the tick.
    pub fn queue1_reason(&self, payment: &PaymentReplay, tick: u32) -> &'static str {
        match self.last {
            // No event: it waits for its turn among the parts of a staggered split, or for the tick that its policy named.
            _ if self.has_only_arrived && payment.parent >= 0 => "later_part",
            Some((_, at, kind)) if at == tick && !self.is_command => match kind {
                EventKind::PolicyHold => "policy_hold",
                EventKind::TransactionReprioritized => "reprioritized",
                EventKind::RtgsResubmission => "declared_anew",
                EventKind::RtgsWithdrawal => "withdrawn",
                _ => "timed_release",
            },
            _ => "timed_release",
        }
    }

    /// Since which tick the payment stands there.
    pub fn since(&self, place: Place, payment: &PaymentReplay) -> Option<u32> {
        let tick = match place {
            Place::NotArrived => return None,
            Place::Queue1 => return self.in_queue1_since,
            Place::Queue2 => payment.queued_tick,
            Place::Settled => payment.settled_tick,
            Place::Split => payment.submitted_tick,
            Place::Dropped => payment.dropped_tick,
        };
        u32::try_from(tick).ok()
    }

    /// The last event that says where the payment stands.
    pub fn decision(&self, record: &Record<'_>) -> Option<Value> {
        let (sequence, ..) = self.last?;
        record.log.between(sequence, sequence + 1).next().map(|event| event_value(&event))
    }

    /// What ended its waiting, and what `bank` received until then.
    pub fn later(&self, record: &Record<'_>, bank: Option<u32>) -> Option<Later> {
        let next = self.next?;
        let event = record.log.between(next, next + 1).next()?;
        let mut received = Vec::new();
        for event in record.log.between(self.end, next) {
            each_settlement(&event, |_, payment| {
                let (sender, receiver, amount) = record.log.parties(payment);
                if Some(receiver) == bank {
                    received.push((payment, sender, amount, event.tick));
                }
            });
        }
        Some(Later { event: event_value(&event), received })
    }
}

/// Whether an event says where this payment stands.
fn concerns(event: &EventRef<'_>, payment: u32) -> bool {
    match event.kind {
        EventKind::Arrival
        | EventKind::PolicyHold
        | EventKind::PolicyDrop
        | EventKind::PolicySplit
        | EventKind::TransactionReprioritized
        | EventKind::RtgsSubmission
        | EventKind::QueuedRtgs
        | EventKind::RtgsWithdrawal
        | EventKind::RtgsResubmission => event.payment == payment,
        _ => {
            let mut settles = false;
            each_settlement(event, |_, settled| settles |= settled == payment);
            settles
        }
    }
}

/// Whether an event of this kind takes a payment to another place.
fn moves(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::PolicyHold | EventKind::TransactionReprioritized | EventKind::RtgsResubmission | EventKind::QueuedRtgs
    )
}

/// An event with all its fields and its place in the log.
fn event_value(event: &EventRef<'_>) -> Value {
    let mut fields = vec![
        ("event_type", Value::Code(event.kind.event_type().name)),
        ("tick", Value::Integer(event.tick.into())),
        ("seq", Value::Integer(event.sequence as i64)),
    ];
    fields.extend(event.fields().map(|(field, value)| (field.name, value)));
    Value::Object(fields)
}
