//! The central queue (Queue 2): submitted payments that wait, findable by sender and by pair of banks.
//!
//! The queue's order is one sequence over all banks. A sender's part of it is a tournament tree of amounts, so that the first
//! payment which a bank can afford is found in logarithmic time; nobody ever walks the whole queue.

use crate::log::NONE;
use crate::money::Cents;
use crate::pages::Pages;
use crate::transaction::{Status, Transaction};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The central queue.
#[derive(Debug, Clone)]
pub struct Queue2 {
    count: usize,
    value: i128,
    next_sequence: u32,
    /// By sender, then by class of declared priority; without priorities all are in the last class.
    senders: Vec<[SenderQueue; CLASSES]>,
    /// By sender: how many payments wait.
    counts: Vec<u32>,
    /// The place in `pairs` by sender and receiver; a row is made when its sender first queues a payment.
    pair_places: Vec<Vec<u32>>,
    pairs: Vec<Pair>,
    /// Which banks a sender has queued payments for, ascending.
    receivers: Vec<Vec<u32>>,
    /// Banks whose payments may have become affordable since they were last looked at.
    woken: Vec<u32>,
    is_woken: Vec<bool>,
    /// Whether something came, went, or became affordable, since netting last found nothing.
    netting_may_help: bool,
}

/// What a snapshot holds of the queue beside the payments in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    next_sequence: u32,
    woken: Vec<u32>,
    netting_may_help: bool,
}

/// Classes of declared priority; the first is served first.
const CLASSES: usize = 3;

/// A place in the queue's order: class, then sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    class: u8,
    sequence: u32,
}

/// All queued payments from one bank to another.
#[derive(Debug, Clone, Default)]
struct Pair {
    value: i128,
    count: u32,
    /// In queue order. The first is queued; those behind it that have left the queue stay until there are too many of them.
    entries: VecDeque<Entry>,
}

/// A payment in the queue of its pair.
#[derive(Debug, Clone, Copy)]
struct Entry {
    place: Place,
    /// `NONE` once it has left.
    payment: u32,
    amount: Cents,
}

impl Pair {
    fn push(&mut self, entry: Entry) {
        self.value += i128::from(entry.amount);
        self.count += 1;
        if self.entries.back().is_none_or(|last| last.place < entry.place) {
            self.entries.push_back(entry);
        } else {
            let at = self.entries.partition_point(|other| other.place < entry.place);
            self.entries.insert(at, entry);
        }
    }

    fn remove(&mut self, place: Place) {
        let at = if self.entries.front().is_some_and(|first| first.place == place) {
            0
        } else {
            self.entries.partition_point(|entry| entry.place < place)
        };
        let Some(entry) = self.entries.get_mut(at) else { return };
        entry.payment = NONE;
        self.value -= i128::from(entry.amount);
        self.count -= 1;
        if self.entries.len() > 16 + 2 * self.count as usize {
            self.entries.retain(|entry| entry.payment != NONE);
        }
        while self.entries.front().is_some_and(|first| first.payment == NONE) {
            self.entries.pop_front();
        }
    }

    fn live(&self) -> impl Iterator<Item = (u32, Cents)> + '_ {
        self.entries.iter().filter(|entry| entry.payment != NONE).map(|entry| (entry.payment, entry.amount))
    }
}

impl Queue2 {
    /// An empty queue for so many banks.
    pub fn new(agents: usize) -> Self {
        Self {
            count: 0,
            value: 0,
            next_sequence: 0,
            senders: vec![Default::default(); agents],
            counts: vec![0; agents],
            pair_places: vec![Vec::new(); agents],
            pairs: Vec::new(),
            receivers: vec![Vec::new(); agents],
            woken: Vec::new(),
            is_woken: vec![false; agents],
            netting_may_help: false,
        }
    }

    /// For a snapshot.
    pub fn saved(&self) -> Saved {
        let waits = |agent: &u32| self.count_of(*agent) > 0;
        let woken = self.woken.iter().copied().filter(waits).collect();
        Saved { next_sequence: self.next_sequence, woken, netting_may_help: self.netting_may_help }
    }

