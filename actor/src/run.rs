//! The life of one actor, from its producer to its end: one future, polled by one task.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use crate::actor::Actor;
use crate::cell::{Cell, Item, SystemItem};
use crate::core::Core;
use crate::ctx::Ctx;
use crate::failure::{Failure, Fault, Stage, StopReason, catch};
use crate::guard::{Interrupt, guarded};
use crate::handles::Envelope;
use crate::node::{Level, Node};
use crate::outcome::Outcome;
use crate::props::Producer;
use crate::queue::Taken;
use crate::sync::Arc;

/// Messages that an actor handles in one go before it lets others run.
const BUDGET: u32 = 64;

/// What must be put in order however the actor's task ends, also when its runtime drops it.
pub(crate) struct Post<A: Actor> {
    cell: Arc<Cell<A>>,
    /// Taken out of the mailbox and not yet handled.
    batch: VecDeque<Item<A::Envelope>>,
    reason: StopReason,
}

impl<A: Actor> Post<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        Self {
            cell,
            batch: VecDeque::new(),
            reason: StopReason::Killed,
        }
    }
}

impl<A: Actor> Drop for Post<A> {
    fn drop(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.cell.end(batch, self.reason.clone());
    }
}

/// How a part of an actor's code ended.
type Ended = Result<Result<(), Box<Fault>>, Interrupt>;

pub(crate) async fn run<A: Actor>(mut post: Post<A>, producer: Producer<A>) {
    let mut ctx = Ctx::new(post.cell.clone());
    let mut state = None;
    let reason = live(&mut post, &mut ctx, &mut state, producer).await;
    post.reason = wind_down(&post.cell, &mut ctx, &mut state, reason).await;
    ctx.end();
}

/// Builds the state, starts, and serves until something ends it.
async fn live<A: Actor>(
    post: &mut Post<A>,
    ctx: &mut Ctx<A>,
    state: &mut Option<A>,
    producer: Producer<A>,
) -> StopReason {
    let signal = post.cell.progress.signal();
    if signal >= Level::Stop as u8 {
        return reason_of(signal); // before it was born
    }
    let built = build(&post.cell, producer).await;
    let actor = match settle(&post.cell, Stage::Building, built) {
        Ok(actor) => state.insert(actor),
        Err(reason) => return reason,
    };
    let started = guarded(&*post.cell, Level::Kill, actor.on_started(ctx)).await;
    if let Err(reason) = settle(&post.cell, Stage::Lifecycle("started"), started) {
        return reason;
    }
    post.cell.started();
    serve(post, ctx, actor).await
}

async fn build<A: Actor>(
    cell: &Cell<A>,
    producer: Producer<A>,
) -> Result<Result<A, Box<Fault>>, Interrupt> {
    match producer {
        Producer::Make(mut make) => catch(move || Ok(make())).map_err(Interrupt::Panicked),
        Producer::Once(actor) => Ok(Ok(*actor)),
        Producer::Start(mut start) => {
            let starting = catch(&mut start).map_err(Interrupt::Panicked)?;
            let built = guarded(cell, Level::Kill, starting).await?;
            Ok(built.map_err(Box::new))
        }
    }
}

/// Handles one message after the other.
async fn serve<A: Actor>(post: &mut Post<A>, ctx: &mut Ctx<A>, actor: &mut A) -> StopReason {
    let mut budget = BUDGET;
    loop {
        let signal = post.cell.progress.signal();
        if signal >= Level::Stop as u8 {
            return reason_of(signal);
        }
        let item = match post.batch.pop_front() {
            Some(item) => {
                post.cell.progress.begin_item(post.batch.len());
                post.cell.queue.give_room(&post.cell.progress);
                item
            }
            None => match take(post, &mut budget).await {
                Taken::Item(item) => item,
                Taken::Drained => return StopReason::Stopped,
                Taken::Signal => continue,
            },
        };
        let handled = match item {
            Item::User(envelope) => handle(&post.cell, ctx, actor, envelope).await,
            Item::System(item) => handle_system(&post.cell, ctx, actor, *item).await,
        };
        if let Err(reason) = handled {
            return reason;
        }
        budget -= 1;
        if budget == 0 {
            yield_now().await;
            budget = BUDGET;
        }
    }
}

/// Waits for mail.
async fn take<A: Actor>(post: &mut Post<A>, budget: &mut u32) -> Taken<Item<A::Envelope>> {
    let Post { cell, batch, .. } = post;
    poll_fn(|cx| {
        let taken = cell
            .queue
            .poll_take(&cell.progress, cx, batch, Level::Stop as u8);
        if taken.is_pending() {
            *budget = BUDGET;
        }
        taken
    })
    .await
}

