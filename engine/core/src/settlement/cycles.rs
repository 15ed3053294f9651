//! Cycles: banks in a closed loop settle what each has queued for the next; every bank pays only its net.
//!
//! The graph is that of the banks, where an edge holds all queued payments of an ordered pair. So the number of loops does not depend
//! on the number of payments, and the length of the queue is no limit. `search.rs` finds the loops.

use super::{ITERATIONS_MAX, mark_settled, post_nets};
use crate::config::{CYCLE_LENGTH_MAX, LsmConfig};
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::{Common, NONE};
use crate::money::Cents;
use crate::state::State;
use crate::transaction::Mechanism;

/// What a tick may still do.
#[derive(Debug, Clone, Copy)]
pub struct CycleBudget {
    /// Banks in the longest loop.
    length_max: usize,
    /// How many loops may still settle.
    cycles: u32,
    /// How many loops may still be looked at.
    candidates: u32,
    /// How many payments were queued when loops were last looked for: while there are as many, another search would find nothing.
    searched_with: Option<usize>,
}

impl CycleBudget {
    /// The budget of a tick.
    pub fn new(config: &LsmConfig) -> Self {
        Self {
            length_max: config.max_cycle_length as usize,
            cycles: config.max_cycles_per_tick,
            candidates: config.max_cycle_candidates,
            searched_with: None,
        }
    }

    /// Whether nothing more may be done in this tick.
    pub fn is_used_up(&self) -> bool {
        self.cycles == 0 || self.candidates == 0
    }
}

/// Settle loops, the most valuable first. Returns how many settled.
///
/// Loops are those of the graph as it is now. Each is tried once, in order, with the money and the payments that those before it have
/// left: the first that is feasible settles, then the first feasible one after it, and so on.
pub fn settle_cycles(state: &mut State, budget: &mut CycleBudget) -> Result<u64, SimulationError> {
    let queued = state.queue2.len();
    if budget.is_used_up() || budget.searched_with == Some(queued) {
        return Ok(0);
    }
    let mut search = std::mem::take(&mut state.room.search);
    search.begin(state, budget.length_max);
    // Loops can only become fewer within a tick. If there can never be too many of them, they need not be counted.
    let counted = search.loops_max() * u64::from(ITERATIONS_MAX) >= u64::from(budget.candidates);
    let limit = if counted { Some(budget.candidates as usize) } else { None };
    let mut found = search.first(limit);
    if counted {
        budget.candidates -= search.count() as u32;
        if search.is_bounded() {
            budget.candidates = 0;
            state.log.append(EventKind::LsmCycleSearchBounded, Common::NOTHING).u32(search.count() as u32);
        }
    }
    let mut settled = 0;
    while let Some(best) = found {
        if settle_whole_or_heads(state, &search.agents(&best))? {
            budget.cycles -= 1;
            settled += 1;
        }
        found = if budget.cycles > 0 { search.next(state, &best) } else { None };
    }
    budget.searched_with = Some(queued);
    state.room.search = search;
    Ok(settled)
}

/// Settle all payments on the edges of a loop or, if that is not feasible, the first payment on each.
fn settle_whole_or_heads(state: &mut State, agents: &[u32]) -> Result<bool, SimulationError> {
    let mut whole = [0_i128; CYCLE_LENGTH_MAX as usize];
    for (edge, value) in whole.iter_mut().enumerate().take(agents.len()) {
        *value = state.queue2.value_between(agents[edge], next(agents, edge));
        if *value == 0 {
            return Ok(false);
        }
    }
    if is_feasible(state, agents, &whole) {
        return settle(state, agents, usize::MAX);
    }
    let mut heads = [0_i128; CYCLE_LENGTH_MAX as usize];
    for (edge, value) in heads.iter_mut().enumerate().take(agents.len()) {
        let head = state.queue2.head_between(agents[edge], next(agents, edge));
        *value = head.map_or(0, |(_, amount)| i128::from(amount));
    }
    if heads != whole && is_feasible(state, agents, &heads) {
        return settle(state, agents, 1);
    }
    Ok(false)
}

fn next(agents: &[u32], edge: usize) -> u32 {
    agents[(edge + 1) % agents.len()]
}

/// Received less paid, for the bank at the beginning of this edge.
fn net_position(agents: &[u32], values: &[i128], edge: usize) -> i128 {
    values[(edge + agents.len() - 1) % agents.len()] - values[edge]
}

/// Whether each bank of a loop can pay its net, and the sum on each edge is within the limits.
fn is_feasible(state: &State, agents: &[u32], values: &[i128]) -> bool {
    (0..agents.len()).all(|edge| {
        let agent = &state.agents[agents[edge] as usize];
        -net_position(agents, values, edge) <= i128::from(agent.available_liquidity())
            && agent.check_limits(next(agents, edge), values[edge]).is_ok()
    })
}

/// Settle up to `per_edge` payments on each edge of a loop.
fn settle(state: &mut State, agents: &[u32], per_edge: usize) -> Result<bool, SimulationError> {
    let mut payments = Vec::new();
    let mut values = [0_i128; CYCLE_LENGTH_MAX as usize];
    for (edge, value) in values.iter_mut().enumerate().take(agents.len()) {
        for (index, amount) in state.queue2.payments_between(agents[edge], next(agents, edge)).take(per_edge) {
            *value += i128::from(amount);
            payments.push(index);
        }
    }
    for index in &payments {
        mark_settled(state, *index, Mechanism::Cycle)?;
    }
    let to_cents = |value: i128| Cents::try_from(value).map_err(|_| state.overflow("the value of a cycle"));
    let total_value = to_cents(values.iter().sum())?;
    let net_positions: Vec<Cents> =
        (0..agents.len()).map(|edge| to_cents(net_position(agents, &values, edge))).collect::<Result<_, _>>()?;
    let nets: Vec<(u32, Cents)> = agents.iter().copied().zip(net_positions.iter().copied()).collect();
    post_nets(state, &nets, &payments);
    let (max_net_outflow, payer) =
        net_positions.iter().zip(agents).map(|(net, agent)| ((-net).max(0), *agent)).max().unwrap_or((0, NONE));
    let amounts: Vec<Cents> = payments.iter().map(|index| state.transactions[*index as usize].amount).collect();
    state
        .log
        .append(EventKind::LsmCycleSettlement, Common { amount: total_value, ..Common::NOTHING })
        .u32_list(agents.iter().copied())
        .u32_list(payments.iter().copied())
        .i64_list(amounts.into_iter())
        .i64_list(net_positions.into_iter())
        .i64(max_net_outflow)
        .u32(if max_net_outflow > 0 { payer } else { NONE });
    Ok(true)
}
