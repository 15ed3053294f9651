//! Which payments are due when: a list for each tick, threaded through the payments.

use crate::log::NONE;

/// A calendar of deadlines.
#[derive(Debug, Clone)]
pub struct Deadlines {
    /// The last payment entered for each tick.
    last_due: Vec<u32>,
    /// For each payment, the one entered before it for the same tick.
    before: Vec<u32>,
}

impl Deadlines {
    /// A calendar for a run of so many ticks.
    pub fn new(total_ticks: u32) -> Self {
        Self { last_due: vec![NONE; total_ticks as usize], before: Vec::new() }
    }

    /// Enter the next payment; a deadline after the run is never looked at.
    pub fn enter(&mut self, payment: u32, deadline_tick: u32) {
        let last = self.last_due.get_mut(deadline_tick as usize);
        self.before.push(last.map_or(NONE, |last| std::mem::replace(last, payment)));
    }

    /// The payments that are due in a tick, latest first.
    pub fn due_in(&self, tick: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.last_due.get(tick as usize).copied().filter(|payment| *payment != NONE);
        std::iter::successors(first, |payment| Some(self.before[*payment as usize]).filter(|payment| *payment != NONE))
    }
}
