//! The search for loops of banks that can settle.
//!
//! A loop begins with its smallest bank, so that each is found once. Whether a bank of a loop can pay its net depends only on the edges
//! before and after it. So a way through the graph is given up as soon as one of its banks can pay neither the whole of what is queued
//! on its edges nor the first payments alone: where liquidity is scarce, most ways end after a few steps. Which banks the next step may lead
//! to is a set of bits for each edge, and which banks the last step may come from is one for each first edge: a way looks at no others.
//!
//! Where there may be more loops than may be looked at, the first so many have to be counted, by length, then by the banks on the way;
//! then no way is given up but those that cannot be closed in the steps that are left.

use crate::config::CYCLE_LENGTH_MAX;
use crate::log::NONE;
use crate::state::State;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// More than any bank can pay.
const TOO_MUCH: i128 = i128::MAX / 4;

/// A loop: the banks, as numbers of the search, and the value on its edges when the search began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loop {
    value: i128,
    length: usize,
    banks: [u32; CYCLE_LENGTH_MAX as usize],
}

impl Loop {
    fn banks(&self) -> &[u32] {
        &self.banks[..self.length]
    }
}

/// The larger of two loops is tried first: by value, then the shorter, then the one with the smaller numbers of banks.
impl Ord for Loop {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value).then(other.length.cmp(&self.length)).then_with(|| other.banks.cmp(&self.banks))
    }
}

impl PartialOrd for Loop {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What one bank has queued for another.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: u32,
    /// Cents when the search began.
    value: i128,
    /// Cents now, all payments, and the first alone; `TOO_MUCH` if there are none or a limit forbids it.
    now: [i128; 2],
}

/// Which of a loop's banks are fine so far: with all payments on the edges, and with the first ones.
type Feasible = [bool; 2];

/// The graph of banks, and room for a search through it.
///
/// Banks get new numbers, in the same order, that count only those which both owe and are owed.
#[derive(Debug, Clone, Default)]
pub struct Search {
    banks: Vec<u32>,
    length_max: usize,
    /// The edges by sender, then by receiver.
    edges: Vec<Edge>,
    /// By bank: where its edges begin; one more than there are banks.
    begin: Vec<usize>,
    /// Words of 64 bits in a set of banks.
    words: usize,
    /// By edge: the banks that its receiver can pay in turn; only of those edges where `is_known` says so.
    payable: Vec<Banks>,
    is_known: Vec<bool>,
    /// The banks from which a way may go back to where it began, so that the first bank can pay its first edge.
    closing: Vec<Banks>,
    /// By sender and receiver: the edge, or `NONE`.
    edge_between: Vec<u32>,
    /// By bank: what it can pay.
    liquidity: Vec<i128>,
    /// By target and bank: the fewest edges from the bank to the target over banks not smaller than the target; `usize::MAX` for none. Only
    /// where loops are counted.
    distance: Vec<usize>,
    path: Vec<u32>,
    limit: Option<usize>,
    count: usize,
    bounded: bool,
    best: Option<Loop>,
    /// Loops that are tried after the first that settled; only where loops are counted.
    later: BinaryHeap<Loop>,
    /// Room to collect them, and whether that is wanted.
    collected: Vec<Loop>,
    collects: bool,
}

impl Search {
    /// Look at the central queue.
    pub fn begin(&mut self, state: &State, length_max: usize) {
        let queue = &state.queue2;
        let agents = queue.agents() as u32;
        self.length_max = length_max;
        self.distance.clear();
        // For the time being: by bank, its new number if it is owed something and owes something.
        let mut numbers = std::mem::take(&mut self.edge_between);
        numbers.clear();
        numbers.resize(agents as usize, NONE);
        for agent in 0..agents {
            for receiver in queue.receivers(agent) {
                numbers[*receiver as usize] = 0;
            }
        }
        self.banks.clear();
        for agent in 0..agents {
            if numbers[agent as usize] == 0 && !queue.receivers(agent).is_empty() {
                numbers[agent as usize] = self.banks.len() as u32;
                self.banks.push(agent);
            } else {
                numbers[agent as usize] = NONE;
            }
        }
        self.begin.clear();
        self.edges.clear();
        for sender in &self.banks {
            self.begin.push(self.edges.len());
            for receiver in queue.receivers(*sender) {
                let to = numbers[*receiver as usize];
                if to != NONE {
                    self.edges.push(Edge { to, value: queue.value_between(*sender, *receiver), now: [TOO_MUCH; 2] });
                }
            }
        }
        self.begin.push(self.edges.len());
        let banks = self.banks.len();
        numbers.clear();
        numbers.resize(banks * banks, NONE);
        for sender in 0..banks {
            for place in self.begin[sender]..self.begin[sender + 1] {
                numbers[sender * banks + self.edges[place].to as usize] = place as u32;
            }
        }
        self.edge_between = numbers;
        self.look_at_banks(state);
    }

