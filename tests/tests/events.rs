//! What a system publishes: in order, bounded, and with an end; what it logs, at a bounded rate.

use actor::prelude::*;
use actor::{Event, StopReason};
use actor_tests::{Gate, Hold, Log, Note, Notes, Oops, Panic, Subject, all_events, quiet, system};

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

/// The number of this field of a line of the log.
fn number_of(line: &str, field: &str) -> u64 {
    let (_, rest) = line.split_once(field).expect("the field");
    let digits = rest.split(' ').next().expect("a word");
    digits.parse().expect("a number")
}

#[tokio::test(start_paused = true)]
async fn dead_letters_are_logged_at_most_ten_times_a_second() {
    let notes = Notes::new(tracing::Level::WARN);
    // Of one thread it would miss what another thread came to first.
    tracing::subscriber::set_global_default(notes.clone()).expect("the first");
    let (system, log) = (system(), Log::default());
    for round in 1..=3_u64 {
        let gate = Gate::default();
        let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::unbounded());
        let subject = system.spawn_named("logged", props).expect("free");
        subject.tell(Hold(gate.clone())).expect("room");
        gate.reached().await;
        for number in 0..1_000 {
            subject.tell(Note(number)).expect("room");
        }
        subject.stop();
        gate.open();
        subject.stopped().await;
        let lines = notes.events();
        let of_letters = lines
            .iter()
            .filter(|line| line.contains("dead letter target_actor=logged"));
        let held_back = of_letters.map(|line| number_of(line, "held_back="));
        let held_back: Vec<_> = held_back.collect();
        assert_eq!(held_back.len() as u64, round * 10);
        assert_eq!(held_back.iter().sum::<u64>(), (round - 1) * 990);
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
