//! Commands while a run goes on: each happens in the next tick and is logged, or is refused and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Act, acts, config, scenario};
use payment_simulator_core::config::PolicyConfig;
use payment_simulator_core::control::{Journal, Submission};
use payment_simulator_core::event::EventKind;
use payment_simulator_core::{Orchestrator, Recording};
use proptest::prelude::*;
use serde_json::{Value, json};

fn start(scenario: &Value) -> Orchestrator {
    Orchestrator::new(config(scenario.clone())).unwrap()
}

/// A run in which somebody acts; what was accepted.
fn run(scenario: &Value, acts: &[Act]) -> (Orchestrator, usize) {
    let mut orchestrator = start(scenario);
    let mut accepted = 0;
    while !orchestrator.is_complete() {
        accepted += common::act(&mut orchestrator, acts);
        orchestrator.tick().unwrap();
    }
    (orchestrator, accepted)
}

proptest! {
    /// Everything that was accepted is logged; the log tells it all, and the same commands give the same run.
    #[test]
    fn commands_are_logged(scenario in scenario(), acts in acts()) {
        let (orchestrator, accepted) = run(&scenario, &acts);
        let logged = orchestrator.log().iter().filter(|event| event.kind == EventKind::ControlExecuted).count();
        prop_assert_eq!(logged, accepted);
        prop_assert_eq!(&Journal::of(orchestrator.log()), &orchestrator.journal().clone().rewound());
        prop_assert_eq!(run(&scenario, &acts).0.log_hash(), orchestrator.log_hash());
        prop_assert_eq!(orchestrator.record().totals(), orchestrator.totals());
        let bytes = orchestrator.log().canonical(orchestrator.agent_ids());
        let recording = Recording::new(config(scenario), &bytes, None).unwrap();
        prop_assert_eq!(recording.record().totals(), orchestrator.totals());
        if orchestrator.log().payments() > 0 {
            prop_assert!(recording.record().decision_path(0, 20).is_ok(), "the ticks before can be run again");
        }
    }

    /// A command that is refused changes nothing.
    #[test]
    fn a_refusal_changes_nothing(scenario in scenario(), acts in acts()) {
        let mut orchestrator = start(&scenario);
        while !orchestrator.is_complete() {
            prop_assert!(orchestrator.withdraw("tx_99999999").is_err());
            prop_assert!(orchestrator.resubmit("tx_00000001", "now").is_err());
            prop_assert!(orchestrator.post_collateral("B0", 0).is_err());
            prop_assert!(orchestrator.withdraw_collateral("B0", 1 << 40).is_err());
            let never = PolicyConfig::Deadline { urgency_threshold: 0 };
            prop_assert!(orchestrator.replace_policy("B0", &never).is_err());
            orchestrator.tick().unwrap();
        }
        prop_assert_eq!(orchestrator.log_hash(), run(&scenario, &[]).0.log_hash());
        prop_assert!(acts.iter().all(|act| common::act(&mut orchestrator, std::slice::from_ref(act)) == 0), "after the end");
    }
}

fn two_banks() -> Value {
    let agent = |id: &str| {
        json!({"id": id, "opening_balance": 1000, "unsecured_cap": 100, "posted_collateral": 500, "collateral_haircut": "0.5",
               "max_collateral_capacity": 2000, "policy": {"type": "Fifo"}})
    };
    json!({"ticks_per_day": 20, "num_days": 1, "rng_seed": 1, "agents": [agent("A"), agent("B")], "cost_rates": common::cost_rates(),
           "lsm_config": {"enable_bilateral": false, "enable_cycles": false}})
}

fn submission(amount: i64, deadline_tick: u32) -> Submission<'static> {
    Submission { sender: "A", receiver: "B", amount, deadline_tick, priority: 5, divisible: true }
}

