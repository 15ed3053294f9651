//! Which error of the engine is which exception of Python.
#![allow(missing_docs)] // the exceptions are documented in the stub

use payment_simulator_core as core;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

pyo3::create_exception!(payment_simulator_core_rs, ConfigurationError, PyValueError);
pyo3::create_exception!(payment_simulator_core_rs, SimulationError, PyRuntimeError);
pyo3::create_exception!(payment_simulator_core_rs, LogError, PyValueError);
pyo3::create_exception!(payment_simulator_core_rs, NotKeptError, PyRuntimeError);
pyo3::create_exception!(payment_simulator_core_rs, ControlError, PyValueError);
pyo3::create_exception!(payment_simulator_core_rs, SnapshotError, PyValueError);

/// An error of the engine on its way to Python.
pub enum Error {
    Config(core::ConfigError),
    Simulation(core::SimulationError),
    Log(core::log::LogError),
    NotKept(core::log::NotKept),
    Control(core::control::ControlError),
    Snapshot(core::snapshot::SnapshotError),
}

impl From<core::recording::RecordingError> for Error {
    fn from(error: core::recording::RecordingError) -> Self {
        match error {
            core::recording::RecordingError::Config(error) => Self::Config(error),
            core::recording::RecordingError::Log(error) => Self::Log(error),
        }
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Simulation(error) => SimulationError::new_err(error.to_string()),
            Error::Log(error) => LogError::new_err(error.to_string()),
            Error::NotKept(error) => NotKeptError::new_err(error.to_string()),
            Error::Control(error) => ControlError::new_err(error.to_string()),
            Error::Snapshot(error) => SnapshotError::new_err(error.to_string()),
            Error::Config(error) => Python::attach(|py| {
                let exception = ConfigurationError::new_err(error.to_string());
                match exception.value(py).setattr("path", error.path) {
                    Ok(()) => exception,
                    Err(failure) => failure,
                }
            }),
        }
    }
}

/// A path as it stands in messages: `agents.0.opening_balance`.
pub fn dotted(path: &serde_path_to_error::Path) -> String {
    let segments: Vec<String> = path.iter().map(|segment| segment.to_string().trim_matches(['[', ']']).to_owned()).collect();
    segments.join(".")
}
