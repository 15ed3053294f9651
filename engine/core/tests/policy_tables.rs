//! One table of fields and one of actions: what stands in them is accepted, can be evaluated, and is all that the specification has.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{config, cost_rates};
use payment_simulator_core::Orchestrator;
use payment_simulator_core::event::EventKind;
use payment_simulator_core::policy::tree::Trees;
use payment_simulator_core::policy::tree::actions::{ACTIONS, ActionEntry, ParameterEntry, ParameterType, Tree};
use payment_simulator_core::policy::tree::fields::FIELDS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The fields of the specification: those of a payment, and those of a bank. `*` stands for 1 to 5.
const OF_PAYMENT: &str =
    "amount remaining_amount settled_amount arrival_tick deadline_tick priority is_split is_past_deadline is_overdue
    overdue_duration is_in_queue2 ticks_to_deadline queue_age cost_delay_this_tx_one_tick cost_overdraft_this_amount_one_tick
    my_q2_out_value_to_counterparty my_q2_in_value_from_counterparty my_bilateral_net_q2 my_q2_out_value_top_* my_q2_in_value_top_*
    my_bilateral_net_q2_top_* top_cpty_*_id_hash tx_counterparty_id tx_is_top_counterparty lsm_run_rate_last_10_ticks
    system_throughput_guidance_fraction_by_tick";
const OF_BANK: &str = "balance credit_limit unsecured_cap credit_used credit_headroom effective_liquidity available_liquidity is_using_credit
    is_overdraft_capped liquidity_buffer liquidity_pressure outgoing_queue_size incoming_expected_count queue1_total_value
    queue1_liquidity_gap headroom rtgs_queue_size queue2_size rtgs_queue_value queue2_count_for_agent queue2_nearest_deadline
    ticks_to_nearest_queue2_deadline posted_collateral max_collateral_capacity remaining_collateral_capacity collateral_utilization
    collateral_haircut allowed_overdraft_limit overdraft_headroom required_collateral_for_usage excess_collateral overdraft_utilization
    cost_overdraft_bps_per_tick cost_collateral_bps_per_tick cost_delay_per_tick_per_cent cost_split_friction cost_deadline_penalty
    cost_eod_penalty current_tick total_agents system_ticks_per_day system_current_day system_tick_in_day ticks_remaining_in_day
    day_progress_fraction is_eod_rush system_queue2_pressure_index my_throughput_fraction_today expected_throughput_fraction_by_now
    throughput_gap";
const ACTION_NAMES: &str =
    "Release ReleaseWithCredit Hold Drop Reprioritize Split PaceAndRelease StaggerSplit WithdrawFromRtgs ResubmitToRtgs
    SetReleaseBudget SetState AddState NoAction PostCollateral WithdrawCollateral HoldCollateral";
const TREES: [(&str, Tree); 4] = [
    ("payment_tree", Tree::Payment),
    ("bank_tree", Tree::Bank),
    ("strategic_collateral_tree", Tree::Collateral),
    ("end_of_tick_collateral_tree", Tree::Collateral),
];

fn names(listed: &str) -> BTreeSet<String> {
    let several = |name: &str| -> Vec<String> {
        if name.contains('*') { (1..=5).map(|k| name.replace('*', &k.to_string())).collect() } else { vec![name.to_owned()] }
    };
    listed.split_whitespace().flat_map(several).collect()
}

fn document(tree: &str, root: Value) -> Value {
    json!({"version": "1.0", "policy_id": "p", tree: root})
}

fn kinds(document: &Value) -> Vec<&'static str> {
    let ids = ["A".to_owned(), "B".to_owned()];
    Trees::compile(document, &ids).err().unwrap_or_default().iter().map(|problem| problem.kind).collect()
}

fn resting(tree: Tree) -> &'static str {
    match tree {
        Tree::Payment => "Hold",
        Tree::Bank => "NoAction",
        Tree::Collateral => "HoldCollateral",
    }
}

/// A tree that looks at these fields, all of them, and then rests.
fn looking_at(fields: &[&str], tree: Tree) -> Value {
    let nothing: Vec<Value> =
        fields.iter().map(|field| json!({"op": "==", "left": {"field": field}, "right": {"value": -123.456}})).collect();
    let leaf = |id: &str| json!({"type": "action", "node_id": id, "action": resting(tree)});
    json!({"type": "condition", "node_id": "N", "condition": {"op": "or", "conditions": nothing}, "on_true": leaf("T"), "on_false": leaf("F")})
}

fn written(parameter: &ParameterEntry) -> Value {
    match (parameter.parameter_type, parameter.name) {
        (ParameterType::Number, _) => json!({"value": 2}),
        (ParameterType::Text, "key") => json!({"value": "bank_state_x"}),
        (ParameterType::Text, "rtgs_priority") => json!({"value": "Urgent"}),
        (ParameterType::Text, "priority_flag") => json!({"value": "HIGH"}),
        (ParameterType::Text, _) => json!({"value": "some reason"}),
        (ParameterType::TextList, _) => json!({"value": ["A"]}),
    }
}