#[test]
fn a_submitted_payment_settles_or_waits_and_can_be_taken_back() {
    let mut run = start(&two_banks());
    assert_eq!(run.submit(submission(400, 10)).unwrap(), "tx_00000001");
    assert_eq!(run.submit(submission(5000, 10)).unwrap(), "tx_00000002");
    assert_eq!(run.log().len(), 0, "nothing happens between ticks");
    assert_eq!(run.tick().unwrap().generated_arrivals, 0);
    assert_eq!(run.balances(), [600, 1400]);
    let refused = |run: &mut Orchestrator, tx: &str| run.withdraw(tx).unwrap_err().to_string();
    assert_eq!(refused(&mut run, "tx_00000001"), "tx_id: tx_00000001 is settled");
    assert_eq!(refused(&mut run, "tx_00000003"), "tx_id: \"tx_00000003\" is not a payment that has arrived");
    run.replace_policy("A", &PolicyConfig::Deadline { urgency_threshold: 1 }).unwrap();
    run.withdraw("tx_00000002").unwrap();
    assert!(refused(&mut run, "tx_00000002").contains("waits in its sender's own queue"));
    run.tick().unwrap();
    assert_eq!((run.state().agents[0].queue1.len(), run.state().queue2.len()), (1, 0));
    run.resubmit("tx_00000002", "HighlyUrgent").unwrap();
    run.run(8).unwrap();
    assert_eq!((run.state().agents[0].queue1.len(), run.state().queue2.len()), (0, 1), "its deadline is near");
    let story: Vec<_> = run.log().iter().map(|event| (event.tick, event.kind.event_type().name)).collect();
    assert!(story.windows(2).any(|pair| pair == [(1, "RtgsWithdrawal"), (1, "ControlExecuted")]));
    assert!(story.windows(2).any(|pair| pair == [(2, "RtgsResubmission"), (2, "ControlExecuted")]));
}

#[test]
fn a_policy_of_trees_that_replaces_a_built_in_one_has_all_its_trees() {
    let leaf =
        |action: &str, parameters: Value| json!({"type": "action", "node_id": action, "action": action, "parameters": parameters});
    let document = json!({
        "version": "1.0", "policy_id": "budget", "payment_tree": leaf("Release", json!({})),
        "bank_tree": leaf("SetReleaseBudget", json!({"max_value_to_release": {"value": 100.0}})),
    });
    let tree: PolicyConfig = serde_json::from_value(json!({"type": "Tree", "document": document})).unwrap();
    let mut run = start(&two_banks());
    run.tick().unwrap();
    run.replace_policy("A", &tree).unwrap();
    run.tick().unwrap();
    let budgets = |run: &Orchestrator| run.log().iter().filter(|event| event.kind == EventKind::BankBudgetSet).count();
    assert_eq!(budgets(&run), 1);
    run.replace_policy("A", &PolicyConfig::Fifo {}).unwrap();
    run.tick().unwrap();
    assert_eq!(budgets(&run), 1);
}

#[test]
fn a_command_before_a_day_comes_before_its_pools_are_allocated() {
    let mut scenario = two_banks();
    (scenario["ticks_per_day"], scenario["num_days"]) = (json!(2), json!(2));
    scenario["daily_liquidity_reallocation"] = json!(true);
    scenario["agents"][0]["liquidity_pool"] = json!(1000);
    let document = json!({
        "version": "1.0", "policy_id": "half", "parameters": {"initial_liquidity_fraction": 0.5},
        "payment_tree": {"type": "action", "node_id": "R", "action": "Release", "parameters": {}},
    });
    let half: PolicyConfig = serde_json::from_value(json!({"type": "Tree", "document": document})).unwrap();
    let mut run = start(&scenario);
    assert_eq!(run.balances(), [2000, 1000]);
    run.run(2).unwrap();
    assert_eq!(run.balances(), [1000, 1000], "the pool was given back");
    run.replace_policy("A", &half).unwrap();
    run.submit(submission(5000, 4)).unwrap();
    run.tick().unwrap();
    assert_eq!(run.balances(), [1500, 1000], "as the new policy says");
    assert_eq!(run.state().throughput_today[0], (1, 0), "the payment is of the new day");
    let names: Vec<_> = run.log().range(2, 3).map(|event| event.kind.event_type().name).collect();
    let order: Vec<_> = names.iter().filter(|name| ["ControlExecuted", "LiquidityAllocation"].contains(name)).collect();
    assert_eq!(order, [&"ControlExecuted", &"ControlExecuted", &"LiquidityAllocation"]);
}

