//! Promise 8: mailboxes are bounded, and the bound counts everything not yet given to a handler; `tell_wait` waits
//! for room, first come, first served.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use actor::TellError;
use actor::prelude::*;
use actor_tests::{Gate, Hold, Log, Note, Subject, at_rest, on_workers, quiet, system};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A subject with room for `capacity` that holds at the gate.
async fn holding(capacity: usize) -> (ActorSystem, ActorRef<Subject>, Log, Gate) {
    let (system, log, gate) = (system(), Log::default(), Gate::default());
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(capacity));
    let subject = system.spawn(props);
    subject.tell(Hold(gate.clone())).expect("room");
    gate.reached().await;
    log.take();
    (system, subject, log, gate)
}

fn fill<A>(actor: &ActorRef<A>) -> usize
where
    A: actor::Handles<Note>,
{
    let full = (0..100_000).find(|_| actor.tell(Note(0)).is_err());
    full.expect("a bound") as usize
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_takes_exactly_its_capacity_beside_the_one_in_hand() {
    for capacity in [1, 2, 3, 64, 1_000] {
        let (_system, subject, _log, _gate) = holding(capacity).await;
        assert_eq!(fill(&subject), capacity);
    }
}

#[tokio::test(start_paused = true)]
async fn the_bound_counts_what_is_taken_but_not_yet_handled() {
    let (system, log) = (system(), Log::default());
    let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(10));
    let subject = system.spawn(props);
    let gates: Vec<_> = (0..10).map(|_| Gate::default()).collect();
    // All are queued before the actor is born, so that it takes them together.
    for gate in &gates {
        subject.tell(Hold(gate.clone())).expect("room");
    }
    assert!(subject.tell(Note(0)).is_err(), "none in hand yet");
    for (in_hand, gate) in gates.iter().enumerate() {
        gate.reached().await;
        // One more has gone to the handler: room for one more, and not for two.
        assert!(subject.tell(Note(0)).is_ok(), "at {in_hand}");
        assert!(subject.tell(Note(0)).is_err(), "at {in_hand}");
        gate.open();
    }
    quiet().await;
    assert_eq!(log.count("0"), 10);
    assert_eq!(fill(&subject), 10, "it is idle: nothing in hand");
}

#[tokio::test(start_paused = true)]
async fn the_default_is_bounded_and_the_systems() {
    let (system, log) = (system(), Log::default());
    assert_eq!(fill(&system.spawn(Subject::producer(&log))), 1_000);
    let small = ActorSystem::builder("small")
        .mailbox(Mailbox::bounded(7))
        .build()
        .expect("a runtime");
    assert_eq!(fill(&small.spawn(Subject::producer(&log))), 7);
}

#[actor(mailbox = 5)]
#[derive(Default)]
struct Five;

#[actor]
impl Five {
    #[handler]
    fn note(&mut self, _: Note) {}
}

#[actor(mailbox = unbounded)]
#[derive(Default)]
struct Endless;

#[actor]
impl Endless {
    #[handler]
    fn note(&mut self, _: Note) {}
}

