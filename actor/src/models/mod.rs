//! Row A2 of the list of reliability: all interleavings of the mailbox, the reply slot, stop and wake.
//!
//! ```sh
//! RUSTFLAGS="--cfg actor_loom" cargo test -p actor --lib --target-dir target/loom models
//! ```

mod mailbox;
mod slot;
mod waiting;

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::queue::{Queue, Queued};
use crate::take::{Batch, Taken};

use crate::progress::Progress;

/// How many times a thread is interrupted at most. Few bugs need more (Musuvathi and Qadeer, 2007).
const PREEMPTIONS: usize = 3;

/// Tries all interleavings.
fn all(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

/// Wakes a thread of the model.
#[derive(Default)]
struct Bell(loom::sync::Notify);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

impl Bell {
    fn new() -> (Arc<Self>, Waker) {
        let bell = Arc::new(Self(loom::sync::Notify::new()));
        let waker = Waker::from(bell.clone());
        (bell, waker)
    }

    /// Polls until it is ready, and sleeps in between: a wake-up that is lost is a deadlock.
    fn until_ready<R>(&self, mut poll: impl FnMut() -> Poll<R>) -> R {
        loop {
            match poll() {
                Poll::Ready(ready) => return ready,
                Poll::Pending => self.0.wait(),
            }
        }
    }
}

impl Queued for u32 {
    fn is_droppable(&self) -> bool {
        true
    }
}

/// A queue of numbers, and its consumer's side.
struct Mail {
    queue: Queue<u32>,
    progress: Progress,
}

impl Mail {
    fn new(mailbox: crate::Mailbox) -> loom::sync::Arc<Self> {
        loom::sync::Arc::new(Self {
            queue: Queue::new(mailbox),
            progress: Progress::default(),
        })
    }

    /// Whether it was taken.
    fn push(&self, item: u32) -> bool {
        let sent = self.queue.push(&self.progress, item, |item| item, drop);
        sent.is_ok()
    }
}

/// The one that takes.
struct Consumer {
    mail: loom::sync::Arc<Mail>,
    batch: Batch<u32>,
    bell: Arc<Bell>,
    waker: Waker,
}

impl Consumer {
    fn new(mail: &loom::sync::Arc<Mail>) -> Self {
        let (bell, waker) = Bell::new();
        Self {
            mail: mail.clone(),
            batch: None,
            bell,
            waker,
        }
    }

    /// The next item as the actor's loop takes it; `None` after a signal of `limit` or at the end.
    fn next(&mut self, limit: u8) -> Option<u32> {
        let Mail { queue, progress } = &*self.mail;
        progress.end_item();
        if progress.signal() >= limit {
            return None;
        }
        if let Some(batch) = &mut self.batch
            && let Some(item) = batch.pop_front()
        {
            progress.begin_item(batch.len());
            queue.give_room(progress);
            return Some(item);
        }
        let cx = Context::from_waker(&self.waker);
        let batch = &mut self.batch;
        let taken = || queue.poll_take(progress, &cx, batch, limit);
        match self.bell.until_ready(taken) {
            Taken::Item(item) => Some(item),
            Taken::Drained | Taken::Signal => None,
        }
    }
}
