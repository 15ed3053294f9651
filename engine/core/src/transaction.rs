//! A payment and where it stands.

use crate::event::RTGS_PRIORITIES;
use crate::log::NONE;
use crate::money::Cents;
use serde::{Deserialize, Serialize};

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// In its sender's own queue.
    Queue1,
    /// Released in this tick, about to be tried.
    Submitted,
    /// In the central queue.
    Queue2,
    /// Paid.
    Settled,
    /// Replaced by its parts.
    Split,
    /// Cancelled by its sender's policy.
    Dropped,
}

/// How urgent its sender declares a submission; the number is its place in `event::RTGS_PRIORITIES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RtgsPriority {
    /// First in a queue that is ordered by priority.
    HighlyUrgent = 0,
    /// Second.
    Urgent = 1,
    /// Last, and what is meant where nothing is declared.
    Normal = 2,
}

impl RtgsPriority {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::HighlyUrgent, Self::Urgent, Self::Normal];

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let place = RTGS_PRIORITIES.iter().position(|known| *known == name)?;
        Self::ALL.get(place).copied()
    }
}

/// How a payment settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// By itself, when it was submitted.
    Gross,
    /// By itself, from the central queue.
    Queue,
    /// Against payments of its receiver.
    Bilateral,
    /// In a closed loop of banks.
    Cycle,
    /// In a set of many banks.
    Multilateral,
}

/// The names of the mechanisms, in the order of their numbers.
pub const MECHANISMS: [&str; 5] = ["gross", "queue", "bilateral", "cycle", "multilateral"];

/// A payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Transaction {
    /// Cents, positive.
    pub amount: Cents,
    /// Cents not yet paid: the amount or, of a payment that was split, what its parts still owe.
    pub remaining: Cents,
    /// The paying bank.
    pub sender: u32,
    /// The bank that is paid.
    pub receiver: u32,
    /// The tick in which it arrived.
    pub arrival_tick: u32,
    /// The last tick in which it is on time.
    pub deadline_tick: u32,
    /// The tick in which it became overdue, or `NONE`.
    pub overdue_since: u32,
    /// Its place in the sender's part of the central queue, while it is there; a snapshot does without.
    #[serde(skip, default = "none")]
    pub queue2_slot: u32,
    /// Its class of declared priority in the central queue, while it is there.
    pub queue2_class: u8,
    /// When it entered the central queue: the number of entries before, or `NONE`.
    pub queue2_sequence: u32,
    /// The payment that it is a part of, or `NONE`.
    pub parent: u32,
    /// Of a part: its place among the parts, from 1. Of a payment that was split: how many parts it has.
    pub part: u32,
    /// The tick until which its sender's policy does not see it.
    pub hidden_until: u32,
    /// 0 to 10.
    pub priority: u8,
    /// The priority before any escalation.
    pub original_priority: u8,
    /// What its sender declared.
    pub rtgs_priority: Option<RtgsPriority>,
    /// Whether it may be split.
    pub divisible: bool,
    /// Whether it, or a part of it, has settled by netting.
    pub netted: bool,
    /// Where it stands.
    pub status: Status,
}

fn none() -> u32 {
    NONE
}

impl Transaction {
    /// Whether it is a part of another payment.
    pub fn is_part(&self) -> bool {
        self.parent != NONE
    }

    /// Whether it waits in one of the queues.
    pub fn is_queued(&self) -> bool {
        matches!(self.status, Status::Queue1 | Status::Queue2)
    }

    /// Whether its deadline has passed unpaid.
    pub fn is_overdue(&self) -> bool {
        self.overdue_since != NONE
    }

    /// Which of the six classes of delay cost it belongs to: band of priority, and overdue or not.
    pub fn delay_class(&self) -> usize {
        delay_class(self.priority, self.is_overdue())
    }
}

/// The class of delay cost of a payment with this priority.
pub fn delay_class(priority: u8, is_overdue: bool) -> usize {
    let band = match priority {
        8.. => 0,
        4..=7 => 1,
        _ => 2,
    };
    2 * band + usize::from(is_overdue)
}

/// A payment for tests: from bank 0 to bank 1, due in tick 10.
#[cfg(test)]
pub fn example(amount: Cents) -> Transaction {
    Transaction {
        amount,
        remaining: amount,
        sender: 0,
        receiver: 1,
        arrival_tick: 0,
        deadline_tick: 10,
        overdue_since: NONE,
        queue2_slot: NONE,
        queue2_class: 0,
        queue2_sequence: NONE,
        parent: NONE,
        part: 0,
        hidden_until: 0,
        priority: 5,
        original_priority: 5,
        rtgs_priority: None,
        divisible: true,
        netted: false,
        status: Status::Queue1,
    }
}
