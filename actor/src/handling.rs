//! The handling of one message, and what its end means for the actor.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::cell::Cell;
use crate::core::Core;
use crate::failure::{Failure, Fault, Stage, StopReason};
use crate::guard::{Guarded, Interrupt, UntilKill};
use crate::handles::{MessageType, Receives};
use crate::node::Node;
use crate::outcome::Outcome;

pin_project! {
    /// A handler at work: contained, counted, and reported when it fails. `Err` ends the actor.
    pub(crate) struct Handling<'a, A: Receives, F> {
        #[pin]
        guarded: Guarded<'a, A, F, UntilKill>,
        message_type: MessageType,
    }
}

impl<'a, A: Receives, F: Future<Output = Outcome>> Handling<'a, A, F> {
    #[inline]
    pub(crate) fn new(cell: &'a Cell<A>, message_type: MessageType, handling: F) -> Self {
        Self {
            guarded: Guarded::new(cell, handling),
            message_type,
        }
    }
}

impl<A: Receives, F: Future<Output = Outcome>> Future for Handling<'_, A, F> {
    type Output = Result<(), StopReason>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let cell = this.guarded.cell();
        let outcome = ready!(this.guarded.poll(cx));
        Poll::Ready(match outcome {
            Ok(Outcome::Handled) => {
                cell.tally.handled();
                Ok(())
            }
            other => unusual(cell, *this.message_type, other),
        })
    }
}

/// What a message came to that was not simply handled.
#[cold]
fn unusual<A: Receives>(
    cell: &Cell<A>,
    message_type: MessageType,
    outcome: Result<Outcome, Interrupt>,
) -> Result<(), StopReason> {
    let message_type = message_type();
    let ended: Ended<()> = match outcome {
        Ok(Outcome::Handled) => Ok(Ok(())),
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

/// How a part of an actor's code ended.
pub(crate) type Ended<T> = Result<Result<T, Box<Fault>>, Interrupt>;

/// Turns the end of a part into the actor's end, if it is one, and reports a failure.
pub(crate) fn settle<A: Receives, T>(
    cell: &Cell<A>,
    stage: Stage,
    ended: Ended<T>,
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
