//! A canonical log of any bytes is refused with its place, or can be asked everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payment_simulator_core::log::Filter;
use payment_simulator_core::text::TickTexts;
use payment_simulator_core::{Config, Recording};

const CONFIG: &str = r#"{"ticks_per_day": 4, "num_days": 2, "rng_seed": 1,
    "agents": [{"id": "A", "opening_balance": 5, "policy": {"type": "Fifo"}}, {"id": "B", "opening_balance": 5, "policy": {"type": "Fifo"}}],
    "cost_rates": {"overdraft_bps_per_tick": "1", "delay_cost_per_tick_per_cent": "0.1", "collateral_cost_per_tick_bps": "0",
        "liquidity_cost_per_tick_bps": "0", "eod_penalty": {"type": "Fixed", "amount": 1}, "deadline_penalty": {"type": "Fixed", "amount": 1},
        "split_friction_cost": 0, "overdue_delay_multiplier": "1", "priority_delay_multipliers": {"urgent": "1", "normal": "1", "low": "1"}}}"#;

fuzz_target!(|bytes: &[u8]| {
    let Ok(config) = serde_json::from_str::<Config>(CONFIG) else { return };
    if let Ok(read) = Recording::new(config, bytes, None) {
        let record = read.record();
        drop((record.totals(), record.metrics(), record.daily_metrics(), record.series(), record.payments()));
        if let Ok(mut texts) = TickTexts::new(record, Filter::default()) {
            drop(texts.tell(record, 0, u32::MAX));
        }
        for payment in 0..record.log.payments().min(5) {
            drop(record.explain(payment, record.log.ticks() / 2).value());
        }
    }
});
