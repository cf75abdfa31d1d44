//! The life of one actor, from its producer to its end: one future, polled by one task.
//!
//! An idle actor's memory is mostly this future, so its shape matters: it owns the actor and its
//! context in place, and what runs once in a life (the start, the end) or seldom is in a box.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use crate::actor::Actor;
use crate::cell::{Cell, Item};
use crate::ctx::Ctx;
use crate::failure::{Fault, Interrupt, Payload, Stage, StopReason, catch};
use crate::guard::{Guarded, UntilAbort, UntilKill};
use crate::node::{Head, Level, Node, SystemItem, Trouble};
use crate::outcome::Outcome;
use crate::props::Producer;
use crate::queue::{Batch, Taken};
use crate::sync::Arc;
use crate::terminated::Terminated;

/// Messages that an actor handles in one go before it lets others run.
const BUDGET: u8 = 64;

/// An actor and what its task needs. Dropped before its end, when its runtime goes away, it puts
/// everything in order as after a kill.
pub(crate) struct Served<A: Actor> {
    cell: Arc<Cell<A>>,
    ctx: Ctx<A>,
    state: State<A>,
    /// Taken out of the mailbox and not yet handled. Boxed because most actors are idle.
    batch: Batch<Item<A::Envelope>>,
}

/// Why the handling of a batch pauses.
enum Pause {
    /// It does not.
    Again,
    /// Nothing waits; the next message wakes the task.
    Parked,
    /// Others have their turn.
    Budget,
    /// The handler of this message is a future.
    Message,
    /// A system item, or the end.
    Other,
}

enum State<A> {
    Unborn(Producer<A>),
    Alive(A),
    Gone,
    Ended,
}

