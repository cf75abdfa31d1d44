//! The news that a handler takes too long.

use std::fmt;
use std::time::Duration;

use crate::pid::Pid;

/// A handler that takes longer than the system's limit
/// ([`SystemBuilder::slow_handler`](crate::SystemBuilder::slow_handler), default 2 s).
///
/// Told once for each handling, as a warning and as [`Event::SlowHandler`](crate::Event::SlowHandler).
/// This alone is in real time, also when a test has paused the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowHandler {
    /// Whose handler it is.
    pub actor: Pid,
    /// The type of the message; `None` when it is no handler, but a lifecycle method or the producer.
    pub message_type: Option<&'static str>,
    /// For how long it has been seen at work.
    pub time: Duration,
    /// What it does.
    pub kind: Slow,
}

/// What a slow handler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slow {
    /// It does not await: other actors and tasks miss its thread. `ctx.spawn_blocking` is the remedy.
    Blocks,
    /// It awaits: only its own actor handles nothing meanwhile. `ctx.pipe` is the remedy.
    Waits,
}

impl fmt::Display for SlowHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            Slow::Blocks => "blocks its thread",
            Slow::Waits => "waits",
        };
        let (actor, time) = (self.actor.id(), self.time);
        match self.message_type {
            Some(message) => write!(
                f,
                "`{actor}` {verb} for {time:.1?} in its handler of `{message}`"
            ),
            None => write!(f, "`{actor}` {verb} for {time:.1?} outside of its handlers"),
        }
    }
}
