//! The consumer's side of a queue: taking what waits, signals, and the end.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use crate::mailbox::Overflow;
use crate::progress::Progress;
use crate::queue::{Door, Queue, QueueCounts, Queued, Shared};

/// A buffer larger than this, in bytes, is given back when the consumer parks: it costs an idle
/// actor's memory, and a burst that grew it pays for growing it again.
const KEEP_BYTES: usize = 4 * 1024;

/// What the consumer has taken and not yet handled. Boxed, because most consumers are idle, and
/// what is in place here is memory of each.
#[allow(clippy::box_collection)]
pub(crate) type Batch<T> = Option<Box<VecDeque<T>>>;

/// What the consumer gets.
pub(crate) enum Taken<T> {
    /// The first of the items; the rest is in the batch.
    Item(T),
    /// Nothing waits, and nothing can come any more.
    Drained,
    /// A level at or above the consumer's limit is raised.
    Signal,
}

impl<T: Queued> Queue<T> {
    /// Takes everything that waits: the first item is returned, the rest goes to `batch`, which
    /// must be empty. Parks when there is nothing. `limit` is the signal level that comes first.
    // Not inlined, so that the item leaves it in one piece; see `Served::next_in_batch`.
    #[inline(never)]
    pub(crate) fn poll_take(
        &self,
        progress: &Progress,
        cx: &Context<'_>,
        batch: &mut Batch<T>,
        limit: u8,
    ) -> Poll<Taken<T>> {
        let mut shared = self.shared.lock();
        progress.clear();
        if progress.signal() >= limit {
            return Poll::Ready(Taken::Signal);
        }
        if shared.items.is_empty() {
            if shared.is_closed() {
                return Poll::Ready(Taken::Drained);
            }
            shared.batch = 0;
            let granted = shared.grant(progress);
            self.set_consumer(cx.waker());
            shared.parked = true;
            give_back_buffers(&mut shared, batch);
            drop(shared);
            granted.into_iter().for_each(Waker::wake);
            return Poll::Pending;
        }
        // One alone needs no second buffer. And what may be dropped stays where senders reach it.
        let alone = shared.items.len() == 1 || shared.overflow == Overflow::DropOldest;
        let (first, behind) = if alone {
            (shared.items.pop_front(), 0)
        } else {
            let batch = batch.get_or_insert_default();
            std::mem::swap(&mut shared.items, batch);
            (batch.pop_front(), batch.len())
        };
        shared.batch = u32::try_from(behind).unwrap_or(u32::MAX);
        progress.begin_item(behind);
        let granted = shared.grant(progress);
        drop(shared);
        granted.into_iter().for_each(Waker::wake);
        match first {
            Some(item) => Poll::Ready(Taken::Item(item)),
            None => Poll::Ready(Taken::Drained), // not reached: it was not empty
        }
    }

    /// Promises the room that the consumer has made to senders that wait for it. Cheap when none
    /// does.
    #[inline]
    pub(crate) fn give_room(&self, progress: &Progress) {
        if progress.senders_wait() {
            self.give_room_now(progress);
        }
    }

    #[cold]
    fn give_room_now(&self, progress: &Progress) {
        let granted = self.shared.lock().grant(progress);
        granted.into_iter().for_each(Waker::wake);
    }

    /// Remembers whom a signal wakes while the consumer waits for something else than an item.
    /// Returns the level raised so far, and whether the consumer now is to be listed as one that
    /// waits in the middle of an item.
    pub(crate) fn watch_signal(&self, progress: &Progress, waker: &Waker) -> (u8, bool) {
        let mut shared = self.shared.lock();
        let unlisted = progress.is_in_hand() && !std::mem::replace(&mut shared.listed, true);
        shared.parked = false; // an item is no reason to wake a handler that waits
        self.set_consumer(waker);
        // A handler that waits has taken its item: here its place is free for sure.
        let granted = shared.grant(progress);
        drop(shared);
        granted.into_iter().for_each(Waker::wake);
        (progress.level(), unlisted)
    }

    /// Strikes the consumer from that list, unless it is in the middle of an item. Whether it did.
    pub(crate) fn unlist(&self, progress: &Progress) -> bool {
        let mut shared = self.shared.lock();
        shared.listed = progress.is_in_hand();
        !shared.listed
    }

    /// Raises a bit above the levels, and wakes the consumer, whatever it waits for. The door stays open.
    pub(crate) fn call(&self, progress: &Progress, bit: u8) {
        progress.raise(bit);
        self.shared.lock().parked = false;
        self.wake_consumer();
    }

    /// What the consumer has put back in front of its batch lies there beyond the bound.
    pub(crate) fn put_back(&self, progress: &Progress, left: usize) {
        let mut shared = self.shared.lock();
        shared.batch = u32::try_from(left).unwrap_or(u32::MAX);
        progress.set_left(left);
    }

    /// A message that comes from the consumer itself, past the queue.
    pub(crate) fn count_accepted(&self) {
        self.shared.lock().accepted += 1;
    }

    /// Raises the control level and wakes the consumer, whatever it waits for. Closes the door
    /// to senders.
    pub(crate) fn raise(&self, progress: &Progress, level: u8) {
        progress.raise(level);
        let mut shared = self.shared.lock();
        let waiting = shared.close(progress);
        shared.parked = false;
        drop(shared);
        self.wake_consumer();
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Closes the door for good and takes what is left.
    pub(crate) fn retire(&self, progress: &Progress) -> VecDeque<T> {
        let mut shared = self.shared.lock();
        let waiting = shared.close(progress);
        shared.door = Door::Retired;
        shared.parked = false;
        progress.clear(); // the batch goes where the rest goes
        let rest = std::mem::take(&mut shared.items);
        drop(shared);
        waiting.into_iter().for_each(Waker::wake);
        rest
    }

    pub(crate) fn counts(&self, progress: &Progress) -> QueueCounts {
        let shared = self.shared.lock();
        QueueCounts {
            accepted: shared.accepted,
            refused: shared.refused,
            queued: shared.items.len() as u64 + u64::from(progress.unhandled()),
        }
    }

    #[inline]
    fn set_consumer(&self, waker: &Waker) {
        let known = self.consumer.get_or_init(|| waker.clone());
        debug_assert!(known.will_wake(waker), "the consumer changed its task");
    }
}

fn give_back_buffers<T>(shared: &mut Shared<T>, batch: &mut Batch<T>) {
    if is_large(&shared.items) {
        shared.items = VecDeque::new();
    }
    if batch.as_deref().is_some_and(is_large) {
        *batch = None;
    }
}

fn is_large<T>(buffer: &VecDeque<T>) -> bool {
    buffer.capacity() * size_of::<T>() > KEEP_BYTES
}
