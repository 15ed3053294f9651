//! The text of ticks, and which events are shown.

use crate::error::Error;
use crate::views::Views;
use payment_simulator_core as core;
use payment_simulator_core::event::EventKind;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::BTreeSet;

/// Which events are shown; names of types that nothing has choose nothing.
#[derive(FromPyObject)]
pub struct Filter {
    types: Option<BTreeSet<String>>,
    agent: Option<String>,
    tx: Option<String>,
}

impl Filter {
    /// The engine's; None shows everything.
    pub fn of(filter: Option<Self>) -> core::log::Filter {
        filter.map_or_else(Default::default, |filter| core::log::Filter {
            kinds: filter.types.map(|types| types.iter().filter_map(|name| EventKind::from_name(name)).collect()),
            agent: filter.agent,
            tx: filter.tx,
        })
    }
}

/// Tells of the ticks of a run.
#[pyclass(module = "payment_simulator_core_rs")]
pub struct TickTexts(core::text::TickTexts);

#[pymethods]
impl TickTexts {
    #[new]
    #[pyo3(signature = (views, shown = None))]
    fn new(views: &Views, shown: Option<Filter>) -> PyResult<Self> {
        Ok(Self(core::text::TickTexts::new(views.record(), Filter::of(shown)).map_err(Error::Config)?))
    }

    fn tell<'py>(&mut self, py: Python<'py>, views: &Views, from_tick: u32, to_tick: u32) -> PyResult<Bound<'py, PyBytes>> {
        let record = views.from(self.0.next_tick())?;
        let text = py.detach(|| self.0.tell(record, from_tick, to_tick));
        Ok(PyBytes::new(py, text.as_bytes()))
    }
}
