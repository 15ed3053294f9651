//! Random scenarios for the property tests.
#![allow(dead_code)] // each test uses what it needs

use payment_simulator_core::config::PolicyConfig;
use payment_simulator_core::control::Submission;
use payment_simulator_core::{Config, Orchestrator};
use proptest::prelude::*;
use serde_json::{Value, json};

pub const TICKS_PER_DAY: u32 = 12;

/// A document with every action, chosen by figures that vary: what a bank does differs from tick to tick and payment to payment.
fn tree(selector: u32) -> Value {
    let action = |name: &str, parameters: Value| json!({"type": "action", "node_id": format!("A_{name}"), "action": name, "parameters": parameters});
    let number = |value: f64| json!({"value": value});
    let field = |name: &str| json!({"field": name});
    let text = |value: &str| json!({"value": value});
    // Goes to the i-th leaf if the field, modulo so many, is i.
    let chain = |name: &str, by: &str, leaves: Vec<Value>| {
        let count = leaves.len() as f64;
        let rest = json!({"compute": {"op": "-", "left": field(by), "right": {"compute": {"op": "*", "left": number(count), "right":
            {"compute": {"op": "floor", "value": {"compute": {"op": "/", "left": field(by), "right": number(count)}}}}}}}});
        let mut leaves = leaves.into_iter().enumerate().rev();
        let last = leaves.next().map(|(_, leaf)| leaf).unwrap_or_default();
        leaves.fold(last, |below, (index, leaf)| {
            json!({"type": "condition", "node_id": format!("{name}{index}"), "on_true": leaf, "on_false": below,
                   "condition": {"op": "<=", "left": rest.clone(), "right": number(index as f64)}})
        })
    };
    let payment = chain(
        "P",
        "amount",
        vec![
            action("Release", json!({"priority_flag": text("HIGH")})),
            action("Split", json!({"num_splits": number(3.0)})),
            action("Hold", json!({"reason": text("waiting for a friend")})),
            action(
                "StaggerSplit",
                json!({"num_splits": number(4.0), "stagger_first_now": number(1.0), "stagger_gap_ticks": number(2.0),
                                      "priority_boost_children": number(2.0)}),
            ),
            action(
                "ReleaseWithCredit",
                json!({"timed_for_tick": {"compute": {"op": "+", "left": field("arrival_tick"), "right": number(2.0)}}}),
            ),
            if selector.is_multiple_of(2) {
                action("Drop", json!({}))
            } else {
                action("PaceAndRelease", json!({"num_splits": field("my_throughput_fraction_today")}))
            },
            if selector.is_multiple_of(3) {
                action("ResubmitToRtgs", json!({"rtgs_priority": text("Urgent")}))
            } else {
                action("WithdrawFromRtgs", json!({}))
            },
            action(
                "Reprioritize",
                json!({"new_priority": {"compute": {"op": "div0", "numerator": field("queue_age"), "denominator": field("credit_used"), "default": number(7.0)}}}),
            ),
        ],
    );
    let past_deadline = json!({"type": "condition", "node_id": "Late", "on_false": payment, "on_true": action("Release2", json!({})),
        "condition": {"op": "<", "left": field("ticks_to_deadline"), "right": field("bank_state_patience")}});
    let bank = chain(
        "B",
        "current_tick",
        vec![
            action(
                "SetReleaseBudget",
                json!({"max_value_to_release": {"compute": {"op": "max", "values": [field("available_liquidity"), number(1500.0)]}},
                                          "max_per_counterparty": number(2500.0)}),
            ),
            action("AddState", json!({"key": text("bank_state_patience"), "value": number(1.0)})),
            action("NoAction", json!({})),
        ],
    );
    let collateral = |name: &str, leaves: Vec<Value>| chain(name, "system_tick_in_day", leaves);
    let strategic = collateral(
        "S",
        vec![
            action(
                "PostCollateral",
                json!({"amount": field("queue1_liquidity_gap"), "reason": text("PreemptivePosting"), "auto_withdraw_after_ticks": number(3.0)}),
            ),
            // Cannot be evaluated while no credit is used: the tree's error is logged and nothing is posted.
            action(
                "PostCollateral2",
                json!({"amount": {"compute": {"op": "/", "left": number(9000.0), "right": field("credit_used")}}}),
            ),
            action("HoldCollateral", json!({})),
        ],
    );
    let end_of_tick = json!({"type": "action", "node_id": "W", "action": "WithdrawCollateral", "parameters": {"amount": field("excess_collateral")}});
    let document = json!({
        "version": "1.0", "policy_id": "everything", "parameters": {"initial_liquidity_fraction": 0.3}, "payment_tree": past_deadline,
        "bank_tree": bank, "strategic_collateral_tree": strategic, "end_of_tick_collateral_tree": end_of_tick,
    });
    // Two leaves with the same action have different names; the digit is not part of the action's.
    let text = document.to_string().replace("\"action\":\"Release2\"", "\"action\":\"Release\"");
    let text = text.replace("\"action\":\"PostCollateral2\"", "\"action\":\"PostCollateral\"");
    json!({"type": "Tree", "document": serde_json::from_str::<Value>(&text).expect("the same document")})
}

