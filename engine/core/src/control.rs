//! What is done from outside while a run goes on: payments submitted, taken back and declared anew, collateral, other policies.
//!
//! A command is accepted or refused at once, between ticks. What is accepted happens at the beginning of the next tick, before everything
//! that the scenario brings, and is logged there: first its effect, then the command itself. So the log tells all that was done, and the
//! same configuration with the same commands gives the same run.

use crate::collateral::{post_by_hand, withdraw_by_hand};
use crate::config::{Config, PolicyConfig};
use crate::error::{ConfigError, SimulationError};
use crate::event::{EventKind, PayloadReader};
use crate::log::{Common, EventLog, NONE};
use crate::money::{AMOUNT_MAX, Cents};
use crate::orchestrator::Orchestrator;
use crate::policy::Policy;
use crate::queue1::{declare, withdraw};
use crate::state::{NewPayment, State};
use crate::transaction::{RtgsPriority, Status};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Ticks that collateral is held after it was posted by hand.
const HOLDING_TICKS: u32 = 5;

/// The places of the commands in `event::CONTROLS`.
pub const CONTROL_SUBMIT: u8 = 0;
const CONTROL_WITHDRAW: u8 = 1;
const CONTROL_RESUBMIT: u8 = 2;
const CONTROL_POST_COLLATERAL: u8 = 3;
const CONTROL_WITHDRAW_COLLATERAL: u8 = 4;
const CONTROL_REPLACE_POLICY: u8 = 5;

/// A command is refused; the message names the value and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlError(pub String);

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ControlError {}

fn refuse<T>(message: String) -> Result<T, ControlError> {
    Err(ControlError(message))
}

/// A payment that somebody submits.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The id of the paying bank.
    pub sender: &'a str,
    /// The id of the bank that is paid.
    pub receiver: &'a str,
    /// Cents, positive.
    pub amount: Cents,
    /// The last tick in which it is on time; it is capped as every deadline.
    pub deadline_tick: u32,
    /// 0 to 10.
    pub priority: u8,
    /// Whether it may be split.
    pub divisible: bool,
}

/// What is to be done. Policies are JSON, as in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A payment arrives in its sender's own queue.
    Submit {
        /// The paying bank.
        sender: u32,
        /// The bank that is paid.
        receiver: u32,
        /// Cents.
        amount: Cents,
        /// The last tick in which it is on time, before it is capped.
        deadline_tick: u32,
        /// 0 to 10.
        priority: u8,
        /// Whether it may be split.
        divisible: bool,
    },
    /// A payment goes back from the central queue to its sender's own.
    Withdraw {
        /// The payment.
        payment: u32,
    },
    /// A payment is declared anew; from the central queue it goes back first.
    Resubmit {
        /// The payment.
        payment: u32,
        /// What is declared.
        priority: RtgsPriority,
    },
    /// A bank posts collateral.
    PostCollateral {
        /// The bank.
        agent: u32,
        /// Cents.
        amount: Cents,
    },
    /// A bank withdraws collateral.
    WithdrawCollateral {
        /// The bank.
        agent: u32,
        /// Cents.
        amount: Cents,
    },
    /// A bank gets another policy.
    ReplacePolicy {
        /// The bank.
        agent: u32,
        /// The policy.
        policy: String,
    },
}

/// All commands of a run, each with the tick at whose beginning it is carried out, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    entries: Vec<(u32, Command)>,
    /// Those before this place have been carried out.
    next: usize,
}

impl Journal {
    /// The commands that a log tells of.
    pub fn of(log: &EventLog) -> Self {
        let told = log.iter().filter(|event| event.kind == EventKind::ControlExecuted);
        Self { entries: told.filter_map(|event| Some((event.tick, Command::read(event.reader())?))).collect(), next: 0 }
    }

    /// The same commands, of which none has been carried out.
    pub fn rewound(self) -> Self {
        Self { next: 0, ..self }
    }

