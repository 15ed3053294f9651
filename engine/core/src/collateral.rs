//! Collateral: what a bank posts with the central bank for more intraday credit.

use crate::config::AgentConfig;
use crate::event::{COLLATERAL_REASONS, EventKind};
use crate::log::Common;
use crate::money::{Cents, Rate};
use crate::state::State;
use serde::{Deserialize, Serialize};

/// What is kept back when a bank withdraws by policy or by timer, so that the next small payment does not fail: one unit of currency.
const WITHDRAWAL_BUFFER: Cents = 100;

/// Why collateral is posted or withdrawn; the number is its place in `event::COLLATERAL_REASONS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason(pub u8);

impl Reason {
    const MANUAL_POST: Self = Self(6);
    const MANUAL_WITHDRAW: Self = Self(7);

    /// The reason with this name; any other text is an urgent need of liquidity.
    pub fn from_name(name: &str) -> Self {
        let place = COLLATERAL_REASONS.iter().position(|known| *known == name);
        Self(place.unwrap_or_default() as u8)
    }
}

/// A bank's collateral.
#[derive(Debug, Clone)]
pub struct Collateral {
    posted: Cents,
    capacity: Cents,
    haircut: Rate,
    credit: Cents,
    timers: Vec<Timer>,
    /// When it was last posted by hand.
    posted_by_hand: Option<u32>,
}

/// What changes about a bank's collateral while a simulation runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    posted: Cents,
    timers: Vec<Timer>,
    posted_by_hand: Option<u32>,
}

/// A withdrawal that is planned.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Timer {
    due_tick: u32,
    amount: Cents,
    reason: Reason,
    posted_at: u32,
}

impl Collateral {
    /// What a bank has posted before the first tick.
    pub fn new(config: &AgentConfig) -> Self {
        let mut collateral = Self {
            posted: 0,
            capacity: config.collateral_capacity(),
            haircut: config.collateral_haircut,
            credit: 0,
            timers: Vec::new(),
            posted_by_hand: None,
        };
        collateral.set_posted(config.posted_collateral);
        collateral
    }

    /// For a snapshot.
    pub fn held(&self) -> Held {
        Held { posted: self.posted, timers: self.timers.clone(), posted_by_hand: self.posted_by_hand }
    }

    /// As it was when a snapshot was taken. False if it cannot have been.
    pub fn restore(&mut self, held: Held) -> bool {
        let is_right = |timer: &Timer| usize::from(timer.reason.0) < COLLATERAL_REASONS.len();
        if !(0..=self.capacity.max(self.posted)).contains(&held.posted) || !held.timers.iter().all(is_right) {
            return false;
        }
        self.set_posted(held.posted);
        self.timers = held.timers;
        self.posted_by_hand = held.posted_by_hand;
        true
    }

    fn set_posted(&mut self, posted: Cents) {
        self.posted = posted;
        self.credit = self.haircut.leaves_of(posted);
    }

    /// Cents posted.
    pub fn posted(&self) -> Cents {
        self.posted
    }

    /// How much can be posted in all.
    pub fn capacity(&self) -> Cents {
        self.capacity
    }

    /// How much more can be posted.
    pub fn remaining_capacity(&self) -> Cents {
        (self.capacity - self.posted).max(0)
    }

    /// When it was last posted by hand.
    pub fn posted_by_hand(&self) -> Option<u32> {
        self.posted_by_hand
    }

    /// The part that gives no credit.
    pub fn haircut(&self) -> Rate {
        self.haircut
    }

    /// The credit that it gives: `posted` × (1 - haircut), rounded down.
    pub fn credit(&self) -> Cents {
        self.credit
    }

    /// The least collateral that gives this much credit; none can be enough if all of it is cut.
    pub fn needed_for(&self, credit: Cents) -> Option<Cents> {
        let worth = self.haircut.denominator - self.haircut.numerator;
        if worth == 0 {
            return None;
        }
        let needed = (i128::from(credit) * self.haircut.denominator + worth - 1) / worth;
        Cents::try_from(needed).ok()
    }

    /// How much can be withdrawn while the credit in use, and a buffer, stay covered.
    pub fn withdrawable(&self, credit_used: Cents, unsecured_cap: Cents, buffer: Cents) -> Cents {
        let uncovered = (credit_used + buffer - unsecured_cap).max(0);
        match self.needed_for(uncovered) {
            None => self.posted, // it gives no credit anyway
            Some(needed) => (self.posted - needed).max(0),
        }
    }
}

