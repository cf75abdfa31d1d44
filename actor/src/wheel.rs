//! One part of the table of deadlines: a hashed timing wheel (Varghese and Lauck, 1987, scheme 6) with
//! a nursery before it.
//!
//! Most asks are answered within a tick, so an entry is put on the wheel, and the clock read for it,
//! only by the first sweep that finds it. In and out takes constant time.

use std::collections::HashMap;

use slab::Slab;

use crate::sync::Arc;
use crate::waits::Edge;

/// How often the table is swept, in nanoseconds (10 ms).
pub(crate) const TICK_NANOS: u64 = 10_000_000;
/// One round of the wheel is 5.12 s, a little more than the default time-out, so that a usual
/// entry is looked at once.
const BUCKETS: usize = 512;
/// Where that lies which has no deadline, behind the wheel's own.
const ENDLESS: usize = BUCKETS;
/// A time-out of more than this, 292 years in nanoseconds, never ends.
pub(crate) const FAR: u64 = u64::MAX / 2;
/// A bucket that grew beyond this is given back when it is empty.
const KEEP_ENTRIES: usize = 64;

/// What a deadline ends.
pub(crate) trait Expire: Send + Sync {
    fn expire(&self);
}

/// What is put into the table.
pub(crate) struct Pending {
    /// In nanoseconds; more than [`FAR`] is never.
    pub(crate) after: u64,
    /// Whom to tell; nobody, when it is there for its wait alone.
    pub(crate) who: Option<Arc<dyn Expire>>,
    /// Which actor waits for which.
    pub(crate) wait: Option<Edge>,
}

#[derive(Default)]
pub(crate) struct Shard {
    /// What has come since the last sweep; its time-outs count from then.
    nursery: Slab<(u64, Pending)>,
    /// Empty until the first entry.
    wheel: Vec<Slab<Entry>>,
    /// Where on the wheel an entry lies.
    places: HashMap<u64, Place>,
    /// Entries so far.
    numbers: u64,
    /// Everything up to this tick is swept.
    swept: u64,
    /// Set from the first entry on until a sweep finds nothing to do.
    pub(crate) awake: bool,
}

struct Entry {
    number: u64,
    tick: u64,
    who: Option<Arc<dyn Expire>>,
    wait: Option<Edge>,
}

#[derive(Clone, Copy)]
struct Place {
    bucket: usize,
    index: usize,
}

/// What a sweep has found.
#[derive(Default)]
pub(crate) struct Swept {
    /// Whose time is over.
    pub(crate) due: Vec<Arc<dyn Expire>>,
    /// The waits that are over with it, by number.
    pub(crate) ended: Vec<(u64, Edge)>,
    /// The waits that have lasted for a tick.
    pub(crate) begun: Vec<(u64, Edge)>,
}

/// What was taken out.
pub(crate) struct Taken {
    #[allow(dead_code)] // dropped by the caller, not under the lock
    who: Option<Arc<dyn Expire>>,
    /// A wait that a sweep has told of.
    pub(crate) wait: Option<Edge>,
}

impl Shard {
    /// Returns where it lies in the nursery, and its number.
    pub(crate) fn put(&mut self, pending: Pending) -> (usize, u64) {
        self.numbers += 1;
        (self.nursery.insert((self.numbers, pending)), self.numbers)
    }

    /// Takes an entry out, unless it was swept.
    pub(crate) fn take(&mut self, young: usize, number: u64) -> Option<Taken> {
        if self.nursery.get(young).is_some_and(|(n, _)| *n == number) {
            let (_, Pending { who, .. }) = self.nursery.try_remove(young)?;
            return Some(Taken { who, wait: None });
        }
        let place = self.places.remove(&number)?;
        let Entry { who, wait, .. } = self.wheel[place.bucket].try_remove(place.index)?;
        Some(Taken { who, wait })
    }

    /// Takes out what is due, and moves what is young to the wheel.
    pub(crate) fn sweep(&mut self, now: u64) -> Swept {
        let mut swept = Swept::default();
        if !self.awake {
            return swept;
        }
        if self.has_nothing_to_do() {
            self.awake = false;
            return swept;
        }
        self.take_due(now / TICK_NANOS, &mut swept);
        self.empty_nursery(now, &mut swept);
        swept
    }

    /// Entries.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nursery.len() + self.places.len()
    }

    fn has_nothing_to_do(&self) -> bool {
        let endless = self.wheel.get(ENDLESS).map_or(0, Slab::len);
        self.nursery.is_empty() && self.places.len() == endless
    }

    fn take_due(&mut self, now: u64, swept: &mut Swept) {
        if self.wheel.is_empty() || now <= self.swept {
            return;
        }
        let first = (self.swept + 1).max(now.saturating_sub(BUCKETS as u64 - 1));
        for tick in first..=now {
            let bucket = &mut self.wheel[bucket_of(tick)];
            let ripe = bucket.iter().filter(|(_, entry)| entry.tick <= now);
            let keys: Vec<usize> = ripe.map(|(key, _)| key).collect();
            for key in keys {
                let entry = bucket.remove(key);
                self.places.remove(&entry.number);
                swept.due.extend(entry.who);
                swept
                    .ended
                    .extend(entry.wait.map(|wait| (entry.number, wait)));
            }
            if bucket.is_empty() && bucket.capacity() > KEEP_ENTRIES {
                *bucket = Slab::new();
            }
        }
        if self.places.is_empty() && self.places.capacity() > KEEP_ENTRIES {
            self.places = HashMap::new();
        }
        self.swept = now;
    }

    fn empty_nursery(&mut self, now: u64, swept: &mut Swept) {
        if self.wheel.is_empty() {
            self.wheel.resize_with(BUCKETS + 1, Slab::new);
            self.swept = now / TICK_NANOS;
        }
        for (number, Pending { after, who, wait }) in self.nursery.drain() {
            swept.begun.extend(wait.map(|wait| (number, wait)));
            // Behind what is swept, so that it does not wait a whole round.
            let tick = (now.saturating_add(after) / TICK_NANOS + 1).max(self.swept + 1);
            let bucket = if after > FAR {
                ENDLESS
            } else {
                bucket_of(tick)
            };
            let entry = Entry {
                number,
                tick,
                who,
                wait,
            };
            let index = self.wheel[bucket].insert(entry);
            self.places.insert(number, Place { bucket, index });
        }
        if self.nursery.capacity() > KEEP_ENTRIES {
            self.nursery = Slab::new();
        }
    }
}

fn bucket_of(tick: u64) -> usize {
    #[allow(clippy::cast_possible_truncation)] // the remainder is small
    let bucket = (tick % BUCKETS as u64) as usize;
    bucket
}
