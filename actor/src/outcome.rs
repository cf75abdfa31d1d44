//! How the handling of one message ended, as generated code tells the actor's loop.

use crate::failure::Fault;

/// How the handling of one message ended.
#[doc(hidden)]
pub enum Outcome {
    /// The handler has returned.
    Handled,
    /// The asker had given up before its turn; the handler was not called.
    Expired,
    /// The task that the message came from was cancelled; the handler was not called.
    Withdrawn,
    /// The handler returned an error that counts as a failure.
    Failed(Box<Fault>),
}
