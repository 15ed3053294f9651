//! Deferred crediting: what a bank receives counts from the end of the tick.

use crate::event::EventKind;
use crate::log::Common;
use crate::state::State;

/// What banks received in this tick is added to their balances; without deferred crediting there is nothing to add.
pub fn apply_deferred_credits(state: &mut State) {
    if !state.rules.deferred_crediting {
        return;
    }
    for number in 0..state.deferred.len() as u32 {
        let (amount, sources) = std::mem::take(&mut state.deferred[number as usize]);
        if amount > 0 {
            state.move_money(number, amount);
            state
                .log
                .append(EventKind::DeferredCreditApplied, Common { amount, ..Common::agent(number) })
                .u32_list(sources.into_iter());
        }
    }
}
