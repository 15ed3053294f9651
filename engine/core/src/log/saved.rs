//! The log in a snapshot: what is kept of it, as canonical records, and where it stands.

use super::canonical::Hash;
use super::numbering::Numbering;
use super::{EventLog, Part, Retention};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a snapshot holds of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SavedLog {
    ticks: u32,
    first_tick: u32,
    forgotten: u64,
    forgotten_payments: u32,
    forgotten_parts: u32,
    numbering: Numbering,
    head_is_taken: bool,
    parts: Vec<Part>,
    sequences: Vec<u64>,
    records: Bytes,
    hash: Option<Bytes>,
}

impl EventLog {
    /// For a snapshot.
    pub fn saved(&self) -> SavedLog {
        let mut records = Vec::with_capacity(self.size_bytes());
        self.iter().for_each(|event| event.write_canonical(&mut records));
        SavedLog {
            ticks: self.ticks(),
            first_tick: self.first_tick,
            forgotten: self.forgotten as u64,
            forgotten_payments: self.forgotten_payments,
            forgotten_parts: self.forgotten_parts,
            numbering: self.numbering.clone(),
            head_is_taken: self.head_is_taken,
            parts: self.parts.clone(),
            sequences: self.sequences.clone(),
            records: Bytes(records),
            hash: self.hash.as_ref().map(|hash| Bytes(hash.state())),
        }
    }

    /// Whether its payments can stand in so many slots.
    pub fn fits(&self, slots: usize) -> bool {
        self.numbering.fits(slots, self.payments())
    }

    /// The log as it was when a snapshot was taken.
    pub fn restore(
        saved: SavedLog,
        retention: Retention,
        agent_ids: &[String],
        ticks_per_day: u32,
        days: u32,
    ) -> Result<Self, String> {
        let hash = saved.hash.map(|state| Hash::from_state(&state.0).ok_or("the hash of its log is damaged")).transpose()?;
        let empty = Self {
            retention,
            first_tick: saved.first_tick,
            forgotten: saved.forgotten as usize,
            forgotten_payments: saved.forgotten_payments,
            forgotten_parts: saved.forgotten_parts,
            numbering: saved.numbering,
            head_is_taken: saved.head_is_taken,
            hash: hash.map(Box::new),
            ..Self::default()
        };
        let is_whole = empty.require_all().is_ok();
        if is_whole && (empty.numbering != Numbering::default() || empty.forgotten_parts > 0) {
            return Err("its log does not agree with itself".to_owned());
        }
        let mut log = empty
            .read_records(&saved.records.0, agent_ids, ticks_per_day, days)
            .map_err(|error| format!("its log is damaged: {error}"))?;
        if is_whole && log.parts != saved.parts || log.ticks() > saved.ticks {
            return Err("its log does not agree with itself".to_owned());
        }
        let payments = log.payments();
        let names = saved.parts.is_sorted_by(|a, b| a.payment < b.payment)
            && saved.parts.iter().all(|part| part.payment < payments && part.whole < part.payment)
            && saved.parts.iter().all(|part| saved.parts.binary_search_by_key(&part.whole, |other| other.payment).is_err());
        let places = retention != Retention::Settlements || saved.sequences.len() == log.last.end();
        if !names || !places || saved.ticks < log.first_tick {
            return Err("its log does not agree with itself".to_owned());
        }
        log.parts = saved.parts;
        while log.ticks() < saved.ticks {
            log.begin_tick();
        }
        log.sequences = saved.sequences;
        Ok(log)
    }
}

/// Bytes: as they are in a snapshot of bytes, in hexadecimal digits in one of text.
#[derive(Debug, Clone)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
            serializer.serialize_str(&self.0.iter().flat_map(digits).collect::<String>())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return deserializer.deserialize_byte_buf(BytesVisitor);
        }
        let digits = String::deserialize(deserializer)?;
        let digit = |digit: u8| char::from(digit).to_digit(16).ok_or_else(|| de::Error::custom("bytes are hexadecimal digits"));
        if !digits.len().is_multiple_of(2) {
            return Err(de::Error::custom("bytes are pairs of hexadecimal digits"));
        }
        let bytes = digits.as_bytes().chunks_exact(2).map(|pair| Ok((digit(pair[0])? << 4 | digit(pair[1])?) as u8));
        bytes.collect::<Result<_, D::Error>>().map(Self)
    }
}

struct BytesVisitor;

impl de::Visitor<'_> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(Bytes(bytes))
    }
}
