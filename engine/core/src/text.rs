//! The text of ticks, for people: sections of lines, without markup or colour. Told from the log alone, so that a run that goes on and one
//! that was read back give the same bytes.

mod banks;
mod collateral;
mod costs;
mod day;
mod moment;
mod page;
mod payments;
mod policy;
mod settlement;

use crate::costs::CostRates;
use crate::error::ConfigError;
use crate::event::EventKind;
use crate::log::{EventRef, Filter};
use crate::money::Cents;
use crate::replay::Replay;
use crate::views::Record;
use moment::Moment;
use page::Page;
use std::fmt::{self, Write};

/// The parts of a tick's text, in their order. Each writes its lines, or nothing when it has nothing to tell.
const SECTIONS: &[fn(&Moment<'_>, &mut Page) -> fmt::Result] = &[
    payments::arrivals,
    policy::decisions,
    settlement::details,
    payments::queued,
    settlement::netting,
    collateral::activity,
    payments::overdue,
    banks::figures,
    banks::states,
    costs::accruals,
    costs::breakdown,
    day::summary,
    day::end_of_day,
];

/// Takes in the events of a run and tells of its ticks. What it holds does not grow with the length of the run.
#[derive(Debug)]
pub struct TickTexts {
    filter: Filter,
    /// The names of the banks, as they can be shown, and whether their figures may be.
    banks: Vec<String>,
    is_shown: Vec<bool>,
    rates: Vec<CostRates>,
    ticks_per_day: u32,
    replay: Replay,
    /// The payments in any queue, in order of arrival.
    waiting: Vec<u32>,
    /// Payments that were settled by netting before the day.
    netted_before: u64,
    next_tick: u32,
}

impl TickTexts {
    /// Before the first event of a run. `filter`: what is told of.
    pub fn new(record: Record<'_>, filter: Filter) -> Result<Self, ConfigError> {
        Ok(Self {
            banks: record.agent_ids.iter().map(|id| page::plain(id)).collect(),
            is_shown: record.agent_ids.iter().map(|id| filter.concerns(id)).collect(),
            rates: CostRates::of_banks(record.config)?,
            ticks_per_day: record.config.ticks_per_day,
            replay: record.replay(),
            waiting: Vec::new(),
            netted_before: 0,
            next_tick: 0,
            filter,
        })
    }

    /// The first tick that was not taken in.
    pub fn next_tick(&self) -> u32 {
        self.next_tick
    }

    /// The text of the ticks `from_tick..to_tick`, as far as they were run and not taken in before. Those before them are taken in without a
    /// word; the events of all must be there.
    pub fn tell(&mut self, record: Record<'_>, from_tick: u32, to_tick: u32) -> String {
        let mut page = Page::default();
        let mut of_tick = Vec::new();
        let mut events = record.log.range(self.next_tick, to_tick).peekable();
        for tick in self.next_tick..to_tick.min(record.log.ticks()) {
            if tick.is_multiple_of(self.ticks_per_day) {
                self.replay.begin_day();
                self.netted_before = self.replay.of_tick.lsm_settled_payments();
            }
            let before: Vec<Cents> = self.replay.agents.iter().map(|agent| agent.balance).collect();
            of_tick.clear();
            while let Some(event) = events.next_if(|event| event.tick == tick) {
                self.replay.apply(&event);
                if event.kind == EventKind::Arrival {
                    self.waiting.push(event.payment);
                }
                if tick >= from_tick {
                    of_tick.push(event);
                }
            }
            self.end_tick();
            if tick >= from_tick {
                // Writing into memory does not fail.
                let written = self.write(record, tick, &before, &of_tick, &mut page);
                debug_assert!(written.is_ok());
            }
        }
        self.next_tick = self.next_tick.max(to_tick.min(record.log.ticks()));
        page.into_text()
    }

    fn end_tick(&mut self) {
        let replay = &mut self.replay;
        self.waiting.retain(|number| replay.payment(*number).is_some_and(|payment| payment.is_queued()));
        replay.forget_finished_if_many();
    }

    fn write(&self, record: Record<'_>, tick: u32, before: &[Cents], all: &[EventRef<'_>], page: &mut Page) -> fmt::Result {
        let names = record.names();
        let chosen: Vec<_>;
        let events = if self.filter.is_empty() {
            all
        } else {
            chosen = all.iter().filter(|event| self.filter.has(event, names)).copied().collect();
            &chosen
        };
        let moment = Moment {
            tick,
            all,
            events,
            filter: &self.filter,
            names,
            banks: &self.banks,
            is_shown: &self.is_shown,
            rates: &self.rates,
            replay: &self.replay,
            before,
            waiting: &self.waiting,
            netted_before: self.netted_before,
        };
        writeln!(page, "═══ Tick {tick} ═══")?;
        SECTIONS.iter().try_for_each(|section| section(&moment, page))?;
        writeln!(page)
    }
}
