//! A reference to an actor whose type does not matter.

use std::fmt;
use std::hash::{Hash, Hasher};

use tokio::sync::oneshot;

use crate::error::StartError;
use crate::failure::StopReason;
use crate::node::{Level, Node};
use crate::pid::Pid;
use crate::progress::RESTART;
use crate::stats::ActorStats;
use crate::sync::Arc;

/// A reference to any actor: it can be stopped, watched and compared, but not told anything.
///
/// Made from an [`ActorRef`](crate::ActorRef) or a [`Recipient`](crate::Recipient) with `into()`.
#[derive(Clone)]
pub struct AnyActorRef {
    pub(crate) node: Arc<dyn Node>,
}

impl AnyActorRef {
    pub(crate) fn new(node: Arc<dyn Node>) -> Self {
        Self { node }
    }

    /// Its address and path.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.node.head().pid()
    }

    /// The type of the actor, as `std::any::type_name` writes it.
    #[must_use]
    pub fn actor_type(&self) -> &'static str {
        self.node.actor_type()
    }

    /// Asks it to end after the current message. See [`ActorRef::stop`](crate::ActorRef::stop).
    pub fn stop(&self) {
        self.node.raise(Level::Stop);
    }

    /// Asks it to end after what is queued. See [`ActorRef::poison`](crate::ActorRef::poison).
    pub fn poison(&self) {
        self.node.raise(Level::Poison);
    }

    /// Begins it anew after the current message. See [`ActorRef::restart`](crate::ActorRef::restart).
    pub fn restart(&self) {
        self.node.call(RESTART);
    }

    /// Ends it at its next await. See [`ActorRef::kill`](crate::ActorRef::kill).
    pub fn kill(&self) {
        self.node.raise(Level::Kill);
    }

    /// What it has done so far, and what it has before it.
    #[must_use]
    pub fn stats(&self) -> ActorStats {
        self.node.stats()
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.node.head().has_ended()
    }

    /// Waits for its end and tells why.
    pub async fn stopped(&self) -> StopReason {
        wait_for_end(&*self.node).await
    }
}

pub(crate) async fn wait_for_start(node: &dyn Node) -> Result<(), StartError> {
    let (sender, receiver) = oneshot::channel();
    node.head().on_start(sender);
    receiver.await.unwrap_or(Err(StartError::Stopped))
}

pub(crate) async fn wait_for_end(node: &dyn Node) -> StopReason {
    let (sender, receiver) = oneshot::channel();
    node.head().on_end(sender);
    receiver.await.unwrap_or(StopReason::Killed)
}

impl PartialEq for AnyActorRef {
    fn eq(&self, other: &Self) -> bool {
        self.node.head().key() == other.node.head().key()
    }
}

impl Eq for AnyActorRef {}

impl Hash for AnyActorRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.node.head().key().hash(state);
    }
}

impl fmt::Debug for AnyActorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyActorRef({})", self.pid().id())
    }
}
