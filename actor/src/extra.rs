//! What a message can carry beside its content; most carry nothing, and pay nothing.

use crate::lease::Lease;
use crate::meta::Meta;

/// Lies in a box beside the message, in the enum's hidden variant.
#[doc(hidden)]
#[derive(Default)]
pub struct Extra {
    pub(crate) meta: Option<Meta>,
    /// The task that the message came from.
    pub(crate) lease: Option<Lease>,
    /// A panic is to be raised in place of the handler.
    pub(crate) panics: bool,
}

impl Extra {
    pub(crate) fn with_meta(meta: Meta) -> Self {
        Self {
            meta: Some(meta),
            ..Self::default()
        }
    }

    pub(crate) fn with_lease(lease: Lease) -> Self {
        Self {
            lease: Some(lease),
            ..Self::default()
        }
    }

    #[cfg(feature = "testkit")]
    pub(crate) fn with_panic() -> Self {
        Self {
            panics: true,
            ..Self::default()
        }
    }

    /// Whether the task that the message came from was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.lease.as_ref().is_some_and(Lease::is_cancelled)
    }
}
