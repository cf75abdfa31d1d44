//! The stream of a system's events, and its subscribers.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::event::{Event, EventKind};
use crate::sync::{AtomicBool, Mutex, Ordering};

/// How many events a subscriber may be behind before it misses some.
const BACKLOG: usize = 1_024;

/// Where events are published. Costs one load while nobody listens.
#[derive(Default)]
pub(crate) struct EventHub {
    heard: AtomicBool,
    channel: Mutex<Channel>,
}

#[derive(Default)]
struct Channel {
    /// Made for the first subscriber.
    sender: Option<broadcast::Sender<Event>>,
    closed: bool,
}

impl EventHub {
    pub(crate) fn subscribe<E: EventKind>(&self) -> Events<E> {
        let mut channel = self.channel.lock();
        if channel.closed {
            let (_, receiver) = broadcast::channel(1);
            return Events::new(receiver);
        }
        self.heard.store(true, Ordering::Release);
        let sender = channel
            .sender
            .get_or_insert_with(|| broadcast::channel(BACKLOG).0);
        Events::new(sender.subscribe())
    }

    /// `event` is made only when somebody listens.
    pub(crate) fn publish(&self, event: impl FnOnce() -> Event) {
        if self.heard.load(Ordering::Acquire) {
            self.send(event());
        }
    }

    fn send(&self, event: Event) {
        let mut channel = self.channel.lock();
        let unheard = match &channel.sender {
            Some(sender) => sender.send(event).is_err(),
            None => true,
        };
        if unheard {
            self.heard.store(false, Ordering::Release);
            channel.sender = None;
        }
    }

    /// Ends all subscriptions, behind what was published.
    pub(crate) fn close(&self) {
        let mut channel = self.channel.lock();
        channel.closed = true;
        channel.sender = None;
    }
}

/// A subscription to the events of a system, from the moment of subscribing on: to all of them, or to
/// those of one kind. A [`Stream`].
///
/// Publishing never waits for a subscriber: one that is more than 1024 events behind misses the
/// oldest. [`missed`](Self::missed) says how many, and a stream of all events says it in its place too
/// ([`Event::Missed`]). Ends when the system has shut down.
///
/// ```
/// use actor::prelude::*;
/// use actor::{DeadLetter, Events};
/// # #[actor] #[derive(Default)] struct Counter;
/// # #[actor] impl Counter { #[handler] fn add(&mut self, _: u32) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = ActorSystem::new("demo")?;
/// let mut lost: Events<DeadLetter> = system.events_of();
///
/// let counter = system.spawn(Counter::default);
/// counter.tell(1)?;
/// counter.stop();
/// let letter = lost.next().await.ok_or("the system has ended")?;
/// assert_eq!(letter.target, counter.pid());
/// # Ok(())
/// # }
/// ```
pub struct Events<E: EventKind = Event> {
    /// `None` when the stream has ended. Boxed while it waits, because a receiver's future borrows it.
    receiving: Option<Receiving>,
    missed: u64,
    kind: PhantomData<fn() -> E>,
}

type Receiver = broadcast::Receiver<Event>;
type Received = (Result<Event, RecvError>, Receiver);

enum Receiving {
    Idle(Receiver),
    Waiting(Pin<Box<dyn Future<Output = Received> + Send>>),
}

impl<E: EventKind> Events<E> {
    fn new(receiver: Receiver) -> Self {
        Self {
            receiving: Some(Receiving::Idle(receiver)),
            missed: 0,
            kind: PhantomData,
        }
    }

    /// Waits for the next event; `None` when the system has shut down.
    ///
    /// # Cancellation
    ///
    /// Safe: no event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<E> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next event, if there is one now.
    pub fn try_next(&mut self) -> Option<E> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        if let Some(Receiving::Waiting(_)) = &self.receiving {
            // A wait that was begun holds the receiver; it is looked at in its place.
            return match Pin::new(self).poll_next(&mut cx) {
                Poll::Ready(event) => event,
                Poll::Pending => None,
            };
        }
        loop {
            let Some(Receiving::Idle(receiver)) = &mut self.receiving else {
                return None;
            };
            let event = match receiver.try_recv() {
                Ok(event) => event,
                Err(TryRecvError::Lagged(missed)) => self.miss(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            };
            if let Some(event) = E::pick(event) {
                return Some(event);
            }
        }
    }

    /// How many events this subscriber has missed so far because it was too slow. Of all kinds: what
    /// is lost is not known any more.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    fn miss(&mut self, missed: u64) -> Event {
        self.missed += missed;
        Event::Missed(missed)
    }
}

impl<E: EventKind> Stream for Events<E> {
    type Item = E;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<E>> {
        loop {
            let received = match self.receiving.take() {
                None => return Poll::Ready(None),
                Some(Receiving::Idle(mut receiver)) => match receiver.try_recv() {
                    Ok(event) => (Ok(event), receiver),
                    Err(TryRecvError::Lagged(missed)) => (Err(RecvError::Lagged(missed)), receiver),
                    Err(TryRecvError::Closed) => return Poll::Ready(None),
                    Err(TryRecvError::Empty) => {
                        let wait = async move { (receiver.recv().await, receiver) };
                        self.receiving = Some(Receiving::Waiting(Box::pin(wait)));
                        continue;
                    }
                },
                Some(Receiving::Waiting(mut wait)) => match wait.as_mut().poll(cx) {
                    Poll::Ready(received) => received,
                    Poll::Pending => {
                        self.receiving = Some(Receiving::Waiting(wait));
                        return Poll::Pending;
                    }
                },
            };
            let event = match received.0 {
                Ok(event) => event,
                Err(RecvError::Lagged(missed)) => self.miss(missed),
                Err(RecvError::Closed) => return Poll::Ready(None),
            };
            self.receiving = Some(Receiving::Idle(received.1));
            if let Some(event) = E::pick(event) {
                return Poll::Ready(Some(event));
            }
        }
    }
}

// Nothing in it is ever pinned in place.
impl<E: EventKind> Unpin for Events<E> {}

impl<E: EventKind> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("missed", &self.missed)
            .finish_non_exhaustive()
    }
}
