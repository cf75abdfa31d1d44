//! The trait that `#[actor]` implements.

use std::future::{Future, ready};

use crate::ctx::Ctx;
use crate::failure::Fault;
use crate::handles::{Receives, WithExtra};
use crate::mailbox::Mailbox;
use crate::outcome::Outcome;
use crate::terminated::Terminated;

/// The options that stand on an actor's definition. Implemented by `#[actor]` there.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has an `#[actor] impl` block but no `#[actor]` on its definition",
    label = "the other half is missing",
    note = "put `#[actor]` above the definition of `{Self}`"
)]
pub trait ActorOptions {
    /// The mailbox, unless [`Props`](crate::Props) say otherwise; `None`: the system's default.
    const MAILBOX: Option<Mailbox> = None;
}

/// An actor: a type with `#[actor]` on its definition and on its one `impl` block.
///
/// Implemented by the macro alone; use it as a bound in code that is generic over actors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor] impl` block for this type",
    note = "write `#[actor]` above `impl {Self} {{ .. }}` and `#[handler]` above its methods"
)]
pub trait Actor: ActorOptions + Receives + Sized + Send + 'static {
    /// Calls the handler of a message, unless it is a future: then the message comes back, opened.
    #[doc(hidden)]
    fn dispatch_now(
        &mut self,
        envelope: Self::Envelope,
        ctx: &mut Ctx<Self>,
    ) -> Result<Outcome, Self::Envelope>;

    /// Awaits the handler of a message that [`dispatch_now`](Self::dispatch_now) gave back.
    #[doc(hidden)]
    fn dispatch(
        &mut self,
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
    actor: &mut A,
    boxed: Box<WithExtra<A::Envelope>>,
    ctx: &mut Ctx<A>,
) -> Result<Outcome, A::Envelope> {
    let WithExtra { extra, envelope } = *boxed;
    if extra.is_cancelled() {
        ctx.withdraw(&envelope);
        return Ok(Outcome::Withdrawn);
    }
    let panics = extra.panics;
    ctx.open(extra, &envelope);
    assert!(!panics, "a panic was injected in place of the handler");
    actor.dispatch_now(envelope, ctx)
}
