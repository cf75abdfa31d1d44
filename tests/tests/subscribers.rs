//! Who wants to know what happens: streams of one kind of event, and actors.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::future::poll_fn;
use std::pin::Pin;

use actor::prelude::*;
use actor::{DeadLetter, Event, EventKind, Events, Failure, Lifecycle, UnreadError};
use actor_tests::{Gate, Hold, Log, Note, Panic, Subject, at_rest, quiet, system};
use futures_core::Stream;
use tokio::runtime::Handle;

/// Writes down what it is told; fails at each unread error.
#[actor(mailbox = 4)]
#[derive(Clone, Default)]
struct Listener(Log);

struct Quarrel;

#[actor]
impl Listener {
    #[handler]
    fn all(&mut self, event: Event) {
        match event {
            Event::Missed(missed) => self.0.add(format!("missed {missed}")),
            Event::DeadLetter(_) => self.0.add("dead letter"),
            _ => {}
        }
    }

    #[handler]
    fn life(&mut self, event: Lifecycle) {
        self.0.add(match event {
            Lifecycle::Started(pid) => format!("started {}", pid.id()),
            Lifecycle::Restarted(pid) => format!("restarted {}", pid.id()),
            Lifecycle::Stopped(pid, reason) => format!("stopped {} {reason}", pid.id()),
        });
    }

    #[handler]
    fn failure(&mut self, failure: Failure) {
        self.0.add(format!("failed {}", failure.actor().id()));
    }

    #[handler]
    fn letter(&mut self, letter: DeadLetter) {
        self.0.add(format!("lost {}", letter.target.id()));
    }

    #[handler]
    fn unread(&mut self, unread: UnreadError) -> Result<(), String> {
        self.0.add(format!("unread {}", unread.actor.id()));
        Err("and one more".to_owned())
    }

    #[handler]
    fn quarrel(&mut self, _: Quarrel) -> Result<(), String> {
        Err("nobody reads it".to_owned())
    }

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }
}

fn listener(system: &ActorSystem) -> (ActorRef<Listener>, Log) {
    let log = Log::default();
    let listener = Listener(log.clone());
    let props = Props::new(move || listener.clone());
    (system.spawn_named("listener", props).unwrap(), log)
}

/// One actor that starts, fails with a message behind it, and one that quarrels.
async fn trouble(system: &ActorSystem) {
    let subject = Subject::producer(&Log::default());
    let a = system.spawn_named("a", subject).unwrap();
    a.tell(Panic("boom")).unwrap();
    a.tell(Note(1)).unwrap();
    a.stopped().await;
    let b = system.spawn_named("b", Listener::default).unwrap();
    b.tell(Quarrel).unwrap();
    quiet().await;
}

