//! A failure that a supervisor hands to its own.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{Backoff, Directive, Event, RootFailure, StopReason, Supervision};
use actor_tests::supervised::{Corrupt, Count, Hold, Life, Make, Panic, Worker, all, boss, hire};
use actor_tests::{Gate, Log, all_events, at_rest, event, quiet};
use tokio::time::Instant;

fn system() -> ActorSystem {
    ActorSystem::new("test").unwrap()
}

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

/// The decisions about failures, as they were told.
fn decisions(events: &mut actor::Events) -> Vec<String> {
    all_events(events, |event| match event {
        Event::ChildFailed(told) => Some(format!("{} {}", told.child.id(), told.directive)),
        _ => None,
    })
}

#[tokio::test]
async fn what_is_escalated_is_decided_once_at_each_level() {
    for (at_the_top, last) in [
        (Directive::Stop, "stop"),
        (Directive::Restart, "restart"),
        (Directive::Resume, "resume"),
    ] {
        let log = Log::default();
        let system = ActorSystem::builder("test")
            .supervision(all(at_the_top))
            .build()
            .unwrap();
        let mut events = system.events();
        let boss = boss(&system, &log, all(Directive::Escalate));
        let worker = hire(&boss, &Make::new("w", &log)).await;
        worker.tell(Panic("deep")).unwrap();
        match at_the_top {
            Directive::Resume => assert_eq!(worker.ask(Life).await.unwrap(), 1),
            Directive::Stop => drop(boss.stopped().await),
            _ => drop(worker.stopped().await),
        }
        system.shutdown().await;
        let (worker, boss) = (worker.pid(), boss.pid());
        let expected = [
            format!("{} escalate", worker.id()),
            format!("{} {last}", boss.id()),
        ];
        assert_eq!(decisions(&mut events), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_goes_on_only_when_its_own_failure_is_decided() {
    let (log, asked) = (Log::default(), AtomicU32::new(0));
    // The first failure is resumed. After the second the boss waits, and so does the child that it came from.
    let top = Supervision::one_for_one()
        .backoff(Backoff::new(Duration::from_secs(10)))
        .decide(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Directive::Resume,
            _ => Directive::Restart,
        });
    let system = ActorSystem::builder("test")
        .supervision(top)
        .build()
        .unwrap();
    let boss = boss(&system, &log, all(Directive::Escalate));
    let one = hire(&boss, &Make::new("one", &log)).await;
    let two = hire(&boss, &Make::new("two", &log)).await;
    let gate = Gate::default();
    boss.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    for worker in [&one, &two] {
        worker.tell(Panic("deep")).unwrap();
        worker.tell(Count).unwrap();
        quiet().await;
    }
    gate.open();
    quiet().await;
    assert_eq!((one.stats().handled, two.stats().handled), (1, 0));
    two.stopped().await;
    boss.ask(Life).await.unwrap();
    assert_eq!(boss.stats().restarts, 1);
    let stats = at_rest(&system);
    assert_eq!(
        stats.dead_letters.total(),
        1,
        "what the second had before it"
    );
}

#[tokio::test]
async fn what_an_actor_is_told_behind_its_resumption_is_not_lost() {
    let log = Log::default();
    let system = ActorSystem::builder("test")
        .supervision(all(Directive::Resume))
        .build()
        .unwrap();
    let rules = Supervision::all_for_one().decide(|failure| match failure.text() {
        "deep" => Directive::Escalate,
        _ => Directive::Restart,
    });
    let boss = boss(&system, &log, rules);
    let first = hire(&boss, &Make::new("first", &log)).await;
    let second = hire(&boss, &Make::new("second", &log)).await;
    let gate = Gate::default();
    boss.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    let mut events = system.events();
    second.tell(Panic("deep")).unwrap();
    let escalated = |event: &Event| matches!(event, Event::ChildFailed(_)).then_some(());
    event(&mut events, escalated).await;
    // On one thread, in this order: the first fails, the boss resumes the second, the group begins its restart, and
    // only then the second looks what it is told.
    first.tell(Panic("oh")).unwrap();
    gate.open();
    for worker in [&first, &second] {
        assert_eq!(worker.ask(Life).await.unwrap(), 2);
    }
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test]
async fn a_sibling_whose_start_is_escalated_goes_on_with_its_parent() {
    let log = Log::default();
    let system = ActorSystem::builder("test")
        .supervision(all(Directive::Resume))
        .build()
        .unwrap();
    let group = Supervision::all_for_one().restarts(1, Duration::from_secs(60));
    let boss = boss(&system, &log, group);
    let (one, two) = (Make::new("one", &log), Make::new("two", &log));
    let first = hire(&boss, &one).await;
    let second = hire(&boss, &two).await;
    two.bad_starts.store(1, Ordering::SeqCst);
    first.tell(Panic("oh")).unwrap();
    // The second fails to start again, which is one failure too many: the boss is resumed, and the second tries
    // again.
    while second.ask(Life).await.unwrap() < 3 {}
    assert_eq!(first.ask(Life).await.unwrap(), 2);
    assert_eq!(boss.stats().restarts, 0);
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
}

#[tokio::test(start_paused = true)]
async fn a_late_resumption_does_not_shorten_the_wait_of_a_group() {
    let log = Log::default();
    let system = ActorSystem::builder("test")
        .supervision(all(Directive::Resume))
        .build()
        .unwrap();
    let wait = Duration::from_secs(10);
    let rules = Supervision::all_for_one()
        .backoff(Backoff::new(wait).jitter(0.0))
        .decide(|failure| match failure.text() {
            "deep" => Directive::Escalate,
            _ => Directive::Restart,
        });
    let boss = boss(&system, &log, rules);
    let first = hire(&boss, &Make::new("first", &log)).await;
    let second = hire(&boss, &Make::new("second", &log)).await;
    let gate = Gate::default();
    boss.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    first.tell(Panic("deep")).unwrap();
    quiet().await;
    let began = Instant::now();
    second.tell(Panic("oh")).unwrap();
    quiet().await;
    // The first waits for its next life when its old one is resumed.
    gate.open();
    quiet().await;
    assert_eq!(first.stats().restarts, 0);
    for worker in [&first, &second] {
        let life = worker.ask(Life).timeout(wait * 2).await;
        assert_eq!(life.unwrap(), 2);
    }
    assert!(began.elapsed() >= wait);
    system.shutdown().await;
    assert!(at_rest(&system).is_balanced());
}
