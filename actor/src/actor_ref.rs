//! The typed reference to an actor, and the verbs.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::any_ref::{AnyActorRef, wait_for_end, wait_for_start};
use crate::ask::Ask;
use crate::cell::Cell;
use crate::error::{StartError, TellError};
use crate::extra::Extra;
use crate::failure::StopReason;
use crate::handles::{Envelope, HandledBy, Receives};
use crate::meta::Meta;
use crate::node::{Level, Node};
use crate::pid::Pid;
use crate::progress::RESTART;
use crate::reply::ReplyTo;
use crate::stats::ActorStats;
use crate::sync::Arc;
use crate::tell::TellWait;

/// A reference to an actor of type `A`.
///
/// Cheap to clone (one `Arc`), comparable, hashable. It does not keep its actor alive: an actor
/// lives until it, its parent or the system stops; and dropping all references does not stop it.
pub struct ActorRef<A: Receives> {
    pub(crate) cell: Arc<Cell<A>>,
}

impl<A: Receives> ActorRef<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        Self { cell }
    }

    /// Sends a message and goes on. Never waits.
    ///
    /// # Errors
    ///
    /// [`TellError::Full`] when the mailbox has no room, [`TellError::Stopped`] when the actor has
    /// stopped or was asked to. Both give the message back.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] #[derive(Default)] struct Counter;
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # let counter = system.spawn(Counter::default);
    /// counter.tell(1)?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn tell<M>(&self, message: M) -> Result<(), TellError<M>>
    where
        M: HandledBy<A>,
    {
        let wrap = |message: M| message.wrap(ReplyTo::nobody());
        self.cell.send(message, wrap).map_err(TellError::from)
    }

    /// [`tell`](Self::tell) with metadata, which the handler reads with
    /// [`Ctx::meta`](crate::Ctx::meta).
    ///
    /// # Errors
    ///
    /// Like [`tell`](Self::tell).
    pub fn tell_with<M>(&self, meta: Meta, message: M) -> Result<(), TellError<M>>
    where
        M: HandledBy<A>,
    {
        let wrap = |message: M| {
            message
                .wrap(ReplyTo::nobody())
                .with_extra(Extra::with_meta(meta))
        };
        self.cell.send(message, wrap).map_err(TellError::from)
    }

    /// Sends a message as soon as there is room: first come, first served among those who wait.
    ///
    /// # Errors
    ///
    /// [`TellError::Stopped`] when the actor has stopped or was asked to, also while waiting.
    ///
    /// # Cancellation
    ///
    /// Dropped before it is ready, the message is not sent.
    pub fn tell_wait<M>(&self, message: M) -> TellWait<'_, M>
    where
        M: HandledBy<A>,
    {
        TellWait::new(&*self.cell, message)
    }

    /// Sends a message and waits for the reply: what its handler returns.
    ///
    /// Waits for the system's default (5 s) or [`Ask::timeout`]. The message is refused, not
    /// queued, when the mailbox is full.
    ///
    /// # Errors
    ///
    /// See [`AskError`](crate::AskError); it tells whether the message was certainly not handled.
    ///
    /// # Cancellation
    ///
    /// See [`Ask`].
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # use std::time::Duration;
    /// # #[actor] #[derive(Default)] struct Counter(u32);
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, n: u32) -> u32 { self.0 += n; self.0 } }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # let counter = system.spawn(Counter::default);
    /// let total = counter.ask(2).timeout(Duration::from_millis(100)).await?;
    /// assert_eq!(total, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask<M>(&self, message: M) -> Ask<'_, M, M::Reply>
    where
        M: HandledBy<A>,
    {
        Ask::new(&*self.cell, message)
    }

    /// Its address and path.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.cell.head.pid()
    }

    /// Ends the actor after the current message. What is left in its mailbox becomes dead letters.
    /// From now on senders get [`TellError::Stopped`]. Asking twice does no more than once.
    pub fn stop(&self) {
        self.cell.raise(Level::Stop);
    }

    /// Ends the actor after the messages that are queued now. From now on senders get
    /// [`TellError::Stopped`].
    pub fn poison(&self) {
        self.cell.raise(Level::Poison);
    }

    /// Begins the actor anew, for operators and tests: after the message in hand its `#[on(restarting)]` method
    /// is called, its children stop, and its producer builds new state, which starts.
    ///
    /// This reference, its name, its mail, what it has stashed and the watches of others stay. State, behavior,
    /// children, timers, pipes and streams do not, nor what these have sent. An actor made with
    /// [`Props::once`](crate::Props::once) stops instead. Asked for twice before it happens, it happens
    /// once; on an actor that is ending it does nothing.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # struct Add(u32);
    /// # struct Get;
    /// # #[actor] #[derive(Default)] struct Counter { total: u32 }
    /// # #[actor] impl Counter {
    /// #     #[handler] fn add(&mut self, msg: Add) { self.total += msg.0; }
    /// #     #[handler] fn get(&self, _: Get) -> u32 { self.total }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// let counter = system.spawn(Counter::default);
    /// counter.tell(Add(7))?;
    /// assert_eq!(counter.ask(Get).await?, 7);
    /// counter.restart();
    /// assert_eq!(counter.ask(Get).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn restart(&self) {
        self.cell.call(RESTART);
    }

    /// Ends the actor, and the actors below it, at once: a handler in progress is dropped at its
    /// next `await`. `#[on(stopped)]` still runs.
    pub fn kill(&self) {
        self.cell.raise(Level::Kill);
    }

    /// [`stop`](Self::stop), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the actor stops all the same.
    pub async fn stop_and_wait(&self) -> StopReason {
        self.stop();
        self.stopped().await
    }

    /// [`poison`](Self::poison), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the actor stops all the same.
    pub async fn poison_and_wait(&self) -> StopReason {
        self.poison();
        self.stopped().await
    }

    /// [`kill`](Self::kill), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the actor stops all the same.
    pub async fn kill_and_wait(&self) -> StopReason {
        self.kill();
        self.stopped().await
    }

    /// Waits until the actor has started, and tells if it could not.
    ///
    /// # Errors
    ///
    /// [`StartError::Failed`] when its producer or `#[on(started)]` failed,
    /// [`StartError::Stopped`] when it was stopped before.
    pub async fn started(&self) -> Result<(), StartError> {
        wait_for_start(&*self.cell).await
    }

    /// Waits for the actor's end and tells why. By then its name is free again.
    pub async fn stopped(&self) -> StopReason {
        wait_for_end(&*self.cell).await
    }

    /// What it has done so far, and what it has before it.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] #[derive(Default)] struct Counter;
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// # let counter = system.spawn(Counter::default);
    /// counter.tell(1)?;
    /// counter.ask(2).await?;
    /// assert_eq!(counter.stats().handled, 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> ActorStats {
        self.cell.stats()
    }

    /// Whether the actor has ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.cell.head.has_ended()
    }
}

impl<A: Receives> Clone for ActorRef<A> {
    fn clone(&self) -> Self {
        Self::new(self.cell.clone())
    }
}

impl<A: Receives> PartialEq for ActorRef<A> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }
}

impl<A: Receives> Eq for ActorRef<A> {}

impl<A: Receives> Hash for ActorRef<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cell.head.key().hash(state);
    }
}

impl<A: Receives> fmt::Debug for ActorRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = std::any::type_name::<A>();
        write!(f, "ActorRef<{actor}>({})", self.pid().id())
    }
}

impl<A: Receives> From<ActorRef<A>> for AnyActorRef {
    fn from(actor: ActorRef<A>) -> Self {
        Self::new(actor.cell)
    }
}

impl<A: Receives> From<&ActorRef<A>> for AnyActorRef {
    fn from(actor: &ActorRef<A>) -> Self {
        Self::new(actor.cell.clone())
    }
}
