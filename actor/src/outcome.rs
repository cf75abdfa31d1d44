//! How the handling of one message ended, as generated code tells the actor's loop.

use crate::failure::Fault;

/// How the handling of one message ended.
#[doc(hidden)]
pub enum Outcome {
    /// The handler has returned.
    Handled,
    /// It was dropped without a handler; the context knows why.
    Dropped,
    /// The handler returned an error that counts as a failure.
    Failed(Box<Fault>),
}
