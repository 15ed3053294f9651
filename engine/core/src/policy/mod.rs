//! When a bank releases its payments from its own queue.

mod builtin;

pub use builtin::{Decision, Policy, QueueView};
