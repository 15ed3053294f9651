//! The settlement engine: banks, their queues, real-time gross settlement, netting, and what it all costs.
//!
//! No Python, no I/O, no clock, no threads, no `unsafe`, no platform mathematics: a configuration and a seed give the same event log
//! on every machine. Read `orchestrator` first (the tick as a list of steps), then `settlement`, then `log`.

// Tests share their scenarios with the tests outside, which know the crate by its name.
#[cfg(test)]
extern crate self as payment_simulator_core;

pub mod agent;
pub mod config;
pub mod control;
pub mod costs;
mod decision_path;
pub mod error;
pub mod event;
pub mod explain;
pub mod log;
pub mod metrics;
pub mod money;
pub mod orchestrator;
pub mod policy;
pub mod recording;
pub mod replay;
pub mod rollup;
pub mod snapshot;
pub mod state;
pub mod tally;
pub mod text;
pub mod transaction;
pub mod views;

mod arrivals;
pub mod budget;
pub mod collateral;
mod deadlines;
mod escalation;
mod finished;
pub mod pages;
pub mod pool;
mod queue1;
mod rng;
mod scenario_events;
mod settlement;
mod treasury;

pub use config::Config;
pub use error::{ConfigError, SimulationError};
pub use orchestrator::Orchestrator;
pub use recording::Recording;
