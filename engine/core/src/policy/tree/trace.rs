//! The way of one payment through a tree, told step by step. Only what is asked about is traced: running trees knows nothing of this.

use super::compile::Compiler;
use super::{Context, EvaluationError};
use crate::event::Value;
use crate::policy::Compared;
use serde_json::{Map, Value as Json};

/// Walk a tree of a document that has been compiled before, as `context` sees it. Returns the nodes; the last one is the action, or the
/// condition that could not be evaluated.
pub fn trace(document: &Json, tree: &str, context: &Context<'_>) -> Vec<Value> {
    let mut compiler = Compiler::new(&context.state.agent_ids);
    if let Some(document) = document.as_object() {
        compiler.read_parameters(document);
    }
    let mut tracer = Tracer { compiler, context, compared: Vec::new() };
    let mut nodes = Vec::new();
    let mut node = document.get(tree).and_then(Json::as_object);
    while let Some(at) = node {
        let id = ("node_id", text_of(at.get("node_id")));
        if let Some(action) = at.get("action") {
            let parameters = tracer.parameters(at.get("parameters").and_then(Json::as_object));
            nodes.push(Value::Object(vec![
                id,
                ("type", Value::Code("action")),
                ("action", text_of(Some(action))),
                ("parameters", Value::List(parameters)),
            ]));
            break;
        }
        let outcome = at.get("condition").map_or(Ok(false), |condition| tracer.holds(condition));
        let compared = std::mem::take(&mut tracer.compared).into_iter().map(Compared::value).collect();
        nodes.push(Value::Object(vec![
            id,
            ("type", Value::Code("condition")),
            ("result", outcome.as_ref().map_or(Value::None, |holds| Value::Boolean(*holds))),
            ("compared", Value::List(compared)),
            ("error", outcome.as_ref().err().map_or(Value::None, |error| Value::Text(error.to_string()))),
        ]));
        let Ok(holds) = outcome else { break };
        node = at.get(if holds { "on_true" } else { "on_false" }).and_then(Json::as_object);
    }
    nodes
}

fn text_of(json: Option<&Json>) -> Value {
    json.and_then(Json::as_str).map_or(Value::None, |text| Value::Text(text.to_owned()))
}

struct Tracer<'a> {
    compiler: Compiler<'a>,
    context: &'a Context<'a>,
    compared: Vec<Compared>,
}

impl Tracer<'_> {
    /// Whether a condition holds; what is compared on the way is noted, and what is not looked at is not.
    fn holds(&mut self, condition: &Json) -> Result<bool, EvaluationError> {
        let of = |key: &str| condition.get(key).unwrap_or(&Json::Null);
        let listed = of("conditions").as_array().map(Vec::as_slice).unwrap_or_default();
        match of("op").as_str() {
            Some("and") => {
                for condition in listed {
                    if !self.holds(condition)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Some("or") => {
                for condition in listed {
                    if self.holds(condition)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Some("not") => Ok(!self.holds(of("condition"))?),
            operator => {
                let (left_value, right_value) = (self.number(of("left"))?, self.number(of("right"))?);
                let compiled = self.compiler.condition(condition, "", 0);
                let holds = compiled.map_or(Ok(false), |compiled| compiled.holds(self.context))?;
                self.compared.push(Compared {
                    left: expression(of("left")),
                    left_value,
                    operator: operator.unwrap_or_default().to_owned(),
                    right: expression(of("right")),
                    right_value,
                    result: holds,
                });
                Ok(holds)
            }
        }
    }

    fn number(&mut self, number: &Json) -> Result<f64, EvaluationError> {
        self.compiler.number(number, "", 0).map_or(Ok(f64::NAN), |number| number.value(self.context))
    }

    /// The parameters of an action: as they are written, and, of numbers, what they come out as.
    fn parameters(&mut self, parameters: Option<&Map<String, Json>>) -> Vec<Value> {
        let mut values = Vec::new();
        for (name, parameter) in parameters.into_iter().flatten().filter(|(_, parameter)| parameter.is_object()) {
            let is_number = parameter.get("value").is_none_or(Json::is_number);
            let value = if is_number { self.number(parameter).map_or(Value::None, Value::Float) } else { Value::None };
            values.push(Value::Object(vec![
                ("name", Value::Text(name.clone())),
                ("written", Value::Text(expression(parameter))),
                ("value", value),
            ]));
        }
        values
    }
}

/// A number of a document as people write it: `balance`, `max(balance, 0)`, `(amount - 5)`.
fn expression(number: &Json) -> String {
    for key in ["field", "param"] {
        if let Some(name) = number.get(key).and_then(Json::as_str) {
            return name.to_owned();
        }
    }
    if let Some(literal) = number.get("value") {
        return literal.as_str().map_or_else(|| literal.to_string(), str::to_owned);
    }
    let computation = number.get("compute").unwrap_or(&Json::Null);
    let operator = computation.get("op").and_then(Json::as_str).unwrap_or_default();
    let part = |key: &str| computation.get(key).map(expression);
    let named = ["value", "min", "max", "numerator", "denominator", "default"].into_iter().filter_map(part);
    let listed = computation.get("values").and_then(Json::as_array).into_iter().flatten().map(expression);
    match (part("left"), part("right")) {
        (Some(left), Some(right)) => format!("({left} {operator} {right})"),
        _ => format!("{operator}({})", named.chain(listed).collect::<Vec<_>>().join(", ")),
    }
}
