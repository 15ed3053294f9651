//! How much of the log is kept, and its hash while it is written.

use super::EventLog;
use super::canonical::{Hash, head};
use super::chapters::{Chapter, Events};
use crate::event::EventKind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which events are kept after their tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retention {
    /// All, until they are taken.
    #[default]
    All,
    /// Payments that arrived and payments that settled.
    Settlements,
    /// None.
    None,
}

/// The names of the retentions.
pub const RETENTIONS: &[(&str, Retention)] =
    &[("all", Retention::All), ("settlements", Retention::Settlements), ("none", Retention::None)];

/// Events that were asked for are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKept {
    /// None is.
    None,
    /// Only arrivals and settlements are.
    Settlements,
    /// Those before this tick were taken.
    Taken(u32),
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no events are kept (retain=\"none\"); make the run with retain=\"all\""),
            Self::Settlements => {
                f.write_str("only arrivals and settlements are kept (retain=\"settlements\"); make the run with retain=\"all\"")
            }
            Self::Taken(tick) => write!(
                f,
                "the events before tick {tick} were taken (take_log); read the segments back, joined: Recording(config, log)"
            ),
        }
    }
}

impl std::error::Error for NotKept {}

impl EventLog {
    /// An empty log of a system with these banks. With `hashing` its hash is kept up tick by tick.
    pub fn new(retention: Retention, hashing: bool, agent_ids: &[String]) -> Self {
        let hash = hashing.then(|| {
            let mut hash = Box::<Hash>::default();
            hash.update(&head(agent_ids));
            hash
        });
        Self { retention, hash, ..Self::default() }
    }

    /// Which events are kept.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// The first tick whose events are kept, as far as they are kept at all.
    pub fn first_tick(&self) -> u32 {
        self.first_tick
    }

    /// The place of the first event that is kept, as far as they are kept at all.
    pub fn first_sequence(&self) -> usize {
        self.sequence(0)
    }

    /// Whether every event is there; if not, why.
    pub fn require_all(&self) -> Result<(), NotKept> {
        self.require_from(0)?;
        if self.retention == Retention::Settlements { Err(NotKept::Settlements) } else { Ok(()) }
    }

    /// Whether the events from `tick` on are there, as far as they are kept at all; if not, why.
    pub fn require_from(&self, tick: u32) -> Result<(), NotKept> {
        match self.retention {
            Retention::None => Err(NotKept::None),
            _ if tick < self.first_tick && self.forgotten > 0 => Err(NotKept::Taken(self.first_tick)),
            _ => Ok(()),
        }
    }

    /// The tick is over: hash its events, and forget those that are not to be kept.
    pub fn end_tick(&mut self) {
        self.number_last_parts();
        if self.retention != Retention::None || self.hash.is_some() {
            self.number_last_events();
        }
        if let Some(mut hash) = self.hash.take() {
            hash.events(self.last_tick());
            self.hash = Some(hash);
        }
        match self.retention {
            Retention::All => {}
            Retention::Settlements => self.keep_settlements(),
            Retention::None => self.forget(),
        }
    }

    /// The canonical log of what is there, which is then forgotten. Joined, what was taken is the canonical log of the run.
    pub fn take(&mut self, agent_ids: &[String]) -> Result<Vec<u8>, NotKept> {
        match self.retention {
            Retention::All => {}
            Retention::Settlements => return Err(NotKept::Settlements),
            Retention::None => return Err(NotKept::None),
        }
        let bytes = self.canonical(agent_ids);
        self.head_is_taken = true;
        self.forget();
        Ok(bytes)
    }

    /// Forget what was taken from a log of the same run.
    pub fn forget_as(&mut self, other: &Self) {
        self.head_is_taken = other.head_is_taken;
        if self.ticks() <= other.first_tick {
            self.forget();
        }
    }

    fn last_tick(&self) -> Events<'_> {
        let ticks = self.ticks();
        self.range(ticks.saturating_sub(1), ticks)
    }

    /// Forget all that is there.
    fn forget(&mut self) {
        self.forget_parts();
        self.first_tick = self.ticks();
        self.forgotten += self.last.end();
        self.forgotten_payments += self.arrivals.len() as u32;
        self.chapters.clear();
        self.last.first = 0;
        self.last.rows.clear();
        self.last.payload.clear();
        self.ticks.clear();
        self.arrivals.clear();
    }

    /// Of the last tick, keep arrivals and settlements.
    fn keep_settlements(&mut self) {
        let Some(start) = self.ticks.last().copied() else { return };
        let mut kept = Vec::new();
        let mut payload = start.payload;
        for (event, index) in self.last_tick().zip(start.event..) {
            if is_settlement(event.kind) {
                kept.push((index, payload..payload + event.payload.len()));
            }
            payload += event.payload.len();
        }
        let happened = self.last.end() - start.event;
        let next_sequence = self.len() - happened;
        let mut payload_end = start.payload;
        self.arrivals.truncate(self.arrivals.partition_point(|event| (*event as usize) < start.event));
        let Chapter { first, rows, payload: bytes } = &mut self.last;
        for (to, (from, payload)) in (start.event..).zip(&kept) {
            rows[to - *first] = rows[from - *first];
            bytes.copy_within(payload.clone(), payload_end);
            payload_end += payload.len();
            self.sequences.push((next_sequence + from - start.event) as u64);
            if rows[to - *first].kind == EventKind::Arrival {
                self.arrivals.push(to as u32);
            }
        }
        rows.truncate(start.event + kept.len() - *first);
        bytes.truncate(payload_end);
        self.forgotten += happened - kept.len();
    }
}

fn is_settlement(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Arrival
            | EventKind::RtgsImmediateSettlement
            | EventKind::Queue2LiquidityRelease
            | EventKind::EntryDispositionOffset
            | EventKind::LsmBilateralOffset
            | EventKind::LsmCycleSettlement
            | EventKind::LsmMultilateralSettlement
    )
}