    /// Look again at what banks can pay and at what is queued, after a loop has settled.
    fn look_at_banks(&mut self, state: &State) {
        self.liquidity.clear();
        self.liquidity.extend(self.banks.iter().map(|bank| i128::from(state.agents[*bank as usize].available_liquidity())));
        for (number, sender) in self.banks.iter().enumerate() {
            let agent = &state.agents[*sender as usize];
            for edge in &mut self.edges[self.begin[number]..self.begin[number + 1]] {
                let receiver = self.banks[edge.to as usize];
                let head = state.queue2.head_between(*sender, receiver);
                let queued = head.map(|(_, head)| [state.queue2.value_between(*sender, receiver), i128::from(head)]);
                let admitted = |value: i128| if agent.check_limits(receiver, value).is_ok() { value } else { TOO_MUCH };
                edge.now = queued.map_or([TOO_MUCH; 2], |values| values.map(admitted));
            }
        }
    }

    /// No graph of so many banks has more loops.
    pub fn loops_max(&self) -> u64 {
        let banks = self.banks.len() as u64;
        let mut ways = banks * banks.saturating_sub(1);
        let mut loops = 0_u64;
        for length in 3..=self.length_max.min(self.banks.len()) as u64 {
            ways = ways.saturating_mul(banks + 1 - length);
            loops = loops.saturating_add(ways / length);
        }
        loops
    }

    /// How many loops the last search has looked at; only where loops are counted.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether there are more loops than were looked at.
    pub fn is_bounded(&self) -> bool {
        self.bounded
    }

    /// The banks of a loop.
    pub fn agents(&self, found: &Loop) -> Vec<u32> {
        found.banks().iter().map(|bank| self.banks[*bank as usize]).collect()
    }

    /// The first loop that can settle; with a `limit`, among the first so many that are found.
    pub fn first(&mut self, limit: Option<usize>) -> Option<Loop> {
        self.limit = limit;
        self.collects = false;
        self.search(None)
    }

    /// After a loop has settled: the next in order that can settle now.
    ///
    /// Where ways are given up early, searching again is cheaper than having kept all loops.
    pub fn next(&mut self, state: &State, last: &Loop) -> Option<Loop> {
        self.look_at_banks(state);
        if self.limit.is_none() {
            return self.search(Some(last));
        }
        if !self.collects {
            self.collects = true;
            self.search(Some(last));
            let mut in_order = std::mem::take(&mut self.later).into_vec();
            in_order.clear();
            in_order.append(&mut self.collected);
            self.later = BinaryHeap::from(in_order);
        }
        while let Some(found) = self.later.pop() {
            if self.is_feasible(&found) {
                return Some(found);
            }
        }
        None
    }

    fn search(&mut self, last: Option<&Loop>) -> Option<Loop> {
        self.count = 0;
        self.bounded = false;
        self.best = None;
        let length_max = self.length_max.min(self.banks.len());
        let last = last.copied();
        match self.limit {
            None => self.search_where_banks_can_pay(&Ways { length_min: 3, length_max, last }),
            Some(limit) => {
                if self.distance.is_empty() {
                    self.measure_distances();
                }
                for length in 3..=length_max {
                    self.count_loops(limit, &Ways { length_min: length, length_max: length, last });
                }
            }
        }
        self.best
    }

    /// All loops, without the ways on which a bank cannot pay.
    fn search_where_banks_can_pay(&mut self, ways: &Ways) {
        if ways.length_max < ways.length_min {
            return;
        }
        self.words = self.banks.len().div_ceil(64);
        self.payable.resize(self.edges.len() * self.words, Banks::default());
        self.is_known.clear();
        self.is_known.resize(self.edges.len(), false);
        for start in 0..self.banks.len() as u32 {
            for place in self.begin[start as usize]..self.begin[start as usize + 1] {
                let Edge { to, value, .. } = self.edges[place];
                if to <= start {
                    continue;
                }
                let feasible = self.find_closing(start, place);
                if feasible != [false; 2] {
                    self.path.clear();
                    self.path.extend([start, to]);
                    self.follow(ways, Way { first: place, last: place, value, feasible });
                }
            }
        }
    }

