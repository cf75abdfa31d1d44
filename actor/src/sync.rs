//! The locks and atomics of the mailbox, the reply slot and the cell, from one place,
//! so that a model checker's types can take theirs.

pub(crate) use parking_lot::{Mutex, MutexGuard, RwLock};
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering,
};
pub(crate) use std::sync::{Arc, OnceLock, Weak};
