//! What becomes of an actor that has failed.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{
    AnyActorRef, AskError, Backoff, ChildFailed, ChildKind, Directive, Event, Failure, RootFailure,
    Stage, StopReason, Supervision,
};
use actor_tests::{Gate, Log, all_events, at_rest, on_workers, quiet};
use tokio::time::Instant;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn system() -> ActorSystem {
    ActorSystem::new("test").unwrap()
}

fn all(directive: Directive) -> Supervision {
    Supervision::one_for_one().decide(move |_| directive)
}

/// Counts its incarnations, and fails as it is told.
#[actor(mailbox = unbounded)]
struct Worker {
    name: &'static str,
    log: Log,
    life: u32,
    count: u32,
    /// So many starts fail.
    bad_starts: Arc<AtomicU32>,
}

#[derive(Clone)]
struct Make {
    name: &'static str,
    log: Log,
    bad_starts: Arc<AtomicU32>,
}

impl Make {
    fn new(name: &'static str, log: &Log) -> Self {
        Self {
            name,
            log: log.clone(),
            bad_starts: Arc::default(),
        }
    }

    fn producer(&self) -> impl FnMut() -> Worker + Send + 'static + use<> {
        let (make, mut life) = (self.clone(), 0);
        move || {
            life += 1;
            Worker {
                name: make.name,
                log: make.log.clone(),
                life,
                count: 0,
                bad_starts: make.bad_starts.clone(),
            }
        }
    }
}

struct Count;
struct Life;
struct Panic(&'static str);
#[derive(Debug, PartialEq, Eq)]
struct Corrupt(u32);
struct Fail(u32);
struct Hold(Gate);
struct Leave;
struct FailLater;

#[actor]
impl Worker {
    #[on(started)]
    fn started(&mut self) -> Result<(), String> {
        let bad = self.bad_starts.load(Ordering::SeqCst);
        if bad > 0 {
            self.bad_starts.store(bad - 1, Ordering::SeqCst);
            return Err("a bad start".to_owned());
        }
        self.log.add(format!("{} started", self.name));
        Ok(())
    }

    #[on(restarting)]
    fn restarting(&mut self, why: Option<Failure>) {
        let why = why.map_or_else(
            || "nothing".to_owned(),
            |why| why.root_cause().text().to_owned(),
        );
        self.log.add(format!("{} restarting: {why}", self.name));
        assert_ne!(why, "in the hook too", "the hook fails too");
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add(format!("{} stopped", self.name));
    }

    #[handler]
    fn count(&mut self, _: Count) -> u32 {
        self.count += 1;
        self.count
    }

    #[handler]
    fn life(&self, _: Life) -> u32 {
        self.life
    }

    #[handler]
    fn panic(&mut self, Panic(text): Panic) {
        panic!("{text}");
    }

    #[handler(fails)]
    async fn fail(&mut self, Fail(number): Fail) -> Result<(), Corrupt> {
        tokio::task::yield_now().await;
        Err(Corrupt(number))
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[handler]
    fn leave(&mut self, _: Leave, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }

    #[handler]
    fn fail_later(&mut self, _: FailLater, ctx: &mut Ctx<Self>) {
        ctx.pipe(async { panic!("in a pipe") }, |()| Count);
    }
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "corrupt {}", self.0)
    }
}

/// Makes children, and is told of their failures.
#[actor]
struct Boss {
    log: Log,
    children: Vec<Make>,
}

struct Child(usize);
struct Spawn(Make, ChildKind);

#[actor]
impl Boss {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add("boss started");
        for make in &self.children {
            ctx.spawn(make.producer());
        }
    }

    #[on(stopped)]
    fn stopped(&mut self) {
        self.log.add("boss stopped");
    }

    #[on(child_failed)]
    fn child_failed(&mut self, event: ChildFailed) {
        let text = event.failure.root_cause().text().to_owned();
        self.log.add(format!(
            "told: {text}: {} {}",
            event.directive,
            event.failure.count()
        ));
    }

    #[handler]
    fn child(&self, Child(at): Child, ctx: &mut Ctx<Self>) -> AnyActorRef {
        ctx.children()[at].clone()
    }

    #[handler]
    fn spawn(&mut self, Spawn(make, kind): Spawn, ctx: &mut Ctx<Self>) -> ActorRef<Worker> {
        ctx.spawn(Props::new(make.producer()).kind(kind))
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[handler]
    fn life(&self, _: Life) {}
}

