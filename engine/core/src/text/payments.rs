//! Payments that arrive, wait, and are late: sections 1, 4 and 7.

use super::moment::Moment;
use super::page::{Page, band, money, plural, words};
use crate::costs::PartOf;
use crate::event::{EventKind, QUEUE_REASONS};
use crate::log::NONE;
use crate::replay::PaymentReplay;
use std::fmt::{self, Display, Write};

/// Ticks before the deadline in which a payment is pointed at.
const NEAR: i64 = 2;

/// Payments that arrived, and payments that are due soon.
pub fn arrivals(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let arrived = moment.of(&[EventKind::Arrival]);
    page.section(format_args!("{} arrived", plural(arrived.clone().count() as i64, "payment")), |page| {
        for event in arrived.clone() {
            let mut reader = event.reader();
            let (deadline, priority, _is_divisible, parent) = (reader.u32(), reader.u8(), reader.u8(), reader.u32());
            write!(page, "  {} | {} | {} | due in tick {deadline}", moment.parties(event), money(event.amount), band(priority))?;
            if parent != NONE {
                write!(page, " | part of {}", moment.payment(parent))?;
            }
            writeln!(page)?;
        }
        Ok(())
    })?;
    near_deadline(moment, page)
}

fn near_deadline(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let left = |payment: &PaymentReplay| i64::from(payment.deadline_tick) - i64::from(moment.tick);
    let near: Vec<_> = moment.queued().filter(|(_, payment)| (1..=NEAR).contains(&left(payment))).collect();
    page.section(format_args!("{} due within {NEAR} ticks", plural(near.len() as i64, "payment")), |page| {
        for (number, payment) in &near {
            writeln!(page, "  {} | {} left", waiting(moment, *number, payment), plural(left(payment), "tick"))?;
        }
        Ok(())
    })
}

/// A payment that waits, who pays whom, and how much.
fn waiting<'a>(moment: &'a Moment<'_>, number: u32, payment: &'a PaymentReplay) -> impl Display + 'a {
    let (sender, receiver) = (moment.bank(payment.sender as u32), moment.bank(payment.receiver as u32));
    words(move |f| write!(f, "{}: {sender} → {receiver} | {}", moment.payment(number), money(payment.remaining())))
}

/// Payments that were submitted and could not settle.
pub fn queued(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let queued = moment.of(&[EventKind::QueuedRtgs]);
    page.section(format_args!("{} queued", plural(queued.clone().count() as i64, "payment")), |page| {
        for event in queued.clone() {
            let reason = match QUEUE_REASONS[usize::from(event.reader().u8())] {
                "liquidity" => "insufficient balance",
                "behind_earlier_payment" => "behind an earlier payment",
                "bilateral_limit" => "bilateral limit",
                _ => "multilateral limit",
            };
            writeln!(page, "  {}: {} | {reason}", moment.name(event), moment.bank(event.agent))?;
        }
        Ok(())
    })
}

/// Payments that became overdue, late payments that settled, and all that are overdue now.
pub fn overdue(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    page.section("Deadlines passed", |page| {
        for event in moment.of(&[EventKind::TransactionWentOverdue, EventKind::OverdueTransactionSettled]) {
            let mut reader = event.reader();
            let (amount, _deadline) = (reader.i64(), reader.u32());
            write!(page, "  {} | {} | ", moment.parties(event), money(amount))?;
            if event.kind == EventKind::TransactionWentOverdue {
                let (_ticks, penalty) = (reader.u32(), reader.i64());
                writeln!(page, "overdue since tick {} | penalty {}", event.tick, money(penalty))?;
            } else {
                let (_since, ticks, penalty, delay) = (reader.u32(), reader.u32(), reader.i64(), reader.i64());
                let cost = i128::from(penalty) + i128::from(delay);
                writeln!(page, "settled {} late | cost {}", plural(ticks, "tick"), money(cost))?;
            }
        }
        Ok(())
    })?;
    all_overdue(moment, page)
}

fn all_overdue(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let late: Vec<_> = moment.queued().filter(|(_, payment)| payment.overdue_tick >= 0).collect();
    page.section(format_args!("{} overdue", plural(late.len() as i64, "payment")), |page| {
        let mut sum = 0;
        for (number, payment) in &late {
            let ticks = i64::from(moment.tick) - i64::from(payment.overdue_tick);
            let (penalty, delay) = (penalty(moment, payment), delay(moment, payment, ticks));
            sum += penalty + delay;
            writeln!(
                page,
                "  {} | {} | penalty {} + delay {} = {}",
                waiting(moment, *number, payment),
                plural(ticks, "tick"),
                money(penalty),
                money(delay),
                money(penalty + delay),
            )?;
        }
        if late.is_empty() { Ok(()) } else { writeln!(page, "  all overdue payments: {}", money(sum)) }
    })
}

/// What a payment was charged when it became late; nothing in a log that was tampered with, where it does not fit.
fn penalty(moment: &Moment<'_>, payment: &PaymentReplay) -> i128 {
    let rates = &moment.rates[payment.sender as usize];
    let whole = u32::try_from(payment.parent).ok().and_then(|whole| moment.replay.payment(whole));
    let whole = whole.filter(|whole| whole.amount != 0);
    let penalty = rates.deadline_penalty(payment.amount).unwrap_or_default();
    i128::from(match whole {
        None => penalty,
        Some(whole) => {
            let part =
                PartOf { amount: payment.amount, part: payment.part as u32, parts: whole.parts() as u32, whole: whole.amount };
            rates.share_of_part(penalty, true, part)
        }
    })
}

/// About what it has cost by waiting for so long.
fn delay(moment: &Moment<'_>, payment: &PaymentReplay, ticks: i64) -> i128 {
    let ticks = u32::try_from(ticks).unwrap_or_default();
    i128::from(moment.rates[payment.sender as usize].estimated_delay(payment.remaining(), ticks).unwrap_or_default())
}
