//! The address of an actor, as data.

use std::fmt;
use std::sync::Arc;

/// The address part of a [`Pid`] whose system is not bound to the network.
pub(crate) const NONHOST: &str = "nonhost";

/// Names an actor: the address of its node and its id (its path) there.
///
/// A `Pid` is plain data: it does not keep an actor alive and says nothing about whether it is.
/// The id of a named actor is its name, that of an unnamed one `$` and a number, and that of a
/// child its parent's id, `/` and its own. The address is `nonhost` until the system is bound.
///
/// ```
/// # use actor::prelude::*;
/// # #[actor] #[derive(Default)] struct Counter;
/// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = ActorSystem::new("demo")?;
/// let counter = system.spawn_named("clicks", Counter::default)?;
/// assert_eq!(counter.pid().id(), "clicks");
/// assert_eq!(counter.pid().to_string(), "nonhost/clicks");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid {
    address: Arc<str>,
    id: Arc<str>,
}

impl Pid {
    pub(crate) fn local(address: Arc<str>, id: String) -> Self {
        Self {
            address,
            id: id.into(),
        }
    }

    /// The node, as `host:port`, or `nonhost`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The path of the actor in its node, without a leading slash.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.id)
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pid({self})")
    }
}
