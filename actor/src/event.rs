//! What happens in a system, for whoever wants to know.

use crate::dead_letter::DeadLetter;
use crate::deadlock::Deadlock;
use crate::failure::{Failure, StopReason};
use crate::pid::Pid;
use crate::slow::SlowHandler;
use crate::supervision::ChildFailed;

/// An error that a handler returned and nobody read: the message was told, or its asker was gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadError {
    /// Whose handler returned it.
    pub actor: Pid,
    /// The type of the message.
    pub message_type: &'static str,
    /// The error, rendered.
    pub error: String,
}

/// Something that happened in a system.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// An actor has started.
    Started(Pid),
    /// An actor has begun again, with new state.
    Restarted(Pid),
    /// An actor has stopped; its name is free again.
    Stopped(Pid, StopReason),
    /// An actor has failed.
    Failed(Failure),
    /// A supervisor has decided what becomes of an actor that failed.
    ChildFailed(ChildFailed),
    /// A handler's error was read by nobody.
    UnreadError(UnreadError),
    /// A message was lost.
    DeadLetter(DeadLetter),
    /// Actors wait for each other in a circle.
    Deadlock(Deadlock),
    /// A handler takes longer than the limit.
    SlowHandler(SlowHandler),
    /// This subscriber was too slow: it missed so many events here.
    Missed(u64),
}

/// The births, restarts and ends of actors.
#[derive(Debug, Clone)]
pub enum Lifecycle {
    /// An actor has started.
    Started(Pid),
    /// An actor has begun again, with new state.
    Restarted(Pid),
    /// An actor has stopped; its name is free again.
    Stopped(Pid, StopReason),
}

/// What one can subscribe to: all [`Event`]s, or one kind of them.
///
/// Implemented for [`Event`], [`Lifecycle`], [`Failure`], [`ChildFailed`], [`UnreadError`], [`DeadLetter`],
/// [`Deadlock`] and [`SlowHandler`]. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of event",
    label = "not published by a system",
    note = "the kinds are `Event`, `Lifecycle`, `Failure`, `ChildFailed`, `UnreadError`, `DeadLetter`, `Deadlock` and `SlowHandler`"
)]
pub trait EventKind: kind::Sealed + Clone + Send + 'static {
    /// The event, if it is of this kind.
    #[doc(hidden)]
    fn pick(event: Event) -> Option<Self>;
}

mod kind {
    /// Which kinds there are is the system's affair.
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($kind:ty: $pattern:pat => $value:expr;)*) => {$(
        impl kind::Sealed for $kind {}

        impl EventKind for $kind {
            fn pick(event: Event) -> Option<Self> {
                match event {
                    $pattern => $value,
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }
    )*};
}

kinds! {
    Event: event => Some(event);
    Failure: Event::Failed(failure) => Some(failure);
    ChildFailed: Event::ChildFailed(told) => Some(told);
    UnreadError: Event::UnreadError(unread) => Some(unread);
    DeadLetter: Event::DeadLetter(letter) => Some(letter);
    Deadlock: Event::Deadlock(deadlock) => Some(deadlock);
    SlowHandler: Event::SlowHandler(slow) => Some(slow);
}

impl kind::Sealed for Lifecycle {}

impl EventKind for Lifecycle {
    fn pick(event: Event) -> Option<Self> {
        match event {
            Event::Started(pid) => Some(Self::Started(pid)),
            Event::Restarted(pid) => Some(Self::Restarted(pid)),
            Event::Stopped(pid, reason) => Some(Self::Stopped(pid, reason)),
            _ => None,
        }
    }
}

impl Event {
    /// The actor that a subscriber's own doing is about: it is not told of that, so that an error
    /// in its handler of errors does not go round for ever.
    pub(crate) fn about(&self) -> Option<&Pid> {
        match self {
            Self::UnreadError(unread) => Some(&unread.actor),
            Self::DeadLetter(letter) => Some(&letter.target),
            Self::SlowHandler(slow) => Some(&slow.actor),
            _ => None,
        }
    }
}
