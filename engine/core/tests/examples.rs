//! The worked examples of the specification, and the corners that they leave out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Scenario, config};
use payment_simulator_core::event::{EventKind, Value};
use payment_simulator_core::log::Retention;
use payment_simulator_core::orchestrator::Options;
use payment_simulator_core::transaction::Transaction;
use payment_simulator_core::{ConfigError, Orchestrator, SimulationError};
use serde_json::{Value as Json, json};

fn count(orchestrator: &Orchestrator, kind: EventKind) -> usize {
    orchestrator.log().iter().filter(|event| event.kind == kind).count()
}

/// The names of the events of a tick that are about settlement, with the payments' numbers.
fn story(orchestrator: &Orchestrator, tick: u32) -> Vec<(&'static str, u32)> {
    orchestrator
        .log()
        .range(tick, tick + 1)
        .filter(|event| event.kind != EventKind::CostAccrual && event.kind != EventKind::ScenarioEventExecuted)
        .map(|event| (event.kind.event_type().name, event.payment))
        .collect()
}

#[test]
fn credits_count_at_once_for_the_next_submission() {
    let chain = Scenario { balances: &[("A", 100), ("B", 0), ("C", 0)], payments: &[(0, "A", "B", 100, 4), (0, "B", "C", 100, 4)] };
    let run = chain.run(1, |_| {});
    assert_eq!(
        story(&run, 0),
        [
            ("Arrival", 0),
            ("Arrival", 1),
            ("RtgsSubmission", 0),
            ("PolicySubmit", 0),
            ("RtgsSubmission", 1),
            ("PolicySubmit", 1),
            ("RtgsImmediateSettlement", 0),
            ("RtgsImmediateSettlement", 1),
        ]
    );
    assert_eq!(run.balances(), [0, 0, 100]);
}

#[test]
fn a_small_payment_passes_a_large_one_that_waits() {
    let overtaking = Scenario {
        balances: &[("A", 0), ("B", 60), ("C", 0)],
        payments: &[(0, "A", "C", 100, 9), (1, "B", "A", 60, 9), (1, "A", "C", 50, 9)],
    };
    // Submissions go by sender: A's 50 is tried before B's money is there, and leaves the queue in the same tick, past the 100.
    let run = overtaking.run(2, |_| {});
    assert_eq!(run.balances(), [10, 0, 50]);
    assert_eq!(run.record().payments().iter().map(|payment| payment.settled_tick).collect::<Vec<_>>(), [-1, 1, 1]);
}

#[test]
fn the_queue_releases_in_its_order_as_money_comes() {
    // D's 100 wakes A; A's first payment that fits is the second in the queue; it wakes B, whose payment stands further back.
    let run = Scenario {
        balances: &[("A", 0), ("B", 0), ("C", 0), ("D", 100)],
        payments: &[(0, "A", "C", 150, 9), (0, "A", "B", 90, 9), (0, "B", "C", 80, 9), (1, "D", "A", 100, 9)],
    }
    .run(2, |value| value["lsm_config"] = json!({"enable_bilateral": false, "enable_cycles": false}));
    let released: Vec<u32> =
        run.log().range(1, 2).filter(|event| event.kind == EventKind::Queue2LiquidityRelease).map(|event| event.payment).collect();
    assert_eq!(released, [1, 2]);
    assert_eq!(run.balances(), [10, 10, 80, 0]);
}

