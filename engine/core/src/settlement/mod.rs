//! How submitted payments settle: one by one, from the central queue, or netted against each other.

mod bilateral;
mod cycles;
mod queue2;
mod rtgs;

pub use bilateral::offset_pairs;
pub use cycles::settle_cycles;
pub use queue2::Queue2;
pub use rtgs::{release_from_queue2, settle_submissions};

use crate::agent::LimitExceeded;
use crate::config::LsmConfig;
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::state::State;
use crate::transaction::{Mechanism, Status};

/// How often netting is repeated in a tick while it settles something.
const ITERATIONS_MAX: u32 = 3;

/// Net queued payments against each other, and after each success try the queue again with the liquidity that it freed.
pub fn save_liquidity(state: &mut State, config: &LsmConfig) -> Result<(), SimulationError> {
    let mut cycles_left = config.max_cycles_per_tick;
    let mut candidates_left = config.max_cycle_candidates;
    for _ in 0..ITERATIONS_MAX {
        if state.queue2.is_empty() || !state.queue2.netting_may_help() {
            return Ok(());
        }
        let mut settled = 0;
        if config.enable_bilateral {
            let pairs = offset_pairs(state)?;
            if pairs > 0 {
                settled += pairs;
                release_from_queue2(state)?;
            }
        }
        if config.enable_cycles {
            let cycles = settle_cycles(state, config.max_cycle_length, &mut cycles_left, &mut candidates_left)?;
            if cycles > 0 {
                settled += cycles;
                release_from_queue2(state)?;
            }
        }
        if settled == 0 {
            if cycles_left > 0 && candidates_left > 0 {
                state.queue2.netting_found_nothing();
            }
            return Ok(());
        }
        state.tally.of_tick.lsm_operations += settled;
    }
    Ok(())
}

/// Why a payment cannot settle by itself now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// Its sender cannot pay it.
    Liquidity,
    /// It would exceed a limit of its sender.
    Limit(LimitExceeded),
}

/// Whether a payment can settle by itself now.
fn test(state: &State, index: u32) -> Result<(), Obstacle> {
    let payment = &state.transactions[index as usize];
    let sender = &state.agents[payment.sender as usize];
    if payment.amount > sender.available_liquidity() {
        return Err(Obstacle::Liquidity);
    }
    sender.check_limits(payment.receiver, i128::from(payment.amount)).map_err(Obstacle::Limit)
}

/// Mark a payment as settled, in all the books but the two balances. A late one is logged as such.
fn mark_settled(state: &mut State, index: u32, mechanism: Mechanism) -> Result<(), SimulationError> {
    if state.transactions[index as usize].is_overdue() {
        log_overdue_settled(state, index)?;
    }
    let payment = &mut state.transactions[index as usize];
    let was_in_queue2 = payment.status == Status::Queue2;
    payment.status = Status::Settled;
    let sender = &mut state.agents[payment.sender as usize];
    sender.count_unqueued(payment);
    sender.record_outflow(payment.receiver, payment.amount);
    state.tally.count_settled(mechanism, payment.amount);
    if was_in_queue2 {
        state.queue2.remove(index, &mut state.transactions);
    }
    Ok(())
}

fn log_overdue_settled(state: &mut State, index: u32) -> Result<(), SimulationError> {
    let payment = &state.transactions[index as usize];
    let ticks_overdue = state.tick - payment.overdue_since;
    let penalty = state.rates.deadline_penalty(payment.amount).ok_or_else(|| state.overflow("a deadline penalty"))?;
    let delay = state.rates.estimated_delay(payment, ticks_overdue).ok_or_else(|| state.overflow("the delay cost of a payment"))?;
    state
        .log
        .append(
            EventKind::OverdueTransactionSettled,
            Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.amount },
        )
        .i64(payment.amount)
        .u32(payment.deadline_tick)
        .u32(payment.overdue_since)
        .u32(ticks_overdue)
        .i64(penalty)
        .i64(delay);
    Ok(())
}
