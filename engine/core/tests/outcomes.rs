//! What random scenarios lead to, recorded as one hash: a change of any outcome is seen, whether it was meant or not.
//!
//! The hash changes with every deliberate change of outcomes, with the scenarios of `common`, and with the version of `proptest`, which
//! draws them; then it is renewed, with a reason in the commit.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{config, scenario};
use payment_simulator_core::Orchestrator;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Drawn scenarios after a change that they share, and the hash of all their logs.
fn outcome(scenarios: u32, change: impl Fn(&mut Value)) -> String {
    let mut runner = TestRunner::deterministic();
    let mut hash = Sha256::new();
    for _ in 0..scenarios {
        let mut scenario = scenario().new_tree(&mut runner).unwrap().current();
        change(&mut scenario);
        let mut orchestrator = Orchestrator::new(config(scenario)).unwrap();
        orchestrator.run(u32::MAX).unwrap();
        hash.update(orchestrator.log_hash().unwrap());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn scenarios_with_every_feature_end_as_recorded() {
    assert_eq!(outcome(150, |_| ()), "a6dfcc069721a458");
}

/// Banks that release everything and have little: gridlocks in which pairs, loops and larger sets settle.
fn gridlocked(scenario: &mut Value, balance: i64, limited: bool) {
    for agent in scenario["agents"].as_array_mut().unwrap() {
        agent["policy"] = json!({"type": "Fifo"});
        agent["opening_balance"] = json!(balance);
        agent["unsecured_cap"] = json!(0);
        if !limited {
            agent["limits"] = json!({});
        }
        agent["arrivals"][0]["rate_per_tick"] = json!(1.5);
    }
    scenario["scenario_events"] = json!([]);
    scenario["lsm_config"]["enable_cycles"] = json!(true);
    scenario["lsm_config"]["max_cycles_per_tick"] = json!(3);
}

#[test]
fn gridlocks_of_limited_banks_resolve_as_recorded() {
    assert_eq!(outcome(60, |scenario| gridlocked(scenario, 600, true)), "8e8974c56b5ae737");
}

#[test]
fn gridlocks_resolve_as_recorded() {
    assert_eq!(outcome(60, |scenario| gridlocked(scenario, 2_500, false)), "bcf679867bd7fe2e");
}

#[test]
fn bounded_searches_for_cycles_end_as_recorded() {
    let bounded = |scenario: &mut Value| {
        gridlocked(scenario, 600, false);
        scenario["lsm_config"]["enable_bilateral"] = json!(false);
        scenario["lsm_config"]["max_cycle_candidates"] = json!(4);
    };
    assert_eq!(outcome(60, bounded), "c4a87bba3311eee6");
}

#[test]
fn banks_with_rates_of_their_own_are_charged_as_recorded() {
    let rates = |scenario: &mut Value| {
        scenario["agents"][0]["overdraft_bps_per_tick"] = json!("25");
        scenario["agents"][1]["delay_cost_per_tick_per_cent"] = json!("0.02");
    };
    assert_eq!(outcome(40, rates), "15cf16588c71bf44");
}
