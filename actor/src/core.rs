//! What all actors of one system share.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::dead_letter::{DeadLetter, DeadLetterReason};
use crate::deadline::Deadlines;
use crate::event::{Event, EventHub, UnreadError};
use crate::failure::Failure;
use crate::log_limit::LogLimit;
use crate::mailbox::Mailbox;
use crate::pid::Pid;
use crate::scope::{Occupied, Scope};
use crate::stats::{Counts, Stats};
use crate::sync::{Arc, AtomicU64, Mutex, Ordering};

/// The settings of a system; the builder fills them in.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) name: Arc<str>,
    pub(crate) ask_timeout: Duration,
    pub(crate) mailbox: Mailbox,
    pub(crate) shutdown_deadline: Duration,
    pub(crate) seed: u64,
}

/// Generic over what an actor is in the tree, so that it need not know.
pub(crate) struct Core<N: ?Sized> {
    pub(crate) settings: Settings,
    pub(crate) runtime: Handle,
    pub(crate) deadlines: Arc<Deadlines>,
    pub(crate) events: EventHub,
    /// The actors at the top.
    pub(crate) root: Mutex<Scope<N>>,
    pub(crate) address: Arc<str>,
    /// The report of the shutdown, once there is one; any number of callers wait for it.
    pub(crate) shutdown: Mutex<Option<watch::Receiver<Option<Arc<ShutdownReport>>>>>,
    next_id: AtomicU64,
    totals: Totals,
    dead_letter_log: LogLimit,
    unread_error_log: LogLimit,
}

/// What [`ActorSystem::shutdown`](crate::ActorSystem::shutdown) did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Actors that had not stopped at the deadline and were killed.
    pub late: Vec<Pid>,
    /// Of these, the ones that still run: they block their thread.
    pub stuck: Vec<Pid>,
    /// How long it took.
    pub took: Duration,
}

impl ShutdownReport {
    /// Whether every actor stopped in time.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.late.is_empty()
    }
}

/// The counts of the actors that have ended, and what belongs to none.
#[derive(Default)]
struct Totals {
    ended: Mutex<Stats>,
    actors: AtomicU64,
    refused: AtomicU64,
    late_replies: AtomicU64,
    unread_errors: AtomicU64,
    left_in_mailbox: AtomicU64,
}

impl<N: ?Sized> Core<N> {
    pub(crate) fn new(settings: Settings, runtime: Handle) -> Self {
        Self {
            settings,
            deadlines: Deadlines::new(runtime.clone()),
            runtime,
            events: EventHub::default(),
            root: Mutex::default(),
            address: crate::pid::NONHOST.into(),
            shutdown: Mutex::default(),
            next_id: AtomicU64::new(1),
            totals: Totals::default(),
            dead_letter_log: LogLimit::default(),
            unread_error_log: LogLimit::default(),
        }
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn add_root(
        &self,
        id: u64,
        child: Arc<N>,
        name: Option<&Arc<str>>,
    ) -> Result<usize, Occupied> {
        self.root.lock().add(id, child, name)
    }

    pub(crate) fn actor_began(&self) {
        self.totals.actors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn actor_ended(&self, counts: &Counts) {
        self.totals.ended.lock().add(counts);
        self.totals.actors.fetch_sub(1, Ordering::Relaxed);
    }

    /// A message for an actor whose counts were taken already.
    pub(crate) fn refused(&self) {
        self.totals.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn late_reply(&self) {
        self.totals.late_replies.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn unread_error(&self, report: impl FnOnce() -> UnreadError) {
        self.totals.unread_errors.fetch_add(1, Ordering::Relaxed);
        let report = report();
        if let Some(held_back) = self.unread_error_log.admit() {
            tracing::warn!(
                actor = report.actor.id(),
                message = report.message_type,
                error = report.error,
                held_back,
                "nobody read the error that a handler returned"
            );
        }
        self.events.publish(|| Event::UnreadError(report));
    }

    /// Reports a lost message. Its count is the caller's: the actor's own while it lives
    /// (`expired`), here for what was left behind.
    pub(crate) fn dead_letter(
        &self,
        target: &dyn Fn() -> Pid,
        message_type: &'static str,
        reason: DeadLetterReason,
    ) {
        if let Some(held_back) = self.dead_letter_log.admit() {
            tracing::warn!(
                target_actor = target().id(),
                message = message_type,
                %reason,
                held_back,
                "dead letter"
            );
        }
        self.events.publish(|| {
            Event::DeadLetter(DeadLetter {
                target: target(),
                message_type,
                reason,
            })
        });
    }

    pub(crate) fn left_in_mailbox(&self) {
        self.totals.left_in_mailbox.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, failure: &Failure) {
        tracing::error!(actor = failure.actor().id(), "{failure}");
        self.events.publish(|| Event::Failed(failure.clone()));
    }

    /// The counts of the actors that have ended, and what belongs to none.
    pub(crate) fn totals(&self) -> Stats {
        let mut stats = *self.totals.ended.lock();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let refused = read(&self.totals.refused);
        stats.sent += refused;
        stats.refused += refused;
        stats.dead_letters.actor_stopped += read(&self.totals.left_in_mailbox);
        stats.late_replies = read(&self.totals.late_replies);
        stats.unread_errors = read(&self.totals.unread_errors);
        stats.actors = read(&self.totals.actors);
        stats
    }
}