fn policy() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => (0_u32..6).prop_map(tree),
        1 => (2_u32..5).prop_map(|parts| json!({"type": "LiquiditySplitting", "max_splits": parts, "min_split_amount": 1})),
        1 => (2_u32..5).prop_map(|parts| json!({"type": "MockSplitting", "num_splits": parts})),
        1 => (2_u32..5, 0_u32..2, 0_u32..4).prop_map(|(parts, now, gap)| {
            json!({"type": "MockStaggerSplit", "num_splits": parts, "stagger_first_now": now, "stagger_gap_ticks": gap, "priority_boost_children": 2})
        }),
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
    let extras = prop_oneof![
        3 => Just(json!({})),
        1 => (0_i64..3_000).prop_map(|posted| json!({"posted_collateral": posted, "collateral_haircut": "0.125", "max_collateral_capacity": 5_000})),
        1 => (0_i64..3_000).prop_map(|pool| json!({"liquidity_pool": pool, "liquidity_allocation_fraction": "0.5"})),
    ];
    let money = (0_i64..6_000, prop_oneof![Just(0_i64), 0_i64..4_000]);
    (money, extras, policy(), amount(), limits, 0.0..1.5_f64, 0_u8..=10, 1_u32..9).prop_map(
        move |((balance, cap), extras, policy, amount, limits, rate, priority, deadline)| {
            let mut agent = json!({
                "id": format!("B{number}"), "opening_balance": balance, "unsecured_cap": cap, "policy": policy, "limits": limits,
                "arrivals": [{
                    "rate_per_tick": rate, "amount": amount, "deadline_min": 1, "deadline_max": deadline,
                    "priority": {"type": "Uniform", "min": priority.min(5), "max": priority.max(5)}, "divisible": priority != 3,
                }],
            });
            if let (Some(agent), Value::Object(extras)) = (agent.as_object_mut(), extras) {
                agent.extend(extras);
            }
            agent
        },
    )
}

fn events(agents: usize) -> impl Strategy<Value = Vec<Value>> {
    let event = (0_u8..8, 0..agents, 1..agents, 1_i64..3_000, 0_u32..2 * TICKS_PER_DAY, 1_u32..9).prop_map(
        move |(kind, from, step, amount, tick, interval)| {
            let (from, to) = (format!("B{from}"), format!("B{}", (from + step) % agents));
            let schedule = if interval > 4 {
                json!({"type": "Repeating", "start_tick": tick, "interval": interval})
            } else {
                json!({"type": "OneTime", "tick": tick})
            };
            match kind {
                0 => json!({"type": "DirectTransfer", "from_agent": from, "to_agent": to, "amount": amount, "schedule": schedule}),
                1 => json!({"type": "ScheduledSettlement", "from_agent": from, "to_agent": to, "amount": amount, "schedule": schedule}),
                2 => json!({"type": "CollateralAdjustment", "agent": from, "delta": amount - 1_500, "schedule": schedule}),
                3 => json!({"type": "GlobalArrivalRateChange", "multiplier": 1.5, "schedule": schedule}),
                4 => json!({"type": "AgentArrivalRateChange", "agent": from, "new_rate": 0.5, "schedule": schedule}),
                5 => json!({"type": "CounterpartyWeightChange", "agent": from, "counterparty": to, "new_weight": 2.0,
                            "auto_balance_others": true, "schedule": schedule}),
                6 => json!({"type": "DeadlineWindowChange", "max_ticks_multiplier": 1.5, "schedule": schedule}),
                _ => json!({"type": "CustomTransactionArrival", "from_agent": from, "to_agent": to, "amount": amount, "priority": 5,
                            "deadline": interval, "is_divisible": true, "schedule": schedule}),
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

/// Banks with balances, and payments: tick, from, to, amount, deadline in ticks.
pub struct Scenario<'a> {
    pub balances: &'a [(&'a str, i64)],
    pub payments: &'a [(u32, &'a str, &'a str, i64, u32)],
}

impl Scenario<'_> {
    /// The configuration: two days of five ticks.
    pub fn value(&self) -> Value {
        let agents: Vec<_> = self
            .balances
            .iter()
            .map(|(id, balance)| json!({"id": id, "opening_balance": balance, "policy": {"type": "Fifo"}}))
            .collect();
        let events: Vec<_> = self
            .payments
            .iter()
            .map(|(tick, from, to, amount, deadline)| {
                json!({"type": "CustomTransactionArrival", "from_agent": from, "to_agent": to, "amount": amount, "priority": 5,
                       "deadline": deadline, "is_divisible": true, "schedule": {"type": "OneTime", "tick": tick}})
            })
            .collect();
        json!({"ticks_per_day": 5, "num_days": 2, "rng_seed": 1, "agents": agents, "cost_rates": cost_rates(), "scenario_events": events})
    }

    /// Run so many ticks of it, after a change.
    pub fn run(&self, ticks: u32, change: impl FnOnce(&mut Value)) -> Orchestrator {
        let mut value = self.value();
        change(&mut value);
        let mut orchestrator = Orchestrator::new(config(value)).expect("it runs");
        orchestrator.run(ticks).expect("it runs");
        orchestrator
    }
}

