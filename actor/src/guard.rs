//! Runs a piece of an actor's own code so that neither its panic nor its end by force escapes.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::failure::{Interrupt, catch};
use crate::node::{Level, Node};

/// Which signal level drops a future. It is in the type, because every byte of [`Guarded`] is a byte
/// of each idle actor.
pub(crate) trait Limit {
    const LEVEL: u8;
}

/// The usual limit.
pub(crate) enum UntilKill {}

impl Limit for UntilKill {
    const LEVEL: u8 = Level::Kill as u8;
}

/// The limit of what runs after a kill.
pub(crate) enum UntilAbort {}

impl Limit for UntilAbort {
    const LEVEL: u8 = Level::Abort as u8;
}

pin_project! {
    /// Polls `future` until it is ready, panics, or a signal of `L` or above is raised.
    pub(crate) struct Guarded<'a, N: ?Sized, F, L> {
        node: &'a N,
        limit: PhantomData<fn() -> L>,
        #[pin]
        future: Option<F>,
    }
}

impl<'a, N: Node + ?Sized, F: Future, L: Limit> Guarded<'a, N, F, L> {
    #[inline]
    pub(crate) fn new(node: &'a N, future: F) -> Self {
        Self {
            node,
            limit: PhantomData,
            future: Some(future),
        }
    }

    /// Drops the future; what a half-run handler owns may panic then.
    #[cold]
    fn interrupt(self: Pin<&mut Self>, why: Interrupt) -> Interrupt {
        let mut future = self.project().future;
        match (catch(|| future.set(None)), why) {
            (Err(payload), Interrupt::Killed) => Interrupt::Panicked(payload),
            (_, why) => why,
        }
    }
}

impl<N: Node + ?Sized, F: Future, L: Limit> Future for Guarded<'_, N, F, L> {
    type Output = Result<F::Output, Interrupt>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        let node = *this.node;
        if node.head().progress.level() >= L::LEVEL {
            return Poll::Ready(Err(self.interrupt(Interrupt::Killed)));
        }
        let Some(future) = this.future.as_pin_mut() else {
            return Poll::Pending; // polled again after it was interrupted
        };
        let why = match catch(|| future.poll(cx)) {
            Ok(Poll::Ready(output)) => return Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => {
                let signal = node.watch_signal(cx.waker());
                if signal < L::LEVEL {
                    return Poll::Pending;
                }
                Interrupt::Killed
            }
            Err(payload) => Interrupt::Panicked(payload),
        };
        Poll::Ready(Err(self.interrupt(why)))
    }
}
