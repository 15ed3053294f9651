//! Payments, days and queues as tables.

use crate::convert;
use crate::error::Error;
use crate::views::Views;
use payment_simulator_core as core;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Folds the events of a run into what is told once a day.
#[pyclass(module = "payment_simulator_core_rs")]
pub struct RollUp(core::rollup::RollUp);

#[pymethods]
impl RollUp {
    #[new]
    #[pyo3(signature = (views, *, every_tick = false))]
    fn new(views: &Views, every_tick: bool) -> PyResult<Self> {
        Ok(Self(core::rollup::RollUp::new(views.record(), every_tick).map_err(Error::Config)?))
    }

    #[getter]
    fn next_tick(&self) -> u32 {
        self.0.next_tick()
    }

    fn take_in(&mut self, py: Python<'_>, views: &Views, to_tick: u32) -> PyResult<()> {
        let record = views.from(self.0.next_tick())?;
        let to_tick = to_tick.min(record.log.ticks());
        py.detach(|| self.0.take_in(record, to_tick));
        Ok(())
    }

    fn end_day<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let day = py.detach(|| self.0.end_day());
        let tables = PyDict::new(py);
        tables.set_item("told_before", day.told_before)?;
        let of_ticks = day.ticks.into_iter().flat_map(|(banks, queues)| [("tick_banks", banks), ("tick_queues", queues)]);
        let of_day = [
            ("payments", day.payments),
            ("banks", day.banks),
            ("queues", day.queues),
            ("registers", day.registers),
            ("collateral", day.collateral),
        ];
        for (name, table) in of_day.into_iter().chain(of_ticks) {
            tables.set_item(name, convert::table(py, table)?)?;
        }
        Ok(tables)
    }
}
