//! Snapshots: the whole state of a run, as bytes or as JSON, with a version and a hash. A run that goes on from one is the same as one that
//! was never interrupted.
//!
//! What follows from the configuration, and what follows from the rest of the state, is not in a snapshot: it is worked out again.

use crate::arrivals::Progress;
use crate::budget::Budget;
use crate::collateral::Held;
use crate::config::Config;
use crate::control::Journal;
use crate::costs::Costs;
use crate::log::{EventLog, NONE, SavedLog};
use crate::money::Cents;
use crate::orchestrator::{Options, Orchestrator};
use crate::settlement::SavedQueue2;
use crate::state::State;
use crate::tally::Counts;
use crate::transaction::{Status, Transaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// What every snapshot of bytes begins with; version, length and SHA-256 of the state follow, then the state.
const MAGIC: &[u8] = b"payment-simulator snapshot\n";
/// The version of the layout. It changes with every change of what a snapshot holds.
const VERSION: u32 = 1;
const HEAD_LENGTH: usize = MAGIC.len() + 4 + 8 + 32;

/// A snapshot is refused; the message says why and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotError(String);

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SnapshotError {}

fn refuse<T>(message: impl Into<String>) -> Result<T, SnapshotError> {
    Err(SnapshotError(message.into()))
}

fn other_version(version: u32) -> String {
    format!(
        "the snapshot has version {version} and this engine reads version {VERSION}: load it with the release that saved it, or run the scenario again"
    )
}

fn damaged(why: impl fmt::Display) -> SnapshotError {
    SnapshotError(format!("the snapshot is damaged: {why}; load an earlier one, or run the scenario again"))
}

/// What a snapshot holds.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// As JSON.
    config: String,
    options: Options,
    tick: u32,
    processes: Vec<Progress>,
    agents: Vec<SavedAgent>,
    transactions: Vec<Transaction>,
    queue2: SavedQueue2,
    counts: Counts,
    journal: Journal,
    log: SavedLog,
    /// All that the banks hold, together.
    system_balance: i128,
}

/// What a snapshot holds of a bank.
#[derive(Serialize, Deserialize)]
struct SavedAgent {
    balance: Cents,
    collateral: Held,
    allocated: Option<Cents>,
    budget: Option<Budget>,
    /// As bits: a register may be infinite.
    registers: BTreeMap<String, u64>,
    queue1: Vec<u32>,
    limits_used: Vec<i128>,
    costs_of_run: Costs,
    throughput_today: (u32, u32),
}

/// A snapshot as JSON.
#[derive(Serialize, Deserialize)]
struct Document {
    payment_simulator_snapshot: u32,
    /// Of the state as bytes.
    sha256: String,
    state: Saved,
}

/// The head of a document: its version is looked at before anything else.
#[derive(Deserialize)]
struct DocumentHead {
    payment_simulator_snapshot: Option<u32>,
}

