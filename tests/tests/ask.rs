//! Asking: each outcome, exact time-outs, abandoning, delayed and late replies, forwarding.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, ForwardError, TellError};
use actor_tests::{
    Census, Gate, Hold, Log, Note, Oops, Panic, Subject, Token, at_rest, on_workers, quiet, system,
};
use tokio::time::Instant;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A subject that holds.
async fn held() -> (ActorSystem, ActorRef<Subject>, Log, Gate) {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    log.take();
    (system, subject, log, gate)
}

/// Keeps the tokens that answer its messages.
#[actor]
#[derive(Default)]
struct Keeper {
    kept: Vec<Reply<u32>>,
}

struct Keep;
struct DropAll;
struct SendAll(u32);
struct Take;

#[actor]
impl Keeper {
    #[handler]
    fn keep(&mut self, _: Keep, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    #[handler]
    fn drop_all(&mut self, _: DropAll) {
        self.kept.clear();
    }

    #[handler]
    fn send_all(&mut self, msg: SendAll) {
        for reply in self.kept.drain(..) {
            reply.send(msg.0);
        }
    }

    #[handler]
    fn take(&mut self, _: Take) -> Option<Reply<u32>> {
        self.kept.pop()
    }

    #[handler]
    fn panic(&mut self, panic: Panic, _reply: Reply<u32>) {
        panic!("{}", panic.0);
    }

    #[handler]
    async fn hold(&mut self, hold: Hold, reply: Reply<u32>) {
        hold.0.pass().await;
        reply.send(1);
    }
}

#[tokio::test(start_paused = true)]
async fn full_and_stopped_give_the_message_back() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(1)));
    subject.tell(Note(1)).expect("room");
    let error = subject.ask(Note(2)).await.expect_err("full");
    assert!(matches!(error, AskError::Full(Note(2))));
    assert!(error.was_not_handled() && !error.is_timeout());
    assert_eq!(error.into_message(), Some(Note(2)));
    subject.stop();
    let error = subject.ask(Note(3)).await.expect_err("stopped");
    assert!(matches!(error, AskError::Stopped(Note(3))));
    assert!(error.was_not_handled());
}

#[tokio::test(start_paused = true)]
async fn expired_was_certainly_not_handled() {
    let (_system, subject, log, gate) = held().await;
    let error = subject
        .ask(Note(1))
        .timeout(Duration::from_secs(1))
        .await
        .expect_err("late");
    assert!(matches!(error, AskError::Expired));
    assert!(error.was_not_handled() && error.is_timeout());
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["let go", "hold over"]);
}

