//! State that one task owns, instead of state behind locks: a struct and its methods become an actor.
//!
//! An actor handles one message at a time, so its methods take `&mut self` and need no lock. It fails
//! alone, and its mailbox has a bound. `#[actor]` generates a closed enum of its messages and the
//! dispatcher; `tell` and `ask` are checked by the compiler.
//!
//! ```
//! use actor::prelude::*;
//!
//! struct Add(i64);
//! struct Get;
//!
//! #[actor]
//! #[derive(Default)]
//! struct Counter { total: i64 }
//!
//! #[actor]
//! impl Counter {
//!     #[handler]
//!     fn add(&mut self, msg: Add) { self.total += msg.0; }
//!
//!     #[handler]
//!     fn get(&self, _: Get) -> i64 { self.total }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let system = ActorSystem::new("demo")?;
//! let counter = system.spawn(Counter::default);
//! counter.tell(Add(2))?;
//! assert_eq!(counter.ask(Get).await?, 2);
//! system.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Handlers
//!
//! `#[handler]` marks a method, `fn` or `async fn`, that takes `&self` or `&mut self`, one message, and
//! then, if it wants them, `reply: `[`Reply<R>`](Reply) and `ctx: &mut `[`Ctx<Self>`](Ctx). What it
//! returns is the reply; with a [`Reply`] it answers later, and returns nothing.
//!
//! An `Err` is a reply like any other. When nobody reads it, because the message was told or the asker
//! has gone, it is counted, logged and published ([`UnreadError`]), and the actor goes on.
//! `#[handler(fails)]` makes it a failure: the asker gets [`AskError::Failed`], and the actor's supervisor
//! decides what becomes of it. A panic always is a failure.
//!
//! # Behaviors, stash, time
//!
//! `#[actor(behaviors(Closed, Open(Instant)))]` names the behaviors of an actor; the first is where it
//! starts. It generates two enums: `BreakerBehavior`, with the data, for [`Ctx::become_`] and
//! [`Ctx::push`]; and `BreakerState`, without, which [`Ctx::behavior`] gives. `#[handler(in = Closed)]`
//! serves that behavior alone, and can take its data behind the message (`since: &mut Instant`). What
//! the current behavior does not handle becomes a dead letter, or with `unhandled = stash` is stashed.
//! `#[on(enter(Open))]` and `#[on(leave(Open))]` run at each change.
//!
//! [`Ctx::stash`] puts a message aside with its asker. [`Ctx::send_after`] and [`Ctx::send_every`] send the
//! actor messages later; `#[on(idle)]` is called when none has come for the time that
//! `#[actor(idle = "30s")]` or [`Ctx::set_idle_timeout`] says.
//!
//! # Supervision
//!
//! A panic, and an `Err` that counts as a failure, is decided by the rules of the parent
//! ([`Props::supervise_children`]), at the top by those of the system
//! ([`SystemBuilder::supervision`]): [`Directive`] says what can become of the actor, [`Supervision`] how that
//! is decided. Without rules it is restarted, ten times in ten seconds at most.
//!
//! # Beside the actor
//!
//! While an async handler waits, its actor handles nothing else. [`Ctx::pipe`] runs a future beside it,
//! [`Ctx::attach`] a stream, [`Ctx::spawn_blocking`] a function that blocks; what they come to arrives as
//! messages, and a [`TaskHandle`] cancels them. [`ActorSystem::spawn_pool`] makes several actors of one type
//! behind one reference.
//!
//! # What operators see
//!
//! [`ActorSystem::stats`], [`ActorRef::stats`], [`ActorSystem::tree`], [`ActorSystem::events`] and
//! [`ActorSystem::subscribe`]. Deadlocks among actors ([`Deadlock`]) and slow handlers ([`SlowHandler`])
//! are logged and published. A `tracing` subscriber that wants target `actor::message` at TRACE gets a
//! span for each message, with the fields `actor` and `message`.
//!
//! # Features
//!
//! * `testkit` (off): [`testkit`](https://docs.rs/actor/latest/actor/testkit/), for tests of actors.
//!
//! # Life
//!
//! `#[on(started)]`, `#[on(stopping)]`, `#[on(stopped)]`, `#[on(restarting)]` and `#[on(terminated)]` mark
//! methods for what happens to the actor. `started` comes before any message, `stopped` last, whenever there was state:
//! also after a panic or a `kill`. An actor lives until it, its parent or the system stops.
//! [`ActorRef::restart`] gives it new state behind the same reference.
//!
//! # What it costs
//!
//! A `tell` allocates nothing. An idle actor has about 600 bytes. Two things make actors bigger: the
//! largest future of its async handlers is part of each actor, and its largest message sizes each
//! place in the mailbox. `#[handler(boxed)]` puts a handler's future on the heap, a `Box` in the
//! message does so with its content. Box what is bigger than some kilobytes: messages go by value
//! through the stack of a thread, and one of 100 KiB can exhaust it, which ends the process.
//!
//! # Panics
//!
//! A panic is the actor's alone, by unwinding. With `panic = "abort"` it ends the process: then nothing
//! here contains a failure.

