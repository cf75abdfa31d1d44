//! Tell, ask, hop, spawn and memory beside bare tokio. `cargo bench -p actor-benches --bench local`
//!
//! `-- --quick` does a tenth of the work, `-- --only ask` what has `ask` in its name.

use std::future::Future;
use std::process::Command;
use std::time::Duration;

use actor_benches::memory::resident_bytes;
use actor_benches::rounds::Bench;
use actor_benches::{bare, ours};

const ROUNDS: usize = 9;
const WORKERS: usize = 2;
const IDLE: usize = 100_000;

fn on_runtime<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(run)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--idle") {
        return print_idle(&arguments[at + 1]);
    }
    let quick = arguments.iter().any(|a| a == "--quick");
    let only = arguments.iter().position(|a| a == "--only");
    let only = only.and_then(|at| arguments.get(at + 1)).cloned();
    let plan = Plan {
        scale: if quick { 10 } else { 1 },
        only: only.unwrap_or_default(),
    };
    plan.speed();
    if plan.wants("memory") {
        memory();
    }
}

struct Plan {
    scale: u64,
    only: String,
}

impl Plan {
    fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    fn speed(&self) {
        let scale = self.scale;
        let tells = 2_000_000 / scale;
        self.versus(
            "tell, 1 producer",
            tells,
            || bare::tell(1, tells),
            || ours::tell(1, tells),
        );
        let each = 500_000 / scale;
        self.versus(
            "tell, 4 producers",
            each * 4,
            || bare::tell(4, each),
            || ours::tell(4, each),
        );
        let bounded = 1_000_000 / scale;
        self.versus(
            "tell_wait, 1 producer, bounded 1000",
            bounded,
            || bare::tell_bounded(1_000, bounded),
            || ours::tell_bounded(1_000, bounded),
        );
        let asks = 200_000 / scale;
        self.versus(
            "ask, one after the other (ours with its time-out)",
            asks,
            || bare::ask(asks),
            || ours::ask(asks),
        );
        let hops = 400_000 / scale;
        self.versus(
            "hop of a ping-pong",
            hops,
            || bare::ping_pong(hops),
            || ours::ping_pong(hops),
        );
        let spawns = 100_000 / scale;
        self.versus(
            "spawn, one message, stop",
            spawns,
            || bare::spawn(spawns),
            || ours::spawn(spawns),
        );
    }

    fn versus<F, G>(&self, name: &str, operations: u64, bare: impl Fn() -> F, ours: impl Fn() -> G)
    where
        F: Future<Output = Duration>,
        G: Future<Output = Duration>,
    {
        if !self.wants(name) {
            return;
        }
        Bench::new(name, operations)
            .with("tokio mpsc, oneshot, task", || on_runtime(bare()))
            .with("actor", || on_runtime(ours()))
            .run(ROUNDS);
    }
}

fn memory() {
    println!("\nresident bytes per idle actor ({IDLE} of them, each in a process of its own)");
    for (title, which) in [
        ("tokio, never used", "bare"),
        ("actor, never used", "ours"),
        ("tokio, after one request", "bare-used"),
        ("actor, after one request", "ours-used"),
    ] {
        let mut bytes: Vec<usize> = (0..5).filter_map(|_| idle_of(which)).collect();
        bytes.sort_unstable();
        match bytes.get(bytes.len() / 2) {
            Some(bytes) => println!("  {title:<34} {bytes:>9}"),
            None => println!("  {title:<34} not measured: no /proc here"),
        }
    }
}

fn idle_of(which: &str) -> Option<usize> {
    let own = std::env::current_exe().ok()?;
    let output = Command::new(own).args(["--idle", which]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// In the process of its own: makes the actors and prints what each costs.
fn print_idle(which: &str) {
    on_runtime(async {
        let used = which.ends_with("used");
        // Whatever the first actor costs is not what each costs.
        let first = (ours::idle(1, true).await, bare::idle(1, true).await);
        let Some(before) = resident_bytes() else {
            return;
        };
        if which.starts_with("ours") {
            let all = ours::idle(IDLE, used).await;
            print_growth(before, size_of_val(all.1.as_slice()));
            drop(all);
        } else {
            let all = bare::idle(IDLE, used).await;
            print_growth(before, size_of_val(all.as_slice()));
            drop(all);
        }
        drop(first);
    });
}

/// Without the list that holds them.
fn print_growth(before: usize, list: usize) {
    if let Some(after) = resident_bytes() {
        println!("{}", (after - before - list) / IDLE);
    }
}