#[test]
fn money_that_comes_late_in_a_pass_helps_earlier_payments_in_the_next() {
    // B's payment to A stands behind A's; it is released when C pays B, so A's waits for the next tick.
    let run = Scenario {
        balances: &[("A", 0), ("B", 0), ("C", 50), ("D", 0)],
        payments: &[(0, "A", "D", 50, 9), (0, "B", "A", 50, 9), (1, "C", "B", 50, 9)],
    };
    let off = |value: &mut Json| value["lsm_config"] = json!({"enable_bilateral": false, "enable_cycles": false});
    assert_eq!(run.run(2, off).balances(), [50, 0, 0, 0]);
    assert_eq!(run.run(3, off).balances(), [0, 0, 0, 50]);
    // A loop that cannot settle brings no second pass into the tick; one that settles does.
    for (z, after) in [(0, [50, 0, 0, 0]), (20, [0, 0, 0, 50])] {
        let with_loop = Scenario {
            balances: &[("A", 0), ("B", 0), ("C", 50), ("D", 0), ("X", 0), ("Y", 0), ("Z", z)],
            payments: &[run.payments, &[(1, "X", "Y", 30, 9), (1, "Y", "Z", 30, 9), (1, "Z", "X", 50, 9)]].concat(),
        };
        assert_eq!(with_loop.run(2, |_| {}).balances()[..4], after);
    }
}

#[test]
fn two_banks_offset_what_they_owe_each_other() {
    // balances of A and B, A's payments to B, B's to A: what settles, balances after
    type Case<'a> = (i64, i64, &'a [i64], &'a [i64], usize, [i64; 2]);
    let cases: &[Case<'_>] = &[
        (200, 0, &[500], &[300], 2, [0, 200]),
        (0, 0, &[100], &[100], 2, [0, 0]),
        (0, 100, &[1000], &[300], 0, [0, 100]),
        (0, 0, &[50, 70], &[60, 60], 4, [0, 0]),
        (10, 0, &[50, 70], &[40], 2, [0, 10]), // A's second is too much: its first against B's
        (0, 0, &[70], &[40, 40], 0, [0, 0]),   // in order B can offer 40 or 80, A needs 70
        (0, 10, &[70], &[40, 40], 3, [10, 0]),
        (10, 0, &[40, 500], &[30, 400], 2, [0, 10]),
    ];
    for (a, b, a_to_b, b_to_a, settled, after) in cases {
        let payments: Vec<_> = a_to_b
            .iter()
            .map(|amount| (0, "A", "B", *amount, 9))
            .chain(b_to_a.iter().map(|amount| (0, "B", "A", *amount, 9)))
            .collect();
        let run = Scenario { balances: &[("A", *a), ("B", *b)], payments: &payments }.run(1, |_| {});
        assert_eq!(run.tally().of_run.settled[2], *settled as u64, "{a} {b} {a_to_b:?} {b_to_a:?}");
        assert_eq!(run.balances(), after);
        assert_eq!(count(&run, EventKind::LsmBilateralOffset), usize::from(*settled > 0));
    }
}

#[test]
fn netting_frees_liquidity_and_the_queue_is_tried_again() {
    // A 0, B 200: the pair nets 150 to A, and A→C 150 follows; it is logged and counted.
    let run = Scenario {
        balances: &[("A", 0), ("B", 200), ("C", 0)],
        payments: &[(0, "A", "B", 100, 9), (0, "B", "A", 250, 9), (0, "A", "C", 150, 9)],
    }
    .run(1, |_| {});
    assert_eq!(run.balances(), [0, 50, 150]);
    assert_eq!(run.tally().of_run.settled, [0, 1, 2, 0, 0]);
}

#[test]
fn loops_settle_in_both_directions() {
    for (balances, payments, settled, after) in [
        (&[("A", 0), ("B", 300), ("C", 0)], [("A", "B", 500), ("B", "C", 800), ("C", "A", 700)], 3, [200, 0, 100]),
        (&[("A", 0), ("B", 299), ("C", 0)], [("A", "B", 500), ("B", "C", 800), ("C", "A", 700)], 0, [0, 299, 0]),
        (&[("A", 0), ("B", 0), ("C", 0)], [("A", "C", 100), ("C", "B", 100), ("B", "A", 100)], 3, [0, 0, 0]),
    ] {
        let payments: Vec<_> = payments.iter().map(|(from, to, amount)| (0, *from, *to, *amount, 9)).collect();
        let run = Scenario { balances, payments: &payments }.run(1, |_| {});
        assert_eq!(run.tally().of_run.settled[3], settled);
        assert_eq!(run.balances(), after);
    }
}