    /// After a snapshot: the commands before this tick have been carried out. Policies that were replaced are replaced again. Refused if
    /// a command could not have been accepted.
    pub fn restore(&mut self, state: &mut State, config: &Config) -> Result<(), String> {
        let (banks, payments) = (state.agents.len() as u32, state.log.payments());
        self.next = self.entries.partition_point(|(tick, _)| *tick < state.tick);
        if !self.entries.is_sorted_by_key(|(tick, _)| *tick) || self.entries.last().is_some_and(|(tick, _)| *tick > state.tick) {
            return Err("the ticks of its commands do not ascend".to_owned());
        }
        for (place, (tick, command)) in self.entries.iter().enumerate() {
            let is_right = match *command {
                Command::Submit { sender, receiver, amount, priority, .. } => {
                    sender < banks && receiver < banks && sender != receiver && amount > 0 && priority <= 10
                }
                Command::Withdraw { payment } | Command::Resubmit { payment, .. } => payment < payments,
                Command::PostCollateral { agent, .. } | Command::WithdrawCollateral { agent, .. } => agent < banks,
                Command::ReplacePolicy { agent, ref policy } => {
                    agent < banks
                        && match self.next {
                            next if place < next => replace_policy(state, config, agent, policy).is_ok(),
                            _ => read_policy(config, &state.agent_ids, &state.agent_ids[agent as usize], policy).is_ok(),
                        }
                }
            };
            if !is_right {
                return Err(format!("its command {place} for tick {tick} cannot have been given"));
            }
        }
        Ok(())
    }

    fn push(&mut self, tick: u32, command: Command) {
        self.entries.push((tick, command));
    }

    /// The commands that wait for the next tick.
    fn pending(&self) -> impl Iterator<Item = &Command> {
        self.entries[self.next..].iter().map(|(_, command)| command)
    }

    /// Carry out what is due.
    pub fn carry_out(&mut self, state: &mut State, config: &Config) -> Result<(), SimulationError> {
        while let Some((tick, command)) = self.entries.get(self.next) {
            if *tick > state.tick {
                break;
            }
            command.carry_out(state, config)?;
            self.next += 1;
        }
        Ok(())
    }
}

impl Command {
    fn read(mut details: PayloadReader<'_>) -> Option<Self> {
        Some(match details.u8() {
            CONTROL_SUBMIT => Self::Submit {
                sender: details.u32(),
                receiver: details.u32(),
                amount: details.i64(),
                deadline_tick: details.u32(),
                priority: details.u8(),
                divisible: details.u8() != 0,
            },
            CONTROL_WITHDRAW => Self::Withdraw { payment: details.u32() },
            CONTROL_RESUBMIT => {
                Self::Resubmit { payment: details.u32(), priority: RtgsPriority::ALL.get(usize::from(details.u8())).copied()? }
            }
            CONTROL_POST_COLLATERAL => Self::PostCollateral { agent: details.u32(), amount: details.i64() },
            CONTROL_WITHDRAW_COLLATERAL => Self::WithdrawCollateral { agent: details.u32(), amount: details.i64() },
            CONTROL_REPLACE_POLICY => Self::ReplacePolicy { agent: details.u32(), policy: details.text()? },
            _ => return None,
        })
    }

