//! What a supervisor did about a failure, for whoever wants to know.

use std::fmt;
use std::time::Duration;

use crate::failure::Failure;
use crate::pid::Pid;
use crate::supervision::Directive;

/// What became of a child that failed: an event of the system, and what `#[on(child_failed)]` is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChildFailed {
    /// The child.
    pub child: Pid,
    /// What happened to it; [`Failure::count`] says how often lately.
    pub failure: Failure,
    /// What becomes of it.
    pub directive: Directive,
    /// How long it waits for that.
    pub delay: Duration,
}

impl fmt::Display for ChildFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            failure, directive, ..
        } = self;
        write!(f, "{failure} (failure {}: {directive}", failure.count())?;
        if !self.delay.is_zero() {
            write!(f, " after {:?}", self.delay)?;
        }
        f.write_str(")")
    }
}
