//! What a context keeps of an actor's time: timers by key, and since when nothing has come.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::task_handle::TaskHandle;

/// What tells timers of one actor apart.
pub(crate) type Key = Cow<'static, str>;

#[derive(Default)]
pub(crate) struct Timing {
    keyed: HashMap<Key, TaskHandle>,
    pub(crate) idle: Option<Idle>,
}

/// An idle time that is set.
pub(crate) struct Idle {
    pub(crate) after: Duration,
    /// When the last message was done, or the method was called last.
    pub(crate) since: Instant,
    /// How many messages were done then.
    pub(crate) done: u64,
    pub(crate) armed: TaskHandle,
}

impl Timing {
    /// A timer replaces the one with its key.
    pub(crate) fn keep(&mut self, key: Key, timer: TaskHandle) {
        if self.keyed.len() == self.keyed.capacity() {
            self.keyed.retain(|_, timer| !timer.is_done());
        }
        if let Some(earlier) = self.keyed.insert(key, timer) {
            earlier.cancel();
        }
    }

    pub(crate) fn keyed(&self, key: &str) -> Option<&TaskHandle> {
        self.keyed.get(key)
    }

    /// The timers themselves are among the tasks.
    pub(crate) fn end(self) {
        if let Some(idle) = self.idle {
            idle.armed.cancel();
        }
    }
}
