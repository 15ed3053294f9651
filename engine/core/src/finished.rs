//! Finished payments are given back, so that a long run does not grow with the payments that it has settled.
//!
//! Only where not every event is kept: the events are larger than the payments. What is left closes up, in order, when at least as many
//! payments have come as were left the last time; so it costs each payment a constant, and nothing else in the engine need know of it.

use crate::deadlines::Deadlines;
use crate::log::NONE;
use crate::settlement::Queue2;
use crate::state::State;

/// Payments that may come before it is worth while. In tests it nearly always is.
const ROOM: usize = if cfg!(debug_assertions) { 4 } else { 1 << 16 };

/// Give finished payments back if there are enough of them. Called between ticks.
pub fn give_back_finished(state: &mut State) {
    let slots = state.transactions.len();
    let Some(survivors) = state.log.survivors() else { return };
    if slots < 2 * survivors + ROOM {
        return;
    }
    // A payment that was split is needed as long as one of its parts waits.
    let mut is_left: Vec<bool> = state.transactions.iter().map(|payment| payment.is_queued()).collect();
    for slot in 0..slots {
        let payment = &state.transactions[slot];
        if payment.is_queued() && payment.is_part() {
            is_left[payment.parent as usize] = true;
        }
    }
    let mut places = vec![NONE; slots];
    let left = (0..slots as u32).filter(|slot| is_left[*slot as usize]);
    left.clone().zip(0..).for_each(|(slot, place)| places[slot as usize] = place);
    state.log.keep_slots(left, slots as u32);

    let payments = std::mem::take(&mut state.transactions).into_items().zip(is_left);
    state.transactions = payments.filter(|(_, is_left)| *is_left).map(|(payment, _)| payment).collect();
    state.deadlines = Deadlines::default();
    for (payment, place) in state.transactions.iter_mut().zip(0..) {
        if payment.is_part() {
            payment.parent = places[payment.parent as usize];
        }
        state.deadlines.enter(place, payment.deadline_tick);
    }
    for agent in &mut state.agents {
        agent.queue1.iter_mut().for_each(|slot| *slot = places[*slot as usize]);
    }
    let queue2 = std::mem::replace(&mut state.queue2, Queue2::new(state.agents.len())).saved();
    let is_restored = state.queue2.restore(queue2, &mut state.transactions);
    debug_assert!(is_restored, "the queue is what it was");
}
