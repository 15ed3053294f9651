//! How submitted payments settle: one by one, from the central queue, or netted against each other.

mod bilateral;
mod cycles;
mod deferred;
mod entry;
mod multilateral;
mod queue2;
mod rtgs;
mod search;

pub use deferred::apply_deferred_credits;
pub use multilateral::{Batch, Queued};
pub use queue2::{Queue2, Saved as SavedQueue2};
pub use rtgs::{release_from_queue2, settle_submissions};

use crate::agent::LimitExceeded;
use crate::config::{LsmConfig, MultilateralMode, Queue2Blocking};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::money::Cents;
use crate::state::State;
use crate::tally::Counts;
use crate::transaction::{Mechanism, Status};
use bilateral::offset_pairs;
use cycles::{CycleBudget, settle_cycles};
use multilateral::settle_multilateral;

/// How often netting is repeated in a tick while it settles something.
const ITERATIONS_MAX: u32 = 3;

/// The settlement algorithms by the numbers that `AlgorithmExecution` gives them.
const FIFO: u8 = 1;
const BILATERAL: u8 = 2;
const CYCLES: u8 = 3;
const MULTILATERAL: u8 = 4;

/// Room for what settlement works out, kept from one tick to the next so that none is asked for anew. Between the steps of a tick it holds
/// nothing that matters.
#[derive(Debug, Clone, Default)]
pub struct Room {
    candidates: rtgs::Candidates,
    pairs: Vec<bilateral::Pair>,
    sides: [bilateral::Side; 2],
    search: search::Search,
}

/// One pass over the central queue; logged as an algorithm if that is wanted.
pub fn run_queue2(state: &mut State) -> Result<(), SimulationError> {
    let before = state.tally.of_tick;
    release_from_queue2(state)?;
    log_algorithm(state, FIFO, before, Mechanism::Queue, None);
    Ok(())
}

/// Net queued payments against each other, and after bilateral and cycle netting try the queue again with the liquidity that it freed.
/// Multilateral netting has seen the whole queue; what it freed serves the next tick.
pub fn save_liquidity(state: &mut State, config: &LsmConfig) -> Result<(), SimulationError> {
    let before = state.tally.of_tick;
    let mut operations = [0_u64; 3];
    let mut budget = CycleBudget::new(config);
    for _ in 0..ITERATIONS_MAX {
        if state.queue2.is_empty() || !state.queue2.netting_may_help() {
            break;
        }
        let mut settled = [0_u64; 3];
        if config.enable_bilateral {
            settled[0] = offset_pairs(state)?;
            release_after(state, settled[0])?;
        }
        if config.enable_cycles {
            settled[1] = settle_cycles(state, &mut budget)?;
            release_after(state, settled[1])?;
        }
        if config.multilateral != MultilateralMode::Off {
            settled[2] = settle_multilateral(state, config.multilateral)?;
        }
        if settled == [0; 3] {
            if !budget.is_used_up() {
                state.queue2.netting_found_nothing();
            }
            break;
        }
        for (sum, settled) in operations.iter_mut().zip(settled) {
            *sum += settled;
        }
    }
    state.tally.of_tick.lsm_operations += operations.iter().sum::<u64>();
    for (enabled, algorithm, mechanism) in [
        (config.enable_bilateral, BILATERAL, Mechanism::Bilateral),
        (config.enable_cycles, CYCLES, Mechanism::Cycle),
        (config.multilateral != MultilateralMode::Off, MULTILATERAL, Mechanism::Multilateral),
    ] {
        if enabled {
            log_algorithm(state, algorithm, before, mechanism, Some(operations[usize::from(algorithm - BILATERAL)]));
        }
    }
    Ok(())
}

fn release_after(state: &mut State, settled: u64) -> Result<(), SimulationError> {
    if settled > 0 { release_from_queue2(state) } else { Ok(()) }
}

