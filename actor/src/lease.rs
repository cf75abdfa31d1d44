//! What ties a message in a mailbox to the task that it came from.

use tokio::sync::Notify;

use crate::sync::{Arc, AtomicBool, Ordering};

/// One task that sends its actor messages: a pipe, an attached stream, blocking work.
#[derive(Default)]
pub(crate) struct Source {
    cancelled: AtomicBool,
    ended: AtomicBool,
    /// A message of it is not done.
    outstanding: AtomicBool,
    done: Notify,
}

impl Source {
    /// From now on no message of the task is handled.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// It has sent its last message, or its actor has ended.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether it is cancelled or has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.is_cancelled() || self.ended.load(Ordering::SeqCst)
    }

    /// Whether the message that was sent last is not done.
    pub(crate) fn is_outstanding(&self) -> bool {
        self.outstanding.load(Ordering::SeqCst)
    }

    /// Waits until the message that was sent last is done: handled, failed or lost.
    pub(crate) async fn done(&self) {
        self.done.notified().await;
    }
}

/// Goes with a message; its drop says that the message is done.
pub(crate) struct Lease(Arc<Source>);

impl Lease {
    pub(crate) fn new(source: &Arc<Source>) -> Self {
        source.outstanding.store(true, Ordering::SeqCst);
        Self(source.clone())
    }

    /// Whether the message is not wanted any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.outstanding.store(false, Ordering::SeqCst);
        self.0.done.notify_one();
    }
}