fn boss(system: &ActorSystem, log: &Log, rules: Supervision) -> ActorRef<Boss> {
    let log = log.clone();
    let make = move || Boss {
        log: log.clone(),
        children: Vec::new(),
    };
    system.spawn(Props::new(make).supervise_children(rules))
}

async fn hire(boss: &ActorRef<Boss>, make: &Make) -> ActorRef<Worker> {
    let hired = boss.ask(Spawn(make.clone(), ChildKind::Transient)).await;
    let hired = hired.unwrap();
    hired.started().await.unwrap();
    hired
}

#[tokio::test]
async fn by_default_an_actor_that_fails_is_restarted_and_its_mail_survives() {
    let (system, log) = (system(), Log::default());
    let worker = system
        .spawn_named("worker", Make::new("w", &log).producer())
        .unwrap();
    assert_eq!(worker.ask(Count).await.unwrap(), 1);
    let gate = Gate::default();
    worker.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Count).unwrap();
    gate.open();
    assert_eq!(
        worker.ask(Count).await.unwrap(),
        2,
        "counted anew, with the mail that waited"
    );
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    let stats = worker.stats();
    assert_eq!(
        (stats.failed, stats.restarts, stats.dead_letters.total()),
        (1, 1, 0)
    );
    assert_eq!(log.take(), ["w started", "w restarting: oh", "w started"]);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn the_asker_of_the_failing_message_is_told_and_nobody_else() {
    let (system, log) = (system(), Log::default());
    let worker = system.spawn(Make::new("w", &log).producer());
    let (failed, counted) = tokio::join!(worker.ask(Panic("oh")), worker.ask(Count));
    assert!(matches!(failed, Err(AskError::Failed)));
    assert_eq!(counted.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn ten_restarts_in_ten_seconds_and_then_the_actor_at_the_top_stops() {
    let (system, log) = (system(), Log::default());
    let worker = system.spawn(Make::new("w", &log).producer());
    for _ in 0..10 {
        worker.tell(Panic("oh")).unwrap();
    }
    assert_eq!(worker.ask(Life).await.unwrap(), 11);
    tokio::time::sleep(Duration::from_secs(10)).await;
    worker.tell(Panic("later")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 12);
    for _ in 0..10 {
        worker.tell(Panic("again")).unwrap();
    }
    let reason = worker.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!((failure.text(), failure.count()), ("again", 11));
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn resume_goes_on_with_the_state() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, all(Directive::Resume));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    assert_eq!(worker.ask(Count).await.unwrap(), 1);
    assert!(matches!(
        worker.ask(Panic("oh")).await,
        Err(AskError::Failed)
    ));
    assert!(matches!(worker.ask(Fail(7)).await, Err(AskError::Failed)));
    assert_eq!(worker.ask(Count).await.unwrap(), 2);
    worker.tell(FailLater).unwrap();
    while log.count("told: in a pipe: resume 1") == 0 {
        boss.ask(Life).await.unwrap();
    }
    assert_eq!(worker.ask(Count).await.unwrap(), 3);
    assert_eq!(worker.stats().restarts, 0);
}

#[tokio::test]
async fn stop_ends_the_child_and_its_watchers_are_told() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, all(Directive::Stop));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    let reason = worker.stopped().await;
    assert_eq!(reason.failure().unwrap().text(), "oh");
    boss.ask(Life).await.unwrap();
    assert_eq!(
        log.lines(),
        ["boss started", "w started", "w stopped", "told: oh: stop 1"]
    );
}

