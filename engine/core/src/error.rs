//! What can go wrong, each with the place and the value.

use std::fmt;

/// The engine refuses a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The place in the configuration, for example `agents.0.opening_balance`.
    pub path: String,
    /// What is wrong, with the value, and what would be right.
    pub message: String,
}

impl ConfigError {
    /// An error at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A tick could not be run; the state is what it was before the tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SimulationError {
    /// Every tick of the last day has been run.
    Complete {
        /// How many ticks the run has.
        total_ticks: u32,
    },
    /// A command that was accepted cannot be carried out.
    Control(ConfigError),
    /// A sum no longer fits into 64 bits (or a count into 32).
    Overflow {
        /// The tick in which it happened.
        tick: u32,
        /// The sum that overflowed.
        what: &'static str,
    },
    /// A tick cannot be run again: the log is not what its configuration and commands give.
    OtherLog {
        /// The tick.
        tick: u32,
    },
}

impl fmt::Display for SimulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete { total_ticks } => {
                write!(f, "the run is complete: all {total_ticks} ticks have been run")
            }
            Self::OtherLog { tick } => {
                write!(f, "tick {tick} cannot be run again: the log is not what its configuration and commands give")
            }
            Self::Control(error) => error.fmt(f),
            Self::Overflow { tick, what } => write!(f, "tick {tick}: {what} is too large for the engine; the tick was not run"),
        }
    }
}

impl std::error::Error for SimulationError {}
