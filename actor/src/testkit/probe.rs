//! A stand-in for any actor, which the test looks through.

use std::any::{Any, TypeId, type_name};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::panic::Location;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::actor_ref::ActorRef;
use crate::any_ref::AnyActorRef;
use crate::ask::AskPort;
use crate::cell::{Cell, Item};
use crate::ctx::Ctx;
use crate::handles::{Carries, Handles};
use crate::mailbox::Mailbox;
use crate::meta::Meta;
use crate::node::{Head, Node};
use crate::pid::Pid;
use crate::props::Props;
use crate::queue::{Place, Refused};
use crate::recipient::Recipient;
use crate::reply::{Reply, ReplyTo};
use crate::sync::Arc;
use crate::system::ActorSystem;
use crate::tell::TellPort;
use crate::terminated::Terminated;
use crate::testkit::clock::PATIENCE;

/// How long nothing must come.
const SILENCE: Duration = Duration::from_millis(100);

/// A real actor that takes messages of any type and shows them to the test, in order.
///
/// Made by [`TestSystem::probe`](crate::testkit::TestSystem::probe). What is expected must be the next
/// that comes; otherwise, or when nothing comes in time (3 s unless [`timeout`](Self::timeout) says
/// otherwise, in tokio's time), the test fails with what has come so far.
pub struct Probe {
    actor: ActorRef<Prober>,
    inbox: mpsc::UnboundedReceiver<Arrival>,
    seen: Vec<String>,
    patience: Duration,
}

enum Arrival {
    Message(Caught),
    Terminated(Terminated),
}

/// A message of any type.
struct Caught {
    message: Box<dyn Any + Send>,
    message_type: &'static str,
    /// A [`ReplyTo`] of any type.
    reply: Option<Box<dyn Any + Send>>,
}

struct Watch(AnyActorRef);

/// The actor behind a probe.
#[actor_macros::actor(crate = crate)]
pub(super) struct Prober {
    outbox: mpsc::UnboundedSender<Arrival>,
}

#[actor_macros::actor(crate = crate)]
impl Prober {
    #[handler]
    fn caught(&mut self, caught: Caught) {
        // Fails only when the test is through with its probe.
        let _ = self.outbox.send(Arrival::Message(caught));
    }

    #[handler]
    fn watch(&mut self, Watch(target): Watch, ctx: &mut Ctx<Self>) {
        ctx.watch(target);
    }

    #[on(terminated)]
    fn terminated(&mut self, event: Terminated) {
        let _ = self.outbox.send(Arrival::Terminated(event));
    }
}

impl Probe {
    /// A probe at the top of this system.
    #[must_use]
    pub fn new(system: &ActorSystem) -> Self {
        let (outbox, inbox) = mpsc::unbounded_channel();
        let props = Props::once(Prober { outbox }).mailbox(Mailbox::unbounded());
        Self {
            actor: system.spawn(props),
            inbox,
            seen: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// How long it waits for what is expected, in tokio's time. Default: 3 s.
    #[must_use]
    pub fn timeout(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The probe, for whoever tells it messages of type `M`.
    #[must_use]
    pub fn recipient<M: Send + 'static>(&self) -> Recipient<M> {
        Recipient::from_port(Arc::new(self.port()))
    }

    /// The probe, for whoever asks it messages of type `M` that are answered by an `R`; see
    /// [`expect_ask`](Self::expect_ask).
    #[must_use]
    pub fn responder<M: Send + 'static, R: Send + 'static>(&self) -> Recipient<M, R> {
        Recipient::from_ports(Arc::new(self.port()))
    }

    fn port<M>(&self) -> Port<M> {
        Port {
            cell: self.actor.cell.clone(),
            message: PhantomData,
        }
    }

    /// The probe as an actor, to be stopped, watched and compared.
    #[must_use]
    pub fn actor_ref(&self) -> AnyActorRef {
        (&self.actor).into()
    }

    /// Its address and path.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.actor.pid()
    }

    /// Watches an actor, for [`expect_terminated`](Self::expect_terminated).
    ///
    /// # Panics
    ///
    /// When the probe was stopped.
    pub async fn watch(&self, target: impl Into<AnyActorRef>) {
        let watch = Watch(target.into());
        let watched = self.actor.ask(watch).await;
        assert!(watched.is_ok(), "the probe was stopped");
    }

    /// The next that comes, which must be a message of type `M`.
    ///
    /// # Panics
    ///
    /// When something else comes, or nothing in time.
    ///
    /// # Cancellation
    ///
    /// Safe: what has not come yet is not lost.
    #[track_caller]
    pub fn expect<M: Send + 'static>(&mut self) -> impl Future<Output = M> {
        let (at, wanted) = (Location::caller(), type_name::<M>());
        async move {
            let caught = self.message::<M>(at).await;
            match caught.message.downcast() {
                Ok(message) => *message,
                Err(_) => unreachable!("{wanted} was looked for"),
            }
        }
    }

