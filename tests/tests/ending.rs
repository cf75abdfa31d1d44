//! Promise 5: `stop` ends after the current message, `poison` after the queue, `kill` at the next await.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actor::prelude::*;
use actor::{AnyActorRef, StopReason};
use actor_tests::{Gate, Hold, Log, Note, Subject, at_rest, on_workers, quiet, system};

/// A subject that holds, with three notes behind.
async fn held() -> (ActorSystem, ActorRef<Subject>, Log, Gate) {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    for number in 1..=3 {
        subject.tell(Note(number)).expect("room");
    }
    gate.reached().await;
    log.take();
    (system, subject, log, gate)
}

#[tokio::test(start_paused = true)]
async fn stop_ends_after_the_current_message() {
    let (system, subject, log, gate) = held().await;
    subject.stop();
    gate.open();
    assert!(matches!(subject.stopped().await, StopReason::Stopped));
    assert_eq!(log.take(), ["let go", "hold over", "stopping", "stopped"]);
    assert_eq!(at_rest(&system).dead_letters.actor_stopped, 3);
}

#[tokio::test(start_paused = true)]
async fn poison_ends_after_the_queue_and_lets_nobody_in_any_more() {
    let (system, subject, log, gate) = held().await;
    subject.poison();
    assert!(subject.tell(Note(4)).is_err_and(|error| error.is_stopped()));
    gate.open();
    assert!(matches!(subject.stopped().await, StopReason::Stopped));
    let lines = ["let go", "hold over", "1", "2", "3", "stopping", "stopped"];
    assert_eq!(log.take(), lines);
    assert_eq!(at_rest(&system).dead_letters.total(), 0);
}

#[tokio::test(start_paused = true)]
async fn kill_drops_the_handler_at_its_next_await() {
    let (system, subject, log, _gate) = held().await;
    subject.kill();
    assert!(matches!(subject.stopped().await, StopReason::Killed));
    assert_eq!(log.take(), ["hold over", "stopped"]);
    let stats = at_rest(&system);
    assert_eq!((stats.failed, stats.dead_letters.actor_stopped), (1, 3));
}

/// Does not await: a kill must wait for it.
#[actor]
struct Busy {
    log: Log,
    inside: Arc<tokio::sync::Semaphore>,
    leave: Arc<AtomicUsize>,
}

#[actor]
impl Busy {
    #[handler]
    fn spin(&mut self, _: Note) {
        self.inside.add_permits(1);
        while self.leave.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        self.log.add("done");
    }
}

#[test]
fn kill_lets_a_handler_without_await_come_to_its_end() {
    on_workers(2, async {
        let (system, log) = (system(), Log::default());
        let (inside, leave) = (
            Arc::new(tokio::sync::Semaphore::new(0)),
            Arc::new(AtomicUsize::new(0)),
        );
        let busy = system.spawn(Props::once(Busy {
            log: log.clone(),
            inside: inside.clone(),
            leave: leave.clone(),
        }));
        busy.tell(Note(1)).expect("room");
        busy.tell(Note(2)).expect("room");
        inside.acquire().await.expect("open").forget();
        busy.kill();
        leave.store(1, Ordering::SeqCst);
        assert!(matches!(busy.stopped().await, StopReason::Killed));
        assert_eq!(log.take(), ["done"]);
        let stats = at_rest(&system);
        assert_eq!((stats.handled, stats.dead_letters.actor_stopped), (1, 1));
    });
}

#[tokio::test(start_paused = true)]
async fn each_order_given_again_does_no_more() {
    for order in [ActorRef::stop, ActorRef::poison, ActorRef::<Subject>::kill] {
        let (system, subject, log, gate) = held().await;
        for _ in 0..3 {
            order(&subject);
        }
        gate.open();
        subject.stopped().await;
        let lines = log.take();
        assert_eq!(lines.iter().filter(|line| *line == "stopped").count(), 1);
        for _ in 0..3 {
            order(&subject);
        }
        quiet().await;
        assert_eq!(log.take().len(), 0);
        assert_eq!(system.stats().actors, 0);
        at_rest(&system);
    }
}

