//! How the system stands at the end of a tick: queues in order, liquidity, and what is used of the limits.

use super::{LimitUse, Obstacles, Place};
use crate::agent::{Limit, Limits};
use crate::config::Queue2Blocking;
use crate::money::Cents;
use crate::replay::{AgentReplay, PaymentReplay};
use crate::views::Record;

/// The system at the end of a tick.
pub struct Facts {
    pub agents: Vec<AgentReplay>,
    pub payments: Vec<PaymentReplay>,
    /// The central queue, in the order in which it is served.
    pub queue2: Vec<u32>,
    /// By bank, with what is used today.
    pub limits: Vec<Option<Box<Limits>>>,
    blocking: Queue2Blocking,
    tick: u32,
}

impl Facts {
    pub fn at(record: &Record<'_>, tick: u32) -> Self {
        let mut replay = record.replay();
        record.log.range(0, tick.saturating_add(1)).for_each(|event| replay.apply(&event));
        let config = record.config;
        let mut by_id: Vec<_> = config.agents.iter().collect();
        by_id.sort_by(|a, b| a.id.cmp(&b.id));
        let mut limits: Vec<_> = by_id.into_iter().map(|agent| Limits::new(&agent.limits, record.agent_ids)).collect();
        let today = (tick - tick % config.ticks_per_day) as i32;
        // A payment that was split is paid by its parts.
        for payment in replay.payments.iter().filter(|payment| payment.settled_tick >= today && !payment.is_split()) {
            if let Some(limits) = &mut limits[payment.sender as usize] {
                limits.record(payment.receiver as u32, payment.amount);
            }
        }
        Self {
            queue2: replay.queue2(),
            agents: replay.agents,
            payments: replay.payments,
            limits,
            blocking: config.queue2_blocking,
            tick,
        }
    }

    pub fn payment(&self, index: u32) -> &PaymentReplay {
        &self.payments[index as usize]
    }

    pub fn sender(&self, index: u32) -> u32 {
        self.payment(index).sender as u32
    }

    pub fn receiver(&self, index: u32) -> u32 {
        self.payment(index).receiver as u32
    }

    pub fn available_liquidity(&self, agent: u32) -> Cents {
        cents(self.headroom(agent).max(0))
    }

    /// Balance and unused credit; less than nothing if the bank is beyond its credit, which it must make good before it can pay.
    pub fn headroom(&self, agent: u32) -> i128 {
        let agent = &self.agents[agent as usize];
        i128::from(agent.balance) + i128::from(agent.credit_limit)
    }

    pub fn place(&self, index: u32) -> Place {
        let payment = self.payment(index);
        match () {
            () if payment.settled_tick >= 0 => Place::Settled,
            () if payment.dropped_tick >= 0 => Place::Dropped,
            () if payment.is_split() => Place::Split,
            () if payment.submitted_tick >= 0 => Place::Queue2,
            () => Place::Queue1,
        }
    }

    pub fn parts_of(&self, whole: u32) -> Vec<u32> {
        (0..self.payments.len() as u32).filter(|index| self.payment(*index).parent == whole as i32).collect()
    }

    /// The first tick of the next day, if the run has one.
    pub fn next_day(&self, record: &Record<'_>) -> Option<u32> {
        let config = record.config;
        Some((self.tick / config.ticks_per_day + 1) * config.ticks_per_day).filter(|tick| *tick < config.total_ticks())
    }

    /// The queued payments of a bank, in queue order.
    pub fn queue2_of(&self, sender: u32) -> impl Iterator<Item = u32> + '_ {
        self.queue2.iter().copied().filter(move |index| self.sender(*index) == sender)
    }

    /// What would stop a payment if it were tried now.
    pub fn obstacles(&self, index: u32) -> Obstacles {
        let payment = *self.payment(index);
        let (sender, receiver) = (payment.sender as u32, payment.receiver as u32);
        let headroom = self.headroom(sender);
        let limits = self.limits[sender as usize].as_deref();
        let limit_use = |limit: &Limit| LimitUse {
            limit: limit.ceiling,
            used: cents(limit.used),
            over_by: cents((limit.used + i128::from(payment.amount) - i128::from(limit.ceiling)).max(0)),
        };
        let is_fifo = self.blocking == Queue2Blocking::PerSenderFifo;
        let (taken_first, short_in_queue) = self.money_that_releases(index);
        Obstacles {
            available_liquidity: cents(headroom.max(0)),
            short_by: cents((i128::from(payment.amount) - headroom).max(0)),
            bilateral_limit: limits.and_then(|limits| limits.bilateral(receiver)).map(limit_use),
            multilateral_limit: limits.and_then(Limits::multilateral).map(limit_use),
            behind: self.queue2_of(sender).next().filter(|head| is_fifo && *head != index),
            taken_first,
            short_in_queue,
        }
    }

    /// How much more money releases a payment in the next pass over the queue, and the payments ahead of it that take some of it first.
    fn money_that_releases(&self, index: u32) -> (Vec<u32>, Option<Cents>) {
        let payment = self.payment(index);
        let sender = payment.sender as u32;
        let ahead: Vec<u32> = self.queue2_of(sender).take_while(|other| *other != index).collect();
        let headroom = self.headroom(sender);
        let amount = i128::from(payment.amount);
        let mut more = (amount - headroom).max(0);
        loop {
            let Some(pass) = self.pass_over(sender, &ahead, headroom + more) else { return (Vec::new(), None) };
            if !pass.limits.is_none_or(|limits| limits.admits(payment.receiver as u32, amount)) {
                return (pass.settled, None);
            }
            if pass.left >= amount {
                return (pass.settled, Some(cents(more)));
            }
            more += amount - pass.left;
        }
    }

    /// What a pass settles with so much money. None where one that cannot settle blocks the others.
    fn pass_over(&self, sender: u32, queue: &[u32], left: i128) -> Option<Pass> {
        let is_fifo = self.blocking == Queue2Blocking::PerSenderFifo;
        let mut pass = Pass { settled: Vec::new(), left, limits: self.limits[sender as usize].clone() };
        for index in queue {
            let amount = self.payment(*index).amount;
            let receiver = self.receiver(*index);
            let admitted = pass.limits.as_ref().is_none_or(|limits| limits.admits(receiver, amount.into()));
            if is_fifo && !admitted {
                return None;
            }
            // Where payments wait behind each other, each of them must be paid, and what is left may be less than nothing.
            if admitted && (is_fifo || i128::from(amount) <= pass.left) {
                pass.left -= i128::from(amount);
                pass.settled.push(*index);
                if let Some(limits) = &mut pass.limits {
                    limits.record(receiver, amount);
                }
            }
        }
        Some(pass)
    }
}

/// A pass over one bank's part of the central queue.
struct Pass {
    settled: Vec<u32>,
    left: i128,
    limits: Option<Box<Limits>>,
}

/// Cents that fit; only a log that no engine has written tells of more.
pub fn cents(value: i128) -> Cents {
    Cents::try_from(value).unwrap_or(if value < 0 { Cents::MIN } else { Cents::MAX })
}
