//! Children that are restarted, or stopped, together.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::atomic::Ordering;
use std::time::Duration;

use actor::prelude::*;
use actor::{ChildKind, Event, StopReason, Supervision};
use actor_tests::supervised::{Hold, Life, Make, Panic, Spawn, Worker, boss, hire, ms};
use actor_tests::{Gate, Log, Notes, at_rest, event, on_workers};
use tokio::time::Instant;

fn system() -> ActorSystem {
    ActorSystem::new("test").unwrap()
}

#[tokio::test]
async fn all_for_one_restarts_all_and_rest_for_one_those_behind() {
    for (rules, affected) in [
        (Supervision::all_for_one(), vec!["a", "b", "c"]),
        (Supervision::rest_for_one(), vec!["b", "c"]),
        (Supervision::one_for_one(), vec!["b"]),
    ] {
        let (system, log) = (system(), Log::default());
        let boss = boss(&system, &log, rules);
        let mut workers = Vec::new();
        for name in ["a", "b", "c"] {
            workers.push(hire(&boss, &Make::new(name, &log)).await);
        }
        log.take();
        workers[1].tell(Panic("oh")).unwrap();
        while workers[1].ask(Life).await.unwrap() < 2 {}
        for (worker, name) in workers.iter().zip(["a", "b", "c"]) {
            let life = 1 + u32::from(affected.contains(&name));
            assert_eq!(worker.ask(Life).await.unwrap(), life);
        }
        let lines: Vec<_> = log
            .take()
            .into_iter()
            .filter(|line| !line.starts_with("told"))
            .collect();
        let down = affected
            .iter()
            .rev()
            .map(|name| format!("{name} restarting: oh"));
        let up = affected.iter().map(|name| format!("{name} started"));
        assert_eq!(lines, down.chain(up).collect::<Vec<_>>());
        assert!(at_rest(&system).is_balanced());
    }
}

#[tokio::test]
async fn a_temporary_sibling_stops_with_the_group_and_does_not_come_back() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::all_for_one());
    let worker = hire(&boss, &Make::new("w", &log)).await;
    let temporary = boss
        .ask(Spawn(Make::new("t", &log), ChildKind::Temporary))
        .await
        .unwrap();
    worker.tell(Panic("oh")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    assert!(matches!(temporary.stopped().await, StopReason::Stopped));
}

