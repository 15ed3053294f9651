//! Why netting does not settle a queued payment: what each bank that matters would send and receive with it, and what it lacks for that.

use super::facts::{Facts, cents};
use crate::config::MultilateralMode;
use crate::money::Cents;
use crate::settlement::{Batch, Queued};
use crate::transaction::Mechanism;
use crate::views::Record;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What one way of netting would make of a queued payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Netting {
    /// Which way: bilateral, cycle or multilateral.
    pub mechanism: Mechanism,
    /// What would come of it.
    pub outcome: Outcome,
    /// The banks that would settle together, the payment's sender first; for multilateral netting only those that matter.
    pub banks: Vec<BankInNetting>,
}

/// What would come of netting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing to settle it against.
    NothingComesBack,
    /// A bank lacks liquidity.
    Short,
    /// A bank would exceed a limit.
    Limit,
    /// Nothing is in the way any more: it settles in the next tick.
    NextTick,
}

/// A bank in a netting operation that would hold the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankInNetting {
    /// The bank.
    pub agent: u32,
    /// Cents that it would send.
    pub sends: Cents,
    /// Cents that it would receive.
    pub receives: Cents,
    /// What it can pay.
    pub available_liquidity: Cents,
    /// What it lacks; 0 if nothing.
    pub short_by: Cents,
    /// Whether it would exceed a limit.
    pub over_limit: bool,
}

impl BankInNetting {
    fn new(facts: &Facts, agent: u32, sends: i128, receives: i128, over_limit: bool) -> Self {
        let net = sends - receives;
        let short = net > i128::from(facts.available_liquidity(agent));
        Self {
            agent,
            sends: cents(sends),
            receives: cents(receives),
            available_liquidity: facts.available_liquidity(agent),
            short_by: if short { cents(net - facts.headroom(agent)) } else { 0 },
            over_limit,
        }
    }
}

impl Netting {
    fn new(mechanism: Mechanism, banks: Vec<BankInNetting>) -> Self {
        let outcome = match () {
            () if banks.iter().any(|bank| bank.short_by > 0) => Outcome::Short,
            () if banks.iter().any(|bank| bank.over_limit) => Outcome::Limit,
            () => Outcome::NextTick,
        };
        Self { mechanism, outcome, banks }
    }

    fn nothing_comes_back(mechanism: Mechanism) -> Self {
        Self { mechanism, outcome: Outcome::NothingComesBack, banks: Vec::new() }
    }
}

impl Facts {
    /// What each way of netting that is on would make of a payment in the central queue.
    pub fn netting(&self, record: &Record<'_>, payment: u32) -> Vec<Netting> {
        let config = record.config.lsm_config;
        let mut ways = Vec::new();
        if config.enable_bilateral {
            ways.push(self.bilateral(payment));
        }
        if config.enable_cycles {
            ways.push(self.cycle(payment, config.max_cycle_length as usize, config.max_cycle_candidates as usize));
        }
        if config.multilateral != MultilateralMode::Off {
            ways.push(self.in_batch(payment, &self.queue2, config.multilateral, Mechanism::Multilateral));
        }
        ways
    }

    fn bilateral(&self, payment: u32) -> Netting {
        let (a, b) = (self.sender(payment), self.receiver(payment));
        let between = |index: &u32| (self.sender(*index), self.receiver(*index));
        let pair: Vec<u32> = self.queue2.iter().copied().filter(|index| [(a, b), (b, a)].contains(&between(index))).collect();
        if !pair.iter().any(|index| self.sender(*index) == b) {
            return Netting::nothing_comes_back(Mechanism::Bilateral);
        }
        self.in_batch(payment, &pair, MultilateralMode::QueueOrder, Mechanism::Bilateral)
    }

    /// Queued payments as a batch, in which one bank may have all the money that it wants.
    fn batch(&self, payments: impl Iterator<Item = u32>, rich: Option<u32>) -> Batch {
        let mut payments: Vec<Queued> = payments
            .map(|index| Queued {
                index,
                sender: self.sender(index),
                receiver: self.receiver(index),
                amount: self.payment(index).amount,
            })
            .collect();
        payments.sort_by_key(|payment| payment.sender);
        let liquidity = |agent| if Some(agent) == rich { i128::MAX / 2 } else { self.available_liquidity(agent).into() };
        Batch::of(payments, (0..self.agents.len() as u32).map(liquidity).collect(), self.limits.clone())
    }

    /// The payment's sender, and the banks that then still leave out payments to it, each with all that it has.
    ///
    /// The sender sends what is ahead of the payment in its queue, and the payment. What it receives is what the others can send if it
    /// does: with as much more as it is then short, the payment settles.
    fn in_batch(&self, payment: u32, queue: &[u32], mode: MultilateralMode, mechanism: Mechanism) -> Netting {
        let sender = self.sender(payment);
        let as_it_is = self.batch(queue.iter().copied(), None);
        let settles = as_it_is.choose(mode);
        let settled = || as_it_is.payments().iter().zip(&settles).filter(|(_, settles)| **settles).map(|(p, _)| p);
        if settled().any(|p| p.index == payment)
            && (mechanism == Mechanism::Multilateral || settled().any(|p| p.receiver == sender))
        {
            return Netting::new(mechanism, vec![self.row(&as_it_is, &settles, sender, false)]);
        }
        let end = queue.iter().position(|index| *index == payment).unwrap_or(queue.len());
        let goes_along = queue.iter().enumerate().filter(|(place, index)| self.sender(**index) != sender || *place <= end);
        let batch = self.batch(goes_along.map(|(_, index)| *index), Some(sender));
        let settles = batch.choose(MultilateralMode::QueueOrder);
        let mut banks = vec![self.row(&batch, &settles, sender, true)];
        let left_out = batch.payments().iter().zip(&settles).filter(|(p, settles)| !**settles && p.receiver == sender);
        let withheld: BTreeSet<u32> = left_out.map(|(p, _)| p.sender).collect();
        banks.extend(withheld.into_iter().map(|agent| self.row(&batch, &settles, agent, true)));
        Netting::new(mechanism, banks)
    }

