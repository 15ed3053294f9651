//! A snapshot of any bytes, or any text, is refused, or goes on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payment_simulator_core::Orchestrator;

fuzz_target!(|bytes: &[u8]| {
    let loaded = Orchestrator::load(bytes).ok().or_else(|| Orchestrator::load_json(std::str::from_utf8(bytes).ok()?).ok());
    if let Some(mut engine) = loaded {
        drop(engine.run(3));
    }
});
