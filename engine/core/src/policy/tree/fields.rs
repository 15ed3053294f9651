//! What trees can see: one table of fields. The evaluator, the validator, the schema, the feature toggles and the documentation are all
//! made from it.

use super::context::Context;

/// A field: its name, where it may stand, what it means, and how it is read.
#[derive(Debug)]
pub struct FieldEntry {
    /// Its name in documents.
    pub name: &'static str,
    /// Its category, for feature toggles.
    pub category: &'static str,
    /// Whether it belongs to a payment, and so may stand in payment trees only.
    pub of_payment: bool,
    /// Its unit.
    pub unit: &'static str,
    /// What it means.
    pub description: &'static str,
    /// How it is read.
    pub read: fn(&Context<'_>) -> f64,
}

/// What names of state registers begin with.
pub const REGISTER_PREFIX: &str = "bank_state_";

/// The field with this name.
pub fn field(name: &str) -> Option<&'static FieldEntry> {
    FIELDS.iter().find(|field| field.name == name)
}

macro_rules! field {
    ($category:literal, P, $name:literal, $unit:literal, $read:expr, $description:literal) => {
        FieldEntry { name: $name, category: $category, of_payment: true, unit: $unit, description: $description, read: $read }
    };
    ($category:literal, $name:literal, $unit:literal, $read:expr, $description:literal) => {
        FieldEntry { name: $name, category: $category, of_payment: false, unit: $unit, description: $description, read: $read }
    };
}

