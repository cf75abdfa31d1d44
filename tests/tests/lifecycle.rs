//! Promise 4: `started` once and before any message, `stopped` once and last, whatever happens between.

use std::fmt;
use std::io;
use std::time::Duration;

use actor::prelude::*;
use actor::{Event, Stage, StartError, StopReason};
use actor_tests::{
    Census, Gate, Hold, Log, Note, Oops, Panic, Subject, Token, event, quiet, system,
};

#[tokio::test(start_paused = true)]
async fn started_comes_once_and_before_any_message() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    for number in 0..3 {
        subject.tell(Note(number)).expect("room");
    }
    subject.poison_and_wait().await;
    assert_eq!(
        log.take(),
        ["started", "0", "1", "2", "stopping", "stopped"]
    );
}

/// All of its lifecycle is asynchronous, and each part waits at the gate.
#[actor]
struct Slow {
    log: Log,
    gate: Gate,
    _token: Token,
}

#[actor]
impl Slow {
    #[on(started)]
    async fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add(format!("starting {}", ctx.pid().id()));
        self.gate.pass().await;
        self.log.add("started");
    }

    #[handler]
    async fn note(&mut self, Note(number): Note) {
        self.gate.pass().await;
        self.log.add(number);
    }

    #[on(stopping)]
    async fn stopping(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add(format!("stopping {}", ctx.pid().id()));
        self.gate.pass().await;
    }

    #[on(stopped)]
    async fn stopped(&mut self, _: &mut Ctx<Self>) {
        self.log.add("stopped");
        self.gate.pass().await;
        self.log.add("flushed");
    }
}

fn slow(log: &Log, gate: &Gate, census: &Census) -> impl FnMut() -> Slow + Send + 'static + use<> {
    let (log, gate, census) = (log.clone(), gate.clone(), census.clone());
    move || Slow {
        log: log.clone(),
        gate: gate.clone(),
        _token: census.token(),
    }
}

#[tokio::test(start_paused = true)]
async fn no_part_of_a_life_overlaps_another() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let actor = system
        .spawn_named("slow", slow(&log, &gate, &census))
        .expect("free");
    actor.tell(Note(1)).expect("room");
    gate.reached().await;
    actor.tell(Note(2)).expect("room");
    quiet().await;
    assert_eq!(log.take(), ["starting slow"]);
    gate.open();
    gate.reached().await;
    assert_eq!(log.take(), ["started"], "now in the handler of 1");
    actor.stop();
    quiet().await;
    assert_eq!(log.take().len(), 0);
    gate.open();
    gate.reached().await;
    assert_eq!(log.take(), ["1", "stopping slow"]);
    gate.open();
    gate.reached().await;
    assert_eq!(log.take(), ["stopped"]);
    assert!(!actor.is_stopped());
    gate.open();
    assert!(matches!(actor.stopped().await, StopReason::Stopped));
    assert_eq!(log.take(), ["flushed"]);
    assert_eq!(system.stats().dead_letters.actor_stopped, 1);
}

#[tokio::test(start_paused = true)]
async fn spawn_returns_at_once_and_started_waits() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let actor = system.spawn(slow(&log, &gate, &census));
    assert_eq!(log.lines().len(), 0, "nothing ran yet");
    let waiting = tokio::spawn({
        let actor = actor.clone();
        async move { actor.started().await }
    });
    gate.reached().await;
    quiet().await;
    assert!(!waiting.is_finished());
    gate.open();
    assert!(waiting.await.expect("no panic").is_ok());
    assert!(actor.started().await.is_ok(), "also later");
    actor.kill();
    gate.reached().await;
    gate.open();
    actor.stopped().await;
    assert!(actor.started().await.is_ok(), "it had started");
}

#[tokio::test(start_paused = true)]
async fn stopped_runs_after_a_panic() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Panic("on purpose")).expect("room");
    let reason = subject.stopped().await;
    assert_eq!(log.take(), ["started", "panic", "stopped"]);
    let failure = reason.failure().expect("a failure");
    assert_eq!(
        failure.stage(),
        Stage::Handling(std::any::type_name::<Panic>())
    );
    assert_eq!(failure.text(), "on purpose");
    assert!(failure.is_panic());
    assert_eq!(failure.actor(), &subject.pid());
}

#[tokio::test(start_paused = true)]
async fn stopped_runs_after_a_failure() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Oops(7)).expect("room");
    let reason = subject.stopped().await;
    assert_eq!(log.take(), ["started", "fail", "stopped"]);
    let failure = reason.failure().expect("a failure");
    assert_eq!(failure.downcast_ref::<Oops>(), Some(&Oops(7)));
    assert!(!failure.is_panic());
}

