//! The values of commands, as Python gives them.

use crate::error::{self, Error};
use payment_simulator_core::config::PolicyConfig;
use payment_simulator_core::control::ControlError;
use payment_simulator_core::money::Cents;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

/// The priority of a payment that is submitted without one.
pub const PRIORITY: u8 = 5;

/// An amount of money: an integer, and nothing that only looks like one.
pub fn cents(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Cents> {
    integer(name, value, "an integer number of cents")
}

/// An integer, and nothing that only looks like one.
pub fn integer<T: for<'a, 'py> FromPyObject<'a, 'py>>(name: &str, value: &Bound<'_, PyAny>, what: &str) -> PyResult<T> {
    let number = (value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>()).then(|| value.extract().ok()).flatten();
    number.ok_or_else(|| {
        let given = value.repr().map_or_else(|_| "something else".to_owned(), |text| text.to_string());
        Error::Control(ControlError(format!("{name}: got {given}; write {what}"))).into()
    })
}

/// A policy, as in the configuration.
pub fn policy(policy: &Bound<'_, PyAny>) -> PyResult<PolicyConfig> {
    Ok(serde_path_to_error::deserialize(&mut pythonize::Depythonizer::from_object(policy)).map_err(|error| {
        let path = match error::dotted(error.path()) {
            path if path.is_empty() || path == "." => "policy".to_owned(),
            path => format!("policy.{path}"),
        };
        Error::Control(ControlError(format!("{path}: {}", error.into_inner())))
    })?)
}
