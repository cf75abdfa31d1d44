//! The line of senders that wait for room in a full mailbox.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

/// First come, first served. Who is first gets a promise, and is out of the line only when it used
/// the promise or gave it back.
#[derive(Default)]
pub(crate) struct Senders {
    next: u64,
    waiting: BTreeMap<u64, Waker>,
    granted: BTreeSet<u64>,
}

impl Senders {
    /// Whether nobody waits for a promise.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes a ticket, or keeps the one that the sender has.
    pub(crate) fn wait(&mut self, ticket: Option<u64>, waker: &Waker) -> u64 {
        let ticket = ticket.unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        self.waiting.insert(ticket, waker.clone());
        ticket
    }

    /// Promises a place to the first in line.
    pub(crate) fn grant_first(&mut self) -> Option<Waker> {
        let (ticket, waker) = self.waiting.pop_first()?;
        self.granted.insert(ticket);
        Some(waker)
    }

    /// Whether the ticket's place is promised; uses the promise up.
    pub(crate) fn take_grant(&mut self, ticket: u64) -> bool {
        self.granted.remove(&ticket)
    }

    /// Leaves the line. Returns whether a promise comes free.
    pub(crate) fn leave(&mut self, ticket: u64) -> bool {
        self.waiting.remove(&ticket);
        self.granted.remove(&ticket)
    }

    /// Everyone who waits or was promised a place.
    pub(crate) fn into_wakers(self) -> Vec<Waker> {
        self.waiting.into_values().collect()
    }
}
