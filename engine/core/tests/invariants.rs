//! What must hold after every tick, whatever the scenario.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{acts, config, scenario};
use payment_simulator_core::Orchestrator;
use payment_simulator_core::event::{CATALOGUE, EventKind};
use payment_simulator_core::transaction::Status;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::collections::BTreeSet;

fn limits_hold(orchestrator: &Orchestrator) -> Result<(), TestCaseError> {
    for agent in &orchestrator.state().agents {
        if let Some(limits) = &agent.limits {
            for receiver in 0..orchestrator.agent_ids().len() as u32 {
                if let Some(limit) = limits.bilateral(receiver) {
                    prop_assert!(limit.used <= i128::from(limit.ceiling));
                }
            }
            if let Some(limit) = limits.multilateral() {
                prop_assert!(limit.used <= i128::from(limit.ceiling));
            }
        }
    }
    Ok(())
}

/// Every payment is in one place, and the sums that are kept up agree with the queues.
fn queues_are_whole(orchestrator: &Orchestrator) -> Result<(), TestCaseError> {
    let state = orchestrator.state();
    let mut seen = BTreeSet::new();
    let mut in_queue2 = 0;
    for (number, agent) in state.agents.iter().enumerate() {
        let mut value = 0_i128;
        for index in agent.queue1.iter().copied().chain(state.queue2.payments_of(number as u32)) {
            prop_assert!(seen.insert(index), "payment {index} is queued twice");
            let payment = &state.transactions[index as usize];
            prop_assert_eq!(payment.sender, number as u32);
            value += i128::from(payment.amount);
        }
        in_queue2 += state.queue2.payments_of(number as u32).count();
        prop_assert_eq!(agent.queued_value.iter().sum::<i128>(), value);
    }
    prop_assert_eq!(state.queue2.len(), in_queue2);
    for (index, payment) in state.transactions.iter().enumerate() {
        prop_assert!(payment.amount > 0 && payment.status != Status::Submitted);
        prop_assert_eq!(payment.is_queued(), seen.contains(&(index as u32)));
        prop_assert_eq!(payment.status == Status::Settled, payment.remaining == 0);
        let parts = state.transactions.iter().filter(|part| part.parent == index as u32);
        if payment.part > 0 && !payment.is_part() {
            prop_assert_eq!(parts.map(|part| part.remaining).sum::<i64>(), payment.remaining);
        }
    }
    Ok(())
}

/// The log alone tells balances, queues, payments and costs.
fn the_log_tells_the_state(orchestrator: &Orchestrator) -> Result<(), TestCaseError> {
    let state = orchestrator.state();
    let told = orchestrator.record().state_at(orchestrator.current_tick().checked_sub(1));
    for (agent, told) in state.agents.iter().zip(&told.agents) {
        prop_assert_eq!(agent.balance, told.sums.balance);
        prop_assert_eq!((agent.credit_limit(), agent.collateral.posted()), (told.sums.credit_limit, told.sums.posted_collateral));
        prop_assert_eq!(agent.costs_of_run, told.sums.costs);
        prop_assert_eq!(agent.queue1.iter().collect::<BTreeSet<_>>(), told.queue1.iter().collect::<BTreeSet<_>>());
        prop_assert_eq!(agent.queued_count as usize, told.queue1.len() + told.queue2.len());
    }
    prop_assert_eq!(state.queue2.len(), told.queue2.len());
    prop_assert_eq!(orchestrator.record().totals().counts, orchestrator.tally().of_run);
    for (payment, told) in state.transactions.iter().zip(orchestrator.record().payments()) {
        prop_assert_eq!(payment.status == Status::Settled, told.settled_tick >= 0);
        prop_assert_eq!(payment.is_overdue(), told.overdue_tick >= 0);
        prop_assert_eq!(payment.status == Status::Dropped, told.dropped_tick >= 0);
    }
    Ok(())
}

fn run(scenario: &serde_json::Value) -> Orchestrator {
    let mut orchestrator = Orchestrator::new(config(scenario.clone())).unwrap();
    orchestrator.run(u32::MAX).unwrap();
    orchestrator
}

