//! What happens in a system, for whoever wants to know.

use std::fmt;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::dead_letter::DeadLetter;
use crate::deadlock::Deadlock;
use crate::failure::{Failure, StopReason};
use crate::pid::Pid;
use crate::slow::SlowHandler;
use crate::sync::{AtomicBool, Mutex, Ordering};

/// How many events a subscriber may be behind before it misses some.
const BACKLOG: usize = 1_024;

/// An error that a handler returned and nobody read: the message was told, or its asker was gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadError {
    /// Whose handler returned it.
    pub actor: Pid,
    /// The type of the message.
    pub message_type: &'static str,
    /// The error, rendered.
    pub error: String,
}

/// Something that happened in a system.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// An actor has started.
    Started(Pid),
    /// An actor has stopped; its name is free again.
    Stopped(Pid, StopReason),
    /// An actor has failed.
    Failed(Failure),
    /// A handler's error was read by nobody.
    UnreadError(UnreadError),
    /// A message was lost.
    DeadLetter(DeadLetter),
    /// Actors wait for each other in a circle.
    Deadlock(Deadlock),
    /// A handler takes longer than the limit.
    SlowHandler(SlowHandler),
    /// This subscriber was too slow: it missed so many events here.
    Missed(u64),
}

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
    pub(crate) fn subscribe(&self) -> Events {
        let mut channel = self.channel.lock();
        if channel.closed {
            let (_, receiver) = broadcast::channel(1);
            return Events { receiver };
        }
        self.heard.store(true, Ordering::Release);
        let sender = channel
            .sender
            .get_or_insert_with(|| broadcast::channel(BACKLOG).0);
        Events {
            receiver: sender.subscribe(),
        }
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

/// A subscription to the events of a system, from the moment of subscribing on.
///
/// Publishing never waits for a subscriber: one that is more than 1024 events behind is told how
/// many it missed ([`Event::Missed`]). Ends when the system has shut down.
pub struct Events {
    receiver: broadcast::Receiver<Event>,
}

impl Events {
    /// Waits for the next event; `None` when the system has shut down.
    ///
    /// # Cancellation
    ///
    /// Safe: no event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        match self.receiver.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(missed)) => Some(Event::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next event, if there is one now.
    pub fn try_next(&mut self) -> Option<Event> {
        match self.receiver.try_recv() {
            Ok(event) => Some(event),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => Some(Event::Missed(missed)),
            Err(_) => None,
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
