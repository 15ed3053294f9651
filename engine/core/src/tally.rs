//! Counts and sums of a tick and of the run, kept up while it runs.

use crate::money::Cents;
use crate::transaction::{MECHANISMS, Mechanism, Transaction};
use serde::{Deserialize, Serialize};

/// Counts and sums.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Of the tick that runs.
    pub of_tick: Counts,
    /// Of all ticks before it.
    pub of_run: Counts,
}

/// Counts and sums over some ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Payments that arrived, from all sources.
    pub arrivals: u64,
    /// Payments that a bank's own arrival process generated.
    pub generated_arrivals: u64,
    /// Cents that arrived.
    pub arrived_value: i128,
    /// Payments that settled, by mechanism.
    pub settled: [u64; MECHANISMS.len()],
    /// Cents that settled, by mechanism.
    pub settled_value: [i128; MECHANISMS.len()],
    /// Payments that arrived, not counting parts, and are settled, parts and all.
    pub settled_originals: u64,
    /// Payments that arrived, not counting parts, of which something settled by netting.
    pub netted_originals: u64,
    /// Payments that were cancelled.
    pub dropped: u64,
    /// Settlements of a netting step: pairs offset and loops settled.
    pub lsm_operations: u64,
    /// Cents charged.
    pub cost: i128,
}

impl Counts {
    /// Payments that settled.
    pub fn settled_payments(&self) -> u64 {
        self.settled.iter().sum()
    }

    /// Payments that settled by netting.
    pub fn lsm_settled_payments(&self) -> u64 {
        self.settled[Mechanism::Bilateral as usize..].iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.arrivals += other.arrivals;
        self.generated_arrivals += other.generated_arrivals;
        self.arrived_value += other.arrived_value;
        for mechanism in 0..MECHANISMS.len() {
            self.settled[mechanism] += other.settled[mechanism];
            self.settled_value[mechanism] += other.settled_value[mechanism];
        }
        self.settled_originals += other.settled_originals;
        self.netted_originals += other.netted_originals;
        self.dropped += other.dropped;
        self.lsm_operations += other.lsm_operations;
        self.cost += other.cost;
    }
}

impl Tally {
    /// Count a payment that arrived.
    pub fn count_arrival(&mut self, payment: &Transaction) {
        self.of_tick.arrivals += 1;
        self.of_tick.arrived_value += i128::from(payment.amount);
    }

    /// Count a payment that settled.
    pub fn count_settled(&mut self, mechanism: Mechanism, amount: Cents) {
        self.of_tick.settled[mechanism as usize] += 1;
        self.of_tick.settled_value[mechanism as usize] += i128::from(amount);
    }

    /// Add the tick to the run and begin the next; what the tick counted is returned.
    pub fn end_tick(&mut self) -> Counts {
        self.of_run.add(&self.of_tick);
        std::mem::take(&mut self.of_tick)
    }
}