fn yes(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

fn tick(c: &Context<'_>) -> f64 {
    f64::from(c.state.tick)
}

fn tick_in_day(c: &Context<'_>) -> f64 {
    f64::from(c.state.tick % c.state.ticks_per_day)
}

fn day_progress(c: &Context<'_>) -> f64 {
    tick_in_day(c) / f64::from(c.state.ticks_per_day)
}

fn available(c: &Context<'_>) -> f64 {
    c.agent().available_liquidity() as f64
}

fn required_collateral(c: &Context<'_>) -> f64 {
    let agent = c.agent();
    let uncovered = (agent.credit_used() - agent.unsecured_cap).max(0);
    agent.collateral.needed_for(uncovered).unwrap_or(0) as f64
}

fn nearest_queue2_deadline(c: &Context<'_>) -> f64 {
    let queued = c.state.queue2.payments_of(c.number);
    queued.map(|index| f64::from(c.state.transactions[index as usize].deadline_tick)).fold(f64::INFINITY, f64::min)
}

/// 0 when nothing waits, towards 1 as the central queue grows beyond ten payments a bank.
fn queue2_pressure(c: &Context<'_>) -> f64 {
    let length = c.state.queue2.len() as f64 / (10.0 * c.state.agents.len() as f64);
    2.0 / (1.0 + libm::exp(-2.0 * length)) - 1.0
}

fn throughput(c: &Context<'_>) -> f64 {
    let (arrived, settled) = c.state.throughput_today[c.number as usize];
    if arrived == 0 { 0.0 } else { f64::from(settled) / f64::from(arrived) }
}

/// FNV-1a, 64 bits, as a number: equal for equal ids, which is all that it is good for.
fn id_hash(c: &Context<'_>, agent: u32) -> f64 {
    let hash = c.state.agent_ids[agent as usize]
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash as f64
}

fn top_out<const K: usize>(c: &Context<'_>) -> f64 {
    c.top_value(true, K - 1)
}

fn top_in<const K: usize>(c: &Context<'_>) -> f64 {
    c.top_value(false, K - 1)
}

fn top_net<const K: usize>(c: &Context<'_>) -> f64 {
    c.top_counterparties().get(K - 1).map_or(0.0, |(_, net)| *net as f64)
}

fn top_id<const K: usize>(c: &Context<'_>) -> f64 {
    c.top_counterparties().get(K - 1).map_or(0.0, |(agent, _)| id_hash(c, *agent))
}

/// Every field. State registers, whose names begin with `REGISTER_PREFIX`, come on top; their category is `StateRegisterField`.
pub const FIELDS: &[FieldEntry] = &[
    field!("TransactionField", P, "amount", "cents", |c| c.of_payment(|p| p.amount as f64), "original amount"),
    field!("TransactionField", P, "remaining_amount", "cents", |c| c.of_payment(|p| p.remaining as f64), "open part of the amount"),
    field!(
        "TransactionField",
        P,
        "settled_amount",
        "cents",
        |c| c.of_payment(|p| (p.amount - p.remaining) as f64),
        "paid part of the amount"
    ),
    field!("TransactionField", P, "arrival_tick", "tick", |c| c.of_payment(|p| p.arrival_tick.into()), "when it arrived"),
    field!(
        "TransactionField",
        P,
        "deadline_tick",
        "tick",
        |c| c.of_payment(|p| p.deadline_tick.into()),
        "the last tick in which it is on time"
    ),
    field!("TransactionField", P, "priority", "0 to 10", |c| c.of_payment(|p| p.priority.into()), "priority, after any escalation"),
    field!(
        "TransactionField",
        P,
        "is_split",
        "0 or 1",
        |c| c.of_payment(|p| yes(p.is_part())),
        "whether it is a part of another payment"
    ),
    field!(
        "TransactionField",
        P,
        "is_past_deadline",
        "0 or 1",
        |c| c.of_payment(|p| yes(c.state.tick > p.deadline_tick)),
        "whether the deadline has passed"
    ),
    field!(
        "TransactionField",
        P,
        "is_overdue",
        "0 or 1",
        |c| c.of_payment(|p| yes(p.is_overdue())),
        "whether it has been marked as overdue"
    ),
    field!(
        "TransactionField",
        P,
        "overdue_duration",
        "ticks",
        |c| c.of_payment(|p| if p.is_overdue() { tick(c) - f64::from(p.overdue_since) } else { 0.0 }),
        "since when it is overdue"
    ),
    field!(
        "TransactionField",
        P,
        "is_in_queue2",
        "0 or 1",
        |c| c.of_payment(|p| yes(p.status == crate::transaction::Status::Queue2)),
        "whether it is in the central queue"
    ),
    field!(
        "TimeField",
        P,
        "ticks_to_deadline",
        "ticks",
        |c| c.of_payment(|p| f64::from(p.deadline_tick) - tick(c)),
        "deadline less current tick; may be negative"
    ),
    field!(
        "TimeField",
        P,
        "queue_age",
        "ticks",
        |c| c.of_payment(|p| (tick(c) - f64::from(p.arrival_tick)).max(0.0)),
        "since when it has been here"
    ),
    field!(
        "CostField",
        P,
        "cost_delay_this_tx_one_tick",
        "cents",
        |c| c.of_payment(|p| p.remaining as f64 * c.rates().figures.delay_per_cent),
        "delay cost of the open part for a tick, without multipliers"
    ),
    field!(
        "CostField",
        P,
        "cost_overdraft_this_amount_one_tick",
        "cents",
        |c| c.of_payment(|p| p.remaining as f64 * c.rates().figures.overdraft_bps / 10_000.0),
        "overdraft cost of the open part for a tick"
    ),
    field!("AgentField", "balance", "cents", |c| c.agent().balance as f64, "balance; below zero it uses intraday credit"),
    field!("AgentField", "credit_limit", "cents", |c| c.agent().unsecured_cap as f64, "intraday credit without collateral"),
    field!("AgentField", "unsecured_cap", "cents", |c| c.agent().unsecured_cap as f64, "the same"),
    field!("AgentField", "credit_used", "cents", |c| c.agent().credit_used() as f64, "how far the balance is below zero"),
    field!(
        "AgentField",
        "credit_headroom",
        "cents",
        |c| (c.agent().unsecured_cap - c.agent().credit_used()) as f64,
        "credit without collateral less credit used"
    ),
    field!("AgentField", "effective_liquidity", "cents", available, "what the bank can pay now"),
    field!("AgentField", "available_liquidity", "cents", available, "the same"),
    field!("AgentField", "is_using_credit", "0 or 1", |c| yes(c.agent().balance < 0), "whether the balance is below zero"),
    field!("AgentField", "is_overdraft_capped", "0 or 1", |_| 1.0, "always 1: credit is always limited"),
    field!("AgentField", "liquidity_buffer", "cents", |_| 0.0, "always 0: a document has its own parameters for this"),
    field!(
        "AgentField",
        "liquidity_pressure",
        "0 to 1",
        |c| {
            let agent = c.agent();
            let whole = agent.balance as f64 + agent.unsecured_cap as f64 + agent.collateral.posted() as f64;
            if whole <= 0.0 { 1.0 } else { (1.0 - agent.balance.max(0) as f64 / whole).clamp(0.0, 1.0) }
        },
        "how much of what the bank could pay with is not on its balance"
    ),
    field!("AgentField", "outgoing_queue_size", "payments", |c| c.agent().queue1.len() as f64, "payments in the bank's own queue"),
    field!(
        "AgentField",
        "incoming_expected_count",
        "payments",
        |c| c.state.queue2.count_to(c.number) as f64,
        "payments in the central queue for this bank"
    ),
    field!("QueueField", "queue1_total_value", "cents", |c| c.queue1_value(), "value of the bank's own queue"),
    field!(
        "QueueField",
        "queue1_liquidity_gap",
        "cents",
        |c| (c.queue1_value() - available(c)).max(0.0),
        "value of the own queue beyond what the bank can pay"
    ),
    field!("QueueField", "headroom", "cents", |c| available(c) - c.queue1_value(), "what the bank can pay beyond its own queue"),
    field!("QueueField", "rtgs_queue_size", "payments", |c| c.state.queue2.len() as f64, "payments in the central queue"),
    field!("QueueField", "queue2_size", "payments", |c| c.state.queue2.len() as f64, "the same"),
    field!("QueueField", "rtgs_queue_value", "cents", |c| c.state.queue2.value() as f64, "value of the central queue"),
    field!(
        "QueueField",
        "queue2_count_for_agent",
        "payments",
        |c| c.state.queue2.count_of(c.number) as f64,
        "the bank's own payments in the central queue"
    ),
    field!(
        "QueueField",
        "queue2_nearest_deadline",
        "tick",
        nearest_queue2_deadline,
        "the earliest deadline of those; infinite if there are none"
    ),
    field!(
        "QueueField",
        "ticks_to_nearest_queue2_deadline",
        "ticks",
        |c| (nearest_queue2_deadline(c) - tick(c)).max(0.0),
        "ticks until then; infinite if there are none"
    ),
    field!("CollateralField", "posted_collateral", "cents", |c| c.agent().collateral.posted() as f64, "collateral posted"),
    field!(
        "CollateralField",
        "max_collateral_capacity",
        "cents",
        |c| c.agent().collateral.capacity() as f64,
        "how much can be posted in all"
    ),
    field!(
        "CollateralField",
        "remaining_collateral_capacity",
        "cents",
        |c| c.agent().collateral.remaining_capacity() as f64,
        "how much more can be posted"
    ),
    field!(
        "CollateralField",
        "collateral_utilization",
        "ratio",
        |c| {
            let collateral = &c.agent().collateral;
            if collateral.capacity() == 0 { 0.0 } else { collateral.posted() as f64 / collateral.capacity() as f64 }
        },
        "posted collateral of what can be posted"
    ),
    field!(
        "CollateralField",
        "collateral_haircut",
        "0 to 1",
        |c| {
            let haircut = c.agent().collateral.haircut();
            haircut.numerator as f64 / haircut.denominator as f64
        },
        "the part of the collateral that gives no credit"
    ),
    field!(
        "CollateralField",
        "allowed_overdraft_limit",
        "cents",
        |c| c.agent().credit_limit() as f64,
        "how far the balance may go below zero"
    ),
    field!(
        "CollateralField",
        "overdraft_headroom",
        "cents",
        |c| (c.agent().credit_limit() - c.agent().credit_used()) as f64,
        "that less credit used"
    ),
    field!(
        "CollateralField",
        "required_collateral_for_usage",
        "cents",
        required_collateral,
        "collateral that the credit in use needs"
    ),
    field!(
        "CollateralField",
        "excess_collateral",
        "cents",
        |c| (c.agent().collateral.posted() as f64 - required_collateral(c)).max(0.0),
        "collateral beyond that"
    ),
    field!(
        "CollateralField",
        "overdraft_utilization",
        "ratio",
        |c| {
            let limit = c.agent().credit_limit();
            if limit <= 0 { 0.0 } else { c.agent().credit_used() as f64 / limit as f64 }
        },
        "credit used of what is allowed"
    ),
    field!("CostField", "cost_overdraft_bps_per_tick", "bp per tick", |c| c.rates().figures.overdraft_bps, "rate of overdrafts"),
    field!("CostField", "cost_delay_per_tick_per_cent", "per tick", |c| c.rates().figures.delay_per_cent, "rate of waiting"),
    field!("CostField", "cost_collateral_bps_per_tick", "bp per tick", |c| c.rates().figures.collateral_bps, "rate of collateral"),
    field!(
        "CostField",
        "cost_split_friction",
        "cents",
        |c| c.rates().split_friction() as f64,
        "for each part of a split but the first"
    ),
    field!(
        "CostField",
        "cost_deadline_penalty",
        "cents",
        |c| {
            let amount = c.payment().map_or(0, |p| p.amount);
            c.rates().deadline_penalty(amount).unwrap_or(i64::MAX) as f64
        },
        "for passing the deadline; where it is a part of the amount and there is no payment, 0"
    ),
    field!(
        "CostField",
        "cost_eod_penalty",
        "cents",
        |c| {
            let remaining = c.payment().map_or(0, |p| p.remaining);
            c.rates().eod_penalty(remaining).unwrap_or(i64::MAX) as f64
        },
        "for being due and queued when a day ends; where it is a part of the amount and there is no payment, 0"
    ),
    field!("TimeField", "current_tick", "tick", tick, "the current tick"),
    field!("SystemField", "total_agents", "banks", |c| c.state.agents.len() as f64, "banks in the system"),
    field!("TimeField", "system_ticks_per_day", "ticks", |c| f64::from(c.state.ticks_per_day), "ticks in a day"),
    field!("TimeField", "system_current_day", "day", |c| f64::from(c.state.day()), "the current day"),
    field!("TimeField", "system_tick_in_day", "tick", tick_in_day, "the current tick within its day"),
    field!(
        "TimeField",
        "ticks_remaining_in_day",
        "ticks",
        |c| f64::from(c.state.ticks_per_day) - tick_in_day(c) - 1.0,
        "ticks of the day after this one"
    ),
    field!("TimeField", "day_progress_fraction", "0 to 1", day_progress, "the part of the day that has passed"),
    field!(
        "TimeField",
        "is_eod_rush",
        "0 or 1",
        |c| yes(day_progress(c) >= c.state.rules.eod_rush_threshold),
        "whether the day is near its end"
    ),
    field!(
        "DerivedField",
        "system_queue2_pressure_index",
        "0 to 1",
        queue2_pressure,
        "0 when nothing waits, towards 1 as the central queue grows beyond ten payments a bank"
    ),
    field!(
        "ThroughputField",
        "my_throughput_fraction_today",
        "0 to 1",
        throughput,
        "of the bank's payments that arrived today, the part that has settled"
    ),
    field!("ThroughputField", "expected_throughput_fraction_by_now", "0 to 1", day_progress, "the part of the day that has passed"),
    field!("ThroughputField", "throughput_gap", "-1 to 1", |c| throughput(c) - day_progress(c), "the difference of the two"),
    field!(
        "ThroughputField",
        P,
        "system_throughput_guidance_fraction_by_tick",
        "0 to 1",
        |_| 0.0,
        "always 0: there is no guidance"
    ),
    field!(
        "LsmField",
        P,
        "my_q2_out_value_to_counterparty",
        "cents",
        |c| c.of_payment(|p| c.queued_between(c.number, p.receiver)),
        "the bank's payments to this receiver in the central queue"
    ),
    field!(
        "LsmField",
        P,
        "my_q2_in_value_from_counterparty",
        "cents",
        |c| c.of_payment(|p| c.queued_between(p.receiver, c.number)),
        "this receiver's payments to the bank in the central queue"
    ),
    field!(
        "LsmField",
        P,
        "my_bilateral_net_q2",
        "cents",
        |c| c.of_payment(|p| c.queued_between(c.number, p.receiver) - c.queued_between(p.receiver, c.number)),
        "the difference of the two"
    ),
    field!("LsmField", P, "my_q2_out_value_top_1", "cents", top_out::<1>, "the largest value in the central queue to one bank"),
    field!("LsmField", P, "my_q2_out_value_top_2", "cents", top_out::<2>, "the second"),
    field!("LsmField", P, "my_q2_out_value_top_3", "cents", top_out::<3>, "the third"),
    field!("LsmField", P, "my_q2_out_value_top_4", "cents", top_out::<4>, "the fourth"),
    field!("LsmField", P, "my_q2_out_value_top_5", "cents", top_out::<5>, "the fifth"),
    field!("LsmField", P, "my_q2_in_value_top_1", "cents", top_in::<1>, "the largest value in the central queue from one bank"),
    field!("LsmField", P, "my_q2_in_value_top_2", "cents", top_in::<2>, "the second"),
    field!("LsmField", P, "my_q2_in_value_top_3", "cents", top_in::<3>, "the third"),
    field!("LsmField", P, "my_q2_in_value_top_4", "cents", top_in::<4>, "the fourth"),
    field!("LsmField", P, "my_q2_in_value_top_5", "cents", top_in::<5>, "the fifth"),
    field!(
        "LsmField",
        P,
        "my_bilateral_net_q2_top_1",
        "cents",
        top_net::<1>,
        "the largest net with one bank in the central queue, owed to it if positive"
    ),
    field!("LsmField", P, "my_bilateral_net_q2_top_2", "cents", top_net::<2>, "the second"),
    field!("LsmField", P, "my_bilateral_net_q2_top_3", "cents", top_net::<3>, "the third"),
    field!("LsmField", P, "my_bilateral_net_q2_top_4", "cents", top_net::<4>, "the fourth"),
    field!("LsmField", P, "my_bilateral_net_q2_top_5", "cents", top_net::<5>, "the fifth"),
    field!(
        "LsmField",
        P,
        "top_cpty_1_id_hash",
        "hash",
        top_id::<1>,
        "a number for the bank with the largest net; compare it with tx_counterparty_id"
    ),
    field!("LsmField", P, "top_cpty_2_id_hash", "hash", top_id::<2>, "the second"),
    field!("LsmField", P, "top_cpty_3_id_hash", "hash", top_id::<3>, "the third"),
    field!("LsmField", P, "top_cpty_4_id_hash", "hash", top_id::<4>, "the fourth"),
    field!("LsmField", P, "top_cpty_5_id_hash", "hash", top_id::<5>, "the fifth"),
    field!("LsmField", P, "tx_counterparty_id", "hash", |c| c.of_payment(|p| id_hash(c, p.receiver)), "a number for the receiver"),
    field!("LsmField", P, "tx_is_top_counterparty", "0 or 1", |_| 0.0, "always 0; kept for files that name it"),
    field!("LsmField", P, "lsm_run_rate_last_10_ticks", "per tick", |_| 0.0, "always 0; kept for files that name it"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_name_stands_once() {
        let names: BTreeSet<_> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), FIELDS.len());
        assert!(FIELDS.iter().all(|field| !field.name.starts_with(REGISTER_PREFIX)));
    }
}
