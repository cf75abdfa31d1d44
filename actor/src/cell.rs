//! One actor's place in the system: its mailbox, its life and its counts. The loop that serves it
//! is in [`run`](crate::run).

use std::any::Any;
use std::collections::VecDeque;

use crate::core::Core;
use crate::dead_letter::DeadLetterReason;
use crate::event::{Event, UnreadError};
use crate::failure::{StopReason, catch};
use crate::handles::{Envelope, Receives};
use crate::life::Life;
use crate::mailbox::Mailbox;
use crate::node::{EndSender, Level, Node, Occupied, StartSender};
use crate::pid::Pid;
use crate::queue::{Progress, Queue, Refused, UNBOUNDED};
use crate::reply::ReplySink;
use crate::stats::{Counts, Tally};
use crate::sync::{Arc, AtomicU32, Mutex, Ordering};
use crate::terminated::{Key, Terminated};

/// What lies in a mailbox.
pub(crate) enum Item<E> {
    User(E),
    System(Box<SystemItem>),
}

/// What lies in a mailbox without being a message.
pub(crate) enum SystemItem {
    Terminated(Terminated),
    /// A piped future panicked.
    PipeFailed(crate::failure::Payload),
}

/// Everything of one actor that others may touch.
#[repr(C)] // senders write to the queue, the loop to the progress: what is only read lies between
pub(crate) struct Cell<A: Receives> {
    pub(crate) queue: Queue<Item<A::Envelope>>,
    pub(crate) core: Arc<Core>,
    id: u64,
    /// Boxed, because it is nothing for most actors at the top.
    origin: Option<Box<Origin>>,
    pub(crate) life: Mutex<Life>,
    pub(crate) progress: Progress,
    pub(crate) tally: Tally,
    /// Items in the mailbox that are no messages.
    system_items: AtomicU32,
}

/// Where an actor comes from.
#[derive(Default)]
pub(crate) struct Origin {
    pub(crate) parent: Option<Arc<dyn Node>>,
    pub(crate) name: Option<Arc<str>>,
}

impl Origin {
    fn boxed(self) -> Option<Box<Self>> {
        let known = self.parent.is_some() || self.name.is_some();
        known.then(|| Box::new(self))
    }
}

