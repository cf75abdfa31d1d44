//! How an actor comes into the world.

use crate::actor::Actor;
use crate::actor_ref::ActorRef;
use crate::cell::Cell;
use crate::core::Core;
use crate::ctx::Ctx;
use crate::error::SpawnError;
use crate::name;
use crate::node::{Node, Origin};
use crate::props::Props;
use crate::run::run;
use crate::scope::Occupied;
use crate::serve::Served;
use crate::supervision::ChildKind;
use crate::sync::Arc;
use crate::system::ActorSystem;

impl ActorSystem {
    /// Makes an actor at the top of the system and returns at once; its state is built by its own
    /// task. After the system's shutdown the reference is simply that of a stopped actor.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor] #[derive(Default)] struct Counter { total: u32 }
    /// # #[actor] impl Counter { #[handler] fn add(&mut self, n: u32) { self.total += n; } }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("demo")?;
    /// let zero = system.spawn(Counter::default);
    /// let seven = system.spawn(|| Counter { total: 7 });
    /// let small = system.spawn(Props::new(Counter::default).mailbox(Mailbox::bounded(8)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn<A: Actor>(&self, props: impl Into<Props<A>>) -> ActorRef<A> {
        unnamed(self.core(), None, props.into())
    }

    /// [`spawn`](Self::spawn), with a name that no living sibling has.
    ///
    /// # Errors
    ///
    /// [`SpawnError`]: the name is taken or cannot be used, or the system is shutting down.
    pub fn spawn_named<A: Actor>(
        &self,
        name: impl AsRef<str>,
        props: impl Into<Props<A>>,
    ) -> Result<ActorRef<A>, SpawnError> {
        named(self.core(), None, name.as_ref(), props.into())
    }
}

impl<A: Actor> Ctx<A> {
    /// Makes an actor below this one: it stops before this one does.
    ///
    /// Once this actor's end has got as far as its children, the reference is that of a stopped
    /// actor.
    pub fn spawn<B: Actor>(&self, props: impl Into<Props<B>>) -> ActorRef<B> {
        unnamed(
            &self.me.cell.head.core,
            Some(self.me.cell.clone()),
            props.into(),
        )
    }

    /// [`spawn`](Self::spawn), with a name that no living sibling has.
    ///
    /// # Errors
    ///
    /// [`SpawnError`]: the name is taken or cannot be used, or this actor is stopping.
    pub fn spawn_named<B: Actor>(
        &self,
        name: impl AsRef<str>,
        props: impl Into<Props<B>>,
    ) -> Result<ActorRef<B>, SpawnError> {
        let parent = self.me.cell.clone();
        named(
            &self.me.cell.head.core,
            Some(parent),
            name.as_ref(),
            props.into(),
        )
    }

    /// The system that this actor lives in.
    #[must_use]
    pub fn system(&self) -> ActorSystem {
        ActorSystem::from_core(self.me.cell.head.core.clone())
    }
}

pub(crate) fn unnamed<A: Actor>(
    core: &Arc<Core<dyn Node>>,
    parent: Option<Arc<dyn Node>>,
    props: Props<A>,
) -> ActorRef<A> {
    let (actor, added) = place(core, parent, None, props);
    if added.is_err() {
        actor.cell.never_born();
    }
    actor
}

pub(crate) fn named<A: Actor>(
    core: &Arc<Core<dyn Node>>,
    parent: Option<Arc<dyn Node>>,
    name: &str,
    props: Props<A>,
) -> Result<ActorRef<A>, SpawnError> {
    if let Err(reason) = name::check(name) {
        let name = name.to_owned();
        return Err(SpawnError::InvalidName { name, reason });
    }
    let (actor, added) = place(core, parent, Some(name.into()), props);
    match added {
        Ok(()) => Ok(actor),
        Err(Occupied::NameTaken) => Err(SpawnError::NameTaken(name.to_owned())),
        Err(Occupied::Closed) => Err(SpawnError::ShutDown),
    }
}

/// Puts the actor into the tree and, if it has a place there, lets it run.
fn place<A: Actor>(
    core: &Arc<Core<dyn Node>>,
    parent: Option<Arc<dyn Node>>,
    name: Option<Arc<str>>,
    props: Props<A>,
) -> (ActorRef<A>, Result<(), Occupied>) {
    let Props {
        producer,
        mailbox,
        rules,
        kind,
    } = props;
    let mailbox = mailbox.unwrap_or(core.settings.mailbox);
    let cell = Arc::new(Cell::new(core.clone(), Origin { parent, name }, mailbox));
    if rules.is_some() || kind != ChildKind::default() {
        let mut life = cell.head.life.lock();
        let care = life.care_mut();
        (care.rules, care.kind) = (rules, kind);
    }
    let added = cell.head.enter_tree(cell.clone());
    if added.is_ok() {
        core.runtime.spawn(run(Served::new(cell.clone(), producer)));
    }
    (ActorRef::new(cell), added)
}
