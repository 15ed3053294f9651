//! A canonical log that is read back gives the same bytes and the same views, and damage never does harm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{config, scenario};
use payment_simulator_core::event::{EventKind, FieldType, Place};
use payment_simulator_core::log::{EventRef, EventRows, Filter, Retention, Texts, event_rows, number_of, write_json_lines};
use payment_simulator_core::orchestrator::Options;
use payment_simulator_core::text::TickTexts;
use payment_simulator_core::views::Record;
use payment_simulator_core::{Orchestrator, Recording};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// All that can be asked of a run.
fn views(record: Record<'_>) -> String {
    let ticks = record.log.ticks();
    let states: Vec<_> = (0..=ticks).map(|tick| record.state_at(tick.checked_sub(1))).collect();
    let flows: Vec<_> = (0..ticks).map(|tick| record.flows(tick, tick + 3)).collect();
    let mut lines = Vec::new();
    write_json_lines(record.log.iter(), record.agent_ids, &Filter::default(), &mut lines);
    let (series, payments, counts) = (record.series(), record.payments(), record.tick_counts(0, ticks));
    let told = TickTexts::new(record, Filter::default()).unwrap().tell(record, 0, ticks);
    format!("{states:?} {flows:?} {lines:?} {series:?} {payments:?} {counts:?} {:?} {told}", record.totals())
}

fn run(scenario: &Value, ticks: u32) -> Orchestrator {
    let mut orchestrator = Orchestrator::new(config(scenario.clone())).unwrap();
    orchestrator.run(ticks).unwrap();
    orchestrator
}

fn texts(texts: &Texts) -> Vec<String> {
    let text = |range: &[i64]| String::from_utf8(texts.bytes[range[0] as usize..range[1] as usize].to_vec()).unwrap();
    texts.offsets.windows(2).map(text).collect()
}

