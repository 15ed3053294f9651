//! What a tree sees: one bank, perhaps one of its payments, and the system, at one moment.

use crate::agent::Agent;
use crate::costs::CostRates;
use crate::state::State;
use crate::transaction::Transaction;
use std::cell::OnceCell;

/// A moment in the life of a bank.
#[derive(Debug)]
pub struct Context<'a> {
    pub(super) state: &'a State,
    pub(super) number: u32,
    payment: Option<u32>,
    queue1_value: OnceCell<f64>,
    /// Net owed to each bank in the central queue, largest first; see `top_counterparties`.
    top: OnceCell<Vec<(u32, i128)>>,
}

impl<'a> Context<'a> {
    /// What the bank sees now.
    pub fn new(state: &'a State, number: u32) -> Self {
        Self { state, number, payment: None, queue1_value: OnceCell::new(), top: OnceCell::new() }
    }

    /// Look at one of its payments; what is known of the bank stays known.
    pub fn look_at(&mut self, payment: u32) {
        self.payment = Some(payment);
    }

    pub(super) fn agent(&self) -> &Agent {
        &self.state.agents[self.number as usize]
    }

    /// What waiting and liquidity cost this bank.
    pub(super) fn rates(&self) -> &CostRates {
        self.state.rates_of(self.number)
    }

    pub(super) fn register(&self, name: &str) -> f64 {
        self.agent().registers.get(name).copied().unwrap_or(0.0)
    }

    /// The payment. Fields of payments are refused, when a tree is compiled, where there is none.
    pub(super) fn payment(&self) -> Option<&Transaction> {
        self.payment.map(|index| &self.state.transactions[index as usize])
    }

    /// A figure of the payment.
    pub(super) fn of_payment(&self, read: impl FnOnce(&Transaction) -> f64) -> f64 {
        self.payment().map_or(0.0, read)
    }

    pub(super) fn queue1_value(&self) -> f64 {
        *self.queue1_value.get_or_init(|| {
            let queue1 = self.agent().queue1.iter();
            queue1.map(|index| i128::from(self.state.transactions[*index as usize].remaining)).sum::<i128>() as f64
        })
    }

    /// Cents queued in the central queue from one bank to another.
    pub(super) fn queued_between(&self, sender: u32, receiver: u32) -> f64 {
        self.state.queue2.value_between(sender, receiver) as f64
    }

    /// The other banks with which there is something in the central queue, by how large the net is, then by id: bank, and what is owed to
    /// it less what it owes.
    pub(super) fn top_counterparties(&self) -> &[(u32, i128)] {
        self.top.get_or_init(|| {
            let queue = &self.state.queue2;
            let mut nets: Vec<(u32, i128)> = (0..self.state.agents.len() as u32)
                .filter(|other| *other != self.number)
                .map(|other| (other, queue.value_between(self.number, other) - queue.value_between(other, self.number)))
                .filter(|(_, net)| *net != 0)
                .collect();
            nets.sort_by_key(|(other, net)| (std::cmp::Reverse(net.abs()), *other));
            nets
        })
    }

    /// The values in the central queue to (or from) every other bank, largest first.
    pub(super) fn top_value(&self, outgoing: bool, rank: usize) -> f64 {
        let queue = &self.state.queue2;
        let mut values: Vec<i128> = (0..self.state.agents.len() as u32)
            .filter(|other| *other != self.number)
            .map(|other| if outgoing { queue.value_between(self.number, other) } else { queue.value_between(other, self.number) })
            .collect();
        values.sort_unstable_by_key(|value| std::cmp::Reverse(*value));
        values.get(rank).map_or(0.0, |value| *value as f64)
    }
}
