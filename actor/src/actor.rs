//! The trait that `#[actor]` implements.

use std::future::{Future, ready};

use crate::behavior::{Behavior, BehaviorInfo};
use crate::ctx::Ctx;
use crate::failure::{Failure, Fault};
use crate::handles::{BehaviorsOf, Envelope, HandlerNumber, Receives, WithExtra};
use crate::outcome::Outcome;
use crate::supervision::ChildFailed;
use crate::terminated::Terminated;

/// An actor's state and the behavior that it is in: what a restart makes anew.
#[doc(hidden)]
pub struct Alive<A: Receives> {
    /// The state.
    pub actor: A,
    /// The current behavior, with its data.
    pub behavior: BehaviorsOf<A>,
}

/// An actor: a type with `#[actor]` on its definition and on its one `impl` block.
///
/// Implemented by the macro alone; use it as a bound in code that is generic over actors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor] impl` block for this type",
    note = "write `#[actor]` above `impl {Self} {{ .. }}` and `#[handler]` above its methods"
)]
pub trait Actor: Receives + Sized + Send + 'static {
    /// Calls the handler of a message, unless it is a future: then the message comes back, opened.
    #[doc(hidden)]
    fn dispatch_now(
        alive: &mut Alive<Self>,
        envelope: Self::Envelope,
        ctx: &mut Ctx<Self>,
    ) -> Result<Outcome, Self::Envelope>;

    /// Awaits the handler of a message that [`dispatch_now`](Self::dispatch_now) gave back.
    #[doc(hidden)]
    fn dispatch(
        _alive: &mut Alive<Self>,
        _envelope: Self::Envelope,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Outcome> + Send {
        ready(Outcome::Handled)
    }

    /// Whether there is an `#[on(started)]` method; so that what is not there is not compiled.
    #[doc(hidden)]
    const STARTED: bool = false;
    /// Whether there is an `#[on(stopping)]` method.
    #[doc(hidden)]
    const STOPPING: bool = false;
    /// Whether there is an `#[on(stopped)]` method.
    #[doc(hidden)]
    const STOPPED: bool = false;
    /// Whether there is an `#[on(terminated)]` method.
    #[doc(hidden)]
    const TERMINATED: bool = false;
    /// Whether there is an `#[on(restarting)]` method.
    #[doc(hidden)]
    const RESTARTING: bool = false;
    /// Whether there is an `#[on(child_failed)]` method.
    #[doc(hidden)]
    const CHILD_FAILED: bool = false;
    /// Whether there is an `#[on(idle)]` method.
    #[doc(hidden)]
    const IDLES: bool = false;
    /// Whether there is an `#[on(enter(..))]` method.
    #[doc(hidden)]
    const ENTER: bool = false;
    /// Whether there is an `#[on(leave(..))]` method.
    #[doc(hidden)]
    const LEAVE: bool = false;

    /// Whether the behavior in this place has a handler of this number.
    #[doc(hidden)]
    fn serves(_behavior: u8, _handler: HandlerNumber) -> bool {
        true
    }

    /// How many numbers its handlers have.
    #[doc(hidden)]
    const HANDLERS: HandlerNumber = 0;

    #[doc(hidden)]
    fn on_enter(
        _alive: &mut Alive<Self>,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_leave(
        _alive: &mut Alive<Self>,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_restarting(
        &mut self,
        _event: Option<Failure>,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_child_failed(
        &mut self,
        _event: ChildFailed,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_idle(
        &mut self,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_started(
        &mut self,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_stopping(
        &mut self,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_stopped(
        &mut self,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }

    #[doc(hidden)]
    fn on_terminated(
        &mut self,
        _event: Terminated,
        _ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<(), Box<Fault>>> + Send {
        ready(Ok(()))
    }
}

/// Opens a message with something beside it and dispatches it. Apart from `dispatch_now`, which can
/// then be inlined into the loop.
#[doc(hidden)]
#[cold]
#[inline(never)]
#[allow(clippy::boxed_local)] // that is how it lies in the envelope
pub fn dispatch_with_extra<A: Actor>(
    alive: &mut Alive<A>,
    boxed: Box<WithExtra<A::Envelope>>,
    ctx: &mut Ctx<A>,
) -> Result<Outcome, A::Envelope> {
    let WithExtra { extra, envelope } = *boxed;
    if extra.is_cancelled() {
        ctx.withdraw(&envelope);
        return Ok(Outcome::Dropped);
    }
    let panics = extra.panics;
    ctx.open(extra, &envelope);
    assert!(!panics, "a panic was injected in place of the handler");
    A::dispatch_now(alive, envelope, ctx)
}

/// The behaviors of an actor and the messages that each one handles.
#[doc(hidden)]
#[must_use]
pub fn behaviors<A: Actor>() -> Vec<BehaviorInfo> {
    let names = BehaviorsOf::<A>::NAMES;
    let infos = names.iter().zip(0_u8..).map(|(name, behavior)| {
        let served = (1..=A::HANDLERS).filter(|handler| A::serves(behavior, *handler));
        let messages = served.map(A::Sent::message_type);
        BehaviorInfo {
            name,
            messages: messages.filter(|name| *name != "?").collect(),
        }
    });
    infos.collect()
}
