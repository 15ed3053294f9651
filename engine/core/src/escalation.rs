//! Priorities rise as deadlines come near.

use crate::config::EscalationConfig;
use crate::event::EventKind;
use crate::log::Common;
use crate::queue1::set_priority;
use crate::state::State;

/// The priority that a payment should have with so many ticks left: the original and a boost that grows in a straight line from nothing,
/// `start_escalating_at_ticks` before the deadline, to `max_boost` on it, rounded half up.
fn escalated(config: &EscalationConfig, original: u8, ticks_left: u32) -> Option<(u8, u8)> {
    let start = u64::from(config.start_escalating_at_ticks);
    let left = u64::from(ticks_left);
    if left > start {
        return None;
    }
    let max_boost = u64::from(config.max_boost);
    let boost = if start == 0 { max_boost } else { (2 * max_boost * (start - left) + start) / (2 * start) };
    let boost = boost.min(10) as u8;
    Some((original.saturating_add(boost).min(10), boost))
}

/// Raise the priority of every queued payment whose deadline is near enough, in order of arrival.
pub fn escalate_priorities(state: &mut State, config: &EscalationConfig) {
    let mut queued: Vec<u32> = Vec::new();
    for (number, agent) in state.agents.iter().enumerate() {
        queued.extend(&agent.queue1);
        queued.extend(state.queue2.payments_of(number as u32));
    }
    queued.sort_unstable();
    for index in queued {
        let payment = &state.transactions[index as usize];
        let ticks_left = payment.deadline_tick.saturating_sub(state.tick);
        let Some((target, boost)) = escalated(config, payment.original_priority, ticks_left) else { continue };
        if target > payment.priority {
            let common = Common { payment: index, ..Common::agent(payment.sender) };
            state
                .log
                .append(EventKind::PriorityEscalated, common)
                .u8(payment.original_priority)
                .u8(target)
                .u32(ticks_left)
                .u8(boost);
            set_priority(state, index, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boost_grows_to_the_deadline() {
        let config = EscalationConfig { start_escalating_at_ticks: 6, max_boost: 3 };
        for (original, left, expected) in [
            (4, 7, None),
            (4, 6, Some((4, 0))),
            (4, 5, Some((5, 1))),
            (4, 4, Some((5, 1))),
            (4, 3, Some((6, 2))),
            (4, 1, Some((7, 3))),
            (4, 0, Some((7, 3))),
            (9, 0, Some((10, 3))),
        ] {
            assert_eq!(escalated(&config, original, left), expected, "{left}");
        }
        let at_once = EscalationConfig { start_escalating_at_ticks: 0, max_boost: 2 };
        assert_eq!(escalated(&at_once, 1, 0), Some((3, 2)));
        assert_eq!(escalated(&at_once, 1, 1), None);
    }
}
