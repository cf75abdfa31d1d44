//! The future of a request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::cell::Cell;
use crate::deadline::Ticket;
use crate::error::AskError;
use crate::extra::Extra;
use crate::handles::{Envelope, HandledBy, Receives};
use crate::meta::Meta;
use crate::node::Head;
use crate::queue::Refused;
use crate::reply::ReplyTo;
use crate::slot::{Answer, Slot};
use crate::sync::Arc;
use crate::waits::For;
use crate::wheel::Expire;

/// Whatever answers messages of type `M` with an `R`: an actor, without its type.
// `pub` because a sealed trait's signature has it; nameable by nobody outside.
#[allow(unreachable_pub, private_interfaces)]
pub trait AskPort<M, R>: Send + Sync {
    /// Returns the number of the actor that took the message.
    fn ask(&self, message: M, meta: Option<Meta>, reply: ReplyTo<R>) -> Result<u64, Refused<M>>;
    fn head(&self) -> &Head;
}

impl<A, M, R> AskPort<M, R> for Cell<A>
where
    A: Receives,
    M: HandledBy<A, Reply = R>,
    R: Send + 'static,
{
    fn ask(&self, message: M, meta: Option<Meta>, reply: ReplyTo<R>) -> Result<u64, Refused<M>> {
        // Two calls, so that a message without metadata goes straight into its place in the queue.
        let sent = match meta {
            None => self.send(message, |message| message.wrap(reply)),
            Some(meta) => {
                let extra = Extra::with_meta(meta);
                self.send(message, |message| message.wrap(reply).with_extra(extra))
            }
        };
        sent.map(|()| self.head.id)
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

/// A request and its reply; see [`ActorRef::ask`](crate::ActorRef::ask).
///
/// It sends at its first poll.
///
/// # Cancellation
///
/// Dropped before its first poll it sends nothing. Dropped later it abandons the request: a
/// message that still waits is never handled and becomes a dead letter, one that is being handled
/// goes on, and its reply is counted as late.
#[must_use = "nothing is sent before it is polled: add `.await`, or use `tell` when the reply does not matter"]
pub struct Ask<'a, M, R: Send + 'static> {
    port: &'a dyn AskPort<M, R>,
    timeout: Duration,
    meta: Option<Meta>,
    /// Until it is sent.
    message: Option<M>,
    /// From then until it is over.
    slot: Option<Arc<Slot<R>>>,
    deadline: Option<Ticket>,
}

impl<'a, M, R: Send + 'static> Ask<'a, M, R> {
    pub(crate) fn new(port: &'a dyn AskPort<M, R>, message: M) -> Self {
        Self {
            timeout: port.head().core.settings.ask_timeout,
            port,
            meta: None,
            message: Some(message),
            slot: None,
            deadline: None,
        }
    }

    /// How long to wait for the reply, from the moment of sending; the default is the system's
    /// (5 s). Never early, and at most 20 ms late. `Duration::MAX` waits without end.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends metadata with the message; the handler reads it with [`Ctx::meta`](crate::Ctx::meta).
    pub fn meta(mut self, meta: Meta) -> Self {
        self.meta = Some(meta);
        self
    }

    fn send(&mut self, message: M, cx: &Context<'_>) -> Result<(), AskError<M>> {
        let slot = Arc::new(Slot::new(cx.waker().clone()));
        let reply = ReplyTo::slot(slot.clone());
        let meta = self.meta.take();
        let target = self.port.ask(message, meta, reply).map_err(refused)?;
        let head = self.port.head();
        let wait = head.awaited(target, std::any::type_name::<M>(), For::Reply);
        self.deadline = head.core.deadlines.put(self.timeout, &slot, wait);
        self.slot = Some(slot);
        Ok(())
    }

    /// Takes the deadline back.
    fn finish(&mut self) {
        if let Some(ticket) = self.deadline.take() {
            self.port.head().core.deadlines.take(ticket);
        }
    }
}

// Nothing in it is ever pinned.
impl<M, R: Send + 'static> Unpin for Ask<'_, M, R> {}

impl<M, R: Send + 'static> Future for Ask<'_, M, R> {
    type Output = Result<R, AskError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(message) = this.message.take() {
            this.send(message, cx)?;
            return Poll::Pending; // the answer wakes it
        }
        let Some(slot) = &this.slot else {
            return Poll::Pending; // polled again after it was ready
        };
        let answer = ready!(slot.poll(cx));
        this.finish();
        this.slot = None;
        Poll::Ready(match answer {
            Answer::Reply(reply) => Ok(reply),
            Answer::Expired => Err(AskError::Expired),
            Answer::Discarded => Err(AskError::Discarded),
            Answer::Timeout => Err(AskError::Timeout),
            Answer::NoReply => Err(AskError::NoReply),
            Answer::Failed => Err(AskError::Failed),
            Answer::Unhandled(behavior) => Err(AskError::Unhandled { behavior }),
        })
    }
}

impl<M, R: Send + 'static> Drop for Ask<'_, M, R> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.finish();
            slot.give_up();
        }
    }
}

impl<M, R: Send + 'static> fmt::Debug for Ask<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (&self.message, &self.slot) {
            (Some(_), _) => "unsent",
            (None, Some(_)) => "waiting",
            (None, None) => "over",
        };
        f.debug_struct("Ask")
            .field("message", &std::any::type_name::<M>())
            .field("timeout", &self.timeout)
            .field("state", &state)
            .finish()
    }
}

impl<R: Send> Expire for Slot<R> {
    fn expire(&self) {
        self.give_up();
    }
}

fn refused<M>(refused: Refused<M>) -> AskError<M> {
    match refused {
        Refused::Full(message) => AskError::Full(message),
        Refused::Closed { message, .. } => AskError::Stopped(message),
    }
}
