//! What an explanation says is true of the engine that ran.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../tests/common/mod.rs"]
mod common;

use super::{Explanation, NEXT_TICK, Outcome, Place};
use crate::Orchestrator;
use crate::config::{LsmConfig, MultilateralMode, Queue2Blocking};
use crate::event::EventKind;
use crate::log::NONE;
use crate::settlement::{Obstacle, release_from_queue2, save_liquidity, test};
use crate::transaction::{Mechanism, Status};
use common::{acts, config, scenario};
use proptest::prelude::*;
use serde_json::json;

/// The engine after a pass over Queue 2 in which a bank has so much more.
fn after_a_pass(engine: &Orchestrator, bank: u32, more: i64) -> Orchestrator {
    let mut given = engine.clone();
    let state = given.state_mut();
    state.move_money(bank, more);
    release_from_queue2(state).unwrap();
    given
}

fn status(engine: &Orchestrator, payment: u32) -> Status {
    engine.transactions()[payment as usize].status
}

fn true_of_queue1(engine: &Orchestrator, payment: u32, reasons: &[&str]) -> Result<(), TestCaseError> {
    let transaction = &engine.transactions()[payment as usize];
    // The last tick that was run.
    let tick = engine.current_tick() - 1;
    prop_assert_eq!(reasons.len(), 1);
    prop_assert_eq!(reasons[0] == "later_part", transaction.hidden_until > tick, "{} {:?}", reasons[0], transaction);
    let held =
        engine.log().range(tick, tick + 1).any(|event| event.payment == payment && event.kind.event_type().name == "PolicyHold");
    prop_assert_eq!(reasons[0] == "policy_hold", held && reasons[0] != "withdrawn");
    Ok(())
}

fn true_of_queue2(engine: &Orchestrator, told: &Explanation) -> Result<(), TestCaseError> {
    let payment = told.payment;
    let obstacles = told.obstacles.clone().unwrap();
    let state = engine.state();
    let transaction = &state.transactions[payment as usize];
    let sender = &state.agents[transaction.sender as usize];

    // Liquidity and limits are the engine's.
    prop_assert_eq!(obstacles.available_liquidity, sender.available_liquidity());
    prop_assert_eq!(obstacles.short_by, (transaction.amount - sender.balance - sender.credit_limit()).max(0));
    let limits = sender.limits.as_deref();
    let used = |limit: Option<&crate::agent::Limit>| limit.map(|limit| (limit.ceiling, limit.used as i64));
    prop_assert_eq!(
        obstacles.bilateral_limit.map(|l| (l.limit, l.used)),
        used(limits.and_then(|l| l.bilateral(transaction.receiver)))
    );
    prop_assert_eq!(obstacles.multilateral_limit.map(|l| (l.limit, l.used)), used(limits.and_then(|l| l.multilateral())));
    let is_fifo = state.rules.queue2_blocking == Queue2Blocking::PerSenderFifo;
    let head = state.queue2.payments_of(transaction.sender).next().unwrap();
    prop_assert_eq!(obstacles.behind, Some(head).filter(|head| is_fifo && *head != payment));

    // The reasons are what the engine's own test says.
    match test(state, payment) {
        Ok(()) if obstacles.behind.is_none() => prop_assert_eq!(&told.reasons, &[NEXT_TICK]),
        Ok(()) => prop_assert_eq!(&told.reasons, &["behind_earlier_payment"]),
        Err(Obstacle::Liquidity) => prop_assert!(told.reasons.contains(&"liquidity")),
        Err(_) => {
            prop_assert!(told.reasons.iter().any(|reason| reason.ends_with("_limit")) && !told.reasons.contains(&"liquidity"))
        }
    }

    // So much money releases it, and less does not, where money is all that it lacks.
    if told.reasons == ["liquidity"] {
        let quiet = after_a_pass(engine, transaction.sender, 0);
        if quiet.log().len() == engine.log().len() {
            if let Some(more) = obstacles.short_in_queue {
                let given = after_a_pass(&quiet, transaction.sender, more);
                // What the pass itself brings in may go to a payment ahead of it that could not have been paid otherwise.
                let settled = given.log().between(quiet.log().len(), usize::MAX);
                let brings = settled
                    .filter(|event| event.kind == EventKind::Queue2LiquidityRelease)
                    .any(|event| event.peer == transaction.sender);
                if brings {
                    return Ok(());
                }
                prop_assert_eq!(status(&given, payment), Status::Settled, "{} more do not release it", more);
                if obstacles.taken_first.is_empty() {
                    prop_assert_eq!(more, obstacles.short_by);
                    let given = after_a_pass(&quiet, transaction.sender, more - 1);
                    prop_assert_eq!(status(&given, payment), Status::Queue2, "{} less than {} release it", 1, more);
                }
                for other in &obstacles.taken_first {
                    prop_assert_eq!(status(&given, *other), Status::Settled);
                }
            } else {
                prop_assert!(limits.is_some());
            }
        }
    }
    incoming_is_true(engine, told)?;
    netting_is_true(engine, told)
}

