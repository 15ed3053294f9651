//! Multilateral netting: queued payments of all banks settle together, and each bank pays only its net.
//!
//! `queue_order` is the largest set that respects the order of each sender's queue: from everything, a bank that is short loses its last
//! payment, until none is. The end does not depend on the order of the steps, because a bank that is short with what is left is short
//! with any part of it that keeps its own payments; so it is unique, and every feasible set in queue order lies inside it.
//! `best_effort` looks for more in any order: exactly for small batches, by putting removed payments back for large ones.

use super::{mark_settled, post_nets};
use crate::agent::Limits;
use crate::config::MultilateralMode;
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::money::Cents;
use crate::state::State;
use crate::transaction::Mechanism;
use std::collections::BTreeMap;

/// The largest batch that `best_effort` solves exactly.
const EXACT_PAYMENTS_MAX: usize = 20;

/// Settle the best set of queued payments. Returns 1 if there was one.
pub fn settle_multilateral(state: &mut State, mode: MultilateralMode) -> Result<u64, SimulationError> {
    let batch = Batch::new(state);
    let chosen = batch.best(mode);
    if chosen.count == 0 {
        return Ok(0);
    }
    settle(state, &batch, &chosen)?;
    Ok(1)
}

fn settle(state: &mut State, batch: &Batch, chosen: &Choice) -> Result<(), SimulationError> {
    let of = |settled: bool| batch.payments.iter().zip(&chosen.included).filter(move |(_, included)| **included == settled);
    let payments: Vec<u32> = of(true).map(|(payment, _)| payment.index).collect();
    let removed: Vec<u32> = of(false).map(|(payment, _)| payment.index).collect();
    let mut nets: BTreeMap<u32, i128> = BTreeMap::new();
    for (payment, _) in of(true) {
        *nets.entry(payment.sender).or_default() -= i128::from(payment.amount);
        *nets.entry(payment.receiver).or_default() += i128::from(payment.amount);
    }
    let to_cents = |value: i128| Cents::try_from(value).map_err(|_| state.overflow("the value of a multilateral settlement"));
    let total = to_cents(chosen.value)?;
    let nets: Vec<(u32, Cents)> = nets.into_iter().map(|(agent, net)| Ok((agent, to_cents(net)?))).collect::<Result<_, _>>()?;
    for index in &payments {
        mark_settled(state, *index, Mechanism::Multilateral)?;
    }
    post_nets(state, &nets, &payments);
    state
        .log
        .append(EventKind::LsmMultilateralSettlement, Common { amount: total, ..Common::NOTHING })
        .u32_list(nets.iter().map(|(agent, _)| *agent))
        .u32_list(payments.into_iter())
        .i64_list(nets.iter().map(|(_, net)| *net))
        .u32_list(removed.into_iter());
    Ok(())
}

/// Queued payments that may settle together, by sender and in the order of each sender's queue.
#[derive(Debug)]
pub struct Batch {
    payments: Vec<Queued>,
    /// By bank: where its payments begin in `payments`; one more than there are banks.
    begin: Vec<usize>,
    /// By bank: what it can pay, not negative.
    liquidity: Vec<i128>,
    /// By bank: what it may send.
    limits: Vec<Option<Box<Limits>>>,
}

/// A payment that may settle with others.
#[derive(Debug, Clone, Copy)]
pub struct Queued {
    /// Its number.
    pub index: u32,
    /// The paying bank.
    pub sender: u32,
    /// The bank that is paid.
    pub receiver: u32,
    /// Cents.
    pub amount: Cents,
}

/// Some of a batch's payments.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    included: Vec<bool>,
    count: usize,
    value: i128,
}

impl Choice {
    fn is_better_than(&self, other: &Self) -> bool {
        (self.count, self.value) > (other.count, other.value)
    }
}

/// The sums of a choice, by bank.
#[derive(Debug, Clone)]
struct Sums {
    sent: Vec<i128>,
    received: Vec<i128>,
    /// What a bank with limits for single receivers sends to each.
    sent_to: BTreeMap<(u32, u32), i128>,
}

