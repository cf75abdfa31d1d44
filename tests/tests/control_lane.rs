//! Promise 3: control messages take effect after the handler in progress and at most one further message.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor_tests::{Gate, Hold, Log, Note, Subject, at_rest, on_workers, quiet, system, time_scale};

struct Work;

/// Counts its messages, and notes when it begins to stop.
#[actor]
struct Worker {
    handled: Arc<AtomicUsize>,
    stopping: Arc<std::sync::OnceLock<(Instant, usize)>>,
}

#[actor]
impl Worker {
    #[handler]
    fn work(&mut self, _: Work) {
        self.handled.fetch_add(1, Ordering::SeqCst);
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        let _ = self
            .stopping
            .set((Instant::now(), self.handled.load(Ordering::SeqCst)));
    }
}

#[derive(Clone, Copy)]
enum Order {
    Stop,
    Kill,
}

/// Queues 10^6 messages, gives the order while they are worked off, and tells how many were still handled after it and
/// how long it took until the actor began to end.
fn after_the_order(order: Order) -> (usize, Duration) {
    const QUEUED: usize = 1_000_000;
    on_workers(2, async {
        let system = system();
        let (handled, stopping) = (Arc::default(), Arc::default());
        let gate = Gate::default();
        let worker = system.spawn({
            let (handled, stopping) = (Arc::clone(&handled), Arc::clone(&stopping));
            let make = move || Worker {
                handled: Arc::clone(&handled),
                stopping: Arc::clone(&stopping),
            };
            Props::new(make).mailbox(Mailbox::unbounded())
        });
        worker.tell(Hold(gate.clone())).expect("room");
        gate.reached().await;
        for _ in 0..QUEUED {
            worker.tell(Work).expect("room");
        }
        gate.open();
        // A thousand are handled before the order: the queue is really being worked off.
        while handled.load(Ordering::SeqCst) < 1_000 {
            tokio::task::yield_now().await;
        }
        match order {
            Order::Stop => worker.stop(),
            Order::Kill => worker.kill(),
        }
        let (ordered, before) = (Instant::now(), handled.load(Ordering::SeqCst));
        worker.stopped().await;
        let (ended, in_all) = *stopping.get().expect("it was told that it stops");
        assert!(in_all < QUEUED, "the queue was empty before the order came");
        let stats = at_rest(&system);
        assert_eq!(stats.dead_letters.actor_stopped as usize, QUEUED - in_all);
        (
            in_all.saturating_sub(before),
            ended.saturating_duration_since(ordered),
        )
    })
}

// Row A5: 10^6 messages queued, then the order.
#[test]
fn a5_stop_overtakes_a_million_messages() {
    overtakes(|| after_the_order(Order::Stop));
}

#[test]
fn a5_kill_overtakes_a_million_messages() {
    overtakes(|| after_the_order(Order::Kill));
}

/// The count holds each time. The time may be the machine's own fault, so one good round of five will do.
fn overtakes(round: impl Fn() -> (usize, Duration)) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let (further, took) = round();
        assert!(further <= 1, "{further} more were handled");
        if took <= Duration::from_millis(10) * time_scale() {
            return;
        }
        times.push(took);
    }
    panic!("took {times:?}");
}

#[tokio::test(start_paused = true)]
async fn stop_takes_effect_after_the_handler_in_progress() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    for number in 0..100 {
        subject.tell(Note(number)).expect("room");
    }
    gate.reached().await;
    subject.stop();
    quiet().await;
    assert_eq!(log.take(), ["started", "hold"], "the handler goes on");
    gate.open();
    subject.stopped().await;
    assert_eq!(log.take(), ["let go", "hold over", "stopping", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn stop_is_not_held_up_by_a_full_mailbox() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(2));
    let subject = system.spawn(props);
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    subject.tell(Note(1)).expect("room");
    subject.tell(Note(2)).expect("room");
    assert!(subject.tell(Note(3)).is_err(), "it is full");
    subject.kill_and_wait().await;
    assert_eq!(log.take(), ["started", "hold", "hold over", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn stopping_oneself_ends_with_this_message() {
    let system = system();
    let log = Log::default();
    let quitter = system.spawn({
        let log = log.clone();
        move || Quitter(log.clone())
    });
    for number in 0..5 {
        quitter.tell(Note(number)).expect("room");
    }
    quitter.stopped().await;
    assert_eq!(log.take(), ["0", "1", "2 and stop"]);
    assert_eq!(at_rest(&system).dead_letters.actor_stopped, 2);
}

#[actor]
struct Quitter(Log);

#[actor]
impl Quitter {
    #[handler]
    fn note(&mut self, Note(number): Note, ctx: &mut Ctx<Self>) {
        if number == 2 {
            ctx.stop();
            ctx.stop();
            self.0.add("2 and stop");
        } else {
            self.0.add(number);
        }
    }
}
