//! Handing a message on to another actor.

use std::fmt;

use crate::actor_ref::ActorRef;
use crate::ctx::Ctx;
use crate::error::TellError;
use crate::extra::Extra;
use crate::handles::{Envelope, HandledBy, Receives};
use crate::reply::{Reply, ReplyTo};

impl<A: Receives> Ctx<A> {
    /// Hands a message on to another actor, whose handler's reply then goes to the first asker.
    /// Metadata goes with it. The message counts as handled here and as sent again.
    ///
    /// # Errors
    ///
    /// [`ForwardError`] when the other actor refuses; it gives both back, to answer the asker or to
    /// try another way.
    pub fn forward<B, M>(
        &self,
        to: &ActorRef<B>,
        message: M,
        reply: Reply<M::Reply>,
    ) -> Result<(), ForwardError<M, M::Reply>>
    where
        B: Receives,
        M: HandledBy<B>,
    {
        let meta = self.meta().cloned();
        let (reply_to, rebuild) = reply.into_parts();
        reply_to.requeue();
        let wrap = |(message, reply_to): (M, ReplyTo<M::Reply>)| {
            let envelope = message.wrap(reply_to);
            match meta {
                Some(meta) => envelope.with_extra(Extra::with_meta(meta)),
                None => envelope,
            }
        };
        to.cell.send((message, reply_to), wrap).map_err(|refused| {
            let error = TellError::from(refused);
            let full = error.is_full();
            let (message, reply_to) = error.into_message();
            let _ = reply_to.start();
            ForwardError {
                error: if full {
                    TellError::Full(message)
                } else {
                    TellError::Stopped(message)
                },
                reply: rebuild(reply_to),
            }
        })
    }
}

/// The other actor refused a forwarded message; gives back the message and the asker's token.
pub struct ForwardError<M, R> {
    /// Why, with the message.
    pub error: TellError<M>,
    /// The asker still waits here.
    pub reply: Reply<R>,
}

impl<M, R> fmt::Debug for ForwardError<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ForwardError").field(&self.error).finish()
    }
}

impl<M, R> fmt::Display for ForwardError<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<M, R> std::error::Error for ForwardError<M, R> {}
