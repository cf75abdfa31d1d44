//! Where the messages of a pool go in.

use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::ask::AskPort;
use crate::error::TellError;
use crate::extra::Extra;
use crate::handles::{Envelope, HandledBy};
use crate::meta::Meta;
use crate::node::{Head, Level, Node};
use crate::pool::keeper::Keeper;
use crate::pool::routing::{Routes, Strategy};
use crate::pool::workers::Workers;
use crate::queue::{Place, Refused};
use crate::reply::ReplyTo;
use crate::sync::Arc;
use crate::tell::TellPort;
use crate::wheel::Expire;

/// A pool as its senders share it.
pub(crate) struct Inner<A: Actor, S> {
    pub(crate) keeper: ActorRef<Keeper<A>>,
    pub(crate) workers: Arc<Workers<A>>,
    pub(crate) strategy: S,
}

impl<A: Actor, S: Strategy> Inner<A, S> {
    pub(crate) fn offer<M>(
        &self,
        message: M,
        tell: impl FnMut(&ActorRef<A>, M) -> Result<(), TellError<M>>,
    ) -> Result<u64, TellError<M>>
    where
        S: Routes<M>,
    {
        let offered = self.workers.offer(&self.strategy, message, tell);
        offered.map_err(|error| match error {
            // A worker has stopped and is replaced in a moment.
            TellError::Stopped(message) if !self.is_ending() => TellError::Full(message),
            error => error,
        })
    }

    fn is_ending(&self) -> bool {
        let head = &self.keeper.cell.head;
        self.workers.is_draining() || head.progress.level() > 0 || head.has_ended()
    }

    /// The workers too: from the call on they take nothing more.
    pub(crate) fn end(&self, level: Level) {
        self.keeper.cell.raise(level);
        for worker in self.workers.all().iter() {
            worker.cell.raise(level);
        }
    }

    /// Where this message waits or is to wait.
    fn waiting_at<M>(&self, place: &mut Place, message: &M) -> Option<ActorRef<A>>
    where
        S: Routes<M>,
    {
        let known = place.worker.and_then(|id| self.workers.by_id(id));
        let worker = match known {
            Some(worker) => worker,
            None => {
                *place = Place::default();
                self.workers.pick(&self.strategy, message)?
            }
        };
        place.worker = Some(worker.cell.head.id);
        Some(worker)
    }
}

/// When to look again whether a worker is replaced.
const REPLACED_WITHIN: Duration = Duration::from_millis(10);

/// Wakes a sender later.
struct Wake(Waker);

impl Expire for Wake {
    fn expire(&self) {
        self.0.wake_by_ref();
    }
}

impl<A, S, M> TellPort<M> for Inner<A, S>
where
    A: Actor,
    S: Routes<M>,
    M: HandledBy<A>,
{
    fn tell(&self, message: M) -> Result<(), Refused<M>> {
        let told = self.offer(message, ActorRef::tell);
        told.map(drop).map_err(Refused::from)
    }

    fn poll_tell(
        &self,
        cx: &Context<'_>,
        place: &mut Place,
        message: &mut Option<M>,
    ) -> Poll<Result<(), Refused<M>>> {
        loop {
            let Some(taken) = message.take() else {
                return Poll::Pending; // polled again after it was ready
            };
            let taken = match place.worker {
                Some(_) => taken,
                None => match self.offer(taken, ActorRef::tell) {
                    Ok(_) => return Poll::Ready(Ok(())),
                    Err(error) if error.is_stopped() => return Poll::Ready(Err(error.into())),
                    Err(error) => error.into_message(),
                },
            };
            let Some(worker) = self.waiting_at(place, &taken) else {
                return Poll::Ready(Err(TellError::Stopped(taken).into()));
            };
            *message = Some(taken);
            let sent = TellPort::<M>::poll_tell(&*worker.cell, cx, place, message);
            match ready!(sent) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(refused) => {
                    // That one has ended; there is another, or will be in a moment.
                    let error = TellError::from(refused);
                    if self.is_ending() {
                        return Poll::Ready(Err(error.into()));
                    }
                    *place = Place::default();
                    *message = Some(error.into_message());
                    if self.workers.by_id(worker.cell.head.id).is_some() {
                        // It is not replaced yet.
                        let deadlines = &self.keeper.cell.head.core.deadlines;
                        let wake = Arc::new(Wake(cx.waker().clone()));
                        deadlines.put(REPLACED_WITHIN, &wake, None);
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn leave(&self, place: &mut Place) {
        // One that has no place any more has closed its door, and forgotten who waited there.
        let worker = place.worker.and_then(|id| self.workers.by_id(id));
        if let Some(worker) = worker {
            TellPort::<M>::leave(&*worker.cell, place);
        }
    }

    fn into_node(self: Arc<Self>) -> Arc<dyn Node> {
        self.keeper.cell.clone()
    }

    fn as_node(&self) -> &dyn Node {
        &*self.keeper.cell
    }
}

impl<A, S, M, R> AskPort<M, R> for Inner<A, S>
where
    A: Actor,
    S: Routes<M>,
    M: HandledBy<A, Reply = R>,
    R: Send + 'static,
{
    fn ask(&self, message: M, meta: Option<Meta>, reply: ReplyTo<R>) -> Result<u64, Refused<M>> {
        // Taken by the worker that takes the message; the others give both back.
        let mut beside = Some((meta, reply));
        let asked = self.offer(message, |worker, message| {
            let wrap = |message: M| {
                let (meta, reply) = beside.take().unwrap_or((None, ReplyTo::nobody()));
                match meta {
                    None => message.wrap(reply),
                    Some(meta) => message.wrap(reply).with_extra(Extra::with_meta(meta)),
                }
            };
            worker.cell.send(message, wrap).map_err(TellError::from)
        });
        asked.map_err(Refused::from)
    }

    fn head(&self) -> &Head {
        &self.keeper.cell.head
    }
}
