//! What an actor can do while it handles a message.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use tracing::Span;

use crate::actor_ref::ActorRef;
use crate::any_ref::AnyActorRef;
use crate::behavior::{Behavior, BehaviorStack};
use crate::care::Command;
use crate::cell::Cell;
use crate::extra::Extra;
use crate::failure::StopReason;
use crate::handles::{BehaviorsOf, Envelope, Receives, Watches};
use crate::meta::Meta;
use crate::node::{Level, Node};
use crate::pid::Pid;
use crate::stash::Stash;
use crate::supervision::ChildKind;
use crate::sync::Arc;
use crate::task_handle::TaskHandle;
use crate::terminated::{Key, Terminated};
use crate::timing::Timing;
use crate::verdict::command;

/// The actor's view of itself and of its system: the last parameter of a handler,
/// `ctx: &mut Ctx<Self>`.
pub struct Ctx<A: Receives> {
    pub(crate) me: ActorRef<A>,
    /// What most actors never need.
    more: Option<Box<More<A::Envelope>>>,
    pub(crate) stack: StackOf<A>,
}

/// All but the current behavior; takes no room in an actor that has one.
type StackOf<A> = <BehaviorsOf<A> as Behavior>::Stack;

struct More<E> {
    /// What came beside the message in hand.
    extra: Option<Extra>,
    watching: BTreeMap<Key, Arc<dyn Node>>,
    tasks: Vec<TaskHandle>,
    /// The loop is to look here before it goes on.
    attention: bool,
    /// The incarnation failed at its start.
    unready: bool,
    /// Why the actor is about to end.
    end: Option<StopReason>,
    /// The message in hand is being dropped, and not handled.
    dropping: Option<Dropping>,
    /// The span of the message that is about to be handled by a future.
    span: Option<Span>,
    stash: Option<Box<Stash<E>>>,
    timing: Option<Box<Timing>>,
}

impl<E> Default for More<E> {
    fn default() -> Self {
        Self {
            extra: None,
            watching: BTreeMap::new(),
            tasks: Vec::new(),
            attention: false,
            unready: false,
            end: None,
            dropping: None,
            span: None,
            stash: None,
            timing: None,
        }
    }
}

/// Why a message is dropped at its turn.
#[derive(Clone, Copy)]
pub(crate) enum Dropping {
    /// Its asker gave up before.
    Expired,
    /// Its task was cancelled before.
    Withdrawn,
}

impl<E> More<E> {
    fn end(self, own: Key) {
        for task in self.tasks {
            task.abort();
        }
        if let Some(timing) = self.timing {
            timing.end();
        }
        for node in self.watching.into_values() {
            node.head().remove_watcher(own);
        }
    }
}

