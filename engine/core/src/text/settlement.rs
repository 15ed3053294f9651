//! Payments that settle: sections 3 and 5.

use super::moment::Moment;
use super::page::{Page, joined, money, percent, plural, signed, words};
use crate::event::{EventKind, RELEASE_REASONS};
use crate::log::EventRef;
use crate::views::each_settlement;
use std::fmt::{self, Write};

const PAIRS: &[EventKind] = &[EventKind::LsmBilateralOffset, EventKind::EntryDispositionOffset];
/// Events that settle payments by netting.
pub const NETTING: &[EventKind] = &[
    EventKind::LsmBilateralOffset,
    EventKind::EntryDispositionOffset,
    EventKind::LsmCycleSettlement,
    EventKind::LsmMultilateralSettlement,
];

/// What writes the line of an event.
type Line = fn(&Moment<'_>, &EventRef<'_>, &mut Page) -> fmt::Result;

/// The ways in which payments settle: heading, types of events, and their lines.
const GROUPS: &[(&str, &[EventKind], Line)] = &[
    ("RTGS immediate", &[EventKind::RtgsImmediateSettlement], immediate),
    ("Released from the central queue", &[EventKind::Queue2LiquidityRelease], released),
    ("Offset between two banks", PAIRS, offset),
    ("Settled in a cycle", &[EventKind::LsmCycleSettlement], cycle),
    ("Settled together", &[EventKind::LsmMultilateralSettlement], together),
];

/// How many payments some events settle.
pub fn count<'a>(events: impl Iterator<Item = &'a EventRef<'a>>) -> i64 {
    let mut count = 0;
    events.for_each(|event| each_settlement(event, |_, _| count += 1));
    count
}

/// Each settlement, by the way in which it came about.
pub fn details(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    page.section(format_args!("{} settled", plural(count(moment.events.iter()), "payment")), |page| {
        for (heading, kinds, line) in GROUPS {
            let events = moment.of(kinds);
            let count = events.clone().count();
            if count > 0 {
                writeln!(page, "  {heading} ({count}):")?;
            }
            for event in events {
                write!(page, "    ")?;
                line(moment, event, page)?;
                writeln!(page)?;
            }
        }
        Ok(())
    })?;
    page.section("Deferred credits applied", |page| {
        for event in moment.of(&[EventKind::DeferredCreditApplied]) {
            let sources = event.reader().u32_list();
            let (bank, amount) = (moment.bank(event.agent), money(event.amount));
            writeln!(page, "  {bank}: {amount} from {}", moment.payments(&sources))?;
        }
        Ok(())
    })
}

fn immediate(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    write!(page, "{} | {}", moment.parties(event), money(event.amount))?;
    if !moment.concerns(event.agent) {
        return incoming(moment, event, page);
    }
    let mut reader = event.reader();
    let (before, after) = (money(reader.i64()), money(reader.i64()));
    write!(page, " | {} {before} → {after}", moment.bank(event.agent))
}

fn released(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let mut reader = event.reader();
    let (waited, reason) = (plural(reader.u32(), "tick"), RELEASE_REASONS[usize::from(reader.u8())].replace('_', " "));
    write!(page, "{} | {} | waited {waited} | {reason}", moment.parties(event), money(event.amount))?;
    if moment.concerns(event.agent) { Ok(()) } else { incoming(moment, event, page) }
}

/// What a bank received from one whose figures are not shown.
fn incoming(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    if moment.concerns(event.peer) {
        write!(page, " | {} +{}", moment.bank(event.peer), money(event.amount))?;
    }
    Ok(())
}

/// Two banks that settle against each other: who, which payments, and what the first pays the second, and back.
struct Pair {
    banks: [u32; 2],
    payments: Vec<u32>,
    there: i128,
    back: i128,
}

impl Pair {
    /// None in a log that was tampered with, where there are not two.
    fn of(event: &EventRef<'_>) -> Option<Self> {
        let mut reader = event.reader();
        let (banks, payments) = match event.kind {
            EventKind::EntryDispositionOffset => {
                let queued = reader.u32();
                (reader.u32_list(), vec![event.payment, queued])
            }
            _ => (reader.u32_list(), reader.u32_list()),
        };
        Some(Self { banks: banks.try_into().ok()?, payments, there: reader.i64().into(), back: reader.i64().into() })
    }
}

/// Banks that settle together: who, which payments (in a cycle, of which amounts), gross, and what each gains.
struct Ring {
    banks: Vec<u32>,
    payments: Vec<u32>,
    amounts: Vec<i64>,
    gross: i128,
    nets: Vec<i64>,
}

