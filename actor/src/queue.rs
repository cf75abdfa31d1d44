//! The mailbox's queue: many senders, one consumer, a bound, and a control lane beside it.
//!
//! A push is a short critical section and allocates only when the buffer grows. The consumer takes
//! everything that waits at once, so that it meets the lock once a batch, and is woken only when it
//! is parked. Generic over its item; knows nothing of actors.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use crate::mailbox::{Mailbox, Overflow};
use crate::progress::Progress;
use crate::senders::Senders;
use crate::sync::{Mutex, MutexGuard, OnceLock};

/// A buffer larger than this, in bytes, is given back when the consumer parks: it costs an idle
/// actor's memory, and a burst that grew it pays for growing it again.
const KEEP_BYTES: usize = 4 * 1024;

/// Stands for "no bound".
const UNBOUNDED: u32 = u32::MAX;

/// What a queue must know of its items.
pub(crate) trait Queued {
    /// Whether it may be dropped when there is no room.
    fn is_droppable(&self) -> bool;
}

/// The sender's side: everything under one lock, and whom to wake after it.
pub(crate) struct Queue<T> {
    shared: Mutex<Shared<T>>,
    /// The consumer is one task for all its life, so its waker is kept and never cloned again.
    consumer: OnceLock<Waker>,
}

#[repr(C)] // what every push touches comes first, on the lock's own cache line
struct Shared<T> {
    items: VecDeque<T>,
    accepted: u64,
    capacity: u32,
    /// Places promised to waiting senders.
    reserved: u32,
    /// The size of the consumer's batch when it took it: at least what is left of it.
    batch: u32,
    /// The consumer is to be woken by the next item.
    parked: bool,
    door: Door,
    overflow: Overflow,
    /// The watchdog knows that the consumer waits in the middle of an item.
    listed: bool,
    refused: u64,
    senders: Option<Box<Senders>>,
}

/// What senders meet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    Open,
    Closed,
    /// The counts are final, too; who comes now is counted elsewhere.
    Retired,
}

/// What the consumer has taken and not yet handled. Boxed, because most consumers are idle, and
/// what is in place here is memory of each.
#[allow(clippy::box_collection)]
pub(crate) type Batch<T> = Option<Box<VecDeque<T>>>;

/// Why a push was refused; gives back what was pushed.
#[derive(Debug)]
pub(crate) enum Refused<M> {
    Full(M),
    /// `retired`: the queue's counts were final already, so this refusal is not in them.
    Closed {
        message: M,
        retired: bool,
    },
}

/// What a sender that waits for room remembers between polls.
#[derive(Default)]
pub(crate) struct Place {
    ticket: Option<u64>,
    /// Whose queue it is, when there are several to choose from.
    pub(crate) worker: Option<u64>,
}

/// What the consumer gets.
pub(crate) enum Taken<T> {
    /// The first of the items; the rest is in the batch.
    Item(T),
    /// Nothing waits, and nothing can come any more.
    Drained,
    /// A level at or above the consumer's limit is raised.
    Signal,
}

/// The counts of a queue.
#[derive(Clone, Copy, Default)]
pub(crate) struct QueueCounts {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    /// Items in the queue and in the consumer's batch.
    pub(crate) queued: u64,
}

impl<T: Queued> Queue<T> {
    pub(crate) fn new(mailbox: Mailbox) -> Self {
        let capacity = mailbox.capacity().map(u32::try_from);
        let capacity = capacity.and_then(Result::ok).unwrap_or(UNBOUNDED);
        Self {
            shared: Mutex::new(Shared {
                items: VecDeque::new(),
                accepted: 0,
                capacity,
                overflow: mailbox.on_overflow(),
                reserved: 0,
                batch: 0,
                parked: false,
                door: Door::Open,
                listed: false,
                refused: 0,
                senders: None,
            }),
            consumer: OnceLock::new(),
        }
    }