#[tokio::test]
async fn siblings_that_fail_together_are_restarted_in_order() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::all_for_one().restarts(100, Duration::from_secs(10));
    let boss = boss(&system, &log, rules);
    let mut workers = Vec::new();
    for name in ["a", "b", "c"] {
        workers.push(hire(&boss, &Make::new(name, &log)).await);
    }
    for worker in &workers {
        worker.tell(Panic("oh")).unwrap();
    }
    for worker in &workers {
        assert!(worker.ask(Life).await.unwrap() >= 2);
    }
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn a_sibling_that_fails_to_start_again_is_decided_again() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::all_for_one());
    let (one, two) = (Make::new("a", &log), Make::new("b", &log));
    let first = hire(&boss, &one).await;
    let second = hire(&boss, &two).await;
    two.bad_starts.store(2, Ordering::SeqCst);
    first.tell(Panic("oh")).unwrap();
    while second.ask(Life).await.unwrap() < 4 {}
    assert_eq!(first.ask(Life).await.unwrap(), 4, "each time all of them");
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test(start_paused = true)]
async fn c5_a_child_that_ignores_its_stop_is_killed_at_the_deadline() {
    let (system, log) = (system(), Log::default());
    for (deadline, at) in [(ms(2_000), 2_000), (ms(0), 0)] {
        let boss = boss(
            &system,
            &log,
            Supervision::one_for_one().stop_within(deadline),
        );
        let stubborn = hire(&boss, &Make::new("stubborn", &log)).await;
        let good = hire(&boss, &Make::new("good", &log)).await;
        let gate = Gate::default();
        stubborn.tell(Hold(gate.clone())).unwrap();
        gate.reached().await;
        let began = Instant::now();
        boss.stop();
        let reason = good.stopped().await;
        assert!(at == 0 || matches!(reason, StopReason::Stopped));
        assert!(began.elapsed() <= ms(10), "siblings are not affected");
        assert!(matches!(stubborn.stopped().await, StopReason::Killed));
        let took = began.elapsed().as_millis();
        assert!((at..=at + 10).contains(&took), "{took}");
        boss.stopped().await;
    }
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn a_start_that_fails_once_too_often_can_stop_the_system() {
    let log = Log::default();
    let system = ActorSystem::builder("test")
        .supervision(Supervision::all_for_one().restarts(1, ms(60_000)))
        .on_root_failure(actor::RootFailure::StopSystem)
        .build()
        .unwrap();
    let bad = Make::new("bad", &log);
    let worker = system.spawn(bad.producer());
    let other = system.spawn(Make::new("other", &log).producer());
    other.started().await.unwrap();
    bad.bad_starts.store(1, Ordering::SeqCst);
    worker.tell(Panic("oh")).unwrap();
    other.stopped().await;
    let failure = worker.stopped().await;
    assert_eq!(failure.failure().unwrap().text(), "a bad start");
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
}

/// Blocks its thread in a handler until it is let go.
#[actor]
struct Blocking(std::sync::mpsc::Receiver<()>);

struct Block(tokio::sync::oneshot::Sender<()>);

#[actor]
impl Blocking {
    #[handler]
    fn block(&mut self, Block(begun): Block) {
        begun.send(()).unwrap();
        let _ = self.0.recv();
    }
}

#[actor]
struct Parent(Option<std::sync::mpsc::Receiver<()>>);

struct Beget;

#[actor]
impl Parent {
    #[handler]
    fn beget(&mut self, _: Beget, ctx: &mut Ctx<Self>) -> ActorRef<Blocking> {
        ctx.spawn(Props::once(Blocking(self.0.take().unwrap())))
    }
}

/// Row J2, for a part of the tree: the next one ends at the deadline, whatever this one does.
#[test]
fn a_child_that_blocks_its_thread_is_named() {
    let notes = Notes::new(tracing::Level::ERROR);
    tracing::subscriber::set_global_default(notes.clone()).unwrap();
    on_workers(2, async {
        let (system, (go, held)) = (system(), std::sync::mpsc::channel());
        let rules = Supervision::one_for_one().stop_within(ms(20));
        let parent = Props::once(Parent(Some(held))).supervise_children(rules);
        let parent = system.spawn(parent);
        let child = parent.ask(Beget).await.unwrap();
        let (begun, blocks) = tokio::sync::oneshot::channel();
        child.tell(Block(begun)).unwrap();
        blocks.await.unwrap();
        parent.stop();
        let named = || {
            let lines = notes.events();
            let mut named = lines
                .into_iter()
                .filter(|line| line.contains("blocks its thread"));
            named.next()
        };
        let line = loop {
            match named() {
                Some(line) => break line,
                None => tokio::task::yield_now().await,
            }
        };
        assert!(
            line.contains(child.pid().id()) && line.contains("groups::Block"),
            "{line}"
        );
        assert!(!parent.is_stopped(), "a child ends before its parent");
        go.send(()).unwrap();
        parent.stopped().await;
        system.shutdown().await;
        assert!(at_rest(&system).is_balanced());
    });
}

/// From its second life on it starts when the gate is open.
#[actor]
struct Slow {
    gate: Option<Gate>,
}

#[actor]
impl Slow {
    #[on(started)]
    async fn started(&mut self) {
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
    }

    #[handler]
    fn life(&self, _: Life) -> bool {
        self.gate.is_some()
    }
}

/// Has a worker, and behind it a slow one.
#[actor]
struct Pair(Make, Gate);

#[actor]
impl Pair {
    #[handler]
    fn beget(&mut self, _: Beget, ctx: &mut Ctx<Self>) -> (ActorRef<Worker>, ActorRef<Slow>) {
        let (worker, gate) = (ctx.spawn(self.0.producer()), self.1.clone());
        let mut lives = 0;
        let slow = ctx.spawn(move || {
            lives += 1;
            let gate = (lives > 1).then(|| gate.clone());
            Slow { gate }
        });
        (worker, slow)
    }
}

#[tokio::test]
async fn who_fails_again_while_its_siblings_still_start_is_restarted_again() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let (make, own) = (Make::new("w", &log), gate.clone());
    let pair = Props::new(move || Pair(make.clone(), own.clone()));
    let pair = system.spawn(pair.supervise_children(Supervision::all_for_one()));
    let (worker, slow) = pair.ask(Beget).await.unwrap();
    slow.started().await.unwrap();
    let mut events = system.events();
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Panic("again")).unwrap();
    gate.reached().await;
    let again = |event: &Event| match event {
        Event::Failed(failure) if failure.text() == "again" => Some(()),
        _ => None,
    };
    event(&mut events, again).await;
    for _ in 0..2 {
        gate.open();
    }
    assert_eq!(worker.ask(Life).await.unwrap(), 3);
    assert!(slow.ask(Life).await.unwrap());
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
}