    /// An empty queue becomes what it was when a snapshot was taken. False if it cannot have been.
    pub fn restore(&mut self, saved: Saved, transactions: &mut Pages<Transaction>) -> bool {
        let in_queue2 = |payment: &&Transaction| payment.status == Status::Queue2;
        let places = transactions.iter().zip(0..).filter(|(payment, _)| in_queue2(payment));
        let mut entries: Vec<(u32, u8, u32)> =
            places.map(|(payment, index)| (payment.queue2_sequence, payment.queue2_class, index)).collect();
        entries.sort_unstable();
        let is_right = entries.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && entries.last().is_none_or(|(last, ..)| *last < saved.next_sequence)
            && entries.iter().all(|(_, class, _)| usize::from(*class) < CLASSES)
            && saved.woken.iter().all(|agent| (*agent as usize) < self.senders.len());
        if !is_right {
            return false;
        }
        for (sequence, class, index) in entries {
            self.next_sequence = sequence;
            if !self.push(index, class, transactions) {
                return false;
            }
        }
        self.next_sequence = saved.next_sequence;
        saved.woken.iter().for_each(|agent| self.wake(*agent));
        self.netting_may_help = saved.netting_may_help;
        true
    }

    /// How many payments wait.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The value of all that waits, in cents.
    pub fn value(&self) -> i128 {
        self.value
    }

    /// How many payments of a bank wait.
    pub fn count_of(&self, sender: u32) -> usize {
        self.counts[sender as usize] as usize
    }

    /// How many payments to a bank wait.
    pub fn count_to(&self, receiver: u32) -> usize {
        (0..self.senders.len() as u32).filter_map(|sender| self.pair(sender, receiver)).map(|pair| pair.count as usize).sum()
    }

    /// Banks in the system.
    pub fn agents(&self) -> usize {
        self.senders.len()
    }

    /// Append a payment, in a class of declared priority (0 to 2). False if the queue has had more entries than can be numbered.
    #[must_use]
    pub fn push(&mut self, index: u32, class: u8, transactions: &mut Pages<Transaction>) -> bool {
        if self.next_sequence == NONE {
            return false;
        }
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.count += 1;
        self.netting_may_help = true;
        let payment = &mut transactions[index as usize];
        self.counts[payment.sender as usize] += 1;
        payment.queue2_sequence = sequence;
        payment.queue2_class = class;
        let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.amount);
        self.value += i128::from(amount);
        self.senders[sender as usize][usize::from(class)].push(index, sequence, amount, transactions);
        let place = self.pair_place_or_new(sender, receiver);
        let pair = &mut self.pairs[place];
        pair.push(Entry { place: Place { class, sequence }, payment: index, amount });
        if pair.count == 1 {
            let receivers = &mut self.receivers[sender as usize];
            if let Err(at) = receivers.binary_search(&receiver) {
                receivers.insert(at, receiver);
            }
        }
        true
    }

    /// Take a payment out.
    pub fn remove(&mut self, index: u32, transactions: &mut Pages<Transaction>) {
        let payment = &mut transactions[index as usize];
        let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.amount);
        let queue_place = Place { class: payment.queue2_class, sequence: payment.queue2_sequence };
        self.senders[sender as usize][usize::from(payment.queue2_class)].remove(payment.queue2_slot);
        self.value -= i128::from(amount);
        payment.queue2_slot = NONE;
        payment.queue2_sequence = NONE;
        self.count -= 1;
        self.counts[sender as usize] -= 1;
        self.netting_may_help = true; // a payment that stood in the way may be gone
        let place = self.pair_place_or_new(sender, receiver);
        let pair = &mut self.pairs[place];
        pair.remove(queue_place);
        if pair.count == 0 {
            let receivers = &mut self.receivers[sender as usize];
            if let Ok(at) = receivers.binary_search(&receiver) {
                receivers.remove(at);
            }
        }
    }

    fn pair_place_or_new(&mut self, sender: u32, receiver: u32) -> usize {
        let row = &mut self.pair_places[sender as usize];
        if row.is_empty() {
            row.resize(self.senders.len(), NONE);
        }
        let place = &mut row[receiver as usize];
        if *place == NONE {
            *place = self.pairs.len() as u32;
            self.pairs.push(Pair::default());
        }
        *place as usize
    }

    fn pair(&self, sender: u32, receiver: u32) -> Option<&Pair> {
        let place = *self.pair_places[sender as usize].get(receiver as usize)?;
        self.pairs.get(place as usize)
    }

    /// The value of all queued payments from one bank to another.
    pub fn value_between(&self, sender: u32, receiver: u32) -> i128 {
        self.pair(sender, receiver).map_or(0, |pair| pair.value)
    }

    /// The queued payments from one bank to another with their amounts, in queue order.
    pub fn payments_between(&self, sender: u32, receiver: u32) -> impl Iterator<Item = (u32, Cents)> + '_ {
        self.pair(sender, receiver).into_iter().flat_map(Pair::live)
    }

    /// The first queued payment from one bank to another, with its amount.
    pub fn head_between(&self, sender: u32, receiver: u32) -> Option<(u32, Cents)> {
        self.pair(sender, receiver)?.entries.front().map(|entry| (entry.payment, entry.amount))
    }

    /// The queued payments of a bank, in queue order.
    pub fn payments_of(&self, sender: u32) -> impl Iterator<Item = u32> + '_ {
        self.senders[sender as usize].iter().flat_map(|queue| &queue.payments).copied().filter(|payment| *payment != NONE)
    }

    /// Which banks a sender has queued payments for, ascending.
    pub fn receivers(&self, sender: u32) -> &[u32] {
        &self.receivers[sender as usize]
    }

    /// The first payment of a sender, after a place in the queue's order, that is at most `liquidity`.
    pub fn first_affordable(&self, sender: u32, after: Option<Place>, liquidity: Cents) -> Option<(Place, u32)> {
        let from = after.map_or(0, |after| after.class);
        let classes = (from..CLASSES as u8).zip(&self.senders[sender as usize][usize::from(from)..]);
        classes.into_iter().find_map(|(class, queue)| {
            let after = after.filter(|after| after.class == class).map(|after| after.sequence);
            let (sequence, payment) = queue.first_affordable(after, liquidity)?;
            Some((Place { class, sequence }, payment))
        })
    }

    /// Note that a bank has more liquidity, more room in its limits, or another head of its queue, than before.
    #[inline]
    pub fn wake(&mut self, agent: u32) {
        if self.is_woken[agent as usize] {
            // Netting may have looked, and found nothing, since.
            self.netting_may_help = true;
        } else if self.counts[agent as usize] > 0 {
            self.is_woken[agent as usize] = true;
            self.woken.push(agent);
            self.netting_may_help = true;
        }
    }

    /// Whether a new search for payments to net can find more than the last one.
    pub fn netting_may_help(&self) -> bool {
        self.netting_may_help
    }

    /// Note that netting has found nothing: it need not look again before something changes.
    pub fn netting_found_nothing(&mut self) {
        self.netting_may_help = false;
    }

    /// Whether banks were woken that have not been looked at since.
    pub fn has_woken(&self) -> bool {
        !self.woken.is_empty()
    }

    /// One of the banks that were woken and not looked at since.
    pub fn pop_woken(&mut self) -> Option<u32> {
        let agent = self.woken.pop()?;
        self.is_woken[agent as usize] = false;
        Some(agent)
    }
}

