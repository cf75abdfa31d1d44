//! The reference to a pool, and its verbs.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use thiserror::Error;

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::any_ref::AnyActorRef;
use crate::ask::Ask;
use crate::error::TellError;
use crate::failure::StopReason;
use crate::handles::HandledBy;
use crate::meta::Meta;
use crate::node::Level;
use crate::pid::Pid;
use crate::pool::keeper::{Drain, Keeper, Resize};
use crate::pool::port::Inner;
use crate::pool::routing::{RoundRobin, Routes, Strategy};
use crate::pool::workers::Workers;
use crate::recipient::Recipient;
use crate::sync::Arc;
use crate::tell::TellWait;

/// A reference to a pool of actors of type `A`, with the verbs of an [`ActorRef`].
///
/// Cheap to clone (one `Arc`), comparable, hashable. Each message goes to one worker; a worker that is
/// passed over because it is full counts a refusal. [`Full`](TellError::Full) means that no worker had
/// room, or that the one it belongs to is being replaced; [`Stopped`](TellError::Stopped) that the
/// pool has stopped.
pub struct PoolRef<A: Actor, S: Strategy = RoundRobin> {
    inner: Arc<Inner<A, S>>,
}

/// The pool has stopped, so that it cannot be resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the pool has stopped")]
pub struct PoolStopped;

/// What became of a [`PoolRef::broadcast`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Broadcast<M> {
    /// How many workers took the message.
    pub taken: usize,
    /// What the others said.
    pub refused: Vec<TellError<M>>,
}

impl<A: Actor, S: Strategy> PoolRef<A, S> {
    pub(crate) fn new(keeper: ActorRef<Keeper<A>>, workers: Arc<Workers<A>>, strategy: S) -> Self {
        let inner = Inner {
            keeper,
            workers,
            strategy,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Sends a message to one worker and goes on. See [`ActorRef::tell`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::tell`].
    pub fn tell<M>(&self, message: M) -> Result<(), TellError<M>>
    where
        M: HandledBy<A>,
        S: Routes<M>,
    {
        self.inner.offer(message, ActorRef::tell).map(drop)
    }

    /// [`tell`](Self::tell) with metadata. See [`ActorRef::tell_with`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::tell`].
    pub fn tell_with<M>(&self, meta: Meta, message: M) -> Result<(), TellError<M>>
    where
        M: HandledBy<A>,
        S: Routes<M>,
    {
        let tell = |worker: &ActorRef<A>, message| worker.tell_with(meta.clone(), message);
        self.inner.offer(message, tell).map(drop)
    }

    /// Sends a message as soon as a worker has room. When all are full it waits at one of them, and
    /// goes on to another when that one ends. See [`ActorRef::tell_wait`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::tell_wait`].
    ///
    /// # Cancellation
    ///
    /// Dropped before it is ready, the message is not sent.
    pub fn tell_wait<M>(&self, message: M) -> TellWait<'_, M>
    where
        M: HandledBy<A>,
        S: Routes<M>,
    {
        TellWait::new(&*self.inner, message)
    }

    /// Sends a message to one worker and waits for its reply. See [`ActorRef::ask`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::ask`].
    ///
    /// # Cancellation
    ///
    /// See [`Ask`].
    pub fn ask<M>(&self, message: M) -> Ask<'_, M, M::Reply>
    where
        M: HandledBy<A>,
        S: Routes<M>,
    {
        Ask::new(&*self.inner, message)
    }

    /// Sends a copy of the message to each worker, and tells what became of each.
    #[must_use = "a worker that was full has not got the message"]
    pub fn broadcast<M>(&self, message: M) -> Broadcast<M>
    where
        M: HandledBy<A> + Clone,
    {
        let mut broadcast = Broadcast {
            taken: 0,
            refused: Vec::new(),
        };
        for worker in self.workers() {
            match worker.tell(message.clone()) {
                Ok(()) => broadcast.taken += 1,
                Err(error) => broadcast.refused.push(error),
            }
        }
        broadcast
    }

    /// The worker that this message would go to now, for instance to
    /// [`forward`](crate::Ctx::forward) it. `None` when the pool has no worker any more.
    #[must_use]
    pub fn pick<M>(&self, message: &M) -> Option<ActorRef<A>>
    where
        S: Routes<M>,
    {
        self.inner.workers.pick(&self.inner.strategy, message)
    }

    /// The workers as they are now, by their slots.
    #[must_use]
    pub fn workers(&self) -> Vec<ActorRef<A>> {
        self.inner.workers.all().to_vec()
    }

    /// How many workers there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.inner.workers.size()
    }

    /// Changes the number of workers, to at least one. New ones are made, or the last ones get no
    /// more messages and end when they have handled those that they have.
    ///
    /// # Errors
    ///
    /// [`PoolStopped`].
    ///
    /// # Cancellation
    ///
    /// Dropped after its first poll, the size is changed all the same.
    pub async fn resize(&self, size: usize) -> Result<(), PoolStopped> {
        let resize = self.inner.keeper.ask(Resize(size)).timeout(Duration::MAX);
        resize.await.map_err(|_| PoolStopped)
    }

    /// The address and path of the pool; its workers lie below.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.inner.keeper.pid()
    }

