//! The banks' own queues (Queue 1): every bank decides about its payments, and its decisions are carried out. Nothing settles meanwhile.

use crate::config::Queue1Ordering;
use crate::costs;
use crate::error::SimulationError;
use crate::event::{EventKind, NOT_DECLARED};
use crate::log::Common;
use crate::money::Cents;
use crate::policy::tree::EvaluationError::{self, InvalidActionParameter};
use crate::policy::tree::actions::PaymentAction;
use crate::policy::tree::{Context, Trees};
use crate::policy::{Decision, HoldReason, Policy, QueueView};
use crate::state::State;
use crate::transaction::{RtgsPriority, Status, Transaction};
use std::cmp::Reverse;

/// Every bank decides about the payments in its own queue.
pub fn apply_policies(state: &mut State) -> Result<(), SimulationError> {
    (0..state.agents.len()).try_for_each(|number| apply_policy(state, number))
}

/// A bank decides about the payments in its own queue.
pub fn apply_policy(state: &mut State, number: usize) -> Result<(), SimulationError> {
    if state.agents[number].queue1.is_empty() {
        return Ok(());
    }
    prepare(state, number);
    if state.agents[number].policy.releases_everything() {
        return release_everything(state, number);
    }
    let mut decisions = std::mem::take(&mut state.decisions);
    decisions_of(state, number as u32, &mut decisions);
    state.agents[number].queue1.clear();
    for (index, decision) in decisions.drain(..) {
        if carry_out(state, index, decision)? {
            state.agents[number].queue1.push(index);
        }
    }
    state.decisions = decisions;
    Ok(())
}

/// Release every payment of a bank that the bank does not keep for later.
fn release_everything(state: &mut State, number: usize) -> Result<(), SimulationError> {
    let mut queue1 = std::mem::take(&mut state.released);
    std::mem::swap(&mut queue1, &mut state.agents[number].queue1);
    for index in queue1.drain(..) {
        let stays = match decision_without_policy(state, &state.transactions[index as usize]) {
            None => !release(state, index),
            Some(decision) => carry_out(state, index, decision)?,
        };
        if stays {
            state.agents[number].queue1.push(index);
        }
    }
    state.released = queue1;
    Ok(())
}

/// Put a bank's own queue into the order in which the bank looks at it.
pub fn prepare(state: &mut State, number: usize) {
    if state.rules.queue1_ordering != Queue1Ordering::PriorityDeadline {
        return;
    }
    let transactions = &state.transactions;
    state.agents[number].queue1.sort_by_key(|index| {
        let payment = &transactions[*index as usize];
        (Reverse(payment.priority), payment.deadline_tick)
    });
}

/// All decisions of a bank, against the state at the beginning of its turn.
pub fn decisions_of(state: &State, number: u32, decisions: &mut Vec<(u32, Decision)>) {
    let agent = &state.agents[number as usize];
    let queue1 = agent.queue1.iter().copied();
    match &agent.policy {
        Policy::Builtin(policy) => {
            let mut view = view_of(state, number);
            decisions.extend(queue1.map(|index| {
                let payment = &state.transactions[index as usize];
                let decision = decision_without_policy(state, payment).unwrap_or_else(|| policy.decide(payment, view));
                count_released(&mut view, payment, &decision);
                (index, decision)
            }));
        }
        Policy::Trees(trees) => {
            let mut context = Context::new(state, number);
            decisions.extend(queue1.map(|index| {
                let payment = &state.transactions[index as usize];
                let decision = decision_without_policy(state, payment).unwrap_or_else(|| {
                    context.look_at(index);
                    decide_by_tree(trees, &context, payment)
                });
                (index, decision)
            }));
        }
    }
}

/// What a built-in policy sees of its bank before it decides.
fn view_of(state: &State, number: u32) -> QueueView {
    let agent = &state.agents[number as usize];
    QueueView { tick: state.tick, balance: agent.balance.into(), available_liquidity: agent.available_liquidity().into() }
}

fn count_released(view: &mut QueueView, payment: &Transaction, decision: &Decision) {
    let counts = match decision {
        Decision::Release { not_before, .. } => not_before.is_none_or(|tick| tick <= view.tick),
        Decision::Split { .. } => true,
        _ => false,
    };
    if counts {
        view.balance -= i128::from(payment.remaining);
        view.available_liquidity -= i128::from(payment.remaining);
    }
}

