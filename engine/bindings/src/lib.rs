//! The boundary between the engine and Python: convert, call once, map the error.
//!
//! `engine/python/payment_simulator_core_rs/__init__.pyi` documents what stands here.

mod convert;
mod error;
mod policies;

use error::{ConfigurationError, Error, SimulationError};
use payment_simulator_core::costs::COST_NAMES;
use payment_simulator_core::event::{CATALOGUE, EventKind};
use payment_simulator_core::log;
use payment_simulator_core::transaction::MECHANISMS;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

/// One simulation: its state and its event log.
#[pyclass(module = "payment_simulator_core_rs")]
struct Orchestrator(payment_simulator_core::Orchestrator);

#[pymethods]
impl Orchestrator {
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let config = serde_path_to_error::deserialize(&mut pythonize::Depythonizer::from_object(config)).map_err(|error| {
            let path = error::dotted(error.path());
            Error::Config(payment_simulator_core::ConfigError::new(path, error.into_inner().to_string()))
        })?;
        Ok(Self(payment_simulator_core::Orchestrator::new(config).map_err(Error::Config)?))
    }

    #[getter]
    fn current_tick(&self) -> u32 {
        self.0.current_tick()
    }

    #[getter]
    fn total_ticks(&self) -> u32 {
        self.0.total_ticks()
    }

    #[getter]
    fn agent_ids(&self) -> Vec<String> {
        self.0.agent_ids().to_vec()
    }

    fn tick<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let tick = self.0.current_tick();
        let counts = py.detach(|| self.0.tick()).map_err(Error::Simulation)?;
        convert::tick_result(py, tick, &counts)
    }

    fn run(&mut self, py: Python<'_>, ticks: u32) -> PyResult<u32> {
        Ok(py.detach(|| self.0.run(ticks)).map_err(Error::Simulation)?)
    }

    #[getter]
    fn event_count(&self) -> usize {
        self.0.log().len()
    }

    fn events<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyList>> {
        let names = self.names();
        let events: Vec<_> =
            self.0.log().range(from_tick, to_tick).map(|event| convert::event(py, &event, names)).collect::<PyResult<_>>()?;
        PyList::new(py, events)
    }

    fn events_jsonl<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> Bound<'py, PyBytes> {
        let mut lines = Vec::new();
        py.detach(|| log::write_json_lines(self.0.log().range(from_tick, to_tick), self.0.agent_ids(), &mut lines));
        PyBytes::new(py, &lines)
    }

    fn event_columns<'py>(&self, py: Python<'py>, event_type: &str) -> PyResult<Bound<'py, PyDict>> {
        let kind = EventKind::from_name(event_type).ok_or_else(|| {
            let known: Vec<_> = CATALOGUE.iter().map(|known| known.name).collect();
            PyValueError::new_err(format!("{event_type:?} is not an event type; known are {}", known.join(", ")))
        })?;
        let columns = py.detach(|| log::event_columns(self.0.log(), kind, self.0.agent_ids()));
        convert::event_columns(py, columns)
    }

    fn log_hash(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.log_hash())
    }

    fn payments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let payments = py.detach(|| self.0.payments_view());
        convert::payments(py, &payments)
    }

    fn series<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let series = py.detach(|| self.0.series());
        convert::arrays(py, series.by_agent.iter().chain(&series.of_system).chain(&series.by_mechanism))
    }

    fn flows<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyDict>> {
        let flows = py.detach(|| self.0.flows(from_tick, to_tick));
        convert::arrays(py, &[("value", flows.value), ("count", flows.count), ("last_tick", flows.last_tick)])
    }

    fn state<'py>(&self, py: Python<'py>, tick: i64) -> PyResult<Bound<'py, PyDict>> {
        let ran = i64::from(self.0.current_tick());
        if !(-1..ran).contains(&tick) {
            return Err(PyValueError::new_err(format!("tick {tick} has not been run; write a tick from -1 to {}", ran - 1)));
        }
        let state = py.detach(|| self.0.state_at(u32::try_from(tick).ok()));
        convert::state(py, tick, &state, self.names())
    }

    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        convert::totals(py, &self.0)
    }
}

impl Orchestrator {
    fn names(&self) -> log::Names<'_> {
        log::Names { log: self.0.log(), agent_ids: self.0.agent_ids() }
    }
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
    module.add_class::<Orchestrator>()?;
    module.add_function(wrap_pyfunction!(event_catalogue, module)?)?;
    module.add_function(wrap_pyfunction!(check_policy, module)?)?;
    module.add_function(wrap_pyfunction!(policy_catalogue, module)?)
}