#[test]
fn a_cycle_explains_itself() {
    let run = Scenario {
        balances: &[("A", 0), ("B", 300), ("C", 0)],
        payments: &[(0, "A", "B", 500, 9), (0, "B", "C", 800, 9), (0, "C", "A", 700, 9)],
    }
    .run(1, |_| {});
    let event = run.log().iter().find(|event| event.kind == EventKind::LsmCycleSettlement).unwrap();
    let field = |name: &str| event.fields().find(|(field, _)| field.name == name).unwrap().1;
    let integers = |values: &[i64]| Value::List(values.iter().map(|value| Value::Integer(*value)).collect());
    assert_eq!(field("agent_ids"), Value::List(vec![Value::Agent(0), Value::Agent(1), Value::Agent(2)]));
    assert_eq!(field("tx_amounts"), integers(&[500, 800, 700]));
    assert_eq!(field("net_positions"), integers(&[200, -300, 100]));
    assert_eq!(field("total_value"), Value::Integer(2000));
    assert_eq!((field("max_net_outflow"), field("max_net_outflow_agent")), (Value::Integer(300), Value::Agent(1)));
}

#[test]
fn a_loop_that_is_too_much_as_a_whole_settles_its_first_payments() {
    let run = Scenario {
        balances: &[("A", 0), ("B", 0), ("C", 0)],
        payments: &[(0, "A", "B", 100, 9), (0, "A", "B", 900, 9), (0, "B", "C", 100, 9), (0, "C", "A", 100, 9)],
    }
    .run(1, |_| {});
    assert_eq!(run.tally().of_run.settled[3], 3);
    assert_eq!(run.state().queue2.len(), 1);
}

#[test]
fn the_length_and_number_of_loops_are_limited() {
    let four: &[_] = &[(0, "A", "B", 10, 9), (0, "B", "C", 10, 9), (0, "C", "D", 10, 9), (0, "D", "A", 10, 9)];
    let ring = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0), ("D", 0)], payments: four };
    for (length, settled) in [(3, 0), (4, 4)] {
        let run = ring.run(1, |value| value["lsm_config"] = json!({"max_cycle_length": length}));
        assert_eq!(run.tally().of_run.settled[3], settled);
    }
    let two: Vec<_> = ["A", "B", "C", "D", "E", "F"]
        .chunks(3)
        .flat_map(|loop_of| {
            [(0, loop_of[0], loop_of[1], 10, 9), (0, loop_of[1], loop_of[2], 10, 9), (0, loop_of[2], loop_of[0], 10, 9)]
        })
        .collect();
    let pair = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0), ("D", 0), ("E", 0), ("F", 0)], payments: &two };
    for (name, settled, bounded) in [("max_cycles_per_tick", 3, 0), ("max_cycle_candidates", 3, 1)] {
        let run = pair.run(1, |value| value["lsm_config"] = json!({name: 1}));
        assert_eq!(run.tally().of_run.settled[3], settled, "{name}");
        assert_eq!(count(&run, EventKind::LsmCycleSearchBounded), bounded, "{name}");
    }
}

#[test]
fn limits_hold_and_are_logged() {
    let limited = Scenario {
        balances: &[("A", 500), ("B", 0)],
        payments: &[(0, "A", "B", 80, 9), (0, "A", "B", 30, 9), (0, "A", "B", 20, 9)],
    };
    let run = limited.run(6, |value| value["agents"][0]["limits"] = json!({"bilateral_limits": {"B": 100}}));
    assert_eq!(count(&run, EventKind::BilateralLimitExceeded), 1);
    assert_eq!(run.record().payments().iter().map(|payment| payment.settled_tick).collect::<Vec<_>>(), [0, 5, 0]); // a new day, new room
    let run = limited.run(1, |value| value["agents"][0]["limits"] = json!({"multilateral_limit": 100}));
    assert_eq!(count(&run, EventKind::MultilateralLimitExceeded), 1);
}

