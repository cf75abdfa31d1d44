//! An actor at work: it takes mail and handles it.

use std::future::Future;
use std::task::{Context, Poll};

use tracing::Span;

use crate::actor::Actor;
use crate::cell::{Cell, Item};
use crate::ctx::{Ctx, Dropping};
use crate::dead_letter::DeadLetterReason;
use crate::failure::{Interrupt, Stage, StopReason, catch};
use crate::guard::{Guarded, UntilKill};
use crate::handles::Envelope;
use crate::node::{Level, SystemItem, Trouble};
use crate::outcome::Outcome;
use crate::props::Producer;
use crate::sync::Arc;
use crate::take::{Batch, Taken};
use crate::trace;

/// Messages that an actor handles in one go before it lets others run.
pub(crate) const BUDGET: u8 = 64;

/// An actor and what its task needs. Dropped before its end, when its runtime goes away, it puts
/// everything in order as after a kill.
pub(crate) struct Served<A: Actor> {
    pub(crate) cell: Arc<Cell<A>>,
    pub(crate) ctx: Ctx<A>,
    pub(crate) state: State<A>,
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

pub(crate) enum State<A> {
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

    pub(crate) fn actor(&mut self) -> Option<(&Cell<A>, &mut A, &mut Ctx<A>)> {
        match &mut self.state {
            State::Alive(actor) => Some((&self.cell, actor, &mut self.ctx)),
            _ => None,
        }
    }

    /// Handles messages until one needs a future, which comes back; `None` when something else is to
    /// be done: a system item, which then is first in the batch, or the end.
    pub(crate) fn poll_serve(
        &mut self,
        cx: &mut Context<'_>,
        budget: &mut u8,
    ) -> Poll<Option<A::Envelope>> {
        // Looked at once a poll, so that a message pays nothing for a span that nobody wants.
        let traced = trace::is_wanted();
        loop {
            let mut later = None;
            let pause = match traced {
                false => self.serve(cx, budget, &mut later),
                true => self.serve_traced(cx, budget, &mut later),
            };
            match pause {
                Pause::Again => {}
                Pause::Message => return Poll::Ready(later),
                Pause::Other => return Poll::Ready(None),
                Pause::Parked => {
                    *budget = BUDGET;
                    return Poll::Pending;
                }
                Pause::Budget => {
                    // To the end of the runtime's queue. `tokio::task::yield_now` would let the
                    // runtime look for I/O each time, which costs more (measured).
                    *budget = BUDGET;
                    self.cell.head.progress.end_item();
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    /// Contained once for the whole batch, a handler is a plain call.
    fn serve(
        &mut self,
        cx: &Context<'_>,
        budget: &mut u8,
        later: &mut Option<A::Envelope>,
    ) -> Pause {
        let pause = catch(|| self.serve_now(cx, budget, later));
        pause.unwrap_or_else(|payload| self.unusual(Err(Interrupt::Panicked(payload))))
    }

    /// Handles one message in its span. What is an async handler's gets the span along.
    #[cold]
    fn serve_traced(
        &mut self,
        cx: &Context<'_>,
        budget: &mut u8,
        later: &mut Option<A::Envelope>,
    ) -> Pause {
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
        let span = match &item {
            Item::User(envelope) => trace::message(
                || self.cell.head.pid(),
                A::Sent::message_type(envelope.peek().0),
            ),
            Item::System(_) => Span::none(),
        };
        self.batch.get_or_insert_default().push_front(item);
        *budget -= 1;
        let pause = span.in_scope(|| self.serve(cx, &mut 1, later));
        match pause {
            Pause::Budget => Pause::Again,
            Pause::Message => {
                self.ctx.set_span(span);
                Pause::Message
            }
            pause => pause,
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
                        self.cell.head.handled();
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
        if let Some(why) = self.ctx.take_dropping() {
            if outcome.is_err() {
                tracing::error!(message = message_type, "a message panicked when dropped");
            }
            head.progress.end_item();
            match why {
                Dropping::Expired => head.dead_letter(message_type, DeadLetterReason::Expired),
                Dropping::Withdrawn => head.tally.withdrawn(),
            }
            return Pause::Again;
        }
        let trouble = match outcome {
            Ok(Outcome::Handled | Outcome::Expired | Outcome::Withdrawn) => return Pause::Again,
            Ok(Outcome::Failed(fault)) => Trouble::Fault(fault),
            Err(interrupt) => Trouble::Interrupt(interrupt),
        };
        head.failed();
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
    pub(crate) fn pop_system_item(&mut self) -> Result<Box<SystemItem>, StopReason> {
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
    pub(crate) fn begin(
        &mut self,
        envelope: A::Envelope,
    ) -> Option<Guarded<'_, Cell<A>, impl Future<Output = Outcome> + Send, UntilKill>> {
        let (cell, actor, ctx) = self.actor()?;
        Some(Guarded::new(cell, actor.dispatch(envelope, ctx)))
    }

    /// What its end means: `false` when it is the actor's.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Result<Outcome, Interrupt>) -> bool {
        if let Ok(Outcome::Handled) = outcome {
            self.cell.head.handled();
            self.ctx.end_message();
            return true;
        }
        matches!(self.unusual(outcome), Pause::Again)
    }

    /// The very end. After it, dropping does nothing.
    pub(crate) fn end(&mut self, reason: StopReason) {
        if matches!(self.state, State::Ended) {
            return;
        }
        // Still in hand here, when the runtime dropped the task: the message's handler went with it.
        self.cell.head.failed();
        let _ = catch(|| self.state = State::Gone);
        self.state = State::Ended;
        self.ctx.end();
        let batch = self.batch.take().map(|batch| *batch);
        self.cell.end(batch.unwrap_or_default(), reason);
    }
}

impl<A: Actor> Drop for Served<A> {
    fn drop(&mut self) {
        self.end(StopReason::Killed);
    }
}

pub(crate) fn reason_of(signal: u8) -> StopReason {
    if signal >= Level::Kill as u8 {
        StopReason::Killed
    } else {
        StopReason::Stopped
    }
}
