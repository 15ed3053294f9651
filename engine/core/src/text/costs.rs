//! What was charged in the tick: sections 10 and 11.

use super::moment::Moment;
use super::page::{Page, joined, money, words};
use crate::costs::{COST_NAMES, Costs};
use crate::event::EventKind;
use std::fmt::{self, Display, Write};

/// How costs are called here, in the order of their places in `Costs`.
const LABELS: [&str; COST_NAMES.len()] = ["overdraft", "delay", "collateral", "deadline", "end of day", "splitting", "opportunity"];

/// The costs that are not 0, by name.
fn charged(costs: &Costs) -> impl Iterator<Item = (&'static str, i64)> + Clone + '_ {
    LABELS.into_iter().zip(costs.iter().copied()).filter(|(_, cost)| *cost != 0)
}

/// The same, as a sum.
pub fn parts(costs: &Costs) -> impl Display + '_ {
    joined(charged(costs).map(|(label, cost)| words(move |f| write!(f, "{label} {}", money(cost)))), " + ")
}

/// All together, cents.
pub fn total(costs: &Costs) -> i128 {
    costs.iter().map(|cost| i128::from(*cost)).sum()
}

/// Every charge, with its parts.
pub fn accruals(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    page.section("Costs charged", |page| {
        for event in moment.of(&[EventKind::CostAccrual]) {
            let costs = event.reader().costs();
            let (bank, total) = (moment.bank(event.agent), money(total(&costs)));
            match charged(&costs).next() {
                Some(_) => writeln!(page, "  {bank}: {total} = {}", parts(&costs))?,
                None => writeln!(page, "  {bank}: {total} = $0.00")?,
            }
        }
        Ok(())
    })
}

/// By bank and kind, if the tick cost anything.
pub fn breakdown(moment: &Moment<'_>, page: &mut Page) -> fmt::Result {
    let mut sums = vec![Costs::default(); moment.banks.len()];
    for event in moment.all_of(&[EventKind::CostAccrual]) {
        for (sum, cost) in sums[event.agent as usize].iter_mut().zip(event.reader().costs()) {
            *sum = sum.wrapping_add(cost);
        }
    }
    let sums: Vec<_> = moment.agents().map(|bank| (bank, &sums[bank as usize])).filter(|(_, costs)| total(costs) != 0).collect();
    let all: i128 = sums.iter().map(|(_, costs)| total(costs)).sum();
    page.section(format_args!("Costs of this tick: {}", money(all)), |page| {
        for (bank, costs) in sums {
            writeln!(page, "  {}: {}", moment.bank(bank), money(total(costs)))?;
            charged(costs).try_for_each(|(label, cost)| writeln!(page, "    {label} {}", money(cost)))?;
        }
        Ok(())
    })
}
