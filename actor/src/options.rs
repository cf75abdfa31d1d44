//! What stands in `#[actor(..)]` above the definition of an actor.

use std::time::Duration;

use crate::behavior::Behavior;
use crate::mailbox::Mailbox;

/// The options that stand on an actor's definition. Implemented by `#[actor]` there.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has an `#[actor] impl` block but no `#[actor]` on its definition",
    label = "the other half is missing",
    note = "put `#[actor]` above the definition of `{Self}`"
)]
pub trait ActorOptions {
    /// The mailbox, unless [`Props`](crate::Props) say otherwise; `None`: the system's default.
    const MAILBOX: Option<Mailbox> = None;
    /// The behaviors; `()`: it has one.
    type Behaviors: Behavior;
    /// What its current behavior does not handle is stashed.
    const STASHES: bool = false;
    /// There is room for so many messages in the stash.
    const STASH: usize = 1_000;
    /// A restart brings back what is stashed.
    const REPLAYS: bool = true;
    /// `#[on(idle)]` is called after so long, from the start on.
    const IDLE: Option<Duration> = None;
}
