//! Who waits for whom: a graph of the requests that actors wait for, and its cycles.
//!
//! Only what has waited for a tick of the table of deadlines comes here, so most requests never do.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// What a waiting actor waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Reply,
    Room,
}

/// An actor, in the middle of a message, waits for another one of its system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) waiter: u64,
    pub(crate) target: u64,
    pub(crate) message_type: &'static str,
    pub(crate) what: For,
}

/// Tells one wait from all others.
pub(crate) type EdgeId = (usize, u64);

/// A cycle: each waits for the next, the last for the first.
pub(crate) type Cycle = Vec<(EdgeId, Edge)>;

/// How many actors a search looks at, at most. A longer chain of waits is not followed.
const FAR_ENOUGH: usize = 10_000;

/// The waits of one actor, or for one actor.
type Edges = HashMap<u64, BTreeMap<EdgeId, Edge>>;

/// All waits, by who waits and by for whom.
#[derive(Default)]
pub(crate) struct Waits {
    out: Edges,
    into: Edges,
}

impl Waits {
    /// Adds a wait; returns a cycle that it closes.
    pub(crate) fn add(&mut self, id: EdgeId, edge: Edge) -> Option<Cycle> {
        self.out.entry(edge.waiter).or_default().insert(id, edge);
        self.into.entry(edge.target).or_default().insert(id, edge);
        let mut cycle = vec![(id, edge)];
        cycle.extend(self.path(edge.target, edge.waiter)?);
        Some(cycle)
    }

    pub(crate) fn remove(&mut self, id: EdgeId, edge: &Edge) {
        forget(&mut self.out, edge.waiter, id);
        forget(&mut self.into, edge.target, id);
    }

    /// Whether all of its waits are still there.
    pub(crate) fn holds(&self, cycle: &Cycle) -> bool {
        let mut waits = cycle.iter();
        waits.all(|(id, edge)| {
            let edges = self.out.get(&edge.waiter);
            edges.is_some_and(|edges| edges.contains_key(id))
        })
    }

    /// The waits that lead from one actor to another. Looks from both ends in turn, and stops when
    /// one of them leads no further: one that many wait for mostly waits for few.
    fn path(&self, from: u64, to: u64) -> Option<Cycle> {
        if from == to {
            return Some(Vec::new());
        }
        let (mut ahead, mut back) = (Search::new(from), Search::new(to));
        for _ in 0..FAR_ENOUGH {
            if ahead.step(&self.out, |edge| edge.target)? == to {
                let mut path = ahead.way_to(to, |edge| edge.waiter);
                path.reverse();
                return Some(path);
            }
            if back.step(&self.into, |edge| edge.waiter)? == from {
                return Some(back.way_to(from, |edge| edge.target));
            }
        }
        None
    }
}

fn forget(edges: &mut Edges, actor: u64, id: EdgeId) {
    if let Some(own) = edges.get_mut(&actor) {
        own.remove(&id);
        if own.is_empty() {
            edges.remove(&actor);
        }
    }
    if edges.is_empty() {
        *edges = HashMap::new(); // a map does not shrink by itself
    }
}

/// A walk from one actor outward, breadth first.
struct Search {
    start: u64,
    open: VecDeque<u64>,
    /// By which wait each was reached.
    reached: HashMap<u64, (EdgeId, Edge)>,
}

impl Search {
    fn new(start: u64) -> Self {
        Self {
            start,
            open: VecDeque::from([start]),
            reached: HashMap::new(),
        }
    }

    /// Looks at the next actor; returns it. `None` when there is none.
    fn step(&mut self, edges: &Edges, end: fn(&Edge) -> u64) -> Option<u64> {
        let actor = self.open.pop_front()?;
        for (id, edge) in edges.get(&actor).into_iter().flatten() {
            let next = end(edge);
            if next != self.start && !self.reached.contains_key(&next) {
                self.reached.insert(next, (*id, *edge));
                self.open.push_back(next);
            }
        }
        Some(actor)
    }

    /// The waits from `actor` back to the start.
    fn way_to(&self, mut actor: u64, back: fn(&Edge) -> u64) -> Cycle {
        let mut way = Vec::new();
        while let Some(wait) = self.reached.get(&actor) {
            way.push(*wait);
            actor = back(&wait.1);
        }
        way
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(waiter: u64, target: u64) -> Edge {
        Edge {
            waiter,
            target,
            message_type: "M",
            what: For::Reply,
        }
    }

    fn add(waits: &mut Waits, number: u64, from: u64, to: u64) -> Option<Vec<u64>> {
        let cycle = waits.add((0, number), edge(from, to))?;
        Some(cycle.iter().map(|(_, edge)| edge.waiter).collect())
    }

    #[test]
    fn who_waits_for_itself_is_a_cycle() {
        assert_eq!(add(&mut Waits::default(), 1, 7, 7), Some(vec![7]));
    }

    #[test]
    fn the_last_wait_of_a_cycle_closes_it() {
        let mut waits = Waits::default();
        assert_eq!(add(&mut waits, 1, 1, 2), None);
        assert_eq!(add(&mut waits, 2, 3, 1), None);
        assert_eq!(add(&mut waits, 3, 2, 4), None);
        assert_eq!(add(&mut waits, 4, 2, 3), Some(vec![2, 3, 1]));
    }

    #[test]
    fn a_wait_that_is_over_closes_nothing() {
        let mut waits = Waits::default();
        add(&mut waits, 1, 1, 2);
        waits.remove((0, 1), &edge(1, 2));
        assert_eq!(add(&mut waits, 2, 2, 1), None);
        let cycle = waits.add((0, 3), edge(1, 2)).expect("a cycle");
        assert!(waits.holds(&cycle));
        waits.remove((0, 2), &edge(2, 1));
        assert!(!waits.holds(&cycle));
        waits.remove((0, 3), &edge(1, 2));
        assert!(waits.out.is_empty() && waits.into.is_empty());
    }

    #[test]
    fn a_cycle_is_found_from_either_end() {
        for crowd_waits in [true, false] {
            let mut waits = Waits::default();
            for n in 100..200 {
                let (from, to) = if crowd_waits { (n, 2) } else { (1, n) };
                assert_eq!(add(&mut waits, n, from, to), None);
            }
            add(&mut waits, 1, 3, 4);
            add(&mut waits, 2, 2, 3);
            add(&mut waits, 3, 4, 1);
            assert_eq!(add(&mut waits, 4, 1, 2), Some(vec![1, 2, 3, 4]));
        }
    }

    #[test]
    fn a_cycle_elsewhere_is_not_walked_for_ever() {
        let mut waits = Waits::default();
        add(&mut waits, 1, 2, 3);
        assert!(add(&mut waits, 2, 3, 2).is_some());
        assert_eq!(add(&mut waits, 3, 1, 2), None);
    }
}
