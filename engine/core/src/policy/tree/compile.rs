//! Reading a policy document: all of its problems are found at once, and none is left for later.

use super::actions::{ACTIONS, ActionEntry, BankAction, CollateralAction, ParameterType, PaymentAction, Tree};
use super::fields::{REGISTER_PREFIX, field};
use super::{Binary, Comparison, Condition, Node, Number, Trees};
use crate::collateral::Reason;
use crate::policy::HoldReason;
use crate::transaction::RtgsPriority;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its class, for example `InvalidFieldReference`.
    pub kind: &'static str,
    /// Where it is, for example `payment_tree.on_true.condition.left`.
    pub path: String,
    /// What is wrong, with the value, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.path, self.message, self.kind)
    }
}

/// The deepest node of a tree, and the deepest nesting of a computation.
const DEPTH_MAX: usize = 100;

/// Keys of an action's parameters that files in the wild carry as comments.
const COMMENTS: [&str; 3] = ["comment", "description", "hold_reason"];

impl Trees {
    /// Compile a document. `agent_ids` is sorted.
    pub fn compile(document: &Value, agent_ids: &[String]) -> Result<Self, Vec<Problem>> {
        let mut compiler = Compiler::new(agent_ids);
        let trees = compiler.document(document);
        match trees {
            Some(trees) if compiler.problems.is_empty() => Ok(trees),
            _ => Err(compiler.problems),
        }
    }
}

pub(super) struct Compiler<'a> {
    agent_ids: &'a [String],
    parameters: BTreeMap<String, f64>,
    problems: Vec<Problem>,
    node_ids: BTreeSet<String>,
    tree: Tree,
    acts_on_queue2: bool,
}

/// A family of actions, with the way in which one is read.
type ReadAction<'a, A> = fn(&mut Compiler<'a>, &Parameters<'_>, &ActionEntry) -> Option<A>;

impl<'a> Compiler<'a> {
    pub(super) fn new(agent_ids: &'a [String]) -> Self {
        Self {
            agent_ids,
            parameters: BTreeMap::new(),
            problems: Vec::new(),
            node_ids: BTreeSet::new(),
            tree: Tree::Payment,
            acts_on_queue2: false,
        }
    }

    fn problem<T>(&mut self, kind: &'static str, path: &str, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem { kind, path: path.to_owned(), message: message.into() });
        None
    }

    fn document(&mut self, whole: &Value) -> Option<Trees> {
        let Some(document) = whole.as_object() else {
            return self.problem("ParseError", "document", format!("got {whole}; a policy document is an object"));
        };
        for key in ["version", "policy_id"] {
            if !document.get(key).is_some_and(Value::is_string) {
                self.problem::<()>("ParseError", key, "is missing or is not a text");
            }
        }
        self.read_parameters(document);
        let payment = self.root(document, "payment_tree", Tree::Payment, Self::payment_action);
        let bank = self.root(document, "bank_tree", Tree::Bank, Self::bank_action);
        let strategic = self.root(document, "strategic_collateral_tree", Tree::Collateral, Self::collateral_action);
        let end_of_tick = self.root(document, "end_of_tick_collateral_tree", Tree::Collateral, Self::collateral_action);
        Some(Trees {
            payment,
            bank,
            strategic_collateral: strategic,
            end_of_tick_collateral: end_of_tick,
            acts_on_queue2: self.acts_on_queue2,
            document: whole.clone(),
            parameters: std::mem::take(&mut self.parameters),
        })
    }

    pub(super) fn read_parameters(&mut self, document: &Map<String, Value>) {
        match document.get("parameters") {
            None | Some(Value::Null) => {}
            Some(Value::Object(parameters)) => {
                for (name, value) in parameters {
                    match value.as_f64() {
                        Some(number) => drop(self.parameters.insert(name.clone(), number)),
                        None => {
                            self.problem::<()>("ParseError", &format!("parameters.{name}"), format!("got {value}; write a number"));
                        }
                    }
                }
            }
            Some(other) => {
                self.problem::<()>("ParseError", "parameters", format!("got {other}; write an object of names and numbers"));
            }
        }
    }