impl Batch {
    fn new(state: &State) -> Self {
        let mut payments = Vec::with_capacity(state.queue2.len());
        for number in 0..state.agents.len() as u32 {
            payments.extend(state.queue2.payments_of(number).map(|index| {
                let payment = &state.transactions[index as usize];
                Queued { index, sender: payment.sender, receiver: payment.receiver, amount: payment.amount }
            }));
        }
        let liquidity = state.agents.iter().map(|agent| agent.available_liquidity().into()).collect();
        Self::of(payments, liquidity, state.agents.iter().map(|agent| agent.limits.clone()).collect())
    }

    /// Payments by sender, each sender's in queue order; by bank what it can pay, and what it may send.
    pub fn of(payments: Vec<Queued>, liquidity: Vec<i128>, limits: Vec<Option<Box<Limits>>>) -> Self {
        let begin =
            (0..=liquidity.len()).map(|bank| payments.partition_point(|payment| (payment.sender as usize) < bank)).collect();
        Self { payments, begin, liquidity, limits }
    }

    /// The payments.
    pub fn payments(&self) -> &[Queued] {
        &self.payments
    }

    /// Which of the payments settle.
    pub fn choose(&self, mode: MultilateralMode) -> Vec<bool> {
        self.best(mode).included
    }

    fn best(&self, mode: MultilateralMode) -> Choice {
        match mode {
            MultilateralMode::Off => self.choice(vec![false; self.payments.len()]),
            MultilateralMode::QueueOrder => self.queue_order(),
            MultilateralMode::BestEffort if self.payments.len() <= EXACT_PAYMENTS_MAX => self.exact(),
            MultilateralMode::BestEffort => self.put_back(self.queue_order()),
        }
    }

    fn sums(&self, included: &[bool]) -> Sums {
        let banks = self.liquidity.len();
        let mut sums = Sums { sent: vec![0; banks], received: vec![0; banks], sent_to: BTreeMap::new() };
        for (payment, _) in self.payments.iter().zip(included).filter(|(_, included)| **included) {
            self.add(&mut sums, payment, 1);
        }
        sums
    }

    fn add(&self, sums: &mut Sums, payment: &Queued, sign: i128) {
        let amount = sign * i128::from(payment.amount);
        sums.sent[payment.sender as usize] += amount;
        sums.received[payment.receiver as usize] += amount;
        if self.limits[payment.sender as usize].is_some() {
            *sums.sent_to.entry((payment.sender, payment.receiver)).or_default() += amount;
        }
    }

    fn is_over_limits(&self, sums: &Sums, bank: usize) -> bool {
        let Some(limits) = &self.limits[bank] else { return false };
        let bank = bank as u32;
        !limits.admits_in_all(sums.sent[bank as usize])
            || sums.sent_to.range((bank, 0)..=(bank, u32::MAX)).any(|((_, receiver), sent)| !limits.admits_to(*receiver, *sent))
    }

    fn is_short(&self, sums: &Sums, bank: usize) -> bool {
        sums.sent[bank] - sums.received[bank] > self.liquidity[bank] || self.is_over_limits(sums, bank)
    }

    fn choice(&self, included: Vec<bool>) -> Choice {
        let of = || self.payments.iter().zip(&included).filter(|(_, included)| **included);
        let (count, value) = (of().count(), of().map(|(payment, _)| i128::from(payment.amount)).sum());
        Choice { included, count, value }
    }

    fn queue_order(&self) -> Choice {
        self.shrink(vec![true; self.payments.len()], &[], |bank| self.begin[bank]..self.begin[bank + 1])
    }

    /// Leave out payments of banks that are short, each bank's last in `order` first, until no bank is short. Payments in `kept` stay.
    fn shrink<O: DoubleEndedIterator<Item = usize>>(
        &self,
        mut included: Vec<bool>,
        kept: &[bool],
        order: impl Fn(usize) -> O,
    ) -> Choice {
        let mut sums = self.sums(&included);
        let is_kept = |place: &usize| kept.get(*place).copied().unwrap_or(false);
        let mut orders: Vec<O> = (0..self.liquidity.len()).map(order).collect();
        let mut suspects: Vec<usize> = (0..self.liquidity.len()).collect();
        while let Some(bank) = suspects.pop() {
            while self.is_short(&sums, bank) {
                let Some(place) = orders[bank].by_ref().rev().find(|place| included[*place] && !is_kept(place)) else { break };
                included[place] = false;
                self.add(&mut sums, &self.payments[place], -1);
                suspects.push(self.payments[place].receiver as usize);
            }
        }
        self.choice(included)
    }

