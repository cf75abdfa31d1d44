//! The integration tests of the `actor` framework: one binary per area in `tests/`, and here what several of them use.
//!
//! No test waits for a duration. On a paused clock [`quiet`] lets everything run until nobody can go on; elsewhere a
//! test waits for an event, a [`Gate`] or a reply.

mod bomb;
mod gate;
mod log;
mod notes;
mod random;
mod subject;
pub mod supervised;
mod token;

use std::sync::{Mutex, MutexGuard, PoisonError};

use actor::{ActorSystem, Directive, Supervision};

pub use actor::testkit::{all_events, at_rest, event, settle as quiet};

pub use crate::bomb::{Bomb, Unspeakable, hush};
pub use crate::gate::Gate;
pub use crate::log::Log;
pub use crate::notes::Notes;
pub use crate::random::Random;
pub use crate::subject::{Hold, Note, Oops, Panic, Subject};
pub use crate::token::{Census, Token};

/// A system in which an actor that fails stops, and with the default settings otherwise.
///
/// # Panics
///
/// Outside of a runtime.
#[must_use]
pub fn system() -> ActorSystem {
    let stop = Supervision::one_for_one().decide(|_| Directive::Stop);
    let system = ActorSystem::builder("test").supervision(stop).build();
    system.expect("a runtime")
}

/// How much longer than on the reference machine a bound of `RELIABILITY` may take here: the variable
/// `ACTOR_TEST_TIME_SCALE`, or 1.
#[must_use]
pub fn time_scale() -> u32 {
    let scale = std::env::var("ACTOR_TEST_TIME_SCALE").ok();
    scale.and_then(|scale| scale.parse().ok()).unwrap_or(1)
}

/// Tests that need the machine's cores for themselves hold this, one after the other.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The resident memory of this process; `None` where there is no `/proc`.
#[must_use]
pub fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
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
