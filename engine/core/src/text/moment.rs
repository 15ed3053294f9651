//! A tick that has ended: what a section is made of.

use super::page::{joined, words};
use crate::costs::CostRates;
use crate::event::EventKind;
use crate::log::{EventRef, Filter, NONE, Names};
use crate::money::Cents;
use crate::replay::{PaymentReplay, Replay};
use std::fmt::Display;

/// A tick that has ended, and the state then.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Which it is.
    pub tick: u32,
    /// All its events, and those that are shown.
    pub all: &'a [EventRef<'a>],
    /// Those that are shown.
    pub events: &'a [EventRef<'a>],
    /// Which are shown.
    pub filter: &'a Filter,
    /// The names of banks and payments.
    pub names: Names<'a>,
    /// The names of banks, as they can be shown.
    pub banks: &'a [String],
    /// By bank: whether its figures may be shown.
    pub is_shown: &'a [bool],
    /// By bank: its rates.
    pub rates: &'a [CostRates],
    /// What the log has told.
    pub replay: &'a Replay,
    /// By bank: the balance before the tick.
    pub before: &'a [Cents],
    /// The payments in any queue, in order of arrival.
    pub waiting: &'a [u32],
    /// Payments that were settled by netting before the day.
    pub netted_before: u64,
}

impl<'a> Moment<'a> {
    /// The events of these types that are shown, in log order.
    pub fn of(&self, kinds: &'static [EventKind]) -> impl Iterator<Item = &'a EventRef<'a>> + Clone + use<'a> {
        self.events.iter().filter(|event| kinds.contains(&event.kind))
    }

    /// The events of these types, shown or not, in log order.
    pub fn all_of(&self, kinds: &'static [EventKind]) -> impl Iterator<Item = &'a EventRef<'a>> + use<'a> {
        self.all.iter().filter(|event| kinds.contains(&event.kind))
    }

    /// The banks whose figures are shown, by number; none where events are chosen one by one.
    pub fn agents(&self) -> impl Iterator<Item = u32> + '_ {
        let agents = if self.filter.chooses_events() { 0 } else { self.banks.len() as u32 };
        (0..agents).filter(|agent| self.concerns(*agent))
    }

    /// Whether the figures of a bank may be shown.
    pub fn concerns(&self, agent: u32) -> bool {
        self.is_shown[agent as usize]
    }

    /// The payments in any queue that are shown, with their numbers; none where events are chosen one by one.
    pub fn queued(&self) -> impl Iterator<Item = (u32, &'a PaymentReplay)> + '_ {
        let waiting = if self.filter.chooses_events() { &[] } else { self.waiting };
        let payments = waiting.iter().filter_map(|number| Some((*number, self.replay.payment(*number)?)));
        payments.filter(|(_, payment)| self.concerns(payment.sender as u32) || self.concerns(payment.receiver as u32))
    }

    /// The name of a bank.
    pub fn bank(&self, agent: u32) -> &'a str {
        &self.banks[agent as usize]
    }

    /// The name of a payment without what all of them begin with.
    pub fn payment(&self, payment: u32) -> impl Display + 'a {
        let names = self.names;
        words(move |f| {
            let mut part = Vec::new();
            let number = names.log.payment_number(payment, &mut part);
            write!(f, "{number:08}{}", String::from_utf8_lossy(&part))
        })
    }

    /// The names of several.
    pub fn payments<'b>(&'b self, payments: &'b [u32]) -> impl Display + use<'a, 'b> {
        joined(payments.iter().map(|payment| self.payment(*payment)), ", ")
    }

    /// The names of several banks.
    pub fn bank_names<'b>(&'b self, agents: &'b [u32], between: &'static str) -> impl Display + use<'a, 'b> {
        joined(agents.iter().map(|agent| self.bank(*agent)), between)
    }

    /// The payment of an event, or what stands for it where money moved without one.
    pub fn name(&self, event: &'a EventRef<'a>) -> impl Display + '_ {
        words(move |f| match event.payment {
            NONE => {
                let names = Names { agent_ids: self.banks, ..self.names };
                f.write_str(&names.scheduled_settlement(event.agent, event.peer, event.amount, event.tick))
            }
            payment => write!(f, "{}", self.payment(payment)),
        })
    }

    /// The payment of an event, and who pays whom.
    pub fn parties(&self, event: &'a EventRef<'a>) -> impl Display + '_ {
        words(move |f| write!(f, "{}: {} → {}", self.name(event), self.bank(event.agent), self.bank(event.peer)))
    }
}
