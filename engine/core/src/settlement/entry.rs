//! Entry disposition: a submission that its sender cannot pay settles at once against a queued payment of its receiver, if both together can.

use super::{mark_settled, post_nets};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::Common;
use crate::state::State;
use crate::transaction::Mechanism;

/// Settle a submission together with the oldest queued payment in the other direction. Returns whether that was possible.
pub fn offset_on_entry(state: &mut State, incoming: u32) -> Result<bool, SimulationError> {
    if !state.rules.entry_disposition_offsetting {
        return Ok(false);
    }
    let payment = &state.transactions[incoming as usize];
    let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.amount);
    let Some((queued, back)) = state.queue2.head_between(receiver, sender) else { return Ok(false) };
    let can_pay = |agent: u32, to: u32, sent: i64, received: i64| {
        let agent = &state.agents[agent as usize];
        sent - received <= agent.available_liquidity() && agent.check_limits(to, sent.into()).is_ok()
    };
    if !(can_pay(sender, receiver, amount, back) && can_pay(receiver, sender, back, amount)) {
        return Ok(false);
    }
    for index in [incoming, queued] {
        mark_settled(state, index, Mechanism::Bilateral)?;
    }
    post_nets(state, &[(sender, back - amount), (receiver, amount - back)], &[incoming, queued]);
    state.tally.of_tick.lsm_operations += 1;
    state
        .log
        .append(EventKind::EntryDispositionOffset, Common { payment: incoming, amount: amount.min(back), ..Common::NOTHING })
        .u32(queued)
        .u32_list([sender, receiver].into_iter())
        .i64(amount)
        .i64(back);
    Ok(true)
}
