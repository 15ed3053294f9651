//! Bilateral offsetting: two banks settle what they have queued for each other; only the difference moves.

use super::{mark_settled, post_nets};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::money::Cents;
use crate::state::State;
use crate::transaction::Mechanism;
use std::cmp::Reverse;

/// A pair of banks with payments in both directions: the smaller of the two values, largest first, and the banks.
pub type Pair = (Reverse<i128>, u32, u32);

/// Offset every pair of banks once, the largest smaller side first. Returns how many pairs settled something.
pub fn offset_pairs(state: &mut State) -> Result<u64, SimulationError> {
    let mut pairs = std::mem::take(&mut state.room.pairs);
    pairs.clear();
    for a in 0..state.queue2.agents() as u32 {
        let receivers = state.queue2.receivers(a);
        for b in &receivers[receivers.partition_point(|b| *b <= a)..] {
            let back = state.queue2.value_between(*b, a);
            if back > 0 {
                pairs.push((Reverse(state.queue2.value_between(a, *b).min(back)), a, *b));
            }
        }
    }
    let mut settled = 0;
    if pairs.iter().any(|(_, a, b)| heads_can_settle(state, *a, *b)) {
        pairs.sort_unstable();
        for (_, a, b) in &pairs {
            settled += u64::from(offset(state, *a, *b)?);
        }
    }
    state.room.pairs = pairs;
    Ok(settled)
}

/// Whether each of two banks could settle its first payment for the other if it got everything that the other has queued for it. If not,
/// the two have nothing to offset.
fn heads_can_settle(state: &State, a: u32, b: u32) -> bool {
    [(a, b), (b, a)].into_iter().all(|(sender, receiver)| {
        let head = state.queue2.head_between(sender, receiver);
        head.is_some_and(|(_, amount)| {
            !is_short(state, sender, receiver, amount.into(), state.queue2.value_between(receiver, sender))
        })
    })
}

/// One direction of a pair: the queued payments, from the head of the queue on, that are to settle.
#[derive(Debug, Clone, Default)]
pub struct Side {
    payments: Vec<(u32, Cents)>,
    value: i128,
}

impl Side {
    /// As much of one direction as its bank can pay if it gets `received`. Only so far is the queue looked at.
    fn fill(&mut self, state: &State, sender: u32, receiver: u32, received: i128) {
        self.payments.clear();
        self.value = 0;
        let most = received + i128::from(state.agents[sender as usize].available_liquidity());
        for (payment, amount) in state.queue2.payments_between(sender, receiver) {
            if self.value + i128::from(amount) > most {
                break;
            }
            self.value += i128::from(amount);
            self.payments.push((payment, amount));
        }
    }

    /// Take the last payment out. False if there is none.
    fn drop_last(&mut self) -> bool {
        let Some((_, amount)) = self.payments.pop() else { return false };
        self.value -= i128::from(amount);
        true
    }
}

/// Settle the largest parts of the two queues that respect their order and that both banks can pay, net and within limits.
///
/// From more than can settle, a bank that is short loses its last payment, until none is short. Whatever the order of the steps, the
/// end is the same: a bank that is short with the payments left would be short with any part of them that keeps its own.
fn offset(state: &mut State, a: u32, b: u32) -> Result<bool, SimulationError> {
    if !heads_can_settle(state, a, b) {
        return Ok(false);
    }
    let [mut a_to_b, mut b_to_a] = std::mem::take(&mut state.room.sides);
    a_to_b.fill(state, a, b, state.queue2.value_between(b, a));
    b_to_a.fill(state, b, a, a_to_b.value);
    let settles = shrink(state, (a, &mut a_to_b), (b, &mut b_to_a));
    if settles {
        settle(state, (a, &a_to_b), (b, &b_to_a))?;
    }
    state.room.sides = [a_to_b, b_to_a];
    Ok(settles)
}

/// Drop last payments until no bank is short. False if nothing is left of a side.
fn shrink(state: &State, (a, a_to_b): (u32, &mut Side), (b, b_to_a): (u32, &mut Side)) -> bool {
    loop {
        let dropped = if is_short(state, a, b, a_to_b.value, b_to_a.value) {
            a_to_b.drop_last()
        } else if is_short(state, b, a, b_to_a.value, a_to_b.value) {
            b_to_a.drop_last()
        } else {
            return !a_to_b.payments.is_empty() && !b_to_a.payments.is_empty();
        };
        if !dropped {
            return false;
        }
    }
}

fn settle(state: &mut State, (a, a_to_b): (u32, &Side), (b, b_to_a): (u32, &Side)) -> Result<(), SimulationError> {
    let payments: Vec<u32> = a_to_b.payments.iter().chain(&b_to_a.payments).map(|(payment, _)| *payment).collect();
    for index in &payments {
        mark_settled(state, *index, Mechanism::Bilateral)?;
    }
    let to_cents = |value: i128| Cents::try_from(value).map_err(|_| state.overflow("the value of an offset"));
    let (amount_a, amount_b) = (to_cents(a_to_b.value)?, to_cents(b_to_a.value)?);
    post_nets(state, &[(a, amount_b - amount_a), (b, amount_a - amount_b)], &payments);
    state
        .log
        .append(EventKind::LsmBilateralOffset, Common::NOTHING)
        .u32_list([a, b].into_iter())
        .u32_list(payments.into_iter())
        .i64(amount_a)
        .i64(amount_b);
    Ok(())
}

/// Whether a bank cannot pay the difference, or would exceed a limit.
fn is_short(state: &State, sender: u32, receiver: u32, sent: i128, received: i128) -> bool {
    let agent = &state.agents[sender as usize];
    sent - received > i128::from(agent.available_liquidity()) || agent.check_limits(receiver, sent).is_err()
}