fn encode(saved: &Saved) -> Result<Vec<u8>, SnapshotError> {
    postcard::to_allocvec(saved).map_err(|error| SnapshotError(format!("the snapshot cannot be written: {error}")))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn hexadecimal(hash: [u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Orchestrator {
    /// The whole state, as bytes.
    pub fn save(&self) -> Result<Vec<u8>, SnapshotError> {
        let state = encode(&self.saved()?)?;
        let mut snapshot = Vec::with_capacity(HEAD_LENGTH + state.len());
        snapshot.extend_from_slice(MAGIC);
        snapshot.extend_from_slice(&VERSION.to_le_bytes());
        snapshot.extend_from_slice(&(state.len() as u64).to_le_bytes());
        snapshot.extend_from_slice(&sha256(&state));
        snapshot.extend_from_slice(&state);
        Ok(snapshot)
    }

    /// Go on from bytes.
    pub fn load(snapshot: &[u8]) -> Result<Self, SnapshotError> {
        let Some(rest) = snapshot.strip_prefix(MAGIC) else {
            return refuse(match snapshot {
                [] => "the snapshot is empty; give what save() returned",
                [b'{', ..] => "this is not a snapshot of bytes but looks like JSON; give it to load_json()",
                _ if snapshot.starts_with(b"payment-simulator log\n") => {
                    "this is the log of a run and not a snapshot; read it back with Recording(config, log)"
                }
                _ => "this is not a snapshot: it does not begin with \"payment-simulator snapshot\"; give what save() returned",
            });
        };
        let Some((version, rest)) = rest.split_first_chunk() else { return refuse(truncated(snapshot.len(), HEAD_LENGTH)) };
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return refuse(other_version(version));
        }
        let Some((length, rest)) = rest.split_first_chunk() else { return refuse(truncated(snapshot.len(), HEAD_LENGTH)) };
        let Some((hash, state)) = rest.split_first_chunk::<32>() else { return refuse(truncated(snapshot.len(), HEAD_LENGTH)) };
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if state.len() < length {
            return refuse(truncated(snapshot.len(), HEAD_LENGTH.saturating_add(length)));
        }
        if state.len() > length || sha256(state) != *hash {
            return Err(damaged("its hash does not agree"));
        }
        let (saved, rest) = postcard::take_from_bytes(state).map_err(damaged)?;
        if !rest.is_empty() {
            return Err(damaged("bytes follow its end"));
        }
        Self::restore(saved)
    }

    /// The whole state, as JSON.
    pub fn save_json(&self) -> Result<String, SnapshotError> {
        let state = self.saved()?;
        let sha256 = hexadecimal(sha256(&encode(&state)?));
        let document = Document { payment_simulator_snapshot: VERSION, sha256, state };
        serde_json::to_string(&document).map_err(|error| SnapshotError(format!("the snapshot cannot be written: {error}")))
    }

    /// Go on from JSON, however it is laid out.
    pub fn load_json(text: &str) -> Result<Self, SnapshotError> {
        let not_json = |error: serde_json::Error| {
            let what = if error.is_eof() { "is truncated" } else { "is not a snapshot" };
            SnapshotError(format!("the text {what}: {error}; give what save_json() returned"))
        };
        let head: DocumentHead = serde_json::from_str(text).map_err(not_json)?;
        match head.payment_simulator_snapshot {
            None => {
                return refuse("this JSON is not a snapshot: it has no payment_simulator_snapshot; give what save_json() returned");
            }
            Some(VERSION) => {}
            Some(version) => return refuse(other_version(version)),
        }
        let document: Document = serde_json::from_str(text).map_err(damaged)?;
        if hexadecimal(sha256(&encode(&document.state)?)) != document.sha256 {
            return Err(damaged("its hash does not agree"));
        }
        Self::restore(document.state)
    }

    fn saved(&self) -> Result<Saved, SnapshotError> {
        let state = &self.state;
        let config = serde_json::to_string(self.config());
        let agents = state.agents.iter().zip(&state.throughput_today).map(|(agent, throughput)| SavedAgent {
            balance: agent.balance,
            collateral: agent.collateral.held(),
            allocated: agent.pool.map(|pool| pool.allocated()),
            budget: agent.budget.clone(),
            registers: agent.registers.iter().map(|(key, value)| (key.clone(), value.to_bits())).collect(),
            queue1: agent.queue1.clone(),
            limits_used: agent.limits.as_ref().map_or(Vec::new(), |limits| limits.used()),
            costs_of_run: agent.costs_of_run,
            throughput_today: *throughput,
        });
        Ok(Saved {
            config: config.map_err(|error| SnapshotError(format!("the snapshot cannot be written: {error}")))?,
            options: self.options,
            tick: state.tick,
            processes: self.processes.iter().map(|process| process.progress()).collect(),
            agents: agents.collect(),
            transactions: state.transactions.iter().cloned().collect(),
            queue2: state.queue2.saved(),
            counts: state.tally.of_run,
            journal: self.journal.clone(),
            log: state.log.saved(),
            system_balance: system_balance(state),
        })
    }

    fn restore(saved: Saved) -> Result<Self, SnapshotError> {
        let config: Config = serde_json::from_str(&saved.config).map_err(damaged)?;
        let mut run = Self::with_options(config, saved.options).map_err(damaged)?;
        let opening = system_balance(&run.state) - allocated(&run.state);
        let (agent_ids, config) = (run.agent_ids().to_vec(), run.config().clone());
        if saved.tick > run.total_ticks() {
            return Err(damaged(format!("it stands at tick {} of {}", saved.tick, run.total_ticks())));
        }
        let state = &mut run.state;
        state.tick = saved.tick;
        run.scenario_events.go_on_with(saved.tick);
        let log = EventLog::restore(saved.log, saved.options.retention, &agent_ids, config.ticks_per_day, config.num_days);
        state.log = log.map_err(damaged)?;
        state.tally.of_run = saved.counts;
        if saved.processes.len() != run.processes.len() || saved.agents.len() != agent_ids.len() {
            return Err(damaged("its banks are not those of its scenario"));
        }
        for (process, progress) in run.processes.iter_mut().zip(saved.processes) {
            require(process.restore(progress, agent_ids.len() as u32), "what it says about arrivals is out of range")?;
        }
        restore_payments(state, saved.transactions)?;
        // First the policies, then what banks hold under them: a budget is gone with the tree that set it.
        run.journal = saved.journal;
        run.journal.restore(state, &config).map_err(damaged)?;
        for (number, agent) in saved.agents.into_iter().enumerate() {
            restore_agent(state, number, agent)?;
        }
        let queued = state.agents.iter().map(|agent| agent.queue1.len()).sum::<usize>();
        let in_queue1 = state.transactions.iter().filter(|payment| payment.status == Status::Queue1).count();
        require(queued == in_queue1, "a payment is in no queue, or in two")?;
        require(state.queue2.restore(saved.queue2, &mut state.transactions), "its central queue is out of order")?;
        require(state.log.ticks() == state.tick, "its log does not end where it stands")?;
        let expected = opening + allocated(state);
        let now = system_balance(state);
        require(
            now == expected && now == saved.system_balance,
            &format!("its banks hold {now} cents together and should hold {expected}"),
        )?;
        Ok(run)
    }
}

fn truncated(length: usize, expected: usize) -> String {
    format!(
        "the snapshot is truncated: it has {length} of at least {expected} bytes; load an earlier one, or run the scenario again"
    )
}

fn require(holds: bool, why: &str) -> Result<(), SnapshotError> {
    if holds { Ok(()) } else { Err(damaged(why)) }
}

fn system_balance(state: &State) -> i128 {
    state.agents.iter().map(|agent| i128::from(agent.balance)).sum()
}

fn allocated(state: &State) -> i128 {
    state.agents.iter().map(|agent| agent.pool.map_or(0, |pool| i128::from(pool.allocated()))).sum()
}

fn restore_payments(state: &mut State, transactions: Vec<Transaction>) -> Result<(), SnapshotError> {
    let (banks, payments) = (state.agents.len() as u32, transactions.len());
    require(state.log.fits(payments), "its payments are not those of its log")?;
    for (payment, index) in transactions.iter().zip(0..) {
        let is_right = payment.sender < banks
            && payment.receiver < banks
            && payment.sender != payment.receiver
            && payment.amount > 0
            && (0..=payment.amount).contains(&payment.remaining)
            && (payment.parent == NONE || payment.parent < index && !transactions[payment.parent as usize].is_part())
            && payment.deadline_tick <= state.total_ticks.max(payment.arrival_tick.saturating_add(1))
            && payment.status != Status::Submitted;
        require(is_right, &format!("payment {index} is out of range"))?;
        state.deadlines.enter(index, payment.deadline_tick);
        if payment.is_queued() {
            state.agents[payment.sender as usize].count_queued(payment);
        }
    }
    state.transactions = transactions.into_iter().collect();
    for index in 0..payments as u32 {
        let payment = &state.transactions[index as usize];
        if payment.is_queued() && payment.is_overdue() {
            state.count_overdue(index);
        }
    }
    Ok(())
}

fn restore_agent(state: &mut State, number: usize, saved: SavedAgent) -> Result<(), SnapshotError> {
    let out_of_range = format!("what it says about {} is out of range", state.agent_ids[number]);
    let mut seen = std::collections::BTreeSet::new();
    let mut is_its_own = |index: &u32| {
        let payment = state.transactions.get(*index as usize);
        seen.insert(*index) && payment.is_some_and(|payment| payment.status == Status::Queue1 && payment.sender == number as u32)
    };
    require(saved.queue1.iter().all(&mut is_its_own), &out_of_range)?;
    let agent = &mut state.agents[number];
    agent.balance = saved.balance;
    agent.queue1 = saved.queue1;
    agent.budget = saved.budget;
    agent.registers = saved.registers.into_iter().map(|(key, bits)| (key, f64::from_bits(bits))).collect();
    agent.costs_of_run = saved.costs_of_run;
    state.throughput_today[number] = saved.throughput_today;
    let pool = match (&mut agent.pool, saved.allocated) {
        (None, None) => true,
        (Some(pool), Some(allocated)) => pool.restore(allocated),
        _ => false,
    };
    let limits = match &mut agent.limits {
        None => saved.limits_used.is_empty(),
        Some(limits) => limits.restore(&saved.limits_used),
    };
    require(pool && limits && agent.collateral.restore(saved.collateral), &out_of_range)
}