/// One sender's payments in queue order.
#[derive(Debug, Clone, Default)]
struct SenderQueue {
    /// Payments and their sequences; `NONE` where one has left.
    payments: Vec<u32>,
    sequences: Vec<u32>,
    live: usize,
    /// A tournament of amounts: leaf `capacity + slot`, each inner node the smaller of its two children, `MAX` where nothing is.
    smallest: Vec<Cents>,
}

impl SenderQueue {
    fn capacity(&self) -> usize {
        self.smallest.len() / 2
    }

    fn push(&mut self, index: u32, sequence: u32, amount: Cents, transactions: &mut Pages<Transaction>) {
        if self.payments.len() == self.capacity() {
            self.rebuild(transactions);
        }
        let slot = self.payments.len();
        self.payments.push(index);
        self.sequences.push(sequence);
        self.live += 1;
        self.set(slot, amount);
        transactions[index as usize].queue2_slot = slot as u32;
    }

    fn remove(&mut self, slot: u32) {
        self.payments[slot as usize] = NONE;
        self.set(slot as usize, Cents::MAX);
        self.live -= 1;
        if self.live == 0 {
            self.payments.clear();
            self.sequences.clear();
        }
    }

    fn set(&mut self, slot: usize, amount: Cents) {
        let mut node = self.capacity() + slot;
        self.smallest[node] = amount;
        while node > 1 {
            node /= 2;
            let smaller = self.smallest[2 * node].min(self.smallest[2 * node + 1]);
            if self.smallest[node] == smaller {
                break;
            }
            self.smallest[node] = smaller;
        }
    }

    /// Close the gaps and leave at least as much room as there are payments.
    fn rebuild(&mut self, transactions: &mut Pages<Transaction>) {
        let kept: Vec<(u32, u32)> =
            self.payments.iter().copied().zip(self.sequences.iter().copied()).filter(|(payment, _)| *payment != NONE).collect();
        let capacity = (2 * (kept.len() + 1)).next_power_of_two().max(8);
        self.smallest.clear();
        self.smallest.resize(2 * capacity, Cents::MAX);
        self.payments.clear();
        self.sequences.clear();
        for (slot, (payment, sequence)) in kept.into_iter().enumerate() {
            self.payments.push(payment);
            self.sequences.push(sequence);
            let transaction = &mut transactions[payment as usize];
            transaction.queue2_slot = slot as u32;
            self.smallest[capacity + slot] = transaction.amount;
        }
        for node in (1..capacity).rev() {
            self.smallest[node] = self.smallest[2 * node].min(self.smallest[2 * node + 1]);
        }
    }