#[test]
fn deadlines_and_penalties() {
    // 5 ticks a day, 1000 due at 2, never funded: delay 0.001, penalty 500, end of day 70 (the specification's example).
    let run = Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "A", "B", 1000, 2)] }.run(6, |value| {
        let rates = &mut value["cost_rates"];
        rates["delay_cost_per_tick_per_cent"] = json!("0.001");
        rates["delay_penalty_per_tick"] = json!(0);
        rates["overdue_delay_multiplier"] = json!("5");
        rates["deadline_penalty"] = json!({"type": "Fixed", "amount": 500});
        rates["eod_penalty"] = json!({"type": "Fixed", "amount": 70});
    });
    let series = run.record().series();
    let cost = |name: &str| {
        series.by_agent.iter().find(|(column, _)| *column == name).unwrap().1.iter().step_by(2).copied().collect::<Vec<i64>>()
    };
    assert_eq!(cost("delay_cost"), [1, 1, 1, 5, 5, 5]);
    assert_eq!(cost("deadline_penalty"), [0, 0, 0, 500, 0, 0]);
    assert_eq!(cost("eod_penalty"), [0, 0, 0, 0, 70, 0]);
}

#[test]
fn a_payment_that_settles_right_after_its_deadline_is_charged_all_the_same() {
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 10)], payments: &[(0, "A", "B", 10, 1), (2, "C", "A", 10, 5)] }
        .run(3, |_| {});
    assert_eq!(
        story(&run, 2),
        [
            ("Arrival", 1),
            ("TransactionWentOverdue", 0),
            ("RtgsSubmission", 1),
            ("PolicySubmit", 1),
            ("RtgsImmediateSettlement", 1),
            ("OverdueTransactionSettled", 0),
            ("Queue2LiquidityRelease", 0),
        ]
    );
}

#[test]
fn a_split_is_charged_if_splitting_costs_something() {
    // Split in 3 of 100 with a balance of 70: the parts are 33, 33 and 34, and two of them can be paid.
    for (friction, charges) in [(100, vec![200]), (0, vec![])] {
        let run = Scenario { balances: &[("A", 70), ("B", 0)], payments: &[(0, "A", "B", 100, 4)] }.run(1, |value| {
            value["agents"][0]["policy"] = json!({"type": "MockSplitting", "num_splits": 3});
            value["cost_rates"]["split_friction_cost"] = json!(friction);
            value["cost_rates"]["delay_penalty_per_tick"] = json!(0);
        });
        assert_eq!(run.record().payments().iter().map(|payment| payment.amount).collect::<Vec<_>>(), [100, 33, 33, 34]);
        assert_eq!(run.balances(), [4, 66]);
        let accruals = run.log().iter().filter(|event| event.kind == EventKind::CostAccrual);
        assert_eq!(accruals.map(|event| event.reader().costs().iter().sum()).collect::<Vec<i64>>(), charges);
    }
}

#[test]
fn a_new_rate_of_arrivals_holds_from_nothing_too() {
    // Two bands at rest share the new rate; a multiple of nothing is nothing.
    let band = json!({"rate_per_tick": 0.0, "amount": {"type": "Uniform", "min": 1, "max": 5}, "deadline_min": 1, "deadline_max": 5,
                      "priority": {"type": "Fixed", "value": 5}});
    for (change, rate) in [(json!({"new_rate": 3.0}), 3.0), (json!({"multiplier": 3.0}), 0.0)] {
        let mut event = json!({"type": "AgentArrivalRateChange", "agent": "A", "schedule": {"type": "OneTime", "tick": 0}});
        event.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let run = Scenario { balances: &[("A", 0), ("B", 0)], payments: &[] }.run(1, |value| {
            value["agents"][0]["arrivals"] = json!([band, band]);
            value["scenario_events"] = json!([event]);
        });
        let executed = run.log().iter().find(|event| event.kind == EventKind::ScenarioEventExecuted).unwrap();
        let details = executed.fields().find(|(field, _)| field.name == "details").unwrap().1;
        assert!(matches!(&details, Value::Object(told) if told.contains(&("new_rate", Value::Float(rate)))), "{details:?}");
    }
}

