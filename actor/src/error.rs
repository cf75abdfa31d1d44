//! One small error per verb.

use std::fmt;

use thiserror::Error;

use crate::failure::Failure;
use crate::name::NameError;

/// Why `tell` or `tell_wait` refused a message; gives it back.
///
/// A refused message is counted as refused and is no dead letter.
#[non_exhaustive]
pub enum TellError<M> {
    /// The mailbox has no room. `tell_wait` waits for it.
    Full(M),
    /// The actor has stopped, or was asked to.
    Stopped(M),
}

impl<M> TellError<M> {
    /// The message that was refused.
    pub fn into_message(self) -> M {
        match self {
            Self::Full(message) | Self::Stopped(message) => message,
        }
    }

    /// Whether the mailbox was full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the actor had stopped.
    pub fn is_stopped(&self) -> bool {
        matches!(self, Self::Stopped(_))
    }
}

// By hand: a message need not be `Debug`, and its content has no place in a log.
impl<M> fmt::Debug for TellError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(_) => f.write_str("Full(..)"),
            Self::Stopped(_) => f.write_str("Stopped(..)"),
        }
    }
}

impl<M> fmt::Display for TellError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = std::any::type_name::<M>();
        match self {
            Self::Full(_) => write!(f, "`{message}` was refused: the mailbox is full"),
            Self::Stopped(_) => write!(f, "`{message}` was refused: the actor has stopped"),
        }
    }
}

impl<M> std::error::Error for TellError<M> {}

/// Why an `ask` got no reply.
///
/// The first five mean that the message was certainly not handled, so that asking again is safe;
/// after the others the outcome is unknown. [`was_not_handled`](Self::was_not_handled) tells them
/// apart.
#[non_exhaustive]
pub enum AskError<M> {
    /// The mailbox has no room; the message comes back.
    Full(M),
    /// The actor has stopped, or was asked to; the message comes back.
    Stopped(M),
    /// The time was over before the message's turn came. It is never handled.
    Expired,
    /// The actor stopped, or dropped its stash, before the message's turn came. It is never handled.
    Discarded,
    /// The actor's behavior has no handler for the message. It is never handled.
    Unhandled {
        /// The name of the behavior.
        behavior: &'static str,
    },
    /// The time was over while the message was handled.
    Timeout,
    /// The actor ended while handling the message, or dropped its [`Reply`](crate::Reply).
    NoReply,
    /// The handler panicked, or returned an error that counts as a failure.
    Failed,
}

impl<M> AskError<M> {
    /// The message, if it was refused at the door.
    pub fn into_message(self) -> Option<M> {
        match self {
            Self::Full(message) | Self::Stopped(message) => Some(message),
            _ => None,
        }
    }

    /// Whether the message was certainly not handled, and never will be.
    pub fn was_not_handled(&self) -> bool {
        matches!(
            self,
            Self::Full(_)
                | Self::Stopped(_)
                | Self::Expired
                | Self::Discarded
                | Self::Unhandled { .. }
        )
    }

    /// Whether the time was over, before or while the message was handled.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Expired | Self::Timeout)
    }
}

impl<M> fmt::Debug for AskError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Stopped(_) => "Stopped(..)",
            Self::Unhandled { behavior } => {
                return f
                    .debug_struct("Unhandled")
                    .field("behavior", behavior)
                    .finish();
            }
            Self::Expired => "Expired",
            Self::Discarded => "Discarded",
            Self::Timeout => "Timeout",
            Self::NoReply => "NoReply",
            Self::Failed => "Failed",
        })
    }
}

impl<M> fmt::Display for AskError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = std::any::type_name::<M>();
        let text = match self {
            Self::Full(_) => "was refused: the mailbox is full",
            Self::Stopped(_) => "was refused: the actor has stopped",
            Self::Unhandled { behavior } => {
                return write!(
                    f,
                    "`{message}` was not handled: the behavior `{behavior}` has no handler for it"
                );
            }
            Self::Expired => "was not handled: the time was over before its turn",
            Self::Discarded => "was not handled: the actor stopped before its turn",
            Self::Timeout => "got no reply in time",
            Self::NoReply => "got no reply: the handler dropped it, or the actor ended",
            Self::Failed => "got no reply: the handler failed",
        };
        write!(f, "`{message}` {text}")
    }
}

impl<M> std::error::Error for AskError<M> {}

impl<M> From<TellError<M>> for AskError<M> {
    fn from(error: TellError<M>) -> Self {
        match error {
            TellError::Full(message) => Self::Full(message),
            TellError::Stopped(message) => Self::Stopped(message),
        }
    }
}

/// Why `spawn_named` made no actor.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// A living sibling has this name. It is free again when a watcher sees `Terminated`.
    #[error("the name `{0}` is taken by a living sibling")]
    NameTaken(String),
    /// The name cannot be used.
    #[error("`{name}` cannot name an actor: {reason}")]
    InvalidName {
        /// The name that was given.
        name: String,
        /// What is wrong with it.
        #[source]
        reason: NameError,
    },
    /// The system, or the actor that would be the parent, is stopping or has stopped.
    #[error("nothing can be spawned here any more: the system or the parent is stopping")]
    ShutDown,
}

/// Why an actor did not start.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Its producer or its `#[on(started)]` method failed.
    #[error("the actor did not start: {0}")]
    Failed(#[source] Failure),
    /// It was stopped before it had started.
    #[error("the actor was stopped before it had started")]
    Stopped,
}

/// Why [`lookup`](crate::ActorSystem::lookup) found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LookupError {
    /// No living actor has this path.
    #[error("no living actor has the path `{0}`")]
    NotFound(String),
    /// The actor with this path is of another type.
    #[error("`{path}` is a `{found}`, not a `{wanted}`")]
    WrongType {
        /// The path that was looked up.
        path: String,
        /// The type of the actor there.
        found: &'static str,
        /// The type that was asked for.
        wanted: &'static str,
    },
}

/// Why no [`ActorSystem`](crate::ActorSystem) was made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SystemError {
    /// There is no tokio runtime here. Call it in `#[tokio::main]`, `Runtime::block_on`, or after
    /// `Runtime::enter`; or hand one over with
    /// [`SystemBuilder::runtime`](crate::SystemBuilder::runtime).
    #[error(
        "an actor system needs a tokio runtime: call it inside of `#[tokio::main]` or \
         `Runtime::block_on`, or give the builder a handle"
    )]
    NoRuntime,
    /// The runtime was built without a timer: add `.enable_time()` or `.enable_all()`.
    #[error("the tokio runtime has no timer: build it with `.enable_time()` or `.enable_all()`")]
    NoTimer,
}
