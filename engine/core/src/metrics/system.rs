//! The figures of a whole run.

use crate::costs::COST_NAMES;
use crate::event::Value;
use crate::money::Cents;
use crate::tally::Counts;
use crate::transaction::{MECHANISMS, Mechanism};
use crate::views::Record;

/// The figures of a run so far. Delays are in ticks, from arrival to settlement (of a split payment: of its last part).
#[derive(Debug, Clone, PartialEq)]
pub struct SystemMetrics {
    /// Ticks that were run.
    pub ticks: u32,
    /// Arrivals, settlements by mechanism, cost.
    pub counts: Counts,
    /// Payments, parts too.
    pub transactions: usize,
    /// Parts of split payments.
    pub children: usize,
    /// Of those, settled.
    pub settled_children: usize,
    /// Sum of the delays of settled payments that are not parts.
    pub delay_sum: i128,
    /// The longest of them.
    pub max_delay: i64,
    /// Sum of delay times amount.
    pub delay_value_sum: f64,
    /// Cents of settled payments that are not parts.
    pub settled_original_value: i128,
    /// Payments that are not parts and settled by their deadline.
    pub on_time: u64,
    /// Sum, over everything that settled, of amount times tick within the day.
    pub tick_value_sum: f64,
    /// Payments in the banks' own queues.
    pub queue1_size: i64,
    /// Payments in the central queue.
    pub queue2_size: i64,
    /// The most payments in all queues together at the end of a tick.
    pub max_queue_depth: i64,
    /// The largest overdraft of a bank there ever was.
    pub peak_overdraft: Cents,
    /// The sum, over banks and days, of how far the balance fell below where it was after a pool's allocation.
    pub liquidity_used: i128,
    /// Whether, after every tick, balances less what came from pools added up to what they did in the beginning.
    pub money_is_conserved: bool,
    /// Costs by category.
    pub costs: [i128; COST_NAMES.len()],
    /// The banks, by number.
    pub banks: Vec<BankMetrics>,
}

/// The figures of a bank.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BankMetrics {
    /// At the end.
    pub balance: Cents,
    /// Sum of the balances at the ends of ticks.
    pub balance_sum: i128,
    /// The smallest there ever was before a pool's return at the end of a day, the one before the first tick included.
    pub min_balance: Cents,
    /// The largest.
    pub max_balance: Cents,
    /// Payments of it that settled, each part by itself, and their cents.
    pub sent: (i64, i128),
    /// Payments to it that settled, and their cents.
    pub received: (i64, i128),
}

impl Record<'_> {
    /// The figures of the run so far.
    pub fn metrics(&self) -> SystemMetrics {
        let opening = self.replay();
        let money = |replay: &crate::replay::Replay| {
            replay.agents.iter().map(|agent| i128::from(agent.balance) - i128::from(agent.allocated)).sum::<i128>()
        };
        let money_before = money(&opening);
        let sample = |balance: Cents| BankMetrics { balance, min_balance: balance, max_balance: balance, ..Default::default() };
        let mut banks: Vec<BankMetrics> = opening.agents.iter().map(|agent| sample(agent.balance)).collect();
        let (mut depth, mut used, mut conserved) = (0, 0_i128, true);
        let end = self.each_tick(|replay, ends_day| {
            depth = depth.max(replay.agents.iter().map(|agent| agent.queue1_count + agent.queue2_count).sum());
            conserved &= money(replay) == money_before;
            for (bank, agent) in banks.iter_mut().zip(&replay.agents) {
                bank.balance = agent.balance;
                bank.balance_sum += i128::from(agent.balance);
                if ends_day {
                    bank.min_balance = bank.min_balance.min(agent.day.min_balance);
                    bank.max_balance = bank.max_balance.max(agent.day.max_balance);
                    bank.sent.0 += agent.day.sent;
                    bank.sent.1 += i128::from(agent.day.sent_value);
                    bank.received.0 += agent.day.received;
                    bank.received.1 += i128::from(agent.day.received_value);
                    used += i128::from(agent.day.liquidity_used);
                }
            }
        });
        let mut metrics = SystemMetrics {
            ticks: self.log.ticks(),
            counts: end.of_tick,
            transactions: end.payments.len(),
            children: end.payments.iter().filter(|payment| payment.parent >= 0).count(),
            settled_children: end.payments.iter().filter(|payment| payment.parent >= 0 && payment.settled_tick >= 0).count(),
            delay_sum: 0,
            max_delay: 0,
            delay_value_sum: 0.0,
            settled_original_value: 0,
            on_time: 0,
            tick_value_sum: 0.0,
            queue1_size: end.agents.iter().map(|agent| agent.queue1_count).sum(),
            queue2_size: end.agents.iter().map(|agent| agent.queue2_count).sum(),
            max_queue_depth: depth,
            peak_overdraft: banks.iter().map(|bank| bank.min_balance.saturating_neg().max(0)).max().unwrap_or(0),
            liquidity_used: used,
            money_is_conserved: conserved,
            costs: [0; COST_NAMES.len()],
            banks,
        };
        for payment in end.payments.iter().filter(|payment| payment.settled_tick >= 0) {
            if !payment.is_split() {
                let tick_in_day = payment.settled_tick as u32 % self.config.ticks_per_day;
                metrics.tick_value_sum += payment.amount as f64 * f64::from(tick_in_day);
            }
            if payment.parent < 0 {
                let delay = i64::from(payment.settled_tick - payment.arrival_tick);
                metrics.delay_sum += i128::from(delay);
                metrics.max_delay = metrics.max_delay.max(delay);
                metrics.delay_value_sum += delay as f64 * payment.amount as f64;
                metrics.settled_original_value += i128::from(payment.amount);
                metrics.on_time += u64::from(payment.settled_tick <= payment.deadline_tick);
            }
        }
        for agent in &end.agents {
            metrics.costs.iter_mut().zip(agent.costs).for_each(|(sum, cost)| *sum += i128::from(cost));
        }
        metrics
    }
}

