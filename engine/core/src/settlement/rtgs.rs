//! Real-time gross settlement: each payment by itself, in full, if its sender can pay it and its limits admit it.

use super::entry::offset_on_entry;
use super::queue2::Place;
use super::{Obstacle, is_behind, mark_settled, test};
use crate::agent::LimitExceeded;
use crate::config::Queue2Blocking;
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::state::State;
use crate::transaction::{Mechanism, RtgsPriority, Status};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Try each payment submitted in this tick, in order; what cannot settle enters the central queue.
pub fn settle_submissions(state: &mut State) -> Result<(), SimulationError> {
    let submissions = std::mem::take(&mut state.submissions);
    for index in &submissions {
        log_limits_exceeded(state, *index);
        let sender = state.transactions[*index as usize].sender;
        let outcome = if is_behind(state, sender) { Err(Obstacle::Behind) } else { test(state, *index) };
        match outcome {
            Ok(()) => settle_at_once(state, *index)?,
            Err(Obstacle::Liquidity) if offset_on_entry(state, *index)? => {}
            Err(obstacle) => enter_queue2(state, *index, obstacle)?,
        }
    }
    state.submissions = submissions;
    state.submissions.clear();
    Ok(())
}

fn settle_at_once(state: &mut State, index: u32) -> Result<(), SimulationError> {
    mark_settled(state, index, Mechanism::Gross)?;
    let payment = &state.transactions[index as usize];
    let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.amount);
    let balance_before = state.agents[sender as usize].balance;
    state.move_money(sender, -amount);
    state.credit(receiver, amount, std::iter::once(index));
    state
        .log
        .append(EventKind::RtgsImmediateSettlement, Common { agent: sender, peer: receiver, payment: index, amount })
        .i64s([balance_before, balance_before - amount]);
    Ok(())
}

fn enter_queue2(state: &mut State, index: u32, obstacle: Obstacle) -> Result<(), SimulationError> {
    let reason = match obstacle {
        Obstacle::Liquidity => 0,
        Obstacle::Limit(LimitExceeded::Bilateral) => 1,
        Obstacle::Limit(LimitExceeded::Multilateral) => 2,
        Obstacle::Behind => 3,
    };
    let declared = state.transactions[index as usize].rtgs_priority.unwrap_or(RtgsPriority::Normal);
    let class = if state.rules.priority_mode { declared } else { RtgsPriority::Normal };
    if !state.queue2.push(index, class as u8, &mut state.transactions) {
        return Err(state.overflow("the number of entries in Queue 2"));
    }
    let payment = &mut state.transactions[index as usize];
    payment.status = Status::Queue2;
    let common = Common { payment: index, ..Common::agent(payment.sender) };
    state.log.append(EventKind::QueuedRtgs, common).u8(reason);
    Ok(())
}

/// Each limit that a submission would exceed is logged, also where liquidity is short.
fn log_limits_exceeded(state: &mut State, index: u32) {
    let payment = &state.transactions[index as usize];
    let Some(limits) = &state.agents[payment.sender as usize].limits else { return };
    let exceeded = |used: i128, ceiling: i64| used + i128::from(payment.amount) > i128::from(ceiling);
    let common = Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount };
    for (kind, limit) in [
        (EventKind::BilateralLimitExceeded, limits.bilateral(payment.receiver)),
        (EventKind::MultilateralLimitExceeded, limits.multilateral()),
    ] {
        if let Some(limit) = limit.filter(|limit| exceeded(limit.used, limit.ceiling)) {
            // What was sent stayed within the ceiling, which is 64 bits wide.
            state.log.append(kind, common).i64(limit.used as i64).i64(limit.ceiling);
        }
    }
}

/// One pass over the central queue in its order: settle what can settle by itself.
///
/// Only banks that have more liquidity or room than when they were last looked at are visited. What a bank receives during the pass
/// helps its payments further back at once, and those further ahead in the next pass: as if the whole queue were walked.
pub fn release_from_queue2(state: &mut State) -> Result<(), SimulationError> {
    if !state.queue2.has_woken() {
        return Ok(());
    }
    let mut candidates = std::mem::take(&mut state.room.candidates);
    candidates.next.resize(state.agents.len(), None);
    while let Some(agent) = state.queue2.pop_woken() {
        candidates.look_for(state, agent, None);
    }
    while let Some(Reverse((place, index))) = candidates.heap.pop() {
        let sender = state.transactions[index as usize].sender;
        if candidates.next[sender as usize] != Some(place) {
            continue;
        }
        let receiver = settle_from_queue2(state, index)?;
        candidates.look_for(state, sender, Some(place));
        candidates.look_for(state, receiver, Some(place));
    }
    state.room.candidates = candidates;
    Ok(())
}

/// For each bank the next of its queued payments that can settle by itself; empty between passes.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// By place in the queue.
    heap: BinaryHeap<Reverse<(Place, u32)>>,
    /// By bank: which of its entries in the heap still holds.
    next: Vec<Option<Place>>,
}

impl Candidates {
    /// Find the first payment of a bank, after a place in the queue, that can settle now.
    fn look_for(&mut self, state: &State, agent: u32, after: Option<Place>) {
        let found = next_that_can_settle(state, agent, after);
        self.next[agent as usize] = found.map(|(place, _)| place);
        self.heap.extend(found.map(Reverse));
    }
}

fn next_that_can_settle(state: &State, agent: u32, after: Option<Place>) -> Option<(Place, u32)> {
    let liquidity = state.agents[agent as usize].available_liquidity();
    if state.rules.queue2_blocking == Queue2Blocking::PerSenderFifo {
        let head = state.queue2.first_affordable(agent, None, i64::MAX - 1)?;
        return Some(head).filter(|(place, index)| after.is_none_or(|after| *place > after) && test(state, *index).is_ok());
    }
    let mut found = state.queue2.first_affordable(agent, after, liquidity);
    while let Some((place, index)) = found {
        if test(state, index).is_ok() {
            break;
        }
        found = state.queue2.first_affordable(agent, Some(place), liquidity);
    }
    found
}

fn settle_from_queue2(state: &mut State, index: u32) -> Result<u32, SimulationError> {
    mark_settled(state, index, Mechanism::Queue)?;
    let payment = &state.transactions[index as usize];
    let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.amount);
    let waited = state.tick - payment.arrival_tick;
    state.move_money(sender, -amount);
    state.credit(receiver, amount, std::iter::once(index));
    state
        .log
        .append(EventKind::Queue2LiquidityRelease, Common { agent: sender, peer: receiver, payment: index, amount })
        .u32(waited)
        .u8(0);
    Ok(receiver)
}
