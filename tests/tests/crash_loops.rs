//! Rows C1 and C8: an actor that fails again and again costs no memory, and many together no processor.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor::{Backoff, Supervision};
use actor_tests::{at_rest, hush, on_workers, resident_kib};

#[derive(Default)]
struct Hooks {
    built: AtomicU64,
    started: AtomicU64,
    restarting: AtomicU64,
    stopped: AtomicU64,
}

#[actor(mailbox = unbounded)]
struct Crasher(Arc<Hooks>);

struct Crash;
struct Fine;

#[actor]
impl Crasher {
    #[on(started)]
    fn started(&mut self) {
        self.0.started.fetch_add(1, Ordering::Relaxed);
    }

    #[on(restarting)]
    fn restarting(&mut self) {
        self.0.restarting.fetch_add(1, Ordering::Relaxed);
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.0.stopped.fetch_add(1, Ordering::Relaxed);
    }

    #[handler]
    fn crash(&mut self, _: Crash) {
        panic!("bomb");
    }

    #[handler]
    fn fine(&mut self, _: Fine) {}
}

fn file_descriptors() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}

/// After each tenth of the restarts the memory; the time that the median restart took.
fn crash(times: u64) {
    hush();
    on_workers(2, async move {
        let rules = Supervision::one_for_one().restarts(u32::MAX, Duration::from_millis(10));
        let system = ActorSystem::builder("test")
            .supervision(rules)
            .build()
            .unwrap();
        let hooks = Arc::new(Hooks::default());
        let own = hooks.clone();
        let actor = system.spawn(move || {
            own.built.fetch_add(1, Ordering::Relaxed);
            Crasher(own.clone())
        });
        actor.ask(Fine).await.unwrap();
        let descriptors = file_descriptors();
        let mut took = Vec::new();
        let mut early = None;
        for round in 0..times {
            let began = Instant::now();
            actor.tell(Crash).unwrap();
            actor.ask(Fine).await.unwrap();
            took.push(began.elapsed());
            if round + 1 == times / 10 {
                took.reserve_exact(usize::try_from(times).unwrap());
                took.resize(took.capacity(), Duration::ZERO); // its pages are there from now on
                took.truncate(usize::try_from(round + 1).unwrap());
                early = resident_kib();
            }
        }
        if let (Some(early), Some(late)) = (early, resident_kib()) {
            println!("{early} KiB after {}, {late} KiB after {times}", times / 10);
            // One percent, and for small counts what an allocator keeps anyway.
            let most = early + early / 100 + 256;
            assert!(late <= most, "{early} KiB grew to {late} KiB");
        }
        assert_eq!(file_descriptors(), descriptors);
        took.sort_unstable();
        println!("median {:?}", took[took.len() / 2]);
        let stats = actor.stats();
        assert_eq!((stats.restarts, stats.failed), (times, times));
        assert!(system.shutdown().await.is_clean());
        let counted = [
            &hooks.built,
            &hooks.started,
            &hooks.restarting,
            &hooks.stopped,
        ];
        let counted = counted.map(|counter| counter.load(Ordering::Relaxed));
        assert_eq!(counted, [times + 1, times + 1, times, 1]);
        at_rest(&system);
    });
}

#[test]
fn c1_ten_thousand_restarts_count_exactly_and_leak_nothing() {
    crash(10_000);
}

#[test]
#[ignore = "row C1 in its long size"]
fn c1_a_million() {
    crash(1_000_000);
}

/// Fails at each start.
#[actor]
struct Stillborn(Arc<Mutex<Vec<Duration>>>, Instant);

#[actor]
impl Stillborn {
    #[on(started)]
    fn started(&mut self) -> Result<(), String> {
        self.0.lock().unwrap().push(self.1.elapsed());
        Err("no".to_owned())
    }
}

/// The processor time of this process.
fn processor_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut ticks = fields
        .split(' ')
        .skip(11)
        .map_while(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis((ticks.next()? + ticks.next()?) * 10))
}

#[test]
#[ignore = "row C8: a minute of real time"]
fn c8_a_thousand_that_fail_at_each_start_for_a_minute() {
    const ACTORS: usize = 1_000;
    let minute = Duration::from_secs(60);
    on_workers(2, async move {
        let wait = Duration::from_secs(1);
        let backoff = Backoff::new(wait).max(wait).jitter(0.8);
        let rules = Supervision::one_for_one()
            .restarts(u32::MAX, Duration::from_secs(1))
            .backoff(backoff);
        let system = ActorSystem::builder("test")
            .supervision(rules)
            .build()
            .unwrap();
        let (starts, began) = (Arc::<Mutex<Vec<_>>>::default(), Instant::now());
        for _ in 0..ACTORS {
            let starts = starts.clone();
            system.spawn(move || Stillborn(starts.clone(), began));
        }
        let before = processor_time().unwrap();
        tokio::time::sleep(minute).await;
        let used = processor_time().unwrap() - before;
        let starts = std::mem::take(&mut *starts.lock().unwrap());
        let most = ACTORS * 60 * 5; // each waits a fifth of the time at least
        println!(
            "{} starts, {used:?} of processor time in {:?}",
            starts.len(),
            began.elapsed()
        );
        assert!(starts.len() <= most && starts.len() >= ACTORS * 60);
        assert!(used <= minute / 5);
        // The second start of each: spread over half of the wait at least.
        let mut second = starts[ACTORS..2 * ACTORS].to_vec();
        second.sort_unstable();
        let spread = second[ACTORS * 99 / 100] - second[ACTORS / 100];
        println!("the second starts are spread over {spread:?} of {wait:?}");
        assert!(spread >= wait / 2);
        assert!(system.shutdown().await.is_clean());
    });
}
