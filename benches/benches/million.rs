//! Row B6: a million actors. `cargo bench -p actor-benches --bench million`
//!
//! Spawns them, tells each one message, stops them, and shows what memory they had and what is left of it.

use actor::prelude::*;
use actor_benches::memory::resident_bytes;
use actor_benches::ours::{Add, Counter, Get};
use tokio::runtime::Handle;

const COUNT: usize = 1_000_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // The second round shows what the allocator keeps for itself and what is lost.
    for round in 1..=3 {
        println!("round {round}");
        million().await;
    }
}

async fn million() {
    let Some(before) = resident_bytes() else {
        return println!("not measured: no /proc here");
    };
    let system = ActorSystem::new("million").expect("a runtime");
    let tasks = Handle::current().metrics().num_alive_tasks();
    let all: Vec<_> = (0..COUNT).map(|_| system.spawn(Counter::default)).collect();
    for counter in &all {
        counter.tell(Add(1)).expect("room");
    }
    for counter in &all {
        counter.ask(Get).await.expect("a total");
    }
    let full = resident_bytes().unwrap_or(before);
    system.shutdown().await;
    drop(all);
    let stats = system.stats();
    assert!(stats.is_balanced() && stats.waiting == 0 && stats.actors == 0);
    let left = Handle::current().metrics().num_alive_tasks() - tasks;
    let after = resident_bytes().unwrap_or(before);
    println!(
        "  {} bytes an actor, with a reference to it; {left} tasks left",
        full / COUNT
    );
    println!(
        "  resident MiB: {} before, {} full, {} after",
        before >> 20,
        full >> 20,
        after >> 20
    );
}
