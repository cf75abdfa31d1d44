//! What generated code may name. No part of the public interface: it changes without notice.

mod probe;

pub use probe::{
    EnvelopeOf, FailingReply, Gate, LifecycleResult, Pass, Probe, assert_actor, assert_send, fault,
    lifecycle_result, unread,
};

pub use std::any::type_name;
pub use std::boxed::Box;
pub use std::option::Option::{self, None, Some};
pub use std::result::Result::{self, Err, Ok};

pub use crate::actor::{Actor, ActorOptions, dispatch_with_extra};
pub use crate::ctx::Ctx;
pub use crate::extra::Extra;
pub use crate::failure::Fault;
pub use crate::handles::{
    Carries, Envelope, HandledBy, HandlerNumber, Handles, Receives, TypeName, Watches, WithExtra,
};
pub use crate::mailbox::{Mailbox, Overflow};
pub use crate::outcome::Outcome::{self, Expired, Handled};
pub use crate::reply::{AnyReplyTo, Reply, ReplyTo};
pub use crate::slot::Route;
pub use crate::terminated::Terminated;
