//! The banks: sections 8 and 9.

use super::costs::{parts, total};
use super::moment::Moment;
use super::page::{Page, money, percent};
use crate::replay::PaymentReplay;
use std::fmt::{self, Write};

/// Money, credit, queue and costs of every bank.
pub fn figures(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    page.section("Banks", |page| {
        for number in moment.agents() {
            let bank = &moment.replay.agents[number as usize];
            let (used, limit) = (bank.overdraft(), i128::from(bank.credit_limit));
            let headroom = (limit - used).max(0);
            let available = money(i128::from(bank.balance.max(0)) + headroom);
            let mark = if used > 0 { " (overdraft)" } else { "" };
            writeln!(page, "  {}: {}{mark} | available {available}", moment.bank(number), money(bank.balance))?;
            writeln!(
                page,
                "    credit limit {} | used {} | headroom {} | collateral {}",
                money(limit),
                money(used),
                percent(headroom, limit),
                money(bank.posted_collateral)
            )?;
            writeln!(page, "    own queue {} of {}", bank.queue1_count, money(bank.queue1_value))?;
            let equals = if bank.costs.iter().any(|cost| *cost != 0) { " = " } else { "" };
            writeln!(page, "    costs {}{equals}{}", money(total(&bank.costs)), parts(&bank.costs))?;
        }
        Ok(())
    })
}

/// Banks whose balance changed, or that have payments waiting, with these payments.
pub fn states(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let mut own: Vec<Vec<(u32, &PaymentReplay)>> = vec![Vec::new(); moment.banks.len()];
    for (number, payment) in moment.queued().filter(|(_, payment)| payment.is_in_queue1()) {
        own[payment.sender as usize].push((number, payment));
    }
    let mut central: Vec<Vec<u32>> = vec![Vec::new(); moment.banks.len()];
    for number in moment.replay.queue2() {
        if let Some(payment) = moment.replay.payment(number) {
            central[payment.sender as usize].push(number);
        }
    }
    page.section("Balances and queues", |page| {
        for number in moment.agents() {
            let (own, central) = (&own[number as usize], &central[number as usize]);
            let bank = &moment.replay.agents[number as usize];
            let change = i128::from(bank.balance) - i128::from(moment.before[number as usize]);
            if change == 0 && own.is_empty() && central.is_empty() {
                continue;
            }
            writeln!(
                page,
                "  {}: {} ({}{}) | credit used {} | collateral {}",
                moment.bank(number),
                money(bank.balance),
                if change >= 0 { "+" } else { "" },
                money(change),
                percent(bank.overdraft(), bank.credit_limit),
                money(bank.posted_collateral)
            )?;
            if !own.is_empty() {
                writeln!(page, "    own queue ({}):", own.len())?;
            }
            for (number, payment) in own {
                let (name, receiver) = (moment.payment(*number), moment.bank(payment.receiver as u32));
                let (amount, priority, deadline) = (money(payment.remaining()), payment.priority_now, payment.deadline_tick);
                writeln!(page, "      {name} → {receiver} | {amount} | P:{priority} | due in tick {deadline}")?;
            }
            if !central.is_empty() {
                writeln!(page, "    central queue ({}): {}", central.len(), moment.payments(central))?;
            }
        }
        Ok(())
    })
}