/// The payments of a bank that draws them from some streams, in 400 days of 10 ticks.
fn drawn(streams: Json) -> Vec<Transaction> {
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0)], payments: &[] }.run(4_000, |value| {
        (value["ticks_per_day"], value["num_days"]) = (json!(10), json!(400));
        value["agents"][0]["arrivals"] = streams;
    });
    run.transactions().iter().cloned().collect()
}

fn stream(changes: Json) -> Json {
    let mut stream = json!({"rate_per_tick": 1.0, "amount": {"type": "Uniform", "min": 10, "max": 30}, "deadline_min": 1,
                            "deadline_max": 5, "priority": {"type": "Fixed", "value": 5}});
    stream.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    stream
}

#[test]
fn arrivals_follow_their_windows_bands_priorities_and_weights() {
    let within = |count: usize, expected: f64| (count as f64 - expected).abs() < 5.0 * expected.sqrt();
    let windows = json!([{"start_tick": 0, "end_tick": 3, "rate_multiplier": 0.0}, {"start_tick": 3, "end_tick": 7, "rate_multiplier": 2.0},
                         {"start_tick": 6, "end_tick": 8, "rate_multiplier": 3.0}]);
    let payments = drawn(json!([
        stream(
            json!({"time_windows": windows, "priority": {"type": "Categorical", "values": [8, 9, 10], "weights": [3.0, 0.0, 1.0]},
                      "counterparty_weights": {"B": 1.0, "C": 3.0}})
        ),
        stream(json!({"priority": {"type": "Uniform", "min": 0, "max": 3}, "deadline_min": 2, "deadline_max": 2})),
    ]));
    let (urgent, low): (Vec<_>, Vec<_>) = payments.iter().partition(|payment| payment.priority >= 8);
    for (tick, rate) in [0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 6.0, 3.0, 1.0, 1.0].into_iter().enumerate() {
        let count = |payments: &[&Transaction]| payments.iter().filter(|p| p.arrival_tick as usize % 10 == tick).count();
        assert!(count(&urgent) == 0 && rate == 0.0 || within(count(&urgent), 400.0 * rate), "tick {tick}");
        assert!(within(count(&low), 400.0));
    }
    let urgent_count = urgent.len() as f64;
    for (priority, part) in [(8, 0.75), (10, 0.25)] {
        assert!(within(urgent.iter().filter(|payment| payment.priority == priority).count(), urgent_count * part));
    }
    assert!(urgent.iter().all(|payment| payment.priority != 9));
    assert!(within(urgent.iter().filter(|payment| payment.receiver == 1).count(), urgent_count / 4.0));
    assert!(
        (0..=3).all(|priority| within(low.iter().filter(|payment| payment.priority == priority).count(), low.len() as f64 / 4.0))
    );
    assert!(low.iter().all(|payment| payment.deadline_tick == (payment.arrival_tick + 2).min(4_000)));
}

#[test]
fn amounts_have_the_mean_and_the_deviation_that_were_asked_for() {
    let cases = [
        (json!({"type": "Uniform", "min": 10, "max": 30}), 20.0, 6.06),
        (json!({"type": "Normal", "mean": 5_000, "std_dev": 700}), 5_000.0, 700.0),
        (json!({"type": "Exponential", "rate": 0.001}), 1_000.0, 1_000.0),
        (json!({"type": "LogNormal", "mean": 2_000.0, "std_dev": 500.0, "parameterization": "moments"}), 2_000.0, 500.0),
        // exp(7 + 0.3² / 2), and that times the square root of exp(0.3²) - 1
        (json!({"type": "LogNormal", "mean": 7.0, "std_dev": 0.3, "parameterization": "log_space"}), 1_147.1, 352.0),
    ];
    for (amount, mean, deviation) in cases {
        let payments = drawn(json!([stream(json!({"amount": amount}))]));
        let count = payments.len() as f64;
        let sample_mean = payments.iter().map(|payment| payment.amount as f64).sum::<f64>() / count;
        let variance = payments.iter().map(|payment| (payment.amount as f64 - sample_mean).powi(2)).sum::<f64>() / count;
        assert!((sample_mean - mean).abs() < 5.0 * deviation / count.sqrt(), "{amount}: mean {sample_mean}");
        assert!((variance.sqrt() / deviation - 1.0).abs() < 0.12, "{amount}: deviation {}", variance.sqrt());
        assert!(payments.iter().all(|payment| payment.amount >= 1));
    }
}