impl Ring {
    fn of(event: &EventRef<'_>) -> Self {
        let mut reader = event.reader();
        let (banks, payments) = (reader.u32_list(), reader.u32_list());
        let amounts = if event.kind == EventKind::LsmCycleSettlement { reader.i64_list() } else { Vec::new() };
        Self { banks, payments, amounts, gross: event.amount.into(), nets: reader.i64_list() }
    }

    fn changes(&self) -> impl Iterator<Item = (u32, i128)> + Clone + '_ {
        self.banks.iter().copied().zip(self.nets.iter().map(|net| i128::from(*net)))
    }

    /// The way round, back to the first bank.
    fn path(&self) -> Vec<u32> {
        self.banks.iter().chain(self.banks.first()).copied().collect()
    }

    /// The most that a bank pays in the end.
    fn largest_outflow(&self) -> i128 {
        self.changes().map(|(_, net)| -net).max().unwrap_or_default().max(0)
    }
}

fn offset(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let Some(Pair { banks: [first, second], payments, there, back }) = Pair::of(event) else { return Ok(()) };
    let payments = moment.payments(&payments);
    let (first_bank, second_bank) = (moment.bank(first), moment.bank(second));
    write!(page, "{first_bank} ⇄ {second_bank} | {} against {} | {payments}", money(there), money(back))?;
    net_change(moment, [(first, back - there), (second, there - back)].into_iter(), page)
}

fn cycle(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let ring = Ring::of(event);
    let legs = ring.payments.iter().zip(&ring.amounts);
    let legs = legs.map(|(payment, amount)| words(move |f| write!(f, "{} {}", moment.payment(*payment), money(*amount))));
    write!(page, "{} | {}", moment.bank_names(&ring.path(), " → "), joined(legs, ", "))?;
    let saved = ring.gross - ring.largest_outflow();
    write!(page, " | saved {} ({})", money(saved), percent(saved, ring.gross))?;
    net_change(moment, ring.changes(), page)
}

fn together(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let ring = Ring::of(event);
    let (banks, payments) = (plural(ring.banks.len() as i64, "bank"), plural(ring.payments.len() as i64, "payment"));
    write!(page, "{banks} | {payments}: {} | {}", moment.payments(&ring.payments), money(ring.gross))?;
    net_change(moment, ring.changes(), page)
}

/// What the bank that is asked for gains or loses.
fn net_change(moment: &Moment<'_>, mut nets: impl Iterator<Item = (u32, i128)>, page: &mut Page) -> fmt::Result {
    if moment.filter.agent.is_some()
        && let Some((bank, net)) = nets.find(|(bank, _)| moment.concerns(*bank))
    {
        write!(page, " | {} {}", moment.bank(bank), signed(net))?;
    }
    Ok(())
}

/// What netting saved, leg by leg and bank by bank.
pub fn netting(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    page.section("Netting", |page| {
        moment.of(NETTING).try_for_each(|event| {
            if PAIRS.contains(&event.kind) { pair_saved(moment, event, page) } else { ring_saved(moment, event, page) }
        })
    })
}

fn pair_saved(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let Some(Pair { banks, there, back, .. }) = Pair::of(event) else { return Ok(()) };
    let [first, second] = banks.map(|bank| moment.bank(bank));
    let (payer, payee) = if there >= back { (first, second) } else { (second, first) };
    let net = (there - back).abs();
    writeln!(page, "  {first} → {second} {}", money(there))?;
    writeln!(page, "  {second} → {first} {}", money(back))?;
    match net {
        0 => write!(page, "    net nothing")?,
        _ => write!(page, "    net {payer} → {payee} {}", money(net))?,
    }
    writeln!(page, " | saved {} of {}", money(there + back - net), money(there + back))
}

fn ring_saved(moment: &Moment<'_>, event: &EventRef<'_>, page: &mut Page) -> fmt::Result {
    let ring = Ring::of(event);
    match event.kind {
        EventKind::LsmCycleSettlement => writeln!(page, "  {}", moment.bank_names(&ring.path(), " → "))?,
        _ => writeln!(page, "  {}", moment.bank_names(&ring.banks, ", "))?,
    }
    let paid: i128 = ring.changes().map(|(_, net)| -net.min(0)).sum();
    let (gross, outflow, saved) = (money(ring.gross), money(ring.largest_outflow()), money(ring.gross - paid));
    writeln!(page, "    gross {gross} | largest net outflow {outflow} | saved {saved}")?;
    let shown = ring.changes().filter(|(bank, _)| moment.concerns(*bank));
    if shown.clone().next().is_none() {
        return Ok(());
    }
    let nets = shown.map(|(bank, net)| words(move |f| write!(f, "{} {}", moment.bank(bank), signed(net))));
    writeln!(page, "    net: {}", joined(nets, ", "))
}
