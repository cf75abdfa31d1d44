//! What all actors of one system share.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::care::Group;
use crate::dead_letter::{DeadLetter, DeadLetterReason};
use crate::deadline::Deadlines;
use crate::deadlock::Deadlock;
use crate::event::{Event, UnreadError};
use crate::events::EventHub;
use crate::failure::Failure;
use crate::log_limit::LogLimit;
use crate::mailbox::Mailbox;
use crate::pid::Pid;
use crate::runtime::Runtime;
use crate::scope::{Occupied, Scope};
use crate::slow::SlowHandler;
use crate::stats::{ActorStats, Stats};
use crate::supervision::{RootFailure, Supervision};
use crate::sync::{Arc, AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering};
use crate::timers::Timers;
use crate::turn::Seats;

/// The settings of a system; the builder fills them in.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) name: Arc<str>,
    pub(crate) ask_timeout: Duration,
    pub(crate) mailbox: Mailbox,
    pub(crate) shutdown_deadline: Duration,
    pub(crate) slow_handler: Option<Duration>,
    pub(crate) seed: u64,
    pub(crate) supervision: Arc<Supervision>,
    pub(crate) on_root_failure: RootFailure,
}

/// Generic over what an actor is in the tree, so that it need not know.
pub(crate) struct Core<N: ?Sized> {
    pub(crate) settings: Settings,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) deadlines: Arc<Deadlines>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) events: EventHub,
    /// The actors at the top.
    pub(crate) root: Mutex<Scope<N>>,
    pub(crate) address: Arc<str>,
    /// The report of the shutdown, once there is one; any number of callers wait for it.
    pub(crate) shutdown: Mutex<Option<watch::Receiver<Option<Arc<ShutdownReport>>>>>,
    /// What the top of the system keeps of the actors there.
    pub(crate) guardian: Mutex<Group>,
    /// The threads on which its actors run.
    pub(crate) seats: Arc<Seats>,
    /// Actors that wait in the middle of a message, for the watchdog's next look.
    suspended: Mutex<Vec<Arc<N>>>,
    /// There is a watchdog that looks at them.
    watched: AtomicBool,
    epoch: Instant,
    next_id: AtomicU64,
    totals: Totals,
    dead_letter_log: LogLimit,
    unread_error_log: LogLimit,
    deadlock_log: LogLimit,
    slow_handler_log: LogLimit,
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
    failures: AtomicU64,
}

impl<N: ?Sized> Core<N> {
    pub(crate) fn new(settings: Settings, runtime: Runtime) -> Self {
        let runtime = Arc::new(runtime);
        Self {
            settings,
            deadlines: Deadlines::new(runtime.clone()),
            timers: Timers::new(runtime.clone()),
            runtime,
            events: EventHub::default(),
            root: Mutex::default(),
            address: crate::pid::NONHOST.into(),
            shutdown: Mutex::default(),
            guardian: Mutex::default(),
            seats: Arc::default(),
            suspended: Mutex::default(),
            watched: AtomicBool::new(false),
            epoch: Instant::now(),
            next_id: AtomicU64::new(1),
            totals: Totals::default(),
            dead_letter_log: LogLimit::default(),
            unread_error_log: LogLimit::default(),
            deadlock_log: LogLimit::default(),
            slow_handler_log: LogLimit::default(),
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
    ) -> Result<u32, Occupied> {
        self.root.lock().add(id, child, name)
    }

    pub(crate) fn actor_began(&self) {
        self.totals.actors.fetch_add(1, Ordering::Relaxed);
    }

    /// How long the system has been there.
    pub(crate) fn age(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// Takes an actor's counts over, and says so in `counted` while nobody sums up.
    pub(crate) fn actor_ended(&self, stats: &ActorStats, counted: &AtomicBool) {
        let mut ended = self.totals.ended.lock();
        ended.add(stats);
        counted.store(true, Ordering::Relaxed);
        drop(ended);
        self.totals.actors.fetch_sub(1, Ordering::Relaxed);
    }

    /// A message for an actor whose counts were final already.
    pub(crate) fn refused(&self) {
        self.totals.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn unread_error(&self, report: impl FnOnce() -> UnreadError) {
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

    /// Reports a lost message. Its count is its actor's.
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

    /// Counts and publishes a failure. It is logged with what becomes of it.
    pub(crate) fn failed(&self, failure: &Failure) {
        self.totals.failures.fetch_add(1, Ordering::Relaxed);
        self.events.publish(|| Event::Failed(failure.clone()));
    }

    pub(crate) fn deadlock(&self, deadlock: Deadlock) {
        if let Some(held_back) = self.deadlock_log.admit() {
            tracing::warn!(held_back, "deadlock: {deadlock}");
        }
        self.events.publish(|| Event::Deadlock(deadlock));
    }

    pub(crate) fn slow_handler(&self, slow: SlowHandler) {
        if let Some(held_back) = self.slow_handler_log.admit() {
            tracing::warn!(
                actor = slow.actor.id(),
                message = slow.message_type,
                held_back,
                "slow handler: {slow}"
            );
        }
        self.events.publish(|| Event::SlowHandler(slow));
    }

    /// Lists an actor that waits in the middle of a message.
    pub(crate) fn suspended(&self, node: impl FnOnce() -> Arc<N>) {
        if self.watched.load(Ordering::Relaxed) {
            self.suspended.lock().push(node());
        }
    }

    pub(crate) fn set_watched(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    pub(crate) fn take_suspended(&self) -> Vec<Arc<N>> {
        std::mem::take(&mut *self.suspended.lock())
    }

    /// Whether the shutdown is over.
    pub(crate) fn is_shut_down(&self) -> bool {
        let shutdown = self.shutdown.lock();
        shutdown
            .as_ref()
            .is_some_and(|report| report.borrow().is_some())
    }

    /// The counts of the actors that have ended, and what belongs to none. While they are held, no
    /// actor's counts go over into them.
    pub(crate) fn totals(&self) -> (MutexGuard<'_, Stats>, Stats) {
        let ended = self.totals.ended.lock();
        let refused = self.totals.refused.load(Ordering::Relaxed);
        let stats = Stats {
            sent: ended.sent + refused,
            refused: ended.refused + refused,
            failures: self.totals.failures.load(Ordering::Relaxed),
            actors: self.totals.actors.load(Ordering::Relaxed),
            ..*ended
        };
        (ended, stats)
    }
}
