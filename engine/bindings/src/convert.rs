//! The engine's values as Python's.

use payment_simulator_core::costs::COST_NAMES;
use payment_simulator_core::event::{CATALOGUE, EventType, Field, FieldType, Place, Value};
use payment_simulator_core::log::{Column, EventColumns, EventRef, EventRows, Names, is_told_by_numbers, number_of};
use payment_simulator_core::replay::PaymentReplay;
use payment_simulator_core::rollup::{Cells, Table};
use payment_simulator_core::tally::Counts;
use payment_simulator_core::views::{StateView, Totals};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

/// One event as a dictionary.
pub fn event<'py>(py: Python<'py>, event: &EventRef<'_>, names: Names<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("event_type", event.kind.event_type().name)?;
    dict.set_item("tick", event.tick)?;
    for (field, value) in event.fields() {
        dict.set_item(field.name, to_python(py, &value, names)?)?;
    }
    Ok(dict)
}

/// A value of the engine.
pub fn to_python<'py>(py: Python<'py>, value: &Value, names: Names<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::None => py.None().into_bound(py),
        Value::Boolean(yes) => yes.into_pyobject(py)?.to_owned().into_any(),
        Value::Integer(number) => number.into_pyobject(py)?.into_any(),
        Value::Code(text) => PyString::new(py, text).into_any(),
        Value::Float(number) => number.into_pyobject(py)?.into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Agent(agent) => PyString::new(py, names.agent(*agent)).into_any(),
        Value::Payment(payment) => PyString::new(py, &names.payment(*payment)).into_any(),
        Value::ScheduledSettlement(from, to, amount, tick) => {
            PyString::new(py, &names.scheduled_settlement(*from, *to, *amount, *tick)).into_any()
        }
        Value::List(values) => {
            let items: Vec<_> = values.iter().map(|value| to_python(py, value, names)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, to_python(py, value, names)?)?;
            }
            dict.into_any()
        }
    })
}

/// The event types with their fields.
pub fn catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for event_type in CATALOGUE {
        let fields = PyList::empty(py);
        for field in event_type.fields {
            let description = PyDict::new(py);
            description.set_item("name", field.name)?;
            description.set_item("type", type_name(field.field_type))?;
            description.set_item("column", row_column(event_type, field))?;
            if let FieldType::Code(texts) = field.field_type {
                description.set_item("texts", texts)?;
            }
            fields.append(description)?;
        }
        let description = PyDict::new(py);
        description.set_item("event_type", event_type.name)?;
        description.set_item("code", event_type.kind as u8)?;
        description.set_item("by_numbers", is_told_by_numbers(event_type))?;
        description.set_item("fields", fields)?;
        list.append(description)?;
    }
    Ok(list)
}

/// The column of `event_rows` that has a field, if numbers tell it.
fn row_column(event_type: &EventType, field: &Field) -> Option<String> {
    match field.place {
        Place::Agent => Some("agent".to_owned()),
        Place::Peer => Some("peer".to_owned()),
        Place::Payment => Some("payment".to_owned()),
        Place::Amount => Some("amount".to_owned()),
        Place::Payload => number_of(event_type, field.name).map(|place| format!("number_{}", place + 1)),
    }
}

fn type_name(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Agent => "agent",
        FieldType::OptionalAgent => "agent or null",
        FieldType::Payment => "payment",
        FieldType::OptionalPayment => "payment or null",
        FieldType::Integer | FieldType::Count | FieldType::Small => "integer",
        FieldType::OptionalInteger => "integer or null",
        FieldType::Float => "float",
        FieldType::Boolean => "boolean",
        FieldType::Code(_) | FieldType::Which(_) | FieldType::Text => "text",
        FieldType::OptionalText => "text or null",
        FieldType::AgentList => "list of agents",
        FieldType::OptionalAgentList => "list of agents or null",
        FieldType::PaymentList => "list of payments",
        FieldType::IntegerList => "list of integers",
        FieldType::Costs => "costs",
        FieldType::Details(_) => "object",
    }
}

/// What a tick counted.
pub fn tick_result<'py>(py: Python<'py>, tick: u32, counts: &Counts) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("tick", tick)?;
    dict.set_item("num_arrivals", counts.generated_arrivals)?;
    dict.set_item("num_settlements", counts.settled_payments() - counts.lsm_settled_payments() + counts.lsm_operations)?;
    dict.set_item("num_lsm_releases", counts.lsm_operations)?;
    dict.set_item("total_cost", counts.cost)?;
    dict.set_item("settled_payments", counts.settled_payments())?;
    dict.set_item("settled_value", counts.settled_value.iter().sum::<i128>())?;
    dict.set_item("lsm_operations", counts.lsm_operations)?;
    dict.set_item("lsm_settled_payments", counts.lsm_settled_payments())?;
    Ok(dict)
}

