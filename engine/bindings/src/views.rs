//! What can be asked of a run, whether it goes on or was read back: one class for both.

use crate::convert;
use crate::error::Error;
use crate::text::Filter;
use payment_simulator_core as core;
use payment_simulator_core::event::{CATALOGUE, EventKind};
use payment_simulator_core::log;
use payment_simulator_core::views::Record;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

/// A run.
#[pyclass(module = "payment_simulator_core_rs", subclass)]
pub struct Views(Source);

/// Where a run comes from.
pub enum Source {
    /// It goes on.
    Live(Box<core::Orchestrator>),
    /// It was read back.
    Recorded(Box<core::Recording>),
}

impl Views {
    /// The record, if every event is there.
    fn whole(&self) -> PyResult<Record<'_>> {
        let record = self.record();
        record.log.require_all().map_err(Error::NotKept)?;
        Ok(record)
    }

    /// The record, if the events from a tick on are there.
    pub fn from(&self, tick: u32) -> PyResult<Record<'_>> {
        let record = self.record();
        record.log.require_from(tick).map_err(Error::NotKept)?;
        Ok(record)
    }

    /// The base of a class that adds nothing but what can be done with its source.
    pub fn of(source: Source) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Self(source))
    }

    /// What the run leaves behind so far.
    pub fn record(&self) -> Record<'_> {
        match &self.0 {
            Source::Live(engine) => engine.record(),
            Source::Recorded(recording) => recording.record(),
        }
    }

    /// A tick that was run, or -1 for before the first where that may be asked.
    fn ran_tick(&self, tick: i64, least: i64) -> PyResult<i64> {
        let ran = i64::from(self.record().log.ticks());
        if !(least..ran).contains(&tick) {
            return Err(PyValueError::new_err(match ran {
                0 if least == 0 => format!("tick {tick} has not been run; no tick has"),
                _ => format!("tick {tick} has not been run; write a tick from {least} to {}", ran - 1),
            }));
        }
        Ok(tick)
    }

    fn payment_named(&self, tx_id: &str) -> PyResult<u32> {
        self.record().log.payment_named(tx_id).ok_or_else(|| {
            let known = self.record().log.payments();
            PyValueError::new_err(format!("{tx_id:?} is not a payment of this run, which has {known} payments so far"))
        })
    }

    /// The engine, to change it.
    pub fn engine(&mut self) -> PyResult<&mut core::Orchestrator> {
        match &mut self.0 {
            Source::Live(engine) => Ok(engine),
            Source::Recorded(_) => Err(PyTypeError::new_err("a recording does not go on; it was read back")),
        }
    }
}