/// What a built-in policy sees of its bank after these decisions.
pub fn view_after(state: &State, number: u32, decisions: &[(u32, Decision)]) -> QueueView {
    let mut view = view_of(state, number);
    for (index, decision) in decisions {
        count_released(&mut view, &state.transactions[*index as usize], decision);
    }
    view
}

/// A part that is to follow others is kept until its turn and then released, whatever the policy.
fn decision_without_policy(state: &State, payment: &Transaction) -> Option<Decision> {
    match payment.hidden_until {
        0 => None,
        turn if turn == state.tick => Some(Decision::RELEASE),
        turn if turn > state.tick => Some(Decision::Release { priority: None, not_before: Some(turn) }),
        _ => None,
    }
}

fn decide_by_tree(trees: &Trees, context: &Context<'_>, payment: &Transaction) -> Decision {
    let Some(tree) = &trees.payment else { return Decision::RELEASE };
    let decision = tree.decide(context).and_then(|action| action.decision(context, payment));
    decision.unwrap_or_else(|error| Decision::Hold(HoldReason::PolicyError, Some(error.to_string().into())))
}

impl PaymentAction {
    fn decision(&self, context: &Context<'_>, payment: &Transaction) -> Result<Decision, EvaluationError> {
        let parts = |number: f64| match number as u32 {
            0 | 1 => Err(InvalidActionParameter { name: "num_splits", value: number, allowed: "at least 2" }),
            parts => Ok(parts),
        };
        Ok(match self {
            Self::Release { priority, timed_for } => {
                let not_before = timed_for.as_ref().map(|tick| tick.value(context)).transpose()?;
                Decision::Release { priority: *priority, not_before: not_before.map(|tick| tick as u32) }
            }
            Self::Hold(reason, detail) => Decision::Hold(*reason, detail.clone()),
            Self::Drop => Decision::Drop,
            Self::Reprioritize(priority) => Decision::Reprioritize((priority.value(context)? as u8).min(10)),
            Self::Split(_) | Self::StaggerSplit { .. } if payment.is_part() || !payment.divisible => {
                Decision::Hold(HoldReason::Indivisible, None)
            }
            Self::Split(number) => Decision::Split { parts: parts(number.value(context)?)? },
            Self::StaggerSplit { parts: number, first_now, gap_ticks, priority_boost } => {
                let parts = parts(number.value(context)?)?;
                let first = first_now.value(context)?;
                if first as u32 > parts {
                    return Err(InvalidActionParameter { name: "stagger_first_now", value: first, allowed: "at most num_splits" });
                }
                Decision::StaggerSplit {
                    parts,
                    first_now: first as u32,
                    gap_ticks: gap_ticks.value(context)? as u32,
                    priority_boost: priority_boost.value(context)? as u8,
                }
            }
            Self::WithdrawFromRtgs => Decision::WithdrawFromRtgs,
            Self::ResubmitToRtgs(priority) => Decision::ResubmitToRtgs(*priority),
        })
    }
}

/// Carry out a decision. Returns whether the payment stays in the bank's own queue.
fn carry_out(state: &mut State, index: u32, decision: Decision) -> Result<bool, SimulationError> {
    match decision {
        Decision::Release { priority, not_before } => {
            // The priority is given with the decision, also where the release itself comes later.
            if let Some(priority) = priority {
                set_priority(state, index, priority);
            }
            Ok(not_before.is_some_and(|tick| tick > state.tick) || !release(state, index))
        }
        Decision::Hold(reason, detail) => {
            hold(state, index, reason, detail.as_deref());
            Ok(true)
        }
        Decision::Drop => {
            cancel(state, index)?;
            Ok(false)
        }
        Decision::Reprioritize(priority) => {
            let payment = &state.transactions[index as usize];
            let common = Common { payment: index, ..Common::agent(payment.sender) };
            state.log.append(EventKind::TransactionReprioritized, common).u8(payment.priority).u8(priority);
            set_priority(state, index, priority);
            Ok(true)
        }
        Decision::Split { parts } => split(state, index, Parts { count: parts, first_now: parts, gap_ticks: 0, priority_boost: 0 }),
        Decision::StaggerSplit { parts, first_now, gap_ticks, priority_boost } => {
            split(state, index, Parts { count: parts, first_now, gap_ticks, priority_boost })
        }
        Decision::WithdrawFromRtgs => {
            hold(state, index, HoldReason::NotInQueue2, None);
            Ok(true)
        }
        Decision::ResubmitToRtgs(priority) => {
            declare(state, index, priority);
            Ok(true)
        }
    }
}