/// 64-bit integers as bytes.
pub fn int64<'py>(py: Python<'py>, values: &[i64]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, values.len() * 8, |bytes| {
        for (target, value) in bytes.chunks_exact_mut(8).zip(values) {
            target.copy_from_slice(&value.to_le_bytes());
        }
        Ok(())
    })
}

fn float64<'py>(py: Python<'py>, values: &[f64]) -> PyResult<Bound<'py, PyBytes>> {
    let bits: Vec<i64> = values.iter().map(|value| value.to_bits() as i64).collect();
    int64(py, &bits)
}

/// Named arrays of 64-bit integers.
pub fn arrays<'py, 'a>(
    py: Python<'py>,
    named: impl IntoIterator<Item = &'a (&'static str, Vec<i64>)>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, values) in named {
        dict.set_item(name, int64(py, values)?)?;
    }
    Ok(dict)
}

/// One type of event as columns.
pub fn event_columns<'py>(py: Python<'py>, columns: EventColumns) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("seq", int64(py, &columns.sequence)?)?;
    dict.set_item("tick", int64(py, &columns.tick)?)?;
    for (name, column) in columns.fields {
        match column {
            Column::Integers(numbers) => dict.set_item(name, int64(py, &numbers)?)?,
            Column::Floats(numbers) => dict.set_item(name, float64(py, &numbers)?)?,
            Column::Texts(texts) => dict.set_item(name, texts)?,
            Column::Json(objects) => dict.set_item(name, objects)?,
            Column::Lists(items, offsets) => {
                dict.set_item(&name, int64(py, &items)?)?;
                dict.set_item(format!("{name}_offsets"), int64(py, &offsets)?)?;
            }
        }
    }
    Ok(dict)
}

type PaymentColumn = (&'static str, fn(&PaymentReplay) -> i32);

const PAYMENT_COLUMNS: [PaymentColumn; 15] = [
    ("sender", |payment| payment.sender),
    ("receiver", |payment| payment.receiver),
    ("arrival_tick", |payment| payment.arrival_tick),
    ("deadline_tick", |payment| payment.deadline_tick),
    ("priority", |payment| payment.priority),
    ("parent", |payment| payment.parent),
    ("number", |payment| payment.number),
    ("part", |payment| payment.part),
    ("submitted_tick", |payment| payment.submitted_tick),
    ("queued_tick", |payment| payment.queued_tick),
    ("settled_tick", |payment| payment.settled_tick),
    ("mechanism", |payment| payment.mechanism),
    ("overdue_tick", |payment| payment.overdue_tick),
    ("dropped_tick", |payment| payment.dropped_tick),
    ("settled_by", |payment| payment.settled_by),
];

/// Every payment as columns.
pub fn payments<'py>(py: Python<'py>, payments: &[PaymentReplay]) -> PyResult<Bound<'py, PyDict>> {
    let amounts: Vec<i64> = payments.iter().map(|payment| payment.amount).collect();
    let dict = arrays(py, &[("amount", amounts)])?;
    for (name, column) in PAYMENT_COLUMNS {
        let values: Vec<i32> = payments.iter().map(column).collect();
        dict.set_item(name, int32(py, &values)?)?;
    }
    Ok(dict)
}

fn costs<'py>(py: Python<'py>, costs: &[i128]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, cost) in COST_NAMES.iter().zip(costs) {
        dict.set_item(name, cost)?;
    }
    dict.set_item("total_cost", costs.iter().sum::<i128>())?;
    Ok(dict)
}

fn int32<'py>(py: Python<'py>, values: &[i32]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, values.len() * 4, |bytes| {
        for (target, value) in bytes.chunks_exact_mut(4).zip(values) {
            target.copy_from_slice(&value.to_le_bytes());
        }
        Ok(())
    })
}

