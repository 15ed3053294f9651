//! The money that a bank waits for: queued payments to it.

use super::Place;
use super::facts::Facts;
use crate::money::Cents;
use std::cmp::Reverse;

/// Queued payments to the bank that is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// How many there are.
    pub count: usize,
    /// Cents.
    pub value: Cents,
    /// The fewest of them that bring enough: each with its sender, which holds it, its amount, and the queue it is in. None if all together
    /// are not enough.
    pub releasing: Option<Vec<(u32, u32, Cents, Place)>>,
}

impl Facts {
    /// The payments that wait to pay the sender of `payment`, and the fewest of them that bring `short`.
    pub fn incoming(&self, payment: u32, short: Cents) -> Incoming {
        let bank = self.sender(payment);
        let waits = |index: &u32| matches!(self.place(*index), Place::Queue1 | Place::Queue2);
        let mut queued: Vec<u32> =
            (0..self.payments.len() as u32).filter(|index| self.receiver(*index) == bank).filter(waits).collect();
        queued.sort_by_key(|index| (Reverse(self.payment(*index).amount), *index));
        let value = queued.iter().map(|index| self.payment(*index).amount).sum();
        let releasing = (value >= short).then(|| {
            let mut missing = short;
            // The largest first are the fewest; the last of them need only bring what is then missing.
            let mut chosen: Vec<u32> = Vec::new();
            for index in &queued {
                let enough = |index: &&u32| self.payment(**index).amount >= missing;
                if enough(&index) {
                    chosen.extend(queued[chosen.len()..].iter().rfind(enough));
                    break;
                }
                missing -= self.payment(*index).amount;
                chosen.push(*index);
            }
            chosen.iter().map(|index| (*index, self.sender(*index), self.payment(*index).amount, self.place(*index))).collect()
        });
        Incoming { count: queued.len(), value, releasing }
    }
}