    /// Ends the pool: each worker after its current message. See [`ActorRef::stop`].
    pub fn stop(&self) {
        self.inner.end(Level::Stop);
    }

    /// Ends the pool when its workers have handled what they have. See [`ActorRef::poison`].
    pub fn poison(&self) {
        self.inner.workers.drain();
        // Refused only when the pool ends already.
        let _ = self.inner.keeper.tell(Drain);
    }

    /// Ends the pool and its workers at once. See [`ActorRef::kill`].
    pub fn kill(&self) {
        self.inner.end(Level::Kill);
    }

    /// [`stop`](Self::stop), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the pool stops all the same.
    pub async fn stop_and_wait(&self) -> StopReason {
        self.stop();
        self.stopped().await
    }

    /// [`poison`](Self::poison), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the pool stops all the same.
    pub async fn poison_and_wait(&self) -> StopReason {
        self.poison();
        self.stopped().await
    }

    /// [`kill`](Self::kill), and waits for the end.
    ///
    /// # Cancellation
    ///
    /// Dropped, the pool stops all the same.
    pub async fn kill_and_wait(&self) -> StopReason {
        self.kill();
        self.stopped().await
    }

    /// Waits until the pool and all its workers have ended, and tells why.
    pub async fn stopped(&self) -> StopReason {
        self.inner.keeper.stopped().await
    }

    /// Whether the pool has ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.inner.keeper.is_stopped()
    }
}

impl<A: Actor, S: Strategy> Clone for PoolRef<A, S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

impl<A: Actor, S: Strategy> PartialEq for PoolRef<A, S> {
    fn eq(&self, other: &Self) -> bool {
        self.inner.keeper == other.inner.keeper
    }
}

impl<A: Actor, S: Strategy> Eq for PoolRef<A, S> {}

impl<A: Actor, S: Strategy> Hash for PoolRef<A, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.keeper.hash(state);
    }
}

impl<A: Actor, S: Strategy> fmt::Debug for PoolRef<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = std::any::type_name::<A>();
        write!(f, "PoolRef<{actor}>({})", self.pid().id())
    }
}

impl<A: Actor, S: Strategy> From<&PoolRef<A, S>> for AnyActorRef {
    fn from(pool: &PoolRef<A, S>) -> Self {
        Self::new(pool.inner.keeper.cell.clone())
    }
}

impl<A, S, M> From<PoolRef<A, S>> for Recipient<M>
where
    A: Actor,
    S: Routes<M>,
    M: HandledBy<A> + 'static,
{
    fn from(pool: PoolRef<A, S>) -> Self {
        Self::from_port(pool.inner)
    }
}

impl<A, S, M, R> From<PoolRef<A, S>> for Recipient<M, R>
where
    A: Actor,
    S: Routes<M>,
    M: HandledBy<A, Reply = R> + 'static,
    R: Send + 'static,
{
    fn from(pool: PoolRef<A, S>) -> Self {
        Self::from_ports(pool.inner)
    }
}
