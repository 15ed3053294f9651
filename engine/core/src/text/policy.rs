//! What the banks' policies decided, and what else changed a payment's standing: section 2.

use super::moment::Moment;
use super::page::{Page, money, number, plain, plural, words};
use crate::event::{ALGORITHM_RESULTS, DROP_REASONS, EventKind, HOLD_REASONS, OLD_RTGS_PRIORITIES, RTGS_PRIORITIES, TREES};
use crate::log::{EventRef, NONE};
use std::fmt::{self, Write};

const DECISIONS: &[EventKind] =
    &[EventKind::PolicySubmit, EventKind::PolicyHold, EventKind::PolicyDrop, EventKind::PolicySplit, EventKind::PolicyError];

/// What writes the line of an event; nothing where nothing changed.
type Line = fn(&Moment<'_>, &EventRef<'_>, &mut Page) -> fmt::Result;

/// What stands beside decisions: heading, types of events, and their lines.
const OTHERS: &[(&str, &[EventKind], Line)] = &[
    ("Registers", &[EventKind::StateRegisterSet], register),
    ("Budgets", &[EventKind::BankBudgetSet], budget),
    ("Priorities raised as deadlines come near", &[EventKind::PriorityEscalated], escalation),
    ("Priorities changed", &[EventKind::TransactionReprioritized], reprioritisation),
    (
        "Central queue",
        &[
            EventKind::RtgsSubmission,
            EventKind::RtgsWithdrawal,
            EventKind::RtgsResubmission,
            EventKind::BilateralLimitExceeded,
            EventKind::MultilateralLimitExceeded,
            EventKind::EntryDispositionOffset,
            EventKind::AlgorithmExecution,
            EventKind::LsmCycleSearchBounded,
        ],
        central_queue,
    ),
];

/// Decisions by bank, then registers, budgets, priorities, and what the central queue was told.
pub fn decisions(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let mut decisions: Vec<_> = moment.of(DECISIONS).collect();
    decisions.sort_by_key(|event| event.agent);
    page.section(format_args!("Policy: {}", plural(decisions.len() as i64, "decision")), |page| {
        for of_bank in decisions.chunk_by(|one, next| one.agent == next.agent) {
            writeln!(page, "  {}:", moment.bank(of_bank[0].agent))?;
            of_bank.iter().try_for_each(|event| decision(moment, event, page))?;
        }
        Ok(())
    })?;
    for (heading, kinds, line) in OTHERS {
        page.section(heading, |page| moment.of(kinds).try_for_each(|event| line(moment, event, page)))?;
    }
    Ok(())
}

fn decision(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    write!(page, "    ")?;
    match event.kind {
        EventKind::PolicySubmit => writeln!(page, "SUBMIT {}", moment.payment(event.payment)),
        EventKind::PolicyHold => {
            let (reason, detail) = (HOLD_REASONS[usize::from(reader.u8())], reader.text().unwrap_or_default());
            let words = if detail.is_empty() { reason } else { &plain(&detail) };
            write!(page, "HOLD {} | {words}", moment.payment(event.payment))?;
            if reason == "NearDeadline" {
                write!(page, ", {} left", plural(event.amount, "tick"))?;
            }
            writeln!(page)
        }
        EventKind::PolicyDrop => {
            writeln!(page, "DROP {} | {}", moment.payment(event.payment), DROP_REASONS[usize::from(reader.u8())])
        }
        EventKind::PolicySplit => {
            let (parts, children) = (reader.u32(), reader.u32_list());
            let payment = moment.payment(event.payment);
            writeln!(page, "SPLIT {payment} → {parts} parts: {}", moment.payments(&children))
        }
        _ => {
            let tree = TREES[usize::from(reader.u8())];
            writeln!(page, "ERROR in {tree} | {}", plain(&reader.text().unwrap_or_default()))
        }
    }
}

