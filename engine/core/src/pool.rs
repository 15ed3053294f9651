//! Liquidity pools: money outside the system, part of which a bank holds on its account during the day.

use crate::event::EventKind;
use crate::log::Common;
use crate::money::{Cents, Rate};
use crate::state::State;

/// A bank's pool.
#[derive(Debug, Clone, Copy)]
pub struct LiquidityPool {
    total: Cents,
    fraction: Rate,
    allocated: Cents,
}

impl LiquidityPool {
    /// A pool of which nothing is allocated yet. The fraction is at most 1.
    pub fn new(total: Cents, fraction: Rate) -> Self {
        Self { total, fraction, allocated: 0 }
    }

    /// From the next allocation on, allocate another fraction, at most 1.
    pub fn set_fraction(&mut self, fraction: Rate) {
        self.fraction = fraction;
    }

    /// Cents allocated to the balance.
    pub fn allocated(&self) -> Cents {
        self.allocated
    }

    /// As it was when a snapshot was taken. False if it cannot have been.
    pub fn restore(&mut self, allocated: Cents) -> bool {
        self.allocated = allocated;
        (0..=self.total).contains(&allocated)
    }

    /// Allocate the fraction, rounded down. Returns how much that is.
    pub fn allocate(&mut self) -> Cents {
        self.allocated = (i128::from(self.total) * self.fraction.numerator / self.fraction.denominator) as Cents;
        self.allocated
    }
}

/// On the first tick of every day but the first: allocate anew.
pub fn allocate_pools(state: &mut State) {
    for number in 0..state.agents.len() {
        let Some(pool) = &mut state.agents[number].pool else { continue };
        let amount = pool.allocate();
        let fraction = pool.fraction.numerator as f64 / pool.fraction.denominator as f64;
        state.move_money(number as u32, amount);
        let (day, balance) = (state.day(), state.agents[number].balance);
        state
            .log
            .append(EventKind::LiquidityAllocation, Common { amount, ..Common::agent(number as u32) })
            .u32(day)
            .f64(fraction)
            .i64(balance);
    }
}

/// On the last tick of every day: give back what was allocated, even if the balance falls below the credit limit.
pub fn return_pools(state: &mut State) {
    for number in 0..state.agents.len() {
        let Some(pool) = &mut state.agents[number].pool else { continue };
        let amount = std::mem::take(&mut pool.allocated);
        if amount != 0 {
            state.move_money(number as u32, -amount);
            let balance = state.agents[number].balance;
            state.log.append(EventKind::LiquidityReturn, Common { amount, ..Common::agent(number as u32) }).i64(balance);
        }
    }
}
