//! All frameworks in one run: `cargo bench -p actor-benches --features peers --bench peers`
//!
//! `-- --quick` does a tenth of the work, `-- --only skynet` what has `skynet` in its name. Contestants
//! take turns; each figure is the median of five rounds. See `benches/README.md`.

use std::process::Command;
use std::time::Duration;

use actor_benches::memory::resident_bytes;
use actor_benches::peers::actix::Actix;
use actor_benches::peers::actor::Ours;
use actor_benches::peers::kameo::Kameo;
use actor_benches::peers::kanal::Kanal;
use actor_benches::peers::ractor::Ractor;
use actor_benches::peers::tokio::Bare;
use actor_benches::peers::{Peer, ask, fan_out, skynet, spawn, tell};

const ROUNDS: usize = 5;
const NAMES: [&str; 6] = ["actor", "tokio", "kanal", "kameo", "ractor", "actix"];
/// Actors of the memory rows.
const IDLE: u64 = 20_000;

/// One way to measure, for each contestant.
type Row = [fn(u64) -> Duration; 6];

macro_rules! row {
    (|$n:ident, $P:ident| $run:expr) => {{
        fn measure<$P: Peer>($n: u64) -> Duration {
            $P::run($run)
        }
        let row: Row = [
            measure::<Ours>,
            measure::<Bare>,
            measure::<Kanal>,
            measure::<Kameo>,
            measure::<Ractor>,
            measure::<Actix>,
        ];
        row
    }};
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |word: &str| {
        let at = arguments.iter().position(|argument| argument == word)?;
        arguments.get(at + 1).cloned()
    };
    if let Some(which) = after("--memory") {
        return print_memory(&which);
    }
    let scale = if arguments.iter().any(|a| a == "--quick") {
        10
    } else {
        1
    };
    let only = after("--only").unwrap_or_default();
    print!("{:<34}", "ns each (time beside tokio's)");
    NAMES.iter().for_each(|name| print!("{name:>18}"));
    println!();
    let rows: [(&str, u64, Row); 9] = [
        ("tell, 1 producer", 1_000_000, row!(|n, P| tell::<P>(1, n))),
        ("tell, 4 producers", 1_000_000, row!(|n, P| tell::<P>(4, n))),
        ("ask, 1 asker", 100_000, row!(|n, P| ask::<P>(1, n))),
        ("ask, 64 askers", 256_000, row!(|n, P| ask::<P>(64, n))),
        ("hop of a ping-pong", 200_001, row!(|n, P| P::ring(2, n))),
        (
            "hop in a ring of 1000",
            200_001,
            row!(|n, P| P::ring(1_000, n)),
        ),
        ("spawn, message, end", 1_000_000, row!(|n, P| spawn::<P>(n))),
        ("skynet, each leaf", 1_000_000, row!(|n, P| skynet::<P>(n))),
        (
            "fan-out to 10 000, each message",
            1_000_000,
            row!(|n, P| fan_out::<P>(10_000.min(n / 10), n / 10_000.min(n / 10))),
        ),
    ];
    for (name, operations, row) in rows.into_iter().filter(|row| row.0.contains(&only)) {
        measure(name, operations / scale, &row);
    }
    for row in [
        "idle, never used",
        "idle, after a request",
        "idle, after 1000 messages",
    ] {
        if row.contains(&only) {
            memory(row);
        }
    }
}

fn measure(name: &str, operations: u64, row: &Row) {
    // An odd number of hops, so that the ball does not end where it began.
    let operations = if name.starts_with("hop") {
        operations | 1
    } else {
        operations
    };
    let mut times = vec![Vec::new(); row.len()];
    for round in 0..=ROUNDS {
        for (times, run) in times.iter_mut().zip(row) {
            let time = run(operations);
            if round > 0 {
                times.push(time);
            }
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let medians: Vec<f64> = times.iter_mut().map(median).collect();
    print!("{name:<34}");
    for seconds in &medians {
        #[allow(clippy::cast_precision_loss)] // counts of a benchmark are small
        let each = seconds / operations as f64 * 1e9;
        print!("{each:>9.0} ({:>5.2})", seconds / medians[1]);
    }
    println!();
}

/// Each in processes of its own: bytes an actor.
fn memory(row: &str) {
    let own = std::env::current_exe().expect("it runs");
    let mut bytes = Vec::new();
    for name in NAMES {
        let which = format!("{name}/{row}");
        let mut runs: Vec<f64> = (0..ROUNDS)
            .filter_map(|_| {
                let output = Command::new(&own)
                    .args(["--memory", &which])
                    .output()
                    .ok()?;
                String::from_utf8(output.stdout).ok()?.trim().parse().ok()
            })
            .collect();
        runs.sort_by(f64::total_cmp);
        bytes.push(runs.get(runs.len() / 2).copied().unwrap_or(f64::NAN));
    }
    print!("{:<34}", format!("bytes {row}"));
    for each in &bytes {
        print!("{each:>9.0} ({:>5.2})", each / bytes[1]);
    }
    println!();
}

fn print_memory(which: &str) {
    let (name, row) = which.split_once('/').expect("a name and a row");
    let messages = match row {
        "idle, never used" => 0,
        "idle, after a request" => 1,
        _ => 1_000,
    };
    match name {
        "actor" => grow::<Ours>(messages),
        "tokio" => grow::<Bare>(messages),
        "kanal" => grow::<Kanal>(messages),
        "kameo" => grow::<Kameo>(messages),
        "ractor" => grow::<Ractor>(messages),
        _ => grow::<Actix>(messages),
    }
}

fn grow<P: Peer>(messages: u64) {
    P::run(async {
        // Whatever the first costs is not what each costs.
        let first = P::counter().await;
        P::total(&first).await;
        let Some(before) = resident_bytes() else {
            return;
        };
        let mut all = Vec::new();
        for _ in 0..IDLE {
            all.push(P::counter().await);
        }
        for counter in all.iter().filter(|_| messages > 0) {
            (1..messages).for_each(|_| P::add(counter, 1));
            P::total(counter).await;
        }
        // All that was spawned before has had its turn.
        P::total(&all[all.len() - 1]).await;
        let after = resident_bytes().unwrap_or(before);
        println!("{}", (after - before) as u64 / IDLE);
    });
}
