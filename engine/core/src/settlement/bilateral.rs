//! Bilateral offsetting: two banks settle what they have queued for each other; only the difference moves.

use super::{mark_settled, post_nets};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::money::Cents;
use crate::state::State;
use crate::transaction::{Mechanism, Transaction};
use std::cmp::Reverse;

/// Offset every pair of banks once, the largest smaller side first. Returns how many pairs settled something.
pub fn offset_pairs(state: &mut State) -> Result<u64, SimulationError> {
    let mut pairs = Vec::new();
    for a in 0..state.queue2.agents() as u32 {
        for b in state.queue2.receivers(a) {
            let back = if *b > a { state.queue2.value_between(*b, a) } else { 0 };
            if back > 0 {
                pairs.push((Reverse(state.queue2.value_between(a, *b).min(back)), a, *b));
            }
        }
    }
    pairs.sort_unstable();
    let mut settled = 0;
    for (_, a, b) in pairs {
        settled += u64::from(offset(state, a, b)?);
    }
    Ok(settled)
}

/// One direction of a pair: the queued payments, from the head of the queue on, that are to settle.
struct Side {
    payments: Vec<u32>,
    value: i128,
}

impl Side {
    fn new(state: &State, sender: u32, receiver: u32) -> Self {
        Self {
            payments: state.queue2.payments_between(sender, receiver, &state.transactions).collect(),
            value: state.queue2.value_between(sender, receiver),
        }
    }

    /// Take the last payment out. False if there is none.
    fn drop_last(&mut self, transactions: &[Transaction]) -> bool {
        let Some(last) = self.payments.pop() else { return false };
        self.value -= i128::from(transactions[last as usize].amount);
        true
    }
}

/// Settle the largest parts of the two queues that respect their order and that both banks can pay, net and within limits.
///
/// From everything queued, a bank that is short loses its last payment, until none is short. Whatever the order of the steps, the
/// end is the same: a bank that is short with the payments left would be short with any part of them that keeps its own.
fn offset(state: &mut State, a: u32, b: u32) -> Result<bool, SimulationError> {
    let mut a_to_b = Side::new(state, a, b);
    let mut b_to_a = Side::new(state, b, a);
    loop {
        let shrunk = if is_short(state, a, b, a_to_b.value, b_to_a.value) {
            a_to_b.drop_last(&state.transactions)
        } else if is_short(state, b, a, b_to_a.value, a_to_b.value) {
            b_to_a.drop_last(&state.transactions)
        } else {
            break;
        };
        if !shrunk {
            return Ok(false);
        }
    }
    if a_to_b.payments.is_empty() || b_to_a.payments.is_empty() {
        return Ok(false);
    }
    for index in a_to_b.payments.iter().chain(&b_to_a.payments) {
        mark_settled(state, *index, Mechanism::Bilateral)?;
    }
    let to_cents = |value: i128| Cents::try_from(value).map_err(|_| state.overflow("the value of an offset"));
    let (amount_a, amount_b) = (to_cents(a_to_b.value)?, to_cents(b_to_a.value)?);
    let payments: Vec<u32> = a_to_b.payments.iter().chain(&b_to_a.payments).copied().collect();
    post_nets(state, &[(a, amount_b - amount_a), (b, amount_a - amount_b)], &payments);
    state
        .log
        .append(EventKind::LsmBilateralOffset, Common::NOTHING)
        .u32_list([a, b].into_iter())
        .u32_list(payments.into_iter())
        .i64(amount_a)
        .i64(amount_b);
    Ok(true)
}

/// Whether a bank cannot pay the difference, or would exceed a limit.
fn is_short(state: &State, sender: u32, receiver: u32, sent: i128, received: i128) -> bool {
    let agent = &state.agents[sender as usize];
    let net = sent - received;
    (net > 0 && net > i128::from(agent.available_liquidity())) || agent.check_limits(receiver, sent).is_err()
}
