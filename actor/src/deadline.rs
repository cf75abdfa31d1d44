//! The deadlines of all pending asks of a system, in one table that one task sweeps.
//!
//! A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): an ask is put in and taken out in
//! constant time, and no ask has a timer of its own. The granularity is 10 ms; no deadline is
//! early. The sweeping task runs only while asks are pending.

use std::time::Duration;

use slab::Slab;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::sync::{Arc, Mutex};

/// How exact a deadline is: at most this late (and a busy runtime's delay).
const TICK: Duration = Duration::from_millis(10);
/// One round of the wheel is 5.12 s, a little more than the default time-out, so that a usual
/// entry is looked at once.
const BUCKETS: usize = 512;
/// A bucket that grew beyond this is given back when it is empty.
const KEEP_ENTRIES: usize = 64;

/// What a deadline ends.
pub(crate) trait Expire: Send + Sync {
    fn expire(&self);
}

/// Where an entry lies, to take it out again.
#[derive(Debug)]
pub(crate) struct Ticket {
    shard: usize,
    bucket: usize,
    index: usize,
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
    /// Empty until the first entry.
    buckets: Vec<Slab<Entry>>,
    entries: usize,
    /// Everything up to this tick is swept.
    swept: u64,
    /// Set from the first entry on until a sweep finds the shard empty.
    awake: bool,
}

struct Entry {
    tick: u64,
    who: Arc<dyn Expire>,
}

impl Deadlines {
    pub(crate) fn new(runtime: Handle) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            runtime,
            epoch: Instant::now(),
            shards: (0..cores.next_power_of_two())
                .map(|_| Mutex::default())
                .collect(),
            sweeping: Mutex::new(false),
        })
    }

    /// Ends `who` when `after` has passed. `None`: so far away that it never does.
    pub(crate) fn put(self: &Arc<Self>, after: Duration, who: Arc<dyn Expire>) -> Option<Ticket> {
        let now = Instant::now();
        let at = now.checked_add(after)?;
        let tick = self.tick_after(at);
        let bucket = bucket_of(tick);
        let shard = self.own_shard();
        let (index, woken) = {
            let mut inner = self.shards[shard].lock();
            let index = inner.put(bucket, Entry { tick, who });
            if !inner.awake {
                inner.awake = true;
                inner.swept = self.tick_before(now);
                (index, true)
            } else {
                (index, false)
            }
        };
        if woken {
            self.start_sweeping();
        }
        Some(Ticket {
            shard,
            bucket,
            index,
        })
    }

    /// Takes an entry out. One that was swept is not there any more; `who` says which is meant.
    pub(crate) fn take(&self, ticket: &Ticket, who: &Arc<dyn Expire>) {
        let entry = self.shards[ticket.shard].lock().take(ticket, who);
        drop(entry); // not under the lock
    }

    /// Deadlines not yet reached.
    #[cfg(test)]
    pub(crate) fn pending(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().entries).sum()
    }

    /// Threads keep to different shards, so that they do not meet.
    fn own_shard(&self) -> usize {
        thread_local!(static HERE: u8 = const { 0 });
        let address = HERE.with(|here| std::ptr::from_ref(here) as usize);
        // The thread's block of memory tells threads apart; its low bits do not.
        (address >> 12).wrapping_mul(0x9E37_79B9) >> 16 & (self.shards.len() - 1)
    }

    fn tick_after(&self, at: Instant) -> u64 {
        ticks(at.saturating_duration_since(self.epoch)) + 1
    }

    fn tick_before(&self, at: Instant) -> u64 {
        ticks(at.saturating_duration_since(self.epoch))
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
        let _reset = StopSweeping(self);
        loop {
            let next = self.tick_before(Instant::now()) + 1;
            sleep_until(self.epoch + TICK * u32::try_from(next).unwrap_or(u32::MAX)).await;
            let now = self.tick_before(Instant::now());
            for shard in &self.shards {
                let due = shard.lock().sweep(now);
                for who in due {
                    who.expire();
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

/// Clears the flag also when the runtime drops the task.
struct StopSweeping<'a>(&'a Deadlines);

impl Drop for StopSweeping<'_> {
    fn drop(&mut self) {
        *self.0.sweeping.lock() = false;
    }
}

impl Shard {
    fn put(&mut self, bucket: usize, entry: Entry) -> usize {
        if self.buckets.is_empty() {
            self.buckets.resize_with(BUCKETS, Slab::new);
        }
        self.entries += 1;
        self.buckets[bucket].insert(entry)
    }

    fn take(&mut self, ticket: &Ticket, who: &Arc<dyn Expire>) -> Option<Entry> {
        let bucket = self.buckets.get_mut(ticket.bucket)?;
        // Compares addresses alone: one entry's table of functions may exist twice.
        let own = bucket
            .get(ticket.index)
            .is_some_and(|entry| std::ptr::addr_eq(Arc::as_ptr(&entry.who), Arc::as_ptr(who)));
        if !own {
            return None;
        }
        self.entries -= 1;
        bucket.try_remove(ticket.index)
    }

    /// Takes out what is due up to and with `now`.
    fn sweep(&mut self, now: u64) -> Vec<Arc<dyn Expire>> {
        if !self.awake || now <= self.swept {
            return Vec::new();
        }
        if self.entries == 0 {
            self.awake = false;
            return Vec::new();
        }
        let first = (self.swept + 1).max(now.saturating_sub(BUCKETS as u64 - 1));
        let mut due = Vec::new();
        for tick in first..=now {
            let bucket = &mut self.buckets[bucket_of(tick)];
            if bucket.is_empty() {
                continue;
            }
            let keys: Vec<usize> = bucket
                .iter()
                .filter(|(_, entry)| entry.tick <= now)
                .map(|(key, _)| key)
                .collect();
            due.extend(keys.into_iter().map(|key| bucket.remove(key).who));
            if bucket.is_empty() && bucket.capacity() > KEEP_ENTRIES {
                *bucket = Slab::new();
            }
        }
        self.entries -= due.len();
        self.swept = now;
        due
    }
}

fn bucket_of(tick: u64) -> usize {
    #[allow(clippy::cast_possible_truncation)] // the remainder is small
    let bucket = (tick % BUCKETS as u64) as usize;
    bucket
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos() / TICK.as_nanos()).unwrap_or(u64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{AtomicU32, Ordering};

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
                table.put(after, bell.clone()).expect("near");
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
        let who: Arc<dyn Expire> = bell.clone();
        let ticket = table.put(TICK, who.clone()).expect("near");
        table.take(&ticket, &who);
        table.take(&ticket, &who);
        tokio::time::sleep(TICK * 4).await;
        assert_eq!(rung(&bell), 0);
        assert!(!*table.sweeping.lock());
        assert_eq!(Arc::strong_count(&bell), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_time_out_is_no_entry() {
        let table = Deadlines::new(Handle::current());
        assert!(table.put(Duration::MAX, Arc::<Bell>::default()).is_none());
        assert_eq!(table.pending(), 0);
    }
}
