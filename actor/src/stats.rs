//! What became of every message.

use crate::dead_letter::DeadLetterCounts;
use crate::sync::{AtomicU64, Ordering};

/// The balance of a system: every message that was sent, and what became of it.
///
/// At rest, exactly: `sent = handled + failed + refused + dead letters + waiting`
/// ([`is_balanced`](Self::is_balanced)). While actors work the terms are read one after the other,
/// so the sum may be off by what happened in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Messages given to `tell`, `tell_wait`, `ask`, `forward`, and results of pipes.
    pub sent: u64,
    /// Handled to the end of their handler.
    pub handled: u64,
    /// Their handler panicked, failed, or was dropped by `kill`.
    pub failed: u64,
    /// Given back to the sender: the mailbox was full, or the actor had stopped.
    pub refused: u64,
    /// Lost, by reason.
    pub dead_letters: DeadLetterCounts,
    /// Queued, or in a handler.
    pub waiting: u64,
    /// Replies whose asker had given up. Their messages count as handled.
    pub late_replies: u64,
    /// Handlers' errors that nobody read. Their messages count as handled.
    pub unread_errors: u64,
    /// Actors that are alive.
    pub actors: u64,
}

impl Stats {
    /// Whether every message is accounted for. Exact at rest.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] #[derive(Default)] struct Counter;
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::new("demo")?;
    /// let counter = system.spawn(Counter::default);
    /// counter.tell(1)?;
    /// counter.ask(2).await?;
    /// system.shutdown().await;
    /// assert_eq!(system.stats().handled, 2);
    /// assert!(system.stats().is_balanced());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let known =
            self.handled + self.failed + self.refused + self.dead_letters.total() + self.waiting;
        self.sent == known
    }

    pub(crate) fn add(&mut self, counts: &Counts) {
        self.sent += counts.accepted + counts.refused;
        self.handled += counts.handled;
        self.failed += counts.failed;
        self.refused += counts.refused;
        self.dead_letters.expired += counts.expired;
        self.waiting += counts.waiting;
    }
}

/// The counts of one actor.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) handled: u64,
    pub(crate) failed: u64,
    pub(crate) expired: u64,
    pub(crate) waiting: u64,
}

/// What an actor's own loop counts. Only the loop writes, so no read-modify-write is needed.
#[derive(Default)]
pub(crate) struct Tally {
    handled: AtomicU64,
    failed: AtomicU64,
    expired: AtomicU64,
}

impl Tally {
    #[inline]
    pub(crate) fn handled(&self) {
        bump(&self.handled);
    }

    pub(crate) fn failed(&self) {
        bump(&self.failed);
    }

    pub(crate) fn expired(&self) {
        bump(&self.expired);
    }

    /// Writes the tally into `counts`.
    pub(crate) fn read(&self, counts: &mut Counts) {
        counts.handled = self.handled.load(Ordering::Relaxed);
        counts.failed = self.failed.load(Ordering::Relaxed);
        counts.expired = self.expired.load(Ordering::Relaxed);
    }

    /// Sets everything back to zero, when the counts have gone into the system's.
    pub(crate) fn clear(&self) {
        for counter in [&self.handled, &self.failed, &self.expired] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}

#[inline]
fn bump(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}
