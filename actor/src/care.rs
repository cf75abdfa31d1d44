//! What a supervisor keeps of its children, and what it and they tell each other past the mailbox.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::supervision::{ChildKind, Record, Supervision};
use crate::sync::Arc;

/// An actor's part in supervision, as far as it is not the usual one.
#[derive(Default)]
pub(crate) struct Care {
    /// For its children, unless it is the system's.
    pub(crate) rules: Option<Arc<Supervision>>,
    pub(crate) kind: ChildKind,
    /// Of its own failures, when its supervisor looks at each child for itself.
    pub(crate) record: Record,
    pub(crate) group: Group,
    /// It has an `#[on(child_failed)]` method.
    pub(crate) minds: bool,
    /// It waits for what becomes of its parent.
    pub(crate) escalated: bool,
    pub(crate) commands: VecDeque<Command>,
}

/// What a supervisor does with its children together.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) record: Record,
    /// Restarts that are to be done, one after the other.
    pub(crate) jobs: VecDeque<Job>,
    /// Who is being restarted now.
    pub(crate) members: Vec<u64>,
    /// A task does the jobs.
    pub(crate) running: bool,
}

/// A restart of several children because of one.
pub(crate) struct Job {
    pub(crate) failed: u64,
    pub(crate) failure: Failure,
    pub(crate) delay: std::time::Duration,
}

/// What an actor is told past its mailbox; it takes effect between two messages.
pub(crate) enum Command {
    /// The child with this id failed, and its failure is to be this actor's.
    Escalated(u64, Failure),
    /// What it escalated was resumed.
    Resume,
    /// Its incarnation ends because of this failure; it is told when the next begins.
    EndIncarnation(Failure, oneshot::Sender<()>),
    /// The next incarnation begins after so long.
    BeginIncarnation(std::time::Duration, oneshot::Sender<Result<(), Failure>>),
    /// It ends because of this failure.
    End(Failure),
    /// It ends by itself, which it is not to.
    Leave,
}
