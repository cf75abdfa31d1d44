//! The system: the home of actors.

use std::fmt;
use std::hash::BuildHasher;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::actor_ref::ActorRef;
use crate::cell::Cell;
use crate::core::{Core, Settings};
use crate::error::{LookupError, SystemError};
use crate::event::EventKind;
use crate::events::Events;
use crate::failure::catch;
use crate::handles::Receives;
use crate::mailbox::Mailbox;
use crate::node::Node;
use crate::panics;
use crate::picture::{self, Tree};
use crate::runtime::Runtime;
use crate::stats::Stats;
use crate::supervision::{RootFailure, Supervision};
use crate::sync::Arc;
use crate::tree;
use crate::watchdog;

/// Five seconds for a reply, unless the builder or [`Ask::timeout`](crate::Ask::timeout) says
/// otherwise.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);
/// A thousand messages wait at most, unless the builder, the actor or its props say otherwise.
const MAILBOX: Mailbox = Mailbox::bounded(1_000);
/// Ten seconds for all actors to stop, unless the builder says otherwise.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(10);

/// Two seconds in one handler are worth a warning, unless the builder says otherwise.
const SLOW_HANDLER: Duration = Duration::from_secs(2);

/// A home for actors in this process, on one tokio runtime. Cheap to clone.
///
/// There can be any number of systems; they share nothing. The system and its actors live until
/// [`shutdown`](Self::shutdown), or until the runtime ends; dropping the handle does not end them.
#[derive(Clone)]
pub struct ActorSystem {
    core: Arc<Core<dyn Node>>,
}

impl ActorSystem {
    /// A system with the default settings, on the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// [`SystemError`]: outside of a tokio runtime, or when the runtime has no timer.
    pub fn new(name: impl AsRef<str>) -> Result<Self, SystemError> {
        Self::builder(name).build()
    }

    /// A system with other settings.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::builder("orders")
    ///     .ask_timeout(Duration::from_secs(1))
    ///     .mailbox(Mailbox::bounded(10_000))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(name: impl AsRef<str>) -> SystemBuilder {
        SystemBuilder {
            settings: Settings {
                name: name.as_ref().into(),
                ask_timeout: ASK_TIMEOUT,
                mailbox: MAILBOX,
                shutdown_deadline: SHUTDOWN_DEADLINE,
                slow_handler: Some(SLOW_HANDLER),
                // The standard library's hash keys are the only randomness that it hands out.
                seed: std::hash::RandomState::new().hash_one(0_u8),
                supervision: Arc::default(),
                on_root_failure: RootFailure::default(),
            },
            runtime: None,
        }
    }

    pub(crate) fn from_core(core: Arc<Core<dyn Node>>) -> Self {
        Self { core }
    }

    pub(crate) fn core(&self) -> &Arc<Core<dyn Node>> {
        &self.core
    }

    /// The name given at the start. It tells systems apart in a log and means nothing else.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.core.settings.name
    }

    /// The seed of all that is random in this system; see [`SystemBuilder::seed`].
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.core.settings.seed
    }

    /// What became of every message so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        tree::stats(&self.core)
    }

    /// The living actors with their counts, as data; `Display` draws them.
    ///
    /// Nothing stands still meanwhile: it costs about a microsecond an actor.
    #[must_use]
    pub fn tree(&self) -> Tree {
        picture::take(&self.core)
    }

    /// A stream of what happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.core.events.subscribe()
    }

    /// A stream of what happens from now on of one kind: `system.events_of::<DeadLetter>()`.
    #[must_use]
    pub fn events_of<E: EventKind>(&self) -> Events<E> {
        self.core.events.subscribe()
    }

    /// Finds a living actor by its path: `name`, `parent/name`, `parent/$7`.
    ///
    /// # Errors
    ///
    /// [`LookupError`]: there is none, or it is of another type.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] #[derive(Default)] struct Counter;
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// let spawned = system.spawn_named("clicks", Counter::default)?;
    /// let found = system.lookup::<Counter>("clicks")?;
    /// assert_eq!(found, spawned);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lookup<A: Receives>(&self, path: impl AsRef<str>) -> Result<ActorRef<A>, LookupError> {
        let path = path.as_ref();
        let not_found = || LookupError::NotFound(path.to_owned());
        let node = tree::find(&self.core, path).ok_or_else(not_found)?;
        let found = node.actor_type();
        match node.into_any().downcast::<Cell<A>>() {
            Ok(cell) => Ok(ActorRef::new(cell)),
            Err(_) => Err(LookupError::WrongType {
                path: path.to_owned(),
                found,
                wanted: std::any::type_name::<A>(),
            }),
        }
    }
}