#[tokio::test(start_paused = true)]
async fn the_stronger_order_wins_whichever_comes_first() {
    let (_system, subject, log, gate) = held().await;
    subject.poison();
    subject.stop();
    subject.poison();
    gate.open();
    assert!(matches!(subject.stopped().await, StopReason::Stopped));
    assert_eq!(log.take(), ["let go", "hold over", "stopping", "stopped"]);

    let (_system, subject, log, _gate) = held().await;
    subject.stop();
    quiet().await;
    subject.kill();
    subject.stop();
    assert!(matches!(subject.stopped().await, StopReason::Killed));
    assert_eq!(log.take(), ["hold over", "stopped"]);

    let (_system, subject, log, _gate) = held().await;
    subject.kill();
    subject.poison();
    assert!(matches!(subject.stopped().await, StopReason::Killed));
    assert_eq!(log.take(), ["hold over", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_and_wait_returns_after_the_end() {
    let (_system, subject, log, gate) = held().await;
    gate.open();
    assert!(matches!(
        subject.poison_and_wait().await,
        StopReason::Stopped
    ));
    assert!(subject.is_stopped());
    assert_eq!(log.take().last().map(String::as_str), Some("stopped"));

    let (_system, subject, log, gate) = held().await;
    gate.open();
    let (a, b, c) = tokio::join!(
        subject.stop_and_wait(),
        subject.stop_and_wait(),
        subject.stopped()
    );
    for reason in [
        a,
        b,
        c,
        subject.stopped().await,
        subject.stop_and_wait().await,
    ] {
        assert!(matches!(reason, StopReason::Stopped));
    }
    assert_eq!(log.count("stopped"), 1);

    let (_system, subject, log, _gate) = held().await;
    assert!(matches!(subject.kill_and_wait().await, StopReason::Killed));
    assert_eq!(log.count("stopped"), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_wait_does_not_take_the_order_back() {
    let (_system, subject, _log, gate) = held().await;
    {
        let waiting = subject.stop_and_wait();
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("it holds"),
            () = quiet() => {}
        }
    }
    gate.open();
    assert!(matches!(subject.stopped().await, StopReason::Stopped));
}

#[tokio::test(start_paused = true)]
async fn an_untyped_reference_gives_the_same_orders() {
    type Order = fn(&AnyActorRef);
    let cases: [(Order, &[&str]); 3] = [
        (
            AnyActorRef::stop,
            &["let go", "hold over", "stopping", "stopped"],
        ),
        (
            AnyActorRef::poison,
            &["let go", "hold over", "1", "2", "3", "stopping", "stopped"],
        ),
        (AnyActorRef::kill, &["hold over", "stopped"]),
    ];
    for (order, lines) in cases {
        let (_system, subject, log, gate) = held().await;
        let any: AnyActorRef = (&subject).into();
        order(&any);
        gate.open();
        any.stopped().await;
        assert!(any.is_stopped());
        // A kill that finds the gate open has nothing to wait for either way.
        assert_eq!(log.take(), lines);
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_all_references_does_not_stop_an_actor() {
    let (system, log) = (system(), Log::default());
    drop(system.spawn_named("lonely", Subject::producer(&log)));
    quiet().await;
    assert_eq!(log.take(), ["started"]);
    let found = system.lookup::<Subject>("lonely").expect("alive");
    assert_eq!(found.ask(Note(1)).await.ok(), Some(1));
}

/// The orders race with senders and with each other; each actor ends once, with its `stopped`.
#[test]
fn orders_race_with_everything() {
    const ROUNDS: usize = if cfg!(debug_assertions) { 300 } else { 3_000 };
    on_workers(4, async {
        let system = system();
        for round in 0..ROUNDS {
            let log = Log::default();
            let subject = system.spawn(Subject::producer(&log));
            let orders = [ActorRef::stop, ActorRef::poison, ActorRef::<Subject>::kill];
            let tasks: Vec<_> = (0..4)
                .map(|n| {
                    let (subject, order) = (subject.clone(), orders[(round + n) % 3]);
                    tokio::spawn(async move {
                        let _ = subject.tell(Note(1));
                        order(&subject);
                        let _ = subject.tell(Note(2));
                        subject.stopped().await
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("it ended");
            }
            let lines = log.take();
            // A kill may come between the birth and `started`; then there is a `stopped` without it.
            let born = lines
                .iter()
                .any(|line| line == "started" || line == "stopped");
            assert_eq!(
                lines.iter().filter(|line| *line == "stopped").count(),
                usize::from(born)
            );
            assert!(
                lines.last().is_none_or(|line| line == "stopped"),
                "{lines:?}"
            );
        }
        at_rest(&system);
    });
}
