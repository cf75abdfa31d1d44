//! Why an actor failed, and why it stopped.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::panics::{self, Site};
use crate::pid::Pid;

/// What generated code makes of a user's error; the actor's loop adds where it happened.
#[doc(hidden)]
pub struct Fault {
    /// The error, rendered.
    pub text: String,
    /// The error itself, when it can be shared between threads.
    pub error: Option<Box<dyn Any + Send + Sync>>,
}

/// What the actor was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Building its state: the producer given to `spawn`.
    Building,
    /// Handling a message of this type.
    Handling(&'static str),
    /// In the `#[on(..)]` method of this name.
    Lifecycle(&'static str),
    /// In a future given to `ctx.pipe`.
    Piping,
    /// In a stream given to `ctx.attach`.
    Streaming,
    /// In a function given to `ctx.spawn_blocking`.
    Blocking,
    /// Cloning the message of `ctx.send_every`.
    Timing,
    /// Supervising a child, whose failure was escalated to it.
    Child,
    /// By `ctx.stop()`, although it is to be there always ([`ChildKind::Permanent`](crate::ChildKind)).
    Leaving,
    /// Dropping its state.
    Dropping,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building => f.write_str("while its state was built"),
            Self::Handling(message) => write!(f, "while handling `{message}`"),
            Self::Lifecycle(word) => write!(f, "in `#[on({word})]`"),
            Self::Piping => f.write_str("in a piped future"),
            Self::Streaming => f.write_str("in an attached stream"),
            Self::Blocking => f.write_str("in blocking work"),
            Self::Timing => f.write_str("while a timer cloned its message"),
            Self::Child => f.write_str("because a child did"),
            Self::Leaving => f.write_str("by ending, although it is permanent"),
            Self::Dropping => f.write_str("while its state was dropped"),
        }
    }
}

/// One failure of one actor: a panic, or an error that counts as a failure.
///
/// Cheap to clone. [`Display`](fmt::Display) gives the whole sentence, [`text`](Self::text) the
/// panic's or error's own words, and [`downcast_ref`](Self::downcast_ref) the error itself.
#[derive(Clone)]
pub struct Failure(Arc<Inner>);

struct Inner {
    actor: Pid,
    stage: Stage,
    text: String,
    cause: Cause,
    /// Which failure it is in its supervisor's window.
    count: AtomicU32,
}

enum Cause {
    /// Behind a lock because a payload need not be `Sync`.
    Panic(Mutex<Payload>),
    Error(Contained<Box<dyn Any + Send + Sync>>),
    /// The failure of a child.
    Child(Failure),
}

impl Failure {
    pub(crate) fn from_fault(actor: Pid, stage: Stage, fault: Fault) -> Self {
        Self(Arc::new(Inner {
            actor,
            stage,
            text: fault.text,
            cause: Cause::Error(Contained(fault.error)),
            count: AtomicU32::new(0),
        }))
    }

    pub(crate) fn from_panic(actor: Pid, stage: Stage, payload: Payload) -> Self {
        Self(Arc::new(Inner {
            actor,
            stage,
            text: payload.text(),
            cause: Cause::Panic(Mutex::new(payload)),
            count: AtomicU32::new(0),
        }))
    }

    /// What the failure of a child is for its supervisor.
    pub(crate) fn escalated(actor: Pid, child: Self) -> Self {
        Self(Arc::new(Inner {
            actor,
            stage: Stage::Child,
            text: child.to_string(),
            cause: Cause::Child(child),
            count: AtomicU32::new(0),
        }))
    }

    /// That a permanent actor ends by itself.
    pub(crate) fn leaving(actor: Pid) -> Self {
        let text = "it called `ctx.stop()`".to_owned();
        Self::from_fault(actor, Stage::Leaving, Fault { text, error: None })
    }

    pub(crate) fn set_count(&self, count: u32) {
        self.0.count.store(count, Ordering::Relaxed);
    }

    /// The actor that failed.
    #[must_use]
    pub fn actor(&self) -> &Pid {
        &self.0.actor
    }

