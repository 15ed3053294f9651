//! A policy document of any bytes is compiled, or every problem has a message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use payment_simulator_core::policy::tree::Trees;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice(bytes) else { return };
    if let Err(problems) = Trees::compile(&document, &["A".to_owned(), "B".to_owned()]) {
        assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.message.is_empty()));
    }
});
