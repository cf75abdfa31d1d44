//! The news that actors wait for each other in a circle.

use std::fmt;

use crate::pid::Pid;

/// Actors that wait for each other in a circle, each in the middle of a message: none of them goes on
/// before a time-out.
///
/// Seen when the circle has lasted for a tenth of a second, logged as one warning and published as
/// [`Event::Deadlock`](crate::Event::Deadlock). Nothing is broken up: each `ask` ends at its time-out,
/// and a `tell_wait` when the handler that waits is dropped. Waits count that a handler or a lifecycle
/// method makes itself, and not what it hands to `ctx.pipe` or to a task of its own: that keeps no
/// actor from its mail, and is the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlock {
    /// Each waits for the next one, the last for the first.
    pub waits: Vec<Wait>,
}

/// One actor of a [`Deadlock`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wait {
    /// Who waits.
    pub actor: Pid,
    /// The type of the message that it sent, or would send.
    pub message_type: &'static str,
    /// What it waits for.
    pub waits_for: WaitsFor,
}

/// What an actor waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// The reply to an `ask`.
    Reply,
    /// Room in a mailbox, in `tell_wait`.
    Room,
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Wait {
            actor,
            message_type,
            waits_for,
        } in &self.waits
        {
            let verb = match waits_for {
                WaitsFor::Reply => "asks",
                WaitsFor::Room => "waits to tell",
            };
            write!(f, "`{}` {verb} (`{message_type}`) ", actor.id())?;
        }
        match self.waits.first() {
            Some(first) => write!(f, "`{}`", first.actor.id()),
            None => Ok(()),
        }
    }
}
