//! The deadlines of all pending asks of a system, in one table that one task sweeps.
//!
//! No ask has a timer of its own. A deadline is never early and at most two ticks (20 ms) late. The
//! sweeping task runs only while asks are pending. It also looks for circles among the actors that
//! wait for each other ([`Waits`]), because it meets what has waited for a while anyway.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::failure::catch;
use crate::runtime::Runtime;
use crate::sync::{Arc, Mutex, OnceLock};
use crate::waits::{Cycle, Edge, Waits};
use crate::wheel::{Expire, FAR, Pending, Shard, TICK_NANOS};

/// Enough that threads seldom meet.
const MOST_SHARDS: usize = 64;
/// How long a circle of waits must last before it is told, in nanoseconds (100 ms): one that
/// dissolves by itself is no deadlock.
const PATIENCE: u64 = 100_000_000;

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
    runtime: Arc<Runtime>,
    epoch: Instant,
    shards: Box<[Mutex<Shard>]>,
    /// Whether the sweeping task runs.
    sweeping: Mutex<bool>,
    /// Taken under the lock of a shard, and not the other way round.
    circles: Mutex<Circles>,
    tell: OnceLock<Tell>,
}

/// Whom to tell of a circle of waits.
type Tell = Box<dyn Fn(&[Edge]) + Send + Sync>;

#[derive(Default)]
struct Circles {
    waits: Waits,
    /// Circles that were seen, and when to look at them again.
    seen: Vec<(u64, Cycle)>,
}

impl Circles {
    /// Those that have lasted.
    fn lasting(&mut self, now: u64) -> Vec<Cycle> {
        let ripe = self.seen.extract_if(.., |(again, _)| *again <= now);
        let ripe: Vec<_> = ripe.map(|(_, cycle)| cycle).collect();
        let lasting = ripe.into_iter().filter(|cycle| self.waits.holds(cycle));
        lasting.collect()
    }
}

