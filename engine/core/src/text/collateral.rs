//! Collateral, pools, and what the scenario did: section 6.

use super::moment::Moment;
use super::page::{Page, money, number, plain};
use crate::event::{COLLATERAL_REASONS, EventKind, SCENARIO_EVENTS, Value};
use crate::log::{EventRef, Names};
use std::fmt::{self, Write};

/// What was posted and withdrawn, what pools gave and took back, and the events of the scenario.
pub fn activity(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let of_collateral = &[
        EventKind::CollateralPost,
        EventKind::CollateralWithdraw,
        EventKind::CollateralTimerWithdrawn,
        EventKind::CollateralTimerBlocked,
    ];
    page.section("Collateral", |page| moment.of(of_collateral).try_for_each(|event| collateral(moment, event, page)))?;
    page.section("Liquidity pools", |page| {
        for event in moment.of(&[EventKind::LiquidityAllocation, EventKind::LiquidityReturn]) {
            let mut reader = event.reader();
            let mut verb = "given back";
            if event.kind == EventKind::LiquidityAllocation {
                let (_day, _fraction) = (reader.u32(), reader.i64());
                verb = "allocated";
            }
            let (bank, balance) = (moment.bank(event.agent), money(reader.i64()));
            writeln!(page, "  {bank}: {} {verb} | balance {balance}", money(event.amount))?;
        }
        Ok(())
    })?;
    page.section("Scenario events", |page| {
        for event in moment.of(&[EventKind::ScenarioEventExecuted]) {
            let (name, _) = SCENARIO_EVENTS[usize::from(event.reader().u8())];
            let details = event.fields().find(|(field, _)| field.name == "details");
            let details = details.map_or_else(String::new, |(_, value)| json(&value, moment.names));
            writeln!(page, "  {name}: {}", plain(&details))?;
        }
        Ok(())
    })
}

fn collateral(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    let (bank, amount) = (moment.bank(event.agent), money(event.amount));
    if event.kind == EventKind::CollateralTimerBlocked {
        let reason = plain(&reader.text().unwrap_or_default());
        let posted_for = COLLATERAL_REASONS[usize::from(reader.u8())];
        return writeln!(page, "  {bank}: {amount} stays posted | {reason} | {posted_for}");
    }
    let reason = COLLATERAL_REASONS[usize::from(reader.u8())];
    match event.kind {
        EventKind::CollateralPost => write!(page, "  {bank}: {amount} posted | {reason}")?,
        EventKind::CollateralWithdraw => write!(page, "  {bank}: {amount} withdrawn | {reason}")?,
        _ => write!(page, "  {bank}: {amount} withdrawn by timer | {reason}, posted in tick {}", reader.u32())?,
    }
    let agent = &moment.replay.agents[event.agent as usize];
    let headroom = i128::from(agent.credit_limit) - agent.overdraft();
    writeln!(
        page,
        " | now {} | at the end of the tick: credit limit {}, headroom {}",
        money(reader.i64()),
        money(agent.credit_limit),
        money(headroom)
    )
}

/// A value as JSON with spaces, for people.
fn json(value: &Value, names: Names<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Float(value) => number(*value),
        Value::Code(text) => quoted(text),
        Value::Text(text) => quoted(text),
        Value::Agent(agent) => quoted(names.agent(*agent)),
        Value::Payment(payment) => quoted(&names.payment(*payment)),
        Value::ScheduledSettlement(from, to, amount, tick) => quoted(&names.scheduled_settlement(*from, *to, *amount, *tick)),
        Value::None => "null".to_owned(),
        Value::List(values) => {
            format!("[{}]", values.iter().map(|value| json(value, names)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("\"{name}\": {}", json(value, names)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}
