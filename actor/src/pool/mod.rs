//! A pool: several actors of one type behind one reference.
//!
//! The sender picks a worker and puts its message straight into that one's mailbox, so that a pool
//! costs no second mailbox. A keeper, which is an actor too, has the workers as its children and
//! replaces those that end.

mod keeper;
mod pool_ref;
mod port;
mod routing;
mod workers;

use std::collections::VecDeque;

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::core::Core;
use crate::ctx::Ctx;
use crate::error::SpawnError;
use crate::mailbox::Mailbox;
use crate::node::Node;
use crate::pool::keeper::{Begin, Keeper, Make};
use crate::pool::workers::Workers;
use crate::props::Props;
use crate::spawn::{named, unnamed};
use crate::supervision::{Directive, Supervision};
use crate::sync::Arc;
use crate::system::ActorSystem;

pub use self::keeper::TooManyEnds;
pub use self::pool_ref::{Broadcast, PoolRef, PoolStopped};
pub use self::routing::{
    ConsistentHash, LeastLoaded, Random, RoundRobin, RouteKey, Routes, Strategy,
};

/// How many workers a pool has, and how a message finds its worker.
///
/// ```
/// use actor::Pool;
/// use actor::prelude::*;
///
/// # #[actor] #[derive(Default)] struct Resizer(u32);
/// # #[actor] impl Resizer { #[handler] fn image(&mut self, _: Vec<u8>) -> usize { 1 } }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = ActorSystem::new("demo")?;
/// let resizers = system.spawn_pool(Pool::round_robin(4), Resizer::default);
/// resizers.tell(vec![1, 2, 3])?;
/// let done = resizers.ask(vec![4, 5]).await?;
/// resizers.resize(8).await?;
/// # system.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Pool<S> {
    size: usize,
    mailbox: Option<Mailbox>,
    strategy: S,
}

impl Pool<RoundRobin> {
    /// One worker after the other; a full one is passed over. `size` workers, at least one.
    #[must_use]
    pub fn round_robin(size: usize) -> Self {
        Self::with(size, RoundRobin::default())
    }
}

impl Pool<Random> {
    /// Any worker, by the system's seed; a full one is passed over. `size` workers, at least one.
    #[must_use]
    pub fn random(size: usize) -> Self {
        Self::with(size, Random::default())
    }
}

impl Pool<LeastLoaded> {
    /// The worker with the fewest messages in its mailbox. Looks at all of them for each message, so
    /// it is for pools of some ten workers. `size` workers, at least one.
    #[must_use]
    pub fn least_loaded(size: usize) -> Self {
        Self::with(size, LeastLoaded::default())
    }
}

impl Pool<ConsistentHash> {
    /// Always the same worker for the same key ([`RouteKey`]), so that messages with one key are
    /// handled in order by one actor. A change from n to m workers moves no more keys than it must.
    /// `size` workers, at least one.
    #[must_use]
    pub fn consistent_hash(size: usize) -> Self {
        Self::with(size, ConsistentHash)
    }
}

impl<S> Pool<S> {
    fn with(size: usize, strategy: S) -> Self {
        Self {
            size: size.max(1),
            mailbox: None,
            strategy,
        }
    }

    /// The mailbox of each worker; see [`Props::mailbox`].
    #[must_use]
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.mailbox = Some(mailbox);
        self
    }
}

impl ActorSystem {
    /// Makes a pool at the top of the system: `size` actors, each made by `producer`.
    ///
    /// A worker that ends is replaced by a new one; when that happens more than ten times in ten
    /// seconds, the pool fails with all its workers.
    pub fn spawn_pool<A: Actor, S: Strategy>(
        &self,
        pool: Pool<S>,
        producer: impl Fn() -> A + Send + Sync + 'static,
    ) -> PoolRef<A, S> {
        let (props, begin) = prepare(self.core(), pool, producer);
        begin(unnamed(self.core(), None, props))
    }

    /// [`spawn_pool`](Self::spawn_pool), with a name that no living sibling has.
    ///
    /// # Errors
    ///
    /// Like [`spawn_named`](Self::spawn_named).
    pub fn spawn_pool_named<A: Actor, S: Strategy>(
        &self,
        name: impl AsRef<str>,
        pool: Pool<S>,
        producer: impl Fn() -> A + Send + Sync + 'static,
    ) -> Result<PoolRef<A, S>, SpawnError> {
        let (props, begin) = prepare(self.core(), pool, producer);
        named(self.core(), None, name.as_ref(), props).map(begin)
    }
}

impl<P: Actor> Ctx<P> {
    /// Makes a pool below this actor; see [`ActorSystem::spawn_pool`].
    pub fn spawn_pool<A: Actor, S: Strategy>(
        &self,
        pool: Pool<S>,
        producer: impl Fn() -> A + Send + Sync + 'static,
    ) -> PoolRef<A, S> {
        let (core, parent) = (&self.me.cell.head.core, self.me.cell.clone());
        let (props, begin) = prepare(core, pool, producer);
        begin(unnamed(core, Some(parent), props))
    }
}

/// What makes the keeper of a pool, and what makes the reference when the keeper has its place: the
/// workers are there by then, so that the first message finds one.
#[allow(clippy::type_complexity)] // an alias cannot have an `impl`
fn prepare<A: Actor, S: Strategy>(
    core: &Arc<Core<dyn Node>>,
    pool: Pool<S>,
    producer: impl Fn() -> A + Send + Sync + 'static,
) -> (
    Props<Keeper<A>>,
    impl FnOnce(ActorRef<Keeper<A>>) -> PoolRef<A, S>,
) {
    let Pool {
        size,
        mailbox,
        mut strategy,
    } = pool;
    let make = make(producer, mailbox);
    let workers = Arc::<Workers<A>>::default();
    let keeper = Keeper {
        workers: workers.clone(),
        make: make.clone(),
        ends: VecDeque::new(),
    };
    let core = core.clone();
    let begin = move |keeper: ActorRef<Keeper<A>>| {
        for _ in 0..size {
            let parent: Arc<dyn Node> = keeper.cell.clone();
            workers.add(unnamed(&core, Some(parent), make()));
        }
        // Refused only when the pool was never born.
        let _ = keeper.tell(Begin);
        strategy.seed(core.settings.seed ^ keeper.cell.head.id);
        PoolRef::new(keeper, workers, strategy)
    };
    // Who fails ends, and is replaced: a pool of workers has room for new ones.
    let stop = Supervision::one_for_one().decide(|_| Directive::Stop);
    (Props::once(keeper).supervise_children(stop), begin)
}

fn make<A: Actor>(
    producer: impl Fn() -> A + Send + Sync + 'static,
    mailbox: Option<Mailbox>,
) -> Make<A> {
    let producer = Arc::new(producer);
    Arc::new(move || {
        let producer = producer.clone();
        let props = Props::new(move || producer());
        match mailbox {
            Some(mailbox) => props.mailbox(mailbox),
            None => props,
        }
    })
}
