//! The deadlines of all pending asks of a system, in one table that one task sweeps.
//!
//! A hashed timing wheel (Varghese and Lauck, 1987, scheme 6) with a nursery before it: most asks
//! are answered within a tick, so an entry is put on the wheel, and the clock read for it, only by
//! the first sweep that finds it. In and out takes constant time, and no ask has a timer of its own.
//! A deadline is never early and at most two ticks (20 ms) late. The sweeping task runs only while
//! asks are pending.

use std::collections::HashMap;
use std::time::Duration;

use slab::Slab;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::failure::catch;
use crate::sync::{Arc, Mutex};

/// How often the table is swept, in nanoseconds (10 ms).
const TICK_NANOS: u64 = 10_000_000;
/// One round of the wheel is 5.12 s, a little more than the default time-out, so that a usual
/// entry is looked at once.
const BUCKETS: usize = 512;
/// Enough that threads seldom meet.
const MOST_SHARDS: usize = 64;
/// A time-out of more than this, 292 years in nanoseconds, never ends.
const FAR: u64 = u64::MAX / 2;
/// A bucket that grew beyond this is given back when it is empty.
const KEEP_ENTRIES: usize = 64;

/// What a deadline ends.
pub(crate) trait Expire: Send + Sync {
    fn expire(&self);
}

/// Where an entry lies, to take it out again.
#[derive(Debug)]
pub(crate) struct Ticket {
    shard: u32,
    /// Where it lies in the nursery, if it still does.
    young: u32,
    /// Tells the entry from a later one in the same place.
    number: u64,
}

pub(crate) struct Deadlines {
    runtime: Handle,
    epoch: Instant,
    shards: Box<[Mutex<Shard>]>,
    /// Whether the sweeping task runs.
    sweeping: Mutex<bool>,
}

#[derive(Default)]
struct Shard {
    /// What has come since the last sweep; its time-outs count from then.
    nursery: Slab<Young>,
    /// Empty until the first entry.
    wheel: Vec<Slab<Entry>>,
    /// Where on the wheel an entry lies.
    places: HashMap<u64, Place>,
    /// Entries so far.
    numbers: u64,
    /// Everything up to this tick is swept.
    swept: u64,
    /// Set from the first entry on until a sweep finds the shard empty.
    awake: bool,
}

struct Young {
    number: u64,
    after: u64,
    who: Arc<dyn Expire>,
}

struct Entry {
    number: u64,
    tick: u64,
    who: Arc<dyn Expire>,
}

#[derive(Clone, Copy)]
struct Place {
    bucket: usize,
    index: usize,
}

impl Deadlines {
    pub(crate) fn new(runtime: Handle) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            runtime,
            epoch: Instant::now(),
            shards: (0..cores.next_power_of_two().min(MOST_SHARDS))
                .map(|_| Mutex::default())
                .collect(),
            sweeping: Mutex::new(false),
        })
    }

    /// Ends `who` when `after` has passed. `None`: so far away that it never does.
    pub(crate) fn put<E: Expire + 'static>(
        self: &Arc<Self>,
        after: Duration,
        who: &Arc<E>,
    ) -> Option<Ticket> {
        let after = nanos(after)?;
        self.put_any(after, who.clone())
    }

    fn put_any(self: &Arc<Self>, after: u64, who: Arc<dyn Expire>) -> Option<Ticket> {
        if after > FAR {
            return None;
        }
        let shard = self.own_shard();
        let mut inner = self.shards[shard].lock();
        inner.numbers += 1;
        let number = inner.numbers;
        let young = inner.nursery.insert(Young { number, after, who });
        let asleep = !std::mem::replace(&mut inner.awake, true);
        drop(inner);
        if asleep {
            self.start_sweeping();
        }
        #[allow(clippy::cast_possible_truncation)] // few shards; and memory ends before 2^32 asks
        Some(Ticket {
            shard: shard as u32,
            young: young as u32,
            number,
        })
    }

    /// Takes an entry out, unless it was swept.
    pub(crate) fn take(&self, ticket: Ticket) {
        let who = self.shards[ticket.shard as usize].lock().take(&ticket);
        drop(who); // not under the lock
    }

    /// Deadlines not yet reached.
    #[cfg(test)]
    pub(crate) fn pending(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    /// Threads keep to different shards, so that they do not meet.
    fn own_shard(&self) -> usize {
        thread_local!(static HERE: u8 = const { 0 });
        let address = HERE.with(|here| std::ptr::from_ref(here) as usize);
        // The thread's block of memory tells threads apart; its low bits do not.
        (address >> 12).wrapping_mul(0x9E37_79B9) >> 16 & (self.shards.len() - 1)
    }

    /// Time since the table was made.
    fn nanos(&self) -> u64 {
        nanos(self.epoch.elapsed()).unwrap_or(u64::MAX)
    }

    fn start_sweeping(self: &Arc<Self>) {
        let mut sweeping = self.sweeping.lock();
        if !*sweeping {
            *sweeping = true;
            let table = self.clone();
            self.runtime.spawn(async move { table.sweep().await });
        }
    }

    async fn sweep(&self) {
        loop {
            let next = (self.nanos() / TICK_NANOS + 1) * TICK_NANOS;
            sleep_until(self.epoch + Duration::from_nanos(next)).await;
            for shard in &self.shards {
                let due = shard.lock().sweep(self.nanos());
                for who in due {
                    // An asker's waker may panic, or the drop of an answer that nobody took. The
                    // deadlines of all others depend on this task.
                    if catch(move || who.expire()).is_err() {
                        tracing::error!("an asker panicked when its time was over");
                    }
                }
            }
            if self.try_rest() {
                return;
            }
        }
    }

    /// Whether nothing is pending. Looks under the lock that `start_sweeping` takes, so that an
    /// entry that comes now finds either this task awake or the flag cleared.
    fn try_rest(&self) -> bool {
        let mut sweeping = self.sweeping.lock();
        if self.shards.iter().any(|shard| shard.lock().awake) {
            return false;
        }
        *sweeping = false;
        true
    }
}

