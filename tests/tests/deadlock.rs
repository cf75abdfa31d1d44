//! Actors that wait for each other in a circle are named; each wait ends as it would have.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::time::Duration;

use actor::prelude::*;
use actor::{AskError, Deadlock, Event, Events, WaitsFor};
use actor_tests::{Gate, at_rest, event, quiet, system};
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_millis(500);

/// Waits as it is told.
#[actor(mailbox = 1)]
#[derive(Default)]
struct Waiter;

/// Ask the first one, with the rest of them.
struct Chain(Vec<ActorRef<Waiter>>);
/// Ask whoever that is, and reply with what it came to.
struct AskIt(ActorRef<Waiter>, Duration);
/// Tell whoever that is, when there is room.
struct TellIt(ActorRef<Waiter>, Gate);
/// Ask from a future beside the actor.
struct PipeIt(ActorRef<Waiter>);
/// Stay busy.
struct Hold(Gate);
struct Ping;
struct Piped;

#[derive(Debug, PartialEq)]
enum Came {
    Answer,
    Expired,
    Timeout,
    Other,
}

fn came<M, T>(asked: Result<T, AskError<M>>) -> Came {
    match asked {
        Ok(_) => Came::Answer,
        Err(AskError::Expired) => Came::Expired,
        Err(AskError::Timeout) => Came::Timeout,
        Err(_) => Came::Other,
    }
}

#[actor]
impl Waiter {
    #[handler]
    async fn chain(&mut self, Chain(mut rest): Chain) -> Vec<Came> {
        let next = rest.remove(0);
        if rest.is_empty() {
            return vec![came(next.ask(Ping).timeout(TIMEOUT).await)];
        }
        match next.ask(Chain(rest)).timeout(TIMEOUT).await {
            Ok(mut all) => {
                all.push(Came::Answer);
                all
            }
            Err(error) => vec![came::<_, ()>(Err(error))],
        }
    }

    #[handler]
    async fn ask_it(&mut self, AskIt(whom, timeout): AskIt) -> Came {
        came(whom.ask(Ping).timeout(timeout).await)
    }

    #[handler]
    async fn tell_it(&mut self, TellIt(whom, gate): TellIt) {
        gate.pass().await;
        let _ = whom.tell_wait(Ping).await;
    }

    #[handler]
    fn pipe_it(&mut self, PipeIt(whom): PipeIt, ctx: &mut Ctx<Self>) {
        ctx.pipe(async move { whom.ask(Ping).await.is_ok() }, |_| Piped);
    }

    #[handler]
    fn piped(&mut self, _: Piped) {}

    #[handler]
    async fn hold(&mut self, Hold(gate): Hold) {
        gate.pass().await;
    }

    #[handler]
    fn ping(&mut self, _: Ping) {}
}

async fn deadlock(events: &mut Events) -> Deadlock {
    event(events, |event| match event {
        Event::Deadlock(deadlock) => Some(deadlock.clone()),
        _ => None,
    })
    .await
}

fn deadlocks(events: &mut Events) -> usize {
    actor_tests::all_events(events, |event| {
        matches!(event, Event::Deadlock(_)).then_some(())
    })
    .len()
}

/// The ids of those who wait, beginning with the first in the alphabet.
fn path(deadlock: &Deadlock) -> Vec<String> {
    let ids = deadlock.waits.iter().map(|wait| wait.actor.id().to_owned());
    let mut ids: Vec<_> = ids.collect();
    let least = (0..ids.len()).min_by_key(|&at| ids[at].clone()).unwrap();
    ids.rotate_left(least);
    ids
}