#[test]
fn a_bank_that_would_have_nobody_left_to_pay_pays_as_before() {
    let receivers = |changes: &[(&str, f64)]| {
        let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0)], payments: &[] }.run(2, |value| {
            value["agents"][0]["arrivals"] = json!([{
                "rate_per_tick": 20.0, "amount": {"type": "Uniform", "min": 1, "max": 5}, "deadline_min": 1, "deadline_max": 5,
                "priority": {"type": "Fixed", "value": 5}, "counterparty_weights": {"B": 1.0, "C": 1.0}}]);
            value["scenario_events"] = changes
                .iter()
                .map(|(bank, weight)| {
                    json!({"type": "CounterpartyWeightChange", "agent": "A", "counterparty": bank, "new_weight": weight,
                       "auto_balance_others": false, "schedule": {"type": "OneTime", "tick": 0}})
                })
                .collect();
        });
        assert_eq!(count(&run, EventKind::ScenarioEventExecuted), changes.len());
        run.transactions().iter().map(|payment| payment.receiver).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    };
    type Case<'a> = (&'a [(&'a str, f64)], Vec<u32>);
    let cases: [Case<'_>; 4] = [
        (&[], vec![1, 2]),
        (&[("B", 0.0)], vec![2]),
        (&[("B", 0.0), ("C", 0.0)], vec![2]),
        (&[("B", 0.0), ("C", 0.0), ("B", 1.0)], vec![1, 2]),
    ];
    for (changes, expected) in cases {
        let found: Vec<u32> = receivers(changes);
        assert_eq!(found, expected, "{changes:?}");
    }
}

#[test]
fn a_payment_that_was_split_is_not_escalated_and_its_parts_are() {
    let run = Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "A", "B", 100, 6)] }.run(5, |value| {
        value["agents"][0]["policy"] = json!({"type": "MockSplitting", "num_splits": 2});
        value["priority_escalation"] = json!({"start_escalating_at_ticks": 4, "max_boost": 4});
    });
    let escalated: std::collections::BTreeSet<u32> =
        run.log().iter().filter(|event| event.kind == EventKind::PriorityEscalated).map(|event| event.payment).collect();
    assert_eq!(escalated.into_iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_tick_that_fails_leaves_everything_as_it_was() {
    // The delay cost of tick 1 does not fit into 64 bits.
    let huge =
        Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "B", "A", 5, 9), (1, "A", "B", 1_000_000_000_000_000, 9)] };
    let mut value = huge.value();
    value["cost_rates"]["delay_cost_per_tick_per_cent"] = json!("100000");
    for (retention, take) in
        [(Retention::All, false), (Retention::All, true), (Retention::Settlements, false), (Retention::None, false)]
    {
        let mut orchestrator = Orchestrator::with_options(config(value.clone()), Options { retention, hashing: true }).unwrap();
        orchestrator.tick().unwrap();
        if take {
            orchestrator.take_log().unwrap();
        }
        let all = |run: &Orchestrator| {
            let kept = run.log().canonical(run.agent_ids());
            (run.current_tick(), run.log_hash().unwrap(), run.balances(), run.totals(), run.log().len(), kept)
        };
        let before = all(&orchestrator);
        for _ in 0..2 {
            assert!(matches!(orchestrator.tick(), Err(SimulationError::Overflow { tick: 1, .. })));
            assert_eq!(all(&orchestrator), before);
        }
    }
}

