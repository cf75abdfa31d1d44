//! The future of a message that waits for room.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::cell::{Cell, Item};
use crate::deadline::Ticket;
use crate::error::TellError;
use crate::handles::{HandledBy, Receives};
use crate::node::Node;
use crate::queue::{Place, Refused};
use crate::reply::ReplyTo;
use crate::sync::Arc;
use crate::waits::For;

/// Whatever takes messages of type `M`: an actor, without its type.
// `pub` because a sealed trait's signature has it; nameable by nobody outside.
#[allow(unreachable_pub, private_interfaces)]
pub trait TellPort<M>: Send + Sync {
    fn tell(&self, message: M) -> Result<(), Refused<M>>;
    fn poll_tell(
        &self,
        cx: &Context<'_>,
        place: &mut Place,
        message: &mut Option<M>,
    ) -> Poll<Result<(), Refused<M>>>;
    fn leave(&self, place: &mut Place);
    fn into_node(self: Arc<Self>) -> Arc<dyn Node>;
    fn as_node(&self) -> &dyn Node;
}

impl<A, M> TellPort<M> for Cell<A>
where
    A: Receives,
    M: HandledBy<A>,
{
    fn tell(&self, message: M) -> Result<(), Refused<M>> {
        self.send(message, |message| message.wrap(ReplyTo::nobody()))
    }

    fn poll_tell(
        &self,
        cx: &Context<'_>,
        place: &mut Place,
        message: &mut Option<M>,
    ) -> Poll<Result<(), Refused<M>>> {
        let wrap = |message: M| Item::User(message.wrap(ReplyTo::nobody()));
        let progress = &self.head.progress;
        let sent = ready!(self.queue.poll_push(progress, cx, place, message, wrap));
        Poll::Ready(sent.inspect_err(|refused| self.count_refused(refused)))
    }

    fn leave(&self, place: &mut Place) {
        self.queue.leave(&self.head.progress, place);
    }

    fn into_node(self: Arc<Self>) -> Arc<dyn Node> {
        self
    }

    fn as_node(&self) -> &dyn Node {
        self
    }
}

/// A message that waits for room in its actor's mailbox; see
/// [`ActorRef::tell_wait`](crate::ActorRef::tell_wait).
///
/// # Cancellation
///
/// Dropped before it is ready, the message is not sent and the place in the line goes to the next.
#[must_use = "nothing is sent before it is polled: add `.await`"]
pub struct TellWait<'a, M> {
    port: &'a dyn TellPort<M>,
    message: Option<M>,
    place: Place,
    /// While an actor waits here.
    wait: Option<Ticket>,
}

impl<'a, M> TellWait<'a, M> {
    pub(crate) fn new(port: &'a dyn TellPort<M>, message: M) -> Self {
        Self {
            port,
            message: Some(message),
            place: Place::default(),
            wait: None,
        }
    }
}

// Nothing in it is ever pinned.
impl<M> Unpin for TellWait<'_, M> {}

impl<M> Future for TellWait<'_, M> {
    type Output = Result<(), TellError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let sent = this.port.poll_tell(cx, &mut this.place, &mut this.message);
        match sent {
            Poll::Pending => this.note_wait(),
            Poll::Ready(_) => this.forget_wait(),
        }
        sent.map_err(TellError::from)
    }
}

impl<M> TellWait<'_, M> {
    fn note_wait(&mut self) {
        if self.wait.is_none() {
            let head = self.port.as_node().head();
            let target = self.place.worker.unwrap_or(head.id);
            let wait = head.awaited(target, std::any::type_name::<M>(), For::Room);
            self.wait = wait.map(|wait| head.core.deadlines.put_wait(wait));
        }
    }

    fn forget_wait(&mut self) {
        if let Some(wait) = self.wait.take() {
            self.port.as_node().head().core.deadlines.take(wait);
        }
    }
}

impl<M> Drop for TellWait<'_, M> {
    fn drop(&mut self) {
        self.forget_wait();
        self.port.leave(&mut self.place);
    }
}

impl<M> fmt::Debug for TellWait<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TellWait")
            .field("message", &std::any::type_name::<M>())
            .finish_non_exhaustive()
    }
}

impl<M> From<TellError<M>> for Refused<M> {
    fn from(error: TellError<M>) -> Self {
        match error {
            TellError::Full(message) => Self::Full(message),
            TellError::Stopped(message) => Self::Closed {
                message,
                retired: false,
            },
        }
    }
}

impl<M> From<Refused<M>> for TellError<M> {
    fn from(refused: Refused<M>) -> Self {
        match refused {
            Refused::Full(message) => Self::Full(message),
            Refused::Closed { message, .. } => Self::Stopped(message),
        }
    }
}
