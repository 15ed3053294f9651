//! `docs/log.md` lists the catalogue as it is. `UPDATE_DOCS=1 cargo test` writes the list anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use payment_simulator_core::event::{CATALOGUE, CONTROLS, FieldType, SCENARIO_EVENTS};
use payment_simulator_core::policy::tree::actions::{ACTIONS, ParameterType, Tree};
use payment_simulator_core::policy::tree::fields::FIELDS;
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

fn policy_tables() -> String {
    let mut text = String::from("| field | unit | trees | what it is | category |\n|---|---|---|---|---|\n");
    for field in FIELDS {
        let trees = if field.of_payment { "payment" } else { "all" };
        writeln!(text, "| `{}` | {} | {trees} | {} | {} |", field.name, field.unit, field.description, field.category).unwrap();
    }
    text.push_str("\n| action | tree | parameters | what it does | category |\n|---|---|---|---|---|\n");
    for action in ACTIONS {
        let tree = match action.tree {
            Tree::Payment => "payment",
            Tree::Bank => "bank",
            Tree::Collateral => "both of collateral",
        };
        let parameters: Vec<String> = action
            .parameters
            .iter()
            .map(|parameter| {
                let kind = match parameter.parameter_type {
                    ParameterType::Number => "number",
                    ParameterType::Text => "text",
                    ParameterType::TextList => "texts",
                };
                let optional = if parameter.required { "" } else { ", optional" };
                let alias = parameter.alias.map_or(String::new(), |alias| format!(" (or `{alias}`)"));
                format!("`{}`{alias} {kind}{optional}: {}", parameter.name, parameter.description)
            })
            .collect();
        let parameters = if parameters.is_empty() { "none".to_owned() } else { parameters.join(" · ") };
        writeln!(text, "| `{}` | {tree} | {parameters} | {} | {} |", action.name, action.description, action.category).unwrap();
    }
    text
}

#[test]
fn the_log_is_documented_as_it_is() {
    is_documented("log.md", &catalogue());
}

#[test]
fn what_policies_may_use_is_documented_as_it_is() {
    is_documented("policy.md", &policy_tables());
}

/// Between its marks the document holds this text.
fn is_documented(name: &str, text: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = document.split_once("<!-- catalogue -->\n").expect("the mark where the catalogue begins");
    let (_, tail) = rest.split_once("<!-- end of catalogue -->").expect("the mark where the catalogue ends");
    let expected = format!("{head}<!-- catalogue -->\n{text}<!-- end of catalogue -->{tail}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(document, expected, "docs/{name} is not what the catalogue says; run UPDATE_DOCS=1 cargo test");
}
