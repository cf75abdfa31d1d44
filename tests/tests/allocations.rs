//! What a message costs in allocations: a tell none, an ask one. Alone in its binary, because the counter is the
//! process's.

use std::alloc::System;

use std::time::Duration;

use actor::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[actor]
#[derive(Default)]
struct Counter {
    total: u64,
}

struct Add(u64);
struct AddLater(u64);
struct Get;

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, msg: Add) {
        self.total += msg.0;
    }

    #[handler]
    async fn add_later(&mut self, msg: AddLater) {
        self.total += msg.0;
    }

    #[handler]
    fn get(&self, _: Get) -> u64 {
        self.total
    }
}

/// Allocations, grown ones too, while `run` runs.
async fn allocations(run: impl Future<Output = ()>) -> usize {
    let region = Region::new(ALLOCATOR);
    run.await;
    let change = region.change();
    change.allocations + change.reallocations
}

/// Lets the actor come to rest without allocating.
async fn drain() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// `rounds` bursts of `burst` messages, each worked off before the next.
async fn bursts(counter: &ActorRef<Counter>, rounds: usize, burst: usize) -> usize {
    allocations(async {
        for _ in 0..rounds {
            for _ in 0..burst {
                counter.tell(Add(1)).expect("room");
            }
            drain().await;
        }
    })
    .await
}

// The clock stands still: the sweep of deadlines, every 10 ms while asks are pending, is not counted.
// test
async fn a_tell_allocates_nothing_and_an_ask_once() {
    // The watchdog's thread now and then allocates for itself.
    let system = actor::ActorSystem::builder("test").slow_handler(Duration::MAX);
    let system = system.build().expect("a runtime");
    let counter = system.spawn(Props::new(Counter::default).mailbox(Mailbox::unbounded()));
    // 64 messages of this actor are below the buffer that it keeps (4 KiB).
    bursts(&counter, 4, 64).await;
    assert_eq!(bursts(&counter, 1_000, 64).await, 0, "told in bursts");
    assert_eq!(bursts(&counter, 1_000, 1).await, 0, "told one by one");

    let later = allocations(async {
        for _ in 0..1_000 {
            counter.tell(AddLater(1)).expect("room");
            drain().await;
        }
    });
    assert_eq!(
        later.await,
        0,
        "an asynchronous handler is awaited in place"
    );

    let waited = allocations(async {
        for _ in 0..1_000 {
            counter.tell_wait(Add(1)).await.expect("room");
            drain().await;
        }
    });
    assert_eq!(waited.await, 0, "tell_wait with room");

    let recipient: Recipient<Add> = counter.clone().into();
    let told = allocations(async {
        for _ in 0..1_000 {
            recipient.clone().tell(Add(1)).expect("room");
            drain().await;
        }
    });
    assert_eq!(told.await, 0, "through a recipient");

    let asked = |count: u64| {
        allocations({
            let counter = counter.clone();
            async move {
                for _ in 0..count {
                    counter.ask(Get).await.expect("an answer");
                }
            }
        })
    };
    asked(100).await;
    assert_eq!(asked(1_000).await, 1_000, "an ask has one slot");

    // A large burst grows the buffer by doubling, and its memory is given back: logarithmically few.
    let burst = 100_000;
    let large = bursts(&counter, 1, burst).await;
    let again = bursts(&counter, 1, burst).await;
    println!("a burst of {burst} costs {large} allocations, the next one {again}");
    assert!(large <= 20 && again <= 20, "{large}, {again}");

    system.shutdown().await;
}

fn main() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    let test = a_tell_allocates_nothing_and_an_ask_once();
    runtime.expect("a runtime").block_on(test);
    println!("test a_tell_allocates_nothing_and_an_ask_once ... ok");
}
