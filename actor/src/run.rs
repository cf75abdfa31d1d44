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
use crate::failure::{Fault, Interrupt, Payload, Stage, StopReason, catch};
use crate::guard::{Guarded, UntilAbort, UntilKill};
use crate::node::{Head, Level, Node, SystemItem, Trouble, raise_all};
use crate::props::Producer;
use crate::serve::{BUDGET, Served, State, reason_of};
use crate::sync::Arc;
use crate::terminated::Terminated;
use crate::turn;

/// An actor's whole life. Without its type, so that tokio's machinery for a task is compiled once and
/// not for each actor.
// A block and not an `async fn`: that would hold its argument twice. What lives across an `await`
// here is memory of each idle actor, so a message is never bound to a name: it goes from the
// mailbox into its handler's future.
pub(crate) fn run<A: Actor>(mut served: Served<A>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let cell = served.cell.clone();
    let life = async move {
        let reason = 'life: {
            if let Err(reason) = Box::pin(start(&mut served)).await {
                break 'life reason;
            }
            let mut budget = BUDGET;
            loop {
                let Some(envelope) = poll_fn(|cx| served.poll_serve(cx, &mut budget)).await else {
                    match served.pop_system_item() {
                        Err(reason) => break reason,
                        Ok(item) => {
                            if let Err(reason) = Box::pin(handle_system(&mut served, item)).await {
                                break reason;
                            }
                        }
                    }
                    continue;
                };
                let handled = if served.ctx.has_span() {
                    handle_traced(&mut served, envelope).await
                } else {
                    let Some(handling) = served.begin(envelope) else {
                        break StopReason::Killed; // not reached: it has started
                    };
                    let outcome = handling.await;
                    served.finish(outcome)
                };
                if !handled {
                    break served.ctx.take_end().unwrap_or(StopReason::Killed);
                }
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
) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
    let span = served.ctx.take_span().unwrap_or_else(Span::none);
    let handle = async move {
        let Some(handling) = served.begin(envelope) else {
            return false; // not reached: it has started
        };
        let outcome = handling.await;
        served.finish(outcome)
    };
    Box::pin(handle.instrument(span))
}

/// Builds the state and starts.
async fn start<A: Actor>(served: &mut Served<A>) -> Result<(), StopReason> {
    let signal = served.cell.head.progress.signal();
    if signal >= Level::Stop as u8 {
        return Err(reason_of(signal)); // before it was born
    }
    let State::Unborn(producer) = std::mem::replace(&mut served.state, State::Gone) else {
        return Err(StopReason::Killed); // not reached: nobody else starts it
    };
    let built = match producer {
        Producer::Make(mut make) => catch(|| {
            let actor = make();
            drop(make);
            actor
        })
        .map_err(panicked),
        Producer::Once(actor) => Ok(*actor),
        Producer::Start(mut start) => {
            let node = served.cell.clone();
            let starting = catch(|| {
                let starting = start(node);
                drop(start);
                starting
            });
            match starting {
                Ok(starting) => starting.await,
                Err(payload) => Err(panicked(payload)),
            }
        }
    };
    match built {
        Ok(actor) => served.state = State::Alive(actor),
        Err(trouble) => return Err(served.cell.head.settle(Stage::Building, trouble)),
    }
    let started = match served.started_hook() {
        Some(hook) => hook.await,
        None => Ok(Ok(())),
    };
    settle(&served.cell.head, "started", started)?;
    served.cell.head.started();
    Ok(())
}

fn panicked(payload: Payload) -> Trouble {
    Trouble::Interrupt(Interrupt::Panicked(payload))
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
            let told = match served.terminated_hook(event) {
                Some(hook) => hook.await,
                None => return Ok(()),
            };
            settle(&served.cell.head, "terminated", told)
        }
        SystemItem::TaskFailed(_, _, lease) if lease.is_cancelled() => Ok(()),
        SystemItem::TaskFailed(stage, payload, _) => {
            Err(served.cell.head.settle(stage, panicked(payload)))
        }
    }
}

/// Closes the door, ends the children, lets the actor finish and drops its state.
async fn wind_down<A: Actor>(served: &mut Served<A>, mut reason: StopReason) -> StopReason {
    served.cell.head.progress.end_item(); // no message is in hand
    served.cell.raise(Level::Stop);
    if matches!(reason, StopReason::Stopped) {
        let ended = match served.stopping_hook() {
            Some(hook) => hook.await,
            None => Ok(Ok(())),
        };
        note(&mut reason, settle(&served.cell.head, "stopping", ended));
    }
    stop_children(&*served.cell, &reason).await;
    let ended = match served.stopped_hook() {
        Some(hook) => hook.await,
        None => Ok(Ok(())),
    };
    note(&mut reason, settle(&served.cell.head, "stopped", ended));
    if let Err(payload) = catch(|| served.state = State::Gone) {
        let failed = served.cell.head.settle(Stage::Dropping, panicked(payload));
        note(&mut reason, Err(failed));
    }
    reason
}

/// Stops the children, the youngest first, and waits until they are gone. A kill that comes
/// meanwhile goes on to them.
async fn stop_children(node: &dyn Node, reason: &StopReason) {
    let children = node.head().close_children();
    if children.is_empty() {
        return;
    }
    let mut raised = match reason {
        StopReason::Killed => Level::Kill,
        StopReason::Stopped | StopReason::Failed(_) => Level::Stop,
    };
    raise_all(&children, raised);
    poll_fn(|cx| {
        let signal = node.watch_signal(cx.waker());
        for level in [Level::Kill, Level::Abort] {
            if signal >= level as u8 && raised < level {
                raised = level;
                raise_all(&children, level);
            }
        }
        node.head().poll_childless(cx)
    })
    .await;
}

/// What the end of a lifecycle method means for the actor.
fn settle(head: &Head, word: &'static str, ended: HookEnd) -> Result<(), StopReason> {
    let trouble = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(fault)) => Trouble::Fault(fault),
        Err(interrupt) => Trouble::Interrupt(interrupt),
    };
    Err(head.settle(Stage::Lifecycle(word), trouble))
}

/// After the end has begun a failure changes the reason only of an orderly end.
fn note(reason: &mut StopReason, ended: Result<(), StopReason>) {
    if let (StopReason::Stopped, Err(worse)) = (&reason, ended) {
        *reason = worse;
    }
}

/// How a lifecycle method ended.
type HookEnd = Result<Result<(), Box<Fault>>, Interrupt>;
/// A lifecycle method at work. Boxed, because it runs seldom and its size would be each idle actor's.
type Hook<'a> = Pin<Box<dyn Future<Output = HookEnd> + Send + 'a>>;

/// The lifecycle methods that the actor has. What it has not is not even compiled.
impl<A: Actor> Served<A> {
    fn started_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STARTED {
            return None;
        }
        let (cell, actor, ctx) = self.actor()?;
        let hook = actor.on_started(ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    fn terminated_hook(&mut self, event: Terminated) -> Option<Hook<'_>> {
        if !A::TERMINATED {
            return None;
        }
        let (cell, actor, ctx) = self.actor()?;
        let hook = actor.on_terminated(event, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    fn stopping_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STOPPING {
            return None;
        }
        let (cell, actor, ctx) = self.actor()?;
        let hook = actor.on_stopping(ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    fn stopped_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STOPPED {
            return None;
        }
        let (cell, actor, ctx) = self.actor()?;
        let hook = actor.on_stopped(ctx);
        Some(Box::pin(Guarded::<_, _, UntilAbort>::new(cell, hook)))
    }
}