#[tokio::test]
async fn a_rule_by_type_goes_before_the_function() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::one_for_one()
        .on::<Corrupt>(Directive::Stop)
        .decide(|failure| match failure.is_panic() {
            true => Directive::Restart,
            false => Directive::Resume,
        });
    let boss = boss(&system, &log, rules);
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    worker.tell(Fail(7)).unwrap();
    let reason = worker.stopped().await;
    assert_eq!(reason.failure().unwrap().downcast_ref(), Some(&Corrupt(7)));
}

#[tokio::test]
async fn a_failure_says_what_where_and_how_often() {
    let system = system();
    let mut failures = system.events_of::<ChildFailed>();
    let log = Log::default();
    let worker = system
        .spawn_named("worker", Make::new("w", &log).producer())
        .unwrap();
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Fail(3)).unwrap();
    let first = failures.next().await.unwrap();
    assert_eq!(
        (first.child.id(), first.directive),
        ("worker", Directive::Restart)
    );
    let failure = &first.failure;
    assert_eq!(
        (failure.actor().id(), failure.text(), failure.count()),
        ("worker", "oh", 1)
    );
    assert!(failure.message_type().unwrap().ends_with("Panic"));
    assert!(
        failure.location().unwrap().contains("supervision.rs:"),
        "{:?}",
        failure.location()
    );
    assert_eq!(
        failure.with_panic_payload(|text| text.is::<String>()),
        Some(true)
    );
    let second = failures.next().await.unwrap();
    assert_eq!(
        (second.failure.count(), second.failure.location()),
        (2, None)
    );
    assert_eq!(second.failure.downcast_ref(), Some(&Corrupt(3)));
}

#[tokio::test]
async fn who_fails_at_the_start_is_tried_again() {
    let (system, log) = (system(), Log::default());
    let make = Make::new("w", &log);
    make.bad_starts.store(3, Ordering::SeqCst);
    let worker = system.spawn(make.producer());
    worker.tell(Count).unwrap();
    worker.started().await.unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 4);
    assert_eq!(worker.stats().handled, 2, "its mail has waited");
    let starts = Arc::new(AtomicU32::new(0));
    let fallible = system.spawn(Props::start(move || {
        let start = starts.fetch_add(1, Ordering::SeqCst);
        let make = Make::new("f", &Log::default());
        async move {
            match start {
                0 | 1 => Err(Corrupt(start)),
                _ => Ok(make.producer()()),
            }
        }
    }));
    fallible.started().await.unwrap();
    assert_eq!(fallible.stats().restarts, 2);
}

#[tokio::test]
async fn a_failing_restart_hook_is_told_and_the_restart_goes_on() {
    let (system, log) = (system(), Log::default());
    let mut failures = system.events_of::<Failure>();
    let worker = system.spawn(Make::new("w", &log).producer());
    worker.tell(Panic("in the hook too")).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    assert_eq!(failures.next().await.unwrap().text(), "in the hook too");
    let hook = failures.next().await.unwrap();
    assert_eq!(hook.stage(), Stage::Lifecycle("restarting"));
}

#[tokio::test]
async fn an_actor_made_once_stops_instead_of_a_restart() {
    let (system, log) = (system(), Log::default());
    let once = system.spawn(Props::once(Make::new("w", &log).producer()()));
    once.tell(Panic("oh")).unwrap();
    assert_eq!(once.stopped().await.failure().unwrap().text(), "oh");
}

#[tokio::test]
async fn a_temporary_child_is_never_restarted() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::one_for_one());
    let make = Make::new("t", &log);
    let worker = boss.ask(Spawn(make, ChildKind::Temporary)).await.unwrap();
    worker.tell(Panic("oh")).unwrap();
    assert_eq!(worker.stopped().await.failure().unwrap().text(), "oh");
}

#[tokio::test]
async fn a_permanent_child_that_leaves_is_restarted_and_one_that_is_stopped_is_not() {
    let (system, log) = (system(), Log::default());
    let boss = boss(&system, &log, Supervision::one_for_one());
    let make = Make::new("p", &log);
    let worker = boss.ask(Spawn(make, ChildKind::Permanent)).await.unwrap();
    worker.tell(Leave).unwrap();
    assert_eq!(worker.ask(Life).await.unwrap(), 2);
    assert_eq!(worker.stats().failed, 0, "no message failed");
    worker.stop();
    assert!(matches!(worker.stopped().await, StopReason::Stopped));
}

