//! A configuration of any bytes is refused with a place, or runs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payment_simulator_core::{Config, Orchestrator};

fuzz_target!(|bytes: &[u8]| {
    let Ok(config) = serde_json::from_slice::<Config>(bytes) else { return };
    // What is right and takes long is not what is looked for.
    if config.agents.len() > 20 || config.agents.iter().flat_map(|agent| &agent.arrivals).any(|stream| stream.rate_per_tick > 100.0) {
        drop(config.validate());
        return;
    }
    match Orchestrator::new(config) {
        Ok(mut engine) => drop(engine.run(20)),
        Err(error) => assert!(!error.path.is_empty() && !error.message.is_empty()),
    }
});