    /// Appends an item if there is room. `make` runs under the lock, so that a refused message was
    /// never turned into an item; it must only move. What is dropped for it goes to `lost`, after the
    /// lock.
    #[inline]
    pub(crate) fn push<M>(
        &self,
        progress: &Progress,
        message: M,
        make: impl FnOnce(M) -> T,
        lost: impl FnOnce(T),
    ) -> Result<(), Refused<M>> {
        let mut shared = self.shared.lock();
        if shared.is_closed() {
            return Err(shared.refuse_closed(message));
        }
        if !shared.has_room(progress) {
            return self.push_into_full(shared, message, make, lost);
        }
        shared.append(|| make(message));
        shared.accepted += 1;
        let parked = std::mem::take(&mut shared.parked);
        drop(shared);
        if parked {
            self.wake_consumer();
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn push_into_full<M>(
        &self,
        mut shared: MutexGuard<'_, Shared<T>>,
        message: M,
        make: impl FnOnce(M) -> T,
        lost: impl FnOnce(T),
    ) -> Result<(), Refused<M>> {
        let oldest = match shared.overflow {
            Overflow::Refuse => {
                shared.refused += 1;
                return Err(Refused::Full(message));
            }
            Overflow::DropNewest => None,
            Overflow::DropOldest => shared.items.iter().position(T::is_droppable),
        };
        shared.accepted += 1;
        let newest = make(message);
        let dropped = match oldest.and_then(|at| shared.items.remove(at)) {
            Some(oldest) => {
                shared.append(|| newest);
                oldest
            }
            None => newest,
        };
        drop(shared);
        lost(dropped);
        Ok(())
    }

    /// Appends an item whatever the bound; `counted` says whether it counts as accepted.
    /// Whether the door is open to senders; gives the item back when the counts are final.
    pub(crate) fn push_unbounded(&self, item: T, counted: bool) -> Result<bool, T> {
        let mut shared = self.shared.lock();
        if shared.is_retired() {
            return Err(item);
        }
        shared.append(|| item);
        shared.accepted += u64::from(counted);
        let open = !shared.is_closed();
        let parked = std::mem::take(&mut shared.parked);
        drop(shared);
        if parked {
            self.wake_consumer();
        }
        Ok(open)
    }

    /// Appends an item as soon as there is room, first come, first served.
    pub(crate) fn poll_push<M>(
        &self,
        progress: &Progress,
        cx: &Context<'_>,
        place: &mut Place,
        message: &mut Option<M>,
        make: impl FnOnce(M) -> T,
    ) -> Poll<Result<(), Refused<M>>> {
        let mut shared = self.shared.lock();
        let Some(taken) = message.take() else {
            return Poll::Pending; // polled again after it was ready
        };
        if shared.is_closed() {
            place.ticket = None; // closing emptied the line
            return Poll::Ready(Err(shared.refuse_closed(taken)));
        }
        let turn = match place.ticket {
            Some(ticket) => shared.senders().take_grant(ticket),
            None => shared.line_is_empty() && shared.has_room(progress),
        };
        if !turn {
            *message = Some(taken);
            place.ticket = Some(shared.senders().wait(place.ticket, cx.waker()));
            progress.set_senders_wait(true);
            return Poll::Pending;
        }
        if place.ticket.take().is_some() {
            shared.reserved -= 1;
        }
        shared.append(|| make(taken));
        shared.accepted += 1;
        let parked = std::mem::take(&mut shared.parked);
        drop(shared);
        if parked {
            self.wake_consumer();
        }
        Poll::Ready(Ok(()))
    }

    /// Leaves the line; a place that was already promised goes to the next in it.
    pub(crate) fn leave(&self, progress: &Progress, place: &mut Place) {
        let Some(ticket) = place.ticket.take() else {
            return;
        };
        let mut shared = self.shared.lock();
        if shared.is_closed() {
            return;
        }
        if shared.senders().leave(ticket) {
            shared.reserved -= 1;
        }
        let granted = shared.grant(progress);
        drop(shared);
        granted.into_iter().for_each(Waker::wake);
    }

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
            shared.give_back_buffers(batch);
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
        (progress.signal(), unlisted)
    }

    /// Strikes the consumer from that list, unless it is in the middle of an item. Whether it did.
    pub(crate) fn unlist(&self, progress: &Progress) -> bool {
        let mut shared = self.shared.lock();
        shared.listed = progress.is_in_hand();
        !shared.listed
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

    fn wake_consumer(&self) {
        if let Some(consumer) = self.consumer.get() {
            consumer.wake_by_ref();
        }
    }

    #[inline]
    fn set_consumer(&self, waker: &Waker) {
        let known = self.consumer.get_or_init(|| waker.clone());
        debug_assert!(known.will_wake(waker), "the consumer changed its task");
    }
}

impl<T> Shared<T> {
    /// The item is made in its place: made before, it would be copied there in other pieces than it
    /// was written in, and wait for the processor's store buffer (measured: half of a `tell`).
    #[inline]
    fn append(&mut self, make: impl FnOnce() -> T) {
        if self.items.capacity() == 0 {
            // Most mailboxes never hold two at a time; then this is their buffer for life.
            self.items.reserve_exact(1);
        }
        self.items.extend(std::iter::once_with(make));
    }

    #[inline]
    fn has_room(&self, progress: &Progress) -> bool {
        if self.capacity == UNBOUNDED {
            return true;
        }
        let (waiting, capacity) = (self.items.len() as u64, u64::from(self.capacity));
        let waiting = waiting + u64::from(self.reserved);
        // The batch's first size is an upper bound of what is left of it. The exact number is on
        // the consumer's cache line, so look only when it matters.
        waiting + u64::from(self.batch) < capacity
            || waiting + u64::from(progress.unhandled()) < capacity
    }

    fn is_closed(&self) -> bool {
        self.door != Door::Open
    }

    fn is_retired(&self) -> bool {
        self.door == Door::Retired
    }

    fn line_is_empty(&self) -> bool {
        self.senders.as_ref().is_none_or(|line| line.is_empty())
    }

    fn senders(&mut self) -> &mut Senders {
        self.senders.get_or_insert_default()
    }

    /// Promises free places to those first in line; returns whom to wake after the lock.
    fn grant(&mut self, progress: &Progress) -> Vec<Waker> {
        let mut granted = Vec::new();
        if self.senders.is_none() {
            return granted;
        }
        while !self.line_is_empty() && self.has_room(progress) {
            granted.extend(self.senders().grant_first());
            self.reserved += 1;
        }
        if self.line_is_empty() {
            progress.set_senders_wait(false);
        }
        granted
    }

    #[cold]
    fn refuse_closed<M>(&mut self, message: M) -> Refused<M> {
        self.refused += u64::from(!self.is_retired());
        Refused::Closed {
            message,
            retired: self.is_retired(),
        }
    }

    fn close(&mut self, progress: &Progress) -> Vec<Waker> {
        self.door = self.door.max(Door::Closed);
        self.reserved = 0;
        progress.set_senders_wait(false);
        match self.senders.take() {
            Some(line) => line.into_wakers(),
            None => Vec::new(),
        }
    }

    fn give_back_buffers(&mut self, batch: &mut Batch<T>) {
        if is_large(&self.items) {
            self.items = VecDeque::new();
        }
        if batch.as_deref().is_some_and(is_large) {
            *batch = None;
        }
    }
}

fn is_large<T>(buffer: &VecDeque<T>) -> bool {
    buffer.capacity() * size_of::<T>() > KEEP_BYTES
}