    /// A bank that sends what settles, or all that it has, and receives what settles.
    fn row(&self, batch: &Batch, settles: &[bool], agent: u32, sends_all: bool) -> BankInNetting {
        let mut to: BTreeMap<u32, i128> = BTreeMap::new();
        let mut receives = 0;
        for (p, settles) in batch.payments().iter().zip(settles) {
            if p.sender == agent && (*settles || sends_all) {
                *to.entry(p.receiver).or_default() += i128::from(p.amount);
            }
            if p.receiver == agent && *settles {
                receives += i128::from(p.amount);
            }
        }
        let sends = to.values().sum();
        let over = self.limits[agent as usize].as_ref().is_some_and(|limits| {
            !limits.admits_in_all(sends) || to.iter().any(|(receiver, sum)| !limits.admits_to(*receiver, *sum))
        });
        BankInNetting::new(self, agent, sends, receives, over)
    }

    /// Of the loops that hold the payment, the one that lacks least.
    fn cycle(&self, payment: u32, length_max: usize, candidates_max: usize) -> Netting {
        let mut search = Loops::new(self, payment, length_max, candidates_max);
        search.extend();
        let (sender, receiver) = (self.sender(payment), self.receiver(payment));
        let is_head =
            self.queue2.iter().find(|index| (self.sender(**index), self.receiver(**index)) == (sender, receiver)) == Some(&payment);
        let best = search.found.iter().flat_map(|agents| {
            let whole = self.in_loop(agents, |from, to| search.edges[&(from, to)].0);
            let heads = is_head.then(|| self.in_loop(agents, |from, to| search.edges[&(from, to)].1));
            [Some(whole), heads].into_iter().flatten()
        });
        let lacks = |netting: &Netting| -> (bool, i128, usize) {
            let banks = &netting.banks;
            (banks.iter().any(|b| b.over_limit), banks.iter().map(|b| i128::from(b.short_by)).sum(), banks.len())
        };
        best.min_by_key(lacks).unwrap_or_else(|| Netting::nothing_comes_back(Mechanism::Cycle))
    }

    fn in_loop(&self, agents: &[u32], value: impl Fn(u32, u32) -> i128) -> Netting {
        let count = agents.len();
        let banks = (0..count).map(|place| {
            let (before, agent, after) = (agents[(place + count - 1) % count], agents[place], agents[(place + 1) % count]);
            let sends = value(agent, after);
            let over = self.limits[agent as usize].as_ref().is_some_and(|limits| !limits.admits(after, sends));
            BankInNetting::new(self, agent, sends, value(before, agent), over)
        });
        Netting::new(Mechanism::Cycle, banks.collect())
    }
}

/// A search for the loops that hold one payment.
struct Loops {
    /// From one bank to another: all that is queued, and the first of it.
    edges: BTreeMap<(u32, u32), (i128, i128)>,
    /// The fewest edges from a bank to the payment's sender.
    distance: BTreeMap<u32, usize>,
    path: Vec<u32>,
    length_max: usize,
    candidates_max: usize,
    found: Vec<Vec<u32>>,
}

impl Loops {
    fn new(facts: &Facts, payment: u32, length_max: usize, candidates_max: usize) -> Self {
        let mut edges: BTreeMap<(u32, u32), (i128, i128)> = BTreeMap::new();
        for index in &facts.queue2 {
            let amount = i128::from(facts.payment(*index).amount);
            edges.entry((facts.sender(*index), facts.receiver(*index))).or_insert((0, amount)).0 += amount;
        }
        let start = facts.sender(payment);
        let mut distance = BTreeMap::from([(start, 0)]);
        let mut reached = VecDeque::from([start]);
        while let Some(bank) = reached.pop_front() {
            let next = distance[&bank] + 1;
            for (from, _) in edges.keys().filter(|(_, to)| *to == bank) {
                if !distance.contains_key(from) {
                    distance.insert(*from, next);
                    reached.push_back(*from);
                }
            }
        }
        Self { edges, distance, path: vec![start, facts.receiver(payment)], length_max, candidates_max, found: Vec::new() }
    }

    /// Go on from the end of the path to every loop that can be closed.
    fn extend(&mut self) {
        let (start, end) = (self.path[0], self.path[self.path.len() - 1]);
        let owed: Vec<u32> = self.edges.range((end, 0)..=(end, u32::MAX)).map(|((_, to), _)| *to).collect();
        for bank in owed {
            if self.found.len() == self.candidates_max {
                return;
            }
            if bank == start && self.path.len() >= 3 {
                self.found.push(self.path.clone());
            }
            let closes = self.distance.get(&bank).is_some_and(|edges| self.path.len() + edges <= self.length_max);
            if closes && !self.path.contains(&bank) {
                self.path.push(bank);
                self.extend();
                self.path.pop();
            }
        }
    }
}