fn three(system: &ActorSystem) -> [ActorRef<Waiter>; 3] {
    ["a", "b", "c"].map(|name| system.spawn_named(name, Waiter::default).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a10_a_circle_of_asks_is_told_with_its_path_and_ends_at_the_timeouts() {
    let system = system();
    let mut events = system.events();
    let [a, b, c] = three(&system);
    let began = Instant::now();
    let asker = {
        let (a, chain) = (a.clone(), Chain(vec![b.clone(), c.clone(), a.clone()]));
        tokio::spawn(async move { (a.ask(chain).await, Instant::now()) })
    };
    let told = deadlock(&mut events).await;
    assert!(began.elapsed() <= Duration::from_secs(1), "told in time");
    assert_eq!(path(&told), ["a", "b", "c"]);
    assert!(
        told.waits
            .iter()
            .all(|wait| wait.waits_for == WaitsFor::Reply)
    );
    let text = told.to_string();
    assert!(text.contains("`c` asks (`deadlock::Ping`) `a`"), "{text}");

    let (answer, ended) = asker.await.unwrap();
    let late = (ended - began).saturating_sub(TIMEOUT);
    assert!(
        ended - began >= TIMEOUT && late <= Duration::from_millis(50),
        "late by {late:?}"
    );
    // `a` waited for `b` and gave up; the others' requests end at the same time
    assert_eq!(answer.unwrap(), [Came::Timeout]);
    quiet().await;
    assert_eq!(deadlocks(&mut events), 0, "told once");
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_asks_itself_is_told() {
    let system = system();
    let mut events = system.events();
    let [a, ..] = three(&system);
    let asked = AskIt(a.clone(), TIMEOUT);
    let (told, came) = tokio::join!(deadlock(&mut events), a.ask(asked));
    assert_eq!(path(&told), ["a"]);
    assert_eq!(came.unwrap(), Came::Expired);
    assert!(told.to_string().ends_with("`a`"));
}

#[tokio::test(start_paused = true)]
async fn asks_without_a_timeout_are_told_too() {
    let system = system();
    let mut events = system.events();
    let roomy = || Props::new(Waiter::default).mailbox(Mailbox::bounded(2));
    let [a, b] = ["a", "b"].map(|name| system.spawn_named(name, roomy()).unwrap());
    a.tell(AskIt(b.clone(), Duration::MAX)).unwrap();
    b.tell(AskIt(a.clone(), Duration::MAX)).unwrap();
    assert_eq!(path(&deadlock(&mut events).await), ["a", "b"]);
    a.kill_and_wait().await;
    b.stop_and_wait().await;
}

#[tokio::test(start_paused = true)]
async fn a_circle_through_full_mailboxes_is_told() {
    let system = system();
    let mut events = system.events();
    let [a, b, _] = three(&system);
    let (gate_a, gate_b) = (Gate::default(), Gate::default());
    a.tell(TellIt(b.clone(), gate_a.clone())).unwrap();
    b.tell(TellIt(a.clone(), gate_b.clone())).unwrap();
    tokio::join!(gate_a.reached(), gate_b.reached());
    a.tell(Ping).unwrap();
    b.tell(Ping).unwrap();
    gate_a.open();
    gate_b.open();
    let told = deadlock(&mut events).await;
    assert_eq!(path(&told), ["a", "b"]);
    assert!(
        told.waits
            .iter()
            .all(|wait| wait.waits_for == WaitsFor::Room)
    );
    a.kill_and_wait().await;
    quiet().await;
    assert_eq!(b.stats().waiting, 0, "the end of one let the other go on");
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_waits_for_room_in_its_own_mailbox_is_told() {
    let system = system();
    let mut events = system.events();
    let [a, ..] = three(&system);
    let gate = Gate::default();
    a.tell(TellIt(a.clone(), gate.clone())).unwrap();
    gate.reached().await;
    a.tell(Ping).unwrap();
    gate.open();
    assert_eq!(path(&deadlock(&mut events).await), ["a"]);
    a.kill_and_wait().await;
}

#[tokio::test(start_paused = true)]
async fn a_circle_of_an_ask_and_a_full_mailbox_is_told() {
    let system = system();
    let mut events = system.events();
    let [a, b, _] = three(&system);
    let gate = Gate::default();
    a.tell(TellIt(b.clone(), gate.clone())).unwrap();
    gate.reached().await;
    b.tell(AskIt(a.clone(), TIMEOUT)).unwrap();
    quiet().await;
    b.tell(Ping).unwrap();
    gate.open();
    let told = deadlock(&mut events).await;
    assert_eq!(path(&told), ["a", "b"]);
    quiet().await;
    tokio::time::sleep(TIMEOUT).await;
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_that_is_no_circle_is_not_told() {
    let system = system();
    let mut events = system.events();
    let [a, b, c] = three(&system);
    let gate = Gate::default();
    c.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    for asker in [&a, &b] {
        asker
            .tell(AskIt(c.clone(), Duration::from_secs(60)))
            .unwrap();
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    gate.open();
    quiet().await;
    assert_eq!(deadlocks(&mut events), 0);
    at_rest(&system);
}

#[tokio::test(start_paused = true)]
async fn what_waits_beside_the_actor_is_no_wait_of_the_actor() {
    let system = system();
    let mut events = system.events();
    let [a, ..] = three(&system);
    a.ask(PipeIt(a.clone())).await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(deadlocks(&mut events), 0);
    let stats = at_rest(&system);
    assert_eq!(stats.handled, 3, "the pipe was answered");
}

#[tokio::test(start_paused = true)]
async fn a_circle_that_breaks_up_at_once_is_not_told() {
    let system = system();
    let mut events = system.events();
    let [a, ..] = three(&system);
    let came = a.ask(AskIt(a.clone(), Duration::from_millis(40))).await;
    assert_eq!(came.unwrap(), Came::Expired);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(deadlocks(&mut events), 0);
}