impl fmt::Debug for ActorSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorSystem")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// The settings of an [`ActorSystem`]; each method says its default.
#[derive(Debug, Clone)]
#[must_use]
pub struct SystemBuilder {
    settings: Settings,
    runtime: Option<Handle>,
}

impl SystemBuilder {
    /// How long an `ask` waits for its reply. Default: 5 s.
    pub fn ask_timeout(mut self, timeout: Duration) -> Self {
        self.settings.ask_timeout = timeout;
        self
    }

    /// The mailbox of actors that do not choose their own. Default: bounded, 1000 messages.
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.settings.mailbox = mailbox;
        self
    }

    /// How long a shutdown waits for actors to stop before it kills them. Default: 10 s.
    pub fn shutdown_deadline(mut self, deadline: Duration) -> Self {
        self.settings.shutdown_deadline = deadline;
        self
    }

    /// From when on a handler is slow: one that blocks its thread or waits for so long is told once,
    /// as a warning and as [`Event::SlowHandler`](crate::Event::SlowHandler), at most 750 ms later.
    /// In real time. `Duration::MAX` watches nothing. Default: 2 s.
    pub fn slow_handler(mut self, limit: Duration) -> Self {
        self.settings.slow_handler = (limit < Duration::MAX).then_some(limit);
        self
    }

    /// What becomes of actors that fail, at the top and below actors that do not choose for themselves
    /// ([`Props::supervise_children`](crate::Props::supervise_children)). Default: the one that failed is
    /// restarted, ten times in ten seconds at most.
    ///
    /// ```
    /// use actor::{Directive, Supervision};
    /// # use actor::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::builder("orders")
    ///     .supervision(Supervision::one_for_one().decide(|_| Directive::Stop))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn supervision(mut self, supervision: Supervision) -> Self {
        self.settings.supervision = Arc::new(supervision);
        self
    }

    /// What becomes of the system when a failure is escalated at the top. Default: the actor there stops, and
    /// the others go on.
    pub fn on_root_failure(mut self, policy: RootFailure) -> Self {
        self.settings.on_root_failure = policy;
        self
    }

    /// The seed of all that is random in the system, so that a run can be repeated. Default: from
    /// the operating system.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The runtime whose threads run the actors. Default: the one that [`build`](Self::build) is
    /// called in.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Makes the system.
    ///
    /// # Errors
    ///
    /// [`SystemError`]: outside of a tokio runtime, or when the runtime has no timer.
    pub fn build(self) -> Result<ActorSystem, SystemError> {
        let runtime = match self.runtime {
            Some(runtime) => runtime,
            None => Handle::try_current().map_err(|_| SystemError::NoRuntime)?,
        };
        check_timer(&runtime)?;
        panics::note_sites();
        let core: Arc<Core<dyn Node>> = Arc::new(Core::new(self.settings, Runtime::new(runtime)));
        tree::tell_of_deadlocks(&core);
        watchdog::watch(&core);
        Ok(ActorSystem { core })
    }
}

/// A runtime says only by a panic that it has no timer.
fn check_timer(runtime: &Handle) -> Result<(), SystemError> {
    let _entered = runtime.enter();
    match catch(|| drop(tokio::time::sleep(Duration::ZERO))) {
        Ok(()) => Ok(()),
        Err(_) => Err(SystemError::NoTimer),
    }
}
