//! Promise 9: nothing is global. And where a system can live.

use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, StopReason, SystemError};
use actor_tests::{Census, Gate, Hold, Log, Note, Panic, Subject, Token, at_rest, quiet, system};
use tokio::runtime::{Builder, Runtime};

fn current_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}

#[test]
fn outside_of_a_runtime_there_is_no_system() {
    assert_eq!(ActorSystem::new("none").err(), Some(SystemError::NoRuntime));
    let runtime = current_thread();
    let system = ActorSystem::builder("given")
        .runtime(runtime.handle().clone())
        .build();
    let system = system.expect("a runtime was given");
    let subject = system.spawn(Subject::default);
    assert_eq!(
        runtime.block_on(async { subject.ask(Note(1)).await.ok() }),
        Some(1)
    );
}

#[test]
fn a_runtime_without_timer_is_an_error() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let made = runtime.block_on(async { ActorSystem::new("timeless") });
    assert_eq!(made.err(), Some(SystemError::NoTimer));
}

#[test]
fn a_system_lives_on_either_kind_of_runtime() {
    let multi = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime");
    for runtime in [current_thread(), multi] {
        runtime.block_on(async {
            let (system, log) = (system(), Log::default());
            let subject = system.spawn(Subject::producer(&log));
            assert_eq!(subject.ask(Note(1)).await.ok(), Some(1));
            assert!(system.shutdown().await.is_clean());
            at_rest(&system);
        });
    }
}

#[test]
fn an_actor_can_be_spawned_and_told_from_a_thread_without_runtime() {
    let runtime = current_thread();
    let (system, log) = (runtime.block_on(async { system() }), Log::default());
    let outside = std::thread::spawn({
        let (system, log) = (system.clone(), log.clone());
        move || {
            let subject = system.spawn(Subject::producer(&log));
            subject.tell(Note(1)).expect("room");
            subject
        }
    });
    let subject = outside.join().expect("no panic");
    runtime.block_on(subject.poison_and_wait());
    assert_eq!(log.take(), ["started", "1", "stopping", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn two_systems_do_not_know_each_other() {
    let (one, two, log) = (system(), system(), Log::default());
    let (mut events_one, mut events_two) = (one.events(), two.events());
    let a = one
        .spawn_named("same", Subject::producer(&log))
        .expect("free");
    let b = two
        .spawn_named("same", Subject::producer(&log))
        .expect("free, though the other has one");
    assert_ne!(a, b);
    assert_eq!(two.lookup::<Subject>("same"), Ok(b.clone()));
    let only = one
        .spawn_named("only", Subject::producer(&log))
        .expect("free");
    assert!(two.lookup::<Subject>("only").is_err());
    a.tell(Panic("in one of them")).expect("room");
    a.stopped().await;
    let report = one.shutdown().await;
    assert!(report.is_clean());
    assert!(only.is_stopped());
    assert_eq!(b.ask(Note(1)).await.ok(), Some(1));
    assert_eq!((at_rest(&one).failed, at_rest(&two).failed), (1, 0));
    assert_eq!((at_rest(&one).actors, at_rest(&two).actors), (0, 1));
    let mut count = 0;
    while events_one.next().await.is_some() {
        count += 1;
    }
    assert_eq!(
        count, 6,
        "two started, a failure, what became of it, two ends"
    );
    assert!(
        matches!(events_two.try_next(), Some(actor::Event::Started(pid)) if pid.id() == "same")
    );
    assert!(events_two.try_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_builder_says_what_it_was_told() {
    let built = ActorSystem::builder("mine")
        .seed(7)
        .build()
        .expect("a runtime");
    assert_eq!((built.name(), built.seed()), ("mine", 7));
    assert_eq!(format!("{built:?}"), "ActorSystem { name: \"mine\", .. }");
    assert_ne!(
        system().seed(),
        system().seed(),
        "from the operating system"
    );
}

/// Waits for another actor's end and for its own gate.
#[actor]
struct Owner {
    _token: Token,
}

#[actor]
impl Owner {
    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn grow(&mut self, token: Token, ctx: &mut Ctx<Self>) {
        ctx.spawn(Props::once(Self { _token: token }));
    }
}

#[test]
fn when_its_runtime_ends_so_does_every_wait() {
    let (inner, outer) = (current_thread(), current_thread());
    let (census, gate) = (Census::default(), Gate::default());
    let (system, owner) = inner.block_on(async {
        let system = system();
        let owner = system.spawn(Props::once(Owner {
            _token: census.token(),
        }));
        owner.tell(census.token()).expect("room");
        owner.tell(Hold(gate.clone())).expect("room");
        gate.reached().await;
        (system, owner)
    });
    assert_eq!(census.alive(), 2);
    let waits: Vec<_> = [true, false]
        .into_iter()
        .map(|asks| {
            let (owner, gate) = (owner.clone(), gate.clone());
            outer.spawn(async move {
                if asks {
                    let asked = owner.ask(Hold(gate)).timeout(Duration::MAX).await;
                    assert!(matches!(asked, Err(AskError::Discarded)), "{asked:?}");
                } else {
                    assert!(matches!(owner.stopped().await, StopReason::Killed));
                }
            })
        })
        .collect();
    outer.block_on(tokio::task::yield_now());
    drop(inner);
    for wait in waits {
        outer.block_on(wait).expect("it ended well");
    }
    assert_eq!(census.alive(), 0, "all states are dropped");
    assert!(owner.is_stopped());
    // Everything goes on without a runtime, as with a stopped system.
    assert!(owner.tell(Hold(gate)).is_err());
    let late = system.spawn(Props::once(Owner {
        _token: census.token(),
    }));
    assert!(late.is_stopped());
    assert_eq!(census.alive(), 0);
    outer.block_on(async { system.shutdown().await });
    assert_eq!(system.stats().actors, 0);
}

#[tokio::test(start_paused = true)]
async fn an_actor_knows_its_system() {
    let system = system();
    let nested = system.spawn(|| Nested);
    let born = nested.ask(Note(1)).await.expect("an answer");
    assert_eq!(system.lookup::<Subject>("from-inside"), Ok(born));
    quiet().await;
}

#[actor]
struct Nested;

#[actor]
impl Nested {
    #[handler]
    fn note(&mut self, _: Note, ctx: &mut Ctx<Self>) -> ActorRef<Subject> {
        ctx.system()
            .spawn_named("from-inside", Subject::default)
            .expect("free")
    }
}
