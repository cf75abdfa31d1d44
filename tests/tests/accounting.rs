//! Promise 2: every message that was sent is accounted for, exactly: sent = handled + failed + refused + dead letters
//! + waiting.

use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, DeadLetterReason, Event, Stats, TellError};
use actor_tests::{
    Gate, Hold, Log, Note, Oops, Panic, Subject, all_events, at_rest, event, on_workers, quiet,
    system,
};

/// sent, handled, failed, refused, stopped dead letters, expired dead letters
fn terms(stats: &Stats) -> [u64; 6] {
    [
        stats.sent,
        stats.handled,
        stats.failed,
        stats.refused,
        stats.dead_letters.actor_stopped,
        stats.dead_letters.expired,
    ]
}

#[tokio::test(start_paused = true)]
async fn a_handled_message_counts_as_handled() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Note(1)).expect("room");
    subject.tell_wait(Note(2)).await.expect("room");
    assert_eq!(subject.ask(Note(3)).await.ok(), Some(3));
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [3, 3, 0, 0, 0, 0]);
    // The same when the actor's own counts have gone into the system's.
    subject.stop_and_wait().await;
    assert_eq!(terms(&at_rest(&system)), [3, 3, 0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_message_counts_as_waiting() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    for number in 0..5 {
        subject.tell(Note(number)).expect("room");
    }
    assert_eq!(system.stats().waiting, 5, "queued, the actor not yet born");
    quiet().await;
    subject.tell(Hold(gate.clone())).expect("room");
    subject.tell(Note(5)).expect("room");
    subject.tell(Note(6)).expect("room");
    quiet().await;
    let stats = system.stats();
    assert_eq!(
        (stats.handled, stats.waiting),
        (5, 3),
        "one in hand, two queued"
    );
    assert!(stats.is_balanced());
    gate.open();
    quiet().await;
    assert_eq!(at_rest(&system).handled, 8);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_handler_panicked_counts_as_failed() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Panic("on purpose")).expect("room");
    assert!(subject.stopped().await.failure().is_some());
    assert_eq!(terms(&at_rest(&system)), [1, 0, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_handler_fails_counts_as_failed() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Oops(1)).expect("room");
    subject.stopped().await;
    assert_eq!(terms(&at_rest(&system)), [1, 0, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_handler_was_dropped_by_kill_counts_as_failed() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    subject.kill_and_wait().await;
    assert_eq!(log.lines(), ["started", "hold", "hold over", "stopped"]);
    assert_eq!(terms(&at_rest(&system)), [1, 0, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_comes_back_and_is_no_dead_letter() {
    let (system, log) = (system(), Log::default());
    let mut events = system.events();
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(1));
    let subject = system.spawn(props);
    subject.tell(Note(1)).expect("room");
    assert!(matches!(
        subject.tell(Note(2)),
        Err(TellError::Full(Note(2)))
    ));
    assert!(matches!(
        subject.ask(Note(3)).await,
        Err(AskError::Full(Note(3)))
    ));
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [3, 1, 0, 2, 0, 0]);
    subject.stop();
    // Before and after its counts were taken.
    assert!(matches!(
        subject.tell(Note(4)),
        Err(TellError::Stopped(Note(4)))
    ));
    subject.stopped().await;
    let tell = subject.tell(Note(5));
    assert!(matches!(tell, Err(TellError::Stopped(Note(5)))));
    let waited = subject.tell_wait(Note(6)).await;
    assert!(matches!(waited, Err(TellError::Stopped(Note(6)))));
    let asked = subject.ask(Note(7)).await;
    assert!(matches!(asked, Err(AskError::Stopped(Note(7)))));
    let with_meta = subject.tell_with(actor::Meta::new(), Note(8));
    assert!(matches!(with_meta, Err(TellError::Stopped(Note(8)))));
    let recipient = subject.recipient::<Note>().tell(Note(9));
    assert!(matches!(recipient, Err(TellError::Stopped(Note(9)))));
    assert_eq!(terms(&at_rest(&system)), [9, 1, 0, 8, 0, 0]);
    let letters = all_events(&mut events, |event| {
        matches!(event, Event::DeadLetter(_)).then_some(())
    });
    assert_eq!(letters.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_in_a_mailbox_becomes_dead_letters_with_a_reason() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let mut events = system.events();
    let subject = system
        .spawn_named("desk", Subject::producer(&log))
        .expect("free");
    subject.tell(Note(0)).expect("room");
    subject.tell(Hold(gate.clone())).expect("room");
    // Two that were taken with the one in hand, two that came later.
    subject.tell(Note(1)).expect("room");
    subject.tell(Oops(2)).expect("room");
    gate.reached().await;
    subject.tell(Note(3)).expect("room");
    subject.tell(Note(4)).expect("room");
    subject.stop();
    gate.open();
    subject.stopped().await;
    assert_eq!(terms(&at_rest(&system)), [6, 2, 0, 0, 4, 0]);
    let letters = all_events(&mut events, |event| match event {
        Event::DeadLetter(letter) => {
            assert_eq!(letter.target.id(), "desk");
            assert_eq!(letter.reason, DeadLetterReason::ActorStopped);
            Some(letter.message_type)
        }
        _ => None,
    });
    let (note, oops) = (std::any::type_name::<Note>(), std::any::type_name::<Oops>());
    assert_eq!(letters, [note, oops, note, note]);
}

#[tokio::test(start_paused = true)]
async fn an_expired_request_becomes_a_dead_letter_at_its_turn() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let mut events = system.events();
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    let asked = subject
        .ask(Note(1))
        .timeout(Duration::from_millis(50))
        .await;
    assert!(matches!(asked, Err(AskError::Expired)));
    let stats = system.stats();
    assert_eq!(
        (stats.waiting, stats.dead_letters.expired),
        (2, 0),
        "not yet its turn"
    );
    gate.open();
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [2, 1, 0, 0, 0, 1]);
    assert_eq!(log.count("1"), 0);
    let letter = event(&mut events, |event| match event {
        Event::DeadLetter(letter) => Some(letter.clone()),
        _ => None,
    })
    .await;
    assert_eq!(letter.reason, DeadLetterReason::Expired);
    assert_eq!(letter.message_type, std::any::type_name::<Note>());
    assert_eq!(letter.target, subject.pid());
}

#[tokio::test(start_paused = true)]
async fn an_expired_request_that_is_left_behind_is_one_dead_letter() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    let asked = subject
        .ask(Note(1))
        .timeout(Duration::from_millis(50))
        .await;
    assert!(matches!(asked, Err(AskError::Expired)));
    subject.kill_and_wait().await;
    assert_eq!(terms(&at_rest(&system)), [2, 0, 1, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_tell_wait_was_never_sent() {
    let (system, log) = (system(), Log::default());
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(1));
    let subject = system.spawn(props);
    drop(subject.tell_wait(Note(1)));
    subject.tell(Note(2)).expect("room");
    {
        let waiting = subject.tell_wait(Note(3));
        tokio::pin!(waiting);
        assert!(futures_poll(waiting.as_mut()).is_pending());
    }
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [1, 1, 0, 0, 0, 0]);
    assert_eq!(log.take(), ["started", "2"]);
}

fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

struct Pass(Note);

/// Hands everything on.
#[actor]
struct Relay(ActorRef<Subject>);

#[actor]
impl Relay {
    #[handler]
    fn pass(&mut self, msg: Pass, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        if let Err(refused) = ctx.forward(&self.0, msg.0, reply) {
            refused.reply.send(0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_forwarded_message_counts_as_handled_and_as_sent_again() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    let relay = system.spawn({
        let subject = subject.clone();
        move || Relay(subject.clone())
    });
    assert_eq!(relay.ask(Pass(Note(7))).await.ok(), Some(7));
    relay.tell(Pass(Note(8))).expect("room");
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [4, 4, 0, 0, 0, 0]);
    subject.stop_and_wait().await;
    // Refused by the next one: a refusal there, handled here.
    assert_eq!(relay.ask(Pass(Note(9))).await.ok(), Some(0));
    assert_eq!(terms(&at_rest(&system)), [6, 5, 0, 1, 0, 0]);
}

struct Start(u32);

/// Pipes a future for each message.
#[actor]
#[derive(Default)]
struct Piper;

#[actor]
impl Piper {
    #[handler]
    fn start(&mut self, msg: Start, ctx: &mut Ctx<Self>) {
        for number in 0..msg.0 {
            ctx.pipe(async move { number }, Note);
        }
    }

    #[handler]
    fn note(&mut self, _: Note) {}
}

#[tokio::test(start_paused = true)]
async fn the_result_of_a_pipe_counts_as_sent() {
    let system = system();
    let piper = system.spawn(Piper::default);
    piper.tell(Start(10)).expect("room");
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [11, 11, 0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_pipe_that_ends_with_its_actor_was_never_sent() {
    let system = system();
    let piper = system.spawn(Piper::default);
    piper.tell(Start(10)).expect("room");
    piper.poison_and_wait().await;
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [1, 1, 0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_fails_to_start_leaves_its_mail_as_dead_letters() {
    let system = system();
    let subject = system.spawn(|| -> Subject { panic!("no state") });
    subject.tell(Note(1)).expect("room");
    subject.tell(Note(2)).expect("room");
    assert!(subject.started().await.is_err());
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [2, 0, 0, 0, 2, 0]);
}

#[tokio::test(start_paused = true)]
async fn mail_for_an_actor_that_was_never_born_is_refused() {
    let (system, log) = (system(), Log::default());
    system.shutdown().await;
    let subject = system.spawn(Subject::producer(&log));
    assert!(subject.tell(Note(1)).is_err());
    assert!(subject.ask(Note(1)).await.is_err());
    assert_eq!(terms(&at_rest(&system)), [2, 0, 0, 2, 0, 0]);
    assert_eq!(system.stats().actors, 0);
    assert_eq!(log.lines().len(), 0);
}

/// Many senders, all verbs, actors that end in every way meanwhile: at the end the sum is exact.
#[test]
fn the_balance_is_exact_after_a_storm() {
    const ROUNDS: u32 = if cfg!(debug_assertions) { 200 } else { 1_000 };
    on_workers(4, async {
        let system = system();
        let log = Log::default();
        let mut tasks = Vec::new();
        for round in 0..ROUNDS {
            let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(16));
            let subject = system.spawn(props);
            for sender in 0..4_u32 {
                let subject = subject.clone();
                tasks.push(tokio::spawn(async move {
                    for number in 0..50 {
                        match (number + sender) % 5 {
                            0 => drop(subject.tell(Note(number))),
                            1 => drop(subject.tell_wait(Note(number)).await),
                            2 => drop(subject.ask(Note(number)).timeout(Duration::ZERO).await),
                            3 => drop(subject.ask(Note(number)).await),
                            _ => drop(subject.recipient::<Note>().tell(Note(number))),
                        }
                    }
                }));
            }
            tasks.push(tokio::spawn(async move {
                tokio::task::yield_now().await;
                match round % 5 {
                    0 => subject.stop(),
                    1 => subject.poison(),
                    2 => subject.kill(),
                    3 => drop(subject.tell(Panic("storm"))),
                    _ => drop(subject.tell(Oops(1))),
                }
            }));
        }
        for task in tasks {
            task.await.expect("a sender");
        }
        system.shutdown().await;
        let stats = at_rest(&system);
        assert_eq!(
            stats.sent,
            u64::from(ROUNDS) * 4 * 50 + u64::from(ROUNDS / 5) * 2
        );
        assert!(stats.refused > 0 && stats.failed > 0 && stats.handled > 0);
    });
}

struct Quit;

/// Stops only when the gate opens, and is told of ends only then.
#[actor]
struct SlowEnd(Gate);

#[actor]
impl SlowEnd {
    #[handler]
    fn note(&mut self, _: Note) {}

    #[handler]
    fn quit(&mut self, _: Quit, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }

    #[handler]
    fn watch(&mut self, target: ActorRef<Subject>, ctx: &mut Ctx<Self>) {
        ctx.watch(&target);
    }

    #[on(terminated)]
    async fn gone(&mut self, _: Terminated) {
        self.0.pass().await;
    }

    #[on(stopped)]
    async fn stopped(&mut self) {
        self.0.pass().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_balance_holds_while_an_actor_ends_slowly() {
    let (system, gate) = (system(), Gate::default());
    let slow = system.spawn({
        let gate = gate.clone();
        move || SlowEnd(gate.clone())
    });
    slow.tell(Note(1)).expect("room");
    slow.tell(Quit).expect("room");
    slow.tell(Note(2)).expect("room");
    gate.reached().await;
    // In its `stopped` method, with one left in the mailbox.
    let stats = system.stats();
    assert!(stats.is_balanced(), "{stats:?}");
    assert_eq!((stats.handled, stats.waiting), (2, 1));
    gate.open();
    slow.stopped().await;
    assert_eq!(terms(&at_rest(&system)), [3, 2, 0, 0, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn news_of_an_end_is_no_message() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    let watcher = system.spawn({
        let gate = gate.clone();
        move || SlowEnd(gate.clone())
    });
    watcher.tell(subject.clone()).expect("room");
    quiet().await;
    subject.stop();
    gate.reached().await;
    // In its `terminated` method, with nothing queued.
    assert_eq!(terms(&at_rest(&system)), [1, 1, 0, 0, 0, 0]);
    watcher.tell(Note(1)).expect("room");
    assert_eq!(system.stats().waiting, 1);
    gate.open();
    quiet().await;
    assert_eq!(terms(&at_rest(&system)), [2, 2, 0, 0, 0, 0]);
}

#[test]
fn a_handler_that_its_runtime_dropped_counts_as_failed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let (log, gate) = (Log::default(), Gate::default());
    let system = runtime.block_on(async {
        let system = system();
        let subject = system.spawn(Subject::producer(&log));
        subject.tell(Note(1)).expect("room");
        subject.tell(Hold(gate.clone())).expect("room");
        subject.tell(Note(2)).expect("room");
        gate.reached().await;
        system
    });
    drop(runtime);
    assert_eq!(log.lines(), ["started", "1", "hold", "hold over"]);
    assert_eq!(terms(&at_rest(&system)), [3, 1, 1, 0, 1, 0]);
}