#[tokio::test(start_paused = true)]
async fn backoff_waits_longer_each_time_and_heals() {
    let (system, log) = (system(), Log::default());
    let backoff = Backoff::new(ms(100))
        .jitter(0.0)
        .max(ms(400))
        .heal_after(ms(1_000));
    let boss = boss(&system, &log, Supervision::one_for_one().backoff(backoff));
    let worker = hire(&boss, &Make::new("w", &log)).await;
    let mut waits = Vec::new();
    for quiet in [0, 0, 0, 0, 1_000] {
        tokio::time::sleep(ms(quiet)).await;
        let began = Instant::now();
        worker.tell(Panic("oh")).unwrap();
        worker.ask(Life).await.unwrap();
        waits.push(began.elapsed().as_millis());
    }
    assert_eq!(waits, [100, 200, 400, 400, 100]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_out_a_backoff_handles_nothing_and_can_be_stopped_and_restarted() {
    let (system, log) = (system(), Log::default());
    let backoff = Backoff::new(Duration::from_secs(100))
        .max(Duration::from_secs(1_000))
        .jitter(0.0);
    let rules = Supervision::one_for_one().backoff(backoff);
    let boss = boss(&system, &log, rules.clone());
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    worker.tell(Count).unwrap();
    quiet().await;
    assert_eq!(worker.stats().mailbox, 1, "it is suspended");
    worker.restart();
    assert_eq!(
        worker.ask(Life).await.unwrap(),
        2,
        "an operator need not wait"
    );
    worker.tell(Panic("oh")).unwrap();
    quiet().await;
    let began = Instant::now();
    worker.stop();
    assert_eq!(worker.stopped().await.failure().unwrap().text(), "oh");
    // A parent that stops while a child waits.
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    quiet().await;
    boss.stop_and_wait().await;
    assert!(began.elapsed() < Duration::from_secs(1));
    // And the system.
    let waiting = system.spawn(Make::new("s", &log).producer());
    waiting.tell(Panic("oh")).unwrap();
    let report = system.shutdown().await;
    assert!(report.is_clean());
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test(start_paused = true)]
async fn many_that_fail_together_do_not_come_back_together() {
    let system = ActorSystem::builder("test")
        .seed(7)
        .supervision(Supervision::one_for_one().backoff(Backoff::new(ms(1_000)).jitter(0.5)))
        .build()
        .unwrap();
    let log = Log::default();
    let workers: Vec<_> = (0..200)
        .map(|_| system.spawn(Make::new("w", &log).producer()))
        .collect();
    let mut told = system.events_of::<ChildFailed>();
    for worker in &workers {
        worker.tell(Panic("oh")).unwrap();
    }
    let mut delays = Vec::new();
    for _ in 0..200 {
        delays.push(told.next().await.unwrap().delay);
    }
    let (first, last) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!(
        *first >= ms(500) && *last <= ms(1_000),
        "{first:?} to {last:?}"
    );
    assert!(
        *last - *first >= ms(450),
        "the spread: {first:?} to {last:?}"
    );
}

/// Three levels, of which the leaf always fails at its start.
#[actor]
struct Level {
    depth: u32,
    starts: Arc<[AtomicU32; 3]>,
    rules: Supervision,
}

#[actor]
impl Level {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) -> Result<(), Corrupt> {
        self.starts[self.depth as usize].fetch_add(1, Ordering::SeqCst);
        if self.depth == 2 {
            return Err(Corrupt(99));
        }
        let (depth, starts, rules) = (self.depth + 1, self.starts.clone(), self.rules.clone());
        let own = rules.clone();
        let make = move || Level {
            depth,
            starts: starts.clone(),
            rules: own.clone(),
        };
        ctx.spawn(Props::new(make).supervise_children(rules));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn c4_nested_limits_multiply_and_the_top_knows_the_leafs_cause() {
    let rules = Supervision::one_for_one().restarts(3, Duration::from_secs(5));
    let system = ActorSystem::builder("test")
        .supervision(rules.clone())
        .build()
        .unwrap();
    let starts: Arc<[AtomicU32; 3]> = Arc::default();
    let own = starts.clone();
    let top = system.spawn(
        Props::new(move || Level {
            depth: 0,
            starts: own.clone(),
            rules: rules.clone(),
        })
        .supervise_children(Supervision::one_for_one().restarts(3, Duration::from_secs(5))),
    );
    let reason = top.stopped().await;
    let failure = reason.failure().unwrap();
    assert_eq!(failure.downcast_ref(), Some(&Corrupt(99)));
    let levels: Vec<_> = std::iter::successors(Some(failure), |failure| failure.cause()).collect();
    assert_eq!(levels.len(), 3, "through every level: {failure}");
    let starts = [0, 1, 2].map(|depth: usize| starts[depth].load(Ordering::SeqCst));
    assert_eq!(starts, [4, 16, 64]);
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn escalation_suspends_the_child_until_its_parent_is_decided() {
    let (system, log) = (system(), Log::default());
    // The top resumes the boss, and with it the child goes on.
    let top = boss(&system, &log, all(Directive::Resume));
    struct Hire(Make);
    #[actor]
    struct Middle;
    #[actor]
    impl Middle {
        #[handler]
        fn hire(&mut self, Hire(make): Hire, ctx: &mut Ctx<Self>) -> ActorRef<Worker> {
            ctx.spawn(make.producer())
        }
    }
    struct Top;
    #[actor]
    struct Chief(Supervision);
    #[actor]
    impl Chief {
        #[handler]
        fn middle(&mut self, _: Top, ctx: &mut Ctx<Self>) -> ActorRef<Middle> {
            ctx.spawn(Props::new(|| Middle).supervise_children(self.0.clone()))
        }
    }
    for (directive, life) in [(Directive::Resume, Some(1)), (Directive::Restart, None)] {
        let chief = Props::new(|| Chief(all(Directive::Escalate)));
        let chief = system.spawn(chief.supervise_children(all(directive)));
        let middle = chief.ask(Top).await.unwrap();
        let worker = middle.ask(Hire(Make::new("w", &log))).await.unwrap();
        worker.tell(Panic("deep")).unwrap();
        match life {
            Some(life) => assert_eq!(worker.ask(Life).await.unwrap(), life),
            None => {
                worker.stopped().await;
                middle.ask(Hire(Make::new("w", &log))).await.unwrap();
                assert_eq!(middle.stats().restarts, 1);
            }
        }
    }
    drop(top);
}

#[tokio::test]
async fn a_failure_at_the_root_can_stop_the_system() {
    let system = ActorSystem::builder("test")
        .supervision(all(Directive::Escalate))
        .on_root_failure(RootFailure::StopSystem)
        .build()
        .unwrap();
    let log = Log::default();
    let (bad, good) = (
        system.spawn(Make::new("bad", &log).producer()),
        system.spawn(Make::new("good", &log).producer()),
    );
    good.started().await.unwrap();
    bad.tell(Panic("oh")).unwrap();
    assert_eq!(bad.stopped().await.failure().unwrap().text(), "oh");
    assert!(matches!(good.stopped().await, StopReason::Stopped));
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
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
async fn c6_a_message_that_always_panics_is_dropped_after_one_attempt() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::one_for_one().restarts(1_000, Duration::from_secs(10));
    let boss = boss(&system, &log, rules);
    let worker = hire(&boss, &Make::new("w", &log)).await;
    for _ in 0..100 {
        worker.tell(Panic("poison")).unwrap();
        worker.tell(Count).unwrap();
    }
    assert_eq!(worker.ask(Life).await.unwrap(), 101);
    let stats = worker.stats();
    assert_eq!(
        (stats.failed, stats.handled, stats.dead_letters.total()),
        (100, 101, 0)
    );
}

#[test]
fn c1_ten_thousand_restarts_count_exactly_and_leak_nothing() {
    on_workers(2, async {
        let log = Log::default();
        let rules = Supervision::one_for_one().restarts(u32::MAX, Duration::from_secs(1));
        let system = ActorSystem::builder("test")
            .supervision(rules)
            .build()
            .unwrap();
        let worker = system.spawn(Make::new("w", &log).producer());
        for _ in 0..10_000 {
            worker.tell(Panic("oh")).unwrap();
        }
        assert_eq!(
            worker.ask(Life).timeout(Duration::MAX).await.unwrap(),
            10_001
        );
        assert_eq!(log.count("w started"), 10_001);
        assert_eq!(log.count("w restarting: oh"), 10_000);
        let stats = worker.stats();
        assert_eq!((stats.restarts, stats.failed), (10_000, 10_000));
        assert!(system.shutdown().await.is_clean());
    });
}

#[tokio::test]
async fn a_panic_while_deciding_escalates() {
    let (system, log) = (system(), Log::default());
    let rules = Supervision::one_for_one().decide(|_| panic!("undecided"));
    let boss = boss(&system, &log, rules);
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("oh")).unwrap();
    worker.stopped().await;
    boss.ask(Life).await.unwrap();
    assert_eq!(boss.stats().restarts, 1, "it was its own failure");
}

#[tokio::test]
async fn each_failure_is_told_once_with_what_became_of_it() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    let boss = boss(&system, &log, Supervision::one_for_one());
    let worker = hire(&boss, &Make::new("w", &log)).await;
    worker.tell(Panic("one")).unwrap();
    worker.tell(Panic("two")).unwrap();
    worker.ask(Life).await.unwrap();
    let failures = all_events(&mut events, |event| match event {
        Event::Failed(failure) => Some(format!("failed {}", failure.text())),
        Event::ChildFailed(told) => Some(format!("{} {}", told.directive, told.failure.text())),
        Event::Restarted(_) => Some("restarted".to_owned()),
        _ => None,
    });
    let expected = [
        "failed one",
        "restart one",
        "restarted",
        "failed two",
        "restart two",
        "restarted",
    ];
    assert_eq!(failures, expected);
}

#[test]
fn a_storm_of_failures_restarts_and_ends_hangs_nowhere() {
    for round in 0..8_u64 {
        on_workers(4, async move {
            let log = Log::default();
            let rules = match round % 3 {
                0 => Supervision::one_for_one(),
                1 => Supervision::all_for_one(),
                _ => Supervision::rest_for_one(),
            };
            let rules = rules
                .restarts(u32::MAX, Duration::from_secs(1))
                .backoff(Backoff::new(ms(1)).max(ms(2)));
            let system = ActorSystem::builder("test").seed(round).build().unwrap();
            let boss = boss(&system, &log, rules);
            let mut workers = Vec::new();
            for _ in 0..8 {
                workers.push(hire(&boss, &Make::new("w", &log)).await);
            }
            let senders = (0..4_usize).map(|sender| {
                let workers = workers.clone();
                tokio::spawn(async move {
                    for number in 0..200_usize {
                        let worker = &workers[(sender + number) % workers.len()];
                        let _ = match number % 7 {
                            0 => worker.tell(Panic("oh")).is_ok(),
                            1 => worker.tell(Fail(1)).is_ok(),
                            2 => {
                                worker.restart();
                                true
                            }
                            _ => worker.tell(Count).is_ok(),
                        };
                        if number % 20 == 0 {
                            tokio::time::sleep(ms(1)).await;
                        }
                    }
                })
            });
            for sender in senders.collect::<Vec<_>>() {
                sender.await.unwrap();
            }
            match round % 4 {
                0 => {
                    boss.stop_and_wait().await;
                }
                1 => {
                    boss.restart();
                    boss.ask(Life).await.unwrap();
                }
                2 => boss.kill(),
                _ => {}
            }
            let report = system.shutdown().await;
            assert!(report.is_clean(), "{report:?}");
            assert!(system.stats().is_balanced());
            assert_eq!(system.stats().actors, 0);
        });
    }
}