    fn first_affordable(&self, after: Option<u32>, liquidity: Cents) -> Option<(u32, u32)> {
        let capacity = self.capacity();
        if self.live == 0 || self.smallest[1] > liquidity {
            return None;
        }
        let from = after.map_or(0, |after| self.sequences.partition_point(|sequence| *sequence <= after));
        if from >= self.payments.len() {
            return None;
        }
        let mut node = capacity + from;
        while self.smallest[node] > liquidity {
            // Up to the first ancestor that is a left child, then over to its sibling: the next part of the queue.
            while node % 2 == 1 {
                node /= 2;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < capacity {
            node *= 2;
            if self.smallest[node] > liquidity {
                node += 1;
            }
        }
        let slot = node - capacity;
        Some((self.sequences[slot], self.payments[slot]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::example;
    use proptest::prelude::*;

    #[test]
    fn a_queue_that_cannot_have_been_is_not_restored() {
        let queued = |receiver| Transaction { receiver, status: Status::Queue2, ..example(10) };
        type Change = fn(&mut Saved, &mut Pages<Transaction>);
        let cases: [(Change, bool); 6] = [
            (|_, _| (), true),
            (|saved, _| saved.woken = vec![3], true),
            (|saved, _| saved.woken = vec![4], false),
            (|saved, _| saved.next_sequence = 1, false),
            (|_, payments| payments[1].queue2_sequence = 0, false),
            (|_, payments| payments[1].queue2_class = 3, false),
        ];
        for (place, (change, expected)) in cases.into_iter().enumerate() {
            let mut payments = Pages::from_iter([queued(1), queued(2)]);
            let mut queue = Queue2::new(4);
            assert!(queue.push(0, 2, &mut payments) && queue.push(1, 0, &mut payments));
            let mut saved = queue.saved();
            change(&mut saved, &mut payments);
            let mut restored = Queue2::new(4);
            assert_eq!(restored.restore(saved, &mut payments), expected, "case {place}");
            if expected {
                let order = |queue: &Queue2| queue.payments_of(0).collect::<Vec<_>>();
                assert_eq!((order(&restored), restored.value()), (order(&queue), queue.value()));
            }
        }
    }

    proptest! {
        /// Against the obvious: a list that is walked.
        #[test]
        fn agrees_with_a_plain_list(
            steps in prop::collection::vec((any::<bool>(), 1_i64..50, 1_u32..4, 0_i64..50, 0_u8..3), 1..200),
        ) {
            let mut queue = Queue2::new(4);
            let mut transactions = Pages::default();
            let mut plain: Vec<(u8, u32)> = Vec::new();
            for (push, amount, receiver, liquidity, class) in steps {
                if push || plain.is_empty() {
                    let index = transactions.len() as u32;
                    transactions.push(Transaction { receiver, ..example(amount) });
                    prop_assert!(queue.push(index, class, &mut transactions));
                    plain.push((class, index));
                    plain.sort_unstable();
                } else {
                    let (_, index) = plain.remove(amount as usize % plain.len());
                    queue.remove(index, &mut transactions);
                }
                prop_assert_eq!((queue.len(), queue.count_of(0), queue.is_empty()), (plain.len(), plain.len(), plain.is_empty()));
                prop_assert_eq!(queue.value(), plain.iter().map(|(_, index)| i128::from(transactions[*index as usize].amount)).sum());
                let skipped = liquidity as usize % (plain.len() + 1);
                let after = skipped.checked_sub(1).map(|last| {
                    let (class, index) = plain[last];
                    Place { class, sequence: transactions[index as usize].queue2_sequence }
                });
                let expected = plain[skipped..].iter().map(|(_, index)| *index).find(|index| transactions[*index as usize].amount <= liquidity);
                prop_assert_eq!(queue.first_affordable(0, after, liquidity).map(|(_, index)| index), expected);
                for receiver in 1..4 {
                    let to_receiver = plain.iter().map(|(_, index)| *index).filter(|index| transactions[*index as usize].receiver == receiver);
                    let between: Vec<(u32, Cents)> = to_receiver.map(|index| (index, transactions[index as usize].amount)).collect();
                    let value: i128 = between.iter().map(|(_, amount)| i128::from(*amount)).sum();
                    prop_assert_eq!((queue.value_between(0, receiver), queue.count_to(receiver)), (value, between.len()));
                    prop_assert_eq!(queue.receivers(0).contains(&receiver), !between.is_empty());
                    prop_assert_eq!(queue.head_between(0, receiver), between.first().copied());
                    prop_assert_eq!(queue.payments_between(0, receiver).collect::<Vec<_>>(), between);
                }
            }
        }
    }
}