    fn root<A>(&mut self, document: &Map<String, Value>, name: &str, tree: Tree, read: ReadAction<'a, A>) -> Option<Node<A>> {
        self.tree = tree;
        match document.get(name) {
            None | Some(Value::Null) => None,
            Some(node) => self.node(node, name, 0, read),
        }
    }

    fn node<A>(&mut self, value: &Value, path: &str, depth: usize, read: ReadAction<'a, A>) -> Option<Node<A>> {
        if depth > DEPTH_MAX {
            return self.problem("ExcessiveDepth", path, format!("is {depth} nodes deep; at most {DEPTH_MAX}"));
        }
        let Some(node) = value.as_object() else {
            return self.problem("ParseError", path, format!("got {value}; a node is an object"));
        };
        let id: Option<Arc<str>> = match node.get("node_id").and_then(Value::as_str) {
            Some(id) if self.node_ids.insert(id.to_owned()) => Some(id.into()),
            Some(id) => self.problem("DuplicateNodeId", &format!("{path}.node_id"), format!("{id:?} names another node too")),
            None => self.problem("ParseError", &format!("{path}.node_id"), "is missing or is not a text"),
        };
        match node.get("type").and_then(Value::as_str) {
            Some("condition") => {
                let test = self.child(node, "condition", path, |this, value, path| this.condition(value, path, 0));
                let on_true = self.child(node, "on_true", path, |this, value, path| this.node(value, path, depth + 1, read));
                let on_false = self.child(node, "on_false", path, |this, value, path| this.node(value, path, depth + 1, read));
                Some(Node::Condition { id: id?, test: test?, on_true: Box::new(on_true?), on_false: Box::new(on_false?) })
            }
            Some("action") => {
                let action = self.action(node, path, read);
                Some(Node::Action { id: id?, action: action? })
            }
            _ => self.problem("ParseError", &format!("{path}.type"), "must be \"condition\" or \"action\""),
        }
    }

    fn child<T>(
        &mut self,
        object: &Map<String, Value>,
        key: &str,
        path: &str,
        read: impl FnOnce(&mut Self, &Value, &str) -> Option<T>,
    ) -> Option<T> {
        let path = format!("{path}.{key}");
        match object.get(key) {
            Some(value) => read(self, value, &path),
            None => self.problem("ParseError", &path, "is missing"),
        }
    }

    pub(super) fn condition(&mut self, value: &Value, path: &str, depth: usize) -> Option<Condition> {
        if depth > DEPTH_MAX {
            return self.problem("ExcessiveDepth", path, format!("is nested {depth} deep; at most {DEPTH_MAX}"));
        }
        let Some(object) = value.as_object() else {
            return self.problem("ParseError", path, format!("got {value}; a condition is an object with \"op\""));
        };
        let comparison = match object.get("op").and_then(Value::as_str) {
            Some("==") => Comparison::Equal,
            Some("!=") => Comparison::NotEqual,
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::LessOrEqual,
            Some(">") => Comparison::Greater,
            Some(">=") => Comparison::GreaterOrEqual,
            Some("and") => return self.conditions(object, path, depth).map(Condition::And),
            Some("or") => return self.conditions(object, path, depth).map(Condition::Or),
            Some("not") => {
                let condition = self.child(object, "condition", path, |this, value, path| this.condition(value, path, depth + 1));
                return Some(Condition::Not(Box::new(condition?)));
            }
            _ => {
                let op = object.get("op").unwrap_or(&Value::Null);
                return self.problem(
                    "ParseError",
                    &format!("{path}.op"),
                    format!("got {op}; write ==, !=, <, <=, >, >=, and, or, not"),
                );
            }
        };
        let left = self.child(object, "left", path, |this, value, path| this.number(value, path, depth + 1));
        let right = self.child(object, "right", path, |this, value, path| this.number(value, path, depth + 1));
        Some(Condition::Compare(comparison, left?, right?))
    }

