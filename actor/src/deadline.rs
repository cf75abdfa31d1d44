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
const TICK_NANOS: u64 = 10_000_000;
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
    /// Empty until the first entry.
    buckets: Vec<Slab<Entry>>,
    entries: usize,
    /// Entries so far.
    put: u64,
    /// Everything up to this tick is swept.
    swept: u64,
    /// Set from the first entry on until a sweep finds the shard empty.
    awake: bool,
}

struct Entry {
    tick: u64,
    number: u64,
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
        let now = self.nanos();
        let tick = now.checked_add(nanos(after)?)? / TICK_NANOS + 1;
        let shard = self.own_shard();
        let (ticket, asleep) = {
            let mut inner = self.shards[shard].lock();
            let asleep = !std::mem::replace(&mut inner.awake, true);
            if asleep {
                inner.swept = inner.swept.max(now / TICK_NANOS);
            }
            // The clock was read before the lock was taken: what a sweep has passed since then
            // would wait a whole round.
            let tick = tick.max(inner.swept + 1);
            let bucket = bucket_of(tick);
            let (index, number) = inner.put(bucket, tick, who);
            let ticket = Ticket {
                shard,
                bucket,
                index,
                number,
            };
            (ticket, asleep)
        };
        if asleep {
            self.start_sweeping();
        }
        Some(ticket)
    }

    /// Takes an entry out, unless it was swept.
    pub(crate) fn take(&self, ticket: &Ticket) {
        let entry = self.shards[ticket.shard].lock().take(ticket);
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
        let _reset = StopSweeping(self);
        loop {
            let next = (self.nanos() / TICK_NANOS + 1) * TICK_NANOS;
            sleep_until(self.epoch + Duration::from_nanos(next)).await;
            let now = self.nanos() / TICK_NANOS;
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
    fn put(&mut self, bucket: usize, tick: u64, who: Arc<dyn Expire>) -> (usize, u64) {
        if self.buckets.is_empty() {
            self.buckets.resize_with(BUCKETS, Slab::new);
        }
        self.entries += 1;
        self.put += 1;
        let number = self.put;
        let entry = Entry { tick, number, who };
        (self.buckets[bucket].insert(entry), number)
    }

    fn take(&mut self, ticket: &Ticket) -> Option<Entry> {
        let bucket = self.buckets.get_mut(ticket.bucket)?;
        if bucket.get(ticket.index)?.number != ticket.number {
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
        let ticket = table.put(TICK, bell.clone()).expect("near");
        table.take(&ticket);
        table.take(&ticket);
        tokio::time::sleep(TICK * 4).await;
        assert_eq!(rung(&bell), 0);
        assert!(!*table.sweeping.lock());
        assert_eq!(Arc::strong_count(&bell), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_time_out_is_no_entry() {
        let table = Deadlines::new(Handle::current());
        assert!(table.put(Duration::MAX, Arc::<Bell>::default()).is_none());
        assert_eq!(table.pending(), 0);
    }
}