impl<A: Actor> Served<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>, producer: Producer<A>) -> Self {
        Self {
            ctx: Ctx::new(cell.clone()),
            cell,
            state: State::Unborn(producer),
            batch: None,
        }
    }

    fn actor(&mut self) -> Option<(&Cell<A>, &mut A, &mut Ctx<A>)> {
        match &mut self.state {
            State::Alive(actor) => Some((&self.cell, actor, &mut self.ctx)),
            _ => None,
        }
    }

    /// Handles messages until one needs a future, which comes back; `None` when something else is to
    /// be done: a system item, which then is first in the batch, or the end.
    fn poll_serve(&mut self, cx: &mut Context<'_>, budget: &mut u8) -> Poll<Option<A::Envelope>> {
        loop {
            // Contained once for the whole batch, a handler is a plain call.
            let mut later = None;
            let pause = catch(|| self.serve_now(cx, budget, &mut later));
            let pause =
                pause.unwrap_or_else(|payload| self.unusual(Err(Interrupt::Panicked(payload))));
            match pause {
                Pause::Again => {}
                Pause::Message => return Poll::Ready(later),
                Pause::Other => return Poll::Ready(None),
                Pause::Parked => {
                    *budget = BUDGET;
                    return Poll::Pending;
                }
                Pause::Budget => {
                    // Polled once, tokio's own future puts the task behind all others without
                    // waking another worker for it, as waking itself would.
                    *budget = BUDGET;
                    self.cell.head.progress.end_item();
                    let _ = pin!(tokio::task::yield_now()).poll(cx);
                    return Poll::Pending;
                }
            }
        }
    }

    /// Handles messages as long as that needs no waiting. A message is matched where it comes out of
    /// the batch: a copy of it would cost more than all else here.
    #[inline]
    fn serve_now(
        &mut self,
        cx: &Context<'_>,
        budget: &mut u8,
        later: &mut Option<A::Envelope>,
    ) -> Pause {
        loop {
            if self.cell.head.progress.signal() >= Level::Stop as u8 {
                return Pause::Other;
            }
            if *budget == 0 {
                return Pause::Budget;
            }
            let item = match self.next_in_batch() {
                Some(item) => item,
                None => match self.poll_take(cx) {
                    Poll::Ready(Taken::Item(item)) => item,
                    Poll::Ready(Taken::Drained | Taken::Signal) => return Pause::Other,
                    Poll::Pending => return Pause::Parked,
                },
            };
            *budget -= 1;
            let State::Alive(actor) = &mut self.state else {
                return Pause::Other; // not reached: it has started
            };
            match item {
                Item::User(envelope) => match actor.dispatch_now(envelope, &mut self.ctx) {
                    Ok(Outcome::Handled) => {
                        self.cell.head.tally.handled();
                        self.ctx.end_message();
                    }
                    Ok(other) => match self.unusual(Ok(other)) {
                        Pause::Again => {}
                        pause => return pause,
                    },
                    Err(envelope) => {
                        *later = Some(envelope);
                        return Pause::Message;
                    }
                },
                Item::System(item) => {
                    let batch = self.batch.get_or_insert_default();
                    batch.push_front(Item::System(item));
                    return Pause::Other;
                }
            }
        }
    }

    /// What a message came to that was not simply handled.
    #[cold]
    fn unusual(&mut self, outcome: Result<Outcome, Interrupt>) -> Pause {
        let message_type = self.ctx.message_type();
        self.ctx.end_message();
        let head = &self.cell.head;
        let trouble = match outcome {
            Ok(Outcome::Handled) => return Pause::Again,
            Ok(Outcome::Expired) => {
                self.ctx.take_expiring();
                head.expired(message_type);
                return Pause::Again;
            }
            Err(Interrupt::Panicked(_)) if self.ctx.take_expiring() => {
                tracing::error!(message = message_type, "a message panicked when dropped");
                head.expired(message_type);
                return Pause::Again;
            }
            Ok(Outcome::Failed(fault)) => Trouble::Fault(fault),
            Err(interrupt) => Trouble::Interrupt(interrupt),
        };
        head.tally.failed();
        let reason = head.settle(Stage::Handling(message_type), trouble);
        self.ctx.set_end(reason);
        Pause::Other
    }

    // Not inlined: then the message leaves it in one piece. Inlined, its tag and the rest are copied
    // apart, and whoever reads them together waits for the processor's store buffer (measured).
    #[inline(never)]
    fn next_in_batch(&mut self) -> Option<Item<A::Envelope>> {
        let batch = self.batch.as_mut()?;
        let behind = batch.len().checked_sub(1)?;
        self.cell.head.progress.begin_item(behind);
        self.cell.queue.give_room(&self.cell.head.progress);
        batch.pop_front()
    }

    fn poll_take(&mut self, cx: &Context<'_>) -> Poll<Taken<Item<A::Envelope>>> {
        self.cell.queue.poll_take(
            &self.cell.head.progress,
            cx,
            &mut self.batch,
            Level::Stop as u8,
        )
    }

    /// The system item that `poll_serve` has met, or why the actor ends.
    fn pop_system_item(&mut self) -> Result<Box<SystemItem>, StopReason> {
        let signal = self.cell.head.progress.signal();
        if let Some(reason) = self.ctx.take_end() {
            return Err(reason);
        }
        if signal >= Level::Stop as u8 {
            return Err(reason_of(signal));
        }
        match self.batch.as_mut().and_then(|batch| batch.pop_front()) {
            Some(Item::System(item)) => Ok(item),
            Some(item) => {
                self.batch.get_or_insert_default().push_front(item);
                Err(reason_of(signal))
            }
            None => Err(reason_of(signal)), // drained
        }
    }

    /// The handler of a message that is a future.
    #[inline]
    fn begin(
        &mut self,
        envelope: A::Envelope,
    ) -> Option<Guarded<'_, Cell<A>, impl Future<Output = Outcome> + Send, UntilKill>> {
        let (cell, actor, ctx) = self.actor()?;
        Some(Guarded::new(cell, actor.dispatch(envelope, ctx)))
    }

    /// What its end means: `false` when it is the actor's.
    #[inline]
    fn finish(&mut self, outcome: Result<Outcome, Interrupt>) -> bool {
        if let Ok(Outcome::Handled) = outcome {
            self.cell.head.tally.handled();
            self.ctx.end_message();
            return true;
        }
        matches!(self.unusual(outcome), Pause::Again)
    }

    /// The very end. After it, dropping does nothing.
    fn end(&mut self, reason: StopReason) {
        if matches!(self.state, State::Ended) {
            return;
        }
        // Still in hand here, when the runtime dropped the task: the message's handler went with it.
        if self.cell.head.progress.end_item() {
            self.cell.head.tally.failed();
        }
        let _ = catch(|| self.state = State::Gone);
        self.state = State::Ended;
        self.ctx.end();
        let batch = self.batch.take().map(|batch| *batch);
        self.cell.end(batch.unwrap_or_default(), reason);
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

impl<A: Actor> Drop for Served<A> {
    fn drop(&mut self) {
        self.end(StopReason::Killed);
    }
}

/// An actor's whole life. Without its type, so that tokio's machinery for a task is compiled once and
/// not for each actor.
// A block and not an `async fn`: that would hold its argument twice. What lives across an `await`
// here is memory of each idle actor, so a message is never bound to a name: it goes from the
// mailbox into its handler's future.
pub(crate) fn run<A: Actor>(mut served: Served<A>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
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
                let Some(handling) = served.begin(envelope) else {
                    break StopReason::Killed; // not reached: it has started
                };
                let outcome = handling.await;
                if !served.finish(outcome) {
                    break served.ctx.take_end().unwrap_or(StopReason::Killed);
                }
            }
        };
        let reason = Box::pin(wind_down(&mut served, reason)).await;
        served.end(reason);
    })
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
        SystemItem::PipeFailed(payload) => {
            Err(served.cell.head.settle(Stage::Piping, panicked(payload)))
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
        let trouble = Trouble::Interrupt(Interrupt::Panicked(payload));
        note(
            &mut reason,
            Err(served.cell.head.settle(Stage::Dropping, trouble)),
        );
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

fn raise_all(children: &[Arc<dyn Node>], level: Level) {
    for child in children.iter().rev() {
        child.raise(level);
    }
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

fn reason_of(signal: u8) -> StopReason {
    if signal >= Level::Kill as u8 {
        StopReason::Killed
    } else {
        StopReason::Stopped
    }
}