    fn carry_out(&self, state: &mut State, config: &Config) -> Result<(), SimulationError> {
        match *self {
            Self::Submit { sender, receiver, amount, deadline_tick, priority, divisible } => {
                let deadline_offset = deadline_tick.saturating_sub(state.tick);
                let index = state.add_payment(NewPayment { sender, receiver, amount, deadline_offset, priority, divisible })?;
                state.log_arrival(index);
                log(state, CONTROL_SUBMIT)
                    .u32(sender)
                    .u32(receiver)
                    .i64(amount)
                    .u32(deadline_tick)
                    .u8(priority)
                    .u8(u8::from(divisible))
                    .u32(index);
            }
            Self::Withdraw { payment } => {
                let index = waiting(state, payment)?;
                withdraw(state, index);
                log(state, CONTROL_WITHDRAW).u32(index);
            }
            Self::Resubmit { payment, priority } => {
                let index = waiting(state, payment)?;
                if state.transactions[index as usize].status == Status::Queue2 {
                    withdraw(state, index);
                }
                declare(state, index, priority);
                log(state, CONTROL_RESUBMIT).u32(index).u8(priority as u8);
            }
            Self::PostCollateral { agent, amount } => {
                post_by_hand(state, agent as usize, amount);
                log(state, CONTROL_POST_COLLATERAL).u32(agent).i64(amount);
            }
            Self::WithdrawCollateral { agent, amount } => {
                withdraw_by_hand(state, agent as usize, amount);
                log(state, CONTROL_WITHDRAW_COLLATERAL).u32(agent).i64(amount);
            }
            Self::ReplacePolicy { agent, ref policy } => {
                replace_policy(state, config, agent, policy).map_err(SimulationError::Control)?;
                log(state, CONTROL_REPLACE_POLICY).u32(agent).text(Some(policy));
            }
        }
        Ok(())
    }
}

/// The place of a payment that waits.
fn waiting(state: &State, payment: u32) -> Result<u32, SimulationError> {
    let index = state
        .log
        .slot_of(payment)
        .filter(|index| state.transactions.get(*index as usize).is_some_and(|payment| payment.is_queued()));
    index.ok_or_else(|| SimulationError::Control(ConfigError::new("tx_id", format!("payment {payment} does not wait"))))
}

fn log(state: &mut State, control: u8) -> crate::log::PayloadWriter<'_> {
    state.log.append(EventKind::ControlExecuted, Common::NOTHING).u8(control)
}

/// Give a bank another policy. What it remembers stays; its pool follows at the next allocation.
pub fn replace_policy(state: &mut State, config: &Config, agent: u32, policy: &str) -> Result<(), ConfigError> {
    let id = &state.agent_ids[agent as usize];
    let (policy, fraction) = read_policy(config, &state.agent_ids, id, policy)?;
    let agent = &mut state.agents[agent as usize];
    if let (Some(pool), Some(fraction)) = (&mut agent.pool, fraction) {
        pool.set_fraction(fraction);
    }
    agent.policy = policy;
    state.note_policies();
    Ok(())
}

/// A policy that is right, and the part of the bank's pool to allocate with it.
fn read_policy(
    config: &Config,
    agent_ids: &[String],
    id: &str,
    policy: &str,
) -> Result<(Policy, Option<crate::money::Rate>), ConfigError> {
    let policy: PolicyConfig = serde_json::from_str(policy).map_err(|error| ConfigError::new("policy", error.to_string()))?;
    policy.validate("policy")?;
    let policy = Policy::new(&policy, "policy", agent_ids)?;
    if policy.trees().is_some_and(|trees| trees.payment.is_none()) {
        return Err(ConfigError::new(
            "policy.document.payment_tree",
            "is missing; a policy that replaces another decides about payments",
        ));
    }
    let configured = config.agents.iter().find(|agent| agent.id == id).map(|agent| agent.liquidity_allocation_fraction);
    let fraction = policy.initial_liquidity_fraction("policy")?.or(configured);
    Ok((policy, fraction))
}