/// Give a payment another priority; its delay cost may change with it.
pub fn set_priority(state: &mut State, index: u32, priority: u8) {
    let payment = &mut state.transactions[index as usize];
    let sender = &mut state.agents[payment.sender as usize];
    sender.count_unqueued(payment);
    payment.priority = priority;
    sender.count_queued(payment);
}

fn hold(state: &mut State, index: u32, reason: HoldReason, detail: Option<&str>) {
    let payment = &state.transactions[index as usize];
    let ticks_to_deadline = i64::from(payment.deadline_tick) - i64::from(state.tick);
    let common = Common { payment: index, amount: ticks_to_deadline, ..Common::agent(payment.sender) };
    state.log.append(EventKind::PolicyHold, common).u8(reason as u8).text(detail);
}

/// Submit a payment if the release budget allows. Returns whether it was submitted.
#[inline]
fn release(state: &mut State, index: u32) -> bool {
    let payment = &state.transactions[index as usize];
    let (sender, receiver, amount) = (payment.sender, payment.receiver, payment.remaining);
    if let Some(budget) = &mut state.agents[sender as usize].budget
        && let Err(reason) = budget.spend(receiver, amount.into())
    {
        hold(state, index, reason, None);
        return false;
    }
    submit(state, index);
    let common = Common { payment: index, ..Common::agent(sender) };
    state.log.append(EventKind::PolicySubmit, common);
    true
}

#[inline]
fn submit(state: &mut State, index: u32) {
    let payment = &mut state.transactions[index as usize];
    payment.status = Status::Submitted;
    let declared = payment.rtgs_priority.unwrap_or(RtgsPriority::Normal);
    let common = Common { agent: payment.sender, peer: payment.receiver, payment: index, amount: payment.remaining };
    state.log.append(EventKind::RtgsSubmission, common).u8s([payment.priority, declared as u8]);
    state.submissions.push(index);
}

/// Cancel a payment: its penalties are charged at once, the one for the deadline if it was not yet.
fn cancel(state: &mut State, index: u32) -> Result<(), SimulationError> {
    let is_overdue = state.transactions[index as usize].is_overdue();
    if is_overdue {
        state.uncount_overdue(index);
    }
    let payment = &mut state.transactions[index as usize];
    let sender = payment.sender;
    state.agents[sender as usize].count_unqueued(payment);
    payment.status = Status::Dropped;
    state.tally.of_tick.dropped += 1;
    let common = Common { payment: index, ..Common::agent(sender) };
    state.log.append(EventKind::PolicyDrop, common).u8(0);
    let deadline = if is_overdue { Some(0) } else { state.deadline_penalty(index) };
    for (category, penalty) in [(costs::DEADLINE_PENALTY, deadline), (costs::EOD_PENALTY, state.eod_penalty(index))] {
        let charged = &mut state.agents[sender as usize].costs_of_tick[category];
        match penalty.and_then(|penalty| charged.checked_add(penalty)) {
            Some(sum) => *charged = sum,
            None => return Err(state.overflow("the penalties of a bank")),
        }
    }
    Ok(())
}

/// How a payment is split.
#[derive(Debug, Clone, Copy)]
struct Parts {
    count: u32,
    first_now: u32,
    gap_ticks: u32,
    priority_boost: u8,
}

