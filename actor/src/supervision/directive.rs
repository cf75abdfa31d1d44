//! What can become of an actor that has failed.

use std::fmt;

/// What becomes of a child that has failed.
///
/// | | its state | behavior, timers, pipes, children | the failing message | its other mail | references, name, watches |
/// |---|---|---|---|---|---|
/// | `Resume` | stays | stay | is gone | stays | stay |
/// | `Restart` | is made anew | end | is gone | stays | stay |
/// | `Stop` | ends | end | is gone | becomes dead letters | end, watchers are told |
/// | `Escalate` | waits for what becomes of its parent | wait | is gone | waits | stay |
///
/// With [`all_for_one`](crate::Supervision::all_for_one) and
/// [`rest_for_one`](crate::Supervision::rest_for_one) a `Restart` is one of its siblings, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directive {
    /// It goes on with its next message and the state that it has. An actor whose start
    /// failed has none, and is restarted.
    Resume,
    /// Its state is made anew.
    Restart,
    /// It ends.
    Stop,
    /// The failure becomes one of the supervisor itself, and its own supervisor decides.
    Escalate,
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Stop => "stop",
            Self::Escalate => "escalate",
        })
    }
}

/// Whether an actor is to be there ([`Props::kind`](crate::Props::kind)), after the child types of Erlang's
/// supervisors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ChildKind {
    /// Always: when it ends by itself (`ctx.stop()`), that is a failure, about which its supervisor
    /// decides. Who stops it from outside ends it.
    Permanent,
    /// Until it ends by itself; when it fails, its supervisor decides. The default.
    #[default]
    Transient,
    /// Until it ends or fails: it is never restarted, and its failure is none of its siblings' business.
    Temporary,
}

/// What the system does with a failure that nobody below it wants to decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RootFailure {
    /// The actor at the top stops, and the others go on. The default.
    #[default]
    Log,
    /// The system shuts down, as by [`ActorSystem::shutdown`](crate::ActorSystem::shutdown).
    StopSystem,
}