    fn conditions(&mut self, object: &Map<String, Value>, path: &str, depth: usize) -> Option<Vec<Condition>> {
        self.list(object, "conditions", path, |this, value, path| this.condition(value, path, depth + 1))
    }

    fn list<T>(
        &mut self,
        object: &Map<String, Value>,
        key: &str,
        path: &str,
        mut read: impl FnMut(&mut Self, &Value, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let path = format!("{path}.{key}");
        let Some(values) = object.get(key).and_then(Value::as_array) else {
            return self.problem("ParseError", &path, "is missing or is not a list");
        };
        // Every item is read, so that every problem is found.
        let items: Vec<Option<T>> =
            values.iter().enumerate().map(|(index, value)| read(self, value, &format!("{path}.{index}"))).collect();
        items.into_iter().collect()
    }

    pub(super) fn number(&mut self, value: &Value, path: &str, depth: usize) -> Option<Number> {
        if depth > DEPTH_MAX {
            return self.problem("ExcessiveDepth", path, format!("is nested {depth} deep; at most {DEPTH_MAX}"));
        }
        let object = value.as_object();
        if let Some(name) = object.and_then(|object| object.get("field")) {
            return self.field(name, path);
        }
        if let Some(name) = object.and_then(|object| object.get("param")) {
            return match name.as_str().and_then(|name| self.parameters.get(name)) {
                Some(value) => Some(Number::Constant(*value)),
                None => self.problem("InvalidParameterReference", path, format!("{name} is not among the document's parameters")),
            };
        }
        if let Some(literal) = object.and_then(|object| object.get("value")) {
            let number = literal.as_f64().or_else(|| literal.as_bool().map(|yes| f64::from(u8::from(yes))));
            return match number {
                Some(number) => Some(Number::Constant(number)),
                None => self.problem("ParseError", path, format!("got {literal}; write a number")),
            };
        }
        if let Some(computation) = object.and_then(|object| object.get("compute")) {
            return self.computation(computation, &format!("{path}.compute"), depth);
        }
        self.problem(
            "ParseError",
            path,
            format!("got {value}; write {{\"field\": …}}, {{\"param\": …}}, {{\"value\": …}} or {{\"compute\": …}}"),
        )
    }

    fn field(&mut self, name: &Value, path: &str) -> Option<Number> {
        let Some(name) = name.as_str() else {
            return self.problem("ParseError", path, format!("got {name}; the name of a field is a text"));
        };
        if name.starts_with(REGISTER_PREFIX) {
            return Some(Number::Register(name.into()));
        }
        match field(name) {
            Some(entry) if entry.of_payment && self.tree != Tree::Payment => {
                self.problem("InvalidFieldReference", path, format!("{name:?} belongs to a payment; this tree sees only the bank"))
            }
            Some(entry) => Some(Number::Field(entry.read)),
            None => self.problem("InvalidFieldReference", path, format!("there is no field {name:?}")),
        }
    }

    fn computation(&mut self, value: &Value, path: &str, depth: usize) -> Option<Number> {
        let Some(object) = value.as_object() else {
            return self.problem("ParseError", path, format!("got {value}; a computation is an object with \"op\""));
        };
        let part =
            |this: &mut Self, key: &str| this.child(object, key, path, |this, value, path| this.number(value, path, depth + 1));
        let binary = |operation, left: Option<Number>, right: Option<Number>| {
            Some(Number::Binary(operation, Box::new(left?), Box::new(right?)))
        };
        let unary = |operation: fn(f64) -> f64, value: Option<Number>| Some(Number::Unary(operation, Box::new(value?)));
        match object.get("op").and_then(Value::as_str) {
            Some("+") => binary(Binary::Add, part(self, "left"), part(self, "right")),
            Some("-") => binary(Binary::Subtract, part(self, "left"), part(self, "right")),
            Some("*") => binary(Binary::Multiply, part(self, "left"), part(self, "right")),
            Some("/") => {
                let (left, right) = (part(self, "left"), part(self, "right"));
                if matches!(right, Some(Number::Constant(divisor)) if divisor.abs() < f64::EPSILON) {
                    return self.problem("DivisionByZeroRisk", path, "divides by 0; use div0, which has a default");
                }
                binary(Binary::Divide, left, right)
            }
            Some("max") => self.values(object, path, depth).map(Number::Max),
            Some("min") => self.values(object, path, depth).map(Number::Min),
            Some("ceil") => unary(libm::ceil, part(self, "value")),
            Some("floor") => unary(libm::floor, part(self, "value")),
            Some("abs") => unary(libm::fabs, part(self, "value")),
            Some("round") => unary(libm::round, part(self, "value")),
            Some("clamp") => {
                let parts = [part(self, "value"), part(self, "min"), part(self, "max")];
                let [Some(value), Some(min), Some(max)] = parts else { return None };
                Some(Number::Clamp(Box::new([value, min, max])))
            }
            Some("div0") => {
                let parts = [part(self, "numerator"), part(self, "denominator"), part(self, "default")];
                let [Some(numerator), Some(denominator), Some(default)] = parts else { return None };
                Some(Number::SafeDivide(Box::new([numerator, denominator, default])))
            }
            _ => {
                let op = object.get("op").unwrap_or(&Value::Null);
                self.problem(
                    "ParseError",
                    &format!("{path}.op"),
                    format!("got {op}; write +, -, *, /, max, min, ceil, floor, round, abs, clamp, div0"),
                )
            }
        }
    }

    fn values(&mut self, object: &Map<String, Value>, path: &str, depth: usize) -> Option<Vec<Number>> {
        let values = self.list(object, "values", path, |this, value, path| this.number(value, path, depth + 1))?;
        if values.is_empty() {
            return self.problem("EmptyValueList", &format!("{path}.values"), "is empty; write at least one value");
        }
        Some(values)
    }

    fn action<A>(&mut self, node: &Map<String, Value>, path: &str, read: ReadAction<'a, A>) -> Option<A> {
        let name = node.get("action").unwrap_or(&Value::Null);
        let Some(entry) = ACTIONS.iter().find(|entry| Some(entry.name) == name.as_str()) else {
            return self.problem("ParseError", &format!("{path}.action"), format!("{name} is not an action"));
        };
        if entry.tree != self.tree {
            let allowed: Vec<_> = ACTIONS.iter().filter(|entry| entry.tree == self.tree).map(|entry| entry.name).collect();
            return self.problem(
                "InvalidActionType",
                &format!("{path}.action"),
                format!("{} does not belong into this tree; write {}", entry.name, allowed.join(", ")),
            );
        }
        let path = format!("{path}.parameters");
        let empty = Map::new();
        let values = match node.get("parameters") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(values)) => values,
            Some(other) => return self.problem("ParseError", &path, format!("got {other}; write an object")),
        };
        for name in values.keys() {
            let known = |name: &str| entry.parameters.iter().any(|known| known.name == name || known.alias == Some(name));
            if !known(name) && !COMMENTS.contains(&name.as_str()) {
                let names: Vec<_> = entry.parameters.iter().map(|known| known.name).collect();
                let allowed = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
                self.problem::<()>(
                    "InvalidActionParameter",
                    &format!("{path}.{name}"),
                    format!("is not a parameter of {}; {allowed}", entry.name),
                );
            }
        }
        read(self, &Parameters { values, path: &path, entry }, entry)
    }

    fn payment_action(&mut self, parameters: &Parameters<'_>, entry: &ActionEntry) -> Option<PaymentAction> {
        Some(match entry.name {
            "Release" | "ReleaseWithCredit" => PaymentAction::Release {
                priority: parameters.text(self, "priority_flag")?.map(|flag| match flag {
                    "HIGH" => 10,
                    "LOW" => 1,
                    _ => 5,
                }),
                timed_for: parameters.number(self, "timed_for_tick")?,
            },
            "Hold" => match parameters.text(self, "reason")? {
                Some("InsufficientLiquidity") => PaymentAction::Hold(HoldReason::InsufficientLiquidity, None),
                Some("NearDeadline") => PaymentAction::Hold(HoldReason::NearDeadline, None),
                Some("AwaitingInflows") => PaymentAction::Hold(HoldReason::AwaitingInflows, None),
                Some("LowPriority") => PaymentAction::Hold(HoldReason::LowPriority, None),
                custom => PaymentAction::Hold(HoldReason::Custom, Some(custom.unwrap_or("Policy decision").into())),
            },
            "Drop" => PaymentAction::Drop,
            "Reprioritize" => PaymentAction::Reprioritize(parameters.required_number(self, "new_priority")?),
            "Split" | "PaceAndRelease" => PaymentAction::Split(parameters.required_number(self, "num_splits")?),
            "StaggerSplit" => {
                let parts = parameters.required_number(self, "num_splits");
                let first_now = parameters.required_number(self, "stagger_first_now");
                let gap_ticks = parameters.required_number(self, "stagger_gap_ticks");
                let priority_boost = parameters.required_number(self, "priority_boost_children");
                PaymentAction::StaggerSplit {
                    parts: parts?,
                    first_now: first_now?,
                    gap_ticks: gap_ticks?,
                    priority_boost: priority_boost?,
                }
            }
            "WithdrawFromRtgs" => {
                self.acts_on_queue2 = true;
                PaymentAction::WithdrawFromRtgs
            }
            "ResubmitToRtgs" => {
                self.acts_on_queue2 = true;
                let priority = parameters.required_text(self, "rtgs_priority")?;
                PaymentAction::ResubmitToRtgs(match priority {
                    "HighlyUrgent" => RtgsPriority::HighlyUrgent,
                    "Urgent" => RtgsPriority::Urgent,
                    "Normal" => RtgsPriority::Normal,
                    other => {
                        let path = format!("{}.rtgs_priority", parameters.path);
                        return self.problem(
                            "InvalidActionParameter",
                            &path,
                            format!("got {other:?}; write HighlyUrgent, Urgent or Normal"),
                        );
                    }
                })
            }
            other => unreachable!("{other} is in the table of actions and not here"),
        })
    }

    fn bank_action(&mut self, parameters: &Parameters<'_>, entry: &ActionEntry) -> Option<BankAction> {
        Some(match entry.name {
            "SetReleaseBudget" => {
                let value = parameters.required_number(self, "max_value_to_release");
                let focus = parameters.banks(self, "focus_counterparties");
                let per_counterparty = parameters.number(self, "max_per_counterparty");
                BankAction::SetReleaseBudget { value: value?, focus: focus?, per_counterparty: per_counterparty? }
            }
            "SetState" | "AddState" => {
                let key = parameters.required_text(self, "key");
                let value = parameters.required_number(self, "value");
                let reason = parameters.text(self, "reason");
                let key = key?;
                if !key.starts_with(REGISTER_PREFIX) {
                    let path = format!("{}.key", parameters.path);
                    return self.problem(
                        "InvalidActionParameter",
                        &path,
                        format!("got {key:?}; the name of a register begins with {REGISTER_PREFIX}"),
                    );
                }
                BankAction::SetState {
                    key: key.into(),
                    value: value?,
                    add: entry.name == "AddState",
                    reason: reason?.unwrap_or("policy_action").into(),
                }
            }
            "NoAction" => BankAction::NoAction,
            other => unreachable!("{other} is in the table of actions and not here"),
        })
    }

    fn collateral_action(&mut self, parameters: &Parameters<'_>, entry: &ActionEntry) -> Option<CollateralAction> {
        Some(match entry.name {
            "PostCollateral" => {
                let amount = parameters.required_number(self, "amount");
                let reason = parameters.text(self, "reason");
                let withdraw_after = parameters.number(self, "auto_withdraw_after_ticks");
                CollateralAction::Post {
                    amount: amount?,
                    reason: Reason::from_name(reason?.unwrap_or_default()),
                    withdraw_after: withdraw_after?,
                }
            }
            "WithdrawCollateral" => {
                let amount = parameters.required_number(self, "amount");
                let reason = parameters.text(self, "reason");
                CollateralAction::Withdraw { amount: amount?, reason: Reason::from_name(reason?.unwrap_or_default()) }
            }
            "HoldCollateral" => CollateralAction::Hold,
            other => unreachable!("{other} is in the table of actions and not here"),
        })
    }
}

