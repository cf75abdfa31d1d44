//! The testkit: what it sees, and that it fails a test when it should.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::prelude::*;
use actor::testkit::{self, Probe, TestSystem, at_rest, settle, tell_panicking};
use actor::{DeadLetterReason, Mailbox, Stage, StopReason};
use tokio::time::Instant;

struct Echo(u32, Recipient<Back>);
struct AskFor(Recipient<Question, u32>);
struct Later(Duration);
#[derive(Debug, PartialEq)]
struct Back(u32);
#[derive(Debug, PartialEq)]
struct Question(&'static str);
struct Ring;

#[actor]
#[derive(Default)]
struct Worker {
    rung: u32,
}

#[actor]
impl Worker {
    #[handler]
    fn echo(&mut self, Echo(number, to): Echo) {
        to.tell(Back(number)).unwrap();
    }

    #[handler]
    async fn ask_for(&mut self, AskFor(whom): AskFor) -> Option<u32> {
        whom.ask(Question("how many?")).await.ok()
    }

    #[handler]
    fn later(&mut self, Later(time): Later, ctx: &mut Ctx<Self>) {
        ctx.pipe(tokio::time::sleep(time), |()| Ring);
    }

    #[handler]
    fn ring(&mut self, _: Ring) -> u32 {
        self.rung += 1;
        self.rung
    }
}

fn scene() -> (TestSystem, Probe, ActorRef<Worker>) {
    let system = TestSystem::new();
    let (probe, worker) = (system.probe(), system.spawn(Worker::default));
    (system, probe, worker)
}

#[tokio::test(start_paused = true)]
async fn a_probe_takes_messages_of_any_type_in_order() {
    let (system, mut probe, worker) = scene();
    for number in 1..=2 {
        worker.tell(Echo(number, probe.recipient())).unwrap();
    }
    assert_eq!(probe.expect::<Back>().await, Back(1));
    assert_eq!(probe.expect::<Back>().await, Back(2));
    probe.recipient::<&'static str>().tell("text").unwrap();
    assert_eq!(probe.expect::<&'static str>().await, "text");
    probe.recipient::<u8>().tell_wait(7).await.unwrap();
    assert_eq!(probe.expect::<u8>().await, 7);
    probe.expect_none().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_probe_answers_what_it_is_asked() {
    let (system, mut probe, worker) = scene();
    let asking = worker.ask(AskFor(probe.responder()));
    let (answer, ()) = tokio::join!(asking, async {
        let (question, reply) = probe.expect_ask::<Question, u32>().await;
        assert_eq!(question, Question("how many?"));
        assert!(reply.is_awaited());
        reply.send(5);
    });
    assert_eq!(answer.unwrap(), Some(5));
    // dropped, the asker gets no reply
    let asking = worker.ask(AskFor(probe.responder()));
    let dropping = async { drop(probe.expect_ask::<Question, u32>().await) };
    let (answer, ()) = tokio::join!(asking, dropping);
    assert_eq!(answer.unwrap(), None);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_probe_is_told_of_ends() {
    let (system, mut probe, worker) = scene();
    probe.watch(&worker).await;
    worker.stop();
    let gone = probe.expect_terminated(&worker).await;
    assert!(matches!(gone.reason(), StopReason::Stopped));
    probe.actor_ref().stop();
    settle().await;
    assert!(probe.recipient::<u8>().tell(1).is_err());
    assert_eq!(probe.pid(), probe.actor_ref().pid());
    system.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = "expected `testkit::Question`, but `testkit::Back` came; so far: `testkit::Back`"
)]
async fn another_message_than_the_expected_fails() {
    let (_system, mut probe, _) = scene();
    probe.recipient().tell(Back(1)).unwrap();
    probe.expect::<Question>().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "tests/testkit.rs:")]
async fn a_failed_expectation_names_its_place() {
    let (_system, mut probe, _) = scene();
    probe.expect::<Question>().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "nothing came within 3s; so far: `testkit::Back`")]
async fn nothing_within_the_deadline_fails() {
    let (_system, mut probe, _) = scene();
    probe.recipient().tell(Back(1)).unwrap();
    probe.expect::<Back>().await;
    let began = Instant::now();
    let waited = tokio::spawn(async move { probe.expect::<Back>().await }).await;
    assert_eq!(began.elapsed(), Duration::from_secs(3), "in virtual time");
    std::panic::resume_unwind(waited.unwrap_err().into_panic());
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "expected nothing, but `testkit::Back` came")]
async fn something_where_nothing_is_expected_fails() {
    let (_system, mut probe, _) = scene();
    probe.recipient().tell(Back(1)).unwrap();
    probe.expect_none().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "expected the end of `$2`, but `testkit::Back` came")]
async fn a_message_where_an_end_is_expected_fails() {
    let (_system, mut probe, worker) = scene();
    probe.recipient().tell(Back(1)).unwrap();
    probe.expect_terminated(&worker).await;
}

/// A worker that stops with one message left.
async fn lose(system: &TestSystem) {
    let small = Props::new(Worker::default).mailbox(Mailbox::bounded(8));
    let worker = system.spawn(small);
    worker.tell(Later(Duration::ZERO)).unwrap();
    worker.tell(Ring).unwrap();
    worker.stop();
    worker.stopped().await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_expected_is_fine() {
    let (mut system, ..) = scene();
    lose(&system).await;
    let letter = system.expect_dead_letter::<Ring>().await;
    assert_eq!(letter.reason, DeadLetterReason::ActorStopped);
    system.expect_dead_letter::<Later>().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "2 unexpected dead letters; there were:\n  `testkit::Later` for `$3`")]