    /// What it was doing.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// The error rendered by `Display` (else `Debug`), or the panic's message.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it was a panic; of an escalated failure, whether the first cause was.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.root_cause().0.cause, Cause::Panic(_))
    }

    /// The type of the message whose handler failed.
    #[must_use]
    pub fn message_type(&self) -> Option<&'static str> {
        match self.0.stage {
            Stage::Handling(message_type) => Some(message_type),
            _ => None,
        }
    }

    /// Which failure of this child it is in its supervisor's window
    /// ([`Supervision::restarts`](crate::Supervision::restarts)), counted from 1; 0 before its supervisor
    /// has seen it.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.count.load(Ordering::Relaxed)
    }

    /// The failure of a child that was escalated to this actor.
    #[must_use]
    pub fn cause(&self) -> Option<&Self> {
        match &self.0.cause {
            Cause::Child(child) => Some(child),
            Cause::Panic(_) | Cause::Error(_) => None,
        }
    }

    /// Where an escalated failure began: itself, if it was not escalated.
    #[must_use]
    pub fn root_cause(&self) -> &Self {
        let mut failure = self;
        while let Some(cause) = failure.cause() {
            failure = cause;
        }
        failure
    }

    /// Where it panicked, as `file:line:column`. `None` for an error, and when the program has put a panic
    /// hook of its own in place of the one that was there when the first system was made.
    #[must_use]
    pub fn location(&self) -> Option<String> {
        self.with_site(|site| site.location.clone())
    }

    /// The panic's backtrace, if the environment asks for backtraces (`RUST_BACKTRACE=1`).
    #[must_use]
    pub fn backtrace(&self) -> Option<String> {
        self.with_site(|site| site.backtrace.as_ref().map(ToString::to_string))
            .flatten()
    }

    fn with_site<R>(&self, look: impl FnOnce(&Site) -> R) -> Option<R> {
        match &self.root_cause().0.cause {
            Cause::Panic(payload) => payload.lock().site.as_ref().map(look),
            Cause::Error(_) | Cause::Child(_) => None,
        }
    }

    /// The error as the type that the handler returned, also of a failure that was escalated. `None` for a
    /// panic, for another type, and for an error that is not `Send + Sync`.
    #[must_use]
    pub fn downcast_ref<E: 'static>(&self) -> Option<&E> {
        match &self.root_cause().0.cause {
            Cause::Error(Contained(Some(error))) => error.downcast_ref(),
            Cause::Error(Contained(None)) | Cause::Panic(_) | Cause::Child(_) => None,
        }
    }

    /// Shows the payload of a panic to `look`, under a lock because it need not be `Sync`.
    /// `None` when it was no panic.
    pub fn with_panic_payload<R>(&self, look: impl FnOnce(&(dyn Any + Send)) -> R) -> Option<R> {
        match &self.root_cause().0.cause {
            Cause::Panic(payload) => payload.lock().content.0.as_deref().map(look),
            Cause::Error(_) | Cause::Child(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.0.cause {
            Cause::Panic(_) => "panicked",
            Cause::Error(_) | Cause::Child(_) => "failed",
        };
        let Inner {
            actor, stage, text, ..
        } = &*self.0;
        write!(f, "`{}` {verb} {stage}: {text}", actor.id())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause()?)
    }
}

/// Why an actor stopped.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StopReason {
    /// It was asked to: `stop`, `poison`, its parent or the system stopped.
    Stopped,
    /// `kill`, or its runtime went away.
    Killed,
    /// It failed.
    Failed(Failure),
}

impl StopReason {
    /// The failure, if it was one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Stopped | Self::Killed => None,
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped"),
            Self::Killed => f.write_str("killed"),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

/// Why a piece of an actor's code did not come to its end.
pub(crate) enum Interrupt {
    Panicked(Payload),
    /// The control lane reached the limit, and the code was dropped.
    Killed,
}

/// Something of the user's whose destructor may panic: then that one is swallowed. Failures travel
/// to subscribers and watchers, and none of them should suffer for it.
struct Contained<T>(Option<T>);

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let content = self.0.take();
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(content))) {
            // Dropping what came out of a destructor could go on for ever.
            std::mem::forget(again);
        }
    }
}

/// The payload of a panic.
pub(crate) struct Payload {
    content: Contained<Box<dyn Any + Send>>,
    site: Option<Site>,
}

impl Payload {
    fn new(payload: Option<Box<dyn Any + Send>>) -> Self {
        Self {
            content: Contained(payload),
            site: panics::take_site(),
        }
    }

    fn text(&self) -> String {
        let Some(payload) = &self.content.0 else {
            return String::new();
        };
        if let Some(text) = payload.downcast_ref::<&'static str>() {
            return (*text).to_owned();
        }
        match payload.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => "a panic whose payload is no text".to_owned(),
        }
    }
}

/// Runs user code, and gives back the payload when it panics.
#[inline]
pub(crate) fn catch<R>(code: impl FnOnce() -> R) -> Result<R, Payload> {
    let mut code = Some(code);
    let mut result = None;
    let caught = catch_any(&mut || result = code.take().map(|code| code()));
    match (caught, result) {
        (Ok(()), Some(result)) => Ok(result),
        (Err(payload), _) => Err(payload),
        (Ok(()), None) => Err(Payload::new(None)), // not reached: it was called once
    }
}

/// Not generic: there is one landing pad for all the places that catch.
fn catch_any(code: &mut dyn FnMut()) -> Result<(), Payload> {
    // The state that a panic may have left inconsistent is dropped with its actor.
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| Payload::new(Some(payload)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid() -> Pid {
        Pid::local("nonhost".into(), "a/b".to_owned())
    }

    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_contained() {
        let payload = catch(|| std::panic::panic_any(Bomb)).err();
        drop(payload);
    }

    #[test]
    fn an_error_that_panics_when_dropped_is_contained() {
        let fault = Fault {
            text: "bomb".to_owned(),
            error: Some(Box::new(Bomb)),
        };
        drop(Failure::from_fault(pid(), Stage::Building, fault));
    }

    #[test]
    fn the_sentence_names_actor_stage_and_cause() {
        let payload = catch(|| std::panic::panic_any("out of cheese".to_owned())).err();
        let failure =
            Failure::from_panic(pid(), Stage::Handling("Order"), payload.expect("panicked"));
        assert_eq!(
            failure.to_string(),
            "`a/b` panicked while handling `Order`: out of cheese"
        );
        assert!(failure.is_panic());
        assert_eq!(failure.with_panic_payload(|p| p.is::<String>()), Some(true));
    }

    #[test]
    fn an_error_keeps_its_type() {
        let fault = Fault {
            text: "seven".to_owned(),
            error: Some(Box::new(7_u8)),
        };
        let failure = Failure::from_fault(pid(), Stage::Building, fault);
        assert_eq!(failure.downcast_ref::<u8>(), Some(&7));
        assert_eq!(failure.downcast_ref::<u16>(), None);
    }
}
