//! A run read back from its canonical log: no engine, the same views.

use crate::config::Config;
use crate::error::ConfigError;
use crate::log::{EventLog, LogError};
use crate::money::Cents;
use crate::orchestrator::Orchestrator;
use crate::views::Record;
use std::fmt;

/// A run that was read back.
#[derive(Debug, Clone)]
pub struct Recording {
    config: Config,
    agent_ids: Vec<String>,
    opening_allocations: Vec<Cents>,
    log: EventLog,
}

/// A run cannot be read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingError {
    /// The configuration is refused.
    Config(ConfigError),
    /// The log is damaged, truncated, or of another system.
    Log(LogError),
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Log(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RecordingError {}

impl Recording {
    /// Read a run back. `ticks` is how many were run: the log does not tell of quiet ticks at its end. None: up to the last event.
    pub fn new(config: Config, log: &[u8], ticks: Option<u32>) -> Result<Self, RecordingError> {
        let start = Orchestrator::new(config).map_err(RecordingError::Config)?;
        let config = start.config();
        let mut read =
            EventLog::read(log, start.agent_ids(), config.ticks_per_day, config.num_days).map_err(RecordingError::Log)?;
        if let Some(ticks) = ticks {
            if !(read.ticks()..=start.total_ticks()).contains(&ticks) {
                return Err(RecordingError::Log(LogError {
                    byte: log.len(),
                    event: Some(read.len()),
                    message: format!(
                        "{ticks} ticks cannot be right; write a number from {} to {}",
                        read.ticks(),
                        start.total_ticks()
                    ),
                }));
            }
            while read.ticks() < ticks {
                read.begin_tick();
            }
        }
        Ok(Self {
            config: config.clone(),
            agent_ids: start.agent_ids().to_vec(),
            opening_allocations: start.opening_allocations().to_vec(),
            log: read,
        })
    }

    /// What the run has left behind.
    pub fn record(&self) -> Record<'_> {
        Record { config: &self.config, agent_ids: &self.agent_ids, opening_allocations: &self.opening_allocations, log: &self.log }
    }
}