async fn an_unexpected_dead_letter_fails_the_test_at_its_finish() {
    let (system, ..) = scene();
    lose(&system).await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "1 unexpected dead letters; there were:\n  `testkit::Ring`")]
async fn an_unexpected_dead_letter_fails_the_test_when_the_system_is_dropped() {
    let (mut system, ..) = scene();
    lose(&system).await;
    system.expect_dead_letter::<Later>().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = "no dead letter of a `testkit::Back` came; there were:\n  `testkit::Later`"
)]
async fn a_dead_letter_that_does_not_come_fails() {
    let (mut system, ..) = scene();
    lose(&system).await;
    system.expect_dead_letter::<Back>().await;
}

#[tokio::test(start_paused = true)]
async fn dead_letters_can_be_allowed() {
    let (mut system, ..) = scene();
    system.allow_dead_letters();
    lose(&system).await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_can_be_injected_into_a_handler() {
    let (mut system, mut probe, worker) = scene();
    worker.ask(Ring).await.unwrap();
    worker.tell(Echo(1, probe.recipient())).unwrap();
    tell_panicking(&worker, Ring).unwrap();
    assert_eq!(probe.expect::<Back>().await, Back(1));
    let failure = system.expect_failure().await;
    assert!(failure.is_panic());
    assert_eq!(failure.stage(), Stage::Handling("testkit::Ring"));
    assert_eq!(worker.ask(Ring).await.unwrap(), 1, "it is made anew");
    let stats = worker.stats();
    assert_eq!((stats.failed, stats.restarts), (1, 1));
    system.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "1 unexpected failures")]
async fn an_unexpected_failure_fails_the_test() {
    let (system, _, worker) = scene();
    tell_panicking(&worker, Ring).unwrap();
    worker.ask(Ring).await.unwrap();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn failures_can_be_allowed() {
    let (mut system, _, worker) = scene();
    system.allow_failures();
    tell_panicking(&worker, Ring).unwrap();
    worker.ask(Ring).await.unwrap();
    assert_eq!(system.finish().await.failures, 1);
}

/// More than a subscriber to events can be behind.
const MANY: usize = 2_000;

#[tokio::test(start_paused = true)]
#[should_panic(expected = "1 unexpected failures; there were none that could be kept")]
async fn a_failure_that_the_events_have_lost_fails_the_test() {
    let (system, _, worker) = scene();
    tell_panicking(&worker, Ring).unwrap();
    worker.ask(Ring).await.unwrap();
    for _ in 0..MANY {
        system.spawn(Worker::default).stop_and_wait().await;
    }
    system.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "2000 unexpected dead letters; there were:")]
async fn dead_letters_are_counted_although_the_events_have_lost_some() {
    let (mut system, ..) = scene();
    lose(&system).await;
    system.expect_dead_letter::<Later>().await;
    system.expect_dead_letter::<Ring>().await;
    let worker = system.spawn(Props::new(Worker::default).mailbox(Mailbox::bounded(MANY)));
    for _ in 0..MANY {
        worker.tell(Ring).unwrap();
    }
    worker.stop_and_wait().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_happened_before_the_test_began_is_not_its_own() {
    let (mut system, _, worker) = scene();
    system.allow_dead_letters();
    system.allow_failures();
    tell_panicking(&worker, Ring).unwrap();
    worker.ask(Ring).await.unwrap();
    lose(&system).await;
    TestSystem::of(system.clone()).finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "nothing came within 1s; nothing had come before")]
async fn the_deadline_of_a_probe_can_be_set() {
    let (_system, probe, _) = scene();
    let mut probe = probe.timeout(Duration::from_secs(1));
    let began = Instant::now();
    let waited = tokio::spawn(async move { probe.expect::<Back>().await }).await;
    assert_eq!(began.elapsed(), Duration::from_secs(1));
    std::panic::resume_unwind(waited.unwrap_err().into_panic());
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "expected the end of `$2`, but the end of `$3` came")]
async fn the_end_of_another_actor_than_the_expected_fails() {
    let (system, mut probe, worker) = scene();
    let other = system.spawn(Worker::default);
    probe.watch(&worker).await;
    probe.watch(&other).await;
    other.stop();
    probe.expect_terminated(&worker).await;
}

#[tokio::test(start_paused = true)]
async fn a_probe_tells_types_of_one_name_apart() {
    use std::any::type_name;
    let (_system, mut probe, _) = scene();
    let sent = {
        struct Same;
        probe.recipient().tell(Same).unwrap();
        type_name::<Same>()
    };
    struct Same;
    assert_eq!(sent, type_name::<Same>());
    let waited = tokio::spawn(async move { probe.expect::<Same>().await }).await;
    assert!(waited.is_err_and(|error| error.is_panic()));
}

#[tokio::test]
async fn the_clock_can_be_paused_and_moved() {
    testkit::pause();
    let (system, _, worker) = scene();
    let began = Instant::now();
    worker.tell(Later(Duration::from_secs(60))).unwrap();
    worker.tell(Later(Duration::from_secs(30))).unwrap();
    testkit::advance(Duration::from_secs(45)).await;
    assert_eq!(worker.ask(Ring).await.unwrap(), 2);
    testkit::advance(Duration::from_secs(45)).await;
    assert_eq!(worker.ask(Ring).await.unwrap(), 4);
    assert!(began.elapsed() < Duration::from_secs(91));
    at_rest(&system);
    system.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[should_panic(expected = "use `#[tokio::test(start_paused = true)]`")]
async fn the_clock_of_many_threads_is_not_paused() {
    testkit::pause();
}
