//! Rows B1 and B4: too much mail, and too much of it lost.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor::testkit::at_rest;
use actor::{Mailbox, Overflow};
use actor_tests::{Gate, Hold, alone, on_workers, resident_kib, system, time_scale};

struct Work(#[allow(dead_code)] [u64; 4]);
struct Ping;

#[actor]
#[derive(Default)]
struct Slow;

#[actor]
impl Slow {
    /// A thousand a second.
    #[handler]
    async fn work(&mut self, _: Work) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn ping(&mut self, _: Ping) {}
}

/// Thirty seconds of virtual time; ten messages for each that is handled.
#[test]
fn b1_a_slow_consumer_bounds_the_mail_and_the_memory() {
    let _alone = alone();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.unwrap().block_on(too_much_mail());
}

async fn too_much_mail() {
    const ROOM: u64 = 1_000;
    let system = system();
    let slow = system.spawn(Props::new(Slow::default).mailbox(Mailbox::bounded(ROOM as usize)));
    let (mut taken, mut refused, mut settled) = (0_u64, 0_u64, None);
    for second in 0..30 {
        for _ in 0..1_000 {
            for _ in 0..10 {
                match slow.tell(Work([0; 4])) {
                    Ok(()) => taken += 1,
                    Err(_) => refused += 1,
                }
            }
            assert!(slow.stats().mailbox <= ROOM);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if second == 2 {
            settled = resident_kib();
        }
    }
    if let (Some(before), Some(after)) = (settled, resident_kib()) {
        assert!(
            after <= before + before / 20,
            "{before} KiB grew to {after}"
        );
    }
    slow.stop_and_wait().await;
    let stats = at_rest(&system);
    assert!(
        refused > taken,
        "the fault was there: {refused} refused, {taken} taken"
    );
    assert_eq!((stats.sent, stats.refused), (taken + refused, refused));
    assert_eq!(
        stats.sent,
        stats.handled + stats.refused + stats.dead_letters.total()
    );
}

/// Counts the lines about dead letters.
#[derive(Clone, Default)]
struct Lines(Arc<AtomicU64>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// How many requests another actor answers in a while.
async fn answered(other: &ActorRef<Slow>) -> u64 {
    let (began, mut answered) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_millis(40) {
        other.ask(Ping).await.unwrap();
        answered += 1;
    }
    answered
}

/// A hundredth of the row's thirty millions.
const STORM: u64 = 300_000;

/// A full mailbox drops so many messages and more, each of which is a dead letter.
#[test]
fn b4_a_storm_of_dead_letters_is_counted_and_disturbs_nobody() {
    let _alone = alone();
    let lines = Lines::default();
    tracing::subscriber::set_global_default(lines.clone()).expect("the first");
    on_workers(2, async {
        let system = system();
        let mailbox = Mailbox::bounded(1).overflow(Overflow::DropNewest);
        let full = system.spawn(Props::new(Slow::default).mailbox(mailbox));
        let gate = Gate::default();
        full.tell(Hold(gate.clone())).unwrap();
        gate.reached().await;
        let other = system.spawn(Slow::default);
        let began = Instant::now();
        // The machine may be busy with something else: the best round counts.
        let enough = 0.8 / f64::from(time_scale());
        let (mut best, mut sent) = (0.0_f64, 0);
        for round in 0..100 {
            if round >= 5 && best >= enough && sent >= STORM {
                break;
            }
            let calm = tokio::spawn({
                let other = other.clone();
                async move { answered(&other).await }
            });
            let calm = calm.await.unwrap();
            let over = Arc::new(AtomicBool::new(false));
            let storm = {
                let (full, over) = (full.clone(), over.clone());
                std::thread::spawn(move || {
                    let mut sent = 0_u64;
                    while !over.load(Ordering::Relaxed) {
                        full.tell(Ping).unwrap();
                        sent += 1;
                        // Some million a second, and not all that a core can do.
                        (0..10).for_each(|_| std::hint::spin_loop());
                    }
                    sent
                })
            };
            let stormy = tokio::spawn({
                let other = other.clone();
                async move { answered(&other).await }
            });
            let stormy = stormy.await.unwrap();
            over.store(true, Ordering::Relaxed);
            sent += storm.join().unwrap();
            best = best.max(stormy as f64 / calm as f64);
        }
        let seconds = began.elapsed().as_secs() + 1;
        assert!(sent >= STORM, "the storm blew: {sent}");
        assert_eq!(full.stats().dead_letters.overflow, sent - 1);
        assert!(best >= enough, "{best} of the calm");
        let logged = lines.0.load(Ordering::Relaxed);
        assert!(
            logged <= 10 * (seconds + 1),
            "{logged} lines in {seconds} s"
        );
        gate.open();
        system.shutdown().await;
        at_rest(&system);
    });
}
