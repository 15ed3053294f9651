//! Netting where it is easily wrong: bounds, limits, nothing to pay on balance, and what is told of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Scenario;
use payment_simulator_core::Orchestrator;
use payment_simulator_core::event::{EventKind, Value};
use serde_json::json;

/// The values of a field in all events of a kind.
fn told(run: &Orchestrator, kind: EventKind, name: &str) -> Vec<Value> {
    let events = run.log().iter().filter(|event| event.kind == kind);
    events.map(|event| event.fields().find(|(field, _)| field.name == name).unwrap().1).collect()
}

fn integers(values: &[i64]) -> Vec<Value> {
    values.iter().map(|value| Value::Integer(*value)).collect()
}

#[test]
fn the_bound_on_loops_is_for_a_whole_tick_and_each_tick_that_reaches_it_says_so() {
    // Every bank owes every other something; only A, B and C can settle in a loop, and after them nobody can.
    let names = ["A", "B", "C", "D", "E"];
    let edges = names.iter().flat_map(|from| names.iter().filter(move |to| *to != from).map(move |to| (*from, *to)));
    let payments: Vec<_> = edges
        .enumerate()
        .map(|(place, (from, to))| match (from, to) {
            ("A", "B") | ("B", "C") | ("C", "A") => (0, from, to, 100, 9),
            _ => (0, from, to, 1_000 << place, 9),
        })
        .collect();
    let banks = Scenario { balances: &names.map(|name| (name, 0)), payments: &payments };
    // 20 loops of three banks and 30 of four are all in the first search; without the edges that settled 31 are left for the second.
    for (most, told_of) in [(80, vec![30]), (81, vec![])] {
        let run = banks.run(2, |value| value["lsm_config"] = json!({"enable_bilateral": false, "max_cycle_candidates": most}));
        assert_eq!(run.tally().of_run.settled, [0, 0, 0, 3, 0]);
        assert_eq!(told(&run, EventKind::LsmCycleSearchBounded, "max_cycle_candidates"), integers(&told_of));
    }
    let run = banks.run(3, |value| value["lsm_config"] = json!({"enable_bilateral": false, "max_cycle_candidates": 3}));
    let bounded: Vec<_> =
        run.log().iter().filter(|event| event.kind == EventKind::LsmCycleSearchBounded).map(|event| event.tick).collect();
    assert_eq!(bounded, [0, 1, 2]);
}

#[test]
fn loops_are_found_among_more_banks_than_a_word_has_bits() {
    // Every bank owes the next one a little, in a ring that is too long; twice three banks far apart owe each other more.
    let names: Vec<String> = (0..70).map(|bank| format!("B{bank:02}")).collect();
    let name = |bank: usize| names[bank % 70].as_str();
    let balances: Vec<(&str, i64)> = (0..70).map(|bank| (name(bank), 0)).collect();
    let ring = (0..70).map(|bank| (0, name(bank), name(bank + 1), 10, 9));
    let loops = [(60, 66), (66, 68), (68, 60), (1, 64), (64, 5), (5, 1)];
    let payments: Vec<_> = ring.chain(loops.map(|(from, to)| (0, name(from), name(to), 500, 9))).collect();
    // With the first number loops are counted, with the second ways on which a bank cannot pay are given up.
    for candidates in [10_000, 1_000_000] {
        let run = Scenario { balances: &balances, payments: &payments }.run(1, |value| {
            value["lsm_config"] = json!({"enable_bilateral": false, "max_cycle_length": 3, "max_cycle_candidates": candidates});
        });
        assert_eq!(run.tally().of_run.settled, [0, 0, 0, 6, 0], "{candidates}");
    }
}

#[test]
fn a_loop_may_need_all_of_what_is_queued() {
    // A gets the 100 that it owes in two halves.
    let payments = [(0, "A", "B", 100, 9), (0, "B", "C", 100, 9), (0, "C", "A", 50, 9), (0, "C", "A", 50, 9)];
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0)], payments: &payments }.run(1, |_| {});
    assert_eq!(run.tally().of_run.settled, [0, 0, 0, 4, 0]);
}

