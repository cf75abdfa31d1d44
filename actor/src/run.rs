//! The life of one actor, from its producer to its end: one future, polled by one task.
//!
//! An idle actor's memory is mostly this future, so its shape matters: it owns the actor and its
//! context in place, and what runs once in a life (the start, the end) or seldom is in a box.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tracing::{Instrument, Span};

use crate::actor::Actor;
use crate::cell::Cell;
use crate::failure::StopReason;
use crate::hook::{end_of, settle};
use crate::incarnation::{change_behavior, restart, start};
use crate::node::{SystemItem, Trouble};
use crate::recovery::{Setback, obey, recover};
use crate::serve::{BUDGET, Next, Served};
use crate::sync::Arc;
use crate::turn;
use crate::winding::wind_down;

/// An actor's whole life. Without its type, so that tokio's machinery for a task is compiled once and
/// not for each actor.
// A block and not an `async fn`: that would hold its argument twice. What lives across an `await`
// here is memory of each idle actor, so a message is never bound to a name: it goes from the
// mailbox into its handler's future.
pub(crate) fn run<A: Actor>(mut served: Served<A>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let cell = served.cell.clone();
    let life = async move {
        let reason = 'life: {
            if let Err(reason) = Box::pin(birth(&mut served)).await {
                break 'life reason;
            }
            let mut budget = BUDGET;
            loop {
                let Some(envelope) = poll_fn(|cx| served.poll_serve(cx, &mut budget)).await else {
                    if let Err(reason) = Box::pin(attend(&mut served)).await {
                        break reason;
                    }
                    continue;
                };
                if served.ctx.has_span() {
                    handle_traced(&mut served, envelope).await;
                    continue;
                }
                let Some(handling) = served.begin(envelope) else {
                    break StopReason::Killed; // not reached: it has started
                };
                let outcome = handling.await;
                served.finish(outcome);
            }
        };
        let reason = Box::pin(wind_down(&mut served, reason)).await;
        served.end(reason);
    };
    Box::pin(Turns { cell, life })
}

pin_project! {
    /// Says whose turn it is while the actor's task is polled.
    struct Turns<A: Actor, F> {
        cell: Arc<Cell<A>>,
        #[pin]
        life: F,
    }
}

impl<A: Actor, F: Future<Output = ()>> Future for Turns<A, F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let head = &this.cell.head;
        let polled = turn::within(&head.core.seats, head.key(), || this.life.poll(cx));
        if head.take_unlisted() {
            head.core.suspended(|| this.cell.clone());
        }
        polled
    }
}

/// Handles a message in its span. In a box, because its size would be each idle actor's.
#[cold]
fn handle_traced<A: Actor>(
    served: &mut Served<A>,
    envelope: A::Envelope,
) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
    let span = served.ctx.take_span().unwrap_or_else(Span::none);
    let handle = async move {
        let Some(handling) = served.begin(envelope) else {
            return; // not reached: it has started
        };
        let outcome = handling.await;
        served.finish(outcome);
    };
    Box::pin(handle.instrument(span))
}

/// The start, as often as the supervisor wants it tried.
async fn birth<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    match start(served).await {
        Ok(()) => Ok(()),
        Err(StopReason::Failed(failure)) => recover(served, failure).await.map(drop),
        Err(reason) => Err(reason),
    }
}

/// What is to be done between two messages.
async fn attend<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    match attend_once(served).await {
        Ok(()) => Ok(()),
        Err(Setback::Failed(failure)) => recover(served, failure).await.map(drop),
        Err(Setback::Ends(reason)) => Err(reason),
    }
}

async fn attend_once<A: Actor>(served: &mut Served<A>) -> Result<(), Setback> {
    if let Some(reason) = served.ctx.take_end() {
        return Err(reason.into());
    }
    if served.ctx.needs_attention() {
        change_behavior(served).await?;
        served.replay();
        return Ok(());
    }
    match served.next() {
        Next::Again => Ok(()),
        Next::Item(item) => Ok(handle_system(served, item).await?),
        Next::Restart => Ok(restart(served, None).await?),
        Next::Commands => obey(served).await,
        Next::End(reason) => Err(reason.into()),
    }
}

async fn handle_system<A: Actor>(
    served: &mut Served<A>,
    item: Box<SystemItem>,
) -> Result<(), StopReason> {
    served.cell.head.progress.end_item(); // no message is in hand
    served.cell.head.took_system_item();
    match *item {
        SystemItem::Terminated(event) => {
            if !served.ctx.accepts(&event) {
                return Ok(());
            }
            let told = end_of(served.terminated_hook(event)).await;
            settle(&served.cell.head, "terminated", told)
        }
        SystemItem::TaskFailed(_, _, lease) if lease.is_cancelled() => Ok(()),
        SystemItem::TaskFailed(stage, payload, _) => {
            Err(served.cell.head.settle(stage, Trouble::from(payload)))
        }
        SystemItem::ChildFailed(event) => {
            let told = end_of(served.child_failed_hook(event)).await;
            settle(&served.cell.head, "child_failed", told)
        }
        SystemItem::Idle(lease) => {
            if lease.is_cancelled() || !served.ctx.is_idle() {
                return Ok(());
            }
            let told = end_of(served.idle_hook()).await;
            settle(&served.cell.head, "idle", told)
        }
    }
}