/// The parameters of an action in a document.
struct Parameters<'p> {
    values: &'p Map<String, Value>,
    path: &'p str,
    entry: &'p ActionEntry,
}

/// Every reader gives none where there is a problem, and some none where an optional parameter is absent.
impl<'p> Parameters<'p> {
    fn value(&self, name: &'static str, parameter_type: ParameterType) -> Option<&'p Value> {
        let entry = self.entry.parameters.iter().find(|entry| entry.name == name);
        debug_assert!(entry.is_some_and(|entry| entry.parameter_type == parameter_type), "{name} stands otherwise in the table");
        self.values.get(name).or_else(|| self.values.get(entry?.alias?)).filter(|value| !value.is_null())
    }

    fn number(&self, compiler: &mut Compiler<'_>, name: &'static str) -> Option<Option<Number>> {
        match self.value(name, ParameterType::Number) {
            None => Some(None),
            Some(value) => compiler.number(value, &format!("{}.{name}", self.path), 0).map(Some),
        }
    }

    fn required_number(&self, compiler: &mut Compiler<'_>, name: &'static str) -> Option<Number> {
        match self.number(compiler, name)? {
            Some(number) => Some(number),
            None => self.missing(compiler, name),
        }
    }

    fn text(&self, compiler: &mut Compiler<'_>, name: &'static str) -> Option<Option<&'p str>> {
        let Some(value) = self.value(name, ParameterType::Text) else { return Some(None) };
        match value.get("value").and_then(Value::as_str) {
            Some(text) => Some(Some(text)),
            None => compiler.problem(
                "InvalidLiteralType",
                &format!("{}.{name}", self.path),
                format!("got {value}; write {{\"value\": \"a text\"}}"),
            ),
        }
    }

