//! How a message finds its worker.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::sync::{AtomicU64, Ordering};

/// One of [`RoundRobin`], [`Random`], [`LeastLoaded`] and [`ConsistentHash`]. Sealed.
pub trait Strategy: sealed::Sealed + Send + Sync + 'static {
    /// Takes the seed of all that is random.
    #[doc(hidden)]
    fn seed(&mut self, _seed: u64) {}
}

mod sealed {
    /// Which strategies there are is the pool's affair.
    pub trait Sealed {}
}

/// "Messages of type `M` find their worker": holds for all messages, and with [`ConsistentHash`] for
/// those that have a [`RouteKey`].
#[diagnostic::on_unimplemented(
    message = "`{M}` has no key by which this pool could find its worker",
    label = "`RouteKey` is missing for this message",
    note = "write `impl actor::RouteKey for {M}`, or use another kind of pool"
)]
pub trait Routes<M>: Strategy {
    /// Where to begin, and whether another worker would do.
    #[doc(hidden)]
    fn route(&self, message: &M, workers: &dyn Loads) -> Route;
}

/// What a strategy may know of the workers.
#[doc(hidden)]
pub trait Loads {
    /// How many there are; at least one.
    fn size(&self) -> usize;
    /// How many messages wait for this one.
    fn load(&self, worker: usize) -> u64;
}

/// Where a message goes.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The worker to try first.
    pub first: usize,
    /// Whether the others may be tried after it, in their order.
    pub or_another: bool,
}

/// Says which worker of a [`Pool::consistent_hash`](crate::Pool::consistent_hash) a message belongs to.
///
/// ```
/// struct Deposit { account: String, amount: u64 }
///
/// impl actor::RouteKey for Deposit {
///     type Key = str;
///     fn route_key(&self) -> &str { &self.account }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no key by which a pool could find its worker",
    label = "`RouteKey` is missing for this message",
    note = "write `impl actor::RouteKey for {Self}`, or use another kind of pool"
)]
pub trait RouteKey {
    /// What is hashed.
    type Key: Hash + ?Sized;
    /// The key: messages with equal keys go to the same worker.
    fn route_key(&self) -> &Self::Key;
}

/// One worker after the other; see [`Pool::round_robin`](crate::Pool::round_robin).
#[derive(Debug, Default)]
pub struct RoundRobin {
    turn: AtomicU64,
}

/// Any worker; see [`Pool::random`](crate::Pool::random).
#[derive(Debug, Default)]
pub struct Random {
    state: AtomicU64,
}

/// The worker with the fewest messages; see [`Pool::least_loaded`](crate::Pool::least_loaded).
#[derive(Debug, Default)]
pub struct LeastLoaded {
    turn: AtomicU64,
}

/// The worker of the message's key; see [`Pool::consistent_hash`](crate::Pool::consistent_hash).
#[derive(Debug, Clone, Copy, Default)]
pub struct ConsistentHash;

impl sealed::Sealed for RoundRobin {}
impl sealed::Sealed for Random {}
impl sealed::Sealed for LeastLoaded {}
impl sealed::Sealed for ConsistentHash {}

impl Strategy for RoundRobin {}
impl Strategy for LeastLoaded {}
impl Strategy for ConsistentHash {}

impl Strategy for Random {
    fn seed(&mut self, seed: u64) {
        self.state = AtomicU64::new(seed);
    }
}

impl<M> Routes<M> for RoundRobin {
    fn route(&self, _message: &M, workers: &dyn Loads) -> Route {
        Route {
            first: remainder(self.turn.fetch_add(1, Ordering::Relaxed), workers.size()),
            or_another: true,
        }
    }
}

impl<M> Routes<M> for Random {
    fn route(&self, _message: &M, workers: &dyn Loads) -> Route {
        let state = self.state.fetch_add(GOLDEN, Ordering::Relaxed);
        Route {
            first: remainder(mix(state.wrapping_add(GOLDEN)), workers.size()),
            or_another: true,
        }
    }
}

impl<M> Routes<M> for LeastLoaded {
    fn route(&self, _message: &M, workers: &dyn Loads) -> Route {
        let size = workers.size();
        // Ties go to each in turn.
        let turn = remainder(self.turn.fetch_add(1, Ordering::Relaxed), size);
        let all = (0..size).map(|step| (turn + step) % size);
        Route {
            first: all.min_by_key(|&worker| workers.load(worker)).unwrap_or(0),
            or_another: true,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: RouteKey> Routes<M> for ConsistentHash {
    fn route(&self, message: &M, workers: &dyn Loads) -> Route {
        let mut hasher = DefaultHasher::new(); // with fixed keys
        message.route_key().hash(&mut hasher);
        Route {
            first: jump(hasher.finish(), workers.size()),
            or_another: false,
        }
    }
}

/// The step of SplitMix64 (Steele, Lea and Flood, 2014).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The output function of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[allow(clippy::cast_possible_truncation)] // the remainder is smaller than a `usize`
fn remainder(number: u64, size: usize) -> usize {
    (number % size as u64) as usize
}

/// Jump consistent hash (Lamping and Veach, 2014).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // as in the paper: all values stay below `size` or 2^31
fn jump(mut key: u64, size: usize) -> usize {
    let (mut found, mut next) = (0_u64, 0_u64);
    while next < size as u64 {
        found = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let step = (1_u64 << 31) as f64 / ((key >> 33) + 1) as f64;
        next = ((found + 1) as f64 * step) as u64;
    }
    found as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_moves_no_more_keys_than_it_must() {
        for size in 1..20 {
            let moved = (0..10_000).filter(|&key| {
                let (before, after) = (jump(mix(key), size), jump(mix(key), size + 1));
                assert!(after == before || after == size, "only to the new worker");
                after != before
            });
            let fair = 10_000 / (size + 1);
            let moved = moved.count();
            assert!(moved.abs_diff(fair) < fair / 5, "{moved} of about {fair}");
        }
    }
}
