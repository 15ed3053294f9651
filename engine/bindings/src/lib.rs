//! The boundary between the engine and Python: convert, call once, map the error.
//!
//! `engine/python/payment_simulator_core_rs/__init__.pyi` documents what stands here.

mod control;
mod convert;
mod error;
mod policies;
mod rollup;
mod text;
mod views;

use error::{ConfigurationError, ControlError, Error, LogError, NotKeptError, SimulationError, SnapshotError};
use payment_simulator_core as core;
use payment_simulator_core::control::Submission;
use payment_simulator_core::costs::COST_NAMES;
use payment_simulator_core::log::{RETENTIONS, Retention};
use payment_simulator_core::transaction::MECHANISMS;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use serde::Deserialize;
use views::{Source, Views};

/// A long run fills memory steadily, and this allocator takes it from the system in large pages: most of what keeping events costs else is
/// the system's work of handing out small ones.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One simulation: its state and its event log.
#[pyclass(module = "payment_simulator_core_rs", extends = Views)]
struct Orchestrator;

#[pymethods]
impl Orchestrator {
    #[new]
    #[pyo3(signature = (config, *, retain = "all", hashing = false, like = None))]
    fn new(
        config: &Bound<'_, PyAny>,
        retain: &str,
        hashing: bool,
        like: Option<PyRef<'_, Views>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let options = core::orchestrator::Options { retention: retention(retain)?, hashing };
        let mut config = read_config(config)?;
        if let Some(like) = like {
            config.take_arrivals_of(like.record().config);
        }
        let engine = core::Orchestrator::with_options(config, options).map_err(Error::Config)?;
        Ok(Views::of(Source::Live(Box::new(engine))).add_subclass(Self))
    }

    fn tick<'py>(mut self_: PyRefMut<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let engine = self_.as_super().engine()?;
        let tick = engine.current_tick();
        let counts = py.detach(|| engine.tick()).map_err(Error::Simulation)?;
        convert::tick_result(py, tick, &counts)
    }

    fn run(mut self_: PyRefMut<'_, Self>, py: Python<'_>, ticks: u32) -> PyResult<u32> {
        let engine = self_.as_super().engine()?;
        Ok(py.detach(|| engine.run(ticks)).map_err(Error::Simulation)?)
    }

    fn save<'py>(mut self_: PyRefMut<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let engine = self_.as_super().engine()?;
        let snapshot = py.detach(|| engine.save()).map_err(Error::Snapshot)?;
        Ok(PyBytes::new(py, &snapshot))
    }

    fn save_json(mut self_: PyRefMut<'_, Self>, py: Python<'_>) -> PyResult<String> {
        let engine = self_.as_super().engine()?;
        Ok(py.detach(|| engine.save_json()).map_err(Error::Snapshot)?)
    }

    #[staticmethod]
    fn load(py: Python<'_>, snapshot: &[u8]) -> PyResult<Py<Self>> {
        let engine = py.detach(|| core::Orchestrator::load(snapshot)).map_err(Error::Snapshot)?;
        Py::new(py, Views::of(Source::Live(Box::new(engine))).add_subclass(Self))
    }

    #[staticmethod]
    fn load_json(py: Python<'_>, text: &str) -> PyResult<Py<Self>> {
        let engine = py.detach(|| core::Orchestrator::load_json(text)).map_err(Error::Snapshot)?;
        Py::new(py, Views::of(Source::Live(Box::new(engine))).add_subclass(Self))
    }

    #[pyo3(signature = (sender_id, receiver_id, amount, deadline_tick, priority = None, divisible = true))]
    fn submit(
        mut self_: PyRefMut<'_, Self>,
        sender_id: &str,
        receiver_id: &str,
        amount: &Bound<'_, PyAny>,
        deadline_tick: &Bound<'_, PyAny>,
        priority: Option<&Bound<'_, PyAny>>,
        divisible: bool,
    ) -> PyResult<String> {
        let new = Submission {
            sender: sender_id,
            receiver: receiver_id,
            amount: control::cents("amount", amount)?,
            deadline_tick: control::integer("deadline_tick", deadline_tick, "a tick")?,
            priority: priority
                .map_or(Ok(control::PRIORITY), |priority| control::integer("priority", priority, "an integer from 0 to 10"))?,
            divisible,
        };
        Ok(self_.as_super().engine()?.submit(new).map_err(Error::Control)?)
    }

    fn withdraw(mut self_: PyRefMut<'_, Self>, tx_id: &str) -> PyResult<()> {
        Ok(self_.as_super().engine()?.withdraw(tx_id).map_err(Error::Control)?)
    }

    fn resubmit(mut self_: PyRefMut<'_, Self>, tx_id: &str, rtgs_priority: &str) -> PyResult<()> {
        Ok(self_.as_super().engine()?.resubmit(tx_id, rtgs_priority).map_err(Error::Control)?)
    }

    fn post_collateral(mut self_: PyRefMut<'_, Self>, agent_id: &str, amount: &Bound<'_, PyAny>) -> PyResult<()> {
        let amount = control::cents("amount", amount)?;
        Ok(self_.as_super().engine()?.post_collateral(agent_id, amount).map_err(Error::Control)?)
    }

    fn withdraw_collateral(mut self_: PyRefMut<'_, Self>, agent_id: &str, amount: &Bound<'_, PyAny>) -> PyResult<()> {
        let amount = control::cents("amount", amount)?;
        Ok(self_.as_super().engine()?.withdraw_collateral(agent_id, amount).map_err(Error::Control)?)
    }

    fn replace_policy(mut self_: PyRefMut<'_, Self>, agent_id: &str, policy: &Bound<'_, PyAny>) -> PyResult<()> {
        let policy = control::policy(policy)?;
        Ok(self_.as_super().engine()?.replace_policy(agent_id, &policy).map_err(Error::Control)?)
    }

    fn take_log<'py>(mut self_: PyRefMut<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let engine = self_.as_super().engine()?;
        let bytes = py.detach(|| engine.take_log()).map_err(Error::NotKept)?;
        Ok(PyBytes::new(py, &bytes))
    }
}

