//! The canonical log: the bytes of which `log_hash` is the SHA-256, written and, strictly, read back. `docs/log.md` describes them.

use super::{Common, EventLog, EventRef, NONE, NotKept};
use crate::costs::COST_NAMES;
use crate::event::{EventKind, Field, FieldType, PayloadReader, Place};
use sha2::digest::common::hazmat::SerializableState;
use sha2::{Digest, Sha256};
use std::fmt;

/// What every canonical log begins with.
const MAGIC: &[u8] = b"payment-simulator log\n";
/// The version of the layout.
const VERSION: u32 = 1;
/// Bytes that are hashed at a time.
const HASHED_AT_ONCE: usize = 1 << 16;

/// SHA-256 of events as they are written.
#[derive(Debug, Clone, Default)]
pub struct Hash {
    sha: Sha256,
    buffer: Vec<u8>,
}

impl Hash {
    /// Hash bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha.update(bytes);
    }

    /// Hash the records of events.
    pub fn events<'a>(&mut self, events: impl Iterator<Item = EventRef<'a>>) {
        for event in events {
            event.write_canonical(&mut self.buffer);
            if self.buffer.len() >= HASHED_AT_ONCE {
                self.sha.update(&self.buffer);
                self.buffer.clear();
            }
        }
        self.sha.update(&self.buffer);
        self.buffer.clear();
    }

    /// Where it stands: for a snapshot.
    pub fn state(&self) -> Vec<u8> {
        self.sha.serialize().to_vec()
    }

    /// Go on from where it stood.
    pub fn from_state(state: &[u8]) -> Option<Self> {
        let sha = Sha256::deserialize(state.try_into().ok()?).ok()?;
        Some(Self { sha, buffer: Vec::new() })
    }

    /// In lower-case hexadecimal digits.
    pub fn hexadecimal(&self) -> String {
        self.sha.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl EventLog {
    /// The canonical log of what is kept, with its head if that was not taken.
    pub fn canonical(&self, agent_ids: &[String]) -> Vec<u8> {
        let mut bytes = if self.head_is_taken { Vec::new() } else { head(agent_ids) };
        bytes.reserve(self.size_bytes());
        self.iter().for_each(|event| event.write_canonical(&mut bytes));
        bytes
    }

    /// The canonical log of what is kept from the event at place `from` on, without its head.
    pub fn canonical_from(&self, from: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.between(from, self.len()).for_each(|event| event.write_canonical(&mut bytes));
        bytes
    }

    /// SHA-256 of the canonical log, in lower-case hexadecimal digits; needs all events, or a hash that was kept up.
    pub fn hash(&self, agent_ids: &[String]) -> Result<String, NotKept> {
        if let Some(hash) = &self.hash {
            return Ok(hash.hexadecimal());
        }
        self.require_all()?;
        let mut hash = Hash::default();
        hash.update(&head(agent_ids));
        hash.events(self.iter());
        Ok(hash.hexadecimal())
    }

    /// Read a canonical log of a system with these banks. Everything is checked that can be without running the simulation: what is
    /// accepted gives the same bytes again, and every number of a bank or payment in it stands for one.
    pub fn read(bytes: &[u8], agent_ids: &[String], ticks_per_day: u32, days: u32) -> Result<Self, LogError> {
        let mut reader = Reader::new(bytes, agent_ids, (ticks_per_day, days), EventLog::default());
        reader.head(agent_ids)?;
        reader.records()
    }

    /// Read the records of the events that `self`, of which everything else has been set, is to hold.
    pub(super) fn read_records(self, bytes: &[u8], agent_ids: &[String], ticks_per_day: u32, days: u32) -> Result<Self, LogError> {
        let mut reader = Reader::new(bytes, agent_ids, (ticks_per_day, days), self);
        reader.in_head = false;
        reader.records()
    }
}

/// The first bytes of every canonical log: what it is, its version, and the ids of the banks.
pub(super) fn head(agent_ids: &[String]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&VERSION.to_le_bytes());
    head.extend_from_slice(&(agent_ids.len() as u32).to_le_bytes());
    for id in agent_ids {
        head.extend_from_slice(&(id.len() as u32).to_le_bytes());
        head.extend_from_slice(id.as_bytes());
    }
    head
}