/// What an algorithm has settled since `before`: `settlements` counts its operations, or payments where there are none.
fn log_algorithm(state: &mut State, algorithm: u8, before: Counts, mechanism: Mechanism, operations: Option<u64>) {
    if !state.rules.algorithm_sequencing {
        return;
    }
    let (now, mechanism) = (&state.tally.of_tick, mechanism as usize);
    // The pass over the queue is the first of the tick to settle anything from it.
    let settlements = operations.unwrap_or(now.settled[mechanism]);
    let value = now.settled_value[mechanism] - before.settled_value[mechanism];
    state
        .log
        .append(EventKind::AlgorithmExecution, Common { amount: Cents::try_from(value).unwrap_or(Cents::MAX), ..Common::NOTHING })
        .u8(algorithm)
        .u8(u8::from(settlements > 0))
        .u32(settlements as u32);
}

/// Why a payment cannot settle by itself now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Its sender cannot pay it.
    Liquidity,
    /// It would exceed a limit of its sender.
    Limit(LimitExceeded),
    /// Its sender has a payment in the central queue that must go first.
    Behind,
}

/// Whether a payment can settle by itself now.
#[inline]
pub fn test(state: &State, index: u32) -> Result<(), Obstacle> {
    let payment = &state.transactions[index as usize];
    let sender = &state.agents[payment.sender as usize];
    if payment.amount > sender.available_liquidity() {
        return Err(Obstacle::Liquidity);
    }
    sender.check_limits(payment.receiver, i128::from(payment.amount)).map_err(Obstacle::Limit)
}

/// Whether payments of this bank that wait must go first.
fn is_behind(state: &State, sender: u32) -> bool {
    state.rules.queue2_blocking == Queue2Blocking::PerSenderFifo && state.queue2.count_of(sender) > 0
}

/// Mark a payment as settled, in all the books but the two balances. A late one is logged as such.
fn mark_settled(state: &mut State, index: u32, mechanism: Mechanism) -> Result<(), SimulationError> {
    if state.transactions[index as usize].is_overdue() {
        log_overdue_settled(state, index)?;
        state.uncount_overdue(index);
    }
    let payment = &mut state.transactions[index as usize];
    let was_in_queue2 = payment.status == Status::Queue2;
    let amount = payment.amount;
    payment.status = Status::Settled;
    payment.remaining = 0;
    let sender = &mut state.agents[payment.sender as usize];
    sender.count_unqueued(payment);
    sender.record_outflow(payment.receiver, amount);
    state.tally.count_settled(mechanism, amount);
    if was_in_queue2 {
        state.leave_queue2(index);
    }
    let original = state.original_of(index);
    let today = state.day() * state.ticks_per_day;
    let whole = &mut state.transactions[original as usize];
    if original != index {
        whole.remaining -= amount;
    }
    if mechanism >= Mechanism::Bilateral && !whole.netted {
        whole.netted = true;
        state.tally.of_tick.netted_originals += 1;
    }
    if whole.remaining == 0 {
        whole.status = Status::Settled;
        state.tally.of_tick.settled_originals += 1;
        if whole.arrival_tick >= today {
            state.throughput_today[whole.sender as usize].1 += 1;
        }
    }
    Ok(())
}

/// Post the outcome of a netting operation: each bank pays or gets only its net; `payments` are those that settled in it.
fn post_nets(state: &mut State, nets: &[(u32, Cents)], payments: &[u32]) {
    for (agent, net) in nets {
        if *net < 0 {
            state.move_money(*agent, *net);
        }
    }
    for (agent, net) in nets {
        if *net > 0 {
            let received = payments.iter().copied().filter(|index| state.transactions[*index as usize].receiver == *agent);
            let received: Vec<u32> = if state.rules.deferred_crediting { received.collect() } else { Vec::new() };
            state.credit(*agent, *net, received.into_iter());
        }
    }
}

fn log_overdue_settled(state: &mut State, index: u32) -> Result<(), SimulationError> {
    let payment = &state.transactions[index as usize];
    let ticks_overdue = state.tick - payment.overdue_since;
    let penalty = state.deadline_penalty(index).ok_or_else(|| state.overflow("a deadline penalty"))?;
    let delay = state
        .rates_of(payment.sender)
        .estimated_delay(payment.remaining, ticks_overdue)
        .ok_or_else(|| state.overflow("the delay cost of a payment"))?;
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
