//! Walking a tree.

use super::{Binary, Comparison, Condition, Context, Node, Number};
use std::fmt;

/// A tree could not be walked to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EvaluationError {
    /// A divisor was 0.
    DivisionByZero,
    /// A bank would remember more numbers than it may.
    TooManyRegisters {
        /// How many it may.
        limit: usize,
    },
    /// A parameter of an action came out as something that the action cannot use.
    InvalidActionParameter {
        /// Its name.
        name: &'static str,
        /// What it came out as.
        value: f64,
        /// What would be right.
        allowed: &'static str,
    },
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DivisionByZero => f.write_str("DivisionByZero: a divisor is 0; use div0"),
            Self::TooManyRegisters { limit } => write!(f, "TooManyRegisters: a bank has at most {limit} state registers"),
            Self::InvalidActionParameter { name, value, allowed } => {
                write!(f, "InvalidActionParameter: {name} is {value}; it must be {allowed}")
            }
        }
    }
}

/// How close two numbers are that count as equal.
const TOLERANCE: f64 = 1e-9;

impl<A> Node<A> {
    /// The action at the end of the way through the tree.
    pub fn decide(&self, context: &Context<'_>) -> Result<&A, EvaluationError> {
        let mut node = self;
        loop {
            match node {
                Self::Action { action, .. } => return Ok(action),
                Self::Condition { test, on_true, on_false, .. } => node = if test.holds(context)? { on_true } else { on_false },
            }
        }
    }

    /// The way through the tree: `N1(true) → N2(false) → A3`.
    pub fn path(&self, context: &Context<'_>) -> Result<String, EvaluationError> {
        let mut path = String::new();
        let mut node = self;
        loop {
            match node {
                Self::Action { id, .. } => {
                    path.push_str(id);
                    return Ok(path);
                }
                Self::Condition { id, test, on_true, on_false } => {
                    let holds = test.holds(context)?;
                    path.push_str(&format!("{id}({holds}) → "));
                    node = if holds { on_true } else { on_false };
                }
            }
        }
    }
}

impl Condition {
    /// Whether it is so.
    pub fn holds(&self, context: &Context<'_>) -> Result<bool, EvaluationError> {
        Ok(match self {
            Self::Compare(comparison, left, right) => comparison.holds(left.value(context)?, right.value(context)?),
            Self::And(conditions) => {
                for condition in conditions {
                    if !condition.holds(context)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Or(conditions) => {
                for condition in conditions {
                    if condition.holds(context)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(condition) => !condition.holds(context)?,
        })
    }
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        // Two equal infinities are equal, though their difference is not a number.
        let equal = left == right || (left - right).abs() < TOLERANCE;
        match self {
            Self::Equal => equal,
            Self::NotEqual => !equal,
            Self::Less => left < right,
            Self::LessOrEqual => left < right || equal,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left > right || equal,
        }
    }
}

impl Number {
    /// Calculate it.
    pub fn value(&self, context: &Context<'_>) -> Result<f64, EvaluationError> {
        Ok(match self {
            Self::Constant(value) => *value,
            Self::Field(read) => read(context),
            Self::Register(name) => context.register(name),
            Self::Binary(operation, left, right) => {
                let (left, right) = (left.value(context)?, right.value(context)?);
                match operation {
                    Binary::Add => left + right,
                    Binary::Subtract => left - right,
                    Binary::Multiply => left * right,
                    Binary::Divide if right.abs() < f64::EPSILON => return Err(EvaluationError::DivisionByZero),
                    Binary::Divide => left / right,
                }
            }
            Self::Max(values) => Self::fold(values, context, f64::max)?,
            Self::Min(values) => Self::fold(values, context, f64::min)?,
            Self::Unary(operation, value) => operation(value.value(context)?),
            Self::Clamp(parts) => {
                let [value, min, max] = &**parts;
                value.value(context)?.max(min.value(context)?).min(max.value(context)?)
            }
            Self::SafeDivide(parts) => {
                let [numerator, denominator, default] = &**parts;
                let denominator = denominator.value(context)?;
                if denominator.abs() < TOLERANCE { default.value(context)? } else { numerator.value(context)? / denominator }
            }
        })
    }

    fn fold(values: &[Number], context: &Context<'_>, choose: fn(f64, f64) -> f64) -> Result<f64, EvaluationError> {
        values.iter().try_fold(f64::NAN, |chosen, value| Ok(choose(chosen, value.value(context)?)))
    }
}
