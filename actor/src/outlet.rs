//! Where work beside an actor sends to, and what keeps its panics in.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::cell::Cell;
use crate::extra::Extra;
use crate::failure::{Payload, Stage, catch};
use crate::handles::{Envelope, HandledBy, Receives};
use crate::lease::{Lease, Source};
use crate::node::{Node, SystemItem};
use crate::reply::ReplyTo;
use crate::sync::Arc;

/// Where a piece of work sends to.
pub(crate) struct Outlet<A: Receives> {
    pub(crate) cell: Arc<Cell<A>>,
    pub(crate) source: Arc<Source>,
    pub(crate) stage: Stage,
}

impl<A: Receives> Outlet<A> {
    /// Sends what the work has come to so far. Whether the actor takes more.
    pub(crate) fn send<T, M>(&self, output: Result<T, Payload>, map: impl FnOnce(T) -> M) -> bool
    where
        M: HandledBy<A>,
    {
        self.send_with(Lease::new(&self.source), output, map)
    }

    fn send_with<T, M>(
        &self,
        lease: Lease,
        output: Result<T, Payload>,
        map: impl FnOnce(T) -> M,
    ) -> bool
    where
        M: HandledBy<A>,
    {
        let wrap = |output| catch(|| map(output).wrap(ReplyTo::nobody()));
        match output.and_then(wrap) {
            Ok(envelope) => {
                let extra = Extra::with_lease(lease);
                self.cell.send_unbounded(envelope.with_extra(extra))
            }
            Err(payload) => {
                self.fail(lease, payload);
                false
            }
        }
    }

    /// Sends what the work came to. It is over before that: who handles the message finds it so.
    pub(crate) fn finish<T, M>(&self, output: Result<T, Payload>, map: impl FnOnce(T) -> M)
    where
        M: HandledBy<A>,
    {
        // Before its end: as long as a message of it waits, it is not forgotten.
        let lease = Lease::new(&self.source);
        self.source.end();
        self.send_with(lease, output, map);
    }

    /// Fails the actor.
    fn fail(&self, lease: Lease, payload: Payload) {
        self.source.end();
        let failed = SystemItem::TaskFailed(self.stage, payload, lease);
        if !self.cell.push_system(failed) {
            self.report();
        }
    }

    /// A panic that is nobody's failure any more.
    #[cold]
    fn report(&self) {
        let (actor, stage) = (self.cell.head.pid(), self.stage);
        tracing::error!(actor = actor.id(), "a panic {stage} that is over");
    }
}

pin_project! {
    /// Runs work to its end: an `async` block, which drops what it has before it is ready. A panic
    /// fails the actor. A panic of work that is dropped, because it was cancelled or the actor has
    /// ended, is nobody's failure.
    pub(crate) struct Beside<A: Receives, F> {
        outlet: Outlet<A>,
        #[pin]
        work: Option<F>,
    }

    impl<A: Receives, F> PinnedDrop for Beside<A, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if catch(|| this.work.set(None)).is_err() {
                this.outlet.report();
            }
        }
    }
}

impl<A: Receives, F> Beside<A, F> {
    pub(crate) fn new(outlet: Outlet<A>, work: F) -> Self {
        let work = Some(work);
        Self { outlet, work }
    }
}

impl<A: Receives, F: Future<Output = ()>> Future for Beside<A, F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(work) = this.work.as_mut().as_pin_mut() else {
            return Poll::Ready(()); // polled again after it was ready
        };
        match catch(|| work.poll(cx)) {
            Ok(polled) => polled,
            Err(payload) => {
                this.outlet.fail(Lease::new(&this.outlet.source), payload);
                Poll::Ready(())
            }
        }
    }
}