#[tokio::test(start_paused = true)]
async fn stopped_runs_after_a_kill_and_cannot_be_killed() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let actor = system.spawn(slow(&log, &gate, &census));
    gate.reached().await;
    gate.open();
    actor.tell(Note(1)).expect("room");
    gate.reached().await;
    log.take();
    actor.kill();
    gate.reached().await;
    assert_eq!(log.take(), ["stopped"]);
    actor.kill();
    quiet().await;
    assert!(!actor.is_stopped());
    gate.open();
    assert!(matches!(actor.stopped().await, StopReason::Killed));
    assert_eq!(log.take(), ["flushed"]);
    assert_eq!(census.alive(), 0, "its state is dropped by then");
}

#[tokio::test(start_paused = true)]
async fn a_kill_while_it_starts_ends_it_with_stopped() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let actor = system.spawn(slow(&log, &gate, &census));
    actor.tell(Note(1)).expect("room");
    gate.reached().await;
    actor.kill();
    gate.reached().await;
    gate.open();
    assert!(matches!(actor.started().await, Err(StartError::Stopped)));
    actor.stopped().await;
    assert_eq!(log.take()[1..], ["stopped", "flushed"]);
    assert_eq!(system.stats().dead_letters.actor_stopped, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_it_starts_waits_for_the_start() {
    let (system, log, gate, census) =
        (system(), Log::default(), Gate::default(), Census::default());
    let actor = system
        .spawn_named("slow", slow(&log, &gate, &census))
        .expect("free");
    actor.tell(Note(1)).expect("room");
    gate.reached().await;
    actor.stop();
    quiet().await;
    for _ in 0..3 {
        gate.open();
    }
    actor.stopped().await;
    let lines = [
        "starting slow",
        "started",
        "stopping slow",
        "stopped",
        "flushed",
    ];
    assert_eq!(log.take(), lines, "no message");
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_is_stopped_before_it_is_born_has_no_life() {
    for end in [ActorRef::stop, ActorRef::<Subject>::kill] {
        let (system, log) = (system(), Log::default());
        let subject = system.spawn(Subject::producer(&log));
        subject.tell(Note(1)).expect("room");
        end(&subject);
        assert!(matches!(subject.started().await, Err(StartError::Stopped)));
        subject.stopped().await;
        assert_eq!(log.take().len(), 0, "no state was built, so nothing runs");
        assert_eq!(system.stats().dead_letters.actor_stopped, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn poison_before_birth_lets_it_live_for_its_mail() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Note(1)).expect("room");
    subject.poison_and_wait().await;
    assert_eq!(log.take(), ["started", "1", "stopping", "stopped"]);
}

#[derive(Debug)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken {}", self.0)
    }
}

/// Fails in the part of its life that it is told, with an error or a panic.
#[actor]
struct Fragile {
    log: Log,
    part: &'static str,
    panics: bool,
}

impl Fragile {
    fn come_to(&self, part: &'static str) -> Result<(), Broken> {
        self.log.add(part);
        if part != self.part {
            return Ok(());
        }
        assert!(!self.panics, "panic in {part}");
        Err(Broken(part))
    }
}

#[actor]
impl Fragile {
    #[on(started)]
    async fn started(&mut self) -> Result<(), Broken> {
        tokio::task::yield_now().await;
        self.come_to("started")
    }

    #[on(stopping)]
    fn stopping(&mut self) -> Result<(), Broken> {
        self.come_to("stopping")
    }

    #[on(stopped)]
    async fn stopped(&mut self) -> Result<(), Broken> {
        self.come_to("stopped")
    }

    #[on(terminated)]
    fn terminated(&mut self, _: Terminated) -> Result<(), Broken> {
        self.come_to("terminated")
    }

    #[handler]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    #[handler]
    fn watch(&mut self, target: ActorRef<Subject>, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_start_never_leaves_a_half_alive_actor() {
    for panics in [false, true] {
        let (system, log) = (system(), Log::default());
        let actor = system.spawn({
            let log = log.clone();
            move || Fragile {
                log: log.clone(),
                part: "started",
                panics,
            }
        });
        actor.tell(Note(1)).expect("room");
        let Err(StartError::Failed(failure)) = actor.started().await else {
            panic!("it started");
        };
        assert_eq!(failure.stage(), Stage::Lifecycle("started"));
        assert_eq!(failure.is_panic(), panics);
        assert_eq!(failure.downcast_ref::<Broken>().is_some(), !panics);
        let reason = actor.stopped().await;
        assert!(reason.failure().is_some());
        assert_eq!(
            log.take(),
            ["started", "stopped"],
            "no message, no stopping"
        );
        assert_eq!(system.stats().dead_letters.actor_stopped, 1);
        assert_eq!(system.stats().actors, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_end_is_told_and_ends_all_the_same() {
    for (part, lines) in [
        ("stopping", ["started", "1", "stopping", "stopped"]),
        ("stopped", ["started", "1", "stopping", "stopped"]),
    ] {
        for panics in [false, true] {
            let (system, log) = (system(), Log::default());
            let mut events = system.events();
            let actor = system.spawn({
                let log = log.clone();
                move || Fragile {
                    log: log.clone(),
                    part,
                    panics,
                }
            });
            actor.tell(Note(1)).expect("room");
            let reason = actor.poison_and_wait().await;
            let failure = reason.failure().expect("a failure");
            assert_eq!(failure.stage(), Stage::Lifecycle(part));
            assert_eq!(failure.is_panic(), panics);
            assert_eq!(log.take(), lines);
            let seen = event(&mut events, |event| match event {
                Event::Failed(failure) => Some(failure.stage()),
                _ => None,
            });
            assert_eq!(seen.await, Stage::Lifecycle(part));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_terminated_is_the_watchers_failure() {
    for panics in [false, true] {
        let (system, log) = (system(), Log::default());
        let subject = system.spawn(Subject::producer(&Log::default()));
        let actor = system.spawn({
            let log = log.clone();
            move || Fragile {
                log: log.clone(),
                part: "terminated",
                panics,
            }
        });
        actor.tell(subject.clone()).expect("room");
        quiet().await;
        subject.stop();
        let reason = actor.stopped().await;
        assert_eq!(
            reason.failure().map(|f| f.stage()),
            Some(Stage::Lifecycle("terminated"))
        );
        assert_eq!(log.take(), ["started", "terminated", "stopped"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_is_built_asynchronously_and_fallibly() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let good = system.spawn(Props::start({
        let (log, gate) = (log.clone(), gate.clone());
        move || {
            let (log, gate) = (log.clone(), gate.clone());
            async move {
                gate.pass().await;
                Ok::<_, io::Error>(Subject::new(&log))
            }
        }
    }));
    good.tell(Note(1)).expect("room");
    gate.reached().await;
    quiet().await;
    assert_eq!(log.take().len(), 0);
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["started", "1"]);

    let bad = system.spawn(Props::start(|| async {
        Err::<Subject, _>(Broken("at birth"))
    }));
    let Err(StartError::Failed(failure)) = bad.started().await else {
        panic!("it started");
    };
    assert_eq!(failure.stage(), Stage::Building);
    assert_eq!(failure.text(), "broken at birth");
    assert!(failure.downcast_ref::<Broken>().is_some());

    let panics = system.spawn(Props::start(|| async {
        tokio::task::yield_now().await;
        assert!(Subject::default().fmt_is_empty(), "at birth");
        Ok::<_, Broken>(Subject::default())
    }));
    let Err(StartError::Failed(failure)) = panics.started().await else {
        panic!("it started");
    };
    assert_eq!(
        (failure.stage(), failure.is_panic()),
        (Stage::Building, true)
    );
}

trait FmtIsEmpty {
    fn fmt_is_empty(&self) -> bool;
}

impl FmtIsEmpty for Subject {
    fn fmt_is_empty(&self) -> bool {
        format!("{self:?}").is_empty()
    }
}

#[tokio::test(start_paused = true)]
async fn a_kill_ends_an_asynchronous_birth() {
    let (system, gate, census) = (system(), Gate::default(), Census::default());
    let actor = system.spawn(Props::start({
        let (gate, token) = (gate.clone(), census.token());
        move || {
            let (gate, token) = (gate.clone(), token.clone());
            async move {
                gate.pass().await;
                drop(token);
                Ok::<_, io::Error>(Subject::default())
            }
        }
    }));
    gate.reached().await;
    assert!(matches!(actor.kill_and_wait().await, StopReason::Killed));
    assert!(matches!(actor.started().await, Err(StartError::Stopped)));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_exists_once_is_an_actors_state() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Props::once(Subject::new(&log)));
    assert_eq!(subject.ask(Note(3)).await.ok(), Some(3));
    subject.stop_and_wait().await;
    assert_eq!(log.take(), ["started", "3", "stopping", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn stopped_is_the_last_that_an_actor_does() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    for number in 0..10 {
        subject.tell(Note(number)).expect("room");
    }
    subject.kill_and_wait().await;
    gate.open();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(log.take(), ["started", "hold", "hold over", "stopped"]);
}
