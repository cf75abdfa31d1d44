//! A hold on work beside the actor.

use std::fmt;

use crate::lease::Source;
use crate::runtime::Task;
use crate::sync::Arc;

/// A hold on work that an actor began with [`Ctx::pipe`](crate::Ctx::pipe),
/// [`Ctx::attach`](crate::Ctx::attach) or [`Ctx::spawn_blocking`](crate::Ctx::spawn_blocking).
///
/// Dropping it changes nothing: the work goes on until it is over, or its actor ends.
#[derive(Clone)]
pub struct TaskHandle {
    source: Arc<Source>,
    task: Task,
}

impl TaskHandle {
    pub(crate) fn new(source: Arc<Source>, task: Task) -> Self {
        Self { source, task }
    }

    /// Ends the work. From now on no handler is called for a message of it, not even for one that
    /// waits in the mailbox already; that counts as never sent. A blocking function that has not
    /// begun never does; one that has comes to its end, and its result reaches nobody.
    pub fn cancel(&self) {
        self.source.cancel();
        self.task.abort();
    }

    /// Whether it is over: it was cancelled, its actor has ended, or it has sent its last message. The
    /// handler of that one finds it so.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.source.is_over() || self.task.is_finished()
    }

    /// Ends the work with its actor; what it has sent is like all mail.
    pub(crate) fn abort(&self) {
        self.source.end();
        self.task.abort();
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
