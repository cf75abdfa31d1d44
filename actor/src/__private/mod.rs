//! What generated code may name. No part of the public interface: it changes without notice.

mod probe;

pub use probe::{
    EnvelopeOf, FailingReply, Gate, LifecycleResult, Pass, Probe, assert_actor, assert_idles,
    assert_send, behavior_data, fault, first_data, lifecycle_result, reply_as, unread,
};

/// The language's own types, by names that a user's types cannot hide.
pub type Truth = bool;
/// See [`Truth`].
pub type Byte = u8;
/// See [`Truth`].
pub type Size = usize;
/// See [`Truth`].
pub type Text = str;

pub use std::any::type_name;
pub use std::boxed::Box;
pub use std::option::Option::{self, None, Some};
pub use std::result::Result::{self, Err, Ok};
pub use std::vec::Vec;

pub use actor_macros::__behaving;

pub use crate::actor::{Actor, Alive, behaviors, dispatch_with_extra};
pub use crate::behavior::{Behaves, Behavior, BehaviorInfo, Stack};
pub use crate::ctx::Ctx;
pub use crate::extra::Extra;
pub use crate::failure::{Failure, Fault};
pub use crate::handles::{
    Carries, Envelope, HandledBy, HandlerNumber, Handles, Idles, Receives, TypeName, Watches,
    WithExtra,
};
pub use crate::mailbox::{Mailbox, Overflow};
pub use crate::options::ActorOptions;
pub use crate::outcome::Outcome::{self, Dropped, Handled};
pub use crate::reply::{AnyReplyTo, Reply, ReplyTo};
pub use crate::slot::Route;
pub use crate::supervision::ChildFailed;
pub use crate::terminated::Terminated;
