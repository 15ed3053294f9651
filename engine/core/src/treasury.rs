//! What banks decide about themselves: their release budgets, what they remember, and their collateral.

use crate::budget::Budget;
use crate::collateral::{post, withdraw};
use crate::event::EventKind;
use crate::log::Common;
use crate::money::Cents;
use crate::policy::tree::actions::{BankAction, CollateralAction};
use crate::policy::tree::{Context, EvaluationError, Node, Trees};
use crate::state::State;
use std::sync::Arc;

/// Registers that a bank can have at a time.
const REGISTERS_MAX: usize = 10;

/// The places of trees in `event::TREES`.
const BANK_TREE: u8 = 1;
const STRATEGIC_COLLATERAL_TREE: u8 = 2;
const END_OF_TICK_COLLATERAL_TREE: u8 = 3;

/// Every bank with a bank tree sets its budget, or remembers something. The budget of the last tick is gone in any case.
pub fn apply_bank_trees(state: &mut State) {
    for place in 0..state.tree_banks.len() {
        let number = state.tree_banks[place];
        state.agents[number as usize].budget = None;
        let Some(trees) = state.agents[number as usize].policy.trees().map(Arc::clone) else { continue };
        if let Some(tree) = &trees.bank
            && let Err(error) = apply_bank_tree(state, number, tree)
        {
            log_error(state, number, BANK_TREE, error);
        }
    }
}

fn apply_bank_tree(state: &mut State, number: u32, tree: &Node<BankAction>) -> Result<(), EvaluationError> {
    let context = Context::new(state, number);
    match tree.decide(&context)? {
        BankAction::NoAction => {}
        BankAction::SetReleaseBudget { value, focus, per_counterparty } => {
            let value = value.value(&context)? as Cents;
            let per_counterparty = per_counterparty.as_ref().map(|cap| cap.value(&context)).transpose()?.map(|cap| cap as Cents);
            state.agents[number as usize].budget = Some(Budget::new(value, focus.clone(), per_counterparty));
            state
                .log
                .append(EventKind::BankBudgetSet, Common { amount: value, ..Common::agent(number) })
                .optional_u32_list(focus.as_deref())
                .optional_i64(per_counterparty);
        }
        BankAction::SetState { key, value, add, reason } => {
            let registers = &state.agents[number as usize].registers;
            let old = registers.get(&**key).copied();
            if old.is_none() && registers.len() >= REGISTERS_MAX {
                return Err(EvaluationError::TooManyRegisters { limit: REGISTERS_MAX });
            }
            let old = old.unwrap_or(0.0);
            let new = value.value(&context)? + if *add { old } else { 0.0 };
            let path = tree.path(&context)?;
            state.agents[number as usize].registers.insert(key.to_string(), new);
            log_register(state, number, key, old, new, reason, Some(&path));
        }
    }
    Ok(())
}

fn log_register(state: &mut State, number: u32, key: &str, old: f64, new: f64, reason: &str, path: Option<&str>) {
    state
        .log
        .append(EventKind::StateRegisterSet, Common::agent(number))
        .text(Some(key))
        .f64(old)
        .f64(new)
        .text(Some(reason))
        .text(path);
}

/// At the end of a day every register is forgotten.
pub fn reset_registers(state: &mut State) {
    for number in 0..state.agents.len() as u32 {
        for (key, old) in std::mem::take(&mut state.agents[number as usize].registers) {
            log_register(state, number, &key, old, 0.0, "eod_reset", None);
        }
    }
}

/// Before the payments: every bank may post or withdraw collateral.
pub fn apply_strategic_collateral_trees(state: &mut State) {
    apply_collateral_trees(state, STRATEGIC_COLLATERAL_TREE, |trees| trees.strategic_collateral.as_ref());
}

/// After settlement: every bank may post or withdraw collateral.
pub fn apply_end_of_tick_collateral_trees(state: &mut State) {
    apply_collateral_trees(state, END_OF_TICK_COLLATERAL_TREE, |trees| trees.end_of_tick_collateral.as_ref());
}

fn apply_collateral_trees(state: &mut State, tree_place: u8, tree: fn(&Trees) -> Option<&Node<CollateralAction>>) {
    for place in 0..state.tree_banks.len() {
        let number = state.tree_banks[place];
        let Some(trees) = state.agents[number as usize].policy.trees().map(Arc::clone) else { continue };
        if let Some(tree) = tree(&trees)
            && let Err(error) = apply_collateral_tree(state, number, tree)
        {
            log_error(state, number, tree_place, error);
        }
    }
}

fn apply_collateral_tree(state: &mut State, number: u32, tree: &Node<CollateralAction>) -> Result<(), EvaluationError> {
    let context = Context::new(state, number);
    match tree.decide(&context)? {
        CollateralAction::Hold => {}
        CollateralAction::Post { amount, reason, withdraw_after } => {
            let amount = amount.value(&context)? as Cents;
            let withdraw_after = withdraw_after.as_ref().map(|ticks| ticks.value(&context)).transpose()?;
            let withdraw_after = withdraw_after.map(|ticks| ticks as u32).filter(|ticks| *ticks > 0);
            post(state, number as usize, amount, *reason, withdraw_after);
        }
        CollateralAction::Withdraw { amount, reason } => {
            let amount = amount.value(&context)? as Cents;
            withdraw(state, number as usize, amount, *reason);
        }
    }
    Ok(())
}

fn log_error(state: &mut State, number: u32, tree: u8, error: EvaluationError) {
    state.log.append(EventKind::PolicyError, Common::agent(number)).u8(tree).text(Some(&error.to_string()));
}