/// Two days of 2 to 6 banks with every feature of the engine.
pub fn scenario() -> impl Strategy<Value = Value> {
    (2_usize..=6).prop_flat_map(|agents| {
        let banks: Vec<_> = (0..agents).map(|number| agent(number, agents).boxed()).collect();
        (any::<u64>(), banks, events(agents), any::<[bool; 8]>(), 3_u32..6, 0_usize..3).prop_map(
            |(seed, agents, events, [bilateral, cycles, cap, deferred, entry, mode, escalate, fifo], length, multilateral)| {
                json!({
                    "deferred_crediting": deferred, "entry_disposition_offsetting": entry, "priority_mode": mode,
                    "algorithm_sequencing": entry, "queue2_blocking": if fifo && !mode { "per_sender_fifo" } else { "none" },
                    "priority_escalation": if escalate { json!({"start_escalating_at_ticks": 5, "max_boost": 4}) } else { Value::Null },
                    "ticks_per_day": TICKS_PER_DAY, "num_days": 2, "rng_seed": seed, "deadline_cap_at_eod": cap,
                    "queue1_ordering": if cap { "fifo" } else { "priority_deadline" },
                    "agents": agents, "cost_rates": cost_rates(), "scenario_events": events,
                    "lsm_config": {"enable_bilateral": bilateral, "enable_cycles": cycles, "max_cycle_length": length,
                                   "multilateral": (["off", "queue_order", "best_effort"][multilateral])},
                })
            },
        )
    })
}

/// What somebody does between two ticks of a run.
#[derive(Debug, Clone)]
pub struct Act {
    tick: u32,
    kind: u8,
    /// Chooses banks and payments among those that there are.
    pick: u32,
    amount: i64,
}

/// Some acts of every kind, in any order.
pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (0..2 * TICKS_PER_DAY, 0_u8..8, any::<u32>(), 1_i64..3_000);
    prop::collection::vec(act.prop_map(|(tick, kind, pick, amount)| Act { tick, kind, pick, amount }), 0..24)
}

/// Do what is to be done before the tick that runs next. Returns how many commands were accepted.
pub fn act(orchestrator: &mut Orchestrator, acts: &[Act]) -> usize {
    let tick = orchestrator.current_tick();
    acts.iter().filter(|act| act.tick == tick).filter(|act| act.give(orchestrator)).count()
}

impl Act {
    pub fn tick(&self) -> u32 {
        self.tick
    }

    fn give(&self, orchestrator: &mut Orchestrator) -> bool {
        let ids = orchestrator.agent_ids().to_vec();
        let (pick, amount) = (self.pick as usize, self.amount);
        let (sender, receiver) = (&ids[pick % ids.len()], &ids[(pick + 1) % ids.len()]);
        let payments = orchestrator.transactions().iter().zip(0..).filter(|(payment, _)| payment.is_queued());
        let waiting: Vec<String> =
            payments.map(|(_, slot)| orchestrator.log().payment_id(orchestrator.log().number_in(slot))).collect();
        let payment = waiting.get(pick % waiting.len().max(1)).cloned().unwrap_or_default();
        match self.kind {
            0 | 1 => {
                let deadline_tick = self.tick + 1 + self.pick % 9;
                let new = Submission {
                    sender,
                    receiver,
                    amount,
                    deadline_tick,
                    priority: (self.pick % 11) as u8,
                    divisible: self.kind == 0,
                };
                orchestrator.submit(new).is_ok()
            }
            2 | 3 => orchestrator.withdraw(&payment).is_ok(),
            4 => orchestrator.resubmit(&payment, ["HighlyUrgent", "Urgent", "Normal"][pick % 3]).is_ok(),
            5 => orchestrator.post_collateral(sender, amount).is_ok(),
            6 => orchestrator.withdraw_collateral(sender, amount).is_ok(),
            _ => {
                let policy = match self.pick % 3 {
                    0 => json!({"type": "Fifo"}),
                    1 => json!({"type": "LiquidityAware", "target_buffer": amount, "urgency_threshold": 2}),
                    _ => tree(self.pick % 6),
                };
                let policy: PolicyConfig = serde_json::from_value(policy).expect("a policy");
                orchestrator.replace_policy(sender, &policy).is_ok()
            }
        }
    }
}