/// The payments that would release it are queued, they bring enough, and fewer do not.
fn incoming_is_true(engine: &Orchestrator, told: &Explanation) -> Result<(), TestCaseError> {
    let (Some(incoming), Some(obstacles)) = (&told.incoming, &told.obstacles) else { return Ok(()) };
    let short = obstacles.short_in_queue.unwrap_or(obstacles.short_by);
    let bank = engine.transactions()[told.payment as usize].sender;
    let mut amounts: Vec<i64> =
        engine.transactions().iter().filter(|t| t.receiver == bank && t.is_queued()).map(|t| t.amount).collect();
    amounts.sort_unstable_by(|a, b| b.cmp(a));
    prop_assert_eq!((incoming.count, incoming.value), (amounts.len(), amounts.iter().sum()));
    prop_assert_eq!(incoming.releasing.is_some(), incoming.value >= short);
    let Some(releasing) = &incoming.releasing else { return Ok(()) };
    for (index, sender, amount, place) in releasing {
        let transaction = &engine.transactions()[*index as usize];
        prop_assert_eq!((transaction.sender, transaction.receiver, transaction.amount), (*sender, bank, *amount));
        let expected = if transaction.status == Status::Queue1 { Place::Queue1 } else { Place::Queue2 };
        prop_assert_eq!(*place, expected);
    }
    prop_assert!(releasing.iter().map(|(_, _, amount, _)| amount).sum::<i64>() >= short);
    prop_assert!(amounts.iter().take(releasing.len() - 1).sum::<i64>() < short);
    Ok(())
}

/// What a bank of a netting operation is said to have is what it has, and the outcome follows from it.
fn netting_is_true(engine: &Orchestrator, told: &Explanation) -> Result<(), TestCaseError> {
    let state = engine.state();
    let transaction = &state.transactions[told.payment as usize];
    for way in &told.netting {
        for bank in &way.banks {
            let agent = &state.agents[bank.agent as usize];
            prop_assert_eq!(bank.available_liquidity, agent.available_liquidity());
            // With so much more it could settle its side.
            prop_assert!(bank.short_by == 0 || bank.sends - bank.receives == agent.balance + agent.credit_limit() + bank.short_by);
            prop_assert!(bank.short_by > 0 || bank.sends - bank.receives <= bank.available_liquidity);
        }
        let back = state.queue2.value_between(transaction.receiver, transaction.sender);
        match (way.mechanism, way.outcome) {
            (Mechanism::Bilateral, Outcome::NothingComesBack) => prop_assert_eq!(back, 0),
            (Mechanism::Bilateral, _) => prop_assert!(back > 0),
            _ => {}
        }
        match way.outcome {
            Outcome::Short => prop_assert!(way.banks.iter().any(|bank| bank.short_by > 0)),
            Outcome::Limit => prop_assert!(way.banks.iter().any(|bank| bank.over_limit)),
            Outcome::NextTick => prop_assert!(way.banks.iter().all(|bank| bank.short_by == 0 && !bank.over_limit)),
            Outcome::NothingComesBack => prop_assert!(way.banks.is_empty()),
        }
    }
    money_makes_it_net(engine, told)
}

