//! `docs/log.md` lists the catalogue as it is. `UPDATE_DOCS=1 cargo test` writes the list anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use payment_simulator_core::event::{CATALOGUE, CONTROLS, FieldType, SCENARIO_EVENTS};
use std::fmt::Write as _;

fn encoding(field_type: FieldType) -> String {
    match field_type {
        FieldType::Agent | FieldType::OptionalAgent => "bank u32".to_owned(),
        FieldType::Payment | FieldType::OptionalPayment => "payment u32".to_owned(),
        FieldType::Integer => "i64".to_owned(),
        FieldType::Float => "f64".to_owned(),
        FieldType::Text => "length u32, UTF-8".to_owned(),
        FieldType::OptionalText => "length u32 (4294967295: none), UTF-8".to_owned(),
        FieldType::OptionalInteger => "u8 0, or u8 1 and i64".to_owned(),
        FieldType::OptionalAgentList => "count u32 (4294967295: none), bank u32 …".to_owned(),
        FieldType::Count => "u32".to_owned(),
        FieldType::Small | FieldType::Boolean => "u8".to_owned(),
        FieldType::Code(texts) => format!("u8: {}", texts.join(", ")),
        FieldType::AgentList => "count u32, bank u32 …".to_owned(),
        FieldType::PaymentList => "count u32, payment u32 …".to_owned(),
        FieldType::IntegerList => "count u32, i64 …".to_owned(),
        FieldType::Costs => "bits u8, i64 for each bit set".to_owned(),
        FieldType::Which(_) => "no bytes: the first byte of details".to_owned(),
        FieldType::Details(_) => "u8: which, then its fields".to_owned(),
    }
}

fn catalogue() -> String {
    let mut text = String::from("| code | event | fields |\n|---|---|---|\n");
    for event_type in CATALOGUE {
        let fields: Vec<String> =
            event_type.fields.iter().map(|field| format!("`{}` {}", field.name, encoding(field.field_type))).collect();
        writeln!(text, "| {} | `{}` | {} |", event_type.kind as u8, event_type.name, fields.join(" · ")).unwrap();
    }
    for (title, doings) in [("scenario event", SCENARIO_EVENTS), ("control", CONTROLS)] {
        writeln!(text, "\n| which | {title} | fields of `details` |\n|---|---|---|").unwrap();
        for (which, (name, fields)) in doings.iter().enumerate() {
            let fields: Vec<String> =
                fields.iter().map(|(name, field_type)| format!("`{name}` {}", encoding(*field_type))).collect();
            writeln!(text, "| {which} | `{name}` | {} |", fields.join(" · ")).unwrap();
        }
    }
    text
}

#[test]
fn the_log_is_documented_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/log.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (head, rest) = document.split_once("<!-- catalogue -->\n").expect("the mark where the catalogue begins");
    let (_, tail) = rest.split_once("<!-- end of catalogue -->").expect("the mark where the catalogue ends");
    let expected = format!("{head}<!-- catalogue -->\n{}<!-- end of catalogue -->{tail}", catalogue());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(document, expected, "docs/log.md is not what the catalogue says; run UPDATE_DOCS=1 cargo test");
}
