//! Reads files and streams their lines to the counters.

use std::io;
use std::path::PathBuf;

use actor::StopReason;
use actor::prelude::*;
use tokio::task::spawn_blocking;

use crate::console::Seen;
use crate::counter::{Block, Counter};
use crate::text::Text;

/// Asks to read a file.
pub struct Read(pub PathBuf);

/// How much text was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// In lines.
    pub lines: u64,
    /// In bytes.
    pub bytes: u64,
}

impl Size {
    fn of(block: &str) -> Self {
        let ends = block.bytes().filter(|byte| *byte == b'\n').count();
        Self {
            lines: ends as u64,
            bytes: block.len() as u64,
        }
    }
}

impl std::ops::AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.bytes += other.bytes;
    }
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read, or is not UTF-8. The others may be fine.
    #[error(transparent)]
    File(#[from] io::Error),
    /// There is nobody to count: a counter has stopped.
    #[error("a counter has stopped: {0}")]
    NoCounter(StopReason),
}

/// Reads one file after the other, and deals their lines out to the counters in turn.
#[actor]
pub struct Reader {
    counters: Vec<ActorRef<Counter>>,
    next: usize,
    progress: Recipient<Seen>,
}

#[actor]
impl Reader {
    /// Tells `progress` about every block.
    pub fn new(counters: Vec<ActorRef<Counter>>, progress: Recipient<Seen>) -> Self {
        Self {
            counters,
            next: 0,
            progress,
        }
    }

    #[handler]
    async fn read(&mut self, msg: Read) -> Result<Size, ReadError> {
        let mut size = Size::default();
        let mut open_line = false;
        let mut piece = blocking(move || Text::open(&msg.0)?.next()).await?;
        loop {
            let seen = Size::of(&piece.block);
            size += seen;
            if let Some(last) = piece.block.chars().next_back() {
                open_line = last != '\n';
            }
            self.deal(piece.block).await?;
            // Nobody misses it when the console is behind.
            let _ = self.progress.tell(Seen(seen));
            let Some(rest) = piece.rest else { break };
            piece = blocking(move || rest.next()).await?;
        }
        // The last line of a file may lack its end.
        size.lines += u64::from(open_line);
        Ok(size)
    }

    /// Waits while the counter's mailbox is full.
    async fn deal(&mut self, block: String) -> Result<(), ReadError> {
        let counter = &self.counters[self.next % self.counters.len()];
        self.next += 1;
        if counter.tell_wait(Block(block)).await.is_err() {
            return Err(ReadError::NoCounter(counter.stopped().await));
        }
        Ok(())
    }
}

/// Runs what waits for a disk away from the threads that run actors.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
