//! The end of a system: leaves first, in time, and nothing is left.

use std::time::Duration;

use actor::SpawnError;
use actor::prelude::*;
use actor_tests::{
    Census, Gate, Hold, Log, Note, Panic, Subject, Token, at_rest, on_workers, quiet, system,
};
use tokio::time::Instant;

/// A tree of actors; each writes its path when it stops, and can hang in each part of its end.
#[actor]
struct Node {
    log: Log,
    token: Token,
    children: u32,
    hang_at_end: Option<Gate>,
}

struct Beget(&'static str, Option<Gate>);

#[actor]
impl Node {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        for n in 0..self.children {
            let (log, token, children) = (self.log.clone(), self.token.clone(), self.children - 1);
            let child = Props::once(Self {
                log,
                token,
                children,
                hang_at_end: None,
            });
            ctx.spawn_named(format!("n{n}"), child).expect("free");
        }
    }

    #[handler]
    fn beget(&mut self, msg: Beget, ctx: &mut Ctx<Self>) {
        let (log, token) = (self.log.clone(), self.token.clone());
        let child = Self {
            log,
            token,
            children: 0,
            hang_at_end: msg.1,
        };
        ctx.spawn_named(msg.0, Props::once(child)).expect("free");
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn pipe(&mut self, note: Note, ctx: &mut Ctx<Self>) {
        ctx.pipe(std::future::pending::<()>(), move |()| note);
    }

    #[on(stopped)]
    async fn stopped(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add(ctx.pid().id());
        if let Some(gate) = &self.hang_at_end {
            gate.pass().await;
        }
    }
}

fn node(log: &Log, census: &Census, children: u32) -> Props<Node> {
    Props::once(Node {
        log: log.clone(),
        token: census.token(),
        children,
        hang_at_end: None,
    })
}

fn deadline(seconds: u64) -> ActorSystem {
    let builder = ActorSystem::builder("test").shutdown_deadline(Duration::from_secs(seconds));
    builder.build().expect("a runtime")
}

fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn shutdown_stops_leaves_first_and_leaves_nothing() {
    let before = tasks();
    let (system, log, census) = (system(), Log::default(), Census::default());
    let root = system
        .spawn_named("root", node(&log, &census, 3))
        .expect("free");
    quiet().await;
    assert_eq!(system.stats().actors, 16);
    root.tell(Note(1)).expect("room");
    // An ask that is answered, and one that is not.
    let gate = Gate::default();
    gate.open();
    root.ask(Hold(gate.clone())).await.expect("an answer");
    quiet().await;
    let report = system.shutdown().await;
    assert!(report.is_clean() && report.stuck.is_empty());
    assert_eq!(report.took, Duration::ZERO, "nobody had to wait");
    let paths = log.take();
    assert_eq!(paths.len(), 16);
    for (at, path) in paths.iter().enumerate() {
        let below = format!("{path}/");
        assert!(
            paths[at..].iter().all(|later| !later.starts_with(&below)),
            "{paths:?}"
        );
    }
    assert_eq!(census.alive(), 0, "all states are dropped");
    assert_eq!(at_rest(&system).actors, 0);
    quiet().await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(tasks(), before, "no task is left");
}

#[test]
fn shutdown_leaves_nothing_on_many_threads() {
    const ROUNDS: usize = if cfg!(debug_assertions) { 50 } else { 500 };
    on_workers(4, async {
        for _ in 0..ROUNDS {
            let (system, log, census) = (system(), Log::default(), Census::default());
            for _ in 0..4 {
                let root = system.spawn(node(&log, &census, 3));
                let _ = root.tell(Note(1));
            }
            let (one, two) = tokio::join!(system.shutdown(), system.shutdown());
            assert_eq!(one, two);
            assert!(one.is_clean());
            assert_eq!(census.alive(), 0);
            assert_eq!(at_rest(&system).actors, 0);
        }
    });
}

#[tokio::test(start_paused = true)]
async fn the_report_names_who_did_not_stop_in_time() {
    let (system, log, census, gate) = (
        deadline(3),
        Log::default(),
        Census::default(),
        Gate::default(),
    );
    let root = system
        .spawn_named("root", node(&log, &census, 0))
        .expect("free");
    root.tell(Beget("good", None)).expect("room");
    root.tell(Beget("bad", None)).expect("room");
    system
        .spawn_named("other", node(&log, &census, 0))
        .expect("free");
    quiet().await;
    let bad = system.lookup::<Node>("root/bad").expect("alive");
    bad.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    let began = Instant::now();
    let report = system.shutdown().await;
    let late: Vec<_> = report.late.iter().map(|pid| pid.id()).collect();
    assert_eq!(late, ["root/bad"], "not its parent, who had to wait for it");
    assert!(!report.is_clean() && report.stuck.is_empty());
    assert_eq!(began.elapsed().as_secs(), 3, "killed at the deadline");
    assert_eq!(report.took.as_secs(), 3);
    let mut paths = log.take();
    paths[..2].sort();
    assert_eq!(paths, ["other", "root/good", "root/bad", "root"]);
    assert_eq!(census.alive(), 0);
    assert_eq!(at_rest(&system).failed, 1);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_at_its_very_end_is_dropped_a_second_later() {
    let (system, log, census, gate) = (
        deadline(3),
        Log::default(),
        Census::default(),
        Gate::default(),
    );
    let root = system
        .spawn_named("root", node(&log, &census, 0))
        .expect("free");
    root.tell(Beget("bad", Some(gate.clone()))).expect("room");
    quiet().await;
    let report = system.shutdown().await;
    let late: Vec<_> = report.late.iter().map(|pid| pid.id()).collect();
    assert_eq!(late, ["root/bad"]);
    assert!(report.stuck.is_empty());
    assert_eq!(report.took.as_secs(), 4);
    assert_eq!(log.take().first().map(String::as_str), Some("root/bad"));
    assert_eq!(census.alive(), 0);
    assert_eq!(at_rest(&system).actors, 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_shutdown_joins_the_first() {
    let (system, log, gate) = (deadline(5), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    let first = tokio::spawn({
        let system = system.clone();
        async move { system.shutdown().await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    let began = Instant::now();
    let second = system.shutdown().await;
    assert_eq!(
        began.elapsed().as_secs(),
        3,
        "the deadline of the first holds"
    );
    assert_eq!(first.await.expect("no panic"), second);
    assert_eq!(system.shutdown().await, second, "also later");
    assert_eq!(log.count("stopped"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_shutdown_goes_on() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    quiet().await;
    {
        let mut shutdown = std::pin::pin!(system.shutdown());
        let waker = std::task::Waker::noop();
        assert!(
            shutdown
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker))
                .is_pending()
        );
    }
    subject.stopped().await;
    assert_eq!(log.take(), ["started", "stopping", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn after_shutdown_nothing_is_born() {
    let (system, log, census) = (system(), Log::default(), Census::default());
    system.shutdown().await;
    let late = system.spawn(node(&log, &census, 2));
    assert_eq!(census.alive(), 0, "its state is dropped at once");
    assert!(late.is_stopped());
    assert!(late.started().await.is_err());
    late.stopped().await;
    late.kill_and_wait().await;
    assert!(late.tell(Note(1)).is_err());
    let named = system.spawn_named("late", node(&log, &census, 2)).err();
    assert_eq!(named, Some(SpawnError::ShutDown));
    assert_eq!(log.take().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_takes_actors_in_every_state() {
    let (system, log, census, gate) =
        (system(), Log::default(), Census::default(), Gate::default());
    let unborn = system.spawn(node(&log, &census, 1));
    let failed = system.spawn(Subject::producer(&log));
    failed.tell(Panic("before")).expect("room");
    let stopping = system.spawn(Subject::producer(&log));
    stopping.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    stopping.poison();
    let just_born = system.spawn(Subject::producer(&log));
    let (report, ()) = tokio::join!(system.shutdown(), async { gate.open() });
    assert!(report.is_clean());
    assert!(
        unborn.is_stopped()
            && failed.is_stopped()
            && stopping.is_stopped()
            && just_born.is_stopped()
    );
    assert_eq!(census.alive(), 0);
    at_rest(&system);
}

/// Has a child, and hangs.
#[actor]
struct Parent;
struct BegetOne;
#[actor]
impl Parent {
    #[handler]
    fn beget(&mut self, _: BegetOne, ctx: &mut Ctx<Self>) {
        ctx.spawn_named("innocent", Subject::default).expect("free");
    }
    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_does_not_name_the_idle_child_of_who_hangs() {
    let (system, gate) = (deadline(3), Gate::default());
    let parent = system.spawn_named("parent", || Parent).expect("free");
    parent.tell(BegetOne).expect("room");
    parent.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    quiet().await;
    let report = system.shutdown().await;
    let late: Vec<_> = report.late.iter().map(|pid| pid.id()).collect();
    assert_eq!(late, ["parent"]);
    at_rest(&system);
}

#[actor]
struct Waits(Log);

#[actor]
impl Waits {
    #[on(started)]
    fn started(&mut self, ctx: &mut Ctx<Self>) {
        let log = self.0.clone();
        ctx.spawn(move || Hangs(log.clone()));
    }
    #[on(stopped)]
    async fn stopped(&mut self) {
        self.0.add("parent");
        tokio::task::yield_now().await;
        self.0.add("parent flushed");
    }
}

#[actor]
struct Hangs(Log);

#[actor]
impl Hangs {
    #[on(stopped)]
    async fn stopped(&mut self) {
        self.0.add("child");
        std::future::pending::<()>().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_parent_of_who_hangs_at_its_end_still_stops() {
    let (system, log) = (deadline(3), Log::default());
    let own = log.clone();
    system.spawn(move || Waits(own.clone()));
    quiet().await;
    let report = system.shutdown().await;
    assert_eq!(report.late.len(), 1);
    assert_eq!(log.take(), ["child", "parent", "parent flushed"]);
    at_rest(&system);
}
