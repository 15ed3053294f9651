//! The boundary between the engine and Python.
use pyo3::prelude::*;

/// The engine, as Python sees it.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
