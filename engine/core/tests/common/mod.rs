//! Random scenarios for the property tests.
#![allow(dead_code)] // each test uses what it needs

use payment_simulator_core::Config;
use proptest::prelude::*;
use serde_json::{Value, json};

pub const TICKS_PER_DAY: u32 = 12;

fn policy() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(json!({"type": "Fifo"})),
        1 => (1_u32..8).prop_map(|urgency| json!({"type": "Deadline", "urgency_threshold": urgency})),
        1 => (0_i64..5_000, 1_u32..8)
            .prop_map(|(buffer, urgency)| json!({"type": "LiquidityAware", "target_buffer": buffer, "urgency_threshold": urgency})),
    ]
}

fn amount() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "Uniform", "min": 1, "max": 5_000})),
        Just(json!({"type": "Normal", "mean": 2_000, "std_dev": 900})),
        Just(json!({"type": "LogNormal", "mean": 7.0, "std_dev": 0.8, "parameterization": "log_space"})),
        Just(json!({"type": "LogNormal", "mean": 2_000.0, "std_dev": 1_500.0, "parameterization": "moments"})),
        Just(json!({"type": "Exponential", "rate": 0.0005})),
    ]
}

fn agent(number: usize, agents: usize) -> impl Strategy<Value = Value> {
    let limits = prop_oneof![
        3 => Just(json!({})),
        1 => (0_i64..20_000).prop_map(|limit| json!({"multilateral_limit": limit})),
        1 => (0_i64..9_000, 0..agents).prop_map(|(limit, to)| json!({"bilateral_limits": {format!("B{to}"): limit}})),
    ];
    (0_i64..6_000, prop_oneof![Just(0_i64), 0_i64..4_000], policy(), amount(), limits, 0.0..1.5_f64, 0_u8..=10, 1_u32..9).prop_map(
        move |(balance, cap, policy, amount, limits, rate, priority, deadline)| {
            json!({
                "id": format!("B{number}"), "opening_balance": balance, "unsecured_cap": cap, "policy": policy, "limits": limits,
                "arrivals": [{
                    "rate_per_tick": rate, "amount": amount, "deadline_min": 1, "deadline_max": deadline,
                    "priority": {"type": "Uniform", "min": priority.min(5), "max": priority.max(5)},
                }],
            })
        },
    )
}

fn events(agents: usize) -> impl Strategy<Value = Vec<Value>> {
    let event = (any::<bool>(), 0..agents, 1..agents, 1_i64..3_000, 0_u32..2 * TICKS_PER_DAY, 1_u32..9).prop_map(
        move |(transfer, from, step, amount, tick, interval)| {
            let (from, to) = (format!("B{from}"), format!("B{}", (from + step) % agents));
            let schedule = if interval > 4 {
                json!({"type": "Repeating", "start_tick": tick, "interval": interval})
            } else {
                json!({"type": "OneTime", "tick": tick})
            };
            if transfer {
                json!({"type": "DirectTransfer", "from_agent": from, "to_agent": to, "amount": amount, "schedule": schedule})
            } else {
                json!({"type": "CustomTransactionArrival", "from_agent": from, "to_agent": to, "amount": amount, "priority": 5,
                       "deadline": interval, "is_divisible": true, "schedule": schedule})
            }
        },
    );
    prop::collection::vec(event, 0..4)
}

pub fn cost_rates() -> Value {
    json!({
        "overdraft_bps_per_tick": "0.8", "delay_cost_per_tick_per_cent": "0.00015", "delay_penalty_per_tick": 2,
        "collateral_cost_per_tick_bps": "0.0002", "liquidity_cost_per_tick_bps": "0",
        "eod_penalty": {"type": "Fixed", "amount": 777}, "deadline_penalty": {"type": "Rate", "bps_per_event": "12.5"},
        "split_friction_cost": 1000, "overdue_delay_multiplier": "2.5",
        "priority_delay_multipliers": {"urgent": "1.5", "normal": "1", "low": "0.5"},
    })
}

pub fn config(value: Value) -> Config {
    serde_json::from_value(value).expect("a canonical configuration")
}

/// Two days of 2 to 6 banks with every feature of the engine.
pub fn scenario() -> impl Strategy<Value = Value> {
    (2_usize..=6).prop_flat_map(|agents| {
        let banks: Vec<_> = (0..agents).map(|number| agent(number, agents).boxed()).collect();
        (any::<u64>(), banks, events(agents), any::<[bool; 3]>(), 3_u32..6).prop_map(
            |(seed, agents, events, [bilateral, cycles, cap], length)| {
                json!({
                    "ticks_per_day": TICKS_PER_DAY, "num_days": 2, "rng_seed": seed, "deadline_cap_at_eod": cap,
                    "queue1_ordering": if cap { "fifo" } else { "priority_deadline" },
                    "agents": agents, "cost_rates": cost_rates(), "scenario_events": events,
                    "lsm_config": {"enable_bilateral": bilateral, "enable_cycles": cycles, "max_cycle_length": length},
                })
            },
        )
    })
}