    /// The next that comes, which must be a request of type `M` that was sent through
    /// [`responder`](Self::responder); and the token that answers it.
    ///
    /// # Panics
    ///
    /// When something else comes, or nothing in time.
    #[track_caller]
    pub fn expect_ask<M, R>(&mut self) -> impl Future<Output = (M, Reply<R>)>
    where
        M: Send + 'static,
        R: Send + 'static,
    {
        let (at, wanted) = (Location::caller(), type_name::<M>());
        async move {
            let Caught { message, reply, .. } = self.message::<M>(at).await;
            let reply = reply.and_then(|reply| reply.downcast::<ReplyTo<R>>().ok());
            let (Ok(message), Some(to)) = (message.downcast(), reply) else {
                let answer = type_name::<R>();
                panic!(
                    "{at}: the `{wanted}` was told, or asked for something else than `{answer}`"
                );
            };
            let sink = self.actor.cell.clone();
            // An asker that gave up is told of by `Reply::is_awaited`.
            let _ = to.start();
            (*message, Reply::new(*to, sink, wanted, None))
        }
    }

    /// Nothing must come for 100 ms (of tokio's time).
    ///
    /// # Panics
    ///
    /// When something comes.
    #[track_caller]
    pub fn expect_none(&mut self) -> impl Future<Output = ()> {
        self.expect_none_for(SILENCE)
    }

    /// Nothing must come for so long (in tokio's time).
    ///
    /// # Panics
    ///
    /// When something comes.
    #[track_caller]
    pub fn expect_none_for(&mut self, silence: Duration) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            if let Ok(Some(arrival)) = timeout(silence, self.inbox.recv()).await {
                panic!(
                    "{at}: expected nothing, but {arrival} came{}",
                    self.so_far()
                );
            }
        }
    }

    /// The next that comes, which must be the news that this actor has stopped;
    /// [`watch`](Self::watch) it before.
    ///
    /// # Panics
    ///
    /// When something else comes, or nothing in time.
    #[track_caller]
    pub fn expect_terminated(
        &mut self,
        target: impl Into<AnyActorRef>,
    ) -> impl Future<Output = Terminated> {
        let (at, target) = (Location::caller(), target.into());
        let wanted = format!("the end of `{}`", target.pid().id());
        async move {
            match self.next(at, &wanted).await {
                Arrival::Terminated(event) if event.key == target.node.head().key() => event,
                other => panic!("{at}: expected {wanted}, but {other} came{}", self.so_far()),
            }
        }
    }

    async fn message<M: 'static>(&mut self, at: &Location<'_>) -> Caught {
        let wanted = type_name::<M>();
        match self.next(at, wanted).await {
            // Two types may have one name.
            Arrival::Message(caught) if (*caught.message).type_id() == TypeId::of::<M>() => caught,
            other => panic!(
                "{at}: expected `{wanted}`, but {other} came{}",
                self.so_far()
            ),
        }
    }

    async fn next(&mut self, at: &Location<'_>, wanted: &str) -> Arrival {
        let patience = self.patience;
        let Ok(Some(arrival)) = timeout(patience, self.inbox.recv()).await else {
            panic!(
                "{at}: expected {wanted}, but nothing came within {patience:?}{}",
                self.so_far()
            );
        };
        self.seen.push(arrival.to_string());
        arrival
    }

    fn so_far(&self) -> String {
        match self.seen.is_empty() {
            true => "; nothing had come before".to_owned(),
            false => format!("; so far: {}", self.seen.join(", ")),
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(caught) => write!(f, "`{}`", caught.message_type),
            Self::Terminated(event) => write!(f, "the end of `{}`", event.pid().id()),
        }
    }
}

/// The probe as one that takes an `M`.
struct Port<M> {
    cell: Arc<Cell<Prober>>,
    message: PhantomData<fn(M)>,
}

fn caught<M: Send + 'static>(
    message: M,
    reply: Option<Box<dyn Any + Send>>,
) -> <Prober as Carries>::Envelope {
    let caught = Caught {
        message: Box::new(message),
        message_type: type_name::<M>(),
        reply,
    };
    <Prober as Handles<Caught>>::wrap(caught, ReplyTo::nobody())
}

impl<M: Send + 'static> TellPort<M> for Port<M> {
    fn tell(&self, message: M) -> Result<(), Refused<M>> {
        let wrap = |message| caught(message, None);
        self.cell.send(message, wrap)
    }

    fn poll_tell(
        &self,
        cx: &Context<'_>,
        place: &mut Place,
        message: &mut Option<M>,
    ) -> Poll<Result<(), Refused<M>>> {
        let wrap = |message| Item::User(caught(message, None));
        let progress = &self.cell.head.progress;
        let sent = ready!(
            self.cell
                .queue
                .poll_push(progress, cx, place, message, wrap)
        );
        Poll::Ready(sent.inspect_err(|refused| self.cell.count_refused(refused)))
    }

    fn leave(&self, place: &mut Place) {
        self.cell.queue.leave(&self.cell.head.progress, place);
    }

    fn into_node(self: Arc<Self>) -> Arc<dyn Node> {
        self.cell.clone()
    }

    fn as_node(&self) -> &dyn Node {
        &*self.cell
    }
}

impl<M: Send + 'static, R: Send + 'static> AskPort<M, R> for Port<M> {
    fn ask(&self, message: M, _meta: Option<Meta>, reply: ReplyTo<R>) -> Result<u64, Refused<M>> {
        let wrap = |message| caught(message, Some(Box::new(reply)));
        self.cell.send(message, wrap).map(|()| self.cell.head.id)
    }

    fn head(&self) -> &Head {
        &self.cell.head
    }
}
