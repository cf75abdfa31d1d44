//! The two ends that answer a request: the one beside a queued message, and the user's token.

use std::fmt;

use crate::slot::{Answer, Route, Slot};
use crate::sync::Arc;

/// Where the answer to one message goes: to an asker, along a route, or nowhere.
///
/// One pointer, beside the message in the mailbox. Dropped without an answer it tells the asker:
/// before its turn `Discarded`, in a panic `Failed`, otherwise `NoReply`.
#[doc(hidden)]
pub struct ReplyTo<R>(Option<Arc<Slot<R>>>);

impl<R> ReplyTo<R> {
    /// Nobody waits: the message was told.
    #[must_use]
    pub const fn nobody() -> Self {
        Self(None)
    }

    /// The answer goes along `route`.
    #[must_use]
    pub fn route(route: Box<dyn Route<R>>) -> Self {
        Self(Some(Arc::new(Slot::route(route))))
    }

    pub(crate) fn slot(slot: Arc<Slot<R>>) -> Self {
        Self(Some(slot))
    }

    /// Takes the request from queued to started. `false`: the asker gave up before its turn.
    #[inline]
    #[must_use]
    pub fn start(&self) -> bool {
        match &self.0 {
            Some(slot) => slot.start(),
            None => true,
        }
    }

    /// Back from started to queued, when the message is handed on.
    pub(crate) fn requeue(&self) {
        if let Some(slot) = &self.0 {
            slot.requeue();
        }
    }

    /// Whether somebody waits for the answer.
    pub(crate) fn is_awaited(&self) -> bool {
        self.0.as_ref().is_some_and(|slot| !slot.is_given_up())
    }

    #[inline]
    pub(crate) fn send(mut self, reply: R) -> Sent<R> {
        match self.0.take() {
            None => Sent::Unawaited(reply),
            Some(slot) => match slot.complete(Answer::Reply(reply)) {
                Ok(()) => Sent::Delivered,
                Err(Answer::Reply(reply)) => Sent::Late(reply),
                Err(_) => Sent::Delivered, // not reached: what comes back is what was given
            },
        }
    }

    /// Tells the asker that the handler failed.
    pub(crate) fn fail(mut self) {
        if let Some(slot) = self.0.take() {
            let _ = slot.complete(Answer::Failed);
        }
    }
}

/// What became of a reply.
pub(crate) enum Sent<R> {
    Delivered,
    /// Nobody had asked.
    Unawaited(R),
    /// Somebody had asked, and has given up.
    Late(R),
}

impl<R> Drop for ReplyTo<R> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            dropped(&slot);
        }
    }
}

#[cold]
fn dropped<R>(slot: &Slot<R>) {
    let answer = if slot.is_queued() {
        Answer::Discarded
    } else if std::thread::panicking() {
        Answer::Failed
    } else {
        Answer::NoReply
    };
    let _ = slot.complete(answer);
}

/// What the runtime asks any reply slot, whatever its type.
#[doc(hidden)]
pub trait AnyReplyTo {
    /// Whether an asker waited and has given up.
    fn is_given_up(&self) -> bool;
    /// Tells the asker that the actor's behavior does not handle the message.
    fn unhandled(&self, behavior: &'static str);
}

impl<R> AnyReplyTo for ReplyTo<R> {
    fn is_given_up(&self) -> bool {
        self.0.as_ref().is_some_and(|slot| slot.is_given_up())
    }

