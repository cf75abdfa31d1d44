//! An actor at work: it takes mail and handles it.

use std::collections::VecDeque;
use std::future::Future;
use std::task::{Context, Poll};

use tracing::Span;

use crate::actor::{Actor, Alive};
use crate::behavior::{Behavior, BehaviorStack, Change};
use crate::cell::{Cell, Item};
use crate::ctx::{Ctx, Dropping};
use crate::dead_letter::DeadLetterReason;
use crate::failure::{Interrupt, Stage, StopReason, catch};
use crate::guard::{Guarded, UntilKill};
use crate::handles::{BehaviorsOf, Envelope};
use crate::node::{Level, SystemItem, Trouble};
use crate::outcome::Outcome;
use crate::progress::{COMMAND, RESTART};
use crate::props::{Producer, Spent};
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
    /// Builds the state of each incarnation.
    pub(crate) producer: Producer<A>,
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

pub(crate) enum State<A: Actor> {
    /// Before its birth, between two incarnations, and after the last.
    Gone,
    Alive(Alive<A>),
    Ended,
}

/// What is to be done beside the handling of messages.
pub(crate) enum Next {
    /// Look at the mailbox again.
    Again,
    Item(Box<SystemItem>),
    Restart,
    /// Its supervisor has told it something.
    Commands,
    End(StopReason),
}

impl<A: Actor> Served<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>, producer: Producer<A>) -> Self {
        Self {
            ctx: Ctx::new(cell.clone()),
            cell,
            producer,
            state: State::Gone,
            batch: None,
        }
    }

    /// Whether it has a state that can go on after a failure: one whose start did not fail.
    pub(crate) fn can_resume(&self) -> bool {
        matches!(self.state, State::Alive(_)) && !self.ctx.is_unready()
    }

    pub(crate) fn alive(&mut self) -> Option<(&Cell<A>, &mut Alive<A>, &mut Ctx<A>)> {
        match &mut self.state {
            State::Alive(alive) => Some((&self.cell, alive, &mut self.ctx)),
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
        if self.ctx.needs_attention() {
            return Poll::Ready(None); // what ran before this was no message
        }
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
                    self.ctx.note_parking();
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
            let State::Alive(alive) = &mut self.state else {
                return Pause::Other; // not reached: it has started
            };
            match item {
                Item::User(envelope) => match A::dispatch_now(alive, envelope, &mut self.ctx) {
                    Ok(Outcome::Handled) => {
                        self.cell.head.handled();
                        if self.ctx.end_message() && !self.attend_now() {
                            return Pause::Other;
                        }
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
            Ok(Outcome::Handled | Outcome::Dropped) => return Pause::Again,
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

    /// Why `poll_serve` has come back without a message.
    pub(crate) fn next(&mut self) -> Next {
        let progress = &self.cell.head.progress;
        let level = progress.level();
        if level >= Level::Stop as u8 {
            return Next::End(reason_of(level));
        }
        if progress.signal() & COMMAND != 0 {
            return Next::Commands;
        }
        if progress.take(RESTART) {
            return Next::Restart;
        }
        match self.batch.as_mut().and_then(|batch| batch.pop_front()) {
            Some(Item::System(item)) => Next::Item(item),
            Some(item) => {
                self.batch.get_or_insert_default().push_front(item);
                Next::Again
            }
            None => Next::End(reason_of(level)), // drained
        }
    }

    /// What is to be done between two messages, as far as it needs no waiting. Whether that is all.
    fn attend_now(&mut self) -> bool {
        if A::ENTER || A::LEAVE || self.ctx.is_ending() {
            return false;
        }
        while let Some(change) = self.ctx.stack.take_change() {
            self.change(change);
        }
        self.replay();
        true
    }

    pub(crate) fn change(&mut self, change: Change<BehaviorsOf<A>>) {
        if let State::Alive(alive) = &mut self.state {
            self.ctx.stack.apply(&mut alive.behavior, change);
            let behavior = BehaviorsOf::<A>::index(self.ctx.stack.state());
            self.cell.head.set_behavior(behavior);
        }
    }

    /// Puts what was unstashed before all that waits.
    pub(crate) fn replay(&mut self) {
        self.ctx.attended();
        let Some(stash) = self.ctx.known_stash_mut() else {
            return;
        };
        let released = stash.take_released();
        self.cell.head.tally.stashed(stash.len());
        self.put_back(released);
    }

    /// Puts messages before all that waits.
    pub(crate) fn put_back(&mut self, messages: VecDeque<A::Envelope>) {
        if messages.is_empty() {
            return;
        }
        let batch = self.batch.get_or_insert_default();
        for message in messages.into_iter().rev() {
            batch.push_front(Item::User(message));
        }
        let progress = &self.cell.head.progress;
        self.cell.queue.put_back(progress, batch.len());
    }

    /// The handler of a message that is a future.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        envelope: A::Envelope,
    ) -> Option<Guarded<'_, Cell<A>, impl Future<Output = Outcome> + Send, UntilKill>> {
        let (cell, alive, ctx) = self.alive()?;
        Some(Guarded::new(cell, A::dispatch(alive, envelope, ctx)))
    }

    /// What its end means, for the actor too: that is noted.
    #[inline]
    pub(crate) fn finish(&mut self, outcome: Result<Outcome, Interrupt>) {
        if let Ok(Outcome::Handled) = outcome {
            self.cell.head.handled();
            self.ctx.end_message();
        } else {
            self.unusual(outcome);
        }
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
        let _ = catch(|| self.producer = Box::new(Spent));
        let stash = self.ctx.end();
        self.cell.head.tally.emptied_stash();
        let batch = self.batch.take().map(|batch| *batch).unwrap_or_default();
        let rest = stash.into_iter().map(Item::User).chain(batch);
        self.cell.end(rest, reason);
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