impl EventRef<'_> {
    /// Append its record: code, tick, fields in the order of the catalogue.
    pub(super) fn write_canonical(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8);
        out.extend_from_slice(&self.tick.to_le_bytes());
        let mut rest = self.payload;
        let fields = self.kind.event_type().fields;
        let last_common = fields.iter().rposition(|field| field.place != Place::Payload).map_or(0, |place| place + 1);
        for field in &fields[..last_common] {
            match field.place {
                Place::Agent => out.extend_from_slice(&self.agent.to_le_bytes()),
                Place::Peer => out.extend_from_slice(&self.peer.to_le_bytes()),
                Place::Payment => out.extend_from_slice(&self.payment.to_le_bytes()),
                Place::Amount => out.extend_from_slice(&self.amount.to_le_bytes()),
                Place::Payload => {
                    let (head, tail) = rest.split_at(PayloadReader::new(rest).width(field.field_type));
                    out.extend_from_slice(head);
                    rest = tail;
                }
            }
        }
        out.extend_from_slice(rest);
    }
}

/// Bytes are not a canonical log of this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogError {
    /// Where: so many bytes from the beginning.
    pub byte: usize,
    /// In which event; none: in the head.
    pub event: Option<usize>,
    /// What is wrong, with the value.
    pub message: String,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            None => write!(f, "canonical log, byte {} (head): {}", self.byte, self.message),
            Some(event) => write!(f, "canonical log, byte {} (event {event}): {}", self.byte, self.message),
        }
    }
}

impl std::error::Error for LogError {}