fn retention(name: &str) -> PyResult<Retention> {
    let known = RETENTIONS.iter().find(|(known, _)| *known == name);
    known.map(|(_, retention)| *retention).ok_or_else(|| {
        let known: Vec<_> = RETENTIONS.iter().map(|(known, _)| format!("{known:?}")).collect();
        PyValueError::new_err(format!("retain: got {name:?}; write {}", known.join(" or ")))
    })
}

/// A run read back from its canonical log.
#[pyclass(module = "payment_simulator_core_rs", extends = Views)]
struct Recording;

#[pymethods]
impl Recording {
    #[new]
    #[pyo3(signature = (config, log, *, ticks = None))]
    fn new(py: Python<'_>, config: &Bound<'_, PyAny>, log: &[u8], ticks: Option<u32>) -> PyResult<PyClassInitializer<Self>> {
        let config = read_config(config)?;
        let recording = py.detach(|| core::Recording::new(config, log, ticks)).map_err(Error::from)?;
        Ok(Views::of(Source::Recorded(Box::new(recording))).add_subclass(Self))
    }
}

fn read_config(config: &Bound<'_, PyAny>) -> PyResult<core::Config> {
    // To know at each value where it stands takes half of the time, and only an error needs it.
    if let Ok(read) = core::Config::deserialize(&mut pythonize::Depythonizer::from_object(config)) {
        return Ok(read);
    }
    Ok(serde_path_to_error::deserialize(&mut pythonize::Depythonizer::from_object(config)).map_err(|error| {
        let path = error::dotted(error.path());
        Error::Config(core::ConfigError::new(path, error.into_inner().to_string()))
    })?)
}

/// Every event type with its fields.
#[pyfunction]
fn event_catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    convert::catalogue(py)
}

/// Everything that is wrong with a policy document.
#[pyfunction]
fn check_policy<'py>(document: &Bound<'py, PyAny>, agent_ids: Vec<String>) -> PyResult<Bound<'py, PyList>> {
    policies::problems(document, agent_ids)
}

/// What policy documents may use.
#[pyfunction]
fn policy_catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    policies::catalogue(py)
}

/// The engine, as Python sees it.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MECHANISMS", PyTuple::new(py, MECHANISMS)?)?;
    module.add("COST_NAMES", PyTuple::new(py, COST_NAMES)?)?;
    module.add("ConfigurationError", py.get_type::<ConfigurationError>())?;
    module.add("SimulationError", py.get_type::<SimulationError>())?;
    module.add("LogError", py.get_type::<LogError>())?;
    module.add("NotKeptError", py.get_type::<NotKeptError>())?;
    module.add("ControlError", py.get_type::<ControlError>())?;
    module.add("SnapshotError", py.get_type::<SnapshotError>())?;
    module.add_class::<Views>()?;
    module.add_class::<Orchestrator>()?;
    module.add_class::<Recording>()?;
    module.add_class::<rollup::RollUp>()?;
    module.add_class::<text::TickTexts>()?;
    module.add_function(wrap_pyfunction!(event_catalogue, module)?)?;
    module.add_function(wrap_pyfunction!(check_policy, module)?)?;
    module.add_function(wrap_pyfunction!(policy_catalogue, module)?)
}
