//! How an actor is made.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::actor::Actor;
use crate::failure::Fault;
use crate::guard::{Guarded, UntilKill};
use crate::mailbox::Mailbox;
use crate::node::{Node, Trouble};
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
}

/// How the state is built. It is built in the actor, so that a panic here is the actor's failure.
pub(crate) enum Producer<A> {
    Make(Box<dyn FnMut() -> A + Send>),
    Once(Box<A>),
    Start(Box<dyn FnMut(Arc<dyn Node>) -> Start<A> + Send>),
}

impl<A: Actor> Props<A> {
    fn with(producer: Producer<A>) -> Self {
        Self {
            producer,
            mailbox: A::MAILBOX,
        }
    }

    /// Builds the state with `producer`; a restart calls it again.
    pub fn new(producer: impl FnMut() -> A + Send + 'static) -> Self {
        Self::with(Producer::Make(Box::new(producer)))
    }

    /// Takes a value that exists once, such as one that owns a socket. Such an actor is never
    /// restarted.
    pub fn once(value: A) -> Self {
        Self::with(Producer::Once(Box::new(value)))
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
        Self::with(Producer::Start(Box::new(move |node| {
            let built = producer();
            Box::pin(async move {
                // With the error's own code inside of the guard: its `Display` may panic.
                let built = async { built.await.map_err(fault) };
                match Guarded::<_, _, UntilKill>::new(&*node, built).await {
                    Ok(built) => built.map_err(Trouble::Fault),
                    Err(interrupt) => Err(Trouble::Interrupt(interrupt)),
                }
            })
        })))
    }

    /// The size of the mailbox; the default is what stands on the actor's definition
    /// (`#[actor(mailbox = 64)]`), else the system's.
    #[must_use]
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.mailbox = Some(mailbox);
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