#[test]
fn collateral_is_held_for_five_ticks() {
    let mut run = start(&two_banks());
    let message = |result: Result<(), payment_simulator_core::control::ControlError>| result.unwrap_err().to_string();
    assert_eq!(message(run.post_collateral("A", 1501)), "amount: got 1501; A can post 1500 more of its 2000 cents");
    run.post_collateral("A", 1000).unwrap();
    assert_eq!(message(run.post_collateral("A", 501)), "amount: got 501; A can post 500 more of its 2000 cents");
    run.tick().unwrap();
    assert_eq!(run.state().agents[0].collateral.posted(), 1500);
    for tick in 1..5 {
        let expected = "agent_id: A posted collateral in tick 0 and holds it for 5 ticks; withdraw from tick 5 on";
        assert_eq!(message(run.withdraw_collateral("A", 1)), expected, "tick {tick}");
        run.tick().unwrap();
    }
    run.submit(submission(1500, 20)).unwrap(); // uses 500 of credit, of which 400 need 800 of collateral
    run.tick().unwrap();
    assert_eq!(run.balances(), [-500, 2500]);
    assert_eq!(
        message(run.withdraw_collateral("A", 701)),
        "amount: got 701; A has 1500 cents of collateral posted, of which 700 cover no credit"
    );
    run.withdraw_collateral("A", 300).unwrap();
    assert!(message(run.withdraw_collateral("A", 401)).contains("of which 400 cover no credit"));
    run.withdraw_collateral("A", 400).unwrap();
    run.tick().unwrap();
    assert_eq!(run.state().agents[0].collateral.posted(), 800);
}

#[test]
fn commands_that_are_refused() {
    let mut run = start(&two_banks());
    let with = |change: fn(&mut Submission<'static>)| {
        let mut new = submission(5, 5);
        change(&mut new);
        new
    };
    for (new, expected) in [
        (with(|new| new.sender = "X"), "sender_id: \"X\" is not the id of a bank of this run"),
        (with(|new| new.receiver = "X"), "receiver_id: \"X\" is not the id of a bank of this run"),
        (with(|new| new.receiver = "A"), "receiver_id: \"A\" pays itself; name another bank"),
        (with(|new| new.amount = 0), "amount: got 0; write an integer number of cents from 1 to 1000000000000000"),
        (with(|new| new.deadline_tick = 0), "deadline_tick: got 0; write a tick after 0, in which the payment arrives"),
        (with(|new| new.priority = 11), "priority: got 11; a priority is an integer from 0 to 10"),
    ] {
        assert_eq!(run.submit(new).unwrap_err().to_string(), expected);
    }
    let document = json!({"version": "1.0", "policy_id": "p", "payment_tree": {"type": "action", "node_id": "x", "action": "Fly"}});
    let tree = PolicyConfig::Tree { document };
    assert!(run.replace_policy("A", &tree).unwrap_err().to_string().contains("Fly"));
    let tree = PolicyConfig::Tree { document: json!({"version": "1.0", "policy_id": "p"}) };
    assert!(run.replace_policy("A", &tree).unwrap_err().to_string().contains("payment_tree: is missing"));
    run.run(20).unwrap();
    let complete = "the run is complete: all 20 ticks have been run, and nothing more can be done";
    assert_eq!(run.submit(submission(5, 30)).unwrap_err().to_string(), complete);
}

/// A tick that fails is forgotten by running the ticks before it again, with all that was commanded.
#[test]
fn a_tick_that_fails_keeps_the_commands() {
    let mut value = two_banks();
    value["cost_rates"]["delay_cost_per_tick_per_cent"] = json!("100000");
    let mut run = start(&value);
    run.submit(submission(10, 9)).unwrap();
    run.tick().unwrap();
    let before = (run.log_hash(), run.balances(), run.current_tick());
    run.submit(submission(1_000_000_000_000_000, 9)).unwrap();
    for _ in 0..2 {
        assert!(run.tick().is_err());
        assert_eq!((run.log_hash(), run.balances(), run.current_tick()), before);
    }
}
