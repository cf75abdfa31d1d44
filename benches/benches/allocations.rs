//! Allocations per tell and ask beside bare tokio.
//! `cargo bench -p actor-benches --bench allocations`

use std::alloc::System;
use std::future::Future;

use actor_benches::{bare, ours};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MESSAGES: u64 = 1_000_000;

fn count<T>(name: &str, run: impl Future<Output = T>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let region = Region::new(ALLOCATOR);
    runtime.block_on(run);
    #[allow(clippy::cast_precision_loss)]
    let each = region.change().allocations as f64 / MESSAGES as f64;
    println!("  {name:<34} {each:>9.4}");
}

fn main() {
    println!("\nallocations a message, {MESSAGES} of them, with everything around them");
    count("tell, tokio", bare::tell(1, MESSAGES));
    count("tell, actor", ours::tell(1, MESSAGES));
    count("ask, tokio", bare::ask(MESSAGES));
    count("ask, actor", ours::ask(MESSAGES));
}