impl Shard {
    fn len(&self) -> usize {
        self.nursery.len() + self.places.len()
    }

    fn take(&mut self, ticket: &Ticket) -> Option<Arc<dyn Expire>> {
        let young = ticket.young as usize;
        if let Some(entry) = self.nursery.get(young)
            && entry.number == ticket.number
        {
            return self.nursery.try_remove(young).map(|entry| entry.who);
        }
        let place = self.places.remove(&ticket.number)?;
        let entry = self.wheel[place.bucket].try_remove(place.index)?;
        Some(entry.who)
    }

    /// Takes out what is due, and moves what is young to the wheel.
    fn sweep(&mut self, now: u64) -> Vec<Arc<dyn Expire>> {
        if !self.awake {
            return Vec::new();
        }
        if self.len() == 0 {
            self.awake = false;
            return Vec::new();
        }
        let due = self.take_due(now / TICK_NANOS);
        self.empty_nursery(now);
        due
    }

    fn take_due(&mut self, now: u64) -> Vec<Arc<dyn Expire>> {
        let mut due = Vec::new();
        if self.wheel.is_empty() || now <= self.swept {
            return due;
        }
        let first = (self.swept + 1).max(now.saturating_sub(BUCKETS as u64 - 1));
        for tick in first..=now {
            let bucket = &mut self.wheel[bucket_of(tick)];
            let ripe = bucket.iter().filter(|(_, entry)| entry.tick <= now);
            let keys: Vec<usize> = ripe.map(|(key, _)| key).collect();
            for key in keys {
                let entry = bucket.remove(key);
                self.places.remove(&entry.number);
                due.push(entry.who);
            }
            if bucket.is_empty() && bucket.capacity() > KEEP_ENTRIES {
                *bucket = Slab::new();
            }
        }
        if self.places.is_empty() && self.places.capacity() > KEEP_ENTRIES {
            self.places = HashMap::new();
        }
        self.swept = now;
        due
    }

    fn empty_nursery(&mut self, now: u64) {
        if self.wheel.is_empty() {
            self.wheel.resize_with(BUCKETS, Slab::new);
            self.swept = now / TICK_NANOS;
        }
        for Young { number, after, who } in self.nursery.drain() {
            // Behind what is swept, so that it does not wait a whole round.
            let tick = ((now + after) / TICK_NANOS + 1).max(self.swept + 1);
            let bucket = bucket_of(tick);
            let index = self.wheel[bucket].insert(Entry { number, tick, who });
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

/// `None`: more than 584 years.
fn nanos(time: Duration) -> Option<u64> {
    let whole = time.as_secs().checked_mul(1_000_000_000)?;
    whole.checked_add(u64::from(time.subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{AtomicU32, Ordering};

    const TICK: Duration = Duration::from_nanos(TICK_NANOS);

    #[derive(Default)]
    struct Bell(AtomicU32);

    impl Expire for Bell {
        fn expire(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn rung(bell: &Bell) -> u32 {
        bell.0.load(Ordering::SeqCst)
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_never_early_and_at_most_a_tick_late() {
        let table = Deadlines::new(Handle::current());
        let bells: Vec<_> = (0..40_u64)
            .map(|n| {
                let (bell, after) = (Arc::new(Bell::default()), Duration::from_millis(n * n * 7));
                table.put(after, &bell).expect("near");
                (Instant::now() + after, bell)
            })
            .collect();
        while table.pending() > 0 {
            tokio::time::advance(Duration::from_millis(1)).await;
            tokio::task::yield_now().await;
            for (at, bell) in &bells {
                let late = Instant::now().saturating_duration_since(*at);
                assert!(rung(bell) == 0 || Instant::now() >= *at, "early");
                assert!(rung(bell) == 1 || late <= TICK * 2, "late by {late:?}");
            }
        }
        assert!(bells.iter().all(|(_, bell)| rung(bell) == 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_out_never_rings_and_the_task_ends() {
        let table = Deadlines::new(Handle::current());
        let bell: Arc<Bell> = Arc::default();
        let ticket = table.put(TICK, &bell).expect("near");
        table.take(ticket);
        tokio::time::sleep(TICK * 4).await;
        assert_eq!(rung(&bell), 0);
        assert!(!*table.sweeping.lock());
        assert_eq!(Arc::strong_count(&bell), 1);
    }

    /// Panics when its time is over.
    struct Bomb;

    impl Expire for Bomb {
        fn expire(&self) {
            panic!("a waker that panics");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_panics_leaves_the_deadlines_of_all_others() {
        let table = Deadlines::new(Handle::current());
        table.put(TICK, &Arc::new(Bomb)).expect("near");
        let bells: [Arc<Bell>; 2] = Default::default();
        table.put(TICK * 2, &bells[0]).expect("near");
        tokio::time::sleep(TICK * 6).await;
        table.put(TICK, &bells[1]).expect("near");
        tokio::time::sleep(TICK * 6).await;
        assert_eq!(bells.map(|bell| rung(&bell)), [1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_time_out_is_no_entry() {
        let table = Deadlines::new(Handle::current());
        assert!(table.put(Duration::MAX, &Arc::<Bell>::default()).is_none());
        assert_eq!(table.pending(), 0);
    }
}
