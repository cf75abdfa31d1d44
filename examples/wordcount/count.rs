//! The whole job.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, StopReason, TellError};

use crate::console::{Console, Unreadable};
use crate::counter::Counter;
use crate::files::{Files, Lost};
use crate::merger::{Merger, Top, TopWords};
use crate::reader::{Read, ReadError, Reader, Size};

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The words.
    pub words: TopWords,
    /// How much was read.
    pub size: Size,
    /// How many files were read.
    pub files: u64,
    /// What could not be read. Nothing of these files is in the count.
    pub unreadable: Vec<PathBuf>,
}

impl Report {
    fn add(&mut self, size: Size) {
        self.size += size;
        self.files += 1;
    }
}

/// Why there is no count at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CountError {
    /// The reader gave no answer.
    #[error(transparent)]
    Reader(#[from] AskError<Read>),
    /// The merger gave no answer.
    #[error(transparent)]
    Merger(#[from] AskError<Top>),
    /// The console takes no message.
    #[error(transparent)]
    Console(#[from] TellError<Unreadable>),
    /// A counter has stopped before the end, and what it had counted is not all.
    #[error("a part of the count is lost: {0}")]
    Counter(StopReason),
}

/// Counts the words of the given files, and of those below the given folders, and reports the
/// `top` most frequent.
///
/// # Errors
///
/// [`CountError`] when an actor has failed or was stopped; a file that cannot be read is no error.
pub async fn count(
    system: &ActorSystem,
    paths: &[PathBuf],
    top: usize,
) -> Result<Report, CountError> {
    let console = system.spawn(Console::new);
    let merger = system.spawn(Merger::default);
    let counters = spawn_counters(system, &merger);
    let reader = {
        let (counters, console) = (counters.clone(), console.clone());
        system.spawn(move || Reader::new(counters.clone(), console.recipient()))
    };

    let mut report = Report::default();
    for path in Files::of(paths) {
        let read = match path {
            Ok(path) => read(&reader, path).await?,
            Err(lost) => Err(lost),
        };
        match read {
            Ok(size) => report.add(size),
            Err((path, error)) => {
                report.unreadable.push(path.clone());
                console.tell_wait(Unreadable { path, error }).await?;
            }
        }
    }

    console.poison_and_wait().await;
    finish(&counters).await?;
    report.words = merger.ask(Top(top)).timeout(Duration::MAX).await?;
    Ok(report)
}

/// One for each core.
fn spawn_counters(system: &ActorSystem, merger: &ActorRef<Merger>) -> Vec<ActorRef<Counter>> {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let spawn = |_| {
        let merger = merger.clone();
        system.spawn(move || Counter::new(merger.clone()))
    };
    (0..cores).map(spawn).collect()
}

/// The outer error ends the job, the inner one concerns this file alone.
async fn read(reader: &ActorRef<Reader>, path: PathBuf) -> Result<Result<Size, Lost>, CountError> {
    // However large the file is.
    let answer = reader.ask(Read(path.clone())).timeout(Duration::MAX);
    match answer.await? {
        Ok(size) => Ok(Ok(size)),
        Err(ReadError::File(error)) => Ok(Err((path, error))),
        Err(ReadError::NoCounter(reason)) => Err(CountError::Counter(reason)),
    }
}

/// Lets the counters count what waits for them, and hand it over: poison takes its turn behind it.
async fn finish(counters: &[ActorRef<Counter>]) -> Result<(), CountError> {
    for counter in counters {
        counter.poison();
    }
    for counter in counters {
        match counter.stopped().await {
            StopReason::Stopped => {}
            reason => return Err(CountError::Counter(reason)),
        }
    }
    Ok(())
}
