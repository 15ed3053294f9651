//! The settlement engine: banks, their queues, real-time gross settlement, netting, and what it all costs.
//!
//! No Python, no I/O, no clock, no threads, no `unsafe`, no platform mathematics: a configuration and a seed give the same event log
//! on every machine. Read `orchestrator` first (the tick as a list of steps), then `settlement`, then `log`.

pub mod config;
pub mod costs;
pub mod error;
pub mod event;
pub mod log;
pub mod money;
pub mod orchestrator;
pub mod state;
pub mod tally;
pub mod transaction;
pub mod views;

pub mod agent;
mod arrivals;
mod deadlines;
mod policy;
pub mod replay;
mod rng;
mod scenario_events;
mod settlement;

pub use config::Config;
pub use error::{ConfigError, SimulationError};
pub use orchestrator::Orchestrator;
