//! Why a policy decided as it did about one payment, as people get it.

use super::{Decision, Policy};
use crate::event::{HOLD_REASONS, RTGS_PRIORITIES, Value};

/// Two numbers that a policy compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What stands on the left.
    pub left: String,
    /// What it came out as.
    pub left_value: f64,
    /// `<`, `>=` and so on.
    pub operator: String,
    /// What stands on the right.
    pub right: String,
    /// What it came out as.
    pub right_value: f64,
    /// Whether it is so.
    pub result: bool,
}

impl Compared {
    /// As named values.
    pub fn value(self) -> Value {
        Value::Object(vec![
            ("left", Value::Text(self.left)),
            ("left_value", Value::Float(self.left_value)),
            ("operator", Value::Text(self.operator)),
            ("right", Value::Text(self.right)),
            ("right_value", Value::Float(self.right_value)),
            ("result", Value::Boolean(self.result)),
        ])
    }
}

impl Decision {
    /// Its name, as documents write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Release { .. } => "Release",
            Self::Hold(..) => "Hold",
            Self::Drop => "Drop",
            Self::Reprioritize(_) => "Reprioritize",
            Self::Split { .. } => "Split",
            Self::StaggerSplit { .. } => "StaggerSplit",
            Self::WithdrawFromRtgs => "WithdrawFromRtgs",
            Self::ResubmitToRtgs(_) => "ResubmitToRtgs",
        }
    }

    /// Its name and what it came out with.
    pub fn value(&self) -> Value {
        let integer = |number: u32| Value::Integer(number.into());
        let mut fields = vec![("action", Value::Code(self.name()))];
        match self {
            Self::Release { priority, not_before } => {
                fields.extend(priority.map(|priority| ("priority", integer(priority.into()))));
                fields.extend(not_before.map(|tick| ("not_before_tick", integer(tick))));
            }
            Self::Hold(reason, detail) => {
                fields.push(("reason", Value::Code(HOLD_REASONS[*reason as usize])));
                fields.extend(detail.as_ref().map(|detail| ("reason_detail", Value::Text(detail.to_string()))));
            }
            Self::Reprioritize(priority) => fields.push(("priority", integer((*priority).into()))),
            Self::Split { parts } => fields.push(("num_splits", integer(*parts))),
            Self::StaggerSplit { parts, first_now, gap_ticks, priority_boost } => fields.extend([
                ("num_splits", integer(*parts)),
                ("stagger_first_now", integer(*first_now)),
                ("stagger_gap_ticks", integer(*gap_ticks)),
                ("priority_boost_children", integer((*priority_boost).into())),
            ]),
            Self::ResubmitToRtgs(priority) => {
                fields.push(("rtgs_priority", Value::Code(RTGS_PRIORITIES[*priority as usize])));
            }
            Self::Drop | Self::WithdrawFromRtgs => {}
        }
        Value::Object(fields)
    }
}

/// A rule of the engine's own as a path of one step.
pub fn one_step(name: &'static str, decision: &Decision, compared: Vec<Compared>) -> Vec<Value> {
    vec![Value::Object(vec![
        ("node_id", Value::Code(name)),
        ("type", Value::Code("action")),
        ("action", Value::Code(decision.name())),
        ("compared", Value::List(compared.into_iter().map(Compared::value).collect())),
    ])]
}

impl Policy {
    /// The name of its kind, as scenarios write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Builtin(rule) => rule.name(),
            Self::Trees(_) => "Tree",
        }
    }
}
