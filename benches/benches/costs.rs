//! What seeing costs: `cargo bench -p actor-benches --bench costs`
//!
//! Counting: the same binary once more, built with `--cfg actor_uncounted` (which leaves out the counters of a
//! message that is sent and handled). Tracing: with no subscriber, with one that wants nothing of ours, and with one
//! that takes each message's span. Each run is a process of its own; runs take turns, each figure is a median.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actor_benches::ours;
use tracing::{Level, Metadata, Subscriber, span, subscriber::set_global_default};

const ROUNDS: usize = 9;
const MESSAGES: u64 = 4_000_000;
const ASKS: u64 = 200_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--run") {
        return run(&arguments[at + 1]);
    }
    let own = std::env::current_exe().expect("it runs");
    let uncounted = build_uncounted();
    println!("ns a message; the median of {ROUNDS} rounds");
    for verb in ["tell", "ask"] {
        let contestants = [
            ("without counters", &uncounted, format!("{verb} none")),
            ("counted, no subscriber", &own, format!("{verb} none")),
            ("counted, filtered out", &own, format!("{verb} filtered")),
            ("counted, with spans", &own, format!("{verb} on")),
        ];
        compare(verb, &contestants);
    }
}

fn compare(verb: &str, contestants: &[(&str, &PathBuf, String)]) {
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for (times, (_, binary, mode)) in times.iter_mut().zip(contestants) {
            let output = Command::new(binary).args(["--run", mode]).output();
            let output = output.expect("it runs");
            let nanos = String::from_utf8_lossy(&output.stdout)
                .trim()
                .parse::<f64>();
            times.push(nanos.expect("a number"));
        }
    }
    let medians: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect();
    for ((name, ..), nanos) in contestants.iter().zip(&medians) {
        let beside = nanos / medians[0];
        println!("  {verb:<5} {name:<26} {nanos:>8.1}   time {beside:>5.3} x");
    }
}

/// In a process of its own.
fn run(mode: &str) {
    let (verb, seen) = mode.split_once(' ').expect("a verb and a mode");
    let level = match seen {
        "filtered" => Some(Level::INFO),
        "on" => Some(Level::TRACE),
        _ => None,
    };
    if let Some(level) = level {
        set_global_default(Taker(level)).expect("the first");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (time, count) = runtime.block_on(async {
        match verb {
            "tell" => {
                ours::tell(1, MESSAGES / 10).await;
                (ours::tell(1, MESSAGES).await, MESSAGES)
            }
            _ => {
                ours::ask(ASKS / 10).await;
                (ours::ask(ASKS).await, ASKS)
            }
        }
    });
    println!("{}", nanos(time, count));
}

#[allow(clippy::cast_precision_loss)] // counts of a benchmark are small
fn nanos(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e9 / count as f64
}

/// Takes spans up to a level, and does nothing with them.
struct Taker(Level);

static SPANS: AtomicU64 = AtomicU64::new(1);

impl Subscriber for Taker {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= &self.0
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.0.into())
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(SPANS.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// This benchmark, built without counters.
fn build_uncounted() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/uncounted");
    let built = Command::new("cargo")
        .args([
            "bench",
            "-q",
            "--no-run",
            "-p",
            "actor-benches",
            "--bench",
            "costs",
            "--target-dir",
        ])
        .arg(&target)
        .env("RUSTFLAGS", "--cfg actor_uncounted")
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "it does not build"
    );
    let entries = std::fs::read_dir(target.join("release/deps")).expect("it was built");
    let newest = entries
        .filter_map(|entry| entry.ok())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with("costs-") && !name.contains('.')
        })
        .max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok());
    newest.expect("it was built").path()
}
