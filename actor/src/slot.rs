//! Where an answer waits for its asker.
//!
//! A request is queued, then started, then over. Starting is one compare-and-swap, so that "the time
//! was over" and "its turn came" cannot both win; ending is under the lock that the answer needs
//! anyway.

use std::task::{Context, Poll, Waker};

use crate::sync::{AtomicU8, Mutex, MutexGuard, Ordering};

const QUEUED: u8 = 0;
const STARTED: u8 = 1;
/// The asker's time was over, or it went away.
const GIVEN_UP: u8 = 2;

/// How a request ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer<R> {
    Reply(R),
    Expired,
    Discarded,
    Timeout,
    NoReply,
    Failed,
    /// With the name of the behavior.
    Unhandled(&'static str),
}

/// What else than an asker's slot an answer can go to: another node's request, for one.
#[doc(hidden)]
pub trait Route<R>: Send {
    /// Takes the reply; `None` when there will be none.
    fn deliver(self: Box<Self>, reply: Option<R>);
}

enum Waiter<R> {
    Nobody,
    Asker(Waker),
    Route(Box<dyn Route<R>>),
}

/// One request's slot, shared by the asker, the message and the table of deadlines.
pub(crate) struct Slot<R> {
    state: AtomicU8,
    inner: Mutex<Inner<R>>,
}

struct Inner<R> {
    answer: Option<Answer<R>>,
    waiter: Waiter<R>,
    /// There is, or was, an answer. Whoever sets this has ended the request.
    over: bool,
}

impl<R> Slot<R> {
    /// `asker` is woken by the answer.
    pub(crate) fn new(asker: Waker) -> Self {
        Self::with(Waiter::Asker(asker))
    }

    pub(crate) fn route(route: Box<dyn Route<R>>) -> Self {
        Self::with(Waiter::Route(route))
    }

    fn with(waiter: Waiter<R>) -> Self {
        Self {
            state: AtomicU8::new(QUEUED),
            inner: Mutex::new(Inner {
                answer: None,
                waiter,
                over: false,
            }),
        }
    }

    /// The message's turn has come. `false`: the asker gave up before.
    pub(crate) fn start(&self) -> bool {
        self.step(QUEUED, STARTED)
    }

    /// The message was handed on to another actor's queue.
    pub(crate) fn requeue(&self) {
        self.step(STARTED, QUEUED);
    }

    pub(crate) fn is_queued(&self) -> bool {
        self.state.load(Ordering::Acquire) == QUEUED
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.state.load(Ordering::Acquire) == GIVEN_UP
    }

    /// Ends the request; gives the answer back when nobody waits for it any more.
    pub(crate) fn complete(&self, answer: Answer<R>) -> Result<(), Answer<R>> {
        let mut inner = self.inner.lock();
        if std::mem::replace(&mut inner.over, true) {
            return Err(answer);
        }
        Self::finish(inner, answer);
        Ok(())
    }

    /// Ends the request from the asker's side. `true` when it had not ended yet.
    pub(crate) fn give_up(&self) -> bool {
        let mut inner = self.inner.lock();
        if std::mem::replace(&mut inner.over, true) {
            return false;
        }
        // From here on it cannot start any more.
        let answer = match self.state.swap(GIVEN_UP, Ordering::AcqRel) {
            QUEUED => Answer::Expired,
            _ => Answer::Timeout,
        };
        Self::finish(inner, answer);
        true
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Answer<R>> {
        let mut inner = self.inner.lock();
        if let Some(answer) = inner.answer.take() {
            return Poll::Ready(answer);
        }
        match &mut inner.waiter {
            Waiter::Asker(known) => known.clone_from(cx.waker()),
            waiter => *waiter = Waiter::Asker(cx.waker().clone()),
        }
        Poll::Pending
    }

    fn step(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    fn finish(mut inner: MutexGuard<'_, Inner<R>>, answer: Answer<R>) {
        match std::mem::replace(&mut inner.waiter, Waiter::Nobody) {
            Waiter::Route(route) => {
                drop(inner);
                route.deliver(match answer {
                    Answer::Reply(reply) => Some(reply),
                    _ => None,
                });
            }
            Waiter::Asker(waker) => {
                inner.answer = Some(answer);
                drop(inner);
                waker.wake();
            }
            Waiter::Nobody => inner.answer = Some(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(slot: &Slot<u8>) -> Poll<Answer<u8>> {
        slot.poll(&Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_request_that_expired_is_never_started() {
        let slot = Slot::new(Waker::noop().clone());
        assert!(slot.give_up());
        assert!(!slot.start());
        assert_eq!(outcome(&slot), Poll::Ready(Answer::Expired));
    }

    #[test]
    fn a_started_request_times_out_and_refuses_the_late_answer() {
        let slot = Slot::new(Waker::noop().clone());
        assert!(slot.start());
        assert!(slot.give_up());
        assert_eq!(slot.complete(Answer::Reply(1)), Err(Answer::Reply(1)));
        assert_eq!(outcome(&slot), Poll::Ready(Answer::Timeout));
    }

    #[test]
    fn a_forwarded_request_is_queued_again() {
        let slot = Slot::new(Waker::noop().clone());
        assert!(slot.start());
        slot.requeue();
        assert!(slot.is_queued());
        assert!(slot.start());
        assert_eq!(slot.complete(Answer::Reply(2)), Ok(()));
        assert!(!slot.give_up());
        assert_eq!(outcome(&slot), Poll::Ready(Answer::Reply(2)));
    }
}
