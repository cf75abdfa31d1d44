//! What a system publishes: in order, bounded, and with an end; what it logs, at a bounded rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actor::prelude::*;
use actor::{Event, StopReason};
use actor_tests::{Gate, Hold, Log, Note, Oops, Panic, Subject, all_events, quiet, system};

fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started(pid) => format!("started {}", pid.id()),
        Event::Stopped(pid, StopReason::Failed(_)) => format!("stopped {} failed", pid.id()),
        Event::Stopped(pid, reason) => format!("stopped {} {reason}", pid.id()),
        Event::Failed(failure) => format!("failed {}: {}", failure.actor().id(), failure.text()),
        Event::DeadLetter(letter) => format!("dead letter {}", letter.target.id()),
        Event::Missed(missed) => format!("missed {missed}"),
        _ => return None,
    })
}

#[tokio::test(start_paused = true)]
async fn events_come_in_their_order() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    let a = system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    a.tell(Panic("boom")).expect("room");
    a.tell(Note(1)).expect("room");
    a.stopped().await;
    let b = system
        .spawn_named("b", Subject::producer(&log))
        .expect("free");
    quiet().await;
    b.kill_and_wait().await;
    let c = system
        .spawn_named("c", Subject::producer(&log))
        .expect("free");
    c.tell(Oops(3)).expect("room");
    c.stopped().await;
    let lines = all_events(&mut events, line);
    let expected = [
        "started a",
        "failed a: boom",
        "dead letter a",
        "stopped a failed",
        "started b",
        "stopped b killed",
        "started c",
        "failed c: oops 3",
        "stopped c failed",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn each_subscriber_gets_all_from_its_beginning_on() {
    let (system, log) = (system(), Log::default());
    let mut early = system.events();
    let a = system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    a.started().await.expect("it starts");
    quiet().await;
    let mut late = system.events();
    a.stop_and_wait().await;
    assert_eq!(
        all_events(&mut early, line),
        ["started a", "stopped a stopped"]
    );
    assert_eq!(all_events(&mut late, line), ["stopped a stopped"]);
    drop((early, late));
    // Nobody listens; and then somebody does again.
    let b = system
        .spawn_named("b", Subject::producer(&log))
        .expect("free");
    quiet().await;
    let mut again = system.events();
    b.stop_and_wait().await;
    assert_eq!(all_events(&mut again, line), ["stopped b stopped"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_subscriber_is_told_how_many_it_missed() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::unbounded());
    let subject = system.spawn_named("a", props).expect("free");
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    for number in 0..3_000 {
        subject.tell(Note(number)).expect("room");
    }
    let mut events = system.events();
    subject.stop();
    gate.open();
    subject.stopped().await;
    let lines = all_events(&mut events, line);
    // 3000 dead letters and the end; 1024 are kept.
    assert_eq!(lines[0], "missed 1977");
    assert_eq!(lines.len(), 1 + 1_024);
    assert_eq!(lines[1_024], "stopped a stopped");
}

#[tokio::test(start_paused = true)]
async fn events_end_with_the_system_behind_what_happened() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    system
        .spawn_named("a", Subject::producer(&log))
        .expect("free");
    quiet().await;
    system.shutdown().await;
    let mut lines = Vec::new();
    while let Some(event) = events.next().await {
        lines.extend(line(&event));
    }
    assert_eq!(lines, ["started a", "stopped a stopped"]);
    assert!(events.next().await.is_none());
}

/// Counts log lines that say "dead letter", and sums up those that were held back.
#[derive(Clone, Default)]
struct Lines {
    lines: Arc<AtomicU64>,
    held_back: Arc<AtomicU64>,
}

struct Visit<'a> {
    lines: &'a Lines,
    dead_letter: bool,
    held_back: u64,
}

impl tracing::field::Visit for Visit<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" && format!("{value:?}") == "dead letter" {
            self.dead_letter = true;
            self.lines.lines.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
        if field.name() == "held_back" {
            self.held_back = value;
        }
    }
}

impl tracing::Subscriber for Lines {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut visit = Visit {
            lines: self,
            dead_letter: false,
            held_back: 0,
        };
        event.record(&mut visit);
        if visit.dead_letter {
            self.held_back.fetch_add(visit.held_back, Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn dead_letters_are_logged_at_most_ten_times_a_second() {
    let lines = Lines::default();
    let _subscribed = tracing::subscriber::set_default(lines.clone());
    let (system, log) = (system(), Log::default());
    for round in 1..=3_u64 {
        let gate = Gate::default();
        let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::unbounded());
        let subject = system.spawn(props);
        subject.tell(Hold(gate.clone())).expect("room");
        gate.reached().await;
        for number in 0..1_000 {
            subject.tell(Note(number)).expect("room");
        }
        subject.stop();
        gate.open();
        subject.stopped().await;
        assert_eq!(lines.lines.load(Ordering::SeqCst), round * 10);
        assert_eq!(lines.held_back.load(Ordering::SeqCst), (round - 1) * 990);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert_eq!(
        system.stats().dead_letters.actor_stopped,
        3_000,
        "the counter is exact"
    );
}

#[tokio::test(start_paused = true)]
async fn events_asked_for_after_the_shutdown_have_ended() {
    let system = system();
    system.shutdown().await;
    let mut events = system.events();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(1), events.next()).await;
    assert!(matches!(ended, Ok(None)), "it waits for ever");
}
