//! What happened, in order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A list of lines that several actors write to.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Appends a line.
    pub fn add(&self, line: impl ToString) {
        self.lines_now().push(line.to_string());
    }

    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines_now().clone()
    }

    /// All lines so far, taken out.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines_now())
    }

    /// How many lines are equal to `line`.
    #[must_use]
    pub fn count(&self, line: &str) -> usize {
        self.lines_now().iter().filter(|l| *l == line).count()
    }

    fn lines_now(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