proptest! {
    #[test]
    fn hold_after_every_tick(scenario in scenario(), acts in acts()) {
        // What may leave a bank beyond its credit: money taken from outside, credit taken away, a pool given back.
        let breaks_credit = |event: &serde_json::Value| event["type"] == "DirectTransfer" || event["type"] == "CollateralAdjustment";
        let transfers = scenario["scenario_events"].as_array().unwrap().iter().any(breaks_credit)
            || scenario["agents"].as_array().unwrap().iter().any(|agent| agent.get("liquidity_pool").is_some());
        let mut orchestrator = Orchestrator::new(config(scenario)).unwrap();
        let pools = |orchestrator: &Orchestrator| -> i128 {
            orchestrator.state().agents.iter().map(|agent| agent.pool.map_or(0, |pool| i128::from(pool.allocated()))).sum()
        };
        let money: i128 = orchestrator.balances().iter().map(|balance| i128::from(*balance)).sum::<i128>() - pools(&orchestrator);
        while !orchestrator.is_complete() {
            common::act(&mut orchestrator, &acts);
            orchestrator.tick().unwrap();
            let now: i128 = orchestrator.balances().iter().map(|balance| i128::from(*balance)).sum::<i128>() - pools(&orchestrator);
            prop_assert_eq!(money, now, "money is conserved");
            if !transfers {
                for agent in &orchestrator.state().agents {
                    prop_assert!(agent.balance >= -agent.credit_limit(), "a bank is beyond its credit");
                }
            }
            limits_hold(&orchestrator)?;
            queues_are_whole(&orchestrator)?;
            the_log_tells_the_state(&orchestrator)?;
        }
    }

    #[test]
    fn the_same_scenario_gives_the_same_log_in_one_run_or_tick_by_tick(scenario in scenario()) {
        let mut at_once = Orchestrator::new(config(scenario.clone())).unwrap();
        at_once.run(u32::MAX).unwrap();
        let mut by_tick = Orchestrator::new(config(scenario)).unwrap();
        while !by_tick.is_complete() {
            by_tick.tick().unwrap();
        }
        prop_assert_eq!(at_once.log_hash().unwrap(), by_tick.log_hash().unwrap());
    }

    #[test]
    fn a_bank_that_changes_its_balance_or_policy_leaves_all_payments_as_they_were(scenario in scenario()) {
        let arrivals = |scenario: &serde_json::Value| {
            let mut orchestrator = Orchestrator::new(config(scenario.clone())).unwrap();
            orchestrator.run(u32::MAX).unwrap();
            let payments = orchestrator.record().payments();
            payments.iter().filter(|p| p.parent < 0).map(|p| (p.sender, p.receiver, p.amount, p.arrival_tick, p.deadline_tick, p.priority)).collect::<Vec<_>>()
        };
        let before = arrivals(&scenario);
        let mut changed = scenario;
        changed["agents"][0]["opening_balance"] = json!(1_000_000);
        changed["agents"][1]["policy"] = json!({"type": "Deadline", "urgency_threshold": 2});
        prop_assert_eq!(before, arrivals(&changed));
    }

    /// A bank that has all that it will ever send never waits in the central queue.
    #[test]
    fn more_liquidity_than_all_that_is_sent_never_queues(scenario in scenario()) {
        let mut rich = scenario;
        rich["queue2_blocking"] = json!("none");
        for agent in rich["agents"].as_array_mut().unwrap() {
            agent["limits"] = json!({});
            agent["policy"] = json!({"type": "Fifo"});
        }
        let first = run(&rich);
        let mut sent = vec![1_i64; first.agent_ids().len()];
        (0..first.log().payments()).map(|payment| first.log().parties(payment)).for_each(|(sender, _, amount)| sent[sender as usize] += amount);
        for event in first.log().iter().filter(|event| event.kind == EventKind::ScenarioEventExecuted) {
            let mut reader = event.reader();
            // Direct transfers and scheduled settlements: they may settle now, or only when their bank is rich.
            if matches!(reader.u8(), 0 | 2) {
                let (from, _to, amount) = (reader.u32(), reader.u32(), reader.i64());
                sent[from as usize] += amount;
            }
        }
        for agent in rich["agents"].as_array_mut().unwrap() {
            let number = first.agent_ids().iter().position(|id| agent["id"] == id.as_str()).unwrap();
            agent["opening_balance"] = json!(sent[number]);
        }
        let second = run(&rich);
        prop_assert_eq!(second.log().payments(), first.log().payments());
        prop_assert!(second.log().iter().all(|event| event.kind != EventKind::QueuedRtgs));
    }
}