impl Orchestrator {
    /// Let a payment arrive at the beginning of the next tick. Returns the name that it will have.
    pub fn submit(&mut self, new: Submission<'_>) -> Result<String, ControlError> {
        self.require_ticks_left()?;
        let sender = self.agent_named("sender_id", new.sender)?;
        let receiver = self.agent_named("receiver_id", new.receiver)?;
        if sender == receiver {
            return refuse(format!("receiver_id: {:?} pays itself; name another bank", new.receiver));
        }
        require_amount(new.amount)?;
        let tick = self.current_tick();
        if new.deadline_tick <= tick {
            return refuse(format!(
                "deadline_tick: got {}; write a tick after {tick}, in which the payment arrives",
                new.deadline_tick
            ));
        }
        if new.priority > 10 {
            return refuse(format!("priority: got {}; a priority is an integer from 0 to 10", new.priority));
        }
        let policy = &self.state().agents[sender as usize].policy;
        if policy.trees().is_some_and(|trees| trees.payment.is_none()) {
            return refuse(format!("sender_id: the policy of {:?} has no payment_tree to decide about payments", new.sender));
        }
        let pending = self.journal().pending().filter(|command| matches!(command, Command::Submit { .. })).count();
        let number = u32::try_from(self.log().payments() as usize + pending).ok().filter(|number| *number < NONE);
        let Some(number) = number else { return refuse("no more payments can be numbered".to_owned()) };
        let Submission { amount, deadline_tick, priority, divisible, .. } = new;
        self.give(Command::Submit { sender, receiver, amount, deadline_tick, priority, divisible });
        Ok(self.log().payment_id(number))
    }

    /// Take a payment back from the central queue to its sender's own, where the sender's policy decides about it anew.
    pub fn withdraw(&mut self, tx_id: &str) -> Result<(), ControlError> {
        let (payment, status) = self.waiting_payment(tx_id)?;
        if status != Status::Queue2 {
            return refuse(format!("tx_id: {tx_id} waits in its sender's own queue; only a payment in Queue 2 can be withdrawn"));
        }
        self.give(Command::Withdraw { payment });
        Ok(())
    }

    /// Declare a payment anew; one in the central queue goes back to its sender's own first.
    pub fn resubmit(&mut self, tx_id: &str, rtgs_priority: &str) -> Result<(), ControlError> {
        let (payment, _) = self.waiting_payment(tx_id)?;
        let Some(priority) = RtgsPriority::from_name(rtgs_priority) else {
            let known = crate::event::RTGS_PRIORITIES.join(", ");
            return refuse(format!("rtgs_priority: got {rtgs_priority:?}; write one of {known}"));
        };
        self.give(Command::Resubmit { payment, priority });
        Ok(())
    }

    /// Let a bank post collateral, within its capacity.
    pub fn post_collateral(&mut self, agent_id: &str, amount: Cents) -> Result<(), ControlError> {
        self.require_ticks_left()?;
        let agent = self.agent_named("agent_id", agent_id)?;
        require_amount(amount)?;
        let collateral = &self.state().agents[agent as usize].collateral;
        let (posted, withdrawn) = self.pending_collateral(agent);
        let room = i128::from(collateral.capacity()) - (i128::from(collateral.posted()) + posted - withdrawn);
        if i128::from(amount) > room {
            return refuse(format!(
                "amount: got {amount}; {agent_id} can post {} more of its {} cents",
                room.max(0),
                collateral.capacity()
            ));
        }
        self.give(Command::PostCollateral { agent, amount });
        Ok(())
    }

    /// Let a bank withdraw collateral that covers no credit and has been held long enough.
    pub fn withdraw_collateral(&mut self, agent_id: &str, amount: Cents) -> Result<(), ControlError> {
        self.require_ticks_left()?;
        let number = self.agent_named("agent_id", agent_id)?;
        require_amount(amount)?;
        let tick = self.current_tick();
        let agent = &self.state().agents[number as usize];
        let (posted, withdrawn) = self.pending_collateral(number);
        let posted_at = if posted > 0 { Some(tick) } else { agent.collateral.posted_by_hand() };
        if let Some(posted_at) = posted_at.filter(|posted_at| tick < posted_at.saturating_add(HOLDING_TICKS)) {
            let until = posted_at.saturating_add(HOLDING_TICKS);
            return refuse(format!(
                "agent_id: {agent_id} posted collateral in tick {posted_at} and holds it for {HOLDING_TICKS} ticks; withdraw from tick {until} on"
            ));
        }
        let free = i128::from(agent.collateral.withdrawable(agent.credit_used(), agent.unsecured_cap, 0)) - withdrawn;
        if i128::from(amount) > free {
            return refuse(format!(
                "amount: got {amount}; {agent_id} has {} cents of collateral posted, of which {} cover no credit",
                agent.collateral.posted(),
                free.max(0)
            ));
        }
        self.give(Command::WithdrawCollateral { agent: number, amount });
        Ok(())
    }