    /// Put removed payments back where that is feasible: all that can go back together, the largest left out first or the last left out
    /// first, whichever gives more; then one by one, until none can go back alone.
    fn put_back(&self, base: Choice) -> Choice {
        let by_amount = |bank: usize| {
            let mut places: Vec<usize> = (self.begin[bank]..self.begin[bank + 1]).collect();
            places.sort_by_key(|place| self.payments[*place].amount);
            places.into_iter()
        };
        let everything = || vec![true; self.payments.len()];
        let mut best = base.clone();
        for candidate in [
            self.shrink(everything(), &base.included, by_amount),
            self.shrink(everything(), &base.included, |bank| self.begin[bank]..self.begin[bank + 1]),
            self.shrink(everything(), &[], by_amount),
        ] {
            if candidate.is_better_than(&best) {
                best = candidate;
            }
        }
        let mut sums = self.sums(&best.included);
        let mut included = best.included;
        let mut places: Vec<usize> = (0..self.payments.len()).filter(|place| !included[*place]).collect();
        places.sort_by_key(|place| self.payments[*place].amount);
        // What goes back brings its receiver money, with which another may go back.
        let mut left = usize::MAX;
        while places.len() < left {
            left = places.len();
            places.retain(|place| {
                self.add(&mut sums, &self.payments[*place], 1);
                included[*place] = !self.is_short(&sums, self.payments[*place].sender as usize);
                if !included[*place] {
                    self.add(&mut sums, &self.payments[*place], -1);
                }
                !included[*place]
            });
        }
        self.choice(included)
    }

    /// The most payments, then the most value, in any order. Of equally good sets, the one that has the earlier payments.
    fn exact(&self) -> Choice {
        let nothing = vec![false; self.payments.len()];
        let mut search = Exact {
            batch: self,
            // What is not yet decided counts as received and not as sent: the best that can still happen to each bank.
            sums: {
                let mut sums = self.sums(&nothing);
                sums.received = self.sums(&vec![true; self.payments.len()]).received;
                sums
            },
            value_left: self.payments.iter().map(|payment| i128::from(payment.amount)).sum(),
            current: self.choice(nothing.clone()),
            best: self.choice(nothing),
        };
        search.decide(0);
        search.best
    }
}

/// A search through all sets, without those that cannot become feasible or better.
struct Exact<'a> {
    batch: &'a Batch,
    sums: Sums,
    value_left: i128,
    current: Choice,
    best: Choice,
}

