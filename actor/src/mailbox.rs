//! How much mail may wait for an actor.

use std::fmt;
use std::num::NonZeroU32;

/// The size of a mailbox: bounded unless you ask otherwise.
///
/// The bound counts every message that is not yet given to a handler. A full mailbox refuses
/// (`tell` gives the message back) or makes the sender wait (`tell_wait`); stopping, killing and
/// `Terminated` never meet it.
///
/// ```
/// use actor::Mailbox;
/// assert_eq!(Mailbox::bounded(64).capacity(), Some(64));
/// assert_eq!(Mailbox::unbounded().capacity(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mailbox {
    capacity: Option<NonZeroU32>,
}

impl Mailbox {
    /// Room for `capacity` messages, from 1 (0 counts as 1) to `u32::MAX - 1`.
    #[must_use]
    pub const fn bounded(capacity: usize) -> Self {
        let most = (u32::MAX - 1) as usize;
        let capacity = if capacity > most { most } else { capacity };
        #[allow(clippy::cast_possible_truncation)] // just bounded
        match NonZeroU32::new(capacity as u32) {
            Some(capacity) => Self {
                capacity: Some(capacity),
            },
            None => Self {
                capacity: Some(NonZeroU32::MIN),
            },
        }
    }

    /// No bound: memory is the limit, and `tell` refuses only when the actor has stopped.
    #[must_use]
    pub const fn unbounded() -> Self {
        Self { capacity: None }
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
            Some(capacity) => write!(f, "Mailbox::bounded({capacity})"),
            None => f.write_str("Mailbox::unbounded()"),
        }
    }
}