/// Names in the same order as those of `common`: other lengths, other letters, bytes beyond ASCII.
const OTHER_NAMES: [&str; 6] = ["A", "Aa", "B-2", "a bank", "zürich", "Ö"];

/// The scenario with other names of banks, and nothing else changed: ids, and what refers to them.
fn relabelled(scenario: &serde_json::Value) -> serde_json::Value {
    let renamed = |id: &str| OTHER_NAMES[id[1..].parse::<usize>().unwrap()].to_owned();
    let mut other = scenario.clone();
    for agent in other["agents"].as_array_mut().unwrap() {
        agent["id"] = json!(renamed(agent["id"].as_str().unwrap()));
        if let Some(limits) = agent.pointer_mut("/limits/bilateral_limits").and_then(|limits| limits.as_object_mut()) {
            *limits = std::mem::take(limits).into_iter().map(|(id, limit)| (renamed(&id), limit)).collect();
        }
    }
    for event in other["scenario_events"].as_array_mut().unwrap() {
        for key in ["from_agent", "to_agent", "agent", "counterparty"] {
            if let Some(id) = event[key].as_str().map(renamed) {
                event[key] = json!(id);
            }
        }
    }
    other
}

/// A payment that the scenario injects: tick, sender, how much further its receiver is, cents, priority, ticks to its deadline.
type Injected = (u32, usize, usize, i64, u8, u32);

/// The scenario with these payments instead of those that banks draw.
fn injecting(mut scenario: serde_json::Value, payments: &[Injected]) -> serde_json::Value {
    let agents = scenario["agents"].as_array_mut().unwrap();
    let count = agents.len();
    agents.iter_mut().for_each(|agent| agent["arrivals"] = json!([]));
    for (tick, from, step, amount, priority, deadline) in payments {
        let (from, to) = (from % count, (from + 1 + step % (count - 1)) % count);
        scenario["scenario_events"].as_array_mut().unwrap().push(json!({
            "type": "CustomTransactionArrival", "from_agent": format!("B{from}"), "to_agent": format!("B{to}"), "amount": amount,
            "priority": priority, "deadline": deadline, "is_divisible": true, "schedule": {"type": "OneTime", "tick": tick},
        }));
    }
    scenario
}

proptest! {
    #[test]
    fn other_names_in_the_same_order_change_nothing_but_names(
        scenario in scenario(),
        payments in prop::collection::vec((0..2 * common::TICKS_PER_DAY, 0_usize..6, 0_usize..5, 1_i64..5_000, 0_u8..=10, 1_u32..9), 0..80),
    ) {
        let scenario = injecting(scenario, &payments);
        let (one, other) = (run(&scenario), run(&relabelled(&scenario)));
        prop_assert!(one.agent_ids() != other.agent_ids() && other.agent_ids().is_sorted());
        prop_assert_eq!(one.log().len(), other.log().len());
        for (event, same) in one.log().iter().zip(other.log().iter()) {
            // Banks and payments are numbers here: what is left are the outcomes.
            prop_assert_eq!(format!("{event:?}"), format!("{same:?}"));
        }
        prop_assert_eq!(one.balances(), other.balances());
    }
}

/// The scenarios above are not tame: between them everything happens that can be logged, but for the bound on loops
/// (`examples.rs`) and commands (`control.rs`).
#[test]
fn the_scenarios_make_everything_happen() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..300 {
        let mut orchestrator = Orchestrator::new(config(scenario().new_tree(&mut runner).unwrap().current())).unwrap();
        orchestrator.run(u32::MAX).unwrap();
        seen.extend(orchestrator.log().iter().map(|event| event.kind.event_type().name));
    }
    let all: BTreeSet<_> = CATALOGUE.iter().map(|event_type| event_type.name).collect();
    assert_eq!(all.difference(&seen).copied().collect::<Vec<_>>(), ["ControlExecuted", "LsmCycleSearchBounded"]);
}