#[inline]
async fn handle<A: Actor>(
    cell: &Cell<A>,
    ctx: &mut Ctx<A>,
    actor: &mut A,
    envelope: A::Envelope,
) -> Result<(), StopReason> {
    let message_type = envelope.peek().0;
    let outcome = guarded(cell, Level::Kill, actor.dispatch(envelope, ctx)).await;
    ctx.end_message();
    let ended = match outcome {
        Ok(Outcome::Handled) => {
            cell.tally.handled();
            return Ok(());
        }
        Ok(Outcome::Expired) => {
            cell.expired(message_type);
            return Ok(());
        }
        Ok(Outcome::Failed(fault)) => Ok(Err(fault)),
        Err(interrupt) => Err(interrupt),
    };
    cell.tally.failed();
    settle(cell, Stage::Handling(message_type), ended)
}

async fn handle_system<A: Actor>(
    cell: &Cell<A>,
    ctx: &mut Ctx<A>,
    actor: &mut A,
    item: SystemItem,
) -> Result<(), StopReason> {
    cell.took_system_item();
    match item {
        SystemItem::Terminated(event) => {
            if !ctx.accepts(&event) {
                return Ok(());
            }
            let told = guarded(cell, Level::Kill, actor.on_terminated(event, ctx)).await;
            settle(cell, Stage::Lifecycle("terminated"), told)
        }
        SystemItem::PipeFailed(payload) => {
            settle(cell, Stage::Piping, Err(Interrupt::Panicked(payload)))
        }
    }
}

/// Closes the door, ends the children, lets the actor finish and drops its state.
async fn wind_down<A: Actor>(
    cell: &Arc<Cell<A>>,
    ctx: &mut Ctx<A>,
    state: &mut Option<A>,
    mut reason: StopReason,
) -> StopReason {
    cell.raise(Level::Stop);
    if let (StopReason::Stopped, Some(actor)) = (&reason, state.as_mut()) {
        let ended = guarded(&**cell, Level::Kill, actor.on_stopping(ctx)).await;
        note(cell, Stage::Lifecycle("stopping"), ended, &mut reason);
    }
    stop_children(cell, &reason).await;
    if let Some(actor) = state.as_mut() {
        let ended = guarded(&**cell, Level::Abort, actor.on_stopped(ctx)).await;
        note(cell, Stage::Lifecycle("stopped"), ended, &mut reason);
    }
    let dropped = catch(|| drop(state.take())).map(Ok);
    note(
        cell,
        Stage::Dropping,
        dropped.map_err(Interrupt::Panicked),
        &mut reason,
    );
    reason
}

/// Stops the children, the youngest first, and waits until they are gone. A kill that comes
/// meanwhile goes on to them.
async fn stop_children<A: Actor>(cell: &Cell<A>, reason: &StopReason) {
    let children = cell.life.lock().close_scope();
    let mut raised = match reason {
        StopReason::Killed => Level::Kill,
        StopReason::Stopped | StopReason::Failed(_) => Level::Stop,
    };
    raise_all(&children, raised);
    poll_fn(|cx| {
        let signal = cell.queue.watch_signal(&cell.progress, cx.waker());
        for level in [Level::Kill, Level::Abort] {
            if signal >= level as u8 && raised < level {
                raised = level;
                raise_all(&children, level);
            }
        }
        match cell.life.lock().scope_mut() {
            Some(scope) => scope.poll_empty(cx),
            None => Poll::Ready(()),
        }
    })
    .await;
}

fn raise_all(children: &[Arc<dyn Node>], level: Level) {
    for child in children.iter().rev() {
        child.raise(level);
    }
}

/// Turns the end of a part into the actor's end, if it is one, and reports a failure.
fn settle<A: Actor, T>(
    cell: &Cell<A>,
    stage: Stage,
    ended: Result<Result<T, Box<Fault>>, Interrupt>,
) -> Result<T, StopReason> {
    match ended {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(fault)) => Err(fail(
            &cell.core,
            Failure::from_fault(cell.pid(), stage, *fault),
        )),
        Err(Interrupt::Panicked(payload)) => Err(fail(
            &cell.core,
            Failure::from_panic(cell.pid(), stage, payload),
        )),
        Err(Interrupt::Killed) => Err(StopReason::Killed),
    }
}

fn fail(core: &Core, failure: Failure) -> StopReason {
    core.failed(&failure);
    StopReason::Failed(failure)
}

/// After the end has begun a failure is reported, and changes the reason only of an orderly end.
fn note<A: Actor>(cell: &Cell<A>, stage: Stage, ended: Ended, reason: &mut StopReason) {
    if let Err(worse) = settle(cell, stage, ended)
        && matches!(reason, StopReason::Stopped)
    {
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

/// Goes to the end of the runtime's queue.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
