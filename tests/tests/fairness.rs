//! An actor with an endless queue lets others run.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;

use actor::prelude::*;
use actor_tests::system;

struct Again;
struct AgainLater;

/// Sends itself a message for each that it handles.
#[actor]
struct Endless {
    handled: Arc<AtomicU64>,
    enough: Arc<AtomicBool>,
}

#[actor]
impl Endless {
    #[handler]
    fn again(&mut self, _: Again, ctx: &mut Ctx<Self>) {
        self.handled.fetch_add(1, Ordering::SeqCst);
        if !self.enough.load(Ordering::SeqCst) {
            ctx.actor_ref().tell(Again).expect("room");
        }
    }

    /// A future that is ready at once: it never yields by itself.
    #[handler]
    async fn again_later(&mut self, _: AgainLater, ctx: &mut Ctx<Self>) {
        self.handled.fetch_add(1, Ordering::SeqCst);
        if !self.enough.load(Ordering::SeqCst) {
            ctx.actor_ref().tell(AgainLater).expect("room");
        }
    }
}

/// The most messages that were handled between two turns of another task on a runtime with one thread.
async fn most_in_one_go<M>(message: M) -> u64
where
    M: actor::HandledBy<Endless>,
{
    let (system, handled, enough) = (system(), Arc::default(), Arc::default());
    let endless = system.spawn(Props::once(Endless {
        handled: Arc::clone(&handled),
        enough: Arc::clone(&enough),
    }));
    assert!(endless.tell(message).is_ok());
    // A task like any other; what is given to `block_on` the runtime polls more seldom.
    let watching = tokio::spawn(async move {
        let (mut before, mut most) = (handled.load(Ordering::SeqCst), 0);
        for _ in 0..1_000 {
            end_of_the_queue().await;
            let now = handled.load(Ordering::SeqCst);
            most = most.max(now - before);
            before = now;
        }
        assert!(before > 1_000, "it was busy all the time");
        enough.store(true, Ordering::SeqCst);
        most
    });
    let most = watching.await.expect("it watched");
    system.shutdown().await;
    most
}

/// Lets all others run that can. Unlike `yield_now` of tokio, which lets them run until none can.
async fn end_of_the_queue() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[tokio::test]
async fn an_endless_queue_leaves_room_for_others() {
    assert!(most_in_one_go(Again).await <= 64);
    assert!(most_in_one_go(AgainLater).await <= 64);
}

#[tokio::test]
async fn two_endless_actors_share_their_thread() {
    let system = system();
    let actors: Vec<_> = (0..2)
        .map(|_| {
            let (handled, enough) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
            let state = Endless {
                handled: handled.clone(),
                enough: enough.clone(),
            };
            system.spawn(Props::once(state)).tell(Again).expect("room");
            (handled, enough)
        })
        .collect();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    let counts: Vec<u64> = actors
        .iter()
        .map(|(handled, _)| handled.load(Ordering::SeqCst))
        .collect();
    assert!(counts[0].abs_diff(counts[1]) <= 64, "{counts:?}");
    for (_, enough) in actors {
        enough.store(true, Ordering::SeqCst);
    }
    system.shutdown().await;
}