    /// Give a bank another policy from the next tick on.
    pub fn replace_policy(&mut self, agent_id: &str, policy: &PolicyConfig) -> Result<(), ControlError> {
        self.require_ticks_left()?;
        let agent = self.agent_named("agent_id", agent_id)?;
        let policy = serde_json::to_string(policy).map_err(|error| ControlError(format!("policy: {error}")))?;
        read_policy(self.config(), self.agent_ids(), agent_id, &policy).map_err(|error| ControlError(error.to_string()))?;
        self.give(Command::ReplacePolicy { agent, policy });
        Ok(())
    }

    fn give(&mut self, command: Command) {
        let tick = self.current_tick();
        self.journal.push(tick, command);
    }

    fn require_ticks_left(&self) -> Result<(), ControlError> {
        if self.is_complete() {
            return refuse(format!(
                "the run is complete: all {} ticks have been run, and nothing more can be done",
                self.total_ticks()
            ));
        }
        Ok(())
    }

    fn agent_named(&self, field: &str, id: &str) -> Result<u32, ControlError> {
        match self.agent_ids().binary_search_by(|known| known.as_str().cmp(id)) {
            Ok(number) => Ok(number as u32),
            Err(_) => refuse(format!("{field}: {id:?} is not the id of a bank of this run")),
        }
    }

    /// A payment that waits, and where it will when the commands before are carried out.
    fn waiting_payment(&self, tx_id: &str) -> Result<(u32, Status), ControlError> {
        self.require_ticks_left()?;
        let Some(payment) = self.log().payment_named(tx_id) else {
            return refuse(format!("tx_id: {tx_id:?} is not a payment that has arrived"));
        };
        let Some(slot) = self.log().slot_of(payment) else {
            return refuse(format!("tx_id: {tx_id} does not wait: it is settled, was split or was dropped"));
        };
        let status = self.state().transactions[slot as usize].status;
        let what = match status {
            Status::Queue1 | Status::Queue2 => {
                let goes_back = |command: &Command| match command {
                    Command::Withdraw { payment: other } | Command::Resubmit { payment: other, .. } => *other == payment,
                    _ => false,
                };
                return Ok((payment, if self.journal().pending().any(goes_back) { Status::Queue1 } else { status }));
            }
            Status::Settled => "is settled",
            Status::Split => "was split; name one of its parts",
            Status::Dropped => "was dropped",
            Status::Submitted => "is being settled",
        };
        refuse(format!("tx_id: {tx_id} {what}"))
    }

    /// What pending commands post for a bank, and withdraw.
    fn pending_collateral(&self, agent: u32) -> (i128, i128) {
        self.journal().pending().fold((0, 0), |(posted, withdrawn), command| match command {
            Command::PostCollateral { agent: bank, amount } if *bank == agent => (posted + i128::from(*amount), withdrawn),
            Command::WithdrawCollateral { agent: bank, amount } if *bank == agent => (posted, withdrawn + i128::from(*amount)),
            _ => (posted, withdrawn),
        })
    }
}

fn require_amount(amount: Cents) -> Result<(), ControlError> {
    if !(1..=AMOUNT_MAX).contains(&amount) {
        return refuse(format!("amount: got {amount}; write an integer number of cents from 1 to {AMOUNT_MAX}"));
    }
    Ok(())
}
