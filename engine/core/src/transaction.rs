//! A payment and where it stands.

use crate::log::NONE;
use crate::money::Cents;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In its sender's own queue.
    Queue1,
    /// Released in this tick, about to be tried.
    Submitted,
    /// In the central queue.
    Queue2,
    /// Paid.
    Settled,
}

/// How a payment settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Cents, positive.
    pub amount: Cents,
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
    /// Its place in the sender's part of the central queue, while it is there.
    pub queue2_slot: u32,
    /// When it entered the central queue: the number of entries before, or `NONE`.
    pub queue2_sequence: u32,
    /// 0 to 10.
    pub priority: u8,
    /// Whether it may be split.
    pub divisible: bool,
    /// Where it stands.
    pub status: Status,
}

impl Transaction {
    /// Whether its deadline has passed unpaid.
    pub fn is_overdue(&self) -> bool {
        self.overdue_since != NONE
    }

    /// Which of the six classes of delay cost it belongs to: band of priority, and overdue or not.
    pub fn delay_class(&self) -> usize {
        let band = match self.priority {
            8.. => 0,
            4..=7 => 1,
            _ => 2,
        };
        2 * band + usize::from(self.is_overdue())
    }
}
