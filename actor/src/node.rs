//! An actor without its type: what the tree, the watchers and the system see of it.
//!
//! Whatever need not know the actor's type is here, so that it is compiled once and not for each
//! actor.

use std::any::Any;
use std::task::Waker;

use crate::core::Core;
use crate::dead_letter::DeadLetterReason;
use crate::event::UnreadError;
use crate::failure::{Fault, Interrupt, Payload, Stage};
use crate::lease::Lease;
use crate::life::{EndSender, Life, StartSender};
use crate::pid::Pid;
use crate::progress::Progress;
use crate::queue::QueueCounts;
use crate::scope::{Occupied, Scope};
use crate::stats::{ActorStats, Tally};
use crate::supervision::ChildFailed;
use crate::sync::{Arc, AtomicBool, AtomicU8, AtomicU32, Mutex, Ordering};
use crate::terminated::{Key, Terminated};
use crate::turn;
use crate::waits::{Edge, For};

/// The levels of the control lane, each a bit and stronger than the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Level {
    /// End after the queue.
    Poison = 1,
    /// End after the current message.
    Stop = 2,
    /// Drop the handler at its next await.
    Kill = 4,
    /// Drop also what runs at the end. Only the system's shutdown goes this far.
    Abort = 8,
}

/// What lies in a mailbox without being a message.
pub(crate) enum SystemItem {
    Terminated(Terminated),
    /// Work beside the actor panicked.
    TaskFailed(Stage, Payload, Lease),
    /// No message has come for so long.
    Idle(Lease),
    ChildFailed(ChildFailed),
}

/// An actor, whatever its type. What needs the type is asked for; the rest is in its [`Head`].
pub(crate) trait Node: Send + Sync {
    fn head(&self) -> &Head;
    fn actor_type(&self) -> &'static str;
    fn stats(&self) -> ActorStats;
    fn raise(&self, level: Level);
    /// Raises a bit of the control lane above the levels: for a restart, for commands.
    fn call(&self, bit: u8);
    /// Remembers whom a signal wakes; returns the level raised so far.
    fn watch_signal(&self, waker: &Waker) -> u8;
    /// Strikes it from the watchdog's list, unless it is in the middle of a message. Whether it did.
    fn unlist(&self) -> bool;
    /// Behind all that is queued, whatever the bound. `false`: the actor has ended.
    fn push_system(&self, item: SystemItem) -> bool;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Where an actor comes from.
pub(crate) struct Origin {
    pub(crate) parent: Option<Arc<dyn Node>>,
    pub(crate) name: Option<Arc<str>>,
}

/// What is the same in all actors.
#[repr(C)] // what is only read lies between the queue, before it, and what the loop writes
pub(crate) struct Head {
    pub(crate) core: Arc<Core<dyn Node>>,
    pub(crate) id: u64,
    /// Boxed, because it is nothing for most actors at the top.
    origin: Option<Box<Origin>>,
    pub(crate) life: Mutex<Life<dyn Node>>,
    pub(crate) progress: Progress,
    pub(crate) tally: Tally,
    /// Items in the mailbox that are no messages.
    system_items: AtomicU32,
    /// Its counts are in the system's.
    pub(crate) counted: AtomicBool,
    /// Its task is to put it on the watchdog's list.
    unlisted: AtomicBool,
    /// The place of its behavior among their names.
    behavior: AtomicU8,
}

impl Head {
    pub(crate) fn new(core: Arc<Core<dyn Node>>, origin: Origin) -> Self {
        let known = origin.parent.is_some() || origin.name.is_some();
        Self {
            id: core.next_id(),
            core,
            origin: known.then(|| Box::new(origin)),
            life: Mutex::default(),
            progress: Progress::default(),
            tally: Tally::default(),
            system_items: AtomicU32::new(0),
            counted: AtomicBool::new(false),
            unlisted: AtomicBool::new(false),
            behavior: AtomicU8::new(0),
        }
    }

    pub(crate) fn key(&self) -> Key {
        Key {
            system: Arc::as_ptr(&self.core).addr(),
            id: self.id,
        }
    }

    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        self.origin.as_ref()?.name.as_ref()
    }