fn register(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    let mut text = || plain(&reader.text().unwrap_or_default());
    let key = text();
    let [old, new] = [reader.i64(), reader.i64()].map(|bits| f64::from_bits(bits as u64));
    let mut text = || plain(&reader.text().unwrap_or_default());
    let (reason, path) = (text(), text());
    if old == new {
        return Ok(());
    }
    let change = words(|f| write!(f, "{}: {key} {} → {}", moment.bank(event.agent), number(old), number(new)));
    if reason == "eod_reset" {
        return writeln!(page, "  ({change} | end of day)");
    }
    writeln!(page, "  {change} | {reason}{}{path}", if path.is_empty() { "" } else { " | " })
}

fn budget(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    write!(page, "  {}: releases at most {}", moment.bank(event.agent), money(event.amount))?;
    let count = reader.u32();
    let banks: Vec<u32> = (0..if count == NONE { 0 } else { count }).map(|_| reader.u32()).collect();
    if !banks.is_empty() {
        write!(page, ", to {} only", moment.bank_names(&banks, ", "))?;
    }
    if reader.u8() != 0 {
        write!(page, ", at most {} to each", money(reader.i64()))?;
    }
    writeln!(page)
}

fn escalation(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    let (old, new, ticks, boost) = (reader.u8(), reader.u8(), reader.u32(), reader.u8());
    let (payment, bank) = (moment.payment(event.payment), moment.bank(event.agent));
    writeln!(page, "  {payment}: {bank} | {old} → {new} | boost {boost} | {} left", plural(ticks, "tick"))
}

fn reprioritisation(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    let (old, new) = (reader.u8(), reader.u8());
    writeln!(page, "  {}: {} | {old} → {new}", moment.payment(event.payment), moment.bank(event.agent))
}

fn central_queue(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    write!(page, "  ")?;
    match event.kind {
        EventKind::AlgorithmExecution => {
            let (algorithm, result) = (reader.u8(), ALGORITHM_RESULTS[usize::from(reader.u8())]);
            let settlements = plural(reader.u32(), "settlement");
            return writeln!(page, "algorithm {algorithm}: {result} | {settlements} | {}", money(event.amount));
        }
        EventKind::LsmCycleSearchBounded => {
            return writeln!(page, "the search for cycles ended at its bound of {} candidates", reader.u32());
        }
        EventKind::EntryDispositionOffset => {
            let (queued, banks) = (reader.u32(), reader.u32_list());
            let (incoming, queued) = (moment.payment(event.payment), moment.payment(queued));
            let banks = moment.bank_names(&banks, " ⇄ ");
            return writeln!(page, "{incoming} offset on entry against {queued}: {banks} | {}", money(event.amount));
        }
        _ => {}
    }
    write!(page, "{}: {}", moment.payment(event.payment), moment.bank(event.agent))?;
    match event.kind {
        EventKind::RtgsSubmission => {
            let (priority, declared) = (reader.u8(), RTGS_PRIORITIES[usize::from(reader.u8())]);
            let receiver = moment.bank(event.peer);
            writeln!(page, " → {receiver} | {} | submitted, {declared} | P:{priority}", money(event.amount))
        }
        EventKind::RtgsWithdrawal => writeln!(page, " | withdrawn, {}", RTGS_PRIORITIES[usize::from(reader.u8())]),
        EventKind::RtgsResubmission => {
            let old = OLD_RTGS_PRIORITIES[usize::from(reader.u8())];
            writeln!(page, " | declared {old} → {}", RTGS_PRIORITIES[usize::from(reader.u8())])
        }
        _ => {
            let mut limit = "multilateral";
            if event.kind == EventKind::BilateralLimitExceeded {
                limit = "bilateral";
                write!(page, " → {}", moment.bank(event.peer))?;
            }
            let (used, most) = (money(reader.i64()), money(reader.i64()));
            writeln!(page, " | {} | over the {limit} limit: {used} of {most} used", money(event.amount))
        }
    }
}
