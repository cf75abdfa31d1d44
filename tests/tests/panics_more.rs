//! Row C7, the second half of the zoo: what a full mailbox drops, what is cancelled, streams, pools, subscribers.
//! The system lives, and whoever is told is told exactly once.

#![allow(clippy::unwrap_used)] // clippy knows only functions with `#[test]` as tests

use std::pin::Pin;
use std::task::{Context, Poll};

use actor::prelude::*;
use actor::testkit::{TestSystem, at_rest, settle};
use actor::{DeadLetterReason, Mailbox, Overflow, Pool, RouteKey, Stage, StopReason, StreamEvent};
use actor_tests::{Bomb, Gate, Hold, hush};
use futures_core::Stream;

struct Carried(#[allow(dead_code)] Bomb);
struct Fine;
struct Attach(Vec<u32>);
struct AttachBomb;
struct Come;
struct PipeBomb(Gate);
struct AttachEndingBomb;
struct PipeReadyBomb;

impl RouteKey for Fine {
    type Key = u32;

    fn route_key(&self) -> &u32 {
        panic!("bomb in a key")
    }
}

/// Gives its items; its drop panics when it is a bomb.
struct Items(Vec<u32>, #[allow(dead_code)] Option<Bomb>);

impl Stream for Items {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        match self.0.pop() {
            Some(item) => Poll::Ready(Some(item)),
            None => Poll::Pending,
        }
    }
}

/// Ready, or ended, at once; its drop panics.
struct Over(#[allow(dead_code)] Bomb);

impl Future for Over {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Stream for Over {
    type Item = ();

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<()>> {
        Poll::Ready(None)
    }
}

#[actor]
#[derive(Default)]
struct Zoo {
    task: Option<actor::TaskHandle>,
    come: u32,
}

#[actor]
impl Zoo {
    #[handler]
    fn carried(&mut self, _: Carried) {}

    #[handler]
    fn fine(&mut self, _: Fine) -> u32 {
        self.come
    }

    #[handler]
    async fn hold(&mut self, hold: Hold) {
        hold.0.pass().await;
    }

    #[handler]
    fn attach(&mut self, Attach(items): Attach, ctx: &mut Ctx<Self>) {
        self.task = Some(ctx.attach(Items(items, None), |event| match event {
            StreamEvent::Item(13) => panic!("bomb in a map"),
            _ => Come,
        }));
    }

    #[handler]
    fn attach_bomb(&mut self, _: AttachBomb, ctx: &mut Ctx<Self>) -> actor::TaskHandle {
        ctx.attach(Items(Vec::new(), Some(Bomb(true))), |_| Come)
    }

    #[handler]
    fn attach_ending_bomb(&mut self, _: AttachEndingBomb, ctx: &mut Ctx<Self>) {
        ctx.attach(Over(Bomb(true)), |_| Come);
    }

    #[handler]
    fn pipe_ready_bomb(&mut self, _: PipeReadyBomb, ctx: &mut Ctx<Self>) {
        ctx.pipe(Over(Bomb(true)), |()| Come);
    }

    #[handler]
    fn come(&mut self, _: Come) {
        self.come += 1;
    }

    #[handler]
    fn pipe_bomb(&mut self, PipeBomb(gate): PipeBomb, ctx: &mut Ctx<Self>) -> actor::TaskHandle {
        let work = async move { gate.pass().await };
        ctx.pipe(work, |()| Carried(Bomb(true)))
    }
}

async fn held(system: &TestSystem, mailbox: Mailbox) -> (ActorRef<Zoo>, Gate) {
    hush();
    let zoo = system.spawn(Props::new(Zoo::default).mailbox(mailbox));
    let gate = Gate::default();
    zoo.tell(Hold(gate.clone())).unwrap();
    gate.reached().await;
    (zoo, gate)
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_full_mailbox_drops_a_message() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let mut system = TestSystem::of(actor_tests::system());
        let mailbox = Mailbox::bounded(1).overflow(overflow);
        let (zoo, gate) = held(&system, mailbox).await;
        match overflow {
            Overflow::DropNewest => zoo.tell(Fine).unwrap(),
            _ => zoo.tell(Carried(Bomb(true))).unwrap(),
        }
        match overflow {
            Overflow::DropNewest => zoo.tell(Carried(Bomb(true))).unwrap(),
            _ => zoo.tell(Fine).unwrap(),
        }
        let letter = system.expect_dead_letter::<Carried>().await;
        assert_eq!(letter.reason, DeadLetterReason::Overflow);
        gate.open();
        settle().await;
        assert_eq!(zoo.ask(Fine).await.unwrap(), 0, "it lives");
        system.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_cancelled_message_is_dropped() {
    let system = TestSystem::of(actor_tests::system());
    hush();
    let zoo = system.spawn(Zoo::default);
    let gate = Gate::default();
    let task = zoo.ask(PipeBomb(gate.clone())).await.unwrap();
    let held = Gate::default();
    zoo.tell(Hold(held.clone())).unwrap();
    held.reached().await;
    gate.open();
    settle().await;
    assert_eq!(zoo.stats().mailbox, 1);
    task.cancel();
    held.open();
    assert_eq!(zoo.ask(Fine).await.unwrap(), 0, "it lives");
    assert_eq!(at_rest(&system).failed, 0);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_stream_is_dropped() {
    let system = TestSystem::of(actor_tests::system());
    hush();
    let zoo = system.spawn(Zoo::default);
    let task = zoo.ask(AttachBomb).await.unwrap();
    settle().await;
    task.cancel();
    settle().await;
    assert_eq!(zoo.ask(Fine).await.unwrap(), 0, "it lives");
    zoo.ask(AttachBomb).await.unwrap();
    assert!(matches!(zoo.stop_and_wait().await, StopReason::Stopped));
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_stream_that_has_ended_is_dropped() {
    let mut system = TestSystem::of(actor_tests::system());
    hush();
    let zoo = system.spawn(Zoo::default);
    zoo.tell(AttachEndingBomb).unwrap();
    let failure = system.expect_failure().await;
    assert_eq!(failure.stage(), Stage::Streaming);
    assert_eq!(failure.text(), "bomb dropped");
    zoo.stopped().await;
    assert_eq!(at_rest(&system).handled, 2, "the end came before");
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn c7_panic_when_a_piped_future_that_is_ready_is_dropped() {
    let mut system = TestSystem::of(actor_tests::system());
    hush();
    let zoo = system.spawn(Zoo::default);
    zoo.tell(PipeReadyBomb).unwrap();
    let failure = system.expect_failure().await;
    assert_eq!(failure.stage(), Stage::Piping);
    assert_eq!(failure.text(), "bomb dropped");
    zoo.stopped().await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn c7_panic_in_the_map_of_a_stream() {
    let mut system = TestSystem::of(actor_tests::system());
    hush();
    let zoo = system.spawn(Zoo::default);
    let mut probe = system.probe();
    probe.watch(&zoo).await;
    zoo.ask(Attach(vec![13, 1])).await.unwrap();
    let failure = system.expect_failure().await;
    assert_eq!(failure.stage(), Stage::Streaming);
    assert_eq!(failure.text(), "bomb in a map");
    probe.expect_terminated(&zoo).await;
    probe.expect_none().await;
    system.finish().await;
}

/// The sender's own panic: no lock of the pool is left behind.
#[tokio::test(start_paused = true)]
async fn c7_panic_in_a_route_key() {
    let system = TestSystem::of(actor_tests::system());
    hush();
    let pool = system.spawn_pool(Pool::consistent_hash(2), Zoo::default);
    let theirs = pool.clone();
    assert!(
        tokio::spawn(async move { theirs.tell(Fine) })
            .await
            .is_err()
    );
    pool.resize(3).await.unwrap();
    assert_eq!(pool.size(), 3);
    system.finish().await;
}

/// Whoever shows an event to itself and panics is one more actor that fails.
#[actor]
#[derive(Default)]
struct Listener;

#[actor]
impl Listener {
    #[handler]
    fn failed(&mut self, _: actor::Failure) {
        panic!("bomb in a listener");
    }
}

#[tokio::test(start_paused = true)]
async fn c7_panic_of_a_subscriber() {
    let mut system = TestSystem::of(actor_tests::system());
    hush();
    let listener = system.spawn(Listener::default);
    let subscription = system.subscribe::<actor::Failure>(listener.clone());
    let zoo = system.spawn(Zoo::default);
    actor::testkit::tell_panicking(&zoo, Fine).unwrap();
    assert_eq!(system.expect_failure().await.actor(), &zoo.pid());
    assert_eq!(system.expect_failure().await.actor(), &listener.pid());
    settle().await;
    assert!(subscription.is_finished());
    system.finish().await;
}
