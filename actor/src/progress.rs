//! What the consumer of a queue writes for each item.

use crate::sync::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};

/// The bit of the control lane that asks for a restart: above all levels, so that whoever compares
/// with one looks up.
pub(crate) const RESTART: u8 = 0x80;
/// The bit for commands of supervision, likewise.
pub(crate) const COMMAND: u8 = 0x40;

/// The consumer's side: what it writes for each item. Kept apart from the queue by its owner,
/// so that the senders' cache line and the consumer's are two.
#[derive(Default)]
pub(crate) struct Progress {
    /// Items of the batch that are not yet given to the handler, times two, plus one while the
    /// handler has one.
    left: AtomicU32,
    /// Which of its handlers the consumer was in last, counted from 1; 0 before the first.
    handler: AtomicU16,
    /// The control lane: one bit for each level that was raised, and [`RESTART`].
    signal: AtomicU8,
    /// Whether a sender waits for room.
    senders_wait: AtomicBool,
}

impl Progress {
    /// All that the control lane says: as a number at least the highest level raised so far.
    #[inline]
    pub(crate) fn signal(&self) -> u8 {
        // Relaxed: whoever parks looks again under the lock.
        self.signal.load(Ordering::Relaxed)
    }

    /// The levels raised so far: as a number at least the highest.
    #[inline]
    pub(crate) fn level(&self) -> u8 {
        self.signal() & !(RESTART | COMMAND)
    }

    /// Says before each item how many remain behind it.
    #[inline]
    pub(crate) fn begin_item(&self, behind: usize) {
        let left = u32::try_from(behind).unwrap_or(u32::MAX / 2 - 1);
        self.left.store(left * 2 + 1, Ordering::Relaxed);
    }

    /// Says how many there are, while the handler has none.
    pub(crate) fn set_left(&self, left: usize) {
        let left = u32::try_from(left).unwrap_or(u32::MAX / 2 - 1);
        self.left.store(left * 2, Ordering::Relaxed);
    }

    /// Says that the handler has nothing in hand. Whether it had.
    #[inline]
    pub(crate) fn end_item(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left & !1, Ordering::Relaxed);
        left & 1 == 1
    }

    /// Says which handler has the item in hand.
    #[inline]
    pub(crate) fn set_handler(&self, handler: u16) {
        self.handler.store(handler, Ordering::Relaxed);
    }

    /// Which handler had the item that was in hand last, counted from 1.
    pub(crate) fn handler(&self) -> u16 {
        self.handler.load(Ordering::Relaxed)
    }

    /// Whether the handler has an item.
    pub(crate) fn is_in_hand(&self) -> bool {
        self.left.load(Ordering::Relaxed) & 1 == 1
    }

    /// Items in the consumer's batch, without the one in the handler.
    pub(crate) fn unhandled(&self) -> u32 {
        self.left.load(Ordering::Relaxed) / 2
    }

    /// The batch is used up, or goes elsewhere.
    pub(crate) fn clear(&self) {
        self.left.store(0, Ordering::Relaxed);
    }

    /// `level` is one bit; it stays.
    pub(crate) fn raise(&self, level: u8) {
        self.signal.fetch_or(level, Ordering::Relaxed);
    }

    /// Whether this bit above the levels was raised; from now on it is not.
    pub(crate) fn take(&self, bit: u8) -> bool {
        self.signal.fetch_and(!bit, Ordering::Relaxed) & bit != 0
    }

    #[inline]
    pub(crate) fn senders_wait(&self) -> bool {
        self.senders_wait.load(Ordering::Relaxed)
    }

    pub(crate) fn set_senders_wait(&self, wait: bool) {
        self.senders_wait.store(wait, Ordering::Relaxed);
    }
}