proptest! {
    #[test]
    fn a_log_read_back_is_the_same(scenario in scenario(), ticks in 0_u32..=24) {
        let orchestrator = run(&scenario, ticks);
        let bytes = orchestrator.log().canonical(orchestrator.agent_ids());
        let recording = Recording::new(config(scenario), &bytes, Some(ticks)).unwrap();
        prop_assert_eq!(&recording.record().log.canonical(orchestrator.agent_ids()), &bytes);
        prop_assert_eq!(recording.record().log.hash(orchestrator.agent_ids()).unwrap(), orchestrator.log_hash().unwrap());
        prop_assert_eq!(views(recording.record()), views(orchestrator.record()));
    }

    #[test]
    fn what_is_counted_while_running_is_what_the_log_tells(scenario in scenario()) {
        let mut orchestrator = run(&scenario, 0);
        let mut counted = Vec::new();
        while !orchestrator.is_complete() {
            counted.push(orchestrator.tick().unwrap());
        }
        prop_assert_eq!(orchestrator.record().tick_counts(0, u32::MAX), counted);
        prop_assert_eq!(orchestrator.record().totals(), orchestrator.totals());
    }

    /// What is accepted in spite of the damage can be looked at; everything else is refused with its place.
    #[test]
    fn damage_does_no_harm(
        scenario in scenario(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let orchestrator = run(&scenario, 8);
        let mut bytes = orchestrator.log().canonical(orchestrator.agent_ids());
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        match Recording::new(config(scenario), &bytes, None) {
            Ok(recording) => {
                prop_assert_eq!(&recording.record().log.canonical(orchestrator.agent_ids()), &bytes);
                views(recording.record());
            }
            Err(error) => prop_assert!(error.to_string().starts_with("canonical log, byte "), "{}", error),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(scenario in scenario(), rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let orchestrator = run(&scenario, 0);
        let mut bytes = orchestrator.log().canonical(orchestrator.agent_ids());
        prop_assert!(Recording::new(config(scenario.clone()), &rest, None).is_err());
        bytes.extend(rest);
        if let Ok(recording) = Recording::new(config(scenario), &bytes, None) {
            views(recording.record());
        }
    }

    /// Rows hold what the lines hold, wherever they begin.
    #[test]
    fn rows_are_the_events(scenario in scenario(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let orchestrator = run(&scenario, 24);
        let (log, ids) = (orchestrator.log(), orchestrator.agent_ids());
        let (from, to) = (from.index(log.len() + 1), to.index(log.len() + 1));
        let rows = event_rows(log, from, to, ids);
        let expected: Vec<_> = log.iter().filter(|event| (from..to).contains(&event.sequence)).collect();
        prop_assert_eq!(rows.sequence.len(), expected.len());
        let (parts, details, other_tx) = (texts(&rows.part), texts(&rows.details), texts(&rows.other_tx.1));
        let mut lines = Vec::new();
        write_json_lines(log.iter(), ids, &Filter::default(), &mut lines);
        let lines: Vec<Map<String, Value>> = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice(line).unwrap()).collect();
        for (row, event) in expected.into_iter().enumerate() {
            prop_assert_eq!(rows.sequence[row] as usize, event.sequence);
            prop_assert_eq!(rows.kind[row], event.kind as u8);
            let line = told(&rows, row, &parts[row], &details[row], ids);
            prop_assert_eq!(&line, &lines[event.sequence]);
            // Whoever is named in the line is a participant, and nobody else.
            let text = lines[event.sequence].values().map(Value::to_string).collect::<String>();
            let more = rows.more_agents.0.iter().zip(&rows.more_agents.1).filter(|(place, _)| **place as usize == event.sequence);
            let mut banks = vec![rows.agent[row], rows.peer[row]];
            banks.retain(|bank| *bank >= 0);
            banks.extend(more.map(|(_, bank)| *bank));
            banks.sort_unstable();
            let expected: Vec<_> = (0..ids.len() as i32)
                .filter(|bank| {
                    let id = &ids[*bank as usize];
                    text.contains(&format!("\"{id}\"")) || text.contains(&format!("_{id}_"))
                })
                .collect();
            prop_assert_eq!(banks, expected, "{}", text);
            let own = (rows.payment[row] > 0).then(|| format!("tx_{:08}{}", rows.payment[row], parts[row]));
            let others = rows.other_tx.0.iter().zip(&other_tx).filter(|(place, _)| **place as usize == event.sequence);
            let payments: Vec<_> = own.into_iter().chain(others.map(|(_, name)| name.clone())).collect();
            prop_assert_eq!(payments.iter().filter(|id| text.contains(&format!("\"{id}\""))).count(), payments.len());
            prop_assert_eq!(payments.is_empty(), !text.contains("\"tx_"), "{}", text);
        }
    }
}

/// The line of an event, told from its row.
fn told(rows: &EventRows, row: usize, part: &str, details: &str, ids: &[String]) -> Map<String, Value> {
    let kind = EventKind::from_code(rows.kind[row]).unwrap();
    let bank = |number: i32| Value::from(ids[number as usize].clone());
    let mut line = Map::new();
    if !details.is_empty() {
        line = serde_json::from_str(details).unwrap();
    }
    line.insert("event_type".to_owned(), kind.event_type().name.into());
    line.insert("tick".to_owned(), rows.tick[row].into());
    for field in kind.event_type().fields {
        let by_numbers = details.is_empty();
        let number = number_of(kind.event_type(), field.name).map(|place| rows.numbers[place][row]);
        let value = match (field.place, field.field_type) {
            (Place::Agent, _) if by_numbers || field.name == "agent_id" => bank(rows.agent[row]),
            (Place::Payment, _) if field.name == "tx_id" && rows.payment[row] > 0 => {
                format!("tx_{:08}{part}", rows.payment[row]).into()
            }
            (Place::Payment, _) if field.name == "tx_id" => {
                let (from, to) = (&ids[rows.agent[row] as usize], &ids[rows.peer[row] as usize]);
                format!("scheduled_settlement_{from}_{to}_{}_{}", rows.amount[row], rows.tick[row]).into()
            }
            _ if !by_numbers => continue,
            (Place::Peer, _) => bank(rows.peer[row]),
            (Place::Amount, _) => rows.amount[row].into(),
            (_, FieldType::Boolean) => (number.unwrap() != 0).into(),
            (_, FieldType::Code(texts)) => texts[number.unwrap() as usize].into(),
            _ => number.map_or(Value::Null, Value::from),
        };
        line.insert(field.name.to_owned(), value);
    }
    line
}

/// What a run with other options is compared with: the same with all events.
fn run_with(scenario: &Value, retention: Retention, mut after_tick: impl FnMut(&mut Orchestrator)) -> Orchestrator {
    let options = Options { retention, hashing: true };
    let mut orchestrator = Orchestrator::with_options(config(scenario.clone()), options).unwrap();
    while !orchestrator.is_complete() {
        orchestrator.tick().unwrap();
        after_tick(&mut orchestrator);
    }
    orchestrator
}

proptest! {
    /// Whatever is kept, the run is the same, and its hash tells of all events.
    #[test]
    fn less_can_be_kept(scenario in scenario()) {
        let whole = run(&scenario, 24);
        for retention in [Retention::Settlements, Retention::None] {
            let other = run_with(&scenario, retention, |_| ());
            prop_assert_eq!(other.log_hash(), whole.log_hash());
            prop_assert_eq!(other.totals(), whole.totals());
            prop_assert_eq!(other.log().len(), whole.log().len());
            // Finished payments were given back, and never more than about half of those that are there are finished.
            prop_assert!(other.transactions().len() < 2 * other.log().survivors().unwrap() + 4);
            let kept = |event: &EventRef<'_>| retention == Retention::Settlements && KEPT.contains(&event.kind.event_type().name);
            let expected: Vec<_> = whole.log().iter().filter(kept).map(|event| format!("{event:?}")).collect();
            prop_assert_eq!(other.log().iter().map(|event| format!("{event:?}")).collect::<Vec<_>>(), expected);
            let flows = |orchestrator: &Orchestrator| format!("{:?}", orchestrator.record().flows(3, 20));
            prop_assert!(retention == Retention::None || flows(&other) == flows(&whole));
        }
    }

    /// The segments that are taken are the log, whenever they are taken; rows of what is left and the text of each tick are as in the whole.
    #[test]
    fn a_log_can_be_taken_in_parts(scenario in scenario(), takes in any::<u32>()) {
        let whole = run(&scenario, 24);
        let mut segments = Vec::new();
        let mut failure = Ok(());
        let new_texts = || TickTexts::new(whole.record(), Filter::default()).unwrap();
        let (mut texts, mut told) = (new_texts(), String::new());
        let other = run_with(&scenario, Retention::All, |orchestrator| {
            told += &texts.tell(orchestrator.record(), texts.next_tick(), orchestrator.current_tick());
            let log = orchestrator.log();
            let rows = |log| event_rows(log, orchestrator.log().first_sequence(), orchestrator.log().len(), whole.agent_ids());
            if rows(log) != rows(whole.log()) {
                failure = Err(TestCaseError::fail(format!("rows differ after tick {}", orchestrator.current_tick())));
            }
            if takes >> orchestrator.current_tick() & 1 == 1 {
                segments.extend(orchestrator.take_log().unwrap());
            }
        });
        failure?;
        prop_assert_eq!(told, new_texts().tell(whole.record(), 0, 24));
        segments.extend(other.log().canonical(other.agent_ids()));
        prop_assert_eq!(&segments, &whole.log().canonical(whole.agent_ids()));
        prop_assert_eq!(other.log_hash(), whole.log_hash());
        prop_assert_eq!(other.totals(), whole.totals());
    }
}

const KEPT: &[&str] = &[
    "Arrival",
    "RtgsImmediateSettlement",
    "Queue2LiquidityRelease",
    "EntryDispositionOffset",
    "LsmBilateralOffset",
    "LsmCycleSettlement",
    "LsmMultilateralSettlement",
];
