//! The log in chapters: a long one grows without being copied, and what a run takes from the system is what it keeps.
//!
//! A vector that doubles moves all it holds to memory that is new, and new memory is what keeping events mostly costs. So the log is cut
//! where a tick begins; the events of a tick are always in one chapter.

use super::{EventLog, EventRef, Row, payload_width};
use std::slice;

/// Rows, and bytes of payload, after which a chapter ends with the tick. Small in tests, so that their logs have many.
const ROWS: usize = if cfg!(debug_assertions) { 64 } else { 1 << 16 };
const BYTES: usize = 16 * ROWS;

/// The events of some whole ticks.
#[derive(Debug, Clone, Default)]
pub struct Chapter {
    /// The place of its first event among those that are kept.
    pub first: usize,
    /// What its events share with others.
    pub rows: Vec<Row>,
    /// The bytes of their own, one event's behind the other's.
    pub payload: Vec<u8>,
}

impl Chapter {
    /// The place after its last event.
    pub fn end(&self) -> usize {
        self.first + self.rows.len()
    }

    /// Bytes that it holds.
    pub fn size_bytes(&self) -> usize {
        size_of_val(&*self.rows) + self.payload.len()
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.payload.len() >= BYTES
    }

    /// An empty one behind it, with room for a little more than it holds.
    fn following(&self) -> Self {
        let room = |length: usize| length + length / 8;
        Self {
            first: self.end(),
            rows: Vec::with_capacity(room(self.rows.len())),
            payload: Vec::with_capacity(room(self.payload.len())),
        }
    }
}

impl EventLog {
    /// Begin another chapter if the last one is full.
    pub(super) fn turn_over(&mut self) {
        if self.last.is_full() {
            let following = self.last.following();
            self.chapters.push(std::mem::replace(&mut self.last, following));
        }
    }

    /// What an event that is kept shares with others.
    pub(super) fn row(&self, event: usize) -> &Row {
        let chapter = self.chapter(self.chapter_of(event));
        &chapter.rows[event - chapter.first]
    }

    /// Which chapter an event that is kept stands in.
    fn chapter_of(&self, event: usize) -> usize {
        self.chapters.partition_point(|chapter| chapter.end() <= event)
    }

    fn chapter(&self, place: usize) -> &Chapter {
        self.chapters.get(place).unwrap_or(&self.last)
    }

    /// The events from one place to another that are kept; the first stands in this tick, its own bytes begin there in its chapter.
    pub(super) fn events(&self, tick: u32, from: usize, to: usize, payload: usize) -> Events<'_> {
        let place = self.chapter_of(from);
        let chapter = self.chapter(place);
        let rows = chapter.rows[from - chapter.first..].iter();
        Events { log: self, tick, next: from, end: to, chapter: place, rows, payload: &chapter.payload[payload..] }
    }
}

/// Events in order.
#[derive(Debug, Clone)]
pub struct Events<'a> {
    pub(super) log: &'a EventLog,
    tick: u32,
    next: usize,
    end: usize,
    chapter: usize,
    /// What is left of the chapter.
    rows: slice::Iter<'a, Row>,
    payload: &'a [u8],
}

impl<'a> Iterator for Events<'a> {
    type Item = EventRef<'a>;

    fn next(&mut self) -> Option<EventRef<'a>> {
        if self.next >= self.end {
            return None;
        }
        if self.rows.len() == 0 {
            self.chapter += 1;
            let chapter = self.log.chapter(self.chapter);
            (self.rows, self.payload) = (chapter.rows.iter(), &chapter.payload);
        }
        let Row { amount, agent, peer, payment, kind } = *self.rows.next()?;
        let (log, index) = (self.log, self.next);
        while log.ticks.get((self.tick - log.first_tick) as usize + 1).is_some_and(|start| start.event <= index) {
            self.tick += 1;
        }
        let (payload, rest) = self.payload.split_at(payload_width(kind, self.payload));
        self.payload = rest;
        self.next += 1;
        Some(EventRef { sequence: log.sequence(index), tick: self.tick, kind, agent, peer, payment, amount, payload })
    }
}
