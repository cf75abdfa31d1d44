//! The future of a message that waits for room.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::ask::TellPort;
use crate::error::TellError;
use crate::queue::{Place, Refused};

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
}

impl<'a, M> TellWait<'a, M> {
    pub(crate) fn new(port: &'a dyn TellPort<M>, message: M) -> Self {
        Self {
            port,
            message: Some(message),
            place: Place::default(),
        }
    }
}

// Nothing in it is ever pinned.
impl<M> Unpin for TellWait<'_, M> {}

impl<M> Future for TellWait<'_, M> {
    type Output = Result<(), TellError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let sent = ready!(this.port.poll_tell(cx, &mut this.place, &mut this.message));
        Poll::Ready(sent.map_err(TellError::from))
    }
}

impl<M> Drop for TellWait<'_, M> {
    fn drop(&mut self) {
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

impl<M> From<Refused<M>> for TellError<M> {
    fn from(refused: Refused<M>) -> Self {
        match refused {
            Refused::Full(message) => Self::Full(message),
            Refused::Closed { message, .. } => Self::Stopped(message),
        }
    }
}