impl<A: Receives> Ctx<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        Self {
            me: ActorRef::new(cell),
            more: None,
            stack: StackOf::<A>::default(),
        }
    }

    /// A reference to this actor, for others to keep.
    #[must_use]
    pub fn actor_ref(&self) -> ActorRef<A> {
        self.me.clone()
    }

    /// This actor's address and path.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.me.pid()
    }

    /// The actor that spawned this one; `None` at the top.
    #[must_use]
    pub fn parent(&self) -> Option<AnyActorRef> {
        self.me.cell.head.parent().cloned().map(AnyActorRef::new)
    }

    /// The living actors that this one spawned, in the order of their start.
    #[must_use]
    pub fn children(&self) -> Vec<AnyActorRef> {
        let children = self.me.cell.head.children();
        children.into_iter().map(AnyActorRef::new).collect()
    }

    /// Ends this actor after the current message; see [`ActorRef::stop`].
    ///
    /// For a [permanent](ChildKind::Permanent) actor that is a failure, about which its supervisor decides.
    pub fn stop(&self) {
        let cell = &self.me.cell;
        match cell.head.kind() {
            ChildKind::Permanent => {
                command(&**cell, Command::Leave);
            }
            ChildKind::Transient | ChildKind::Temporary => cell.raise(Level::Stop),
        }
    }

    /// Ends this actor after what is queued now; see [`ActorRef::poison`].
    pub fn poison(&self) {
        self.me.cell.raise(Level::Poison);
    }

    /// The metadata of the message that is being handled, if it has some.
    #[must_use]
    pub fn meta(&self) -> Option<&Meta> {
        self.more.as_ref()?.extra.as_ref()?.meta.as_ref()
    }

    /// Asks to be told when another actor has stopped: this actor's `#[on(terminated)]` method gets
    /// exactly one [`Terminated`] for it, at once if it is dead already.
    ///
    /// Watching an actor that is watched already changes nothing, and an actor that watches itself
    /// is not told.
    ///
    /// ```
    /// use actor::prelude::*;
    ///
    /// # #[actor] #[derive(Default)] struct Worker;
    /// # #[actor] impl Worker { #[handler] fn work(&mut self, _: u32) {} }
    /// #[actor]
    /// #[derive(Default)]
    /// struct Boss { lost: usize }
    ///
    /// #[actor]
    /// impl Boss {
    ///     #[on(started)]
    ///     fn hire(&mut self, ctx: &mut Ctx<Self>) {
    ///         let worker = ctx.spawn(Worker::default);
    ///         ctx.watch(&worker);
    ///     }
    ///
    ///     #[on(terminated)]
    ///     fn gone(&mut self, event: Terminated) {
    ///         self.lost += 1;
    ///         println!("{} is gone: {}", event.pid(), event.reason());
    ///     }
    /// }
    /// ```
    pub fn watch(&mut self, target: impl Into<AnyActorRef>)
    where
        A: Watches,
    {
        let node = target.into().node;
        let key = node.head().key();
        if key == self.me.cell.head.key() || self.more().watching.contains_key(&key) {
            return;
        }
        self.more().watching.insert(key, node.clone());
        node.head().add_watcher(self.me.cell.clone());
    }

    /// Takes a [`watch`](Self::watch) back: from now on no [`Terminated`] comes for it, also not
    /// one that waits in the mailbox already.
    pub fn unwatch(&mut self, target: impl Into<AnyActorRef>) {
        let key = target.into().node.head().key();
        let known = self
            .more
            .as_mut()
            .and_then(|more| more.watching.remove(&key));
        if let Some(node) = known {
            node.head().remove_watcher(self.me.cell.head.key());
        }
    }

    /// Keeps work that ends with the actor.
    pub(crate) fn keep_task(&mut self, task: TaskHandle) {
        let tasks = &mut self.more().tasks;
        if tasks.len() == tasks.capacity() {
            tasks.retain(|task| !task.is_done());
        }
        tasks.push(task);
    }

    fn more(&mut self) -> &mut More<A::Envelope> {
        self.more.get_or_insert_default()
    }

    pub(crate) fn stash_mut(&mut self) -> &mut Stash<A::Envelope> {
        self.more().stash.get_or_insert_default()
    }

    /// What is stashed, if something ever was.
    pub(crate) fn known_stash(&self) -> Option<&Stash<A::Envelope>> {
        self.more.as_ref()?.stash.as_deref()
    }

    pub(crate) fn known_stash_mut(&mut self) -> Option<&mut Stash<A::Envelope>> {
        self.more.as_mut()?.stash.as_deref_mut()
    }

    pub(crate) fn timing_mut(&mut self) -> &mut Timing {
        self.more().timing.get_or_insert_default()
    }

    /// Keyed timers and the idle time, if there ever was one.
    pub(crate) fn known_timing(&mut self) -> Option<&mut Timing> {
        self.more.as_mut()?.timing.as_deref_mut()
    }

    /// Whether there may be an idle time.
    #[inline]
    pub(crate) fn has_timing(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.timing.is_some())
    }

    /// What came beside the message in hand, to go with it elsewhere.
    pub(crate) fn take_extra(&mut self) -> Option<Extra> {
        self.more.as_mut()?.extra.take()
    }

    /// The start of this incarnation has failed.
    pub(crate) fn set_unready(&mut self) {
        self.more().unready = true;
    }

    /// Whether its start failed: then it cannot go on as it is.
    pub(crate) fn is_unready(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.unready)
    }

    /// The loop looks here before it takes the next message.
    pub(crate) fn call_for_attention(&mut self) {
        self.more().attention = true;
    }

    /// Whether something is to be done before the next message.
    #[inline]
    pub(crate) fn needs_attention(&self) -> bool {
        self.stack.has_change() || self.more.as_ref().is_some_and(|more| more.attention)
    }

    /// The loop has looked.
    pub(crate) fn attended(&mut self) {
        if let Some(more) = &mut self.more {
            more.attention = false;
        }
    }

    /// Whether a `Terminated` that came out of the mailbox is still wanted; uses the watch up.
    pub(crate) fn accepts(&mut self, event: &Terminated) -> bool {
        let more = self.more.as_mut();
        more.is_some_and(|more| more.watching.remove(&event.key).is_some())
    }

    /// Remembers why the actor ends, for the loop.
    pub(crate) fn set_end(&mut self, reason: StopReason) {
        self.more().end = Some(reason);
        self.call_for_attention();
    }

    /// Why what just ended was no handling, but the dropping of a message.
    pub(crate) fn take_dropping(&mut self) -> Option<Dropping> {
        self.more.as_mut()?.dropping.take()
    }

    /// The message in hand is dropped because its task was cancelled.
    pub(crate) fn withdraw(&mut self, message: &A::Envelope) {
        self.me.cell.head.progress.set_handler(message.peek().0);
        self.set_dropping(Dropping::Withdrawn);
    }

    /// The message in hand is dropped without a handler.
    pub(crate) fn set_dropping(&mut self, why: Dropping) {
        self.more().dropping = Some(why);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.end.is_some())
    }

    /// A failed handler changes nothing.
    pub(crate) fn forget_change(&mut self) {
        drop(self.stack.take_change());
    }

    pub(crate) fn take_end(&mut self) -> Option<StopReason> {
        self.more.as_mut()?.end.take()
    }

    pub(crate) fn set_span(&mut self, span: Span) {
        self.more().span = Some(span);
    }

    /// Whether the message that is about to be handled has a span.
    #[inline]
    pub(crate) fn has_span(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.span.is_some())
    }

    pub(crate) fn take_span(&mut self) -> Option<Span> {
        self.more.as_mut()?.span.take()
    }

    /// The type of the message that was in hand last.
    pub(crate) fn message_type(&self) -> &'static str {
        A::Sent::message_type(self.me.cell.head.progress.handler())
    }

    /// Takes over what came beside a message.
    pub(crate) fn open(&mut self, extra: Extra, message: &A::Envelope) {
        self.more().extra = Some(extra);
        self.me.cell.head.progress.set_handler(message.peek().0);
    }

    /// After each message. Whether something is to be done before the next.
    #[inline]
    pub(crate) fn end_message(&mut self) -> bool {
        if let Some(more) = &mut self.more
            && more.extra.is_some()
        {
            more.extra = None;
        }
        self.needs_attention()
    }

    /// Ends what was begun here and lives outside: tasks and watches. Gives what is stashed.
    pub(crate) fn end(&mut self) -> VecDeque<A::Envelope> {
        let Some(mut more) = self.more.take() else {
            return VecDeque::new();
        };
        let stash = more.stash.take().map(|stash| stash.into_all());
        more.end(self.me.cell.head.key());
        stash.unwrap_or_default()
    }

    /// Ends what ends with an incarnation: tasks and what they have sent, timers, the watches of its own
    /// children. Gives what is stashed.
    pub(crate) fn end_incarnation(&mut self) -> VecDeque<A::Envelope> {
        self.stack = StackOf::<A>::default();
        let own = self.me.cell.head.key();
        let Some(more) = &mut self.more else {
            return VecDeque::new();
        };
        for task in std::mem::take(&mut more.tasks) {
            task.cancel();
        }
        if let Some(timing) = more.timing.take() {
            timing.end();
        }
        more.attention = false;
        more.unready = false;
        more.extra = None;
        more.watching.retain(|_, node| {
            let parent = node.head().parent().map(|parent| parent.head().key());
            if parent == Some(own) {
                node.head().remove_watcher(own);
            }
            parent != Some(own)
        });
        let stash = more.stash.take().map(|stash| stash.into_all());
        stash.unwrap_or_default()
    }
}

impl<A: Receives> fmt::Debug for Ctx<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ctx").field(&self.me).finish()
    }
}