    pub(crate) fn parent(&self) -> Option<&Arc<dyn Node>> {
        self.origin.as_ref()?.parent.as_ref()
    }

    pub(crate) fn pid(&self) -> Pid {
        let mut id = self.segment();
        let mut head = self;
        while let Some(parent) = head.parent() {
            head = parent.head();
            id = format!("{}/{id}", head.segment());
        }
        Pid::local(self.core.address.clone(), id)
    }

    /// The last part of its path.
    fn segment(&self) -> String {
        match self.name() {
            Some(name) => name.to_string(),
            None => format!("${}", self.id),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.life.lock().ended.is_some()
    }

    /// Whether its end has got as far as its children.
    pub(crate) fn is_childless(&self) -> bool {
        self.life.lock().is_childless()
    }

    pub(crate) fn on_start(&self, waiter: StartSender) {
        let mut life = self.life.lock();
        match life.start_result() {
            Some(result) => {
                drop(life);
                let _ = waiter.send(result);
            }
            None => life.add_on_start(waiter),
        }
    }

    pub(crate) fn on_end(&self, waiter: EndSender) {
        let mut life = self.life.lock();
        match life.ended.clone() {
            Some(reason) => {
                drop(life);
                let _ = waiter.send(reason);
            }
            None => life.add_on_end(waiter),
        }
    }

    /// Tells `watcher` once when this actor has ended: now, if it has.
    pub(crate) fn add_watcher(&self, watcher: Arc<dyn Node>) {
        let ended = {
            let mut life = self.life.lock();
            match life.ended.clone() {
                Some(reason) => Some((watcher, reason)),
                None => {
                    life.add_watcher(watcher.head().key(), watcher);
                    None
                }
            }
        };
        if let Some((watcher, reason)) = ended {
            watcher.push_system(self.terminated(reason));
        }
    }

    pub(crate) fn remove_watcher(&self, watcher: Key) {
        self.life.lock().remove_watcher(watcher);
    }

    /// The living children, in the order of their start.
    pub(crate) fn children(&self) -> Vec<Arc<dyn Node>> {
        let children = {
            let life = self.life.lock();
            life.scope().map_or_else(Vec::new, |scope| scope.children())
        };
        living(children)
    }

    pub(crate) fn child(&self, segment: &str) -> Option<Arc<dyn Node>> {
        scope_child(self.life.lock().scope()?, segment)
    }

    /// Takes a place in the tree.
    pub(crate) fn enter_tree(&self, own: Arc<dyn Node>) -> Result<(), Occupied> {
        let place = match self.parent() {
            None => self.core.add_root(self.id, own, self.name())?,
            Some(parent) => {
                let mut life = parent.head().life.lock();
                life.add_child(self.id, own, self.name())?
            }
        };
        self.life.lock().place = place; // nobody asks before its task runs
        self.core.actor_began();
        Ok(())
    }

    /// A new incarnation can have children again.
    pub(crate) fn reopen_children(&self) {
        self.life.lock().reopen_scope();
    }

    /// From now on no child is added. Returns those that there are.
    pub(crate) fn close_children(&self) -> Vec<Arc<dyn Node>> {
        self.life.lock().close_scope()
    }

    pub(crate) fn poll_childless(&self, cx: &std::task::Context<'_>) -> std::task::Poll<()> {
        match self.life.lock().scope_mut() {
            Some(scope) => scope.poll_empty(cx),
            None => std::task::Poll::Ready(()),
        }
    }

    /// `queued` is read last, so that no message is done that was not received.
    pub(crate) fn stats(
        &self,
        handling: Option<&'static str>,
        behavior: Option<&'static str>,
        queued: impl FnOnce() -> QueueCounts,
    ) -> ActorStats {
        let (done, taken_back) = (self.tally.read(), self.tally.taken_back());
        let queued = queued();
        let received = queued.accepted.saturating_sub(taken_back);
        let system_items = u64::from(self.system_items.load(Ordering::Relaxed));
        let known = done.handled + done.failed + done.dead_letters.total();
        ActorStats {
            received,
            refused: queued.refused,
            waiting: received.saturating_sub(known),
            mailbox: queued.queued.saturating_sub(system_items),
            handling,
            behavior,
            uptime: self.life.lock().uptime(self.core.age()),
            ..done
        }
    }

    /// Whether its counts are in the system's. Meaningful under the lock of those.
    pub(crate) fn is_counted(&self) -> bool {
        self.counted.load(Ordering::Relaxed)
    }

    pub(crate) fn behavior(&self) -> u8 {
        self.behavior.load(Ordering::Relaxed)
    }

    pub(crate) fn set_behavior(&self, behavior: u8) {
        self.behavior.store(behavior, Ordering::Relaxed);
    }

    pub(crate) fn set_unlisted(&self) {
        self.unlisted.store(true, Ordering::Relaxed);
    }

    /// Only its own task asks, so no read-modify-write is needed.
    pub(crate) fn take_unlisted(&self) -> bool {
        let unlisted = self.unlisted.load(Ordering::Relaxed);
        if unlisted {
            self.unlisted.store(false, Ordering::Relaxed);
        }
        unlisted
    }

    /// That the actor whose turn it is waits for another one of this system. `None` when no actor of
    /// this system does.
    pub(crate) fn awaited(
        &self,
        target: u64,
        message_type: &'static str,
        what: For,
    ) -> Option<Edge> {
        let Key { system, id } = turn::current()?;
        let edge = Edge {
            waiter: id,
            target,
            message_type,
            what,
        };
        (system == self.key().system).then_some(edge)
    }

    pub(crate) fn put_system_item(&self) {
        self.system_items.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn took_system_item(&self) {
        self.system_items.fetch_sub(1, Ordering::Relaxed);
    }

    /// The message in hand is handled. Counted once, by who says so first: before its answer is sent,
    /// so that who gets the answer finds it counted; or when its handler has returned.
    #[inline]
    pub(crate) fn handled(&self) {
        if self.progress.end_item() {
            self.tally.handled();
        }
    }

    /// The same for one that failed.
    pub(crate) fn failed(&self) {
        if self.progress.end_item() {
            self.tally.failed();
        }
    }

    /// A message that was received and is lost.
    #[cold]
    pub(crate) fn dead_letter(&self, message_type: &'static str, reason: DeadLetterReason) {
        self.tally.dead_letter(reason);
        self.core.dead_letter(&|| self.pid(), message_type, reason);
    }

    pub(crate) fn unread_error(&self, message_type: &'static str, error: String) {
        self.tally.unread_error();
        self.core.unread_error(|| UnreadError {
            actor: self.pid(),
            message_type,
            error,
        });
    }
}

/// Why a part of an actor's code did not come to its end well.
pub(crate) enum Trouble {
    /// It returned an error that counts as a failure.
    Fault(Box<Fault>),
    Interrupt(Interrupt),
}

impl From<Payload> for Trouble {
    fn from(payload: Payload) -> Self {
        Self::Interrupt(Interrupt::Panicked(payload))
    }
}

/// Raises a level in all of them, the youngest first.
pub(crate) fn raise_all(nodes: &[Arc<dyn Node>], level: Level) {
    for node in nodes.iter().rev() {
        node.raise(level);
    }
}

/// An actor that has ended stays in its scope until everybody is told; nobody need see it.
pub(crate) fn living(mut nodes: Vec<Arc<dyn Node>>) -> Vec<Arc<dyn Node>> {
    nodes.retain(|node| !node.head().has_ended());
    nodes
}

/// A living child by name, or by `$` and number.
pub(crate) fn scope_child(scope: &Scope<dyn Node>, segment: &str) -> Option<Arc<dyn Node>> {
    let child = match segment.strip_prefix('$') {
        // `$7` names the unnamed child 7 alone, not a named one that has this number too.
        Some(number) => scope
            .by_id(number.parse().ok()?)
            .filter(|child| child.head().name().is_none()),
        None => scope.by_name(segment),
    };
    child.filter(|child| !child.head().has_ended()).cloned()
}