#[tokio::test(start_paused = true)]
async fn timeout_leaves_the_outcome_open() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    let error = subject
        .ask(Hold(gate.clone()))
        .timeout(Duration::from_secs(1))
        .await;
    let error = error.expect_err("late");
    assert!(matches!(error, AskError::Timeout));
    assert!(!error.was_not_handled() && error.is_timeout());
    assert_eq!(system.stats().late_replies, 0);
    gate.open();
    quiet().await;
    let stats = at_rest(&system);
    assert_eq!((stats.handled, stats.late_replies), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn discarded_when_the_actor_ends_before_its_turn() {
    for end in [ActorRef::stop, ActorRef::<Subject>::kill] {
        let (system, subject, log, gate) = held().await;
        let mut asked = pin!(subject.ask(Note(1)));
        assert!(poll(asked.as_mut()).is_pending());
        end(&subject);
        gate.open();
        let error = asked.await.expect_err("it ended");
        assert!(matches!(error, AskError::Discarded));
        assert!(error.was_not_handled());
        subject.stopped().await;
        assert_eq!(log.count("1"), 0);
        assert_eq!(at_rest(&system).dead_letters.actor_stopped, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn no_reply_when_the_token_is_dropped() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let (asked, ()) = tokio::join!(biased; keeper.ask(Keep), async {
        keeper.tell(DropAll).expect("room");
    });
    let error = asked.expect_err("dropped");
    assert!(matches!(error, AskError::NoReply));
    assert!(!error.was_not_handled());
}

#[tokio::test(start_paused = true)]
async fn no_reply_when_the_actor_ends_while_it_handles() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let gate = Gate::default();
    let (asked, ()) = tokio::join!(biased; keeper.ask(Hold(gate.clone())), async {
        gate.reached().await;
        keeper.kill();
    });
    assert!(matches!(asked, Err(AskError::NoReply)));
    // Also with the token in its state.
    let keeper = system.spawn(Keeper::default);
    let (asked, ()) = tokio::join!(biased; keeper.ask(Keep), async { keeper.poison(); });
    assert!(matches!(asked, Err(AskError::NoReply)));
}

#[tokio::test(start_paused = true)]
async fn failed_when_the_handler_panics_or_fails() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    let error = subject
        .ask(Panic("on purpose"))
        .await
        .expect_err("it panicked");
    assert!(matches!(error, AskError::Failed));
    assert!(!error.was_not_handled());
    let subject = system.spawn(Subject::producer(&log));
    assert!(matches!(subject.ask(Oops(1)).await, Err(AskError::Failed)));
    let keeper = system.spawn(Keeper::default);
    assert!(matches!(
        keeper.ask(Panic("with a token")).await,
        Err(AskError::Failed)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_never_early_and_at_most_20_ms_late() {
    let (_system, subject, _log, _gate) = held().await;
    let tasks: Vec<_> = (0..300_u64)
        .map(|n| {
            let subject = subject.clone();
            // From 0 to 18 s, at odd moments: over several rounds of any table.
            let timeout = Duration::from_micros(n * n * 203);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(n * 377)).await;
                let began = Instant::now();
                let asked = subject.ask(Note(1)).timeout(timeout).await;
                assert!(matches!(asked, Err(AskError::Expired)));
                let took = began.elapsed();
                assert!(took >= timeout, "{timeout:?} took {took:?}");
                assert!(
                    took <= timeout + Duration::from_millis(20),
                    "{timeout:?} took {took:?}"
                );
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("in time");
    }
}

#[tokio::test(start_paused = true)]
async fn the_default_timeout_is_the_systems() {
    let (_system, subject, _log, _gate) = held().await;
    let began = Instant::now();
    assert!(matches!(subject.ask(Note(1)).await, Err(AskError::Expired)));
    assert_eq!(began.elapsed().as_secs(), 5);

    let system = ActorSystem::builder("quick")
        .ask_timeout(Duration::from_millis(300))
        .build()
        .expect("a runtime");
    let subject = system.spawn(Subject::producer(&Log::default()));
    let began = Instant::now();
    let gate = Gate::default();
    assert!(matches!(
        subject.ask(Hold(gate.clone())).await,
        Err(AskError::Timeout)
    ));
    assert!((300..=320).contains(&began.elapsed().as_millis()));
    gate.open();
    // Without end.
    let (asked, ()) = tokio::join!(
        subject.ask(Hold(gate.clone())).timeout(Duration::MAX),
        async {
            tokio::time::sleep(Duration::from_secs(1_000_000)).await;
            gate.open();
        }
    );
    assert!(asked.is_ok());
}

#[tokio::test(start_paused = true)]
async fn dropped_before_its_first_poll_it_sends_nothing() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Subject::producer(&log));
    drop(subject.ask(Note(1)));
    quiet().await;
    assert_eq!(log.take(), ["started"]);
    assert_eq!(at_rest(&system).sent, 0);
}

#[tokio::test(start_paused = true)]
async fn dropped_while_queued_it_is_never_handled() {
    let (system, subject, log, gate) = held().await;
    {
        let mut asked = pin!(subject.ask(Note(1)));
        assert!(poll(asked.as_mut()).is_pending());
    }
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["let go", "hold over"]);
    assert_eq!(at_rest(&system).dead_letters.expired, 1);
}

#[tokio::test(start_paused = true)]
async fn dropped_while_handled_the_handler_goes_on() {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let subject = system.spawn(Subject::producer(&log));
    {
        let mut asked = pin!(subject.ask(Hold(gate.clone())));
        assert!(poll(asked.as_mut()).is_pending());
        gate.reached().await;
    }
    gate.open();
    quiet().await;
    assert_eq!(log.take(), ["started", "hold", "let go", "hold over"]);
    let stats = at_rest(&system);
    assert_eq!(
        (
            stats.handled,
            stats.late_replies,
            stats.dead_letters.total()
        ),
        (1, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_reply_may_come_later_from_anywhere() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let (first, second, ()) = tokio::join!(biased; keeper.ask(Keep), keeper.ask(Keep), async {
        quiet().await;
        let reply = keeper.ask(Take).await.expect("an answer").expect("a token");
        assert!(reply.is_awaited());
        // From a task outside, and after the actor has gone on.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            reply.send(20);
        });
        keeper.tell(SendAll(10)).expect("room");
    });
    assert_eq!((first.ok(), second.ok()), (Some(10), Some(20)));
    assert_eq!(at_rest(&system).late_replies, 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_outlives_its_actor() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let (asked, ()) = tokio::join!(biased; keeper.ask(Keep), async {
        quiet().await;
        let reply = keeper.ask(Take).await.expect("an answer").expect("a token");
        keeper.stop_and_wait().await;
        reply.send(5);
    });
    assert_eq!(asked.ok(), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_late_reply_is_counted_and_reaches_nobody() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    let asked = keeper.ask(Keep).timeout(Duration::from_millis(10)).await;
    assert!(matches!(asked, Err(AskError::Timeout)));
    let reply = keeper.ask(Take).await.expect("an answer").expect("a token");
    assert!(!reply.is_awaited());
    let (next, ()) = tokio::join!(biased; keeper.ask(Keep), async {
        quiet().await;
        reply.send(1);
        keeper.tell(SendAll(2)).expect("room");
    });
    assert_eq!(next.ok(), Some(2));
    assert_eq!(at_rest(&system).late_replies, 1);
}

#[tokio::test(start_paused = true)]
async fn when_nobody_asked_a_token_is_not_awaited() {
    let system = system();
    let keeper = system.spawn(Keeper::default);
    keeper.tell(Keep).expect("room");
    let reply = keeper.ask(Take).await.expect("an answer").expect("a token");
    assert!(!reply.is_awaited());
    reply.send(1);
    assert_eq!(
        at_rest(&system).late_replies,
        0,
        "nobody had asked, so it is not late"
    );
}

/// Hands its messages on to the next, if there is one.
#[actor]
struct Hop {
    next: Option<ActorRef<Hop>>,
    last: Option<ActorRef<Subject>>,
    refused: Log,
}

#[actor]
impl Hop {
    #[handler]
    fn hop(&mut self, note: Note, reply: Reply<u32>, ctx: &mut Ctx<Self>) {
        let handed_on = match (&self.next, &self.last) {
            (Some(next), _) => ctx.forward(next, note, reply),
            (_, Some(last)) => ctx.forward(last, note, reply),
            _ => {
                reply.send(note.0 * 2);
                return;
            }
        };
        if let Err(ForwardError { error, reply, .. }) = handed_on {
            let why = if error.is_full() { "full" } else { "stopped" };
            assert!(reply.is_awaited());
            self.refused
                .add(format!("{why} {}", error.into_message().0));
            reply.send(1_000);
        }
    }
}

fn hop(next: Option<&ActorRef<Hop>>, last: Option<&ActorRef<Subject>>, log: &Log) -> Props<Hop> {
    Props::once(Hop {
        next: next.cloned(),
        last: last.cloned(),
        refused: log.clone(),
    })
}

#[tokio::test(start_paused = true)]
async fn the_asker_gets_the_reply_of_the_last_handler() {
    let (system, log) = (system(), Log::default());
    let mut first = system.spawn(hop(None, None, &log));
    for _ in 0..50 {
        first = system.spawn(hop(Some(&first), None, &log));
    }
    assert_eq!(first.ask(Note(21)).await.ok(), Some(42));
    let stats = at_rest(&system);
    assert_eq!((stats.sent, stats.handled), (51, 51));
}

#[tokio::test(start_paused = true)]
async fn a_refused_forward_gives_back_message_and_asker() {
    let (system, log) = (system(), Log::default());
    let subject = system.spawn(Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(1)));
    let relay = system.spawn(hop(None, Some(&subject), &log));
    let gate = Gate::default();
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    subject.tell(Note(0)).expect("room");
    assert_eq!(relay.ask(Note(7)).await.ok(), Some(1_000));
    subject.kill_and_wait().await;
    assert_eq!(relay.ask(Note(8)).await.ok(), Some(1_000));
    let lines = log.take();
    assert!(lines.contains(&"full 7".to_owned()) && lines.contains(&"stopped 8".to_owned()));
    assert_eq!(at_rest(&system).refused, 2);
}

#[tokio::test(start_paused = true)]
async fn a_forwarded_request_can_expire_or_be_discarded_there() {
    let (system, subject, log, gate) = held().await;
    let relay = system.spawn(hop(None, Some(&subject), &log));
    let asked = relay.ask(Note(1)).timeout(Duration::from_millis(50)).await;
    assert!(
        matches!(asked, Err(AskError::Expired)),
        "not handled by its last receiver"
    );
    let mut asked = pin!(relay.ask(Note(2)));
    assert!(poll(asked.as_mut()).is_pending());
    quiet().await;
    subject.stop();
    gate.open();
    assert!(matches!(asked.await, Err(AskError::Discarded)));
    let stats = at_rest(&system);
    assert_eq!(
        (stats.dead_letters.expired, stats.dead_letters.actor_stopped),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn asking_through_tell_errors_converts() {
    let error: AskError<Note> = TellError::Full(Note(1)).into();
    assert!(matches!(error, AskError::Full(Note(1))));
    let error: AskError<Note> = TellError::Stopped(Note(2)).into();
    assert_eq!(
        error.to_string().split_once(' ').map(|(_, text)| text),
        Some("was refused: the actor has stopped")
    );
}

struct Echo {
    number: u64,
    slow: bool,
    token: Token,
}

/// A token, and what it is to be sent.
type Late = (Reply<(u64, Token)>, u64, Token);

/// Gives back the number, at once or, half of the time, only when the asker has given up.
#[actor]
#[derive(Default)]
struct Mirror {
    late: Vec<Late>,
}

#[actor]
impl Mirror {
    #[handler]
    fn echo(&mut self, echo: Echo, reply: Reply<(u64, Token)>) {
        if echo.slow {
            self.late.push((reply, echo.number, echo.token));
        } else {
            reply.send((echo.number, echo.token));
        }
    }

    #[handler]
    fn send_all(&mut self, _: SendAll) -> u64 {
        let late = self.late.len() as u64;
        for (reply, number, token) in self.late.drain(..) {
            assert!(!reply.is_awaited());
            reply.send((number, token));
        }
        late
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }
}

// Row A8: 2 x 10^6 requests (2 x 10^5 in a debug build), half of which are given up; half of those while they are queued.
#[test]
fn a8_no_reply_reaches_another_request() {
    const ROUNDS: u64 = if cfg!(debug_assertions) { 100 } else { 1_000 };
    const EACH: u64 = 250;
    on_workers(4, async {
        let (system, census) = (system(), Arc::new(Census::default()));
        let mirrors: Vec<_> = (0..4)
            .map(|_| system.spawn(Props::new(Mirror::default).mailbox(Mailbox::unbounded())))
            .collect();
        let (mut queued, mut in_hand) = (0, 0);
        for round in 0..ROUNDS {
            let tasks: Vec<_> = mirrors
                .iter()
                .enumerate()
                .map(|(lane, mirror)| {
                    let (mirror, census) = (mirror.clone(), census.clone());
                    tokio::spawn(async move {
                        let base = (round * 4 + lane as u64) * EACH * 4;
                        answered(&mirror, base, &census).await;
                        time_out_in_hand(&mirror, base + EACH, &census).await;
                        time_out_queued(&mirror, base + EACH * 2, &census).await;
                        answered(&mirror, base + EACH * 3, &census).await;
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no cross-talk");
            }
            in_hand += 4 * EACH / 2;
            queued += 4 * EACH / 2;
        }
        let stats = system.stats();
        assert_eq!(stats.late_replies, in_hand);
        assert_eq!(stats.dead_letters.expired, queued);
        at_rest(&system);
        assert_eq!(census.alive(), 0, "a request or a reply is still somewhere");
        system.shutdown().await;
    });

    /// Quick ones among which none is slow.
    async fn answered(mirror: &ActorRef<Mirror>, base: u64, census: &Census) {
        for number in base..base + EACH / 4 * 2 {
            let echo = Echo {
                number,
                slow: false,
                token: census.token(),
            };
            let (echoed, _) = mirror.ask(echo).await.expect("an answer");
            assert_eq!(echoed, number);
        }
    }

    /// All reach the handler, and are answered after the asker has gone.
    async fn time_out_in_hand(mirror: &ActorRef<Mirror>, base: u64, census: &Census) {
        let mut asked = Vec::new();
        for number in base..base + EACH / 2 {
            let echo = Echo {
                number,
                slow: true,
                token: census.token(),
            };
            let mut ask = Box::pin(mirror.ask(echo));
            assert!(poll(ask.as_mut()).is_pending());
            asked.push(ask);
        }
        // Behind all of them: each is in the actor's hands.
        let gate = Gate::default();
        gate.open();
        mirror.ask(Hold(gate)).await.expect("an answer");
        drop(asked);
        let late = mirror.ask(SendAll(0)).await.expect("an answer");
        assert_eq!(late, EACH / 2);
    }

    /// None comes to its turn in time.
    async fn time_out_queued(mirror: &ActorRef<Mirror>, base: u64, census: &Census) {
        let gate = Gate::default();
        mirror.tell(Hold(gate.clone())).expect("room");
        let mut asked = Vec::new();
        for number in base..base + EACH / 2 {
            let echo = Echo {
                number,
                slow: false,
                token: census.token(),
            };
            let mut ask = Box::pin(mirror.ask(echo).timeout(Duration::ZERO));
            assert!(poll(ask.as_mut()).is_pending());
            asked.push(ask);
        }
        for (n, ask) in asked.into_iter().enumerate() {
            match n % 2 {
                0 => assert!(matches!(ask.await, Err(AskError::Expired))),
                _ => drop(ask),
            }
        }
        gate.open();
        let gate = Gate::default();
        gate.open();
        mirror.ask(Hold(gate)).await.expect("an answer");
    }
}
