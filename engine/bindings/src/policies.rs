//! What policy documents may say, and whether one is right.

use payment_simulator_core::policy::tree::actions::{ACTIONS, ParameterType, Tree};
use payment_simulator_core::policy::tree::fields::{FIELDS, REGISTER_PREFIX};
use payment_simulator_core::policy::tree::{Problem, Trees};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// Everything that is wrong with a document.
pub fn problems<'py>(document: &Bound<'py, PyAny>, mut agent_ids: Vec<String>) -> PyResult<Bound<'py, PyList>> {
    let py = document.py();
    agent_ids.sort();
    let value = pythonize::depythonize(document)?;
    let found: Vec<Problem> = py.detach(|| Trees::compile(&value, &agent_ids).err().unwrap_or_default());
    let list = PyList::empty(py);
    for problem in found {
        let dict = PyDict::new(py);
        dict.set_item("kind", problem.kind)?;
        dict.set_item("path", problem.path)?;
        dict.set_item("message", problem.message)?;
        list.append(dict)?;
    }
    Ok(list)
}

/// The tables of fields and actions.
pub fn catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let fields = PyList::empty(py);
    for field in FIELDS {
        let dict = PyDict::new(py);
        dict.set_item("name", field.name)?;
        dict.set_item("category", field.category)?;
        dict.set_item("of_payment", field.of_payment)?;
        dict.set_item("unit", field.unit)?;
        dict.set_item("description", field.description)?;
        fields.append(dict)?;
    }
    let actions = PyList::empty(py);
    for action in ACTIONS {
        let parameters = PyList::empty(py);
        for parameter in action.parameters {
            let dict = PyDict::new(py);
            dict.set_item("name", parameter.name)?;
            dict.set_item("alias", parameter.alias)?;
            dict.set_item("type", type_name(parameter.parameter_type))?;
            dict.set_item("required", parameter.required)?;
            dict.set_item("description", parameter.description)?;
            parameters.append(dict)?;
        }
        let dict = PyDict::new(py);
        dict.set_item("name", action.name)?;
        dict.set_item("tree", tree_name(action.tree))?;
        dict.set_item("category", action.category)?;
        dict.set_item("parameters", parameters)?;
        dict.set_item("description", action.description)?;
        actions.append(dict)?;
    }
    let catalogue = PyDict::new(py);
    catalogue.set_item("register_prefix", REGISTER_PREFIX)?;
    catalogue.set_item("fields", fields)?;
    catalogue.set_item("actions", actions)?;
    Ok(catalogue)
}

fn type_name(parameter_type: ParameterType) -> &'static str {
    match parameter_type {
        ParameterType::Number => "number",
        ParameterType::Text => "text",
        ParameterType::TextList => "list of texts",
    }
}

fn tree_name(tree: Tree) -> &'static str {
    match tree {
        Tree::Payment => "payment",
        Tree::Bank => "bank",
        Tree::Collateral => "collateral",
    }
}
