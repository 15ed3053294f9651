//! A run that goes on from a snapshot is the run that was never interrupted; what is not a snapshot is refused with a reason.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Act, acts, config, scenario};
use payment_simulator_core::Orchestrator;
use payment_simulator_core::log::Retention;
use payment_simulator_core::orchestrator::Options;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use sha2::{Digest, Sha256};

const ALL: Options = Options { retention: Retention::All, hashing: false };

/// Run on to the end; snapshots are taken on the way if asked for.
fn run_on(orchestrator: &mut Orchestrator, acts: &[Act], take: bool, mut snapshots: Option<&mut Vec<Vec<u8>>>) -> Vec<u8> {
    let mut segments = Vec::new();
    while !orchestrator.is_complete() {
        common::act(orchestrator, acts);
        if let Some(snapshots) = &mut snapshots {
            snapshots.push(orchestrator.save().unwrap());
        }
        orchestrator.tick().unwrap();
        if take && orchestrator.current_tick().is_multiple_of(5) {
            segments.extend(orchestrator.take_log().unwrap());
        }
    }
    segments
}

fn outcome(orchestrator: &Orchestrator) -> impl PartialEq + std::fmt::Debug + use<> {
    let kept = orchestrator.log().canonical(orchestrator.agent_ids());
    (orchestrator.log_hash(), orchestrator.totals(), orchestrator.log().len(), kept, orchestrator.save().unwrap())
}

fn goes_on_as_if_never_interrupted(
    scenario: Value,
    acts: &[Act],
    options: Options,
    take: bool,
    moments: &[Index],
) -> Result<(), TestCaseError> {
    let mut whole = Orchestrator::with_options(config(scenario), options).unwrap();
    let mut snapshots = Vec::new();
    run_on(&mut whole, acts, take, Some(&mut snapshots));
    snapshots.push(whole.save().unwrap());
    let expected = outcome(&whole);
    for moment in moments {
        let (tick, snapshot) = (moment.index(snapshots.len()), moment.get(&snapshots));
        let mut resumed = Orchestrator::load(snapshot).unwrap();
        prop_assert_eq!(resumed.current_tick() as usize, tick);
        prop_assert_eq!(&resumed.save().unwrap(), snapshot, "saved again after tick {}", tick);
        // What was commanded before this tick is in the snapshot.
        let later: Vec<Act> = acts.iter().filter(|act| act.tick() as usize > tick).cloned().collect();
        run_on(&mut resumed, &later, take, None);
        prop_assert_eq!(&outcome(&resumed), &expected, "resumed after tick {}", tick);
    }
    let snapshot = moments[0].get(&snapshots);
    let text = Orchestrator::load(snapshot).unwrap().save_json().unwrap();
    prop_assert_eq!(&Orchestrator::load_json(&text).unwrap().save().unwrap(), snapshot);
    let laid_out = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&text).unwrap());
    prop_assert!(laid_out.is_ok());
    Ok(())
}

proptest! {
    #[test]
    fn resuming_is_as_if_never_interrupted(scenario in scenario(), acts in acts(), moments in any::<[Index; 2]>()) {
        goes_on_as_if_never_interrupted(scenario, &acts, ALL, false, &moments)?;
    }

    #[test]
    fn whatever_is_kept_of_the_log(scenario in scenario(), acts in acts(), kept in 0_usize..3, moments in any::<[Index; 2]>()) {
        let (retention, take) = [(Retention::All, true), (Retention::Settlements, false), (Retention::None, false)][kept];
        goes_on_as_if_never_interrupted(scenario, &acts, Options { retention, hashing: true }, take, &moments)?;
    }
}

/// A snapshot whose state was changed, with the hash of what it is now.
fn with_right_hash(mut snapshot: Vec<u8>) -> Vec<u8> {
    let hash = Sha256::digest(&snapshot[71..]);
    snapshot[39..71].copy_from_slice(&hash);
    snapshot
}

proptest! {
    #[test]
    fn damage_is_noticed(scenario in scenario(), place in any::<Index>(), change in 1_u8..) {
        let mut run = Orchestrator::new(config(scenario)).unwrap();
        run.run(9).unwrap();
        let mut snapshot = run.save().unwrap();
        let cut = Orchestrator::load(&snapshot[..place.index(snapshot.len())]).unwrap_err().to_string();
        prop_assert!(cut.contains("truncated") || cut.contains("not a snapshot") || cut.contains("is empty"), "{}", cut);
        let place = place.index(snapshot.len());
        snapshot[place] ^= change;
        let changed = Orchestrator::load(&snapshot).unwrap_err().to_string();
        prop_assert!(changed.contains("snapshot"), "{}", changed);
        // Even with the right hash nothing is read that cannot have been saved, and nothing fails.
        if place >= 71 {
            let _ = Orchestrator::load(&with_right_hash(snapshot));
        }
    }

    #[test]
    fn any_bytes_are_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<bool>()) {
        if head {
            let mut snapshot = b"payment-simulator snapshot\n\x01\0\0\0".to_vec();
            snapshot.extend((bytes.len() as u64).to_le_bytes());
            snapshot.extend([0; 32]);
            snapshot.append(&mut bytes);
            bytes = with_right_hash(snapshot);
        }
        prop_assert!(Orchestrator::load(&bytes).is_err());
        prop_assert!(Orchestrator::load_json(&String::from_utf8_lossy(&bytes)).is_err());
    }
}