/// Post up to `amount`, as far as the capacity goes; plan its withdrawal if asked to. Returns what was posted.
pub fn post(state: &mut State, number: usize, amount: Cents, reason: Reason, withdraw_after: Option<u32>) -> Cents {
    let tick = state.tick;
    let collateral = &mut state.agents[number].collateral;
    let amount = amount.min(collateral.remaining_capacity());
    if amount <= 0 {
        return 0;
    }
    collateral.set_posted(collateral.posted + amount);
    if let Some(ticks) = withdraw_after {
        collateral.timers.push(Timer { due_tick: tick.saturating_add(ticks), amount, reason, posted_at: tick });
    }
    log(state, EventKind::CollateralPost, number, amount, reason);
    state.queue2.wake(number as u32);
    amount
}

/// Withdraw up to `amount`, as far as the credit in use allows. Returns what was withdrawn.
pub fn withdraw(state: &mut State, number: usize, amount: Cents, reason: Reason) -> Cents {
    let agent = &state.agents[number];
    let amount = amount.min(agent.collateral.withdrawable(agent.credit_used(), agent.unsecured_cap, WITHDRAWAL_BUFFER));
    take_back(state, number, amount, reason)
}

/// Post by hand, not beyond the capacity: it is held for some ticks.
pub fn post_by_hand(state: &mut State, number: usize, amount: Cents) {
    state.agents[number].collateral.posted_by_hand = Some(state.tick);
    post(state, number, amount, Reason::MANUAL_POST, None);
}

/// Withdraw by hand; what may be withdrawn was looked at before.
pub fn withdraw_by_hand(state: &mut State, number: usize, amount: Cents) {
    take_back(state, number, amount, Reason::MANUAL_WITHDRAW);
}

fn take_back(state: &mut State, number: usize, amount: Cents, reason: Reason) -> Cents {
    let agent = &mut state.agents[number];
    if amount <= 0 {
        return 0;
    }
    agent.collateral.set_posted(agent.collateral.posted - amount);
    log(state, EventKind::CollateralWithdraw, number, amount, reason);
    amount
}

fn log(state: &mut State, kind: EventKind, number: usize, amount: Cents, reason: Reason) {
    let total = state.agents[number].collateral.posted;
    state.log.append(kind, Common { amount, ..Common::agent(number as u32) }).u8(reason.0).i64(total);
}

/// Change posted collateral from outside, between nothing and the capacity. Returns the new total.
pub fn adjust(state: &mut State, agent: u32, delta: Cents) -> Cents {
    let collateral = &mut state.agents[agent as usize].collateral;
    let capacity = collateral.capacity.max(collateral.posted);
    collateral.set_posted((collateral.posted + delta).clamp(0, capacity));
    let total = collateral.posted;
    state.queue2.wake(agent);
    total
}

/// Withdraw what was planned to be withdrawn in this tick, as far as the credit in use allows; the rest stays for good.
pub fn run_timers(state: &mut State) {
    for number in 0..state.agents.len() {
        let tick = state.tick;
        let agent = &mut state.agents[number];
        if agent.collateral.timers.is_empty() {
            continue;
        }
        let (due, later) =
            std::mem::take(&mut agent.collateral.timers).into_iter().partition(|timer: &Timer| timer.due_tick == tick);
        agent.collateral.timers = later;
        for timer in due {
            run_timer(state, number, timer);
        }
    }
}

fn run_timer(state: &mut State, number: usize, timer: Timer) {
    let agent = &mut state.agents[number];
    let (used, cap) = (agent.credit_used(), agent.unsecured_cap);
    let amount = timer.amount.min(agent.collateral.withdrawable(used, cap, WITHDRAWAL_BUFFER));
    if amount > 0 {
        agent.collateral.set_posted(agent.collateral.posted - amount);
        let total = agent.collateral.posted;
        state
            .log
            .append(EventKind::CollateralTimerWithdrawn, Common { amount, ..Common::agent(number as u32) })
            .u8(timer.reason.0)
            .u32(timer.posted_at)
            .i64(total);
    } else {
        let reason = format!("credit used {used}, unsecured credit {cap}, collateral posted {}", agent.collateral.posted);
        state
            .log
            .append(EventKind::CollateralTimerBlocked, Common { amount: timer.amount, ..Common::agent(number as u32) })
            .text(Some(&reason))
            .u8(timer.reason.0)
            .u32(timer.posted_at);
    }
}
