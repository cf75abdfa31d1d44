//! One actor's place in the system: its mailbox, and its [`Head`]. The loop that serves it is in
//! [`run`](crate::run).

use std::any::Any;
use std::task::Waker;

use crate::behavior::Behavior;
use crate::core::Core;
use crate::dead_letter::DeadLetterReason;
use crate::extra::Extra;
use crate::failure::{StopReason, catch};
use crate::handles::{BehaviorsOf, Envelope, Receives};
use crate::mailbox::Mailbox;
use crate::node::{Head, Level, Node, Origin, SystemItem};
use crate::queue::{Queue, Queued, Refused};
use crate::reply::ReplySink;
use crate::stats::ActorStats;
use crate::sync::Arc;

/// What lies in a mailbox.
pub(crate) enum Item<E> {
    User(E),
    System(Box<SystemItem>),
}

impl<E> Queued for Item<E> {
    fn is_droppable(&self) -> bool {
        matches!(self, Self::User(_))
    }
}

/// Everything of one actor that others may touch.
#[repr(C)] // senders write to the queue, the loop to the end of the head: two cache lines
pub(crate) struct Cell<A: Receives> {
    pub(crate) queue: Queue<Item<A::Envelope>>,
    pub(crate) head: Head,
}

impl<A: Receives> Cell<A> {
    pub(crate) fn new(core: Arc<Core<dyn Node>>, origin: Origin, mailbox: Mailbox) -> Self {
        Self {
            queue: Queue::new(mailbox),
            head: Head::new(core, origin),
        }
    }

    /// Appends a message if there is room.
    #[inline]
    pub(crate) fn send<M>(
        &self,
        message: M,
        wrap: impl FnOnce(M) -> A::Envelope,
    ) -> Result<(), Refused<M>> {
        let item = |message| Item::User(wrap(message));
        let lost = |item| self.overflow(item);
        let sent = self.queue.push(&self.head.progress, message, item, lost);
        if let Err(refused) = &sent {
            self.count_refused(refused);
        }
        sent
    }

    /// How many items are in the mailbox.
    pub(crate) fn queued(&self) -> u64 {
        self.queue.counts(&self.head.progress).queued
    }

    /// A message for which there was no room.
    fn overflow(&self, item: Item<A::Envelope>) {
        if let Item::User(envelope) = item {
            self.discard(envelope, DeadLetterReason::Overflow);
        }
    }

    /// Counts a refusal that came after this actor's counts were final.
    pub(crate) fn count_refused<M>(&self, refused: &Refused<M>) {
        if let Refused::Closed { retired: true, .. } = refused {
            self.head.core.refused();
        }
    }

    /// The result of work beside the actor: as a message, whatever the bound. Whether the actor takes
    /// more. After its end there is nobody whom it could reach: then it was never sent.
    pub(crate) fn send_unbounded(&self, envelope: A::Envelope) -> bool {
        let sent = self.queue.push_unbounded(Item::User(envelope), true);
        sent.is_ok_and(|open| open)
    }

    /// Ends the actor: its mail becomes dead letters, its name free, and whoever waits is told.
    /// `batch` is what the loop had taken and not handled.
    pub(crate) fn end(&self, batch: impl Iterator<Item = Item<A::Envelope>>, reason: StopReason) {
        let rest = self.queue.retire(&self.head.progress);
        for item in batch.chain(rest) {
            match item {
                Item::User(envelope) => self.discard(envelope, DeadLetterReason::ActorStopped),
                Item::System(_) => self.head.took_system_item(),
            }
        }
        self.head.end(self.stats(), reason);
    }

    /// An actor that never came to be.
    pub(crate) fn never_born(&self) {
        let _ = self.queue.retire(&self.head.progress);
        self.head.never_born();
    }

    /// Drops a message that nobody will handle.
    pub(crate) fn discard(&self, envelope: A::Envelope, reason: DeadLetterReason) {
        self.lose(envelope, reason, None);
    }

    /// The same; `behavior` has no handler for it.
    pub(crate) fn lose(
        &self,
        envelope: A::Envelope,
        reason: DeadLetterReason,
        behavior: Option<&'static str>,
    ) {
        let (handler, reply) = envelope.peek();
        let message_type = A::Sent::message_type(handler);
        if envelope.extra().is_some_and(Extra::is_cancelled) {
            self.head.tally.withdrawn();
            return drop_contained(envelope, message_type);
        }
        let reason = match reply.is_given_up() {
            true => DeadLetterReason::Expired,
            false => reason,
        };
        self.head.dead_letter(message_type, reason);
        if let Some(behavior) = behavior {
            reply.unhandled(behavior);
        }
        drop_contained(envelope, message_type);
    }
}

fn drop_contained<E>(envelope: E, message_type: &'static str) {
    if catch(|| drop(envelope)).is_err() {
        tracing::error!(message = message_type, "a message panicked when dropped");
    }
}

impl<A: Receives> Node for Cell<A> {
    fn head(&self) -> &Head {
        &self.head
    }

    fn actor_type(&self) -> &'static str {
        std::any::type_name::<A>()
    }

    fn stats(&self) -> ActorStats {
        let progress = &self.head.progress;
        let handling = progress.is_in_hand().then(|| progress.handler());
        let handling = handling.map(A::Sent::message_type);
        let names = BehaviorsOf::<A>::NAMES;
        let behavior = names.get(usize::from(self.head.behavior())).copied();
        self.head
            .stats(handling, behavior, || self.queue.counts(progress))
    }

    fn raise(&self, level: Level) {
        self.queue.raise(&self.head.progress, level as u8);
    }

    fn call(&self, bit: u8) {
        self.queue.call(&self.head.progress, bit);
    }

    fn watch_signal(&self, waker: &Waker) -> u8 {
        let (signal, unlisted) = self.queue.watch_signal(&self.head.progress, waker);
        if unlisted {
            self.head.set_unlisted();
        }
        signal
    }

    fn unlist(&self) -> bool {
        self.queue.unlist(&self.head.progress)
    }

    fn push_system(&self, item: SystemItem) -> bool {
        self.head.put_system_item();
        let item = Item::System(Box::new(item));
        let pushed = self.queue.push_unbounded(item, false).is_ok();
        if !pushed {
            self.head.took_system_item();
        }
        pushed
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl<A: Receives> ReplySink for Cell<A> {
    fn late_reply(&self) {
        self.head.tally.late_reply();
    }

    fn unread_error(&self, message_type: &'static str, error: String) {
        self.head.unread_error(message_type, error);
    }
}
