//! Whatever bytes come, what reads them gives a value or an error with its place; it never fails otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Scenario, config, scenario};
use payment_simulator_core::policy::tree::Trees;
use payment_simulator_core::{Config, Orchestrator, Recording};
use proptest::prelude::*;
use serde_json::Value;

/// What is in a document at the `place`-th of its values is replaced.
fn mutate(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
        *place = usize::MAX;
        return;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| mutate(item, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| mutate(field, place, with)),
        _ => {}
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(Value::from("1e400")),
        Just(Value::from("B1")),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..3).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// A configuration that is accepted runs, at least for a while.
fn read_and_run(text: &[u8]) {
    let Ok(config) = serde_json::from_slice::<Config>(text) else { return };
    if config.ticks_per_day > 1000
        || config.agents.iter().flat_map(|agent| &agent.arrivals).any(|stream| stream.rate_per_tick > 100.0)
    {
        // It may be right, and would take long.
        drop(config.validate());
        return;
    }
    match Orchestrator::new(config) {
        Ok(mut engine) => drop(engine.run(30)),
        Err(error) => assert!(!error.path.is_empty() && !error.message.is_empty()),
    }
}

proptest! {
    #[test]
    fn a_scenario_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_and_run(&bytes);
    }

    #[test]
    fn a_scenario_with_something_else_in_it(scenario in scenario(), place in 1_usize..400, with in any_value()) {
        let (mut scenario, mut place) = (scenario, place);
        mutate(&mut scenario, &mut place, &with);
        read_and_run(scenario.to_string().as_bytes());
    }

    #[test]
    fn a_policy_with_something_else_in_it(scenario in scenario(), place in 0_usize..400, with in any_value()) {
        let ids = ["B0".to_owned(), "B1".to_owned()];
        for agent in scenario["agents"].as_array().unwrap() {
            let (mut document, mut place) = (agent["policy"]["document"].clone(), place);
            mutate(&mut document, &mut place, &with);
            if let Err(problems) = Trees::compile(&document, &ids) {
                prop_assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.message.is_empty()));
            }
        }
    }

    #[test]
    fn a_log_with_other_bytes_in_it(scenario in scenario(), place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut engine = Orchestrator::new(config(scenario)).unwrap();
        engine.run(u32::MAX).unwrap();
        let mut log = engine.log().canonical(engine.agent_ids());
        let place = place.index(log.len());
        if cut { log.truncate(place) } else { log[place] = byte }
        if let Ok(read) = Recording::new(engine.config().clone(), &log, None) {
            let record = read.record();
            drop((record.totals(), record.metrics(), record.daily_metrics(), record.series()));
            let ticks = record.log.ticks();
            for payment in (0..record.log.payments()).step_by(9) {
                drop(record.explain(payment, ticks / 2).value());
            }
        }
    }
}

/// A log may tell of amounts that no engine knows: it can be asked everything all the same. (Found by fuzzing.)
#[test]
fn a_log_of_amounts_beyond_all_sense() {
    let payment = Scenario { balances: &[("A", 5), ("B", 0)], payments: &[(0, "A", "B", 777_777, 9)] };
    let engine = payment.run(4, |_| {});
    let log = engine.log().canonical(engine.agent_ids());
    let places = log.windows(8).enumerate().filter(|(_, bytes)| **bytes == 777_777_i64.to_le_bytes()).map(|(place, _)| place);
    let places: Vec<usize> = places.collect();
    assert!(!places.is_empty());
    for amount in [i64::MIN, i64::MIN + 5, -1, 0, i64::MAX] {
        let mut log = log.clone();
        places.iter().for_each(|place| log[*place..place + 8].copy_from_slice(&amount.to_le_bytes()));
        let read = Recording::new(engine.config().clone(), &log, None).unwrap();
        for tick in 0..4 {
            drop(read.record().explain(0, tick).value());
        }
    }
}
