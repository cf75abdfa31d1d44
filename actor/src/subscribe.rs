//! Actors as subscribers of events.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_core::Stream;

use crate::any_ref::wait_for_end;
use crate::event::{Event, EventKind};
use crate::events::Events;
use crate::log_limit::LogLimit;
use crate::pid::Pid;
use crate::recipient::Recipient;
use crate::runtime::Task;
use crate::sync::{Arc, AtomicU64, Ordering};
use crate::system::ActorSystem;

/// An actor's subscription to the events of a system; see [`ActorSystem::subscribe`].
///
/// It ends with the actor and with the system. Dropping it changes nothing.
#[derive(Clone)]
pub struct Subscription {
    missed: Arc<AtomicU64>,
    task: Task,
}

impl Subscription {
    /// Ends the subscription. An event that waits in the mailbox already is still handled.
    pub fn cancel(&self) {
        self.task.abort();
    }

    /// How many events, of all kinds, the actor has missed so far because it was too slow.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("missed", &self.missed())
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

impl ActorSystem {
    /// Sends an actor what happens from now on, as messages: all [`Event`]s, or those of one kind
    /// ([`EventKind`]).
    ///
    /// Publishing never waits for the actor. Its events wait for room in its mailbox; when it is more
    /// than 1024 behind, it misses the oldest. An actor that gets all events is told so in their place
    /// ([`Event::Missed`]); otherwise a warning is logged, and [`Subscription::missed`] has the count.
    /// An actor is not told of its own unread errors, dead letters and slow handlers: that could go
    /// round for ever.
    ///
    /// ```
    /// use actor::prelude::*;
    /// use actor::{Failure, Lifecycle};
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Alarm { failures: usize }
    ///
    /// #[actor]
    /// impl Alarm {
    ///     #[on(started)]
    ///     fn listen(&mut self, ctx: &mut Ctx<Self>) {
    ///         ctx.system().subscribe::<Failure>(ctx.actor_ref());
    ///     }
    ///
    ///     #[handler]
    ///     fn failed(&mut self, failure: Failure) {
    ///         self.failures += 1;
    ///         println!("{failure}");
    ///     }
    /// }
    /// ```
    pub fn subscribe<E: EventKind>(&self, subscriber: impl Into<Recipient<E>>) -> Subscription {
        let subscriber = subscriber.into();
        let missed = Arc::<AtomicU64>::default();
        let deliver = deliver(self.events(), subscriber, missed.clone());
        let task = self.core().runtime.spawn(deliver);
        Subscription { missed, task }
    }
}

/// Hands events on until the system or the subscriber ends.
async fn deliver<E: EventKind>(
    mut events: Events,
    subscriber: Recipient<E>,
    missed: Arc<AtomicU64>,
) {
    let own = subscriber.pid();
    let node = subscriber.node();
    let mut ended = pin!(wait_for_end(&*node));
    let log = LogLimit::default();
    loop {
        let next = poll_fn(|cx| match ended.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => Pin::new(&mut events).poll_next(cx),
        });
        let Some(event) = next.await else { return };
        if let Event::Missed(now) = event {
            missed.fetch_add(now, Ordering::Relaxed);
        }
        if event.about() == Some(&own) {
            continue;
        }
        let lost = matches!(event, Event::Missed(_));
        let Some(event) = E::pick(event) else {
            if lost {
                warn(&own, &missed, &log);
            }
            continue;
        };
        if subscriber.tell_wait(event).await.is_err() {
            return;
        }
    }
}

fn warn(subscriber: &Pid, missed: &AtomicU64, log: &LogLimit) {
    if log.admit().is_some() {
        tracing::warn!(
            actor = subscriber.id(),
            missed = missed.load(Ordering::Relaxed),
            "a subscriber of events is too slow and misses some"
        );
    }
}