impl Exact<'_> {
    fn decide(&mut self, place: usize) {
        let left = self.batch.payments.len() - place;
        if (self.current.count + left, self.current.value + self.value_left) <= (self.best.count, self.best.value) {
            return;
        }
        let Some(payment) = self.batch.payments.get(place).copied() else {
            self.best = self.current.clone();
            return;
        };
        let (sender, receiver, amount) = (payment.sender as usize, payment.receiver as usize, i128::from(payment.amount));
        self.value_left -= amount;

        // With it: the sender sends more, and the receiver gets what was already counted.
        self.sums.received[receiver] -= amount;
        self.batch.add(&mut self.sums, &payment, 1);
        if !self.batch.is_short(&self.sums, sender) {
            self.current.included[place] = true;
            self.current.count += 1;
            self.current.value += amount;
            self.decide(place + 1);
            self.current.included[place] = false;
            self.current.count -= 1;
            self.current.value -= amount;
        }
        self.batch.add(&mut self.sums, &payment, -1);

        // Without it: the receiver gets less than was counted.
        if !self.batch.is_short(&self.sums, receiver) {
            self.decide(place + 1);
        }
        self.sums.received[receiver] += amount;
        self.value_left += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LimitsConfig;
    use proptest::prelude::*;

    fn batch(liquidity: &[i64], payments: &[(u32, u32, i64)], limits: &[Option<(i64, i64)>]) -> Batch {
        let mut payments: Vec<Queued> = payments
            .iter()
            .enumerate()
            .map(|(index, (sender, receiver, amount))| Queued {
                index: index as u32,
                sender: *sender,
                receiver: *receiver,
                amount: *amount,
            })
            .collect();
        payments.sort_by_key(|payment| payment.sender);
        let ids: Vec<String> = (0..liquidity.len()).map(|bank| bank.to_string()).collect();
        // A limit for all receivers, and one for the next bank.
        let limits = (0..).zip(limits).map(|(bank, limit): (usize, _)| {
            let (all, next) = limit.as_ref()?;
            let bilateral_limits = BTreeMap::from([(ids[(bank + 1) % ids.len()].clone(), *next)]);
            Limits::new(&LimitsConfig { bilateral_limits, multilateral_limit: Some(*all) }, &ids)
        });
        Batch::of(payments, liquidity.iter().map(|money| i128::from(*money)).collect(), limits.collect())
    }

    fn is_feasible(batch: &Batch, included: &[bool]) -> bool {
        let sums = batch.sums(included);
        (0..batch.liquidity.len()).all(|bank| !batch.is_short(&sums, bank))
    }

    fn respects_order(batch: &Batch, included: &[bool]) -> bool {
        (0..batch.liquidity.len())
            .all(|bank| included[batch.begin[bank]..batch.begin[bank + 1]].windows(2).all(|pair| pair[0] || !pair[1]))
    }

    /// What is left when a choice has settled.
    fn left(batch: &Batch, chosen: &Choice) -> Batch {
        let sums = batch.sums(&chosen.included);
        let mut limits = batch.limits.clone();
        let of = |settled: bool| batch.payments.iter().zip(&chosen.included).filter(move |(_, s)| **s == settled).map(|(p, _)| *p);
        for payment in of(true) {
            if let Some(limits) = &mut limits[payment.sender as usize] {
                limits.record(payment.receiver, payment.amount);
            }
        }
        let liquidity = (0..batch.liquidity.len()).map(|bank| batch.liquidity[bank] - sums.sent[bank] + sums.received[bank]);
        Batch::of(of(false).collect(), liquidity.collect(), limits)
    }

    type Scenario = (Vec<i64>, Vec<(u32, u32, i64)>, Vec<Option<(i64, i64)>>);

    fn scenario(payments_max: usize) -> impl Strategy<Value = Scenario> {
        (2_u32..5).prop_flat_map(move |banks| {
            let payment =
                (0..banks, 1..banks, 1_i64..40).prop_map(move |(from, step, amount)| (from, (from + step) % banks, amount));
            let limit = prop_oneof![3 => Just(None), 1 => (0_i64..90, 0_i64..60).prop_map(Some)];
            (
                prop::collection::vec(0_i64..30, banks as usize),
                prop::collection::vec(payment, 0..=payments_max),
                prop::collection::vec(limit, banks as usize),
            )
        })
    }

    /// Rings of banks that overlap, of equal or nearly equal amounts, with little liquidity: of so many payments hardly any set settles, and
    /// most that nearly settle differ in one.
    fn rings(payments_max: usize) -> impl Strategy<Value = Scenario> {
        (3_u32..8).prop_flat_map(move |banks| {
            let ring = (0..banks, prop::collection::vec((1..banks, prop_oneof![4 => Just(0_i64), 1 => 1_i64..3]), 2..6), 1_i64..6);
            let payments = prop::collection::vec(ring, 3..10).prop_map(move |rings| {
                let mut payments = Vec::new();
                for (first, steps, amount) in rings {
                    let mut bank = first;
                    for (step, more) in steps {
                        payments.push((bank, (bank + step) % banks, 5 * amount + more));
                        bank = (bank + step) % banks;
                    }
                    if bank != first {
                        payments.push((bank, first, 5 * amount));
                    }
                }
                payments.truncate(payments_max);
                payments
            });
            let liquidity = prop_oneof![3 => Just(0_i64), 1 => 1_i64..4, 1 => 5_i64..12];
            let limit = prop_oneof![9 => Just(None), 1 => (0_i64..90, 0_i64..60).prop_map(Some)];
            (prop::collection::vec(liquidity, banks as usize), payments, prop::collection::vec(limit, banks as usize))
        })
    }

    /// The most payments, then the most value, of all sets that are feasible: each set differs from the one before in one payment.
    fn best_of_all_sets(batch: &Batch) -> (usize, i128) {
        let payments = &batch.payments;
        let mut included = vec![false; payments.len()];
        let mut sums = batch.sums(&included);
        let mut is_short = vec![false; batch.liquidity.len()];
        let (mut count, mut value, mut best) = (0, 0, (0, 0));
        for step in 1_u32..1 << payments.len() {
            let place = step.trailing_zeros() as usize;
            let payment = &payments[place];
            included[place] = !included[place];
            let sign = if included[place] { 1 } else { -1 };
            batch.add(&mut sums, payment, sign);
            (count, value) = (count + sign, value + sign * i128::from(payment.amount));
            for bank in [payment.sender as usize, payment.receiver as usize] {
                is_short[bank] = batch.is_short(&sums, bank);
            }
            if !is_short.contains(&true) {
                best = best.max((count, value));
            }
        }
        (best.0 as usize, best.1)
    }

    proptest! {
        // Up to a million sets a case.
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 32))]

        #[test]
        fn nothing_better_than_best_effort_exists_up_to_twenty_payments((liquidity, payments, limits) in rings(EXACT_PAYMENTS_MAX)) {
            let batch = batch(&liquidity, &payments, &limits);
            let chosen = batch.best(MultilateralMode::BestEffort);
            prop_assert!(is_feasible(&batch, &chosen.included));
            prop_assert_eq!((chosen.count, chosen.value), best_of_all_sets(&batch));
        }
    }

    proptest! {
        /// Against all sets that respect each sender's order: of each sender some of its first.
        #[test]
        fn queue_order_is_a_fixed_point_and_the_largest((liquidity, payments, limits) in scenario(14)) {
            let batch = batch(&liquidity, &payments, &limits);
            let chosen = batch.queue_order();
            prop_assert!(is_feasible(&batch, &chosen.included) && respects_order(&batch, &chosen.included));
            prop_assert_eq!(left(&batch, &chosen).queue_order().count, 0, "nothing more settles when it has settled");
            let mut heads = vec![0_usize; liquidity.len()];
            loop {
                let included: Vec<bool> = batch.payments.iter().enumerate()
                    .map(|(place, p)| place < batch.begin[p.sender as usize] + heads[p.sender as usize]).collect();
                if is_feasible(&batch, &included) {
                    let inside = included.iter().zip(&chosen.included).all(|(other, chosen)| *chosen || !*other);
                    prop_assert!(inside, "{:?} is feasible and not inside {:?}", included, chosen);
                }
                // The next combination of how many of each sender.
                let Some(bank) = (0..heads.len()).find(|bank| heads[*bank] < batch.begin[bank + 1] - batch.begin[*bank]) else { break };
                heads[bank] += 1;
                heads[..bank].fill(0);
            }
        }

        /// Against all sets.
        #[test]
        fn best_effort_finds_the_best((liquidity, payments, limits) in scenario(12)) {
            let batch = batch(&liquidity, &payments, &limits);
            let sets = (0..1_u32 << payments.len()).map(|bits| (0..payments.len()).map(|place| bits >> place & 1 == 1).collect::<Vec<_>>());
            let feasible = sets.filter(|set| is_feasible(&batch, set)).map(|set| batch.choice(set));
            let best = feasible.map(|choice| (choice.count, choice.value)).max().unwrap_or_default();
            let (in_order, exact) = (batch.queue_order(), batch.exact());
            prop_assert!(is_feasible(&batch, &exact.included));
            prop_assert_eq!((exact.count, exact.value), best);
            let put_back = batch.put_back(in_order.clone());
            prop_assert!(is_feasible(&batch, &put_back.included) && !in_order.is_better_than(&put_back));
            for place in (0..payments.len()).filter(|place| !put_back.included[*place]) {
                let mut more = put_back.included.clone();
                more[place] = true;
                prop_assert!(!is_feasible(&batch, &more), "payment {} could go back alone", place);
            }
        }
    }
}
