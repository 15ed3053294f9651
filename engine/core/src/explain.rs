//! Why a payment stands where it does at the end of a tick, told from the record of the run: who decided it, what the payment lacks, what
//! would release it, why netting did not reach it, and what released it in the end.

mod facts;
mod incoming;
mod netting;
mod story;
#[cfg(test)]
mod tests;
mod value;

pub use incoming::Incoming;
pub use netting::{BankInNetting, Netting, Outcome};
pub use story::Later;

use crate::event::{QUEUE_REASONS, Value};
use crate::money::Cents;
use crate::replay::PaymentReplay;
use crate::views::Record;
use facts::Facts;
use story::Story;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It arrives later.
    NotArrived,
    /// In its sender's own queue.
    Queue1,
    /// In the central queue.
    Queue2,
    /// Paid.
    Settled,
    /// Replaced by its parts, of which some are not paid.
    Split,
    /// Cancelled by its sender's policy.
    Dropped,
}

/// Why a payment is in its sender's own queue.
pub const QUEUE1_REASONS: &[&str] = &["policy_hold", "timed_release", "later_part", "reprioritized", "declared_anew", "withdrawn"];
/// Why a payment that nothing stops any more is still in the central queue: it can settle in the next tick.
pub const NEXT_TICK: &str = "next_tick";

/// A limit of a bank, and what a payment would make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitUse {
    /// Cents that may be sent in a day.
    pub limit: Cents,
    /// Cents sent today.
    pub used: Cents,
    /// By how much the payment would exceed it; 0 if it would not.
    pub over_by: Cents,
}

/// What stands between a payment and settlement by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacles {
    /// What its sender can pay: balance and unused credit.
    pub available_liquidity: Cents,
    /// What its sender lacks for this payment alone; 0 if nothing.
    pub short_by: Cents,
    /// The limit for its receiver.
    pub bilateral_limit: Option<LimitUse>,
    /// The limit for all receivers.
    pub multilateral_limit: Option<LimitUse>,
    /// The payment of the same sender that must go first, where payments wait behind each other.
    pub behind: Option<u32>,
    /// Payments of the same sender ahead of it in the queue that take the money first if `short_in_queue` comes in.
    pub taken_first: Vec<u32>,
    /// So much more, to its sender, releases it; none if money alone does not.
    pub short_in_queue: Option<Cents>,
}

impl Obstacles {
    /// The names of what stands in the way; none: it can settle now.
    pub fn names(&self) -> Vec<&'static str> {
        let exceeded = |limit: &Option<LimitUse>| limit.is_some_and(|limit| limit.over_by > 0);
        let stands =
            [self.short_by > 0, exceeded(&self.bilateral_limit), exceeded(&self.multilateral_limit), self.behind.is_some()];
        QUEUE_REASONS.iter().zip(stands).filter(|(_, stands)| *stands).map(|(name, _)| *name).collect()
    }
}

/// Why a payment stands where it does at the end of a tick.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The payment.
    pub payment: u32,
    /// The tick at whose end this was so.
    pub tick: u32,
    /// What is known of the payment then; none before it arrives.
    pub facts: Option<PaymentReplay>,
    /// Where it stands.
    pub place: Place,
    /// Since which tick it stands there.
    pub since: Option<u32>,
    /// Its parts, if it was split; each of them stands somewhere of its own.
    pub parts: Vec<u32>,
    /// The last event about where it stands: what put it there, or the decision to leave it there.
    pub decision: Option<Value>,
    /// Why it waits, by name; empty if it does not wait.
    pub reasons: Vec<&'static str>,
    /// What stands between it and settlement, if it waits.
    pub obstacles: Option<Obstacles>,
    /// The tick in which its sender's limits are empty again, if that is within the run and they matter.
    pub limits_renewed_tick: Option<u32>,
    /// Payments to its sender that are queued, if it is short of liquidity.
    pub incoming: Option<Incoming>,
    /// What each way of netting that is on would make of it, if it is in the central queue.
    pub netting: Vec<Netting>,
    /// What ended its waiting.
    pub later: Option<Later>,
}

impl Record<'_> {
    /// Why a payment stands where it does at the end of a tick that was run.
    pub fn explain(&self, payment: u32, tick: u32) -> Explanation {
        let facts = Facts::at(self, tick);
        let story = Story::of(self, payment, tick);
        let Some(known) = facts.payments.get(payment as usize).copied() else {
            return Explanation {
                payment,
                tick,
                facts: None,
                place: Place::NotArrived,
                since: None,
                parts: Vec::new(),
                decision: None,
                reasons: Vec::new(),
                obstacles: None,
                limits_renewed_tick: None,
                incoming: None,
                netting: Vec::new(),
                later: story.later(self, None),
            };
        };
        let place = facts.place(payment);
        let waits = matches!(place, Place::Queue1 | Place::Queue2);
        let obstacles = waits.then(|| facts.obstacles(payment));
        let reasons = match (place, &obstacles) {
            (Place::Queue1, _) => vec![story.queue1_reason(&known, tick)],
            (Place::Queue2, Some(obstacles)) if obstacles.names().is_empty() => vec![NEXT_TICK],
            (Place::Queue2, Some(obstacles)) => obstacles.names(),
            _ => Vec::new(),
        };
        let short = obstacles.as_ref().map_or(0, |obstacles| obstacles.short_in_queue.unwrap_or(obstacles.short_by));
        let limited = obstacles.as_ref().is_some_and(|o| o.bilateral_limit.is_some() || o.multilateral_limit.is_some());
        Explanation {
            payment,
            tick,
            facts: Some(known),
            place,
            since: story.since(place, &known),
            parts: facts.parts_of(payment),
            decision: story.decision(self),
            reasons,
            limits_renewed_tick: limited.then(|| facts.next_day(self)).flatten(),
            incoming: (short > 0).then(|| facts.incoming(payment, short)),
            netting: if place == Place::Queue2 { facts.netting(self, payment) } else { Vec::new() },
            later: if waits { story.later(self, Some(known.sender as u32)) } else { None },
            obstacles,
        }
    }
}