impl<A: Receives> Cell<A> {
    pub(crate) fn new(core: Arc<Core>, origin: Origin, mailbox: Mailbox) -> Self {
        let capacity = mailbox
            .capacity()
            .and_then(|capacity| u32::try_from(capacity).ok());
        Self {
            queue: Queue::new(capacity.unwrap_or(UNBOUNDED)),
            id: core.next_id(),
            core,
            origin: origin.boxed(),
            life: Mutex::default(),
            progress: Progress::default(),
            tally: Tally::default(),
            system_items: AtomicU32::new(0),
        }
    }

    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        self.origin.as_ref()?.name.as_ref()
    }

    fn parent(&self) -> Option<&Arc<dyn Node>> {
        self.origin.as_ref()?.parent.as_ref()
    }

    /// Appends a message if there is room.
    #[inline]
    pub(crate) fn send<M>(
        &self,
        message: M,
        wrap: impl FnOnce(M) -> A::Envelope,
    ) -> Result<(), Refused<M>> {
        self.queue
            .push(&self.progress, message, |message| Item::User(wrap(message)))
    }

    /// Counts a refusal that came after this actor's counts were taken.
    pub(crate) fn count_refused<M>(&self, refused: &Refused<M>) {
        if let Refused::Closed { retired: true, .. } = refused {
            self.core.refused();
        }
    }

    /// The result of a pipe: as a message, whatever the bound. After the end there is nobody whom
    /// it could reach, and the pipe ended with its actor.
    pub(crate) fn send_piped(&self, envelope: A::Envelope) {
        let _ = self.queue.push_unbounded(Item::User(envelope), true);
    }

    pub(crate) fn send_system(&self, item: SystemItem) {
        self.system_items.fetch_add(1, Ordering::Relaxed);
        let item = Item::System(Box::new(item));
        if self.queue.push_unbounded(item, false).is_err() {
            self.system_items.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn took_system_item(&self) {
        self.system_items.fetch_sub(1, Ordering::Relaxed);
    }

    /// A message whose asker gave up before its turn.
    pub(crate) fn expired(&self, message_type: &'static str) {
        self.tally.expired();
        self.core
            .dead_letter(|| self.pid(), message_type, DeadLetterReason::Expired);
    }

    pub(crate) fn started(&self) {
        let waiters = self.life.lock().start();
        for waiter in waiters {
            let _ = waiter.send(Ok(()));
        }
        tracing::debug!(actor = self.pid().id(), "started");
        self.core.events.publish(|| Event::Started(self.pid()));
    }

    /// Ends the actor: its mail becomes dead letters, its name free, and whoever waits is told.
    /// `batch` is what the loop had taken and not handled.
    pub(crate) fn end(self: &Arc<Self>, batch: VecDeque<Item<A::Envelope>>, reason: StopReason) {
        self.progress.end_item();
        let (rest, queued) = self.queue.retire(&self.progress);
        for item in batch.into_iter().chain(rest) {
            self.discard(item);
        }
        let mut counts = Counts {
            accepted: queued.accepted,
            refused: queued.refused,
            ..Counts::default()
        };
        self.tally.read(&mut counts);
        self.tally.clear();
        self.core.actor_ended(&counts);
        self.tell_end(reason);
        match self.parent() {
            Some(parent) => parent.forget_child(self.id),
            None => self.core.forget_root(self.id),
        }
    }

    /// An actor that never came to be: after the end of the system or of its parent.
    pub(crate) fn never_born(&self) {
        let _ = self.queue.retire(&self.progress);
        self.life.lock().end(StopReason::Stopped);
    }

    fn discard(&self, item: Item<A::Envelope>) {
        let Item::User(envelope) = item else { return };
        let (message_type, reply) = envelope.peek();
        let message_type = message_type();
        let reason = if reply.is_given_up() {
            self.tally.expired();
            DeadLetterReason::Expired
        } else {
            self.core.left_in_mailbox();
            DeadLetterReason::ActorStopped
        };
        self.core.dead_letter(|| self.pid(), message_type, reason);
        if catch(|| drop(envelope)).is_err() {
            tracing::error!(message = message_type, "a message panicked when dropped");
        }
    }

    fn tell_end(self: &Arc<Self>, reason: StopReason) {
        if let Some(name) = self.name() {
            match self.parent() {
                Some(parent) => parent.release_name(name),
                None => self.core.root.lock().release_name(name),
            }
        }
        tracing::debug!(actor = self.pid().id(), %reason, "stopped");
        let (mourners, start) = {
            let mut life = self.life.lock();
            let mourners = life.end(reason.clone());
            (mourners, life.start_result())
        };
        for waiter in mourners.on_start {
            if let Some(start) = start.clone() {
                let _ = waiter.send(start);
            }
        }
        for watcher in mourners.watchers.into_values() {
            watcher.deliver(self.terminated(reason.clone()));
        }
        self.core
            .events
            .publish(|| Event::Stopped(self.pid(), reason.clone()));
        for waiter in mourners.on_end {
            let _ = waiter.send(reason.clone());
        }
    }

    fn terminated(&self, reason: StopReason) -> Terminated {
        Terminated::new(self.pid(), reason, self.key())
    }
}

impl<A: Receives> Node for Cell<A> {
    fn key(&self) -> Key {
        Key {
            system: Arc::as_ptr(&self.core).addr(),
            id: self.id,
        }
    }

    fn pid(&self) -> Pid {
        let own = match self.name() {
            Some(name) => name.to_string(),
            None => format!("${}", self.id),
        };
        let id = match self.parent() {
            Some(parent) => format!("{}/{own}", parent.pid().id()),
            None => own,
        };
        Pid::local(self.core.address.clone(), id)
    }

    fn parent(&self) -> Option<Arc<dyn Node>> {
        Cell::parent(self).cloned()
    }

    fn actor_type(&self) -> &'static str {
        std::any::type_name::<A>()
    }

    fn counts(&self) -> Counts {
        let queued = self.queue.counts(&self.progress);
        let system_items = u64::from(self.system_items.load(Ordering::Relaxed));
        let mut counts = Counts {
            accepted: queued.accepted,
            refused: queued.refused,
            waiting: queued.waiting.saturating_sub(system_items),
            ..Counts::default()
        };
        self.tally.read(&mut counts);
        counts
    }

    fn has_ended(&self) -> bool {
        self.life.lock().ended.is_some()
    }

    fn raise(&self, level: Level) {
        self.queue.raise(&self.progress, level as u8);
    }

    fn deliver(&self, event: Terminated) {
        self.send_system(SystemItem::Terminated(event));
    }

    fn add_watcher(&self, watcher: Arc<dyn Node>) {
        let ended = {
            let mut life = self.life.lock();
            match &life.ended {
                Some(reason) => Some((watcher, reason.clone())),
                None => {
                    life.add_watcher(watcher.key(), watcher);
                    None
                }
            }
        };
        if let Some((watcher, reason)) = ended {
            watcher.deliver(self.terminated(reason));
        }
    }

    fn remove_watcher(&self, watcher: Key) {
        self.life.lock().remove_watcher(watcher);
    }

    fn on_start(&self, waiter: StartSender) {
        let mut life = self.life.lock();
        match life.start_result() {
            Some(result) => {
                drop(life);
                let _ = waiter.send(result);
            }
            None => life.add_on_start(waiter),
        }
    }

    fn on_end(&self, waiter: EndSender) {
        let mut life = self.life.lock();
        match life.ended.clone() {
            Some(reason) => {
                drop(life);
                let _ = waiter.send(reason);
            }
            None => life.add_on_end(waiter),
        }
    }

    fn children(&self) -> Vec<Arc<dyn Node>> {
        let life = self.life.lock();
        life.scope().map_or_else(Vec::new, |scope| scope.children())
    }

    fn child(&self, segment: &str) -> Option<Arc<dyn Node>> {
        self.life.lock().scope()?.child(segment)
    }

    fn add_child(&self, child: Arc<dyn Node>, name: Option<&Arc<str>>) -> Result<(), Occupied> {
        self.life.lock().add_child(child, name)
    }

    fn release_name(&self, name: &str) {
        if let Some(scope) = self.life.lock().scope_mut() {
            scope.release_name(name);
        }
    }

    fn forget_child(&self, id: u64) {
        let emptied = {
            let mut life = self.life.lock();
            life.scope_mut().and_then(|scope| scope.forget(id))
        };
        if let Some(waker) = emptied {
            waker.wake();
        }
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl<A: Receives> ReplySink for Cell<A> {
    fn late_reply(&self) {
        self.core.late_reply();
    }

    fn unread_error(&self, message_type: &'static str, error: String) {
        self.core.unread_error(|| UnreadError {
            actor: self.pid(),
            message_type,
            error,
        });
    }
}
