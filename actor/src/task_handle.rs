//! A hold on work beside the actor.

use std::fmt;

use crate::lease::Source;
use crate::runtime::Task;
use crate::sync::Arc;
use crate::timers::{Place, Timers};

/// A hold on work that an actor began with [`Ctx::pipe`](crate::Ctx::pipe),
/// [`Ctx::attach`](crate::Ctx::attach) or [`Ctx::spawn_blocking`](crate::Ctx::spawn_blocking), or on a
/// timer ([`Ctx::send_after`](crate::Ctx::send_after)).
///
/// Dropping it changes nothing: the work goes on until it is over, or its actor ends.
#[derive(Clone)]
pub struct TaskHandle {
    source: Arc<Source>,
    hold: Hold,
}

#[derive(Clone)]
enum Hold {
    Task(Task),
    Timer(Arc<Timers>, Place),
    /// A timer for a time that never comes.
    Never,
}

impl TaskHandle {
    pub(crate) fn task(source: Arc<Source>, task: Task) -> Self {
        let hold = Hold::Task(task);
        Self { source, hold }
    }

    pub(crate) fn timer(source: Arc<Source>, place: Option<(Arc<Timers>, Place)>) -> Self {
        let hold = place.map_or(Hold::Never, |(timers, place)| Hold::Timer(timers, place));
        Self { source, hold }
    }

    /// Ends the work. From now on no handler is called for a message of it, not even for one that
    /// waits in the mailbox already; that counts as never sent. A blocking function that has not
    /// begun never does; one that has comes to its end, and its result reaches nobody.
    pub fn cancel(&self) {
        self.source.cancel();
        match &self.hold {
            Hold::Task(task) => task.abort(),
            Hold::Timer(timers, place) => timers.take(*place),
            Hold::Never => {}
        }
    }

    /// Whether it is over: it was cancelled, its actor has ended, or it has sent its last message. The
    /// handler of that one finds it so.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let task_is = match &self.hold {
            Hold::Task(task) => task.is_finished(),
            Hold::Timer(..) | Hold::Never => false,
        };
        self.source.is_over() || task_is
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.source.is_cancelled()
    }

    /// Whether nothing of it is left: also the message that it sent last is done.
    pub(crate) fn is_done(&self) -> bool {
        // In this order: a message is outstanding before its task is over.
        self.is_finished() && !self.source.is_outstanding()
    }

    /// Ends the work with its actor; what it has sent is like all mail. Not so a timer's: nobody is told
    /// that a tick was lost.
    pub(crate) fn abort(&self) {
        match &self.hold {
            Hold::Task(task) => {
                self.source.end();
                task.abort();
            }
            Hold::Timer(..) | Hold::Never => self.cancel(),
        }
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
