//! How much mail may wait for an actor.

use std::fmt;
use std::num::NonZeroU32;

/// The size of a mailbox: bounded unless you ask otherwise.
///
/// The bound counts every message that is not yet given to a handler. A full mailbox refuses
/// (`tell` gives the message back) unless [`overflow`](Self::overflow) says otherwise, or makes the
/// sender wait (`tell_wait`); stopping, killing and `Terminated` never meet it.
///
/// ```
/// use actor::Mailbox;
/// assert_eq!(Mailbox::bounded(64).capacity(), Some(64));
/// assert_eq!(Mailbox::unbounded().capacity(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mailbox {
    capacity: Option<NonZeroU32>,
    overflow: Overflow,
}

/// What a full mailbox does with one more message.
///
/// What is dropped becomes a dead letter ([`DeadLetterReason::Overflow`]); whoever asked gets
/// [`AskError::Discarded`]. `tell_wait` always waits for room.
///
/// ```
/// use actor::{Mailbox, Overflow};
///
/// let latest_readings = Mailbox::bounded(16).overflow(Overflow::DropOldest);
/// ```
///
/// [`DeadLetterReason::Overflow`]: crate::DeadLetterReason::Overflow
/// [`AskError::Discarded`]: crate::AskError::Discarded
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Refuses it: the sender gets it back as `Full`.
    #[default]
    Refuse,
    /// Takes it and drops it.
    DropNewest,
    /// Takes it and drops the message that has waited longest. An actor with such a mailbox takes one
    /// message at a time, which costs it speed.
    DropOldest,
}

impl Mailbox {
    /// Room for `capacity` messages, from 1 (0 counts as 1) to `u32::MAX - 1`.
    #[must_use]
    pub const fn bounded(capacity: usize) -> Self {
        let most = (u32::MAX - 1) as usize;
        let capacity = if capacity > most { most } else { capacity };
        #[allow(clippy::cast_possible_truncation)] // just bounded
        match NonZeroU32::new(capacity as u32) {
            Some(capacity) => Self::with(Some(capacity)),
            None => Self::with(Some(NonZeroU32::MIN)),
        }
    }

    /// No bound: memory is the limit, and `tell` refuses only when the actor has stopped.
    #[must_use]
    pub const fn unbounded() -> Self {
        Self::with(None)
    }

    const fn with(capacity: Option<NonZeroU32>) -> Self {
        Self {
            capacity,
            overflow: Overflow::Refuse,
        }
    }

    /// What happens to a message for which there is no room. Default: [`Overflow::Refuse`].
    #[must_use]
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// What happens to a message for which there is no room.
    #[must_use]
    pub const fn on_overflow(self) -> Overflow {
        self.overflow
    }

    /// The bound, in messages; `None` when there is none.
    #[must_use]
    pub const fn capacity(self) -> Option<usize> {
        match self.capacity {
            Some(capacity) => Some(capacity.get() as usize),
            None => None,
        }
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.capacity {
            Some(capacity) => write!(f, "Mailbox::bounded({capacity})")?,
            None => f.write_str("Mailbox::unbounded()")?,
        }
        match self.overflow {
            Overflow::Refuse => Ok(()),
            other => write!(f, ".overflow({other:?})"),
        }
    }
}