/// A part of a whole, 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

impl SystemMetrics {
    /// The figures as named values, ratios worked out.
    pub fn value(&self, ticks_per_day: u32) -> Value {
        let counts = &self.counts;
        let integer = |number: i128| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let count = |number: u64| Value::Integer(number as i64);
        let settled_value: i128 = counts.settled_value.iter().sum();
        let netted_value: i128 = counts.settled_value[Mechanism::Bilateral as usize..].iter().sum();
        let net_outflows: i128 = self.banks.iter().map(|bank| (bank.sent.1 - bank.received.1).max(0)).sum();
        let (arrivals, settled) = (counts.arrivals as f64, counts.settled_originals as f64);
        let overdrafts = || self.banks.iter().map(|bank| bank.balance.saturating_neg().max(0));
        let by_mechanism = |number: &dyn Fn(usize) -> i128| {
            Value::Object((0..MECHANISMS.len()).map(|place| (MECHANISMS[place], integer(number(place)))).collect())
        };
        let mut costs: Vec<_> = COST_NAMES.into_iter().zip(self.costs.map(integer)).collect();
        costs.push(("total_cost", integer(self.costs.iter().sum())));
        Value::Object(vec![
            ("total_ticks", Value::Integer(self.ticks.into())),
            ("total_arrivals", count(counts.arrivals)),
            ("total_settlements", count(counts.settled_originals)),
            ("settlement_rate", Value::Float(share(settled, arrivals))),
            ("total_dropped", count(counts.dropped)),
            ("avg_delay_ticks", Value::Float(share(self.delay_sum as f64, settled))),
            ("max_delay_ticks", Value::Integer(self.max_delay)),
            ("value_weighted_delay_ticks", Value::Float(share(self.delay_value_sum, self.settled_original_value as f64))),
            ("queue1_total_size", Value::Integer(self.queue1_size)),
            ("queue2_total_size", Value::Integer(self.queue2_size)),
            ("max_queue_depth", Value::Integer(self.max_queue_depth)),
            ("peak_overdraft", Value::Integer(self.peak_overdraft)),
            ("current_max_overdraft", Value::Integer(overdrafts().max().unwrap_or(0))),
            ("agents_in_overdraft", Value::Integer(overdrafts().filter(|overdraft| *overdraft > 0).count() as i64)),
            ("total_transactions", Value::Integer(self.transactions as i64)),
            ("children", Value::Integer(self.children as i64)),
            ("settled_children", Value::Integer(self.settled_children as i64)),
            ("settled_payments", by_mechanism(&|place| i128::from(counts.settled[place]))),
            ("settled_value", by_mechanism(&|place| counts.settled_value[place])),
            ("lsm_operations", count(counts.lsm_operations)),
            ("lsm_settled_payments", count(counts.lsm_settled_payments())),
            ("lsm_share", Value::Float(share(netted_value as f64, settled_value as f64))),
            ("net_to_gross", Value::Float(share(net_outflows as f64, settled_value as f64))),
            ("liquidity_used", integer(self.liquidity_used)),
            ("turnover", Value::Float(share(settled_value as f64, self.liquidity_used as f64))),
            ("on_time_share", Value::Float(share(self.on_time as f64, arrivals))),
            (
                "value_weighted_settlement_time",
                Value::Float(share(self.tick_value_sum, settled_value as f64) / f64::from(ticks_per_day)),
            ),
            ("money_is_conserved", Value::Boolean(self.money_is_conserved)),
            ("costs", Value::Object(costs)),
            ("agents", Value::List((0..).zip(&self.banks).map(|(number, bank)| bank.value(number, self.ticks)).collect())),
        ])
    }
}

impl BankMetrics {
    fn value(&self, number: u32, ticks: u32) -> Value {
        let integer = |number: i128| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        Value::Object(vec![
            ("id", Value::Agent(number)),
            ("final_balance", Value::Integer(self.balance)),
            ("avg_balance", Value::Float(share(self.balance_sum as f64, f64::from(ticks)))),
            ("min_balance", Value::Integer(self.min_balance)),
            ("max_balance", Value::Integer(self.max_balance)),
            ("peak_overdraft", Value::Integer(self.min_balance.saturating_neg().max(0))),
            ("num_sent", Value::Integer(self.sent.0)),
            ("num_received", Value::Integer(self.received.0)),
            ("total_sent", integer(self.sent.1)),
            ("total_received", integer(self.received.1)),
        ])
    }
}