/// With as much more as its sender is short, the payment nets, where nothing else is in the way.
fn money_makes_it_net(engine: &Orchestrator, told: &Explanation) -> Result<(), TestCaseError> {
    let sender = engine.transactions()[told.payment as usize].sender;
    for way in &told.netting {
        let only_short = way.banks.first().filter(|bank| bank.short_by > 0 && way.banks.len() == 1 && !bank.over_limit);
        let (Some(bank), Mechanism::Bilateral | Mechanism::Multilateral) = (only_short, way.mechanism) else { continue };
        let queue = &engine.state().queue2;
        let pairs = queue.receivers(sender).iter().filter(|receiver| queue.value_between(**receiver, sender) > 0).count();
        let is_bilateral = way.mechanism == Mechanism::Bilateral;
        if is_bilateral && pairs > 1 {
            continue;
        }
        let lsm = LsmConfig {
            enable_bilateral: is_bilateral,
            enable_cycles: false,
            multilateral: if is_bilateral { MultilateralMode::Off } else { MultilateralMode::QueueOrder },
            ..LsmConfig::default()
        };
        let mut given = engine.clone();
        given.state_mut().move_money(sender, bank.short_by);
        save_liquidity(given.state_mut(), &lsm).unwrap();
        prop_assert_eq!(status(&given, told.payment), Status::Settled, "{:?}", way);
    }
    Ok(())
}

proptest! {
    #[test]
    fn explanations_are_true(scenario in scenario(), acts in acts()) {
        let mut engine = Orchestrator::new(config(scenario)).unwrap();
        let mut waiting: Vec<(u32, u32)> = Vec::new();
        while !engine.is_complete() {
            common::act(&mut engine, &acts);
            engine.tick().unwrap();
            let tick = engine.current_tick() - 1;
            // Each explanation reads the log: enough of them, and not all.
            let all = engine.transactions().len() as u32;
            let asked = (0..all).filter(|payment| (payment + tick).is_multiple_of(1 + all / 4));
            for payment in asked {
                let told = engine.record().explain(payment, tick);
                let transaction = &engine.transactions()[payment as usize];
                let expected = match transaction.status {
                    Status::Queue1 => Place::Queue1,
                    Status::Queue2 => Place::Queue2,
                    Status::Settled => Place::Settled,
                    Status::Split => Place::Split,
                    Status::Dropped => Place::Dropped,
                    Status::Submitted => unreachable!("nothing is submitted between ticks"),
                };
                prop_assert_eq!(told.place, expected);
                prop_assert!(told.since.is_some_and(|since| since <= tick) && told.decision.is_some());
                match told.place {
                    Place::Queue1 => true_of_queue1(&engine, payment, &told.reasons)?,
                    Place::Queue2 => true_of_queue2(&engine, &told)?,
                    _ => prop_assert!(told.reasons.is_empty() && told.obstacles.is_none()),
                }
                if transaction.is_queued() && tick.is_multiple_of(3) {
                    waiting.push((payment, tick));
                }
            }
        }
        // What ended the waiting of those that waited.
        for (payment, tick) in waiting {
            let told = engine.record().explain(payment, tick);
            let last = engine.record().explain(payment, engine.current_tick() - 1);
            prop_assert_eq!(told.later.is_some(), last.place != told.place || last.since != told.since);
        }
        prop_assert_eq!(engine.record().explain(NONE, 3).place, Place::NotArrived);
    }

    #[test]
    fn names_are_found(scenario in scenario()) {
        let mut engine = Orchestrator::new(config(scenario)).unwrap();
        engine.run(u32::MAX).unwrap();
        let log = engine.log();
        for payment in 0..log.payments() {
            prop_assert_eq!(log.payment_named(&log.payment_id(payment)), Some(payment));
        }
        for name in ["", "tx_", "tx_0", "tx_00000000", "tx_99999999", "tx_00000001.99", "tx_1", "x", "tx_00000001.1.1"] {
            prop_assert_eq!(log.payment_named(name), None);
        }
    }
}

/// A lacks 5 for a ring that leaves it short by that; nobody else is.
#[test]
fn what_a_ring_lacks_is_told() {
    let ring = [(0, "A", "B", 100, 9), (0, "B", "C", 100, 9), (0, "C", "A", 90, 9)];
    let engine = common::Scenario { balances: &[("A", 5), ("B", 0), ("C", 0)], payments: &ring }.run(1, |scenario| {
        scenario["lsm_config"] = json!({"enable_bilateral": false, "enable_cycles": false, "multilateral": "queue_order"});
    });
    let told = engine.record().explain(0, 0);
    let way = &told.netting[0];
    assert_eq!((way.mechanism, way.outcome), (Mechanism::Multilateral, Outcome::Short));
    let lacks: Vec<_> =
        way.banks.iter().map(|bank| (bank.agent, bank.sends, bank.receives, bank.available_liquidity, bank.short_by)).collect();
    assert_eq!(lacks, [(0, 100, 90, 5, 5)]);
}
