//! Failures on demand.

use crate::actor_ref::ActorRef;
use crate::error::TellError;
use crate::extra::Extra;
use crate::handles::{Envelope, HandledBy, Receives};
use crate::reply::ReplyTo;

/// Sends a message in whose place a panic is raised when its turn comes: the actor fails exactly as if
/// the handler of this message had panicked.
///
/// # Errors
///
/// Like [`ActorRef::tell`].
///
/// ```
/// # use actor::prelude::*;
/// # use actor::testkit::{TestSystem, tell_panicking};
/// # #[actor] #[derive(Default)] struct Counter;
/// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut system = TestSystem::new();
/// let counter = system.spawn(Counter::default);
/// tell_panicking(&counter, 1_u32)?;
/// let failure = system.expect_failure().await;
/// assert_eq!(failure.actor(), &counter.pid());
/// # system.finish().await;
/// # Ok(())
/// # }
/// ```
pub fn tell_panicking<A, M>(actor: &ActorRef<A>, message: M) -> Result<(), TellError<M>>
where
    A: Receives,
    M: HandledBy<A>,
{
    let wrap = |message: M| {
        let envelope = message.wrap(ReplyTo::nobody());
        envelope.with_extra(Extra::with_panic())
    };
    actor.cell.send(message, wrap).map_err(TellError::from)
}