/// Replace a payment by equal parts, the last with what is left over. Returns whether the payment itself stays.
fn split(state: &mut State, index: u32, parts: Parts) -> Result<bool, SimulationError> {
    let whole = state.transactions[index as usize].clone();
    if whole.is_part() || !whole.divisible {
        hold(state, index, HoldReason::Indivisible, None);
        return Ok(true);
    }
    // No part is less than a cent.
    let count = u32::try_from(whole.remaining).unwrap_or(u32::MAX).min(parts.count);
    if count < 2 {
        return Ok(!release(state, index));
    }
    let share = whole.remaining / Cents::from(count);
    let amount_of = |part: u32| if part < count { share } else { whole.remaining - share * Cents::from(count - 1) };
    let now: i128 = (1..=parts.first_now.min(count)).map(|part| i128::from(amount_of(part))).sum();
    if let Some(budget) = &mut state.agents[whole.sender as usize].budget
        && let Err(reason) = budget.spend(whole.receiver, now)
    {
        hold(state, index, reason, None);
        return Ok(true);
    }
    if whole.is_overdue() {
        state.uncount_overdue(index);
    }
    let payment = &mut state.transactions[index as usize];
    payment.status = Status::Split;
    payment.part = count;
    state.agents[whole.sender as usize].count_unqueued(&whole);
    let mut children = Vec::new();
    for part in 1..=count {
        let turns = u64::from((part - 1).saturating_sub(parts.first_now) + 1) * u64::from(parts.gap_ticks);
        let is_now = part <= parts.first_now;
        let child = Transaction {
            amount: amount_of(part),
            remaining: amount_of(part),
            parent: index,
            part,
            priority: whole.priority.saturating_add(parts.priority_boost).min(10),
            original_priority: whole.priority.saturating_add(parts.priority_boost).min(10),
            hidden_until: if is_now { 0 } else { u32::try_from(u64::from(state.tick) + turns.max(1)).unwrap_or(u32::MAX) },
            status: Status::Queue1,
            ..whole.clone()
        };
        children.push(add_part(state, child, is_now)?);
    }
    let friction = state.rates.split_friction().checked_mul(i64::from(count - 1));
    let friction = friction.ok_or_else(|| state.overflow("the cost of a split"))?;
    if friction > 0 {
        state.charge_one(whole.sender, costs::SPLIT_FRICTION, friction)?;
    }
    let common = Common { payment: index, ..Common::agent(whole.sender) };
    state.log.append(EventKind::PolicySplit, common).u32(count).u32_list(children.into_iter());
    Ok(false)
}

/// Log the arrival of a part; submit it, or leave it in the bank's own queue.
fn add_part(state: &mut State, child: Transaction, submit_now: bool) -> Result<u32, SimulationError> {
    let (sender, parent, part) = (child.sender as usize, child.parent, child.part);
    let index = state.enter(child)?;
    state.log.name_part(index, parent, part);
    state.log_arrival(index);
    if submit_now {
        state.agents[sender].queue1.pop();
        submit(state, index);
    }
    Ok(index)
}

/// Declare a payment anew.
pub fn declare(state: &mut State, index: u32, priority: RtgsPriority) {
    let payment = &mut state.transactions[index as usize];
    let old = payment.rtgs_priority.replace(priority).map_or(NOT_DECLARED, |old| old as u8);
    let common = Common { payment: index, ..Common::agent(payment.sender) };
    state.log.append(EventKind::RtgsResubmission, common).u8(old).u8(priority as u8);
}

/// The payment trees look at the central queue too, and may take payments back from it.
pub fn apply_policies_to_queue2(state: &mut State) {
    for place in 0..state.tree_banks.len() {
        apply_policy_to_queue2(state, state.tree_banks[place]);
    }
}

/// The payment tree of a bank looks at its payments in the central queue.
pub fn apply_policy_to_queue2(state: &mut State, number: u32) {
    for (index, decision) in decisions_of_queue2(state, number) {
        match decision {
            Decision::WithdrawFromRtgs => withdraw(state, index),
            Decision::ResubmitToRtgs(priority) => {
                withdraw(state, index);
                declare(state, index, priority);
            }
            Decision::Hold(HoldReason::PolicyError, detail) => hold(state, index, HoldReason::PolicyError, detail.as_deref()),
            _ => {}
        }
    }
}

/// All decisions of a bank about its payments in the central queue; only a tree that can act on them is asked.
pub fn decisions_of_queue2(state: &State, number: u32) -> Vec<(u32, Decision)> {
    let Some(trees) = state.agents[number as usize].policy.trees().filter(|trees| trees.acts_on_queue2) else { return Vec::new() };
    let mut context = Context::new(state, number);
    let decide = |index| {
        context.look_at(index);
        (index, decide_by_tree(trees, &context, &state.transactions[index as usize]))
    };
    state.queue2.payments_of(number).map(decide).collect()
}

/// Take a payment back from the central queue to the end of its bank's own.
pub fn withdraw(state: &mut State, index: u32) {
    state.leave_queue2(index);
    let payment = &mut state.transactions[index as usize];
    payment.status = Status::Queue1;
    let declared = payment.rtgs_priority.unwrap_or(RtgsPriority::Normal);
    let common = Common { payment: index, ..Common::agent(payment.sender) };
    state.log.append(EventKind::RtgsWithdrawal, common).u8(declared as u8);
    state.agents[payment.sender as usize].queue1.push(index);
}