mod actor;
mod actor_ref;
mod answer;
mod any_ref;
mod ask;
mod behaving;
mod behavior;
mod care;
mod cell;
mod core;
mod ctx;
mod dead_letter;
mod deadline;
mod deadlock;
mod end;
mod error;
mod event;
mod events;
mod extra;
mod failure;
mod forward;
mod guard;
mod handles;
mod hook;
mod idle;
mod incarnation;
mod lease;
mod life;
mod log_limit;
mod mailbox;
mod meta;
#[cfg(all(test, actor_loom))]
mod models;
mod name;
mod node;
mod options;
mod outcome;
mod outlet;
mod panics;
mod picture;
mod pid;
mod pool;
mod progress;
mod props;
mod queue;
#[cfg(all(test, actor_shuttle))]
mod races;
mod recipient;
mod recovery;
mod regroup;
mod reply;
mod run;
mod runtime;
mod scope;
mod senders;
mod serve;
mod shutdown;
mod signal;
mod slot;
mod slow;
mod spawn;
mod stash;
mod stashing;
mod stats;
mod subscribe;
mod supervision;
mod sync;
mod system;
mod take;
mod task;
mod task_handle;
mod tell;
mod terminated;
mod timer;
mod timers;
mod timing;
mod trace;
mod tree;
mod turn;
mod verdict;
mod waits;
mod watchdog;
mod wheel;
mod winding;

#[doc(hidden)]
pub mod __private;
pub mod prelude;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use actor_macros::{actor, handler, on};

pub use crate::actor::Actor;
pub use crate::actor_ref::ActorRef;
pub use crate::any_ref::AnyActorRef;
pub use crate::ask::Ask;
pub use crate::behavior::{Behaves, Behavior, BehaviorInfo, PopError, PushError};
pub use crate::core::ShutdownReport;
pub use crate::ctx::Ctx;
pub use crate::dead_letter::{DeadLetter, DeadLetterCounts, DeadLetterReason};
pub use crate::deadlock::{Deadlock, Wait, WaitsFor};
pub use crate::error::{AskError, LookupError, SpawnError, StartError, SystemError, TellError};
pub use crate::event::{Event, EventKind, Lifecycle, UnreadError};
pub use crate::events::Events;
pub use crate::failure::{Failure, Stage, StopReason};
pub use crate::forward::ForwardError;
pub use crate::handles::{HandledBy, Handles, Idles, Watches};
pub use crate::mailbox::{Mailbox, Overflow};
pub use crate::meta::Meta;
pub use crate::name::NameError;
pub use crate::picture::{Tree, TreeActor};
pub use crate::pid::Pid;
pub use crate::pool::{
    Broadcast, ConsistentHash, LeastLoaded, Pool, PoolRef, PoolStopped, Random, RoundRobin,
    RouteKey, Routes, Strategy, TooManyEnds,
};
pub use crate::props::Props;
pub use crate::recipient::{Recipient, TellOnly};
pub use crate::reply::Reply;
pub use crate::slow::{Slow, SlowHandler};
pub use crate::stashing::StashFull;
pub use crate::stats::{ActorStats, Stats};
pub use crate::subscribe::Subscription;
pub use crate::supervision::{
    Backoff, ChildFailed, ChildKind, Directive, RootFailure, Supervision,
};
pub use crate::system::{ActorSystem, SystemBuilder};
pub use crate::task::StreamEvent;
pub use crate::task_handle::TaskHandle;
pub use crate::tell::TellWait;
pub use crate::terminated::Terminated;
pub use crate::timer::Keyed;