#[test]
fn a_complete_run_says_so() {
    let mut run = Scenario { balances: &[("A", 0)], payments: &[] }.run(u32::MAX, |_| {});
    assert_eq!(run.current_tick(), 10);
    assert_eq!(run.tick().err(), Some(SimulationError::Complete { total_ticks: 10 }));
}

#[test]
fn configurations_that_are_refused() {
    let good = || Scenario { balances: &[("A", 0), ("B", 0)], payments: &[(0, "A", "B", 10, 9)] }.value();
    let arrival = |change: Json| {
        let mut arrival = json!({"rate_per_tick": 1.0, "amount": {"type": "Uniform", "min": 1, "max": 5}, "deadline_min": 1,
                                 "deadline_max": 5, "priority": {"type": "Fixed", "value": 5}});
        for (key, value) in change.as_object().unwrap() {
            arrival[key] = value.clone();
        }
        json!([arrival])
    };
    for (place, value, path) in [
        ("/ticks_per_day", json!(0), "ticks_per_day"),
        ("/num_days", json!(4_000_000_000_u32), "num_days"),
        ("/agents", json!([]), "agents"),
        ("/agents/1/id", json!("A"), "agents"),
        ("/agents/1/id", json!(" "), "agents.1.id"),
        ("/agents/0/unsecured_cap", json!(-1), "agents.0.unsecured_cap"),
        ("/agents/0/limits", json!({"bilateral_limits": {"Z": 1}}), "agents.0.limits.bilateral_limits.Z"),
        ("/agents/0/limits", json!({"multilateral_limit": -1}), "agents.0.limits.multilateral_limit"),
        ("/agents/0/policy", json!({"type": "Deadline", "urgency_threshold": 0}), "agents.0.policy.urgency_threshold"),
        ("/agents/0/arrivals", arrival(json!({"rate_per_tick": -1.0})), "agents.0.arrivals.0.rate_per_tick"),
        ("/agents/0/arrivals", arrival(json!({"counterparty_weights": {"A": 1.0}})), "agents.0.arrivals.0.counterparty_weights"),
        ("/agents/0/arrivals", arrival(json!({"deadline_min": 9})), "agents.0.arrivals.0.deadline_max"),
        ("/agents/0/arrivals", arrival(json!({"priority": {"type": "Fixed", "value": 11}})), "agents.0.arrivals.0.priority.value"),
        (
            "/agents/0/arrivals",
            arrival(json!({"amount": {"type": "Uniform", "min": 0, "max": 5}})),
            "agents.0.arrivals.0.amount.min",
        ),
        ("/scenario_events/0/to_agent", json!("A"), "scenario_events.0.to_agent"),
        ("/scenario_events/0/to_agent", json!("Z"), "scenario_events.0.to_agent"),
        ("/scenario_events/0/amount", json!(0), "scenario_events.0.amount"),
        (
            "/scenario_events/0/schedule",
            json!({"type": "Repeating", "start_tick": 0, "interval": 0}),
            "scenario_events.0.schedule.interval",
        ),
    ] {
        let mut changed = good();
        match changed.pointer_mut(place) {
            Some(target) => *target = value.clone(),
            None => {
                let (parent, key) = place.rsplit_once('/').unwrap();
                changed.pointer_mut(parent).unwrap()[key] = value.clone();
            }
        }
        let refused: Result<_, ConfigError> = Orchestrator::new(config(changed)).map(|_| ());
        assert_eq!(refused.unwrap_err().path, path, "{place} {value}");
    }
    for (place, value) in [
        ("/agents/0/opening_balance", json!(5.0)),
        ("/agents/0/opening_balance", json!("5")),
        ("/agents/0/opening_balance", json!(true)),
        ("/agents/0/opening_balance", json!(2_000_000_000_000_000_i64)),
        ("/rng_seed", json!(-1)),
    ] {
        let mut changed = good();
        *changed.pointer_mut(place).unwrap() = value;
        assert!(serde_json::from_value::<payment_simulator_core::Config>(changed).is_err(), "{place}");
    }
}
