//! Decision trees: policies that people write as JSON documents.
//!
//! A document is read and checked once, when the scenario is loaded (`compile`); what runs are nodes with the fields' functions in place
//! of their names (`evaluate`). Fields stand in one table (`fields`), actions in another (`actions`).

pub mod actions;
mod compile;
mod context;
mod evaluate;
pub mod fields;
mod trace;

pub use compile::Problem;
pub use context::Context;
pub use evaluate::EvaluationError;
pub use trace::trace;

use actions::{BankAction, CollateralAction, PaymentAction};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A compiled policy document.
#[derive(Debug)]
pub struct Trees {
    /// Once for each payment in the bank's own queue, and for each of its payments in the central queue.
    pub payment: Option<Node<PaymentAction>>,
    /// Once a tick, before the payments.
    pub bank: Option<Node<BankAction>>,
    /// Once a tick, after arrivals.
    pub strategic_collateral: Option<Node<CollateralAction>>,
    /// Once a tick, after settlement.
    pub end_of_tick_collateral: Option<Node<CollateralAction>>,
    /// Whether the payment tree can act on payments in the central queue.
    pub acts_on_queue2: bool,
    /// What it was compiled from.
    pub document: serde_json::Value,
    parameters: BTreeMap<String, f64>,
}

impl Trees {
    /// A named constant of the document.
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters.get(name).copied()
    }
}

/// A node of a tree.
#[derive(Debug)]
pub enum Node<A> {
    /// A question.
    Condition {
        /// Its name in the document.
        id: Arc<str>,
        /// The question.
        test: Condition,
        /// Where to go if so.
        on_true: Box<Node<A>>,
        /// Where to go if not.
        on_false: Box<Node<A>>,
    },
    /// An answer.
    Action {
        /// Its name in the document.
        id: Arc<str>,
        /// What to do.
        action: A,
    },
}

/// A question.
#[derive(Debug)]
pub enum Condition {
    /// Two numbers compared.
    Compare(Comparison, Number, Number),
    /// All of these; true if there are none.
    And(Vec<Condition>),
    /// One of these; false if there are none.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
}

/// How two numbers are compared; equality allows a difference of 1e-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A number, to be calculated.
#[derive(Debug)]
pub enum Number {
    /// A literal or a parameter.
    Constant(f64),
    /// A field of the table.
    Field(fn(&Context<'_>) -> f64),
    /// A state register; 0 until it is set.
    Register(Arc<str>),
    /// Two numbers.
    Binary(Binary, Box<Number>, Box<Number>),
    /// The largest of some.
    Max(Vec<Number>),
    /// The smallest of some.
    Min(Vec<Number>),
    /// One number.
    Unary(fn(f64) -> f64, Box<Number>),
    /// value, min, max.
    Clamp(Box<[Number; 3]>),
    /// numerator, denominator, and what it is if the denominator is 0.
    SafeDivide(Box<[Number; 3]>),
}

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}
