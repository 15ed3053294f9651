//! What liquidity and waiting cost: the worked examples of the specification, each rounded once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Scenario;
use serde_json::{Value, json};

/// What a bank is charged in the first tick, by category.
fn costs_of_first_tick(change: impl FnOnce(&mut Value)) -> Vec<(&'static str, i64)> {
    let run = Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "A", "B", 5_000_000, 4)] }.run(1, |value| {
        value["cost_rates"]["delay_penalty_per_tick"] = json!(0);
        value["cost_rates"]["priority_delay_multipliers"]["normal"] = json!("1.5");
        for rate in [
            "overdraft_bps_per_tick",
            "delay_cost_per_tick_per_cent",
            "collateral_cost_per_tick_bps",
            "liquidity_cost_per_tick_bps",
        ] {
            value["cost_rates"][rate] = json!("0");
        }
        change(value);
    });
    let series = run.record().series();
    let costs = series.by_agent.iter().filter(|(name, _)| name.ends_with("_cost")).map(|(name, values)| (*name, values[0]));
    costs.filter(|(_, cost)| *cost != 0).collect()
}

#[test]
fn each_running_cost_is_exact_and_rounded_half_away_from_zero() {
    // the bank's keys, the rate and its value, what is charged
    for (bank, rate, value, charged) in [
        (
            json!({"opening_balance": -1_000_333, "unsecured_cap": 2_000_000}),
            "overdraft_bps_per_tick",
            "0.8",
            Some(("liquidity_cost", 80)),
        ),
        (json!({"opening_balance": -999, "unsecured_cap": 1_000}), "overdraft_bps_per_tick", "15", Some(("liquidity_cost", 1))),
        (json!({"opening_balance": -999, "unsecured_cap": 1_000}), "overdraft_bps_per_tick", "25.5", Some(("liquidity_cost", 3))),
        (json!({"opening_balance": 999}), "overdraft_bps_per_tick", "9999", None),
        (json!({}), "delay_cost_per_tick_per_cent", "0.00015", Some(("delay_cost", 1_125))),
        (json!({"posted_collateral": 2_000_000}), "collateral_cost_per_tick_bps", "0.0005", None),
        (json!({"posted_collateral": 2_000_000}), "collateral_cost_per_tick_bps", "0.0025", Some(("collateral_cost", 1))),
        (json!({"posted_collateral": 2_000_000}), "collateral_cost_per_tick_bps", "3", Some(("collateral_cost", 600))),
        (
            json!({"liquidity_pool": 1_001, "liquidity_allocation_fraction": "0.5"}),
            "liquidity_cost_per_tick_bps",
            "15",
            Some(("liquidity_opportunity_cost", 1)),
        ),
        (json!({"liquidity_pool": 1_001}), "liquidity_cost_per_tick_bps", "15", Some(("liquidity_opportunity_cost", 2))),
    ] {
        let costs = costs_of_first_tick(|scenario| {
            scenario["agents"][0].as_object_mut().unwrap().extend(bank.as_object().unwrap().clone());
            scenario["cost_rates"][rate] = json!(value);
        });
        assert_eq!(costs, Vec::from_iter(charged), "{bank} {rate} {value}");
    }
}

#[test]
fn a_penalty_that_is_a_part_of_an_amount_is_rounded_down() {
    for (bps, charged) in [("15", 1), ("25.5", 2), ("0", 0)] {
        let run = Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "A", "B", 999, 1)] }.run(3, |value| {
            value["cost_rates"]["deadline_penalty"] = json!({"type": "Rate", "bps_per_event": bps});
        });
        let series = run.record().series();
        let penalties = &series.by_agent.iter().find(|(name, _)| *name == "deadline_penalty").unwrap().1;
        assert_eq!(penalties.iter().step_by(2).copied().collect::<Vec<_>>(), [0, 0, charged], "{bps}");
    }
}
