//! A typed actor framework driven by procedural macros.

mod actor;
mod actor_ref;
mod any_ref;
mod ask;
mod cell;
mod core;
mod ctx;
mod dead_letter;
mod deadline;
mod error;
mod event;
mod failure;
mod guard;
mod handles;
mod life;
mod log_limit;
mod mailbox;
mod meta;
mod name;
mod node;
mod outcome;
mod pid;
mod props;
mod queue;
mod recipient;
mod reply;
mod run;
mod scope;
mod senders;
mod shutdown;
mod signal;
mod slot;
mod spawn;
mod stats;
mod sync;
mod system;
mod tell;
mod terminated;

#[doc(hidden)]
pub mod __private;
pub mod prelude;

pub use actor_macros::{actor, handler, on};

pub use crate::actor::Actor;
pub use crate::actor_ref::ActorRef;
pub use crate::any_ref::AnyActorRef;
pub use crate::ask::Ask;
pub use crate::core::ShutdownReport;
pub use crate::ctx::{Ctx, ForwardError};
pub use crate::dead_letter::{DeadLetter, DeadLetterCounts, DeadLetterReason};
pub use crate::error::{AskError, LookupError, SpawnError, StartError, SystemError, TellError};
pub use crate::event::{Event, Events, UnreadError};
pub use crate::failure::{Failure, Stage, StopReason};
pub use crate::handles::{HandledBy, Handles, Watches};
pub use crate::mailbox::Mailbox;
pub use crate::meta::Meta;
pub use crate::name::NameError;
pub use crate::pid::Pid;
pub use crate::props::Props;
pub use crate::recipient::{Recipient, TellOnly};
pub use crate::reply::Reply;
pub use crate::stats::Stats;
pub use crate::system::{ActorSystem, SystemBuilder};
pub use crate::tell::TellWait;
pub use crate::terminated::Terminated;
