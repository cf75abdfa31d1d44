//! What operators see: the counts of each actor, and the tree.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor_tests::{
    Gate, Hold, Log, Note, Oops, Panic, Subject, at_rest, on_workers, quiet, system,
};

struct Child;
struct Err0;

#[actor]
#[derive(Default)]
struct Parent;

#[actor]
impl Parent {
    #[handler]
    fn child(&mut self, _: Child, ctx: &mut Ctx<Self>) -> actor::Pid {
        ctx.spawn_named("child", Parent::default).unwrap().pid()
    }

    #[handler]
    fn err(&mut self, _: Err0) -> Result<(), &'static str> {
        Err("unread")
    }
}

fn subject(system: &ActorSystem, mailbox: Mailbox) -> ActorRef<Subject> {
    system.spawn(Props::new(Subject::producer(&Log::default())).mailbox(mailbox))
}

#[tokio::test(start_paused = true)]
async fn each_actor_has_its_own_counts() {
    let system = system();
    let (busy, other) = (
        subject(&system, Mailbox::bounded(2)),
        subject(&system, Mailbox::bounded(2)),
    );
    let gate = Gate::default();
    busy.ask(Note(1)).await.unwrap();
    busy.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    busy.tell(Note(2)).unwrap();
    busy.tell(Note(3)).unwrap();
    assert!(busy.tell(Note(4)).is_err());
    tokio::time::advance(Duration::from_secs(3)).await;
    let stats = busy.stats();
    assert_eq!((stats.received, stats.handled, stats.refused), (4, 1, 1));
    assert_eq!((stats.mailbox, stats.waiting), (2, 3));
    assert_eq!(stats.handling, Some("actor_tests::subject::Hold"));
    assert_eq!(stats.uptime.as_secs(), 3);
    assert_eq!((stats.behavior, stats.restarts), (None, 0));
    assert!(stats.is_balanced());
    assert_eq!(other.stats().received, 0);
    gate.open();
    quiet().await;
    let stats = busy.stats();
    assert_eq!((stats.handled, stats.mailbox, stats.waiting), (4, 0, 0));
    assert_eq!(stats.handling, None);
}

#[tokio::test(start_paused = true)]
async fn the_counts_of_an_actor_stay_after_its_end() {
    let system = system();
    let subject = subject(&system, Mailbox::bounded(9));
    let gate = Gate::default();
    subject.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    subject.tell(Note(1)).unwrap();
    let asked = tokio::time::timeout(Duration::ZERO, subject.ask(Note(2))).await;
    assert!(asked.is_err(), "given up while it waits");
    subject.tell(Panic("boom")).unwrap();
    subject.tell(Note(3)).unwrap();
    gate.open();
    subject.stopped().await;
    let stats = subject.stats();
    assert_eq!((stats.received, stats.handled, stats.failed), (5, 2, 1));
    assert_eq!(
        (stats.dead_letters.expired, stats.dead_letters.actor_stopped),
        (1, 1)
    );
    assert!(stats.is_balanced() && stats.uptime.is_zero());
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn failures_and_unread_errors_are_counted_per_actor() {
    let system = system();
    let parent = system.spawn(Parent::default);
    parent.tell(Err0).unwrap();
    parent.ask(Err0).await.unwrap().unwrap_err();
    quiet().await;
    assert_eq!(parent.stats().unread_errors, 1);
    assert_eq!(system.stats().unread_errors, 1);
    let subject = subject(&system, Mailbox::bounded(1));
    subject.tell(Oops(1)).unwrap();
    subject.stopped().await;
    assert_eq!(subject.stats().failed, 1);
}

/// The terms are read while many threads send and the actor works.
#[test]
fn the_balance_of_an_actor_holds_at_every_moment() {
    on_workers(4, async {
        let system = system();
        let subject = subject(&system, Mailbox::bounded(64));
        let enough = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let (subject, enough) = (subject.clone(), enough.clone());
                tokio::spawn(async move {
                    let mut sent = 0;
                    while !enough.load(Ordering::Relaxed) {
                        sent += u64::from(subject.tell_wait(Note(0)).await.is_ok());
                        sent += u64::from(subject.tell(Note(0)).is_ok());
                    }
                    sent
                })
            })
            .collect();
        for _ in 0..20_000 {
            let stats = subject.stats();
            assert!(stats.is_balanced(), "{stats:?}");
            assert!(stats.mailbox <= 64, "{stats:?}");
            assert!(system.stats().is_balanced());
        }
        enough.store(true, Ordering::Relaxed);
        let mut sent = 0;
        for sender in senders {
            sent += sender.await.unwrap();
        }
        subject.poison_and_wait().await;
        assert_eq!(subject.stats().received, sent);
        at_rest(&system);
    });
}

/// An actor's counts go over into the system's when it ends: in no moment are they in both, or in neither.
#[test]
fn the_counts_of_a_system_never_go_back() {
    on_workers(4, async {
        let system = system();
        let enough = Arc::new(AtomicBool::new(false));
        let births = {
            let (system, enough) = (system.clone(), enough.clone());
            tokio::spawn(async move {
                while !enough.load(Ordering::Relaxed) {
                    let subject = subject(&system, Mailbox::bounded(4));
                    subject.tell(Note(0)).unwrap();
                    subject.poison_and_wait().await;
                }
            })
        };
        let mut before = 0;
        for _ in 0..20_000 {
            let stats = system.stats();
            assert!(stats.sent >= before, "{} after {before}", stats.sent);
            before = stats.sent;
        }
        enough.store(true, Ordering::Relaxed);
        births.await.unwrap();
        at_rest(&system);
    });
}

#[tokio::test(start_paused = true)]
async fn the_tree_has_each_living_actor_below_its_parent() {
    let system = system();
    let a = system.spawn_named("a", Parent::default).unwrap();
    let b = system.spawn_named("b", Parent::default).unwrap();
    a.ask(Child).await.unwrap();
    let dead = system.spawn(Parent::default);
    dead.stop_and_wait().await;
    let gate = Gate::default();
    let held = subject(&system, Mailbox::bounded(1));
    held.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    let tree = system.tree();
    let paths: Vec<_> = tree
        .actors
        .iter()
        .map(|a| (a.depth, a.pid.id().to_owned()))
        .collect();
    let held = held.pid().id().to_owned();
    let expected = [
        (0, "a".to_owned()),
        (1, "a/child".to_owned()),
        (0, "b".to_owned()),
        (0, held.clone()),
    ];
    assert_eq!(paths, expected);
    assert_eq!(tree.find("a").unwrap().stats, a.stats());
    assert_eq!(tree.find("a").unwrap().actor_type, "stats::Parent");
    assert_eq!(tree.find("b").unwrap().pid, b.pid());
    assert!(tree.find(dead.pid().id()).is_none());
    let drawn = tree.to_string();
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines[0], "test");
    assert!(lines[2].starts_with("│  └─ child"), "{drawn}");
    assert!(lines[4].starts_with(&format!("└─ {held}")), "{drawn}");
    assert!(lines[4].ends_with("handling `Hold`"), "{drawn}");
    gate.open();
}
