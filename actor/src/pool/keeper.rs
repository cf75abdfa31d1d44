//! The actor above the workers of a pool.

use std::collections::VecDeque;
use std::time::Duration;

use thiserror::Error;
use tokio::time::Instant;

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::ctx::Ctx;
use crate::pool::workers::Workers;
use crate::props::Props;
use crate::sync::Arc;
use crate::terminated::Terminated;

/// More than this many workers that end in [`WITHIN`] end the pool.
const MOST_ENDS: usize = 10;
const WITHIN: Duration = Duration::from_secs(10);

/// Why a pool failed: more than ten of its workers ended within ten seconds.
///
/// The reason of the pool's end; [`Failure::downcast_ref`](crate::Failure::downcast_ref) finds it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("more than 10 of its workers ended within 10 s; the last reason: {last}")]
pub struct TooManyEnds {
    last: String,
}

/// How a worker is made.
pub(crate) type Make<A> = Arc<dyn Fn() -> Props<A> + Send + Sync>;

/// Has the workers as its children and replaces those that end.
#[actor_macros::actor(crate = crate, mailbox = unbounded)]
pub(crate) struct Keeper<A: Actor> {
    pub(crate) workers: Arc<Workers<A>>,
    pub(crate) make: Make<A>,
    /// When the last workers ended.
    pub(crate) ends: VecDeque<Instant>,
}

/// The first workers are there.
pub(crate) struct Begin;
pub(crate) struct Resize(pub(crate) usize);
/// The workers are poisoned; end with the last of them.
pub(crate) struct Drain;

#[actor_macros::actor(crate = crate)]
impl<A: Actor> Keeper<A> {
    #[handler]
    fn begin(&mut self, _: Begin, ctx: &mut Ctx<Self>) {
        for worker in self.workers.all().iter() {
            ctx.watch(worker);
        }
    }

    #[handler]
    fn resize(&mut self, Resize(size): Resize, ctx: &mut Ctx<Self>) {
        for removed in self.workers.truncate(size.max(1)) {
            removed.poison();
        }
        while self.workers.size() < size && !self.workers.is_draining() {
            let worker = self.spawn(ctx);
            self.workers.add(worker);
        }
    }

    #[handler]
    fn drain(&mut self, _: Drain, ctx: &mut Ctx<Self>) {
        // One that was replaced meanwhile is poisoned too.
        self.workers.drain();
        self.end_if_alone(ctx);
    }

    #[on(terminated)]
    fn ended(&mut self, event: Terminated, ctx: &mut Ctx<Self>) -> Result<(), TooManyEnds> {
        if self.workers.is_draining() {
            self.end_if_alone(ctx);
            return Ok(());
        }
        if !self.workers.has(event.key) {
            return Ok(()); // it was taken out before
        }
        let now = Instant::now();
        self.ends.push_back(now);
        while self
            .ends
            .front()
            .is_some_and(|first| now - *first >= WITHIN)
        {
            self.ends.pop_front();
        }
        if self.ends.len() > MOST_ENDS {
            let last = event.reason().to_string();
            return Err(TooManyEnds { last });
        }
        let worker = self.spawn(ctx);
        self.workers.replace(event.key, worker);
        Ok(())
    }
}

impl<A: Actor> Keeper<A> {
    fn spawn(&self, ctx: &mut Ctx<Self>) -> ActorRef<A> {
        let worker = ctx.spawn((self.make)());
        ctx.watch(&worker);
        worker
    }

    fn end_if_alone(&self, ctx: &mut Ctx<Self>) {
        if ctx.children().is_empty() {
            ctx.stop();
        }
    }
}
