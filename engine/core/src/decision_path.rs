//! The way that a policy took to its decision about a payment: by determinism a tick can be run again up to that point, and then told.

use crate::control::Journal;
use crate::error::SimulationError;
use crate::event::Value;
use crate::orchestrator::Orchestrator;
use crate::policy::tree::Context;
use crate::policy::{Decision, Policy, one_step};
use crate::queue1::{apply_policy, apply_policy_to_queue2, decisions_of, decisions_of_queue2, prepare};
use crate::state::State;
use crate::transaction::Status;
use crate::views::Record;

impl Record<'_> {
    /// The way to the decision about a payment in a tick, or none if no policy decided about it then. The ticks before are run again.
    pub fn decision_path(&self, payment: u32, tick: u32) -> Result<Option<Value>, SimulationError> {
        let other = || SimulationError::OtherLog { tick };
        let mut again = Orchestrator::new(self.config.clone()).map_err(|_| other())?;
        again.journal = Journal::of(self.log);
        again.run(tick)?;
        if again.log().len() != self.log.range(0, tick).count() {
            return Err(other());
        }
        again.decision_path(payment)
    }
}

impl Orchestrator {
    /// The way to the decision that the bank's policy takes about a payment in the tick that runs next, or none if it takes none.
    pub fn decision_path(mut self, payment: u32) -> Result<Option<Value>, SimulationError> {
        self.run_steps_before_policies()?;
        let state = self.state_mut();
        let Some(sender) = state.transactions.get(payment as usize).map(|payment| payment.sender as usize) else { return Ok(None) };
        (0..sender).try_for_each(|number| apply_policy(state, number))?;
        if state.transactions[payment as usize].status == Status::Queue1 {
            prepare(state, sender);
            let mut decisions = Vec::new();
            decisions_of(state, sender as u32, &mut decisions);
            return Ok(told(state, sender as u32, payment, &decisions, "queue1"));
        }
        (sender..state.agents.len()).try_for_each(|number| apply_policy(state, number))?;
        (0..sender as u32).for_each(|number| apply_policy_to_queue2(state, number));
        let decisions = decisions_of_queue2(state, sender as u32);
        Ok(told(state, sender as u32, payment, &decisions, "queue2"))
    }
}

/// The way to the decision about one payment, among those that its bank takes at once.
fn told(state: &State, sender: u32, payment: u32, decisions: &[(u32, Decision)], queue: &'static str) -> Option<Value> {
    let place = decisions.iter().position(|(index, _)| *index == payment)?;
    let decision = &decisions[place].1;
    let policy = &state.agents[sender as usize].policy;
    let transaction = &state.transactions[payment as usize];
    let nodes = match policy {
        _ if transaction.hidden_until >= state.tick.max(1) => one_step("staggered_split", decision, Vec::new()),
        Policy::Builtin(rule) => {
            let view = crate::queue1::view_after(state, sender, &decisions[..place]);
            one_step(rule.name(), decision, rule.compared(transaction, view))
        }
        Policy::Trees(trees) if trees.payment.is_none() => one_step("no_payment_tree", decision, Vec::new()),
        Policy::Trees(trees) => {
            let mut context = Context::new(state, sender);
            context.look_at(payment);
            crate::policy::tree::trace(&trees.document, "payment_tree", &context)
        }
    };
    Some(Value::Object(vec![
        ("queue", Value::Code(queue)),
        ("policy", Value::Code(policy.name())),
        ("nodes", Value::List(nodes)),
        ("decision", decision.value()),
    ]))
}