/// What a payment is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Alone,
    Whole,
    Part,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    in_head: bool,
    banks: u32,
    ticks_per_day: u32,
    days: u32,
    days_ended: u32,
    /// Whether every event from the first on is here.
    is_whole: bool,
    /// By payment, of those whose arrivals are here.
    roles: Vec<Role>,
    log: EventLog,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], agent_ids: &[String], (ticks_per_day, days): (u32, u32), log: EventLog) -> Self {
        Self {
            bytes,
            at: 0,
            in_head: true,
            banks: agent_ids.len() as u32,
            ticks_per_day,
            days,
            days_ended: 0,
            is_whole: log.require_all().is_ok(),
            roles: Vec::new(),
            log,
        }
    }

    fn records(mut self) -> Result<EventLog, LogError> {
        while self.at < self.bytes.len() {
            self.record()?;
        }
        Ok(self.log)
    }

    fn error(&self, byte: usize, message: String) -> LogError {
        LogError { byte, event: (!self.in_head).then_some(self.log.len()), message }
    }

    /// Accept what follows only if it is so; `byte` is where the value stands.
    fn require(&self, holds: bool, byte: usize, message: impl FnOnce() -> String) -> Result<(), LogError> {
        if holds { Ok(()) } else { Err(self.error(byte, message())) }
    }

    fn take(&mut self, count: usize, of: &str) -> Result<&'a [u8], LogError> {
        let left = self.bytes.len() - self.at;
        self.require(count <= left, self.bytes.len(), || {
            format!("the log ends here, within {of}, {} bytes too early: it was truncated", count - left)
        })?;
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    fn u8(&mut self, of: &str) -> Result<u8, LogError> {
        Ok(self.take(1, of)?[0])
    }

    fn u32(&mut self, of: &str) -> Result<u32, LogError> {
        let mut number = [0; 4];
        number.copy_from_slice(self.take(4, of)?);
        Ok(u32::from_le_bytes(number))
    }

    fn i64(&mut self, of: &str) -> Result<i64, LogError> {
        let mut number = [0; 8];
        number.copy_from_slice(self.take(8, of)?);
        Ok(i64::from_le_bytes(number))
    }

    fn text(&mut self, length: u32, of: &str) -> Result<&'a str, LogError> {
        let at = self.at;
        let text = self.take(length as usize, of)?;
        std::str::from_utf8(text).map_err(|error| self.error(at + error.valid_up_to(), format!("{of} is not UTF-8")))
    }

    fn head(&mut self, agent_ids: &[String]) -> Result<(), LogError> {
        self.require(self.bytes.starts_with(MAGIC), 0, || {
            "this is not a canonical log: it does not begin with \"payment-simulator log\"".to_owned()
        })?;
        self.at = MAGIC.len();
        let at = self.at;
        let version = self.u32("its version")?;
        self.require(version == VERSION, at, || {
            format!("the layout has version {version}; this engine reads version {VERSION}: run the scenario again")
        })?;
        let at = self.at;
        let banks = self.u32("the number of banks")?;
        self.require(banks == self.banks, at, || {
            format!("the log is of {banks} banks and the configuration of {}: they belong to different scenarios", self.banks)
        })?;
        for known in agent_ids {
            let at = self.at;
            let length = self.u32("the length of an id")?;
            let id = self.text(length, "the id of a bank")?;
            self.require(id == known, at, || {
                format!("the log has a bank {id:?} where the configuration has {known:?}: they belong to different scenarios")
            })?;
        }
        self.in_head = false;
        Ok(())
    }

    fn record(&mut self) -> Result<(), LogError> {
        let at = self.at;
        let code = self.u8("the code of an event")?;
        let kind = EventKind::from_code(code).ok_or_else(|| self.error(at, format!("{code} is not the code of an event")))?;
        self.tick(kind)?;
        let mut common = Common::NOTHING;
        if kind == EventKind::Arrival {
            // It is the first to name its payment.
            self.roles.push(Role::Alone);
        }
        for field in kind.event_type().fields {
            let at = self.at;
            self.value(kind, field)?;
            let bytes = &self.bytes[at..self.at];
            let mut value = PayloadReader::new(bytes);
            match field.place {
                Place::Agent => common.agent = value.u32(),
                Place::Peer => common.peer = value.u32(),
                Place::Payment => common.payment = value.u32(),
                Place::Amount => common.amount = value.i64(),
                Place::Payload => self.log.last.payload.extend_from_slice(bytes),
            }
        }
        match kind {
            EventKind::Arrival => self.arrival(at, common)?,
            EventKind::EndOfDay => self.days_ended += 1,
            _ => {}
        }
        self.log.append(kind, common);
        Ok(())
    }

    /// Ticks ascend, and no day begins before the one before it has ended.
    fn tick(&mut self, kind: EventKind) -> Result<(), LogError> {
        let at = self.at;
        let tick = self.u32("the tick of an event")?;
        let now = self.log.ticks();
        self.require(tick.saturating_add(1) >= now, at, || format!("tick {tick} comes after tick {}", now - 1))?;
        let day = tick / self.ticks_per_day;
        self.require(day < self.days, at, || format!("tick {tick} is beyond the end of the run"))?;
        let is_last_of_day = (tick + 1).is_multiple_of(self.ticks_per_day);
        if !self.is_whole {
            // The ends of the days before may not be here.
        } else if kind == EventKind::EndOfDay {
            self.require(day == self.days_ended && is_last_of_day, at, || {
                format!("day {} does not end in tick {tick}", self.days_ended)
            })?;
        } else {
            let ended = day + u32::from(is_last_of_day && day < self.days_ended);
            self.require(ended == self.days_ended, at, || {
                format!("tick {tick} is of day {day}, but {} days have ended before it", self.days_ended)
            })?;
        }
        while self.log.ticks() <= tick {
            self.log.begin_tick();
        }
        Ok(())
    }

    /// Payments arrive in the order of their numbers, the parts of one together.
    fn arrival(&mut self, at: usize, common: Common) -> Result<(), LogError> {
        let number = self.log.payments();
        self.require(common.payment == number, at, || {
            format!("payment {} arrives where payment {number} is the next", common.payment)
        })?;
        let payload = &self.log.last.payload;
        let parent = PayloadReader::new(&payload[payload.len() - 4..]).u32();
        if parent != NONE && self.is_whole {
            let follows = self.log.parts.last().filter(|last| last.whole == parent && last.payment + 1 == number);
            let part = follows.map_or(1, |last| last.number + 1);
            let expected = if part == 1 { Role::Alone } else { Role::Whole };
            self.require(parent != number && self.roles[parent as usize] == expected, at, || {
                format!("payment {number} cannot be a part of payment {parent}, which is a part itself or was split before")
            })?;
            self.roles[parent as usize] = Role::Whole;
            self.roles[number as usize] = Role::Part;
            self.log.name_part(number, parent, part);
        }
        self.log.note_arrival();
        Ok(())
    }

    /// Go past the value of a field, if it is one.
    fn value(&mut self, kind: EventKind, field: &Field) -> Result<(), LogError> {
        let may_lack = kind == EventKind::RtgsImmediateSettlement && field.place == Place::Payment;
        let field_type = if may_lack { FieldType::OptionalPayment } else { field.field_type };
        self.typed(field_type, field.name)
    }

    fn typed(&mut self, field_type: FieldType, name: &str) -> Result<(), LogError> {
        let at = self.at;
        match field_type {
            FieldType::Agent => self.bank(false, name),
            FieldType::OptionalAgent => self.bank(true, name),
            FieldType::Payment => self.payment(false, name),
            FieldType::OptionalPayment => self.payment(true, name),
            FieldType::Count => self.u32(name).map(drop),
            FieldType::Integer | FieldType::Float => self.i64(name).map(drop),
            FieldType::Small => self.u8(name).map(drop),
            FieldType::Boolean => self.choice(2, name).map(drop),
            FieldType::Code(texts) => self.choice(texts.len(), name).map(drop),
            FieldType::Text => {
                let length = self.u32(name)?;
                self.text(length, name).map(drop)
            }
            FieldType::OptionalText => match self.u32(name)? {
                u32::MAX => Ok(()),
                length => self.text(length, name).map(drop),
            },
            FieldType::OptionalInteger => match self.choice(2, name)? {
                0 => Ok(()),
                _ => self.i64(name).map(drop),
            },
            FieldType::AgentList => {
                let count = self.u32(name)?;
                self.list(count, FieldType::Agent, name)
            }
            FieldType::OptionalAgentList => match self.u32(name)? {
                u32::MAX => Ok(()),
                count => self.list(count, FieldType::Agent, name),
            },
            FieldType::PaymentList => {
                let count = self.u32(name)?;
                self.list(count, FieldType::Payment, name)
            }
            FieldType::IntegerList => {
                let count = self.u32(name)?;
                self.list(count, FieldType::Integer, name)
            }
            FieldType::Costs => {
                let present = self.choice(1 << COST_NAMES.len(), name)?;
                (0..present.count_ones()).try_for_each(|_| {
                    let at = self.at;
                    let cost = self.i64(name)?;
                    self.require(cost != 0, at, || format!("{name}: a category that is 0 has no bytes"))
                })
            }
            FieldType::Which(_) => Ok(()),
            FieldType::Details(doings) => {
                let which = self.choice(doings.len(), name)?;
                let (_, fields) = doings[usize::from(which)];
                fields.iter().try_for_each(|(name, field_type)| self.typed(*field_type, name))
            }
        }?;
        debug_assert_eq!(self.at - at, PayloadReader::new(&self.bytes[at..]).width(field_type));
        Ok(())
    }

    fn list(&mut self, count: u32, item: FieldType, name: &str) -> Result<(), LogError> {
        (0..count).try_for_each(|_| self.typed(item, name))
    }

    fn choice(&mut self, choices: usize, name: &str) -> Result<u8, LogError> {
        let at = self.at;
        let choice = self.u8(name)?;
        self.require(usize::from(choice) < choices, at, || {
            format!("{name}: got {choice}; a number from 0 to {} stands here", choices - 1)
        })?;
        Ok(choice)
    }

    fn bank(&mut self, optional: bool, name: &str) -> Result<(), LogError> {
        let at = self.at;
        let bank = self.u32(name)?;
        self.require(bank < self.banks || optional && bank == NONE, at, || {
            format!("{name}: there is no bank {bank} among {}", self.banks)
        })
    }

    fn payment(&mut self, optional: bool, name: &str) -> Result<(), LogError> {
        let at = self.at;
        let payment = self.u32(name)?;
        let arrived = self.log.forgotten_payments as usize + self.roles.len();
        self.require((payment as usize) < arrived || optional && payment == NONE, at, || {
            format!("{name}: payment {payment} has not arrived")
        })
    }
}