    fn required_text(&self, compiler: &mut Compiler<'_>, name: &'static str) -> Option<&'p str> {
        match self.text(compiler, name)? {
            Some(text) => Some(text),
            None => self.missing(compiler, name),
        }
    }

    fn missing<T>(&self, compiler: &mut Compiler<'_>, name: &str) -> Option<T> {
        compiler.problem(
            "MissingActionParameter",
            &format!("{}.{name}", self.path),
            format!("is missing; {} needs it", self.entry.name),
        )
    }

    fn banks(&self, compiler: &mut Compiler<'_>, name: &'static str) -> Option<Option<Vec<u32>>> {
        let Some(value) = self.value(name, ParameterType::TextList) else { return Some(None) };
        let path = format!("{}.{name}", self.path);
        let Some(ids) = value.get("value").and_then(Value::as_array) else {
            return compiler.problem("InvalidLiteralType", &path, format!("got {value}; write {{\"value\": [\"a bank\", …]}}"));
        };
        let mut banks = Vec::new();
        for id in ids {
            match id.as_str().and_then(|id| compiler.agent_ids.binary_search_by(|known| known.as_str().cmp(id)).ok()) {
                Some(bank) => banks.push(bank as u32),
                None => {
                    compiler.problem("InvalidActionParameter", &path, format!("{id} is not the id of a bank of this scenario"))?
                }
            }
        }
        Some(Some(banks).filter(|banks| !banks.is_empty()))
    }
}
