//! Cycles: banks in a closed loop settle what each has queued for the next; every bank pays only its net.
//!
//! The graph is that of the banks, where an edge holds all queued payments of an ordered pair. So the number of loops does not depend
//! on the number of payments, and the length of the queue is no limit.

use super::{mark_settled, post_nets};
use crate::config::CYCLE_LENGTH_MAX;
use crate::error::SimulationError;
use crate::event::EventKind;
use crate::log::{Common, NONE};
use crate::money::Cents;
use crate::state::State;
use crate::transaction::Mechanism;
use std::cmp::Reverse;

/// A closed loop of banks that begins with the smallest, and the value on its edges when it was found.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    value: i128,
    length: usize,
    agents: [u32; CYCLE_LENGTH_MAX as usize],
}

impl Candidate {
    fn agents(&self) -> &[u32] {
        &self.agents[..self.length]
    }
}

/// Settle loops, the most valuable first. Returns how many settled.
pub fn settle_cycles(
    state: &mut State,
    length_max: u32,
    cycles_left: &mut u32,
    candidates_left: &mut u32,
) -> Result<u64, SimulationError> {
    if *cycles_left == 0 || *candidates_left == 0 {
        return Ok(0);
    }
    let mut search = Search::new(state, *candidates_left as usize);
    search.find(length_max as usize);
    *candidates_left -= search.found.len() as u32;
    if search.bounded {
        *candidates_left = 0;
        let bound = search.found.len() as u32;
        state.log.append(EventKind::LsmCycleSearchBounded, Common::NOTHING).u32(bound);
    }
    let mut candidates = search.found;
    candidates.sort_unstable_by_key(|candidate| (Reverse(candidate.value), candidate.length, candidate.agents));
    let mut settled = 0;
    for candidate in candidates {
        if *cycles_left == 0 {
            break;
        }
        if settle_whole_or_heads(state, candidate.agents())? {
            *cycles_left -= 1;
            settled += 1;
        }
    }
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
        let head = state.queue2.payments_between(agents[edge], next(agents, edge), &state.transactions).next();
        *value = head.map_or(0, |index| i128::from(state.transactions[index as usize].amount));
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
        let net = net_position(agents, values, edge);
        (net >= 0 || -net <= i128::from(agent.available_liquidity()))
            && agent.check_limits(next(agents, edge), values[edge]).is_ok()
    })
}

/// Settle up to `per_edge` payments on each edge of a loop.
fn settle(state: &mut State, agents: &[u32], per_edge: usize) -> Result<bool, SimulationError> {
    let mut payments = Vec::new();
    let mut values = [0_i128; CYCLE_LENGTH_MAX as usize];
    for (edge, value) in values.iter_mut().enumerate().take(agents.len()) {
        let queued = state.queue2.payments_between(agents[edge], next(agents, edge), &state.transactions);
        for index in queued.take(per_edge) {
            *value += i128::from(state.transactions[index as usize].amount);
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

/// The search for loops: by length, then by the numbers of their banks, each loop once, from its smallest bank.
///
/// Banks get new numbers, in the same order, that count only those which both owe and are owed.
struct Search {
    banks: Vec<u32>,
    /// By bank: to whom it owes, ascending, and how much.
    edges: Vec<Vec<(usize, i128)>>,
    /// The fewest edges from a bank to another over banks not smaller than the other; `usize::MAX` for none.
    distance: Vec<Vec<usize>>,
    path: Vec<usize>,
    limit: usize,
    found: Vec<Candidate>,
    bounded: bool,
}

impl Search {
    fn new(state: &State, limit: usize) -> Self {
        let queue = &state.queue2;
        let agents = queue.agents() as u32;
        let mut is_owed = vec![false; agents as usize];
        for agent in 0..agents {
            for receiver in queue.receivers(agent) {
                is_owed[*receiver as usize] = true;
            }
        }
        let banks: Vec<u32> = (0..agents).filter(|agent| is_owed[*agent as usize] && !queue.receivers(*agent).is_empty()).collect();
        let number = |agent: &u32| banks.binary_search(agent).ok();
        let edges: Vec<Vec<(usize, i128)>> = banks
            .iter()
            .map(|sender| {
                let receivers = queue.receivers(*sender).iter();
                receivers.filter_map(|receiver| Some((number(receiver)?, queue.value_between(*sender, *receiver)))).collect()
            })
            .collect();
        let distance = distances(&edges);
        Self { banks, edges, distance, path: Vec::new(), limit, found: Vec::new(), bounded: false }
    }

    fn find(&mut self, length_max: usize) {
        for length in 3..=length_max.min(self.banks.len()) {
            for start in 0..self.banks.len() {
                self.path.push(start);
                self.extend(length, 0);
                self.path.pop();
                if self.bounded {
                    return;
                }
            }
        }
    }

    /// Go on from the end of the path to every loop of this length; `value` is what lies on the path.
    fn extend(&mut self, length: usize, value: i128) {
        let (start, end) = (self.path[0], self.path[self.path.len() - 1]);
        for place in 0..self.edges[end].len() {
            let (bank, amount) = self.edges[end][place];
            if self.path.len() == length {
                if bank == start {
                    self.add(length, value + amount);
                    return;
                }
                continue;
            }
            // The loop must still be closed with the edges that are left.
            let close = self.distance[start][bank];
            if bank > start && close <= length - self.path.len() && !self.path.contains(&bank) {
                self.path.push(bank);
                self.extend(length, value + amount);
                self.path.pop();
                if self.bounded {
                    return;
                }
            }
        }
    }

    fn add(&mut self, length: usize, value: i128) {
        if self.found.len() == self.limit {
            self.bounded = true;
            return;
        }
        let mut agents = [0; CYCLE_LENGTH_MAX as usize];
        for (agent, bank) in agents.iter_mut().zip(&self.path) {
            *agent = self.banks[*bank];
        }
        self.found.push(Candidate { value, length, agents });
    }
}

/// `[to][from]`: the fewest edges over banks not smaller than `to`.
fn distances(edges: &[Vec<(usize, i128)>]) -> Vec<Vec<usize>> {
    let mut owed_by: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (sender, owes) in edges.iter().enumerate() {
        for (receiver, _) in owes {
            owed_by[*receiver].push(sender);
        }
    }
    (0..edges.len())
        .map(|target| {
            let mut distance = vec![usize::MAX; edges.len()];
            let mut reached = vec![target];
            let mut steps = 0;
            while !reached.is_empty() {
                steps += 1;
                let mut further = Vec::new();
                for bank in reached {
                    for sender in &owed_by[bank] {
                        if *sender > target && distance[*sender] == usize::MAX {
                            distance[*sender] = steps;
                            further.push(*sender);
                        }
                    }
                }
                reached = further;
            }
            distance
        })
        .collect()
}
