//! How an actor is made.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::actor::Actor;
use crate::failure::Fault;
use crate::guard::{Guarded, UntilKill};
use crate::mailbox::Mailbox;
use crate::node::{Node, Trouble};
use crate::options::ActorOptions;
use crate::supervision::{ChildKind, Supervision};
use crate::sync::Arc;

/// Builds the state; ends when the node that it is for is killed.
type Start<A> = Pin<Box<dyn Future<Output = Result<A, Trouble>> + Send>>;

/// The recipe of an actor: how its state is built, and its mailbox.
///
/// Where no more than a producer is needed, `spawn` takes that itself: `spawn(Counter::default)`,
/// `spawn(|| Counter { total: 7 })`.
///
/// ```
/// # use actor::prelude::*;
/// # #[actor] #[derive(Default)] struct Counter;
/// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let system = ActorSystem::new("demo")?;
/// let counter = system.spawn(Props::new(Counter::default).mailbox(Mailbox::bounded(64)));
/// # Ok(())
/// # }
/// ```
pub struct Props<A: Actor> {
    pub(crate) producer: Producer<A>,
    pub(crate) mailbox: Option<Mailbox>,
    pub(crate) rules: Option<Arc<Supervision>>,
    pub(crate) kind: ChildKind,
}

/// How the state is built, for each incarnation once. It is built in the actor, so that a panic here is
/// the actor's failure.
///
/// A thin layer over closures: each actor has one all its life, and most capture nothing.
pub(crate) type Producer<A> = Box<dyn Produce<A>>;

pub(crate) trait Produce<A>: Send {
    fn produce(&mut self, node: &Arc<dyn Node>) -> Built<A>;
    /// There is nothing to build another one from.
    fn is_once(&self) -> bool {
        false
    }
}

/// What a producer comes to.
pub(crate) enum Built<A> {
    Now(A),
    Later(Start<A>),
    /// It could be built once.
    Spent,
}

/// Calls a function each time.
struct Make<F>(F);

impl<A, F: FnMut() -> A + Send> Produce<A> for Make<F> {
    fn produce(&mut self, _: &Arc<dyn Node>) -> Built<A> {
        Built::Now((self.0)())
    }
}

/// Has one value.
struct Once<A>(Option<A>);

impl<A: Send> Produce<A> for Once<A> {
    fn produce(&mut self, _: &Arc<dyn Node>) -> Built<A> {
        self.0.take().map_or(Built::Spent, Built::Now)
    }

    fn is_once(&self) -> bool {
        true
    }
}

/// What is left of one that had one value: nothing, so that it takes no memory.
pub(crate) struct Spent;

impl<A> Produce<A> for Spent {
    fn produce(&mut self, _: &Arc<dyn Node>) -> Built<A> {
        Built::Spent
    }

    fn is_once(&self) -> bool {
        true
    }
}

/// Begins to build each time.
struct Begin<F>(F);

impl<A, F: FnMut(Arc<dyn Node>) -> Start<A> + Send> Produce<A> for Begin<F> {
    fn produce(&mut self, node: &Arc<dyn Node>) -> Built<A> {
        Built::Later((self.0)(node.clone()))
    }
}

impl<A: Actor> Props<A> {
    fn with(producer: Producer<A>) -> Self {
        Self {
            producer,
            mailbox: A::Options::MAILBOX,
            rules: None,
            kind: ChildKind::default(),
        }
    }

    /// Builds the state with `producer`; a restart calls it again.
    pub fn new(producer: impl FnMut() -> A + Send + 'static) -> Self {
        Self::with(Box::new(Make(producer)))
    }

    /// Takes a value that exists once, such as one that owns a socket. Such an actor is never
    /// restarted: a restart stops it.
    pub fn once(value: A) -> Self {
        Self::with(Box::new(Once(Some(value))))
    }

    /// Builds the state in the actor, asynchronously and fallibly; a restart does it again. When it
    /// fails, the actor does not start: [`ActorRef::started`](crate::ActorRef::started) tells why.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] struct Config(String);
    /// # #[actor] impl Config { #[handler] fn get(&self, _: u32) -> usize { self.0.len() } }
    /// # async fn read(_: &str) -> Result<String, std::io::Error> { Ok("x".into()) }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// let config = system.spawn(Props::start(|| async { read("app.toml").await.map(Config) }));
    /// config.started().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn start<F, E>(mut producer: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<A, E>> + Send + 'static,
        E: fmt::Display + Send + Sync + 'static,
    {
        // What only such actors need is compiled only for them.
        Self::with(Box::new(Begin(move |node: Arc<dyn Node>| {
            let built = producer();
            let built: Start<A> = Box::pin(async move {
                // With the error's own code inside of the guard: its `Display` may panic.
                let built = async { built.await.map_err(fault) };
                match Guarded::<_, _, UntilKill>::new(&*node, built).await {
                    Ok(built) => built.map_err(Trouble::Fault),
                    Err(interrupt) => Err(Trouble::Interrupt(interrupt)),
                }
            });
            built
        })))
    }

    /// The size of the mailbox; the default is what stands on the actor's definition
    /// (`#[actor(mailbox = 64)]`), else the system's.
    #[must_use]
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.mailbox = Some(mailbox);
        self
    }

    /// What the actor does with the failures of its children; the default is the system's.
    #[must_use]
    pub fn supervise_children(mut self, supervision: Supervision) -> Self {
        self.rules = Some(Arc::new(supervision));
        self
    }

    /// Whether the actor is to be there always, or is never restarted. Default:
    /// [`ChildKind::Transient`].
    #[must_use]
    pub fn kind(mut self, kind: ChildKind) -> Self {
        self.kind = kind;
        self
    }
}

fn fault<E: fmt::Display + Send + Sync + 'static>(error: E) -> Box<Fault> {
    Box::new(Fault {
        text: error.to_string(),
        error: Some(Box::new(error)),
    })
}

impl<A: Actor, F> From<F> for Props<A>
where
    F: FnMut() -> A + Send + 'static,
{
    fn from(producer: F) -> Self {
        Self::new(producer)
    }
}

impl<A: Actor> fmt::Debug for Props<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Props")
            .field("actor", &std::any::type_name::<A>())
            .field("mailbox", &self.mailbox)
            .finish_non_exhaustive()
    }
}
