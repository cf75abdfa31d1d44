//! The integration tests of the `actor` framework: one binary per area in `tests/`, and here what several of them use.
//!
//! No test waits for a duration. On a paused clock [`quiet`] lets everything run until nobody can go on; elsewhere a
//! test waits for an event, a [`Gate`] or a reply.

mod gate;
mod log;
mod subject;
mod token;

use std::time::Duration;

use actor::{ActorSystem, Event, Events, Stats};

pub use crate::gate::Gate;
pub use crate::log::Log;
pub use crate::subject::{Hold, Note, Oops, Panic, Subject};
pub use crate::token::{Census, Token};

/// A system with the default settings.
///
/// # Panics
///
/// Outside of a runtime.
#[must_use]
pub fn system() -> ActorSystem {
    ActorSystem::new("test").expect("a runtime")
}

/// Lets all tasks run until none can go on. Only on a paused clock: it moves when all are idle.
pub async fn quiet() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// The statistics of a system at rest.
///
/// # Panics
///
/// When messages are unaccounted for, or still wait.
pub fn at_rest(system: &ActorSystem) -> Stats {
    let stats = system.stats();
    assert!(stats.is_balanced(), "unbalanced: {stats:?}");
    assert_eq!(stats.waiting, 0, "not at rest: {stats:?}");
    stats
}

/// The next event for which `wanted` has an answer.
///
/// # Panics
///
/// When the events end before.
pub async fn event<T>(events: &mut Events, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    loop {
        let event = events.next().await.expect("events ended");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

/// Everything that has happened so far for which `wanted` has an answer.
pub fn all_events<T>(events: &mut Events, mut wanted: impl FnMut(&Event) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    while let Some(event) = events.try_next() {
        found.extend(wanted(&event));
    }
    found
}

/// How much longer than on the reference machine a bound of `RELIABILITY` may take here: the variable
/// `ACTOR_TEST_TIME_SCALE`, or 1.
#[must_use]
pub fn time_scale() -> u32 {
    let scale = std::env::var("ACTOR_TEST_TIME_SCALE").ok();
    scale.and_then(|scale| scale.parse().ok()).unwrap_or(1)
}

/// Runs a test on a runtime with `workers` threads.
///
/// # Panics
///
/// When no runtime can be made.
pub fn on_workers<F: Future>(workers: usize, test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(test)
}

/// The README's code compiles and runs, as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