#[test]
fn a_loop_beyond_the_limits_of_all_its_banks_does_not_settle() {
    let payments = [("A", "B"), ("B", "C"), ("C", "A")].map(|(from, to)| [(0, from, to, 100, 9), (0, from, to, 50, 9)]).concat();
    // With 5 candidates a tick the two loops that there may be are counted, in three rounds; otherwise hopeless ways are left out before.
    for (limit, candidates, settled) in [(99, 5, 0), (99, 6, 0), (99, 7, 0), (100, 5, 3), (100, 7, 3), (150, 5, 6), (150, 7, 6)] {
        let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0)], payments: &payments }.run(1, |value| {
            value["lsm_config"]["max_cycle_candidates"] = json!(candidates);
            for agent in value["agents"].as_array_mut().unwrap() {
                agent["limits"] = json!({"multilateral_limit": limit});
            }
        });
        assert_eq!(run.tally().of_run.settled[3], settled, "{limit} {candidates}");
    }
}

#[test]
fn where_nobody_pays_on_balance_nobody_is_named_as_the_largest_payer() {
    let ring = [(0, "A", "B", 100, 9), (0, "B", "C", 100, 9), (0, "C", "A", 100, 9)];
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0)], payments: &ring }.run(1, |_| {});
    assert_eq!(told(&run, EventKind::LsmCycleSettlement, "max_net_outflow"), integers(&[0]));
    assert_eq!(told(&run, EventKind::LsmCycleSettlement, "max_net_outflow_agent"), [Value::None]);
}

#[test]
fn a_deferred_credit_names_the_payments_that_brought_it() {
    // What A and B have offset brings neither anything; D's payment brings A 50.
    let payments = [(0, "A", "B", 100, 9), (0, "B", "A", 100, 9), (0, "D", "A", 50, 9)];
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0), ("D", 50)], payments: &payments }
        .run(1, |value| value["deferred_crediting"] = json!(true));
    assert_eq!(run.tally().of_run.settled, [1, 0, 2, 0, 0]);
    assert_eq!(told(&run, EventKind::DeferredCreditApplied, "source_transactions"), [Value::List(vec![Value::Payment(2)])]);
    // Of 120 against 100, the 20 that B gets come from what A paid.
    let payments = [(0, "A", "B", 120, 9), (0, "B", "A", 100, 9)];
    let run = Scenario { balances: &[("A", 20), ("B", 0)], payments: &payments }
        .run(1, |value| value["deferred_crediting"] = json!(true));
    assert_eq!(told(&run, EventKind::DeferredCreditApplied, "amount"), integers(&[20]));
    assert_eq!(told(&run, EventKind::DeferredCreditApplied, "source_transactions"), [Value::List(vec![Value::Payment(0)])]);
}

#[test]
fn an_algorithm_tells_what_it_settled_itself() {
    // A and B are offset as B's payment comes in; C and D, who owe each other 80 in parts, only by the netting after that.
    let payments = [(0, "A", "B", 100, 9), (0, "B", "A", 100, 9), (0, "C", "D", 50, 9), (0, "D", "C", 80, 9), (0, "C", "D", 30, 9)];
    let run = Scenario { balances: &[("A", 0), ("B", 0), ("C", 0), ("D", 0)], payments: &payments }.run(1, |value| {
        value["entry_disposition_offsetting"] = json!(true);
        value["algorithm_sequencing"] = json!(true);
    });
    let figures = |name| told(&run, EventKind::AlgorithmExecution, name);
    assert_eq!(figures("algorithm"), integers(&[1, 2, 3]));
    assert_eq!(figures("settlements"), integers(&[0, 1, 0]));
    assert_eq!(figures("settled_value"), integers(&[0, 160, 0]));
    assert_eq!(run.tally().of_run.lsm_operations, 2);
}
