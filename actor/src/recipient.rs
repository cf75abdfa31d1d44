//! A reference to whatever handles one type of message.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::actor_ref::ActorRef;
use crate::any_ref::AnyActorRef;
use crate::ask::{Ask, AskPort};
use crate::error::TellError;
use crate::handles::{HandledBy, Receives};
use crate::node::Node;
use crate::pid::Pid;
use crate::sync::Arc;
use crate::tell::{TellPort, TellWait};

/// Stands in [`Recipient`] for "the reply does not matter". Never a value.
// Unsized, so that it is no reply type: the conversions below do not overlap.
pub struct TellOnly(#[allow(dead_code)] [()]);

/// A reference to any actor that handles `M`; with `R`, one that answers with `R` and can be asked.
///
/// Made from an [`ActorRef`] with `into()`: the same `Arc`, without its actor's type, and without
/// an allocation.
///
/// ```
/// # use actor::prelude::*;
/// struct Tick;
/// # #[actor] #[derive(Default)] struct Clock(u32);
/// # #[actor] impl Clock { #[handler] fn tick(&mut self, _: Tick) -> u32 { self.0 += 1; self.0 } }
/// # #[actor] #[derive(Default)] struct Lamp;
/// # #[actor] impl Lamp { #[handler] fn tick(&mut self, _: Tick) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let system = ActorSystem::new("demo")?;
/// let (clock, lamp) = (system.spawn(Clock::default), system.spawn(Lamp::default));
///
/// let all: Vec<Recipient<Tick>> = vec![clock.clone().into(), lamp.into()];
/// for recipient in &all {
///     recipient.tell(Tick)?;
/// }
///
/// let asked: Recipient<Tick, u32> = clock.into();
/// assert_eq!(asked.ask(Tick).await?, 2);
/// # Ok(())
/// # }
/// ```
pub struct Recipient<M: 'static, R: ?Sized + ReplyKind<M> = TellOnly> {
    port: Arc<R::Port>,
}

/// What a [`Recipient`] can do: tell only, or ask for an `R` too. Sealed: any reply type has it.
#[doc(hidden)]
pub trait ReplyKind<M>: kind::Kind<M> {}

impl<M, R: ?Sized + kind::Kind<M>> ReplyKind<M> for R {}

/// An actor that is told and asked.
// `pub` because a sealed trait's signature has it; nameable by nobody outside.
#[allow(unreachable_pub, private_interfaces)]
pub trait BothPorts<M, R>: TellPort<M> + AskPort<M, R> {}

impl<P, M, R> BothPorts<M, R> for P where P: TellPort<M> + AskPort<M, R> {}

mod kind {
    use super::BothPorts;
    use crate::node::Node;
    use crate::sync::Arc;
    use crate::tell::TellPort;

    #[allow(unreachable_pub, private_interfaces)] // nameable by nobody outside
    pub trait Kind<M> {
        type Port: ?Sized + Send + Sync + 'static;

        fn tell_port(port: &Self::Port) -> &dyn TellPort<M>;
        fn node(port: Arc<Self::Port>) -> Arc<dyn Node>;
    }

    #[allow(private_interfaces)]
    impl<M: 'static> Kind<M> for super::TellOnly {
        type Port = dyn TellPort<M>;

        fn tell_port(port: &Self::Port) -> &dyn TellPort<M> {
            port
        }

        fn node(port: Arc<Self::Port>) -> Arc<dyn Node> {
            port.into_node()
        }
    }

    #[allow(private_interfaces)]
    impl<M: 'static, R: Send + 'static> Kind<M> for R {
        type Port = dyn BothPorts<M, R>;

        fn tell_port(port: &Self::Port) -> &dyn TellPort<M> {
            port
        }

        fn node(port: Arc<Self::Port>) -> Arc<dyn Node> {
            port.into_node()
        }
    }
}

impl<M: 'static> Recipient<M> {
    pub(crate) fn from_port(port: Arc<dyn TellPort<M>>) -> Self {
        Self { port }
    }
}

impl<M: 'static, R: Send + 'static> Recipient<M, R> {
    pub(crate) fn from_ports(port: Arc<dyn BothPorts<M, R>>) -> Self {
        Self { port }
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> Recipient<M, R> {
    /// Sends a message and goes on. See [`ActorRef::tell`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::tell`].
    pub fn tell(&self, message: M) -> Result<(), TellError<M>> {
        self.tell_port().tell(message).map_err(TellError::from)
    }

    /// Sends a message as soon as there is room. See [`ActorRef::tell_wait`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::tell_wait`].
    ///
    /// # Cancellation
    ///
    /// Dropped before it is ready, the message is not sent.
    pub fn tell_wait(&self, message: M) -> TellWait<'_, M> {
        TellWait::new(self.tell_port(), message)
    }

    /// The address and path of the actor behind it.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.tell_port().as_node().head().pid()
    }

    pub(crate) fn node(&self) -> Arc<dyn Node> {
        R::node(self.port.clone())
    }

    fn tell_port(&self) -> &dyn TellPort<M> {
        R::tell_port(&self.port)
    }
}

impl<M: 'static, R: Send + 'static> Recipient<M, R> {
    /// Sends a message and waits for the reply. See [`ActorRef::ask`].
    ///
    /// # Errors
    ///
    /// Like [`ActorRef::ask`].
    ///
    /// # Cancellation
    ///
    /// See [`Ask`].
    pub fn ask(&self, message: M) -> Ask<'_, M, R> {
        Ask::new(&*self.port, message)
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> Clone for Recipient<M, R> {
    fn clone(&self) -> Self {
        Self {
            port: self.port.clone(),
        }
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> PartialEq for Recipient<M, R> {
    fn eq(&self, other: &Self) -> bool {
        self.tell_port().as_node().head().key() == other.tell_port().as_node().head().key()
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> Eq for Recipient<M, R> {}

impl<M: 'static, R: ?Sized + ReplyKind<M>> Hash for Recipient<M, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tell_port().as_node().head().key().hash(state);
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> fmt::Debug for Recipient<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = std::any::type_name::<M>();
        write!(f, "Recipient<{message}>({})", self.pid().id())
    }
}

impl<A: Receives> ActorRef<A> {
    /// A reference to this actor as one that handles `M`; the same as `into()`, but it names what
    /// it makes.
    #[must_use]
    pub fn recipient<M>(&self) -> Recipient<M>
    where
        M: HandledBy<A> + 'static,
    {
        self.clone().into()
    }
}

impl<A, M> From<ActorRef<A>> for Recipient<M>
where
    A: Receives,
    M: HandledBy<A> + 'static,
{
    fn from(actor: ActorRef<A>) -> Self {
        Self::from_port(actor.cell)
    }
}

impl<A, M, R> From<ActorRef<A>> for Recipient<M, R>
where
    A: Receives,
    M: HandledBy<A, Reply = R> + 'static,
    R: Send + 'static,
{
    fn from(actor: ActorRef<A>) -> Self {
        Self { port: actor.cell }
    }
}

impl<M: 'static, R: Send + 'static> From<Recipient<M, R>> for Recipient<M> {
    fn from(asked: Recipient<M, R>) -> Self {
        Self { port: asked.port }
    }
}

impl<M: 'static, R: ?Sized + ReplyKind<M>> From<&Recipient<M, R>> for AnyActorRef {
    fn from(recipient: &Recipient<M, R>) -> Self {
        Self::new(recipient.node())
    }
}