/// Events as rows of a table, column by column.
pub fn event_rows<'py>(py: Python<'py>, rows: &EventRows) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("seq", int64(py, &rows.sequence)?)?;
    dict.set_item("tick", int32(py, &rows.tick)?)?;
    dict.set_item("kind", PyBytes::new(py, &rows.kind))?;
    dict.set_item("agent", int32(py, &rows.agent)?)?;
    dict.set_item("peer", int32(py, &rows.peer)?)?;
    dict.set_item("payment", int64(py, &rows.payment)?)?;
    dict.set_item("amount", int64(py, &rows.amount)?)?;
    for (number, column) in (1..).zip(&rows.numbers) {
        dict.set_item(format!("number_{number}"), int64(py, column)?)?;
    }
    dict.set_item("more_agents_seq", int64(py, &rows.more_agents.0)?)?;
    dict.set_item("more_agents", int32(py, &rows.more_agents.1)?)?;
    dict.set_item("other_tx_seq", int64(py, &rows.other_tx.0)?)?;
    for (name, texts) in [("part", &rows.part), ("details", &rows.details), ("other_tx", &rows.other_tx.1)] {
        dict.set_item(name, PyBytes::new(py, &texts.bytes))?;
        dict.set_item(format!("{name}_offsets"), int64(py, &texts.offsets)?)?;
    }
    Ok(dict)
}

/// A table: each column as what it is and its parts.
pub fn table<'py>(py: Python<'py>, table: Table) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, cells) in table {
        match cells {
            Cells::Integers(numbers) => dict.set_item(name, ("integers", int64(py, &numbers)?))?,
            Cells::Floats(numbers) => dict.set_item(name, ("floats", float64(py, &numbers)?))?,
            Cells::Codes(places, texts) => dict.set_item(name, ("codes", int32(py, &places)?, texts))?,
            Cells::Texts(texts) => {
                dict.set_item(name, ("texts", PyBytes::new(py, &texts.bytes), int64(py, &texts.offsets)?))?;
            }
        }
    }
    Ok(dict)
}

/// The state at the end of a tick.
pub fn state<'py>(py: Python<'py>, tick: i64, state: &StateView, names: Names<'_>) -> PyResult<Bound<'py, PyDict>> {
    let ids = |payments: &[u32]| payments.iter().map(|payment| names.payment(*payment)).collect::<Vec<_>>();
    let agents = PyList::empty(py);
    for agent in &state.agents {
        let dict = PyDict::new(py);
        dict.set_item("id", names.agent(agent.number))?;
        dict.set_item("balance", agent.sums.balance)?;
        dict.set_item("credit_limit", agent.sums.credit_limit)?;
        dict.set_item("posted_collateral", agent.sums.posted_collateral)?;
        dict.set_item("queue1", ids(&agent.queue1))?;
        dict.set_item("queue2", ids(&agent.queue2))?;
        dict.set_item("costs", costs(py, &agent.sums.costs.map(i128::from))?)?;
        agents.append(dict)?;
    }
    let dict = PyDict::new(py);
    dict.set_item("tick", tick)?;
    dict.set_item("agents", agents)?;
    dict.set_item("queue2", ids(&state.queue2))?;
    Ok(dict)
}

/// Totals of a run.
pub fn totals<'py>(py: Python<'py>, totals: &Totals, agent_ids: &[String]) -> PyResult<Bound<'py, PyDict>> {
    let counts = &totals.counts;
    let settled = counts.settled_originals;
    let mut of_run = [0_i128; COST_NAMES.len()];
    let agents = PyList::empty(py);
    for (agent, id) in totals.agents.iter().zip(agent_ids) {
        let of_agent = agent.costs.map(i128::from);
        for (sum, cost) in of_run.iter_mut().zip(of_agent) {
            *sum += cost;
        }
        let dict = PyDict::new(py);
        dict.set_item("id", id)?;
        dict.set_item("final_balance", agent.balance)?;
        dict.set_item("queue1_size", agent.queue1_count)?;
        dict.set_item("queue2_size", agent.queue2_count)?;
        dict.set_item("costs", costs(py, &of_agent)?)?;
        agents.append(dict)?;
    }
    let dict = PyDict::new(py);
    dict.set_item("total_arrivals", counts.arrivals)?;
    dict.set_item("total_settlements", settled)?;
    dict.set_item("settlement_rate", if counts.arrivals == 0 { 0.0 } else { settled as f64 / counts.arrivals as f64 })?;
    dict.set_item("total_dropped", counts.dropped)?;
    dict.set_item("total_lsm_releases", counts.netted_originals)?;
    dict.set_item("lsm_operations", counts.lsm_operations)?;
    dict.set_item("lsm_settled_payments", counts.lsm_settled_payments())?;
    dict.set_item("arrived_value", counts.arrived_value)?;
    dict.set_item("settled_value", counts.settled_value.iter().sum::<i128>())?;
    dict.set_item("total_cost", of_run.iter().sum::<i128>())?;
    dict.set_item("costs", costs(py, &of_run)?)?;
    dict.set_item("agents", agents)?;
    Ok(dict)
}