impl Deadlines {
    pub(crate) fn new(runtime: Arc<Runtime>) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            runtime,
            epoch: Instant::now(),
            shards: (0..cores.next_power_of_two().min(MOST_SHARDS))
                .map(|_| Mutex::default())
                .collect(),
            sweeping: Mutex::new(false),
            circles: Mutex::default(),
            tell: OnceLock::new(),
        })
    }

    /// Whom to tell of circles of waits that last. Only the first call counts.
    pub(crate) fn tell_of_circles(&self, tell: impl Fn(&[Edge]) + Send + Sync + 'static) {
        let _ = self.tell.set(Box::new(tell));
    }

    /// Ends `who` when `after` has passed. `None`: so far away that it never does, and no actor
    /// waits for it.
    pub(crate) fn put<E: Expire + 'static>(
        self: &Arc<Self>,
        after: Duration,
        who: &Arc<E>,
        wait: Option<Edge>,
    ) -> Option<Ticket> {
        let after = nanos(after).unwrap_or(u64::MAX);
        if after > FAR && wait.is_none() {
            return None;
        }
        let who: Arc<dyn Expire> = who.clone();
        Some(self.put_any(Pending {
            after,
            who: Some(who),
            wait,
        }))
    }

    /// Notes that an actor waits for room in a mailbox.
    pub(crate) fn put_wait(self: &Arc<Self>, wait: Edge) -> Ticket {
        self.put_any(Pending {
            after: u64::MAX,
            who: None,
            wait: Some(wait),
        })
    }

    fn put_any(self: &Arc<Self>, pending: Pending) -> Ticket {
        let shard = self.own_shard();
        let mut inner = self.shards[shard].lock();
        let (young, number) = inner.put(pending);
        let asleep = !std::mem::replace(&mut inner.awake, true);
        drop(inner);
        if asleep {
            self.start_sweeping();
        }
        #[allow(clippy::cast_possible_truncation)] // few shards; and memory ends before 2^32 asks
        Ticket {
            shard: shard as u32,
            young: young as u32,
            number,
        }
    }

    /// Takes an entry out, unless it was swept.
    pub(crate) fn take(&self, ticket: Ticket) {
        let shard = ticket.shard as usize;
        let mut inner = self.shards[shard].lock();
        let taken = inner.take(ticket.young as usize, ticket.number);
        drop(inner);
        if let Some(wait) = taken.as_ref().and_then(|taken| taken.wait) {
            let id = (shard, ticket.number);
            self.circles.lock().waits.remove(id, &wait);
        }
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
            for shard in 0..self.shards.len() {
                for who in self.sweep_shard(shard) {
                    // An asker's waker may panic, or the drop of an answer that nobody took. The
                    // deadlines of all others depend on this task.
                    if catch(move || who.expire()).is_err() {
                        tracing::error!("an asker panicked when its time was over");
                    }
                }
            }
            self.tell_what_lasts();
            if self.try_rest() {
                return;
            }
        }
    }

    fn sweep_shard(&self, shard: usize) -> Vec<Arc<dyn Expire>> {
        let mut inner = self.shards[shard].lock();
        let now = self.nanos();
        let swept = inner.sweep(now);
        if !swept.begun.is_empty() || !swept.ended.is_empty() {
            // Under the shard's lock: a wait that is taken out there is here already.
            let mut circles = self.circles.lock();
            for (number, wait) in &swept.ended {
                circles.waits.remove((shard, *number), wait);
            }
            for (number, wait) in swept.begun {
                let cycle = circles.waits.add((shard, number), wait);
                circles
                    .seen
                    .extend(cycle.map(|cycle| (now + PATIENCE, cycle)));
            }
        }
        swept.due
    }

    fn tell_what_lasts(&self) {
        let lasting = self.circles.lock().lasting(self.nanos());
        let Some(tell) = self.tell.get() else { return };
        for cycle in lasting {
            let waits: Vec<Edge> = cycle.into_iter().map(|(_, edge)| edge).collect();
            if catch(|| tell(&waits)).is_err() {
                tracing::error!("the report of a deadlock panicked");
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
        if !self.circles.lock().seen.is_empty() {
            return false;
        }
        *sweeping = false;
        true
    }
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
    use crate::waits::For;

    const TICK: Duration = Duration::from_nanos(TICK_NANOS);

    fn table() -> Arc<Deadlines> {
        let here = tokio::runtime::Handle::current();
        Deadlines::new(Arc::new(Runtime::new(here)))
    }

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
        let table = table();
        let bells: Vec<_> = (0..40_u64)
            .map(|n| {
                let (bell, after) = (Arc::new(Bell::default()), Duration::from_millis(n * n * 7));
                table.put(after, &bell, None).expect("near");
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
        let table = table();
        let bell: Arc<Bell> = Arc::default();
        let ticket = table.put(TICK, &bell, None).expect("near");
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
        let table = table();
        table.put(TICK, &Arc::new(Bomb), None).expect("near");
        let bells: [Arc<Bell>; 2] = Default::default();
        table.put(TICK * 2, &bells[0], None).expect("near");
        tokio::time::sleep(TICK * 6).await;
        table.put(TICK, &bells[1], None).expect("near");
        tokio::time::sleep(TICK * 6).await;
        assert_eq!(bells.map(|bell| rung(&bell)), [1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_time_out_is_no_entry() {
        let table = table();
        let bell = Arc::<Bell>::default();
        assert!(table.put(Duration::MAX, &bell, None).is_none());
        assert_eq!(table.pending(), 0);
    }

    fn edge(waiter: u64, target: u64) -> Edge {
        Edge {
            waiter,
            target,
            message_type: "M",
            what: For::Room,
        }
    }

    fn with_reports() -> (Arc<Deadlines>, Arc<AtomicU32>) {
        let (table, told) = (table(), Arc::new(AtomicU32::new(0)));
        let count = told.clone();
        table.tell_of_circles(move |waits| {
            assert_eq!(waits.len(), 2);
            count.fetch_add(1, Ordering::SeqCst);
        });
        (table, told)
    }

    #[tokio::test(start_paused = true)]
    async fn a_circle_of_waits_without_end_is_told_once() {
        let (table, told) = with_reports();
        let bell = Arc::<Bell>::default();
        let one = table.put(Duration::MAX, &bell, Some(edge(1, 2)));
        let two = table.put_wait(edge(2, 1));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(told.load(Ordering::SeqCst), 1);
        assert!(!*table.sweeping.lock(), "nothing is left to do");
        table.take(one.expect("a wait"));
        table.take(two);
        assert_eq!(table.pending(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_circle_that_dissolves_is_not_told() {
        let (table, told) = with_reports();
        let bell = Arc::<Bell>::default();
        table.put(TICK * 5, &bell, Some(edge(1, 2)));
        let two = table.put_wait(edge(2, 1));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!((told.load(Ordering::SeqCst), rung(&bell)), (0, 1));
        table.take(two);
    }
}
