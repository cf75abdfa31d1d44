//! The lifecycle methods of an actor, each at work behind a guard.

use std::future::Future;
use std::pin::Pin;

use crate::actor::Actor;
use crate::failure::{Failure, Fault, Interrupt, Stage, StopReason};
use crate::guard::{Guarded, UntilAbort, UntilKill};
use crate::node::{Head, Trouble};
use crate::serve::Served;
use crate::supervision::ChildFailed;
use crate::terminated::Terminated;

/// Awaits a lifecycle method, if there is one.
pub(crate) async fn end_of(hook: Option<Hook<'_>>) -> HookEnd {
    match hook {
        Some(hook) => hook.await,
        None => Ok(Ok(())),
    }
}

/// What the end of a lifecycle method means for the actor.
pub(crate) fn settle(head: &Head, word: &'static str, ended: HookEnd) -> Result<(), StopReason> {
    let trouble = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(fault)) => Trouble::Fault(fault),
        Err(interrupt) => Trouble::Interrupt(interrupt),
    };
    Err(head.settle(Stage::Lifecycle(word), trouble))
}

/// How a lifecycle method ended.
pub(crate) type HookEnd = Result<Result<(), Box<Fault>>, Interrupt>;
/// A lifecycle method at work. Boxed, because it runs seldom and its size would be each idle actor's.
pub(crate) type Hook<'a> = Pin<Box<dyn Future<Output = HookEnd> + Send + 'a>>;

/// The lifecycle methods that the actor has. What it has not is not even compiled.
impl<A: Actor> Served<A> {
    pub(crate) fn started_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STARTED {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_started(ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn terminated_hook(&mut self, event: Terminated) -> Option<Hook<'_>> {
        if !A::TERMINATED {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_terminated(event, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn stopping_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STOPPING {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_stopping(ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn stopped_hook(&mut self) -> Option<Hook<'_>> {
        if !A::STOPPED {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_stopped(ctx);
        Some(Box::pin(Guarded::<_, _, UntilAbort>::new(cell, hook)))
    }

    pub(crate) fn restarting_hook(&mut self, failure: Option<Failure>) -> Option<Hook<'_>> {
        if !A::RESTARTING {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_restarting(failure, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn child_failed_hook(&mut self, event: ChildFailed) -> Option<Hook<'_>> {
        if !A::CHILD_FAILED {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_child_failed(event, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn idle_hook(&mut self) -> Option<Hook<'_>> {
        if !A::IDLES {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = alive.actor.on_idle(ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn enter_hook(&mut self) -> Option<Hook<'_>> {
        if !A::ENTER {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = A::on_enter(alive, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }

    pub(crate) fn leave_hook(&mut self) -> Option<Hook<'_>> {
        if !A::LEAVE {
            return None;
        }
        let (cell, alive, ctx) = self.alive()?;
        let hook = A::on_leave(alive, ctx);
        Some(Box::pin(Guarded::<_, _, UntilKill>::new(cell, hook)))
    }
}