fn doing(entry: &ActionEntry, with: impl Fn(&ParameterEntry) -> Option<(&'static str, Value)>) -> Value {
    let parameters: serde_json::Map<String, Value> =
        entry.parameters.iter().filter_map(with).map(|(name, value)| (name.to_owned(), value)).collect();
    json!({"type": "action", "node_id": "A", "action": entry.name, "parameters": parameters})
}

#[test]
fn fields_are_those_of_the_specification() {
    let of = |of_payment| {
        FIELDS.iter().filter(|field| field.of_payment == of_payment).map(|field| field.name.to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(of(true), names(OF_PAYMENT));
    assert_eq!(of(false), names(OF_BANK));
    assert_eq!(ACTIONS.iter().map(|action| action.name.to_owned()).collect::<BTreeSet<_>>(), names(ACTION_NAMES));
}

#[test]
fn each_field_stands_where_it_may() {
    for field in FIELDS {
        assert!(!field.description.is_empty() && !field.unit.is_empty() && field.category.ends_with("Field"), "{}", field.name);
        for (name, tree) in TREES {
            let expected: &[&str] = if field.of_payment && tree != Tree::Payment { &["InvalidFieldReference"] } else { &[] };
            assert_eq!(kinds(&document(name, looking_at(&[field.name], tree))), expected, "{} in {name}", field.name);
        }
    }
    for (name, tree) in TREES {
        for phantom in
            ["time_in_queue", "cost_delay_so_far", "cost_if_settled_now", "cost_if_held_one_tick", "cost_urgency", "balanse"]
        {
            assert_eq!(kinds(&document(name, looking_at(&[phantom], tree))), ["InvalidFieldReference"], "{phantom}");
        }
        assert!(kinds(&document(name, looking_at(&["bank_state_anything"], tree))).is_empty());
    }
}

/// A run in which every tree looks at every field that it may, in every tick: nothing goes wrong, in either queue.
#[test]
fn every_field_can_be_evaluated() {
    let all: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    let of_bank: Vec<&str> = FIELDS.iter().filter(|field| !field.of_payment).map(|field| field.name).collect();
    let mut policy = document("payment_tree", looking_at(&all, Tree::Payment));
    policy["payment_tree"]["on_false"]["action"] = json!("Release");
    policy["payment_tree"]["on_true"] = json!({"type": "action", "node_id": "T", "action": "WithdrawFromRtgs"});
    for (name, tree) in &TREES[1..] {
        policy[*name] = serde_json::from_str(
            &looking_at(&of_bank, *tree).to_string().replace("\"node_id\":\"", &format!("\"node_id\":\"{name}")),
        )
        .unwrap();
    }
    let bank = |id: &str, balance: i64| json!({"id": id, "opening_balance": balance, "policy": {"type": "Tree", "document": policy.clone()}});
    let pays = |from: &str, to: &str, amount: i64| {
        json!({"type": "CustomTransactionArrival", "from_agent": from, "to_agent": to, "amount": amount, "priority": 5, "deadline": 2,
               "is_divisible": true, "schedule": {"type": "Repeating", "start_tick": 0, "interval": 2}})
    };
    let scenario = json!({
        "ticks_per_day": 5, "num_days": 2, "rng_seed": 1, "agents": [bank("A", 60), bank("B", 0)], "cost_rates": cost_rates(),
        "scenario_events": [pays("A", "B", 50), pays("B", "A", 90)],
    });
    let mut engine = Orchestrator::new(config(scenario)).unwrap();
    engine.run(u32::MAX).unwrap();
    let seen: BTreeSet<_> = engine.log().iter().map(|event| event.kind.event_type().name).collect();
    assert!(!seen.contains("PolicyError") && !seen.contains("PolicyHold"), "{seen:?}");
    assert!(engine.log().iter().any(|event| event.kind == EventKind::QueuedRtgs));
}

#[test]
fn each_action_stands_in_its_tree_with_its_parameters() {
    for entry in ACTIONS {
        assert!(!entry.description.is_empty() && entry.category.ends_with("Action"), "{}", entry.name);
        for (name, tree) in TREES {
            let expected: &[&str] = if entry.tree == tree { &[] } else { &["InvalidActionType"] };
            assert_eq!(kinds(&document(name, doing(entry, |p| Some((p.name, written(p)))))), expected, "{} in {name}", entry.name);
        }
        let (tree, _) = TREES[usize::from(entry.tree == Tree::Bank) + 2 * usize::from(entry.tree == Tree::Collateral)];
        let only_required = doing(entry, |p| p.required.then(|| (p.name, written(p))));
        assert!(kinds(&document(tree, only_required)).is_empty(), "{}", entry.name);
        let by_other_names = doing(entry, |p| Some((p.alias.unwrap_or(p.name), written(p))));
        assert!(kinds(&document(tree, by_other_names)).is_empty(), "{}", entry.name);
        for left_out in entry.parameters.iter().filter(|parameter| parameter.required) {
            let without = doing(entry, |p| (p.name != left_out.name).then(|| (p.name, written(p))));
            assert_eq!(kinds(&document(tree, without)), ["MissingActionParameter"], "{} without {}", entry.name, left_out.name);
        }
        for parameter in entry.parameters.iter().filter(|parameter| parameter.parameter_type != ParameterType::Number) {
            let wrong = doing(entry, |p| Some((p.name, if p.name == parameter.name { json!({"value": 5}) } else { written(p) })));
            assert_eq!(kinds(&document(tree, wrong)), ["InvalidLiteralType"], "{}.{}", entry.name, parameter.name);
        }
        let mut more = doing(entry, |p| Some((p.name, written(p))));
        more["parameters"]["numsplits"] = json!({"value": 1});
        assert_eq!(kinds(&document(tree, more)), ["InvalidActionParameter"], "{}", entry.name);
    }
}