#[pymethods]
impl Views {
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(pythonize::pythonize(py, self.record().config)?)
    }

    #[getter]
    fn current_tick(&self) -> u32 {
        self.record().log.ticks()
    }

    #[getter]
    fn total_ticks(&self) -> u32 {
        self.record().config.total_ticks()
    }

    #[getter]
    fn agent_ids(&self) -> Vec<String> {
        self.record().agent_ids.to_vec()
    }

    #[getter]
    fn event_count(&self) -> usize {
        self.record().log.len()
    }

    fn events<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyList>> {
        let record = self.from(from_tick)?;
        let events = record.log.range(from_tick, to_tick).map(|event| convert::event(py, &event, record.names()));
        PyList::new(py, events.collect::<PyResult<Vec<_>>>()?)
    }

    #[pyo3(signature = (from_tick, to_tick, shown = None))]
    fn events_jsonl<'py>(
        &self,
        py: Python<'py>,
        from_tick: u32,
        to_tick: u32,
        shown: Option<Filter>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (record, filter) = (self.from(from_tick)?, Filter::of(shown));
        let mut lines = Vec::new();
        py.detach(|| log::write_json_lines(record.log.range(from_tick, to_tick), record.agent_ids, &filter, &mut lines));
        Ok(PyBytes::new(py, &lines))
    }

    fn event_columns<'py>(&self, py: Python<'py>, event_type: &str) -> PyResult<Bound<'py, PyDict>> {
        let kind = EventKind::from_name(event_type).ok_or_else(|| {
            let known: Vec<_> = CATALOGUE.iter().map(|known| known.name).collect();
            PyValueError::new_err(format!("{event_type:?} is not an event type; known are {}", known.join(", ")))
        })?;
        let record = self.from(0)?;
        convert::event_columns(py, py.detach(|| log::event_columns(record.log, kind, record.agent_ids)))
    }

    fn event_ends<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        convert::int64(py, &self.whole()?.log.event_ends())
    }

    fn event_rows<'py>(&self, py: Python<'py>, from_seq: usize, to_seq: usize) -> PyResult<Bound<'py, PyDict>> {
        let record = self.record();
        let first = record.log.first_sequence();
        record.log.require_from(if from_seq < first { 0 } else { record.log.first_tick() }).map_err(Error::NotKept)?;
        convert::event_rows(py, &py.detach(|| log::event_rows(record.log, from_seq, to_seq, record.agent_ids)))
    }

    #[pyo3(signature = (from_seq = 0))]
    fn canonical_log<'py>(&self, py: Python<'py>, from_seq: usize) -> PyResult<Bound<'py, PyBytes>> {
        let record = self.whole()?;
        let bytes = py.detach(|| match from_seq {
            0 => record.log.canonical(record.agent_ids),
            _ => record.log.canonical_from(from_seq),
        });
        Ok(PyBytes::new(py, &bytes))
    }

    fn log_hash(&self, py: Python<'_>) -> PyResult<String> {
        let record = self.record();
        Ok(py.detach(|| record.log.hash(record.agent_ids)).map_err(Error::NotKept)?)
    }

    fn payments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let record = self.whole()?;
        convert::payments(py, &py.detach(|| record.payments()))
    }

    fn series<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let record = self.whole()?;
        let series = py.detach(|| record.series());
        convert::arrays(py, series.by_agent.iter().chain(&series.of_system).chain(&series.by_mechanism))
    }

    fn flows<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyDict>> {
        let record = self.from(0)?;
        let flows = py.detach(|| record.flows(from_tick, to_tick));
        convert::arrays(py, &[("value", flows.value), ("count", flows.count), ("last_tick", flows.last_tick)])
    }

    fn state<'py>(&self, py: Python<'py>, tick: i64) -> PyResult<Bound<'py, PyDict>> {
        let record = self.whole()?;
        let tick = self.ran_tick(tick, -1)?;
        let state = py.detach(|| record.state_at(u32::try_from(tick).ok()));
        convert::state(py, tick, &state, record.names())
    }

    fn metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let record = self.whole()?;
        let metrics = py.detach(|| record.metrics());
        convert::to_python(py, &metrics.value(record.config.ticks_per_day), record.names())
    }

    fn daily_metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let record = self.whole()?;
        convert::arrays(py, &py.detach(|| record.daily_metrics()).columns)
    }

    fn explain<'py>(&self, py: Python<'py>, tx_id: &str, tick: i64) -> PyResult<Bound<'py, PyAny>> {
        let record = self.whole()?;
        let (tick, payment) = (self.ran_tick(tick, 0)? as u32, self.payment_named(tx_id)?);
        let explanation = py.detach(|| record.explain(payment, tick).value());
        convert::to_python(py, &explanation, record.names())
    }

    fn decision_path<'py>(&self, py: Python<'py>, tx_id: &str, tick: i64) -> PyResult<Option<Bound<'py, PyAny>>> {
        let record = self.whole()?;
        let (tick, payment) = (self.ran_tick(tick, 0)? as u32, self.payment_named(tx_id)?);
        let path = py.detach(|| record.decision_path(payment, tick)).map_err(Error::Simulation)?;
        path.map(|path| convert::to_python(py, &path, record.names())).transpose()
    }

    fn tick_results<'py>(&self, py: Python<'py>, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyList>> {
        let record = self.whole()?;
        let counts = py.detach(|| record.tick_counts(from_tick, to_tick));
        let results = (from_tick..).zip(&counts).map(|(tick, counts)| convert::tick_result(py, tick, counts));
        PyList::new(py, results.collect::<PyResult<Vec<_>>>()?)
    }

    fn totals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let totals = match &self.0 {
            Source::Live(engine) => engine.totals(),
            Source::Recorded(recording) => py.detach(|| recording.record().totals()),
        };
        convert::totals(py, &totals, self.record().agent_ids)
    }
}
