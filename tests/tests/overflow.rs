//! What a full mailbox does: refuse, drop the newest, drop the oldest. Each loss is told.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::collections::VecDeque;
use std::time::Duration;

use actor::prelude::*;
use actor::testkit::{TestSystem, at_rest, settle};
use actor::{AskError, DeadLetterReason, Mailbox, Overflow};
use actor_tests::{Census, Gate, Hold, Log, Note, Subject, Token, on_workers, system};

struct Heavy(#[allow(dead_code)] Token);

#[actor(mailbox = 2, overflow = drop_oldest)]
#[derive(Default)]
struct Latest {
    seen: Vec<u32>,
}

#[actor]
impl Latest {
    #[handler]
    fn note(&mut self, note: Note) -> Vec<u32> {
        self.seen.push(note.0);
        self.seen.clone()
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn heavy(&mut self, _: Heavy) {}

    #[on(terminated)]
    fn gone(&mut self, _: Terminated) {
        self.seen.push(0);
    }

    #[handler]
    fn watch(&mut self, target: ActorRef<Subject>, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }
}

/// One that is in a handler until the gate is opened.
async fn held(
    system: &ActorSystem,
    overflow: Overflow,
    room: usize,
) -> (ActorRef<Subject>, Log, Gate) {
    let (log, gate) = (Log::default(), Gate::default());
    let mailbox = Mailbox::bounded(room).overflow(overflow);
    let subject = system.spawn(Props::new(Subject::producer(&log)).mailbox(mailbox));
    subject.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    log.take();
    (subject, log, gate)
}

fn numbers(log: &Log) -> Vec<u32> {
    log.lines()
        .iter()
        .filter_map(|line| line.parse().ok())
        .collect()
}

/// Row B2: against a model, with bursts of every size.
#[tokio::test(start_paused = true)]
async fn b2_each_policy_keeps_what_the_model_keeps() {
    const ROOM: usize = 5;
    for overflow in [Overflow::Refuse, Overflow::DropNewest, Overflow::DropOldest] {
        for burst in 0..=3 * ROOM as u32 {
            let mut system = TestSystem::of(actor_tests::system());
            system.allow_dead_letters();
            let (subject, log, gate) = held(&system, overflow, ROOM).await;
            let (mut model, mut refused, mut lost) = (VecDeque::new(), 0, 0);
            for number in 0..burst {
                let full = model.len() == ROOM;
                let told = subject.tell(Note(number));
                assert_eq!(told.is_err(), full && overflow == Overflow::Refuse);
                match (full, overflow) {
                    (false, _) => model.push_back(number),
                    (true, Overflow::Refuse) => refused += 1,
                    (true, Overflow::DropNewest) => lost += 1,
                    (true, Overflow::DropOldest) => {
                        model.pop_front();
                        model.push_back(number);
                        lost += 1;
                    }
                }
                assert_eq!(subject.stats().mailbox, model.len() as u64);
            }
            gate.open();
            settle().await;
            assert_eq!(numbers(&log), Vec::from(model), "{overflow:?} {burst}");
            let stats = at_rest(&system);
            assert_eq!(
                (stats.refused, stats.dead_letters.overflow),
                (refused, lost)
            );
            system.finish().await;
        }
    }
}

/// The oldest may be one that came with others in one go, before the actor ran.
#[tokio::test(start_paused = true)]
async fn the_oldest_is_dropped_however_it_came() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_dead_letters();
    let (log, gate) = (Log::default(), Gate::default());
    let mailbox = Mailbox::bounded(3).overflow(Overflow::DropOldest);
    let subject = system.spawn(Props::new(Subject::producer(&log)).mailbox(mailbox));
    subject.tell(Hold(gate.clone())).unwrap();
    subject.tell(Note(1)).unwrap();
    subject.tell(Note(2)).unwrap();
    gate.reached().await;
    for number in 3..=5 {
        subject.tell(Note(number)).unwrap();
    }
    gate.open();
    settle().await;
    assert_eq!(numbers(&log), [3, 4, 5]);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn each_loss_is_a_dead_letter_with_its_reason() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let mut system = TestSystem::of(actor_tests::system());
        let (subject, _, gate) = held(&system, overflow, 1).await;
        subject.tell(Note(1)).unwrap();
        subject.tell(Note(2)).unwrap();
        let letter = system.expect_dead_letter::<Note>().await;
        assert_eq!(letter.reason, DeadLetterReason::Overflow);
        assert_eq!(letter.target, subject.pid());
        gate.open();
        system.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_asked_for_what_is_dropped_is_told_at_once() {
    for (overflow, dropped) in [(Overflow::DropNewest, 1), (Overflow::DropOldest, 0)] {
        let mut system = TestSystem::of(actor_tests::system());
        let (subject, _, gate) = held(&system, overflow, 1).await;
        let (first, second, ()) = tokio::join!(subject.ask(Note(1)), subject.ask(Note(2)), async {
            system.expect_dead_letter::<Note>().await;
            gate.open();
        });
        let asked = [first, second];
        assert!(
            matches!(asked[dropped], Err(AskError::Discarded)),
            "{asked:?}"
        );
        assert!(asked[1 - dropped].is_ok());
        system.finish().await;
    }
}

/// Row B2: with each policy whoever waits for room waits until its own time is over.
#[tokio::test(start_paused = true)]
async fn b2_a_waiting_sender_returns_at_its_timeout() {
    for overflow in [Overflow::Refuse, Overflow::DropNewest, Overflow::DropOldest] {
        let system = TestSystem::of(actor_tests::system());
        let (subject, log, gate) = held(&system, overflow, 1).await;
        subject.tell(Note(1)).unwrap();
        let began = tokio::time::Instant::now();
        let waiting = tokio::time::timeout(Duration::from_millis(70), subject.tell_wait(Note(2)));
        assert!(waiting.await.is_err());
        assert_eq!(began.elapsed(), Duration::from_millis(70));
        gate.open();
        subject.tell_wait(Note(3)).await.unwrap();
        settle().await;
        assert_eq!(numbers(&log), [1, 3]);
        system.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn news_of_an_end_is_never_dropped() {
    let mut system = TestSystem::of(actor_tests::system());
    system.allow_dead_letters();
    let latest = system.spawn(Latest::default);
    let target = system.spawn(Subject::producer(&Log::default()));
    latest.ask(target.clone()).await.unwrap();
    let gate = Gate::default();
    latest.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    target.stop_and_wait().await;
    for number in 1..=5 {
        latest.tell(Note(number)).unwrap();
    }
    gate.open();
    settle().await;
    // it takes one of two places
    assert_eq!(latest.ask(Note(6)).await.unwrap(), [0, 5, 6]);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_is_dropped_at_once() {
    let (system, census) = (system(), Census::default());
    let latest = system.spawn(Latest::default);
    let gate = Gate::default();
    latest.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    for _ in 0..10 {
        latest.tell(Heavy(census.token())).unwrap();
        assert!(census.alive() <= 2);
    }
    gate.open();
    settle().await;
    assert_eq!(census.alive(), 0);
    at_rest(&system);
}

#[test]
fn a_storm_on_a_mailbox_that_drops_loses_nothing_silently() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        on_workers(4, async {
            let system = system();
            let mailbox = Mailbox::bounded(8).overflow(overflow);
            let subject =
                system.spawn(Props::new(Subject::producer(&Log::default())).mailbox(mailbox));
            let senders: Vec<_> = (0..4)
                .map(|_| {
                    let subject = subject.clone();
                    tokio::spawn(async move {
                        for number in 0..5_000 {
                            subject.tell(Note(number)).unwrap();
                            if number % 64 == 0 {
                                let _ = subject.tell_wait(Note(number)).await;
                                let _ = subject.ask(Note(number)).await;
                            }
                        }
                    })
                })
                .collect();
            for sender in senders {
                sender.await.unwrap();
            }
            subject.poison_and_wait().await;
            let stats = at_rest(&system);
            assert_eq!(stats.sent, stats.handled + stats.dead_letters.overflow);
        });
    }
}