#[tokio::test(start_paused = true)]
async fn an_actors_option_goes_before_the_systems_and_props_before_both() {
    let small = ActorSystem::builder("small")
        .mailbox(Mailbox::bounded(7))
        .build()
        .expect("a runtime");
    assert_eq!(fill(&small.spawn(Five::default)), 5);
    assert_eq!(
        fill(&small.spawn(Props::new(Five::default).mailbox(Mailbox::bounded(9)))),
        9
    );
    assert_eq!(
        fill(&small.spawn(Props::new(Endless::default).mailbox(Mailbox::bounded(3)))),
        3
    );
    assert_eq!(
        fill(&small.spawn(Props::new(Five::default).mailbox(Mailbox::bounded(0)))),
        1
    );
    let endless = small.spawn(Endless::default);
    for _ in 0..100_000 {
        endless.tell(Note(0)).expect("no bound");
    }
    let endless = small.spawn(Props::new(Five::default).mailbox(Mailbox::unbounded()));
    for _ in 0..100_000 {
        endless.tell(Note(0)).expect("no bound");
    }
    small.shutdown().await;
    at_rest(&small);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_room_is_served_in_order() {
    let (system, subject, log, gate) = holding(1).await;
    subject.tell(Note(0)).expect("room");
    let tasks: Vec<_> = (1..=20)
        .map(|number| {
            let subject = subject.clone();
            tokio::spawn(async move { subject.tell_wait(Note(number)).await })
        })
        .collect();
    quiet().await;
    assert!(tasks.iter().all(|task| !task.is_finished()));
    gate.open();
    for task in tasks {
        task.await.expect("no panic").expect("sent");
    }
    quiet().await;
    let expected: Vec<_> = (0..=20).map(|number: u32| number.to_string()).collect();
    assert_eq!(log.take()[2..], expected);
    assert_eq!(at_rest(&system).sent, 22);
}

#[tokio::test(start_paused = true)]
async fn a_place_is_granted_while_the_handler_waits() {
    let (_system, subject, _log, gate) = holding(2).await;
    let second = Gate::default();
    subject.tell(Hold(second.clone())).expect("room");
    subject.tell(Note(1)).expect("room");
    let waiting = tokio::spawn({
        let subject = subject.clone();
        async move { subject.tell_wait(Note(2)).await }
    });
    quiet().await;
    assert!(!waiting.is_finished());
    gate.open();
    second.reached().await;
    // The second is in the hand of its handler, which waits: its place is free.
    quiet().await;
    assert!(waiting.is_finished());
    second.open();
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_passes_its_place_on() {
    let (_system, subject, log, gate) = holding(1).await;
    subject.tell(Note(0)).expect("room");
    let bells: Vec<Arc<Bell>> = (0..3).map(|_| Arc::default()).collect();
    let mut waiting: Vec<_> = (1..=3)
        .map(|number| Box::pin(subject.tell_wait(Note(number))))
        .collect();
    for (future, bell) in waiting.iter_mut().zip(&bells) {
        let waker = Waker::from(bell.clone());
        assert!(
            future
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    // The second gives up while it waits.
    drop(waiting.remove(1));
    gate.open();
    quiet().await;
    assert_eq!(
        bells[0].0.load(Ordering::SeqCst),
        1,
        "the first is promised the place"
    );
    assert_eq!(bells[2].0.load(Ordering::SeqCst), 0);
    assert!(
        subject.tell(Note(9)).is_err(),
        "a promised place is not given to another"
    );
    // The first gives up after the promise.
    drop(waiting.remove(0));
    assert_eq!(bells[2].0.load(Ordering::SeqCst), 1, "it goes to the next");
    assert!(matches!(poll(waiting[0].as_mut()), Poll::Ready(Ok(()))));
    quiet().await;
    assert_eq!(log.take()[2..], ["0", "3"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_when_the_actor_stops() {
    for end in [ActorRef::stop, ActorRef::poison, ActorRef::<Subject>::kill] {
        let (system, subject, _log, gate) = holding(1).await;
        subject.tell(Note(0)).expect("room");
        let waiting = tokio::spawn({
            let subject = subject.clone();
            async move { subject.tell_wait(Note(1)).await }
        });
        quiet().await;
        end(&subject);
        // At once, though the handler still holds.
        let told = waiting.await.expect("no panic");
        assert!(matches!(told, Err(TellError::Stopped(Note(1)))));
        gate.open();
        subject.stopped().await;
        assert_eq!(at_rest(&system).refused, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_promise_ends_with_the_actor() {
    let (system, subject, _log, gate) = holding(1).await;
    subject.tell(Note(0)).expect("room");
    let mut waiting = pin!(subject.tell_wait(Note(1)));
    assert!(poll(waiting.as_mut()).is_pending());
    gate.open();
    quiet().await;
    // Promised by now, and not yet used.
    subject.stop_and_wait().await;
    assert!(matches!(
        poll(waiting.as_mut()),
        Poll::Ready(Err(TellError::Stopped(Note(1))))
    ));
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn tell_never_waits() {
    let (_system, subject, _log, _gate) = holding(1).await;
    subject.tell(Note(0)).expect("room");
    // No await and no block: a current-thread runtime would stand still for ever.
    for _ in 0..1_000 {
        assert!(subject.tell(Note(1)).is_err_and(|error| error.is_full()));
    }
}

/// Room for one, many who wait, some of whom give up: all that was sent comes, in the order of its sender.
#[test]
fn many_wait_for_one_place() {
    const EACH: u32 = if cfg!(debug_assertions) {
        2_000
    } else {
        20_000
    };
    on_workers(4, async {
        let (system, log) = (system(), Log::default());
        let props = Props::new(Subject::producer(&log)).mailbox(Mailbox::bounded(1));
        let subject = system.spawn(props);
        let given_up = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..8_u32)
            .map(|sender| {
                let (subject, given_up) = (subject.clone(), given_up.clone());
                tokio::spawn(async move {
                    for number in 0..EACH {
                        let mut waiting = pin!(subject.tell_wait(Note(sender * EACH + number)));
                        if number % 7 == 0 {
                            let once = poll_once(waiting.as_mut()).await;
                            given_up.fetch_add(usize::from(once.is_pending()), Ordering::SeqCst);
                        } else {
                            waiting.await.expect("alive");
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        subject.poison_and_wait().await;
        let given_up = given_up.load(Ordering::SeqCst);
        assert!(given_up > 0, "nobody gave up: the test shows nothing");
        let numbers: Vec<u32> = log
            .take()
            .iter()
            .filter_map(|line| line.parse().ok())
            .collect();
        assert_eq!(numbers.len() + given_up, 8 * EACH as usize);
        for sender in 0..8 {
            let mut own = numbers.iter().filter(|number| **number / EACH == sender);
            let first = own.next().expect("some");
            own.fold(first, |last, next| {
                assert!(last < next);
                next
            });
        }
        at_rest(&system);
    });
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}
