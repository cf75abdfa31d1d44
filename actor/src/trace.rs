//! A span for each message, for who wants to see them.
//!
//! Target `actor::message`, level TRACE, name `handle`, with the fields `actor` (path) and `message`
//! (type). It surrounds the handler, also over its awaits, so that what a handler logs carries both.
//! Asking whether anybody wants it costs one load each time an actor is polled.

use tracing::{Level, Span};

use crate::pid::Pid;

const TARGET: &str = "actor::message";

/// Whether somebody wants to see spans of messages.
#[inline]
pub(crate) fn is_wanted() -> bool {
    tracing::enabled!(target: TARGET, Level::TRACE)
}

/// The span of one message.
pub(crate) fn message(actor: impl FnOnce() -> Pid, message_type: &'static str) -> Span {
    let actor = actor();
    tracing::trace_span!(target: TARGET, "handle", actor = actor.id(), message = message_type)
}
