//! The locks and atomics of the mailbox, the reply slot and the cell, from one place, so that a model
//! checker's types can take theirs: `--cfg actor_loom`, `--cfg actor_shuttle` (names of our own,
//! because tokio reacts to `cfg(loom)`).

pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::sync::{Arc, OnceLock, Weak};

#[cfg(not(any(actor_loom, actor_shuttle)))]
pub(crate) use parking_lot::{Mutex, MutexGuard, RwLock};
#[cfg(not(any(actor_loom, actor_shuttle)))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64};

#[cfg(any(actor_loom, actor_shuttle))]
pub(crate) use self::checked::{Mutex, MutexGuard, RwLock};
#[cfg(actor_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64};
#[cfg(actor_shuttle)]
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64};

/// The checker's locks, with the methods of those that they stand for.
#[cfg(any(actor_loom, actor_shuttle))]
mod checked {
    #[cfg(actor_loom)]
    use loom::sync as theirs;
    #[cfg(actor_shuttle)]
    use shuttle::sync as theirs;

    pub(crate) use theirs::MutexGuard;
    use theirs::{RwLockReadGuard, RwLockWriteGuard};

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(theirs::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(theirs::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect("no model panics under a lock")
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct RwLock<T>(theirs::RwLock<T>);

    impl<T> RwLock<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(theirs::RwLock::new(value))
        }

        pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
            self.0.read().expect("no model panics under a lock")
        }

        pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
            self.0.write().expect("no model panics under a lock")
        }
    }
}
