//! The end of a tick and of a day: section 12 and what follows the last tick of a day.

use super::costs::total;
use super::moment::Moment;
use super::page::{Page, money, percent, plural};
use super::settlement::{NETTING, count};
use crate::event::EventKind;
use crate::log::NONE;
use crate::replay::DayReplay;
use std::fmt::{self, Write};

/// Counts of the whole tick, whatever is shown of it.
pub fn summary(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let is_part = |payload: &[u8]| !payload.ends_with(&NONE.to_le_bytes());
    let arrived = moment.all_of(&[EventKind::Arrival]).filter(|event| !is_part(event.payload)).count();
    let mut words = format!("Tick {}: {arrived} in | {} settled", moment.tick, count(moment.all.iter()));
    for (kinds, name) in [(NETTING, "LSM"), (&[EventKind::QueuedRtgs][..], "queued")] {
        match moment.all_of(kinds).count() {
            0 => {}
            found => write!(words, " | {found} {name}")?,
        }
    }
    page.title(words)
}

/// What the end of the day found, and the day's figures for every bank.
pub fn end_of_day(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let mut ends = false;
    for event in moment.all_of(&[EventKind::EndOfDay]) {
        ends = true;
        let mut reader = event.reader();
        let (day, unsettled, penalties) = (reader.u32(), reader.u32(), reader.i64());
        page.banner(format_args!("End of day {day}"))?;
        totals(moment, unsettled, page)?;
        writeln!(page, "  penalties {}", money(penalties))?;
    }
    if ends { banks(moment, page) } else { Ok(()) }
}

fn totals(moment: &Moment<'_>, unsettled: u32, page: &mut Page) -> fmt::Result {
    let sum = |value: fn(&DayReplay) -> i64| -> i64 { moment.replay.agents.iter().map(|bank| value(&bank.day)).sum() };
    let (arrived, settled, settlements) = (sum(|day| day.arrivals), sum(|day| day.settled), sum(|day| day.sent));
    let netted = (moment.replay.of_tick.lsm_settled_payments() - moment.netted_before) as i64;
    let cost: i128 = moment.replay.agents.iter().map(|bank| total(&bank.day.costs)).sum();
    writeln!(
        page,
        "  {} arrived | {settled} settled ({}) | {unsettled} unsettled",
        plural(arrived, "payment"),
        percent(settled, arrived)
    )?;
    let share = percent(netted, settlements);
    writeln!(page, "  {netted} settled by netting ({share} of settlements) | total cost {}", money(cost))
}

fn banks(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    for (number, bank) in (0..).zip(&moment.replay.agents).filter(|(number, _)| moment.concerns(*number)) {
        writeln!(
            page,
            "  {}: {} | credit used {} | own queue {} | central queue {} | costs of the day {}",
            moment.bank(number),
            money(bank.balance),
            percent(bank.overdraft(), bank.credit_limit),
            bank.queue1_count,
            bank.queue2_count,
            money(total(&bank.day.costs))
        )?;
    }
    Ok(())
}
