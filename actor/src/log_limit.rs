//! Keeps a storm of one kind of event from flooding the log.

use std::time::Duration;

use tokio::time::Instant;

use crate::sync::Mutex;

/// Lines in one [`WINDOW`].
const LINES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// Admits at most ten lines a second, and remembers how many it held back.
#[derive(Default)]
pub(crate) struct LogLimit {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    began: Option<Instant>,
    lines: u32,
    held_back: u64,
}

impl LogLimit {
    /// `Some(n)`: write the line, `n` were held back since the last one. `None`: hold it back.
    pub(crate) fn admit(&self) -> Option<u64> {
        self.admit_at(Instant::now())
    }

    fn admit_at(&self, now: Instant) -> Option<u64> {
        let mut inner = self.inner.lock();
        let over = inner
            .began
            .is_none_or(|began| now.saturating_duration_since(began) >= WINDOW);
        if over {
            inner.began = Some(now);
            inner.lines = 0;
        }
        if inner.lines == LINES {
            inner.held_back += 1;
            return None;
        }
        inner.lines += 1;
        Some(std::mem::take(&mut inner.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_a_second_and_none_forgotten() {
        let limit = LogLimit::default();
        let start = Instant::now();
        let admitted = (0..1_000).filter_map(|_| limit.admit_at(start)).count();
        assert_eq!(admitted, 10);
        assert_eq!(limit.admit_at(start + WINDOW), Some(990));
        assert_eq!(limit.admit_at(start + WINDOW), Some(0));
    }
}
