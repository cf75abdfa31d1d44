//! What nearly every file with an actor needs: `use actor::prelude::*;`

pub use crate::{ActorRef, ActorSystem, Ctx, Mailbox, Props, Recipient, Reply, Terminated};
pub use crate::{actor, handler, on};
