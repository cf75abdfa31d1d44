//! The paused clock of a test.

use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};

/// How long is waited for what is expected.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Stops the clock: from now on time passes only when all tasks wait, and then at once. The same as
/// `#[tokio::test(start_paused = true)]`.
///
/// # Panics
///
/// On a runtime with several threads, where no moment exists at which all wait; and when the clock
/// stands already.
#[track_caller]
pub fn pause() {
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    assert!(
        matches!(flavor, Ok(RuntimeFlavor::CurrentThread)),
        "a clock is paused on a runtime with one thread: use `#[tokio::test(start_paused = true)]`"
    );
    tokio::time::pause();
}

/// Lets all tasks run until none can go on. The clock moves by a millisecond.
///
/// # Panics
///
/// When the clock is not [paused](pause).
pub async fn settle() {
    // Panics when time is not frozen: then nothing says when all have run.
    tokio::time::advance(Duration::ZERO).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Lets `time` pass on the paused clock: whatever is due meanwhile happens in its order, and all
/// tasks run until none can go on. The clock moves by a millisecond more.
///
/// # Panics
///
/// When the clock is not [paused](pause).
pub async fn advance(time: Duration) {
    tokio::time::advance(Duration::ZERO).await;
    tokio::time::sleep(time).await;
    settle().await;
}