    /// Find out from which banks a way that begins with this edge may come back, and whether there are any.
    fn find_closing(&mut self, start: u32, first: usize) -> Feasible {
        self.closing.clear();
        self.closing.resize(self.words, Banks::default());
        let mut any = [false; 2];
        for bank in start + 1..self.banks.len() as u32 {
            let place = self.edge_between[bank as usize * self.banks.len() + start as usize];
            if place != NONE {
                let feasible = self.can_pay(start, place as usize, first, [true; 2]);
                self.closing[bank as usize / 64].insert(bank, feasible);
                any = [0, 1].map(|mode| any[mode] || feasible[mode]);
            }
        }
        any
    }

    /// Go on from the end of the path to the banks that it can pay.
    fn follow(&mut self, ways: &Ways, way: Way) {
        let (start, end) = (self.path[0], self.path[self.path.len() - 1]);
        let length = self.path.len();
        if length >= ways.length_min {
            self.close(ways, &way);
        }
        if length == ways.length_max {
            return;
        }
        if !self.is_known[way.last] {
            self.find_payable(end, way.last);
        }
        for word in start as usize / 64..self.words {
            let payable = self.payable[way.last * self.words + word];
            let closing = if length + 1 == ways.length_max { self.closing[word] } else { Banks([u64::MAX; 2]) };
            let candidates = [0, 1].map(|mode| if way.feasible[mode] { payable.0[mode] & closing.0[mode] } else { 0 });
            let mut left = candidates[0] | candidates[1];
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let to = word as u32 * 64 + bit;
                if to > start && !self.path.contains(&to) {
                    let place = self.edge_between[end as usize * self.banks.len() + to as usize] as usize;
                    let feasible = candidates.map(|candidates| candidates >> bit & 1 == 1);
                    self.path.push(to);
                    self.follow(ways, Way { last: place, value: way.value + self.edges[place].value, feasible, ..way });
                    self.path.pop();
                }
            }
        }
    }

    /// Find out which banks the receiver of an edge can pay with it.
    fn find_payable(&mut self, receiver: u32, received: usize) {
        self.is_known[received] = true;
        let mut payable = std::mem::take(&mut self.payable);
        let sets = &mut payable[received * self.words..][..self.words];
        sets.fill(Banks::default());
        for place in self.begin[receiver as usize]..self.begin[receiver as usize + 1] {
            let to = self.edges[place].to;
            sets[to as usize / 64].insert(to, self.can_pay(receiver, received, place, [true; 2]));
        }
        self.payable = payable;
    }

    /// The loops of one length, whether their banks can pay or not, until there are too many of them.
    fn count_loops(&mut self, limit: usize, ways: &Ways) {
        for start in 0..self.banks.len() as u32 {
            for place in self.begin[start as usize]..self.begin[start as usize + 1] {
                let to = self.edges[place].to;
                if self.bounded {
                    return;
                }
                if to > start && self.can_close(start, to, ways.length_max - 1) {
                    self.path.clear();
                    self.path.extend([start, to]);
                    let way = Way { first: place, last: place, value: self.edges[place].value, feasible: [true; 2] };
                    self.count_on(limit, ways, way);
                }
            }
        }
    }

    /// Go on from the end of the path to all banks from which it can be closed.
    fn count_on(&mut self, limit: usize, ways: &Ways, way: Way) {
        let (start, end) = (self.path[0], self.path[self.path.len() - 1]);
        let length = self.path.len();
        if length == ways.length_max {
            self.count_loop(limit, ways, &way);
            return;
        }
        for place in self.begin[end as usize]..self.begin[end as usize + 1] {
            let Edge { to, value, .. } = self.edges[place];
            if self.bounded {
                return;
            }
            if to > start && !self.path.contains(&to) && self.can_close(start, to, ways.length_max - length) {
                let feasible = self.can_pay(end, way.last, place, way.feasible);
                self.path.push(to);
                self.count_on(limit, ways, Way { last: place, value: way.value + value, feasible, ..way });
                self.path.pop();
            }
        }
    }

    /// Count the loop that closes the path, if so many may be looked at.
    fn count_loop(&mut self, limit: usize, ways: &Ways, way: &Way) {
        self.bounded = self.count == limit;
        if !self.bounded {
            self.count += 1;
            self.close(ways, way);
        }
    }

    /// Whether there is a way back to the start in so many steps.
    fn can_close(&self, start: u32, bank: u32, steps: usize) -> bool {
        self.distance[start as usize * self.banks.len() + bank as usize] <= steps
    }

    /// Go back from the end of the path to its beginning, if there is an edge.
    fn close(&mut self, ways: &Ways, way: &Way) {
        let (start, end) = (self.path[0], self.path[self.path.len() - 1]);
        let place = self.edge_between[end as usize * self.banks.len() + start as usize];
        if place == NONE {
            return;
        }
        let place = place as usize;
        let feasible = self.can_pay(end, way.last, place, way.feasible);
        if self.can_pay(start, place, way.first, feasible) == [false; 2] && !self.collects {
            return;
        }
        let mut found =
            Loop { value: way.value + self.edges[place].value, length: self.path.len(), banks: [0; CYCLE_LENGTH_MAX as usize] };
        found.banks[..found.length].copy_from_slice(&self.path);
        if ways.last.is_none_or(|last| found < last) {
            if self.collects {
                self.collected.push(found);
            } else if self.best.is_none_or(|best| found > best) {
                self.best = Some(found);
            }
        }
    }

    /// Whether a bank can pay what is on one edge if it gets what is on the other: all of it, and the first payments.
    fn can_pay(&self, bank: u32, received: usize, paid: usize, so_far: Feasible) -> Feasible {
        let (received, paid, liquidity) = (&self.edges[received].now, &self.edges[paid].now, self.liquidity[bank as usize]);
        [0, 1].map(|way| so_far[way] && paid[way] - received[way] <= liquidity)
    }

    /// Whether all banks of a loop can pay now.
    fn is_feasible(&self, found: &Loop) -> bool {
        let banks = found.banks();
        let edge = |from: u32, to: u32| self.edge_between[from as usize * self.banks.len() + to as usize] as usize;
        let mut feasible = [true; 2];
        let mut received = edge(banks[banks.len() - 1], banks[0]);
        for (place, bank) in banks.iter().enumerate() {
            let paid = edge(*bank, banks[(place + 1) % banks.len()]);
            feasible = self.can_pay(*bank, received, paid, feasible);
            received = paid;
        }
        feasible != [false; 2]
    }

    fn measure_distances(&mut self) {
        let banks = self.banks.len();
        let mut owed_by: Vec<Vec<u32>> = vec![Vec::new(); banks];
        for sender in 0..banks {
            for edge in &self.edges[self.begin[sender]..self.begin[sender + 1]] {
                owed_by[edge.to as usize].push(sender as u32);
            }
        }
        self.distance.resize(banks * banks, usize::MAX);
        let mut reached = Vec::new();
        for target in 0..banks {
            let distance = &mut self.distance[target * banks..][..banks];
            reached.clear();
            reached.push((target as u32, 0));
            let mut next = 0;
            while let Some((bank, steps)) = reached.get(next).copied() {
                next += 1;
                for sender in &owed_by[bank as usize] {
                    if *sender > target as u32 && distance[*sender as usize] == usize::MAX {
                        distance[*sender as usize] = steps + 1;
                        reached.push((*sender, steps + 1));
                    }
                }
            }
        }
    }
}

/// Some of 64 banks: those that are fine with all payments on the edges, and with the first ones.
#[derive(Debug, Clone, Copy, Default)]
struct Banks([u64; 2]);

impl Banks {
    fn insert(&mut self, bank: u32, feasible: Feasible) {
        for (bits, feasible) in self.0.iter_mut().zip(feasible) {
            *bits |= u64::from(feasible) << (bank % 64);
        }
    }
}

/// Which loops are looked for.
#[derive(Debug)]
struct Ways {
    length_min: usize,
    length_max: usize,
    /// Only those that are tried after this one.
    last: Option<Loop>,
}

/// What is known of a path: its first edge and its last, the value on all of them, and whether its banks, without the first and the last, can
/// pay.
#[derive(Debug, Clone, Copy)]
struct Way {
    first: usize,
    last: usize,
    value: i128,
    feasible: Feasible,
}
