//! Which payments are due when: a list for each tick, threaded through the payments.

use crate::log::NONE;
use crate::pages::Pages;

/// A calendar of deadlines.
#[derive(Debug, Clone, Default)]
pub struct Deadlines {
    /// The last payment entered for each tick, up to the latest deadline so far.
    last_due: Vec<u32>,
    /// For each payment, the one entered before it for the same tick.
    before: Pages<u32>,
}

impl Deadlines {
    /// Enter the next payment.
    pub fn enter(&mut self, payment: u32, deadline_tick: u32) {
        let tick = deadline_tick as usize;
        if self.last_due.len() <= tick {
            self.last_due.resize(tick + 1, NONE);
        }
        self.before.push(std::mem::replace(&mut self.last_due[tick], payment));
    }

    /// The payments that are due in a tick, latest first.
    pub fn due_in(&self, tick: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.last_due.get(tick as usize).copied().filter(|payment| *payment != NONE);
        std::iter::successors(first, |payment| Some(self.before[*payment as usize]).filter(|payment| *payment != NONE))
    }
}
