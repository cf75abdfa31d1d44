//! What became of every message.

use std::time::Duration;

use crate::dead_letter::{DeadLetterCounts, DeadLetterReason};
use crate::sync::{AtomicU64, OnceLock, Ordering};

/// The balance of a system: every message that was sent, and what became of it.
///
/// At rest, exactly: `sent = handled + failed + refused + dead letters + waiting`
/// ([`is_balanced`](Self::is_balanced)). While actors work the terms of each actor still add up; what
/// was sent between two reads is found in the next.
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
    /// Queued, stashed, or in a handler.
    pub waiting: u64,
    /// Replies whose asker had given up. Their messages count as handled.
    pub late_replies: u64,
    /// Handlers' errors that nobody read. Their messages count as handled.
    pub unread_errors: u64,
    /// How often an actor failed: a panic or an error of a handler, of a lifecycle handler or of a task; one that
    /// is escalated counts for each level.
    pub failures: u64,
    /// How often an actor's state was made anew, or tried to.
    pub restarts: u64,
    /// Actors that are alive.
    pub actors: u64,
}

impl Stats {
    /// Whether every message is accounted for.
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

    pub(crate) fn add(&mut self, actor: &ActorStats) {
        self.sent += actor.received + actor.refused;
        self.handled += actor.handled;
        self.failed += actor.failed;
        self.refused += actor.refused;
        self.dead_letters += actor.dead_letters;
        self.waiting += actor.waiting;
        self.late_replies += actor.late_replies;
        self.unread_errors += actor.unread_errors;
        self.restarts += actor.restarts;
    }
}

/// What one actor has done so far, and what it has before it. Of an actor that has ended: its last
/// counts.
///
/// Always `received = handled + failed + dead letters + waiting`, also while it works
/// ([`is_balanced`](Self::is_balanced)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorStats {
    /// Messages that were taken into its mailbox.
    pub received: u64,
    /// Messages that were handled to the end of their handler.
    pub handled: u64,
    /// Messages whose handler panicked, failed, or was dropped by `kill`.
    pub failed: u64,
    /// Messages that were given back to their sender. Those that come after the actor's end are
    /// counted by its system alone.
    pub refused: u64,
    /// Messages that were received and lost, by reason.
    pub dead_letters: DeadLetterCounts,
    /// Messages that are received and not done: in the mailbox, in the stash, or in a handler.
    pub waiting: u64,
    /// How many messages are in the mailbox now, without the one in a handler.
    pub mailbox: u64,
    /// How many messages are stashed now.
    pub stashed: u64,
    /// The type of the message in the handler now.
    pub handling: Option<&'static str>,
    /// Replies whose asker had given up.
    pub late_replies: u64,
    /// Its handlers' errors that nobody read.
    pub unread_errors: u64,
    /// How often its state was made anew, or tried to.
    pub restarts: u64,
    /// Since it has started; zero before, and after its end.
    pub uptime: Duration,
    /// The behavior that it is in; `None` for an actor that has none.
    pub behavior: Option<&'static str>,
}

impl ActorStats {
    /// Whether every message that it received is accounted for.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let known = self.handled + self.failed + self.dead_letters.total() + self.waiting;
        self.received == known
    }
}

/// What is counted where it happens. What most actors never count is in a box.
#[derive(Default)]
pub(crate) struct Tally {
    /// Only the actor's loop writes it, so no read-modify-write is needed.
    handled: AtomicU64,
    rare: OnceLock<Box<Rare>>,
}

#[derive(Default)]
struct Rare {
    failed: AtomicU64,
    expired: AtomicU64,
    left_behind: AtomicU64,
    overflow: AtomicU64,
    late_replies: AtomicU64,
    unread_errors: AtomicU64,
    withdrawn: AtomicU64,
    unhandled: AtomicU64,
    stash_full: AtomicU64,
    restarted: AtomicU64,
    /// How many messages are stashed now.
    stashed: AtomicU64,
    restarts: AtomicU64,
    /// Failures that a supervisor has seen.
    decided: AtomicU64,
}

impl Rare {
    fn done(&self) -> u64 {
        let done = [
            &self.failed,
            &self.expired,
            &self.left_behind,
            &self.overflow,
            &self.withdrawn,
            &self.unhandled,
            &self.stash_full,
            &self.restarted,
        ];
        done.into_iter().map(read).sum()
    }
}

impl Tally {
    #[inline]
    pub(crate) fn handled(&self) {
        if cfg!(actor_uncounted) {
            return; // for the benchmark of what counting costs
        }
        let handled = self.handled.load(Ordering::Relaxed);
        self.handled.store(handled + 1, Ordering::Release);
    }

    pub(crate) fn failed(&self) {
        bump(&self.rare().failed);
    }

    pub(crate) fn dead_letter(&self, reason: DeadLetterReason) {
        let rare = self.rare();
        bump(match reason {
            DeadLetterReason::ActorStopped => &rare.left_behind,
            DeadLetterReason::Expired => &rare.expired,
            DeadLetterReason::Overflow => &rare.overflow,
            DeadLetterReason::Unhandled => &rare.unhandled,
            DeadLetterReason::StashFull => &rare.stash_full,
            DeadLetterReason::Restarted => &rare.restarted,
        });
    }

    /// A message whose task was cancelled before its turn: as if it had never been sent.
    pub(crate) fn withdrawn(&self) {
        bump(&self.rare().withdrawn);
    }

    /// So many messages are stashed now. Only the actor's loop says so.
    pub(crate) fn stashed(&self, messages: usize) {
        self.rare()
            .stashed
            .store(messages as u64, Ordering::Relaxed);
    }

    /// Which failure of this actor it is that its supervisor sees.
    pub(crate) fn number_failure(&self) -> u64 {
        self.rare().decided.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn emptied_stash(&self) {
        if let Some(rare) = self.rare.get() {
            rare.stashed.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn restarted(&self) {
        bump(&self.rare().restarts);
    }

    pub(crate) fn taken_back(&self) -> u64 {
        self.rare.get().map_or(0, |rare| read(&rare.withdrawn))
    }

    pub(crate) fn late_reply(&self) {
        bump(&self.rare().late_replies);
    }

    pub(crate) fn unread_error(&self) {
        bump(&self.rare().unread_errors);
    }

    /// Messages that are done, one way or the other.
    #[inline]
    pub(crate) fn done(&self) -> u64 {
        let handled = read(&self.handled);
        match self.rare.get() {
            None => handled,
            Some(rare) => handled + rare.done(),
        }
    }

    /// What is counted here. What is done is read before what was received is, so that it is never
    /// more.
    pub(crate) fn read(&self) -> ActorStats {
        let mut stats = ActorStats {
            handled: read(&self.handled),
            ..ActorStats::default()
        };
        if let Some(rare) = self.rare.get() {
            stats.failed = read(&rare.failed);
            stats.dead_letters.expired = read(&rare.expired);
            stats.dead_letters.actor_stopped = read(&rare.left_behind);
            stats.dead_letters.overflow = read(&rare.overflow);
            stats.dead_letters.unhandled = read(&rare.unhandled);
            stats.dead_letters.stash_full = read(&rare.stash_full);
            stats.dead_letters.restarted = read(&rare.restarted);
            stats.stashed = read(&rare.stashed);
            stats.restarts = read(&rare.restarts);
            stats.late_replies = read(&rare.late_replies);
            stats.unread_errors = read(&rare.unread_errors);
        }
        stats
    }

    #[cold]
    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }
}

// Release and acquire, so that who sees that a message is done sees that it was received.
fn bump(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Release);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Acquire)
}