    fn unhandled(&self, behavior: &'static str) {
        if let Some(slot) = &self.0 {
            let _ = slot.complete(Answer::Unhandled(behavior));
        }
    }
}

/// Who counts and reports the replies that reach nobody: the actor that handled the message.
pub(crate) trait ReplySink: Send + Sync {
    fn late_reply(&self);
    fn unread_error(&self, message_type: &'static str, error: String);
}

/// How an `Err` inside of a reply is rendered; `None` for a reply that is none.
pub(crate) type Unread<R> = fn(&R) -> Option<String>;

/// The token that answers one request, now or later, from anywhere.
///
/// A handler takes it as its parameter `reply: Reply<R>`; `R` is then the reply type, and the
/// handler itself returns nothing. When nobody asked, sending does nothing. Dropped without an
/// answer, the asker gets [`AskError::NoReply`](crate::AskError::NoReply).
///
/// ```
/// use actor::prelude::*;
///
/// struct Wait;
/// struct Open;
///
/// #[actor]
/// #[derive(Default)]
/// struct Gate { waiting: Vec<Reply<&'static str>> }
///
/// #[actor]
/// impl Gate {
///     #[handler]
///     fn wait(&mut self, _: Wait, reply: Reply<&'static str>) { self.waiting.push(reply); }
///
///     #[handler]
///     fn open(&mut self, _: Open) {
///         for reply in self.waiting.drain(..) { reply.send("open"); }
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = ActorSystem::new("demo")?;
/// let gate = system.spawn(Gate::default);
/// let opener = gate.clone();
/// let (answer, told) = tokio::join!(gate.ask(Wait), async move { opener.tell(Open) });
/// told?;
/// assert_eq!(answer?, "open");
/// # Ok(())
/// # }
/// ```
#[must_use = "an asker waits for it: send a reply, or drop it to say that there is none"]
pub struct Reply<R> {
    to: ReplyTo<R>,
    sink: Arc<dyn ReplySink>,
    message_type: &'static str,
    unread: Option<Unread<R>>,
}

impl<R> Reply<R> {
    pub(crate) fn new(
        to: ReplyTo<R>,
        sink: Arc<dyn ReplySink>,
        message_type: &'static str,
        unread: Option<Unread<R>>,
    ) -> Self {
        Self {
            to,
            sink,
            message_type,
            unread,
        }
    }

    /// Answers. An `Err` that nobody waits for is reported like one that a handler returns.
    pub fn send(self, reply: R) {
        settle(
            self.to.send(reply),
            &*self.sink,
            self.message_type,
            self.unread,
        );
    }

    /// Whether somebody waits for the answer: `false` after a `tell`, and when the asker has given
    /// up.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.to.is_awaited()
    }

    pub(crate) fn into_parts(self) -> (ReplyTo<R>, impl FnOnce(ReplyTo<R>) -> Self) {
        let Self {
            to,
            sink,
            message_type,
            unread,
        } = self;
        (to, move |to| Self::new(to, sink, message_type, unread))
    }
}

impl<R> fmt::Debug for Reply<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("message_type", &self.message_type)
            .field("is_awaited", &self.is_awaited())
            .finish()
    }
}

/// Counts a late reply, and reports an error that nobody read.
#[inline]
pub(crate) fn settle<R>(
    sent: Sent<R>,
    sink: &(impl ReplySink + ?Sized),
    message_type: &'static str,
    unread: Option<Unread<R>>,
) {
    let reply = match sent {
        Sent::Delivered => return,
        Sent::Unawaited(reply) => reply,
        Sent::Late(reply) => {
            sink.late_reply();
            reply
        }
    };
    if let Some(error) = unread.and_then(|render| render(&reply)) {
        sink.unread_error(message_type, error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Mutex;

    type Delivered = Arc<Mutex<Vec<Option<u8>>>>;

    /// Takes down what is delivered.
    struct Notes(Delivered);

    impl Route<u8> for Notes {
        fn deliver(self: Box<Self>, reply: Option<u8>) {
            self.0.lock().push(reply);
        }
    }

    fn route() -> (ReplyTo<u8>, Delivered) {
        let notes = Delivered::default();
        (ReplyTo::route(Box::new(Notes(Arc::clone(&notes)))), notes)
    }

    #[test]
    fn a_reply_goes_along_its_route_once() {
        let (to, notes) = route();
        assert!(to.start());
        assert!(to.is_awaited());
        assert!(matches!(to.send(7), Sent::Delivered));
        assert_eq!(*notes.lock(), [Some(7)]);
    }

    #[test]
    fn a_route_is_told_when_there_will_be_no_reply() {
        let (dropped, failed) = (route(), route());
        drop(dropped.0);
        failed.0.fail();
        assert_eq!(*dropped.1.lock(), [None]);
        assert_eq!(*failed.1.lock(), [None]);
    }
}
