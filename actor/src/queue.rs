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

/// Stands for "no bound".
const UNBOUNDED: u32 = u32::MAX;

/// What a queue must know of its items.
pub(crate) trait Queued {
    /// Whether it may be dropped when there is no room.
    fn is_droppable(&self) -> bool;
}

/// The sender's side: everything under one lock, and whom to wake after it.
pub(crate) struct Queue<T> {
    pub(crate) shared: Mutex<Shared<T>>,
    /// The consumer is one task for all its life, so its waker is kept and never cloned again.
    pub(crate) consumer: OnceLock<Waker>,
}

#[repr(C)] // what every push touches comes first, on the lock's own cache line
pub(crate) struct Shared<T> {
    pub(crate) items: VecDeque<T>,
    pub(crate) accepted: u64,
    capacity: u32,
    /// Places promised to waiting senders.
    reserved: u32,
    /// The size of the consumer's batch when it took it: at least what is left of it.
    pub(crate) batch: u32,
    /// The consumer is to be woken by the next item.
    pub(crate) parked: bool,
    pub(crate) door: Door,
    pub(crate) overflow: Overflow,
    /// The watchdog knows that the consumer waits in the middle of an item.
    pub(crate) listed: bool,
    pub(crate) refused: u64,
    senders: Option<Box<Senders>>,
}

/// What senders meet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Door {
    Open,
    Closed,
    /// The counts are final, too; who comes now is counted elsewhere.
    Retired,
}

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
        #[cfg(not(actor_uncounted))] // for the benchmark of what counting costs
        {
            shared.accepted += 1;
        }
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

    pub(crate) fn wake_consumer(&self) {
        if let Some(consumer) = self.consumer.get() {
            consumer.wake_by_ref();
        }
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

    pub(crate) fn is_closed(&self) -> bool {
        self.door != Door::Open
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.door == Door::Retired
    }

    fn line_is_empty(&self) -> bool {
        self.senders.as_ref().is_none_or(|line| line.is_empty())
    }

    fn senders(&mut self) -> &mut Senders {
        self.senders.get_or_insert_default()
    }

    /// Promises free places to those first in line; returns whom to wake after the lock.
    pub(crate) fn grant(&mut self, progress: &Progress) -> Vec<Waker> {
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

    pub(crate) fn close(&mut self, progress: &Progress) -> Vec<Waker> {
        self.door = self.door.max(Door::Closed);
        self.reserved = 0;
        progress.set_senders_wait(false);
        match self.senders.take() {
            Some(line) => line.into_wakers(),
            None => Vec::new(),
        }
    }
}
