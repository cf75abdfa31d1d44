//! The news that a watched actor has stopped.

use std::fmt;

use crate::failure::StopReason;
use crate::pid::Pid;

/// Tells two actors apart, also when one has taken the other's name, and across systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) system: usize,
    pub(crate) id: u64,
}

/// A watched actor has stopped; the argument of an `#[on(terminated)]` method.
///
/// Each watch gets exactly one, behind everything that the actor had sent to the watcher. By then
/// its name is free again.
#[derive(Clone)]
pub struct Terminated {
    pid: Pid,
    reason: StopReason,
    pub(crate) key: Key,
}

impl Terminated {
    pub(crate) fn new(pid: Pid, reason: StopReason, key: Key) -> Self {
        Self { pid, reason, key }
    }

    /// Who has stopped.
    #[must_use]
    pub fn pid(&self) -> &Pid {
        &self.pid
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &StopReason {
        &self.reason
    }
}

impl fmt::Debug for Terminated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminated")
            .field("pid", &self.pid)
            .field("reason", &self.reason)
            .finish()
    }
}