async fn all<E: EventKind>(mut events: Events<E>, show: impl Fn(E) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(event) = events.try_next() {
        lines.push(show(event));
    }
    lines
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_one_kind_has_nothing_else() {
    let system = system();
    let lives = system.events_of::<Lifecycle>();
    let failures = system.events_of::<Failure>();
    let letters = system.events_of::<DeadLetter>();
    let errors = system.events_of::<UnreadError>();
    trouble(&system).await;
    let lives = all(lives, |life| match life {
        Lifecycle::Started(pid) => format!("+{}", pid.id()),
        Lifecycle::Restarted(pid) => format!("*{}", pid.id()),
        Lifecycle::Stopped(pid, _) => format!("-{}", pid.id()),
    });
    assert_eq!(lives.await, ["+a", "-a", "+b"]);
    let failures = all(failures, |failure| failure.text().to_owned());
    assert_eq!(failures.await, ["boom"]);
    let letters = all(letters, |letter| letter.target.id().to_owned());
    assert_eq!(letters.await, ["a"]);
    let errors = all(errors, |unread| unread.error);
    assert_eq!(errors.await, ["nobody reads it"]);
}

#[tokio::test(start_paused = true)]
async fn events_are_a_stream() {
    let system = system();
    let mut events = system.events_of::<Lifecycle>();
    let mut next = async || poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await;
    let (life, ()) = tokio::join!(next(), async {
        quiet().await;
        trouble(&system).await;
    });
    assert!(matches!(life, Some(Lifecycle::Started(pid)) if pid.id() == "a"));
    system.shutdown().await;
    let mut rest = 0;
    while next().await.is_some() {
        rest += 1;
    }
    assert_eq!(rest, 3, "a stopped, b started and stopped; then the end");
}

#[tokio::test(start_paused = true)]
async fn a_typed_stream_knows_how_many_it_missed() {
    let system = system();
    let mut events = system.events_of::<Failure>();
    for _ in 0..1_500 {
        system.spawn(Listener::default).stop_and_wait().await;
    }
    assert!(events.try_next().is_none());
    // Each was stopped before it started: one event; 1024 are kept.
    assert_eq!(events.missed(), 1_500 - 1_024);
}

#[tokio::test(start_paused = true)]
async fn an_actor_is_told_of_the_kinds_that_it_subscribes_to() {
    let system = system();
    let (listener, log) = listener(&system);
    system.subscribe::<Lifecycle>(listener.clone());
    system.subscribe::<Failure>(listener.clone());
    system.subscribe::<DeadLetter>(listener.clone());
    system.subscribe::<UnreadError>(listener);
    trouble(&system).await;
    quiet().await;
    let mut lines = log.take();
    lines.sort();
    let expected = [
        "failed a",
        "lost a",
        "started a",
        "started b",
        "started listener",
        "stopped a `a` panicked while handling `actor_tests::subject::Panic`: boom",
        "unread b",
    ];
    assert_eq!(lines, expected);
    at_rest(&system);
}

/// Its handler of unread errors returns an error that nobody reads.
#[tokio::test(start_paused = true)]
async fn an_actor_is_not_told_of_its_own_errors() {
    let system = system();
    let (listener, log) = listener(&system);
    system.subscribe::<UnreadError>(listener.clone());
    listener.tell(Quarrel).unwrap();
    trouble(&system).await;
    quiet().await;
    assert_eq!(log.lines(), ["unread b"]);
    assert_eq!(listener.stats().unread_errors, 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_actor_holds_nobody_up_and_is_told_how_many_it_missed() {
    let system = system();
    let (listener, log) = listener(&system);
    let subscription = system.subscribe::<Event>(listener.clone());
    let gate = Gate::default();
    listener.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    quiet().await;
    let (target, held) = (
        system.spawn(Subject::producer(&Log::default())),
        Gate::default(),
    );
    target.tell(Hold(held.clone())).unwrap();
    held.reached().await;
    let lost = 900; // more than its mailbox takes
    for round in 0..3 {
        // The publisher goes on although nobody reads.
        let target = system.spawn(Props::new(Subject::producer(&Log::default())));
        let held = Gate::default();
        target.tell(Hold(held.clone())).unwrap();
        held.reached().await;
        for number in 0..lost {
            target.tell(Note(number + round)).unwrap();
        }
        target.stop();
        held.open();
        target.stopped().await;
    }
    assert_eq!(
        system.stats().dead_letters.actor_stopped,
        3 * u64::from(lost)
    );
    gate.open();
    quiet().await;
    let lines = log.take();
    let missed: u64 = lines
        .iter()
        .filter_map(|line| line.strip_prefix("missed ")?.parse::<u64>().ok())
        .sum();
    let told = lines.iter().filter(|line| *line == "dead letter").count();
    assert!(missed > 0 && told > 0);
    assert_eq!(missed, subscription.missed());
    // Besides the letters three births and ends were published, which are told or missed.
    let letters_missed = 3 * lost as usize - told;
    assert!((letters_missed..=letters_missed + 6).contains(&(missed as usize)));
    held.open();
}

#[tokio::test(start_paused = true)]
async fn a_subscription_ends_with_its_actor_with_cancel_and_with_the_system() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let system = system();
    let (first, _) = listener(&system);
    let subscription = system.subscribe::<Failure>(first.clone());
    first.stop_and_wait().await;
    quiet().await;
    assert!(subscription.is_finished(), "with the actor");

    let (second, log) = listener(&system);
    let subscription = system.subscribe::<Failure>(second.clone());
    subscription.cancel();
    trouble(&system).await;
    assert!(subscription.is_finished());
    assert_eq!(log.lines(), [""; 0]);

    let subscription = system.subscribe::<Failure>(second);
    system.shutdown().await;
    quiet().await;
    assert!(subscription.is_finished(), "with the system");
    assert_eq!(alive(), before);
}
