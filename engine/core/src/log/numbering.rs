//! Which payment stands in which slot of the state, where finished payments were given back.
//!
//! While a tick runs its events name payments by slot, so that logging costs nothing more; when it is over they get the numbers.

use super::chapters::Chapter;
use super::{EventLog, NONE};
use crate::event::{FieldType, PayloadReader, Place};
use serde::{Deserialize, Serialize};

/// The numbers of the payments by slot: both ascend together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// Of the slots that were left when finished payments were last given back.
    survivors: Vec<u32>,
    /// Added to every slot after those.
    shift: u32,
}

impl Numbering {
    /// The number of the payment in a slot.
    pub fn number(&self, slot: u32) -> u32 {
        match self.survivors.get(slot as usize) {
            _ if slot == NONE => NONE,
            Some(number) => *number,
            None => slot + self.shift,
        }
    }

    /// The slot of a payment, if it was not given back.
    pub fn slot(&self, number: u32) -> Option<u32> {
        if number >= self.first_after_survivors() {
            return Some(number - self.shift);
        }
        self.survivors.binary_search(&number).ok().map(|slot| slot as u32)
    }

    /// Some slots are left, ascending, of so many; they close up.
    pub fn keep(&mut self, left: impl Iterator<Item = u32>, slots: u32) {
        let next = self.number(slots);
        let survivors: Vec<u32> = left.map(|slot| self.number(slot)).collect();
        *self = Self { shift: next - survivors.len() as u32, survivors };
    }

    fn first_after_survivors(&self) -> u32 {
        self.survivors.len() as u32 + self.shift
    }

    fn is_trivial(&self) -> bool {
        self.shift == 0
    }

    /// Whether it can be that of so many slots and payments.
    pub fn fits(&self, slots: usize, payments: u32) -> bool {
        let last = self.survivors.last().copied();
        self.survivors.is_sorted_by(|a, b| a < b)
            && self.survivors.len() <= slots
            && last.is_none_or(|last| last < self.survivors.len() as u32 + self.shift)
            && slots as u64 + u64::from(self.shift) == u64::from(payments)
    }
}

impl EventLog {
    /// The number of the payment in a slot of the state.
    pub fn number_in(&self, slot: u32) -> u32 {
        self.numbering.number(slot)
    }

    /// The slot of a payment in the state, if it was not given back.
    pub fn slot_of(&self, payment: u32) -> Option<u32> {
        self.numbering.slot(payment)
    }

    /// How many payments were left when finished ones were last given back; none if every event is kept, and with it every payment.
    pub fn survivors(&self) -> Option<usize> {
        self.require_all().is_err().then_some(self.numbering.survivors.len())
    }

    /// Some slots are left, of so many; they close up.
    pub fn keep_slots(&mut self, left: impl Iterator<Item = u32>, slots: u32) {
        self.numbering.keep(left, slots);
    }

    /// The names of the parts that arose in the last tick stand for numbers from now on.
    pub(super) fn number_last_parts(&mut self) {
        for part in &mut self.parts[self.parts_before_tick..] {
            part.payment = self.numbering.number(part.payment);
            part.whole = self.numbering.number(part.whole);
        }
    }

    /// The events of the last tick name payments by number from now on.
    pub(super) fn number_last_events(&mut self) {
        let Some(start) = self.ticks.last().copied().filter(|_| !self.numbering.is_trivial()) else { return };
        let numbering = &self.numbering;
        let mut at = start.payload;
        let Chapter { first, rows, payload } = &mut self.last;
        for row in &mut rows[start.event - *first..] {
            row.payment = numbering.number(row.payment);
            for field in row.kind.event_type().fields.iter().filter(|field| field.place == Place::Payload) {
                let width = PayloadReader::new(&payload[at..]).width(field.field_type);
                numbering.rewrite(&mut payload[at..at + width], field.field_type);
                at += width;
            }
        }
    }

    /// Forget the parts of payments that were given back long ago: only events could name them, and there are none.
    pub(super) fn forget_parts(&mut self) {
        let oldest = self.numbering.survivors.first().copied().unwrap_or(self.numbering.first_after_survivors());
        let gone = self.parts.partition_point(|part| part.payment < oldest);
        self.parts.drain(..gone);
        self.forgotten_parts += gone as u32;
    }
}

impl Numbering {
    /// Put numbers in the place of slots.
    fn rewrite(&self, bytes: &mut [u8], field_type: FieldType) {
        match field_type {
            FieldType::Payment | FieldType::OptionalPayment => {
                let number = self.number(PayloadReader::new(bytes).u32());
                bytes.copy_from_slice(&number.to_le_bytes());
            }
            FieldType::PaymentList => bytes[4..].chunks_exact_mut(4).for_each(|slot| self.rewrite(slot, FieldType::Payment)),
            FieldType::Details(doings) => {
                let (_, fields) = doings[usize::from(bytes[0])];
                let mut at = 1;
                for (_, field_type) in fields {
                    let width = PayloadReader::new(&bytes[at..]).width(*field_type);
                    self.rewrite(&mut bytes[at..at + width], *field_type);
                    at += width;
                }
            }
            _ => {}
        }
    }
}
